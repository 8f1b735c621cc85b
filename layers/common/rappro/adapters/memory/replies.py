"""Kept answers and counted requests in process."""

from __future__ import annotations

from datetime import datetime
from threading import Lock

from rappro.adapters.scope import check_tenant
from rappro.domain.errors import StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.ports import Standing


@dataclass(frozen=True, slots=True)
class _Kept:
    standing: Standing
    token: str
    until: datetime


class MemoryReplies:
    """Port Replies."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, str], _Kept] = {}

    def claim(
        self, tenant: TenantId, key: str, fingerprint: str, *, token: str, now: datetime,
        until: datetime,
    ) -> Standing | None:  # fmt: skip
        check_tenant(tenant)
        with self._lock:
            found = self._kept.get((tenant, key))
            if found is not None and found.until > now:
                return found.standing
            self._kept[tenant, key] = _Kept(Standing(fingerprint), token, until)
            return None

    def look(self, tenant: TenantId, key: str, *, now: datetime) -> Standing | None:
        check_tenant(tenant)
        with self._lock:
            found = self._kept.get((tenant, key))
        return None if found is None or found.until <= now else found.standing

    def keep(
        self, tenant: TenantId, key: str, standing: Standing, *, token: str, until: datetime
    ) -> None:
        check_tenant(tenant)
        with self._lock:
            found = self._kept.get((tenant, key))
            if found is None or found.token != token:
                raise StoreConflict("the claim of the key is another's")
            self._kept[tenant, key] = _Kept(standing, token, until)

    def release(self, tenant: TenantId, key: str, *, token: str) -> None:
        check_tenant(tenant)
        with self._lock:
            found = self._kept.get((tenant, key))
            if found is not None and found.token == token:
                del self._kept[tenant, key]


class MemoryMeter:
    """Port Meter. Windows that are over are forgotten as soon as the next one begins."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def count(
        self,
        tenant: TenantId,
        budget: str,
        *,
        window: int,
        limit: int,
        until: datetime,  # noqa: ARG002 - nothing outlives its window here
    ) -> int | None:
        check_tenant(tenant)
        with self._lock:
            counted_in, so_far = self._counts.get((tenant, budget), (window, 0))
            so_far = so_far if counted_in == window else 0
            if so_far >= limit:
                return None
            self._counts[tenant, budget] = (window, so_far + 1)
            return so_far + 1
