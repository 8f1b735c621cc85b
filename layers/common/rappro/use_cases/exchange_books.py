"""A company's books as the lines of an archive: sorted by key, read once, a page in memory.

What is shown is what goes out (shown.py): a unit that is under way is in it whole, or not at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from rappro.domain.books import (
    BankEntry,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    ThirdParty,
)
from rappro.domain.exchange.canonical import to_line
from rappro.domain.exchange.merging import Line
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.opening.accounts import is_bank, is_transit
from rappro.ports import Ports
from rappro.use_cases.exporting import sorted_lines
from rappro.use_cases.ledger_reading import ChartOfBooks, entries_of_journal, read_chart
from rappro.use_cases.shown import Shown

_KEY_END: Final = "\x1f"
_SMALL: Final[dict[str, type[Any]]] = {
    "accounts.jsonl": LedgerAccount,
    "journals.jsonl": Journal,
    "third_parties.jsonl": ThirdParty,
    "templates.jsonl": EntryTemplate,
}


@dataclass(frozen=True)
class Books:
    """The books of a company as they are shown at one time; `lines` reads one part of them.

    Raises BooksLoading when they are being loaded.
    """

    ports: Ports
    tenant: TenantId
    company: CompanyId

    def lines(self, part: str) -> Iterator[Line]:
        """Yield key and line of each record of a part, by key."""
        if part in _SMALL:
            found = self.ports.store.all(self.tenant, self.company, _SMALL[part])
            return iter(sorted((one.key, to_line(one)) for one in found))
        if part == "entries.jsonl":
            return _sorted(self.entries())
        if part == "bank_entries.jsonl":
            return _sorted(self._sides())
        items = self.ports.store.backlog(self.tenant, self.company).open_items
        shown = (self.view.item(item) for item in items)
        return iter(sorted((one.key, to_line(one)) for one in shown if not one.is_settled))

    def entries(self) -> Iterator[JournalEntry]:
        """Yield every entry as it is shown, journal by journal."""
        for code in self._chart.journals:
            scope = (self.ports, self.tenant, self.company)
            yield from entries_of_journal(*scope, code, date.max, view=self.view)

    @property
    def view(self) -> Shown:
        """How records are shown."""
        return self._chart.view

    @cached_property
    def _chart(self) -> ChartOfBooks:
        return read_chart(self.ports, self.tenant, self.company)

    def _sides(self) -> Iterator[BankEntry]:
        """Yield every bank entry as it is shown: on bank accounts, and on those that clear one."""
        treasury = {j.account for j in self._chart.journals.values() if j.account}
        numbers = {n for n in self._chart.accounts if is_bank(n) or is_transit(n)}
        for account in sorted(treasury | numbers):
            for side in self.ports.store.ledger(self.tenant, self.company, account):
                seen = self.view.bank_entry(side)
                if seen is not None:
                    yield exchanged_side(seen)


def exchanged_side(side: BankEntry) -> BankEntry:
    """Return a bank entry as the other side may know it: pointed from a day on, by no match."""
    if side.match_id is None and side.pointed_on is None:
        return side
    return replace(side, marked_on=side.marked_on or side.pointed_on or side.date)


def _sorted(records: Iterable[JournalEntry | BankEntry]) -> Iterator[Line]:
    """Yield key and line of many records by key, sorted on disk."""
    for line in sorted_lines(f"{one.key}{_KEY_END}{to_line(one)}" for one in records):
        key, _, text = line.partition(_KEY_END)
        yield key, text


def tallied(entries: Iterable[JournalEntry]) -> Situation:
    """Return the balance of each account, and each month's VAT, of some entries."""
    found = Situation({}, {})
    for entry in entries:
        found.add(entry)
    return found


@dataclass(frozen=True, slots=True)
class Situation:
    """An interim situation: debit and credit by account, and by month of VAT accounts (445)."""

    accounts: dict[str, tuple[int, int]]
    vat: dict[tuple[str, str], tuple[int, int]]

    def add(self, entry: JournalEntry) -> None:
        """Count an entry, drafts included."""
        month = f"{entry.date:%Y-%m}"
        for line in entry.lines:
            debit, credit = self.accounts.get(line.account, (0, 0))
            self.accounts[line.account] = debit + line.debit_minor, credit + line.credit_minor
            if line.account.startswith("445"):
                key = (month, line.account)
                debit, credit = self.vat.get(key, (0, 0))
                self.vat[key] = debit + line.debit_minor, credit + line.credit_minor

    def situation_lines(self) -> Iterator[str]:
        """Yield one line an account."""
        for account, (debit, credit) in sorted(self.accounts.items()):
            yield _row(account=account, debit_minor=debit, credit_minor=credit)

    def vat_lines(self) -> Iterator[str]:
        """Yield one line a month and VAT account."""
        for (month, account), (debit, credit) in sorted(self.vat.items()):
            yield _row(month=month, account=account, debit_minor=debit, credit_minor=credit)


def _row(**said: Any) -> str:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))
