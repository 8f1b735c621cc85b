"""Examples of answers that tell of webhooks (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from rappro.domain.events import EventType
from rappro.domain.webhooks import (
    Attempt,
    Delivery,
    DeliveryState,
    SealedSecret,
    Webhook,
    shown_secret,
)
from rappro.edge.api.models import webhooks
from rappro.edge.api.sample_ids import COMPANY, MATCH, WEBHOOK
from rappro.use_cases.webhook_replays import Replayed
from rappro.use_cases.webhooks import WithSecret

LISTED: Final = frozenset({"WebhookOutput", "DeliveryOutput"})
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
_EVENT: Final = "au_5oaxk2hqzzb7mzqkq4jx2v6c/match.confirmed"


def answers_of_webhooks() -> Iterator[BaseModel]:
    """Yield one of each answer."""
    types = (EventType.STATEMENT_VALIDATED, EventType.MATCH_CONFIRMED)
    webhook = Webhook(
        WEBHOOK, "https://erp.client.fr/rappro", "ERP", companies=(COMPANY,), types=types,
        secrets=(SealedSecret("sealed", _AT),), version=1,
    )  # fmt: skip
    yield webhooks.WebhookOutput.of(webhook)
    yield webhooks.WebhookSavedOutput.made(WithSecret(webhook, shown_secret(bytes(range(32)))))
    attempt = Attempt(1, _AT, 84, 200, start="ok")
    delivery = Delivery(
        WEBHOOK, _EVENT, "match.confirmed", COMPANY, MATCH, _AT, DeliveryState.DELIVERED, 1,
        (attempt,), delivered_at=_AT,
    )  # fmt: skip
    yield webhooks.DeliveryOutput.of(delivery)
    yield webhooks.PingOutput(
        delivery=f"{_AT.isoformat()}/pi_5oaxk2hqzzb7mzqkq4jx2v6c/webhook.ping"
    )
    yield webhooks.ReplayOutput.of(Replayed(3))
