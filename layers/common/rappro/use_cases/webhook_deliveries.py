"""Deliveries: an event goes to each webhook that wants it, and each of them is tried by itself.

    bus ─► fan_out ─► one parcel a webhook ─► deliver ─► receiver
                             ▲                   │ failed: the same parcel, later
                             └───────────────────┘

At least once: a parcel may come twice, and a function may die between a request and its log.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from rappro.domain.errors import StoreConflict
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import (
    ATTEMPTS_KEPT,
    FAILING_MAX,
    GONE,
    Answer,
    Attempt,
    Delivery,
    DeliveryState,
    OffReason,
    Parcel,
    Webhook,
    body_of,
    headers_of,
    next_attempt,
)
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.ports_webhooks import Sender
from rappro.use_cases.companies import COMMON
from rappro.use_cases.webhooks import find_webhook, list_webhooks, turn_off


def fan_out(ports: Ports, tenant: TenantId, event: Mapping[str, Any]) -> int:
    """Hand an event over for every webhook that wants it; return how many do."""
    wanting = [
        webhook.id
        for webhook in list_webhooks(ports, tenant)
        if webhook.wants(event["company"], event["type"])
    ]
    if wanting:
        ports.webhooks.courier.put([Parcel(tenant, one, dict(event)) for one in wanting])
    return len(wanting)


def deliver(ports: Ports, sender: Sender, parcel: Parcel) -> DeliveryState | None:
    """Try a delivery once and see to what follows; return what became of it.

    None: there is nothing to do, as the webhook is gone or the parcel came before. Raises
    StoreThrottled, StoreUnavailable: the queue then gives the parcel again.
    """
    webhook = find_webhook(ports, parcel.tenant, parcel.webhook)
    if webhook is None:
        return None
    fresh = _fresh(parcel)
    kept = ports.webhooks.log.get(parcel.tenant, parcel.webhook, fresh.id)
    if kept is not None and kept.has_had(parcel):
        return None
    delivery = replace(kept or fresh, asked_at=parcel.asked_at, number=parcel.number)
    now = ports.clock.now()
    if not (webhook.is_on or parcel.is_ping):
        dropped = replace(delivery, state=DeliveryState.DROPPED, next_attempt_at=None)
        ports.webhooks.log.save(parcel.tenant, dropped, now)
        return dropped.state
    answer = _send(ports, sender, webhook, parcel)
    # What follows is seen to before the log says that this attempt was made: who dies in between
    # makes it once more, and loses nothing.
    done = _settled(ports, webhook, parcel, delivery, answer)
    attempt = Attempt(
        parcel.number, now, answer.duration_ms, answer.status, answer.error, answer.start
    )
    kept_attempts = (*delivery.attempts, attempt)[-ATTEMPTS_KEPT:]
    ports.webhooks.log.save(parcel.tenant, replace(done, attempts=kept_attempts), now)
    return done.state


def _fresh(parcel: Parcel) -> Delivery:
    event = parcel.event
    return Delivery(
        parcel.webhook, event["id"], event["type"], event["company"], event["subject"],
        parcel.event_at, DeliveryState.WAITING,
    )  # fmt: skip


def _send(ports: Ports, sender: Sender, webhook: Webhook, parcel: Parcel) -> Answer:
    now = ports.clock.now()
    secrets = [
        ports.webhooks.secrets.read(parcel.tenant, webhook.id, secret.sealed)
        for secret in webhook.secrets_at(now)
    ]
    body = body_of(parcel.event)
    return sender.send(webhook.url, headers_of(parcel.event, body, secrets, now), body)


def _settled(
    ports: Ports, webhook: Webhook, parcel: Parcel, delivery: Delivery, answer: Answer
) -> Delivery:
    """See to what follows an attempt and return the delivery as it is then."""
    now = ports.clock.now()
    if answer.is_success:
        if webhook.failing_since is not None and not parcel.is_ping:
            _save_health(ports, parcel.tenant, webhook, None)
        return replace(
            delivery, state=DeliveryState.DELIVERED, delivered_at=now, next_attempt_at=None
        )
    is_off = not parcel.is_ping and _is_given_up(ports, webhook, parcel.tenant, answer)
    at = None if is_off else next_attempt(parcel, answer, now)
    if at is None:
        return replace(delivery, state=DeliveryState.DEAD, next_attempt_at=None)
    ports.webhooks.courier.put([replace(parcel, number=parcel.number + 1)], at=at)
    return replace(delivery, state=DeliveryState.WAITING, next_attempt_at=at)


def _is_given_up(ports: Ports, webhook: Webhook, tenant: TenantId, answer: Answer) -> bool:
    """Note a failure of a webhook; turn it off when it is gone, or nothing got through for days."""
    since = webhook.failing_since
    reason = OffReason.GONE if answer.status == GONE else None
    if reason is None and since is not None and ports.clock.now() - since >= FAILING_MAX:
        reason = OffReason.FAILING
    if reason is not None:
        # Somebody changes it just now: the next failure finds it as it is then.
        with suppress(StoreConflict):
            turn_off(ports, tenant, webhook, reason)
        return True
    if since is None:
        _save_health(ports, tenant, webhook, ports.clock.now())
    return False


def _save_health(
    ports: Ports, tenant: TenantId, webhook: Webhook, failing_since: datetime | None
) -> None:
    """Keep since when nothing got through; who else is at it says the same."""
    with suppress(StoreConflict):
        after = replace(webhook, failing_since=failing_since)
        ports.store.commit(tenant, COMMON, [change(webhook, after)])
