"""Webhooks (docs/webhooks.md): where a tenant wants its events sent, and what became of each.

Pure: what is signed and how, when a delivery is tried again and when it is given up. Which
addresses may be reached is domain/webhook_targets.py; sending is an adapter.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zlib import crc32

from rappro.domain.events import EventType
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId

WEBHOOKS_MAX: Final = 20
"""Webhooks of a tenant; every event is held against each of them."""
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what secrets start with, none itself
OVERLAP_DEFAULT: Final = timedelta(hours=24)
OVERLAP_MAX: Final = timedelta(days=7)
LOG_DAYS: Final = 30
EVENT_BYTES_MAX: Final = 200_000
ATTEMPTS_KEPT: Final = 20
FAILING_MAX: Final = timedelta(days=5)
"""For so long nothing may get through before the webhook is turned off."""
PING: Final = "webhook.ping"
"""The type of a test; it is no domain event, is tried once and says nothing of the webhook."""
_DELAYS: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""How long after each failed attempt the next one is: 75 hours in all (Standard Webhooks 1.0.0)."""
ATTEMPTS_MAX: Final = len(_DELAYS) + 1
_RETRY_AFTER_MAX: Final = timedelta(days=1)
_JITTER: Final = 0.2
GONE: Final = 410


class OffReason(StrEnum):
    """Why a webhook is off."""

    USER = "user"
    GONE = "gone"  # the receiver answered 410
    FAILING = "failing"  # nothing got through for FAILING_MAX


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A signing secret, encrypted; valid until `until`, without end when None."""

    sealed: str
    made_at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver of a tenant's events; no companies, or no types, means all of them."""

    id: str
    url: str
    description: str = ""
    is_on: bool = True
    companies: tuple[CompanyId, ...] = ()
    types: tuple[EventType, ...] = ()
    secrets: tuple[SealedSecret, ...] = ()
    made_at: datetime | None = None
    failing_since: datetime | None = None
    off_reason: OffReason | None = None
    off_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    def wants(self, company: str, kind: str) -> bool:
        """Say whether an event of a company and type is to be sent there."""
        is_company = not self.companies or company in self.companies
        return self.is_on and is_company and (not self.types or kind in self.types)

    def secrets_at(self, now: datetime) -> tuple[SealedSecret, ...]:
        """Return the secrets that are valid, the newest first."""
        return tuple(one for one in self.secrets if one.until is None or now < one.until)


def rotated(
    secrets: Sequence[SealedSecret], sealed: str, now: datetime, overlap: timedelta
) -> tuple[SealedSecret, ...]:
    """Return the secrets with a new first one; the one before stays valid for the overlap.

    Two are valid at most: what was before the one before is gone.
    """
    new = SealedSecret(sealed, now)
    if not secrets or not overlap:
        return (new,)
    last = secrets[0]
    return (new, SealedSecret(last.sealed, last.made_at, now + overlap))


def shown_secret(secret: bytes) -> str:
    """Return a secret as its receiver gets it: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(secret).decode()


def message_id(event_id: str) -> str:
    """Return the `webhook-id` of an event, always the same.

    It has no dot, which parts what is signed; an event's own id has one, in its type.
    """
    return event_id.replace("/", "-").replace(".", "-")


def carried(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event as it fits a message: a very large one goes without its data, as on the bus.

    Its link leads to them.
    """
    if len(body_of(event)) <= EVENT_BYTES_MAX:
        return dict(event)
    return {**event, "data": {}, "is_cut": True}


def body_of(event: Mapping[str, Any]) -> bytes:
    """Return the bytes that are sent and signed."""
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: bytes, message: str, timestamp: int, body: bytes) -> str:
    """Return one signature: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def headers_of(
    event: Mapping[str, Any], body: bytes, secrets: Sequence[bytes], now: datetime
) -> dict[str, str]:
    """Return the headers of a delivery, signed with every secret that is valid."""
    message, timestamp = message_id(event["id"]), int(now.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "Rappro-Webhooks/1",
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(s, message, timestamp, body) for s in secrets),
        "webhook-event-type": str(event["type"]),
    }


class DeliveryState(StrEnum):
    DELIVERED = "delivered"
    WAITING = "waiting"  # for the next attempt
    DEAD = "dead"  # given up
    DROPPED = "dropped"  # the webhook was off when its turn came


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: a status, or an error code of ours when there was none.

    `start` is the beginning of the answer's body; `retry_after` is in seconds.
    """

    status: int | None = None
    error: str | None = None
    start: str = ""
    duration_ms: int = 0
    retry_after: int | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request of a delivery, in the log."""

    number: int
    at: datetime
    duration_ms: int
    status: int | None = None
    error: str | None = None
    start: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event to one webhook, in the log: ids of the event and what each attempt came to.

    `asked_at`: of the replay that it last came with; `number`: of its last attempt since.
    """

    webhook: str
    event_id: str
    type: str
    company: str
    subject: str
    event_at: datetime
    state: DeliveryState
    number: int = 0
    attempts: tuple[Attempt, ...] = ()
    asked_at: datetime | None = None
    delivered_at: datetime | None = None
    next_attempt_at: datetime | None = None

    @property
    def id(self) -> str:
        """What names it among the deliveries of its webhook."""
        return f"{self.event_at.isoformat()}/{self.event_id}"

    def has_had(self, parcel: Parcel) -> bool:
        """Say whether a parcel came before: queues may give one twice, buses an event."""
        if parcel.asked_at is None:
            return self.state is DeliveryState.DELIVERED or self.number >= parcel.number
        if self.delivered_at is not None and self.delivered_at >= parcel.asked_at:
            return True
        return self.asked_at == parcel.asked_at and self.number >= parcel.number


@dataclass(frozen=True, slots=True)
class Parcel:
    """An event on its way to one webhook: its attempt, and when it was asked for once more."""

    tenant: TenantId
    webhook: str
    event: dict[str, Any]
    number: int = 1
    asked_at: datetime | None = None

    @property
    def is_ping(self) -> bool:
        return bool(self.event["type"] == PING)

    @property
    def event_at(self) -> datetime:
        return datetime.fromisoformat(self.event["at"])


def next_attempt(parcel: Parcel, answer: Answer, now: datetime) -> datetime | None:
    """Return when a failed attempt is followed by the next one; None when there is none left.

    Up to a fifth is added, by the event and the attempt, so that what failed together does not come
    back together. A receiver that names a time (Retry-After) is not asked before it, within a day.
    """
    if parcel.is_ping or parcel.number >= ATTEMPTS_MAX:
        return None
    delay = _DELAYS[parcel.number - 1]
    share = crc32(f"{parcel.webhook}/{parcel.event['id']}/{parcel.number}".encode()) / 2**32
    delay *= 1 + _JITTER * share
    if answer.retry_after is not None:
        wanted = timedelta(seconds=max(answer.retry_after, 0))
        delay = max(delay, min(wanted, _RETRY_AFTER_MAX))
    return now + delay
