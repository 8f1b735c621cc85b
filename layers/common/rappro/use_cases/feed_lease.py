"""One worker a bank connection: what it commits is held to the lease as it took it.

A second request meanwhile leaves a note, and the worker runs once more. A worker that died lets its
lease expire; if it was only paused, its next commit fails on the lease that moved on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.errors import LeaseHeld, StoreConflict
from rappro.domain.feeds import FeedAsked, FeedLease
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Held, Write, create, put, remove
from rappro.ports import Ports

LEASE_SECONDS: Final = 420
"""Longer than the function may run, shorter than a message waits to be delivered again."""
_ATTEMPTS_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class FeedWork:
    """A worker's hold of one connection; every commit of a synchronisation goes through here."""

    ports: Ports
    tenant: TenantId
    company: CompanyId
    lease: FeedLease

    @property
    def connection_id(self) -> str:
        return self.lease.connection_id

    def commit(self, writes: Sequence[Write]) -> None:
        """Commit while the lease is one's own. Raises StoreConflict when it is not, or no more."""
        held = [Held(self.company, self.lease)]
        self.ports.store.commit(self.tenant, self.company, writes, held=held)


def acquire(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, holder: str
) -> FeedWork:
    """Take a connection's lease, or one's own again. Raises LeaseHeld while another has it.

    A commit may meet another one without anybody having the lease by then: so it is looked again.
    """
    for _ in range(_ATTEMPTS_MAX):
        now = ports.clock.now()
        before = ports.store.get(tenant, company, FeedLease, connection_id)
        if before is not None and before.holder not in {None, holder} and _lasts(before, now):
            raise LeaseHeld(f"connection {connection_id} is being worked on")
        taken = replace(
            before or FeedLease(connection_id),
            token=(before.token if before else 0) + 1, holder=holder,
            expires_at=now + timedelta(seconds=LEASE_SECONDS),
        )  # fmt: skip
        try:
            ports.store.commit(tenant, company, [put(before, taken)])
        except StoreConflict:
            continue
        version = (before.version if before else 0) + 1
        return FeedWork(ports, tenant, company, replace(taken, version=version))
    raise StoreConflict(f"the lease of connection {connection_id} changes all the time")


def _lasts(lease: FeedLease, now: datetime) -> bool:
    return lease.expires_at is not None and lease.expires_at > now


def take(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, holder: str
) -> FeedWork | None:
    """Take a connection for a run that does all that was asked; None when who has it will.

    The note is left before the second look, and looked for after each release (is_asked): so one of
    the two sees the other.
    """
    try:
        work = acquire(ports, tenant, company, connection_id, holder)
    except LeaseHeld:
        ask_again(ports, tenant, company, connection_id)
        try:
            work = acquire(ports, tenant, company, connection_id, holder)
        except LeaseHeld:
            return None
    was_asked(work)
    return work


def release(work: FeedWork) -> None:
    """Give the lease back; one that another took meanwhile is left alone."""
    free = replace(work.lease, holder=None, expires_at=None)
    try:
        work.ports.store.commit(work.tenant, work.company, [put(work.lease, free)])
    except StoreConflict:
        return


def ask_again(ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
    """Leave a note for the worker that has the connection; there is one note at most."""
    if ports.store.get(tenant, company, FeedAsked, connection_id) is None:
        try:
            ports.store.commit(tenant, company, [create(FeedAsked(connection_id))])
        except StoreConflict:
            return


def is_asked(ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str) -> bool:
    """Say whether there is a note."""
    return ports.store.get(tenant, company, FeedAsked, connection_id) is not None


def was_asked(work: FeedWork) -> bool:
    """Say whether there is a note, and take it away."""
    note = work.ports.store.get(work.tenant, work.company, FeedAsked, work.connection_id)
    if note is not None:
        work.commit([remove(note)])
    return note is not None
