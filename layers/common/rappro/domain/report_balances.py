"""The bank's balance at the end of any day, from statements and lines; both balances over time.

A balance is the last closing that is known by that day, plus the movements that no statement up to
it tells of. A movement that two statements bring counts once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import accumulate
from typing import Final

from rappro.domain.bank import Balance, LineStatusAtBank
from rappro.domain.books import BankEntry
from rappro.domain.frozen import dataclass
from rappro.domain.records import LineRecord, StatementRecord

HISTORY_DAYS: Final = 90
"""How far back the picture of a report goes: about a quarter."""


@dataclass(frozen=True, slots=True)
class BankSide:
    """What the accepted statements of a journal say, in order.

    `points` are balances to which a person pointed the entries by hand, by day.
    """

    statements: tuple[StatementRecord, ...]
    lines: tuple[LineRecord, ...]
    points: tuple[Balance, ...] = ()


@dataclass(frozen=True, slots=True)
class BalancePoint:
    """Both balances at the end of a day."""

    on: date
    bank_minor: int
    ledger_minor: int


@dataclass(frozen=True, slots=True)
class _Running:
    """Sums of dated amounts up to any day."""

    days: list[date]
    sums_minor: list[int]

    @classmethod
    def of(cls, dated: Iterable[tuple[date, int]]) -> _Running:
        rows = sorted(dated)
        return cls([day for day, _ in rows], list(accumulate(amount for _, amount in rows)))

    def until(self, on: date) -> int:
        at = bisect_right(self.days, on)
        return self.sums_minor[at - 1] if at else 0


class BankBalances:
    """The bank's balance at any day."""

    def __init__(self, bank: BankSide, reconciled: Balance | None) -> None:
        self._statements = bank.statements
        self._reconciled = reconciled
        self._points = bank.points
        self._lines: dict[str, list[LineRecord]] = {s.id: [] for s in bank.statements}
        for line in bank.lines:
            self._lines.setdefault(line.statement_id, []).append(line)
        self._first_days = {
            statement: min((line.line.booking_date for line in lines), default=date.max)
            for statement, lines in self._lines.items()
        }
        self._has_doubles = any(line.known_as is not None for line in bank.lines)
        self._after: dict[int, _Running] = {}

    def at(self, on: date) -> int:
        """Return the balance at the end of a day, in minor units."""
        start = self._reconciled
        if start is not None and start.on > on:
            start = None
        last = -1
        for index, statement in enumerate(self._statements):
            if statement.closing is not None and statement.closing.on <= on:
                start, last = statement.closing, index
        point = next((p for p in reversed(self._points) if p.on <= on), None)
        if point is not None and (start is None or start.on < point.on):
            start = point
        if start is None:
            start = next((s.opening for s in self._statements if s.opening is not None), None)
        return (start.amount_minor if start else 0) + self._moved_after(last).until(on)

    def first_day(self) -> date | None:
        """Return the first day of which a balance is known."""
        days = [self._reconciled.on] if self._reconciled else []
        days += [s.opening.on for s in self._statements if s.opening is not None]
        days += [s.closing.on for s in self._statements if s.closing is not None]
        days += [point.on for point in self._points]
        return min(days, default=None)

    def _moved_after(self, last: int) -> _Running:
        """Return the movements that no statement up to `last` tells of, each once."""
        if last not in self._after:
            told = self._told_until(last)
            later = self._statements[last + 1 :]
            end = min((s.closing.on for s in later if s.closing is not None), default=date.max)
            moved: dict[str, tuple[date, int]] = {}
            for statement in later:
                if self._first_days[statement.id] > end:
                    continue  # another balance is known by then
                for line in filter(is_booked, self._lines[statement.id]):
                    movement = _movement(line)
                    if movement in told:
                        continue
                    dated = (line.line.booking_date, line.line.amount_minor)
                    moved[movement] = min(moved.get(movement, dated), dated)
            self._after[last] = _Running.of(moved.values())
        return self._after[last]

    def _told_until(self, last: int) -> set[str]:
        """Return the movements of the statements up to `last` that others might tell of too."""
        if not self._has_doubles:
            return set()
        until = (self._lines[s.id] for s in self._statements[: last + 1])
        return {_movement(line) for lines in until for line in lines}


def _movement(line: LineRecord) -> str:
    """Return what is the same for all lines that tell of one movement."""
    return line.known_as or line.key


def is_booked(line: LineRecord) -> bool:
    """Say whether a line moves the booked balance."""
    return line.line.status is LineStatusAtBank.BOOKED


def balances_over_time(
    balances: BankBalances, in_ledger: Iterable[BankEntry], on: date
) -> tuple[BalancePoint, ...]:
    """Return both balances of each day of the last HISTORY_DAYS, as far as the bank's is known."""
    books = _Running.of((entry.date, entry.amount_minor) for entry in in_ledger)
    known = balances.first_day() or on
    first = max(on - timedelta(days=HISTORY_DAYS), min(known, on))
    days = (first + timedelta(days=count) for count in range((on - first).days + 1))
    return tuple(BalancePoint(day, balances.at(day), books.until(day)) for day in days)
