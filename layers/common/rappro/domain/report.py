"""The reconciliation report (état de rapprochement), recomputed from its two sides each time.

The bank side is read only from statements, the ledger side only from entries; nothing is a running
total. A match is complete at a date when it has no draft and no member dated later; a complete
match explains itself, everything else is listed. So

    bank balance = ledger balance + lines not in the books - entries not on the bank + difference

and the difference is 0 unless something is wrong: an entry vanished, a balance does not follow.

A movement that two statements bring counts once: the later line is known as the first one's key.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rappro.domain.bank import Balance, LineStatusAtBank
from rappro.domain.books import (
    BankEntry,
)
from rappro.domain.ids import MatchId
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)


@dataclass(frozen=True, slots=True)
class ReportItem:
    """One item of either list; `amount_minor` is signed as the bank account sees it."""

    id: str
    date: date
    label: str
    amount_minor: int
    reference: str | None
    age_days: int


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

    @property
    def lines_minor(self) -> int:
        return sum(item.amount_minor for item in self.lines_not_in_books)

    @property
    def entries_minor(self) -> int:
        return sum(item.amount_minor for item in self.entries_not_on_bank)

    @property
    def difference_minor(self) -> int:
        """What neither list explains; zero when the account is reconciled."""
        explained = self.ledger_balance_minor + self.lines_minor - self.entries_minor
        return self.bank_balance_minor - explained


@dataclass(frozen=True, slots=True)
class BankSide:
    """What the accepted statements of a journal say, in order."""

    statements: tuple[StatementRecord, ...]
    lines: tuple[LineRecord, ...]


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


def bank_balance_minor(bank: BankSide, on: date, reconciled: Balance | None) -> int:
    """Return the bank's balance at the end of a day: the last known balance plus later lines."""
    start = reconciled if reconciled is not None and reconciled.on <= on else None
    start_statement: StatementRecord | None = None
    for statement in bank.statements:
        if statement.closing is not None and statement.closing.on <= on:
            start, start_statement = statement.closing, statement
    if start is None:
        first = next((s for s in bank.statements if s.opening is not None), None)
        start = first.opening if first is not None else None
    return (start.amount_minor if start else 0) + _moved_after(bank, start_statement, on)


def _moved_after(bank: BankSide, last: StatementRecord | None, on: date) -> int:
    """Add up the movements until a day that no statement up to `last` tells of, each once."""
    counted = _statements_after(bank.statements, last)
    told = {_movement(line) for line in bank.lines if line.statement_id not in counted}
    moved_minor = 0
    for line in bank.lines:
        if _is_booked(line) and line.line.booking_date <= on and _movement(line) not in told:
            told.add(_movement(line))
            moved_minor += line.line.amount_minor
    return moved_minor


def _movement(line: LineRecord) -> str:
    """Return what is the same for all lines that tell of one movement."""
    return line.known_as or line.key


def _statements_after(
    statements: tuple[StatementRecord, ...], last: StatementRecord | None
) -> set[str]:
    if last is None:
        return {s.id for s in statements}
    return {s.id for s in statements[statements.index(last) + 1 :]}


def _is_booked(line: LineRecord) -> bool:
    return line.line.status is LineStatusAtBank.BOOKED


def build_report(
    *,
    journal: str,
    account: str,
    currency: str,
    on: date,
    bank: BankSide,
    ledger: Iterable[BankEntry],
    reconciled: Balance | None,
) -> ReconciliationReport:
    """Return the report at a date from both sides. Drafts are not in the ledger."""
    rows = list(ledger)
    entries = [entry for entry in rows if entry.is_in_ledger]
    lines = [line for line in bank.lines if _is_booked(line)]
    incomplete = _incomplete_matches(lines, rows, on)
    last = next((s for s in reversed(bank.statements) if s.closing and s.closing.on <= on), None)
    return ReconciliationReport(
        journal=journal,
        account=account,
        currency=currency,
        on=on,
        statement_number=last.number if last else None,
        bank_balance_minor=bank_balance_minor(bank, on, reconciled),
        ledger_balance_minor=sum(e.amount_minor for e in entries if e.date <= on),
        lines_not_in_books=tuple(
            _line_item(line, on)
            for line in lines
            if line.line.booking_date <= on and _is_open_line(line, incomplete)
        ),
        entries_not_on_bank=tuple(
            _entry_item(entry, on)
            for entry in entries
            if entry.date <= on and _is_open_entry(entry, incomplete)
        ),
    )


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


def _is_open_entry(entry: BankEntry, incomplete: frozenset[MatchId]) -> bool:
    if entry.is_carried_over:
        return False
    return entry.match_id is None or entry.match_id in incomplete


def _line_item(line: LineRecord, on: date) -> ReportItem:
    return ReportItem(
        id=line.key,
        date=line.line.booking_date,
        label=line.line.label,
        amount_minor=line.line.amount_minor,
        reference=line.line.entry_ref,
        age_days=(on - line.line.booking_date).days,
    )


def _entry_item(entry: BankEntry, on: date) -> ReportItem:
    return ReportItem(
        id=entry.id,
        date=entry.date,
        label=entry.label,
        amount_minor=entry.amount_minor,
        reference=entry.piece_ref,
        age_days=(on - entry.date).days,
    )
