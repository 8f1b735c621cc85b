"""The reconciled point of a journal when nobody gave one: its first statement's opening balance.

Up to that day the bank account was pointed elsewhere. What was pending there stays waiting only
when the balances prove it (see domain/opening.carry_over).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from rappro.domain.bank import Balance
from rappro.domain.books import (
    BankEntry,
    Journal,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.money import format_amount
from rappro.domain.report import accepted
from rappro.domain.writes import (
    Fence,
    Write,
    change,
)
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.packing import pack


def carry_over_journal(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str, fence: Fence
) -> None:
    """Give a journal its reconciled point from its first statement; once it has one, do nothing.

    The journal is written last, so a repeat after a crash finishes the work.
    """
    journal = ports.store.get(tenant, company, Journal, code)
    if journal is None or journal.account is None or journal.reconciled_on is not None:
        return
    point = _first_opening(ports, tenant, company, code)
    if point is None:
        return
    # Once in a journal's life, and so not for every container to load.
    from rappro.domain.opening import carry_over  # noqa: PLC0415

    # What was sent as waiting, without its entry, waits: somebody said so.
    ledger = ports.store.ledger(tenant, company, journal.account)
    before = [entry for entry in ledger if entry.entry_id is not None]
    carried = carry_over(before, point.on, point.amount_minor)
    groups: list[list[Write]] = [
        [change(old, new)] for old, new in zip(before, carried.entries, strict=True) if old != new
    ]
    pointed = replace(journal, reconciled_on=point.on, reconciled_balance_minor=point.amount_minor)
    log = audit(
        ports.clock.now(), ENGINE_AUTHOR, "carry_over", code, revision=journal.version,
        before={"reconciled_on": None, "waiting": _waiting(before)},
        after={"reconciled_on": str(point.on), "waiting": _waiting(carried.entries),
               "reconciled_balance": format_amount(point.amount_minor, journal.currency),
               "opening_gap": format_amount(carried.gap_minor, journal.currency)},
    )  # fmt: skip
    groups.append([change(journal, pointed), log])
    for writes in pack(ports.store, groups):
        ports.store.commit(tenant, company, writes, fence=fence)


def _waiting(entries: Iterable[BankEntry]) -> int:
    return sum(entry.is_waiting for entry in entries)


def _first_opening(ports: Ports, tenant: TenantId, company: CompanyId, code: str) -> Balance | None:
    statements = accepted(ports.store.statements_of_journal(tenant, company, code))
    first = next((s for s in statements if s.opening is not None), None)
    if first is None or first.opening is None:
        return None
    on = first.opening.on
    if first.period_from is not None and on >= first.period_from:
        on = first.period_from - timedelta(days=1)  # some banks date the opening on the first day
    return Balance(on, first.opening.amount_minor)
