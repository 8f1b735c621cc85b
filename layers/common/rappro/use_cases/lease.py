"""The company's writer lease: automatic runs, validations and loads are serial in one company.

acquire ──► token n+1 ──► commits carry Fence(holder, n+1) ──► release
a holder that died: the lease expires, the next one takes token n+2, and every late commit of
the dead holder fails on its fence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from rappro.domain.errors import LeaseHeld, StoreConflict
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import (
    Lease,
)
from rappro.domain.writes import (
    Fence,
    Write,
    change,
    put,
)
from rappro.ports import Ports

LEASE_SECONDS = 1_000
"""Longer than the longest step of a run; a run that fails gives its lease back at once."""

_RELEASE_ATTEMPTS_MAX = 3


def acquire(ports: Ports, tenant: TenantId, company: CompanyId, holder: str) -> Fence:
    """Take the lease, or renew one's own. Raises LeaseHeld (retryable) while another has it."""
    now = ports.clock.now()
    lease = ports.store.get(tenant, company, Lease, "WRITER")
    is_others = lease is not None and lease.holder not in {None, holder}
    if lease is not None and is_others and lease.expires_at is not None and lease.expires_at > now:
        raise LeaseHeld(f"another writer works on company {company}")
    current = lease or Lease()
    is_own = current.holder == holder
    taken = replace(
        current,
        holder=holder,
        token=current.token if is_own else current.token + 1,
        expires_at=now + timedelta(seconds=LEASE_SECONDS),
    )
    try:
        ports.store.commit(tenant, company, [put(lease, taken)])
    except StoreConflict:
        raise LeaseHeld(f"another writer works on company {company}") from None
    return Fence(holder, taken.token)


def release(ports: Ports, tenant: TenantId, company: CompanyId, holder: str) -> None:
    """Give the lease back; a lease that someone else took meanwhile is left alone.

    A conflict may also be a late commit of one's own that only looked at the lease: so read again.
    """
    for _ in range(_RELEASE_ATTEMPTS_MAX):
        lease = ports.store.get(tenant, company, Lease, "WRITER")
        if lease is None or lease.holder != holder:
            return
        try:
            ports.store.commit(tenant, company, [released(lease)])
        except StoreConflict:
            continue
        return


def released(lease: Lease) -> Write:
    """The write that gives a lease back."""
    return change(lease, replace(lease, holder=None, expires_at=None))
