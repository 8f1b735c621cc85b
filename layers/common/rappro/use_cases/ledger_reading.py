"""Entries of a company read in order, however many: for exports, which hold a page at a time.

Each journal is read by its own index, which does not lag behind writes as the list of all does.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from rappro.domain.books import (
    Company,
    Journal,
    JournalEntry,
    LedgerAccount,
    ThirdParty,
)
from rappro.domain.errors import BooksLoading
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.opening.accounts import is_collective
from rappro.domain.operations import BooksLoad
from rappro.ports import Ports
from rappro.use_cases.shown import NOTHING_UNDER_WAY, Shown, shown

PAGE_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class ChartOfBooks:
    """What entries refer to, by code, number and id; `view` is how entries are shown."""

    journals: dict[str, Journal]
    accounts: dict[str, str]
    third_parties: dict[ThirdPartyId, ThirdParty]
    view: Shown = NOTHING_UNDER_WAY


def read_chart(ports: Ports, tenant: TenantId, company: CompanyId) -> ChartOfBooks:
    """Return the journals, the labels of accounts and the third parties.

    Raises BooksLoading while books are being loaded: half of them would be exported.
    """
    store, now = ports.store, ports.clock.now()
    if any(load.is_under_way(now) for load in store.all(tenant, company, BooksLoad)):
        raise BooksLoading("the company's books are being loaded")
    return ChartOfBooks(
        {journal.code: journal for journal in store.all(tenant, company, Journal)},
        {account.number: account.label for account in store.all(tenant, company, LedgerAccount)},
        {party.id: party for party in store.all(tenant, company, ThirdParty)},
        shown(ports, tenant, company),
    )


def entries_of_journal(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str, until: date,
    *, view: Shown = NOTHING_UNDER_WAY,
) -> Iterator[JournalEntry]:  # fmt: skip
    """Yield a journal's entries up to a day, drafts included, by date and id."""
    cursor: str | None = None
    while True:
        page = ports.store.entries(
            tenant, company, journal=journal, limit=PAGE_ENTRIES, cursor=cursor
        )
        for entry in page.items:
            if entry.date > until:
                return
            seen = view.entry(entry)
            if seen is not None:
                yield seen
        cursor = page.cursor
        if cursor is None:
            return


def entries_by_date(
    ports: Ports, tenant: TenantId, company: CompanyId, journals: Sequence[str], until: date,
    *, view: Shown = NOTHING_UNDER_WAY,
) -> Iterator[JournalEntry]:  # fmt: skip
    """Yield the entries of several journals up to a day, by date, then journal, then id."""
    streams = [
        entries_of_journal(ports, tenant, company, code, until, view=view) for code in journals
    ]
    return heapq.merge(*streams, key=lambda entry: (entry.date, entry.journal, entry.id))


def auxiliary_of(party: ThirdParty, chart: ChartOfBooks, company: Company) -> tuple[str, str]:
    """Return number and name of a third party's auxiliary account; nothing when it has none.

    One without an auxiliary has its account for itself (411DURAND), or, sharing a collective one,
    is told apart by its id. Lines that name nobody belong to one that is called as its account.
    """
    if party.auxiliary:
        return party.auxiliary, party.name
    if party.name == party.account:
        return "", ""
    label = chart.accounts.get(party.account, "")
    if is_collective(party.account, label, company.posting):
        return party.id, party.name
    return "", ""
