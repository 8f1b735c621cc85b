"""A store in process that fails on purpose."""

from __future__ import annotations

from collections.abc import Sequence

from rappro.adapters.memory import MemoryStore
from rappro.domain.errors import StoreUnavailable
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import (
    Fence,
    Held,
    Write,
)


class Faulty(MemoryStore):
    """A store that fails one commit, before or after it took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.fail_at: int | None = None
        self.is_after = False

    def commit(
        self,
        tenant: TenantId,
        company: CompanyId,
        writes: Sequence[Write],
        *,
        fence: Fence | None = None,
        held: Sequence[Held] = (),
    ) -> None:
        self.count += 1
        is_now = self.count == self.fail_at
        if is_now and not self.is_after:
            raise StoreUnavailable("planned")
        super().commit(tenant, company, writes, fence=fence, held=held)
        if is_now:
            raise StoreUnavailable("planned, after it took effect")
