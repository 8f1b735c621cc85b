"""The reconciliation report (état de rapprochement), recomputed from its two sides each time.

The bank side is read only from statements, the ledger side only from entries; nothing is a running
total. A match is complete at a date when it has no draft and no member dated later; a complete
match explains itself, everything else is listed. So

    bank balance = ledger balance + lines not in the books - entries not on the bank + difference

and the difference is 0 unless something is wrong: an entry vanished, a balance does not follow.

What is open since before the statement's period is told apart (report d'un état précédent).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from rappro.domain.aging import AgeBucket, age_bucket
from rappro.domain.bank import Balance
from rappro.domain.books import (
    BankEntry,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import MatchId
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.report_balances import (
    BalancePoint,
    BankBalances,
    BankSide,
    balances_over_time,
    is_booked,
)


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One item of either list; `amount_minor` is signed as the bank account sees it.

    `is_carried_in`: open since before the period of the statement that the report ends with.
    """

    id: str
    date: date
    label: str
    amount_minor: int
    reference: str | None
    age_days: int
    is_carried_in: bool = False

    @property
    def bucket(self) -> AgeBucket:
        return age_bucket(self.age_days)


@dataclass(frozen=True, slots=True)
class ReportHolder:
    """Whose account it is, in the words of the day on which the report was made."""

    company_name: str = ""
    siren: str | None = None
    journal_label: str = ""
    iban: str | None = None
    bank_number: str | None = None


NO_HOLDER: Final = ReportHolder()


@dataclass(frozen=True, slots=True)
class ReconciliationReport:
    journal: str
    account: str
    currency: str
    on: date
    statement_number: str | None
    bank_balance_minor: int
    ledger_balance_minor: int
    lines_not_in_books: tuple[ReportItem, ...]
    entries_not_on_bank: tuple[ReportItem, ...]
    period_from: date | None = None  # of the statement of that number
    holder: ReportHolder = NO_HOLDER
    history: tuple[BalancePoint, ...] = ()

    @property
    def lines_minor(self) -> int:
        return sum(item.amount_minor for item in self.lines_not_in_books)

    @property
    def entries_minor(self) -> int:
        return sum(item.amount_minor for item in self.entries_not_on_bank)

    @property
    def reconciled_ledger_minor(self) -> int:
        """The ledger's balance as it were with the lines that it lacks."""
        return self.ledger_balance_minor + self.lines_minor

    @property
    def reconciled_bank_minor(self) -> int:
        """The bank's balance as it were with the entries that it lacks."""
        return self.bank_balance_minor + self.entries_minor

    @property
    def difference_minor(self) -> int:
        """What neither list explains; zero when the account is reconciled."""
        return self.reconciled_bank_minor - self.reconciled_ledger_minor


_EXCLUDED = frozenset(
    {StatementStatus.QUARANTINED, StatementStatus.TRANSFERRED, StatementStatus.DELETING}
)


def accepted(statements: Iterable[StatementRecord]) -> tuple[StatementRecord, ...]:
    """Return the statements that count on the bank side, in period order."""
    return tuple(
        sorted(
            (s for s in statements if s.status not in _EXCLUDED),
            key=lambda s: (s.period_to or date.min, s.number or "", s.ordinal, s.id),
        )
    )


def report_date(statements: tuple[StatementRecord, ...], reconciled: Balance | None) -> date | None:
    """Return the default date of a report: the last closing balance, else the reconciled point."""
    closings = [s.closing.on for s in statements if s.closing is not None]
    if closings:
        return max(closings)
    return reconciled.on if reconciled else None


def build_report(
    *,
    journal: str,
    account: str,
    currency: str,
    on: date,
    bank: BankSide,
    ledger: Iterable[BankEntry],
    reconciled: Balance | None,
    holder: ReportHolder = NO_HOLDER,
) -> ReconciliationReport:
    """Return the report at a date from both sides. Drafts are not in the ledger."""
    rows = list(ledger)
    entries = [entry for entry in rows if entry.is_in_ledger]
    lines = [line for line in bank.lines if is_booked(line)]
    incomplete = _incomplete_matches(lines, rows, on)
    last = next((s for s in reversed(bank.statements) if s.closing and s.closing.on <= on), None)
    starts = last.period_from if last else None
    balances = BankBalances(bank, reconciled)
    return ReconciliationReport(
        journal=journal,
        account=account,
        currency=currency,
        on=on,
        statement_number=last.number if last else None,
        bank_balance_minor=balances.at(on),
        ledger_balance_minor=sum(e.amount_minor for e in entries if e.date <= on),
        lines_not_in_books=_by_date(
            _line_item(line, on, starts)
            for line in lines
            if line.line.booking_date <= on and _is_open_line(line, incomplete)
        ),
        entries_not_on_bank=_by_date(
            _entry_item(entry, on, starts)
            for entry in entries
            if entry.date <= on and _is_open_entry(entry, incomplete, on)
        ),
        period_from=starts,
        holder=holder,
        history=balances_over_time(balances, entries, on),
    )


def _by_date(items: Iterable[ReportItem]) -> tuple[ReportItem, ...]:
    return tuple(sorted(items, key=lambda item: item.date))


def _incomplete_matches(
    lines: list[LineRecord], ledger: list[BankEntry], on: date
) -> frozenset[MatchId]:
    """Matches with a draft, or with a member after the date.

    A match whose entry vanished is not among them: it claims to be in the books, so the difference
    shows what is missing.
    """
    drafts = {e.match_id for e in ledger if e.match_id and not e.is_in_ledger}
    later = {line.match_id for line in lines if line.match_id and line.line.booking_date > on}
    later |= {e.match_id for e in ledger if e.match_id and e.is_in_ledger and e.date > on}
    return frozenset(drafts | later)


def _is_open_line(line: LineRecord, incomplete: frozenset[MatchId]) -> bool:
    if line.known_as is not None or line.status is LineStatus.CLOSED_MANUALLY:
        return False
    return line.match_id is None or line.match_id in incomplete


def _is_open_entry(entry: BankEntry, incomplete: frozenset[MatchId], on: date) -> bool:
    if entry.is_carried_over or (entry.marked_on is not None and entry.marked_on <= on):
        return False
    return entry.match_id is None or entry.match_id in incomplete


def _line_item(line: LineRecord, on: date, starts: date | None) -> ReportItem:
    day = line.line.booking_date
    return ReportItem(
        id=line.key,
        date=day,
        label=line.line.label,
        amount_minor=line.line.amount_minor,
        reference=line.line.entry_ref,
        age_days=(on - day).days,
        is_carried_in=starts is not None and day < starts,
    )


def _entry_item(entry: BankEntry, on: date, starts: date | None) -> ReportItem:
    return ReportItem(
        id=entry.id,
        date=entry.date,
        label=entry.label,
        amount_minor=entry.amount_minor,
        reference=entry.piece_ref,
        age_days=(on - entry.date).days,
        is_carried_in=starts is not None and entry.date < starts,
    )
