"""The tenant in force: on whose behalf this invocation works.

The edge puts it in force where it has authenticated a request or read an event; the fence round the
data clients (adapters/fence.py) holds every request against it. Nobody else may ask: business code
is told its tenant as an argument, and the two must agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from rappro.domain.ids import TenantId

_IN_FORCE: Final[ContextVar[TenantId | None]] = ContextVar("tenant_in_force", default=None)


class OutsideTenant(Exception):  # noqa: N818 - it says what happened
    """A request would have left its tenant, or names none: a fault of ours, never a caller's.

    No RapproError on purpose: nothing that handles what may happen handles this.
    """


def put_in_force(tenant: TenantId) -> None:
    """Work on behalf of a tenant from here on, to the end of the invocation."""
    _IN_FORCE.set(tenant)


@contextmanager
def in_force(tenant: TenantId) -> Iterator[None]:
    """Work on behalf of a tenant within a block."""
    token = _IN_FORCE.set(tenant)
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def tenant_in_force() -> TenantId:
    """Return on whose behalf we work. Raises OutsideTenant when nobody was authenticated."""
    tenant = _IN_FORCE.get()
    if not tenant:
        raise OutsideTenant("no tenant is in force")
    return tenant
