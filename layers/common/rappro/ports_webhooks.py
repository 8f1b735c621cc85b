"""What the use cases of webhooks need from outside, as protocols; the rest is in ports.py.

Implementations: adapters/webhooks (AWS, HTTP) and adapters/memory/webhooks.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, cast

from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import Answer, Delivery, Parcel
from rappro.domain.writes import Page


class Secrets(Protocol):
    """Signing secrets: who makes one need not be able to read it back."""

    def make(self, tenant: TenantId, webhook: str) -> tuple[bytes, str]:
        """Return a new secret, and the same sealed for one webhook of one tenant."""

    def read(self, tenant: TenantId, webhook: str, sealed: str) -> bytes:
        """Return a secret that was sealed for that webhook. Raises StoreUnavailable."""


class Courier(Protocol):
    """The queue of deliveries, one message a parcel."""

    def put(self, parcels: Sequence[Parcel], *, at: datetime | None = None) -> None:
        """Hand parcels over, now or to be due at an instant. Raises StoreUnavailable."""


class DeliveryLog(Protocol):
    """What became of each event that went to a webhook, kept for LOG_DAYS."""

    def get(self, tenant: TenantId, webhook: str, delivery: str) -> Delivery | None:
        """Return a delivery by its id. Raises InvalidRequest for what is none."""

    def save(self, tenant: TenantId, delivery: Delivery, now: datetime) -> None:
        """Keep a delivery as it is now, over what was kept of it, for LOG_DAYS from now."""

    def page(
        self, tenant: TenantId, webhook: str, *, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        """List deliveries by the instant of their events, newest first."""


class Sender(Protocol):
    """The way out to the internet."""

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post once, following nothing; whatever goes wrong is in the answer."""


@dataclass(frozen=True, slots=True)
class WebhookPorts:
    """What webhooks need; `is_local` lets them go to this machine (a developer's)."""

    secrets: Secrets
    courier: Courier
    log: DeliveryLog
    is_local: bool = False


class _Absent:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this function has no webhooks: its environment does not name them")


NO_WEBHOOKS: Final = cast("WebhookPorts", _Absent())
"""For a function that has no business with them."""
