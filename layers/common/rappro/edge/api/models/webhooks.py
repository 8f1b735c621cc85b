"""Webhooks, their secrets and deliveries, as the API takes and shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, Final, Self

from pydantic import AwareDatetime, BeforeValidator, ConfigDict, Field, StringConstraints

from rappro.domain.errors import InvalidRequest
from rappro.domain.events import EventType
from rappro.domain.ids import CompanyId
from rappro.domain.webhook_targets import URL_CHARS_MAX
from rappro.domain.webhooks import (
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    Attempt,
    Delivery,
    DeliveryState,
    OffReason,
    SealedSecret,
    Webhook,
)
from rappro.edge.api.limits import CURSOR_CHARS_MAX
from rappro.edge.api.models.shapes import Input, Instant, Key, Output, PageOf, Text, Version
from rappro.edge.api.sample_ids import COMPANY
from rappro.use_cases.webhook_replays import Replayed
from rappro.use_cases.webhooks import WithSecret

COMPANIES_MAX: Final = 100
_HOUR: Final = timedelta(hours=1)


def _only_text(value: object) -> object:
    """Refuse a number: an instant is told in words of ISO 8601."""
    if not isinstance(value, str):
        raise ValueError("an instant is a text: 2025-01-31T08:30:00Z")  # noqa: TRY004 - pydantic's
    return value


_Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_only_text)]
_Company = Annotated[CompanyId, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{1,39}$")]
_Url = Annotated[str, StringConstraints(min_length=1, max_length=URL_CHARS_MAX)]


class WebhookInput(Input):
    """What to change of a webhook; a field that is left out keeps its value.

    An empty list of companies, or of types, means all of them.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://erp.client.fr/rappro",
                    "description": "ERP",
                    "on": True,
                    "companies": [COMPANY],
                    "types": ["statement.validated", "vat_on_receipts.released"],
                }
            ]
        }
    )

    url: _Url | None = Field(default=None, description="https, a public name, port 443 or 8443")
    description: Text | None = None
    on: bool | None = None
    companies: Annotated[list[_Company], Field(max_length=COMPANIES_MAX)] | None = None
    types: (
        Annotated[list[Annotated[EventType, Field(strict=False)]], Field(max_length=len(EventType))]
        | None
    ) = None

    def applied_to(self, stored: Webhook | None, webhook: str) -> Webhook:
        """Return the webhook with what is said here. Raises InvalidRequest."""
        if stored is None and self.url is None:
            raise InvalidRequest("a new webhook needs a URL", position="/url")
        base = stored or Webhook(webhook, self.url or "")
        said: dict[str, Any] = {
            "url": self.url,
            "description": self.description,
            "is_on": self.on,
            "companies": None if self.companies is None else tuple(dict.fromkeys(self.companies)),
            "types": None if self.types is None else tuple(dict.fromkeys(self.types)),
        }
        return replace(base, **{name: value for name, value in said.items() if value is not None})


class SecretOutput(Output):
    """That there is a signing secret, and how long it signs; never the secret itself."""

    made_at: Instant
    until: Instant | None = Field(description="null: until it is replaced")

    @classmethod
    def of(cls, secret: SealedSecret) -> Self:
        """Show when a secret was made."""
        return cls(made_at=secret.made_at, until=secret.until)


class WebhookOutput(Output):
    """Where events are sent, and whether they get through."""

    id: str
    url: str
    description: str
    on: bool
    companies: list[str] = Field(description="none: of all companies")
    types: list[EventType] = Field(description="none: of all types")
    secrets: list[SecretOutput] = Field(description="the newest first; two during a rotation")
    failing_since: Instant | None = Field(description="nothing got through since then")
    off_reason: OffReason | None
    off_at: Instant | None
    version: Version

    @classmethod
    def of(cls, webhook: Webhook) -> Self:
        """Show a webhook."""
        return cls(**_shown(webhook))


class WebhookPage(PageOf[WebhookOutput]):
    """Webhooks by id."""


