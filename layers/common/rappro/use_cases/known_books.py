"""What a company's books hold before a FEC comes in, read whole (SPEC POS-7, BOOK-2).

Of a company without entries nothing more is read: its books are opened.
"""

from __future__ import annotations

from datetime import date

from rappro.domain.books import BankEntry, EntryStatus, Journal, JournalType, ThirdParty
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.opening import KnownBooks
from rappro.domain.opening.accounts import is_bank, is_transit
from rappro.domain.operations import BooksLoad, LoadState
from rappro.ports import Ports
from rappro.use_cases.ledger_reading import entries_of_journal


def known_books(ports: Ports, tenant: TenantId, company: CompanyId) -> KnownBooks:
    """Return what the books hold. The caller has the lease, so that no other load adds to it."""
    store = ports.store
    journals = store.all(tenant, company, Journal)
    parties = tuple(store.all(tenant, company, ThirdParty))
    entries = tuple(
        entry
        for journal in journals
        for entry in entries_of_journal(ports, tenant, company, journal.code, date.max)
        if entry.status is EntryStatus.VALIDATED and entry.lines
    )
    if not entries:
        return KnownBooks(third_parties=parties)
    accounts = {line.account for entry in entries for line in entry.lines}
    loads = store.all(tenant, company, BooksLoad)
    return KnownBooks(
        entries=entries,
        open_items=store.backlog(tenant, company).open_items,
        bank_entries=_ledgers(ports, tenant, company, accounts),
        third_parties=parties,
        openings=frozenset(each.code for each in journals if each.type is JournalType.OPENING),
        is_whole=all(load.state is LoadState.LOADED for load in loads),
    )


def _ledgers(
    ports: Ports, tenant: TenantId, company: CompanyId, accounts: set[str]
) -> tuple[BankEntry, ...]:
    listed = sorted(number for number in accounts if is_bank(number) or is_transit(number))
    return tuple(
        entry
        for number in listed
        for entry in ports.store.ledger(tenant, company, number)
        if entry.is_in_ledger
    )
