"""One guard a journal: lines are compared with what is there, and nothing comes meanwhile (IMP-8).

    see the guard ─► read the journal's statements, compare ─► commit, the guard raised with it

Of two imports at once the second commit fails on the guard; it compares again, and then it sees the
first one's lines.
"""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import Intake
from rappro.domain.writes import (
    Write,
    put,
)
from rappro.ports import Ports


def seen(ports: Ports, tenant: TenantId, company: CompanyId, journal: str) -> Intake:
    """Return a journal's guard as it is; read it before what is compared."""
    return ports.store.get(tenant, company, Intake, journal) or Intake(journal)


def raised(guard: Intake) -> Write:
    """Return the write that says that lines came or went, if none did since the guard was seen."""
    before = guard if guard.version else None
    return put(before, replace(guard, count=guard.count + 1))


def after(guard: Intake) -> Intake:
    """Return the guard as it is once `raised` was committed."""
    return replace(guard, count=guard.count + 1, version=guard.version + 1)
