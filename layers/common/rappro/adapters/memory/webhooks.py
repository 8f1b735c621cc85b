"""Webhooks in process: secrets that are no secrets, parcels on a list, a log in a dict."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from threading import Lock

from rappro.adapters import codec
from rappro.adapters.cursors import read_cursor, write_cursor
from rappro.adapters.delivery_places import list_of, place_of, place_of_id
from rappro.adapters.scope import check_key, check_limit, check_tenant
from rappro.domain.errors import StoreUnavailable
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import Delivery, Parcel
from rappro.domain.writes import Page
from rappro.ports_webhooks import WebhookPorts


class MemorySecrets:
    """Port Secrets. The same calls make the same secrets; what is sealed is only named."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[str, str, bytes]] = {}
        self._lock = Lock()

    def make(self, tenant: TenantId, webhook: str) -> tuple[bytes, str]:
        check_tenant(tenant)
        check_key(webhook)
        with self._lock:
            mine = sum(one[:2] == (tenant, webhook) for one in self._made.values())
            secret = hashlib.sha256(f"{tenant}/{webhook}/{mine}".encode()).digest()
            sealed = hashlib.sha256(b"sealed" + secret).hexdigest()
            self._made[sealed] = (tenant, webhook, secret)
        return secret, sealed

    def read(self, tenant: TenantId, webhook: str, sealed: str) -> bytes:
        owner, holder, secret = self._made.get(sealed, ("", "", b""))
        if (owner, holder) != (tenant, webhook):
            raise StoreUnavailable("not a secret of this webhook")
        return secret


class MemoryCourier:
    """Port Courier: notes what was handed over, and for when."""

    def __init__(self) -> None:
        self.parcels: list[tuple[Parcel, datetime | None]] = []
        self._lock = Lock()

    def put(self, parcels: Sequence[Parcel], *, at: datetime | None = None) -> None:
        for parcel in parcels:
            check_tenant(parcel.tenant)
        with self._lock:
            self.parcels += [(parcel, at) for parcel in parcels]


class MemoryDeliveryLog:
    """Port DeliveryLog; nothing expires, as nothing outlives the process."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, bytes]] = {}
        self._lock = Lock()

    def get(self, tenant: TenantId, webhook: str, delivery: str) -> Delivery | None:
        with self._lock:
            text = self._log(tenant, webhook).get(place_of_id(delivery))
        return None if text is None else codec.load(Delivery, text)

    def save(self, tenant: TenantId, delivery: Delivery, now: datetime) -> None:  # noqa: ARG002 - nothing expires
        with self._lock:
            log = self._log(tenant, delivery.webhook)
            log[place_of(delivery)] = codec.dump_record(delivery)

    def page(
        self, tenant: TenantId, webhook: str, *, limit: int, cursor: str | None
    ) -> Page[Delivery]:
        check_limit(limit)
        name = list_of(tenant, webhook)
        after = None if cursor is None else read_cursor(name, cursor)
        with self._lock:
            log = dict(self._log(tenant, webhook))
        places = sorted(log)
        start = 0 if after is None else bisect_right(places, after)
        shown = places[start : start + limit]
        has_more = start + limit < len(places)
        return Page(
            tuple(codec.load(Delivery, log[place]) for place in shown),
            write_cursor(name, shown[-1]) if has_more else None,
        )

    def _log(self, tenant: str, webhook: str) -> dict[str, bytes]:
        check_tenant(tenant)
        check_key(webhook)
        return self._kept.setdefault(f"{tenant}#{webhook}", {})


def memory_webhooks(*, is_local: bool = False) -> WebhookPorts:
    """Return the ports of webhooks, all in process."""
    return WebhookPorts(MemorySecrets(), MemoryCourier(), MemoryDeliveryLog(), is_local)
