"""A tenant with webhooks, all in process; the receiver answers as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.adapters.memory.webhooks import MemoryCourier, memory_webhooks
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import Answer, Delivery, DeliveryState, Parcel, Webhook
from rappro.ports import Ports
from rappro.use_cases.webhook_deliveries import deliver, fan_out
from rappro.use_cases.webhooks import WithSecret, get_webhook, save_webhook

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TENANT = TenantId("alpha")
OK = Answer(200, start="ok")
DOWN = Answer(503)


def event(number: int = 1, **fields: Any) -> dict[str, Any]:
    facts = {
        "id": f"au_{number}/match.confirmed", "type": "match.confirmed", "tenant": TENANT,
        "company": "acme", "at": NOW.isoformat(), "author": "lea", "subject": "ma_1", "data": {},
        "link": "/v1/companies/acme/audit?subject=ma_1",
    }  # fmt: skip
    return {**facts, **fields}


@dataclass
class FakeSender:
    """Port Sender: answers used up one a request, then `usual`."""

    usual: Answer = OK
    answers: list[Answer] = field(default_factory=list)
    sent: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.sent.append((url, dict(headers), body))
        return self.answers.pop(0) if self.answers else self.usual


class Desk:
    """What a test does with a tenant's webhooks."""

    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.store = MemoryStore()
        self.ports = Ports(
            self.store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), self.clock,
            memory_webhooks(),
        )  # fmt: skip
        self.sender = FakeSender()

    @property
    def courier(self) -> MemoryCourier:
        courier = self.ports.webhooks.courier
        assert isinstance(courier, MemoryCourier)
        return courier

    def save(self, name: str = "erp", **fields: Any) -> WithSecret:
        def apply(stored: Webhook | None) -> Webhook:
            from dataclasses import replace

            base = stored or Webhook(name, f"https://{name}.client.fr/")
            return replace(base, **fields)

        return save_webhook(self.ports, TENANT, name, "lea", apply)

    def webhook(self, name: str = "erp") -> Webhook:
        return get_webhook(self.ports, TENANT, name)

    def publish(self, one: dict[str, Any] | None = None) -> int:
        return fan_out(self.ports, TENANT, one or event())

    def take(self) -> list[tuple[Parcel, datetime | None]]:
        """Take what was handed over."""
        taken, self.courier.parcels = self.courier.parcels, []
        return taken

    def deliver(self, parcel: Parcel) -> DeliveryState | None:
        return deliver(self.ports, self.sender, parcel)

    def work_off(self, *, until: datetime | None = None) -> list[DeliveryState | None]:
        """Deliver everything, going on in time to whatever is due next."""
        states = []
        while waiting := sorted(self.take(), key=lambda one: one[1] or self.clock.now()):
            (parcel, at), *rest = waiting
            self.courier.parcels += rest
            if at is not None and until is not None and at > until:
                self.courier.parcels.append((parcel, at))
                break
            if at is not None and at > self.clock.now():
                self.clock.set(at)
            states.append(self.deliver(parcel))
        return states

    def log(self, name: str = "erp") -> list[Delivery]:
        page = self.ports.webhooks.log.page(TENANT, name, limit=100, cursor=None)
        return list(page.items)


@pytest.fixture
def desk() -> Desk:
    return Desk()
