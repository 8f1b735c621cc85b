"""Holds every commit against the company's lease: the books have one writer at a time.

What people do needs no lease. But a worker that took it may write no books any more once it was
passed on, and nobody gives away a lease of somebody else's that has not run out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.operations import Lease, PieceCounter, Validation
from rappro.domain.records import Match
from rappro.domain.writes import Fence, Write
from rappro.ports import Clock, Store
from simulation.workers import Invocation
from simulation.worlds import COMPANY, TENANT

_BOOKS: Final = (OpenItem, BankEntry, JournalEntry, Match, PieceCounter, Validation)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)
_CLEANER: Final = "FailRun"
"""Gives back the lease of the run that it ends."""


class OneWriter:
    """Follows the lease from commit to commit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._before = self._read()

    def _read(self) -> Lease:
        return self._store.get(TENANT, COMPANY, Lease, "WRITER") or Lease()

    def broken_by(self, invocation: Invocation, writes: Sequence[Write]) -> str | None:
        """Return what is wrong with a commit that an invocation made just now."""
        before, now = self._before, self._read()
        self._before = now
        if before != now:
            told = None if self._may_pass(before, now, invocation) else "gave away the lease of"
            invocation.fence = Fence(now.holder, now.token) if now.holder is not None else None
            return told and f"{invocation.name} {told} {before.holder}"
        fence = invocation.fence
        if fence is None or fence == Fence(now.holder or "", now.token):
            return None
        if any(isinstance(write.after or write.before, _BOOKS) for write in writes):
            return f"{invocation.name} wrote, and its lease was passed on"
        return None

    def _may_pass(self, before: Lease, now: Lease, invocation: Invocation) -> bool:
        if before.holder in {None, now.holder} or invocation.name == _CLEANER:
            return True
        if (before.expires_at or _NEVER) <= self._clock.now():
            return True
        return invocation.fence is not None and invocation.fence.holder == before.holder