class WebhookSavedOutput(WebhookOutput):
    """A webhook and, this once, the secret that was just made for it."""

    secret: str | None = Field(
        description="`whsec_…`, told when it is made and never again; null when none was made"
    )

    @classmethod
    def made(cls, saved: WithSecret) -> Self:
        """Show a webhook with its new secret."""
        return cls(**_shown(saved.webhook), secret=saved.secret)


def _shown(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.id, "url": webhook.url, "description": webhook.description,
        "on": webhook.is_on, "companies": list(webhook.companies), "types": list(webhook.types),
        "secrets": [SecretOutput.of(one) for one in webhook.secrets],
        "failing_since": webhook.failing_since, "off_reason": webhook.off_reason,
        "off_at": webhook.off_at, "version": webhook.version,
    }  # fmt: skip


class RotationInput(Input):
    """How long the secret before signs too; 0 when it became known to somebody."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: Annotated[int, Field(ge=0, le=OVERLAP_MAX // _HOUR)] = OVERLAP_DEFAULT // _HOUR

    @property
    def overlap(self) -> timedelta:
        return self.overlap_hours * _HOUR


class AttemptOutput(Output):
    """One request to the receiver."""

    number: int
    at: Instant
    duration_ms: int
    status: int | None = Field(description="the receiver's; null when it did not answer")
    error: str | None = Field(
        description="why there was no answer", examples=["connect_timeout", "address_refused"]
    )
    answer: str = Field(description="the beginning of what it answered")

    @classmethod
    def of(cls, attempt: Attempt) -> Self:
        """Show an attempt."""
        return cls(
            number=attempt.number, at=attempt.at, duration_ms=attempt.duration_ms,
            status=attempt.status, error=attempt.error, answer=attempt.start,
        )  # fmt: skip


class DeliveryOutput(Output):
    """What became of one event on its way to a webhook."""

    id: str
    event: str = Field(description="the event's id")
    type: str
    company: str
    subject: str
    at: Instant = Field(description="of the event")
    state: DeliveryState
    next_attempt_at: Instant | None
    delivered_at: Instant | None
    attempts: list[AttemptOutput] = Field(description="the last ones, the oldest first")

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """Show a delivery."""
        return cls(
            id=delivery.id, event=delivery.event_id, type=delivery.type, company=delivery.company,
            subject=delivery.subject, at=delivery.event_at, state=delivery.state,
            next_attempt_at=delivery.next_attempt_at, delivered_at=delivery.delivered_at,
            attempts=[AttemptOutput.of(one) for one in delivery.attempts],
        )  # fmt: skip


class DeliveryPage(PageOf[DeliveryOutput]):
    """Deliveries by the instant of their events, newest first."""


class PingOutput(Output):
    """The id under which the test will stand among the deliveries."""

    delivery: str


class ReplayInput(Input):
    """One delivery of the log, or a company's events of a period (from included, until not)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "company": COMPANY,
                    "from": "2025-01-01T00:00:00Z",
                    "until": "2025-02-01T00:00:00Z",
                }
            ]
        },
        populate_by_name=True,
    )

    delivery: Key | None = None
    company: _Company | None = None
    since: _Instant | None = Field(default=None, alias="from")
    until: _Instant | None = None
    cursor: Annotated[str, StringConstraints(max_length=CURSOR_CHARS_MAX)] | None = None

    @property
    def period(self) -> tuple[CompanyId, AwareDatetime, AwareDatetime]:
        """The period that is meant. Raises InvalidRequest unless it is said whole, and alone."""
        if self.company is None or self.since is None or self.until is None or self.delivery:
            raise InvalidRequest("either a delivery, or a company with from and until")
        return self.company, self.since, self.until


class ReplayOutput(Output):
    """How many events are on their way; a period may take several calls."""

    count: int
    next_cursor: str | None = Field(description="`cursor` of the next call; null at the end")

    @classmethod
    def of(cls, replayed: Replayed) -> Self:
        """Show what was sent again."""
        return cls(count=replayed.count, next_cursor=replayed.cursor)
