"""Checks of what the lines of a FEC say together: balances, numbering, order, labels, lettering.

Memory grows with entries, accounts, days and letters, never with lines.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from typing import Final
from zlib import crc32

from rappro.domain.money import format_amount
from rappro.domain.opening.journals import is_opening_journal
from rappro.formats.fec_check_codes import Remarks
from rappro.formats.fec_check_rows import (
    ACCOUNT,
    ACCOUNT_LABEL,
    AUXILIARY,
    AUXILIARY_LABEL,
    JOURNAL,
    JOURNAL_LABEL,
    LETTER,
    NUMBER,
    CheckedRow,
)

_NUMBERED = re.compile(r"(.*?)(\d{1,15})", re.ASCII)
_NO_DAY: Final = 0
_NEARLY_WHOLE: Final = 10


class BooksChecker:
    """Takes rows in file order, then says what they do not add up to."""

    def __init__(self, currency: str, remarks: Remarks) -> None:
        self._currency = currency
        self._remarks = remarks
        self._labels = _Labels(remarks)
        self._entries = _Entries(currency, remarks)
        self._days: dict[tuple[str, date], list[int]] = {}
        self._letters: dict[tuple[str, str, str], list[int]] = {}
        self._last_valid: date | None = None
        self._openings: dict[str, bool] = {}
        self.row_count = 0
        self.debit_minor = 0
        self.credit_minor = 0
        self.first_day: date | None = None
        self.last_day: date | None = None

    @property
    def entry_count(self) -> int:
        """How many entries there are, by journal and number."""
        return self._entries.count

    def add(self, row: CheckedRow) -> None:
        """Take one row."""
        self.row_count += 1
        self.debit_minor += row.debit_minor
        self.credit_minor += row.credit_minor
        fields = row.fields
        is_new = self._entries.add(row)
        self._labels.add(row)
        if row.day is not None:
            day = self._days.setdefault((fields[JOURNAL], row.day), [0, row.line])
            day[0] += row.balance_minor
            if self.first_day is None or row.day < self.first_day:
                self.first_day = row.day
            if self.last_day is None or row.day > self.last_day:
                self.last_day = row.day
        if is_new:
            self._check_order(row)
        if fields[LETTER]:
            self._add_letter(row)

    def _add_letter(self, row: CheckedRow) -> None:
        """Take a lettered row: partial letters, and those of pointed bank lines, balance nothing.

        Packages write the mark of what the bank has shown into EcritureLet of class 5.
        """
        account, letter = row.fields[ACCOUNT], row.fields[LETTER]
        if letter.islower() or account.startswith("5"):
            return
        place = (account, row.fields[AUXILIARY], letter)
        group = self._letters.setdefault(place, [0, row.line])
        group[0] += row.balance_minor

    def _check_order(self, row: CheckedRow) -> None:
        """Entries follow each other in order of validation, behind those carried forward."""
        journal = row.fields[JOURNAL]
        is_opening = self._openings.get(journal)
        if is_opening is None:
            is_opening = is_opening_journal(journal, row.fields[JOURNAL_LABEL])
            self._openings[journal] = is_opening
        if row.valid_day is None or is_opening:
            return
        if self._last_valid is not None and row.valid_day < self._last_valid:
            said = f"validated on {row.valid_day}, behind one of {self._last_valid}"
            self._remarks.add("validation_order", said, row.line)
        self._last_valid = row.valid_day

    def finish(self) -> None:
        """Note what only the whole file shows."""
        self._entries.finish()
        journals: dict[str, int] = defaultdict(int)
        for (journal, day), (balance, line) in self._days.items():
            journals[journal] += balance
            if balance:
                said = f"journal {journal} on {day}: {self._gap(balance)}"
                self._remarks.add("day_not_balanced", said, line)
        for journal, balance in journals.items():
            if balance:
                self._remarks.add(
                    "journal_not_balanced", f"journal {journal}: {self._gap(balance)}"
                )
        balance = self.debit_minor - self.credit_minor
        if balance:
            self._remarks.add("file_not_balanced", self._gap(balance))
        for (account, auxiliary, letter), (gap, line) in self._letters.items():
            if gap:
                name = f"{account} {auxiliary}".rstrip()
                said = f"letter {letter} of {name}: {self._gap(gap)}"
                self._remarks.add("lettering_not_balanced", said, line)

    def _gap(self, balance_minor: int) -> str:
        return f"debits minus credits is {format_amount(balance_minor, self._currency)}"


class _Labels:
    """One label for each journal, account and auxiliary; each difference is told once."""

    def __init__(self, remarks: Remarks) -> None:
        self._remarks = remarks
        self._known: dict[tuple[int, str], str] = {}
        self._told: set[tuple[int, str]] = set()

    def add(self, row: CheckedRow) -> None:
        """Compare the labels of a row with those seen before."""
        for index, label_index, code in (
            (JOURNAL, JOURNAL_LABEL, "journal_label_differs"),
            (ACCOUNT, ACCOUNT_LABEL, "account_label_differs"),
            (AUXILIARY, AUXILIARY_LABEL, "auxiliary_label_differs"),
        ):
            name, label = row.fields[index], row.fields[label_index]
            known = self._known.setdefault((index, name), label)
            if known != label and name and (index, name) not in self._told:
                self._told.add((index, name))
                self._remarks.add(code, f"{name}: {label!r} was {known!r} before", row.line)


class _Run:
    """The rows of one entry as they follow each other."""

    __slots__ = ("day", "digest", "rank", "rows", "said_days")

    def __init__(self, rank: int, day: date | None) -> None:
        self.rank = rank
        self.day = day
        self.digest = 0
        self.rows: set[tuple[str, ...]] = set()
        self.said_days = False


class _Entries:
    """Entries by journal and EcritureNum: are they balanced, whole, and numbered without a gap?"""

    def __init__(self, currency: str, remarks: Remarks) -> None:
        self._currency = currency
        self._remarks = remarks
        self._ranks: dict[str, dict[str, int]] = {}
        self._balances = array("q")
        self._lines = array("q")
        self._days = array("q")
        self._digests = array("q")
        self._run: _Run | None = None
        self._place: tuple[str, str] | None = None
        self._split_days: set[str] = set()  # journals whose entries have several days

    @property
    def count(self) -> int:
        return len(self._lines)

    def add(self, row: CheckedRow) -> bool:
        """Take one row; say whether it begins an entry."""
        place = (row.fields[JOURNAL], row.fields[NUMBER])
        is_new = False
        if place != self._place:
            self._close_run()
            self._place = place
            is_new = self._open_run(row, place)
        run = self._run
        assert run is not None
        self._balances[run.rank] += row.balance_minor
        self._check_run(run, row)
        return is_new

    def _open_run(self, row: CheckedRow, place: tuple[str, str]) -> bool:
        numbers = self._ranks.setdefault(place[0], {})
        rank = numbers.get(place[1])
        is_new = rank is None
        day = row.day.toordinal() if row.day else _NO_DAY
        if rank is None:
            rank = numbers[place[1]] = len(self._lines)
            self._balances.append(0)
            self._lines.append(row.line)
            self._days.append(day)
            self._digests.append(0)
        else:
            self._note_again(row, rank, place, day=day)
        self._run = _Run(rank, row.day)
        return is_new

    def _note_again(self, row: CheckedRow, rank: int, place: tuple[str, str], *, day: int) -> None:
        name = f"entry {place[1]} of journal {place[0]}"
        before = f"line {self._lines[rank]}"
        if self._days[rank] != day:
            self._split_days.add(place[0])
            said = f"{name} was used on another day, at {before}"
            self._remarks.add("number_reused", said, row.line)
        else:
            self._remarks.add("entry_scattered", f"{name} began at {before}", row.line)

    def _check_run(self, run: _Run, row: CheckedRow) -> None:
        if row.day != run.day and not run.said_days:
            run.said_days = True
            self._split_days.add(row.fields[JOURNAL])
            said = f"one entry has lines of {run.day} and {row.day}"
            self._remarks.add("entry_of_several_days", said, row.line)
        if row.fields in run.rows:
            self._remarks.add("row_duplicate", "the same line is in this entry twice", row.line)
        else:
            run.rows.add(row.fields)
        run.digest ^= crc32("\t".join(row.fields).encode(errors="replace"))

    def _close_run(self) -> None:
        run = self._run
        if run is None:
            return
        known = self._digests[run.rank]
        if known and known == run.digest + 1:
            self._remarks.add(
                "entry_repeated", "the whole entry was there before", self._lines[run.rank]
            )
        elif not known:
            self._digests[run.rank] = run.digest + 1  # 0 stands for none yet

    def finish(self) -> None:
        """Note entries that do not balance, and what is wrong with the numbers."""
        self._close_run()
        for journal, numbers in self._ranks.items():
            if len(numbers) == 1 and journal in self._split_days:
                number, rank = next(iter(numbers.items()))
                said = f"journal {journal} has the one number {number!r}"
                self._remarks.add("number_constant", said, self._lines[rank])
                continue
            for number, rank in numbers.items():
                self._check_balance(journal, number, rank)
        for series in _series(self._ranks):
            self._check_series(series)

    def _check_balance(self, journal: str, number: str, rank: int) -> None:
        balance = self._balances[rank]
        if balance:
            gap = format_amount(balance, self._currency)
            said = f"entry {number} of journal {journal}: debits minus credits is {gap}"
            self._remarks.add("entry_not_balanced", said, self._lines[rank])

    def _check_series(self, series: _Series) -> None:
        previous: int | None = None
        falls = None
        for number, rank in series.numbers:
            if previous is not None and number < previous and falls is None:
                falls = (number, previous, rank)
            previous = number
        if falls is not None:
            said = f"{series.name}: {falls[0]} comes behind {falls[1]}"
            self._remarks.add("number_falls", said, self._lines[falls[2]])
        ordered = sorted(series.numbers)
        for (before, _), (number, rank) in pairwise(ordered):
            if number - before > 1:
                missing = f"{before + 1}" if number - before == 2 else f"{before + 1}-{number - 1}"
                said = f"{series.name}: {missing} is missing"
                self._remarks.add("number_gap", said, self._lines[rank])


class _Series:
    """Numbers with their entries' ranks, in file order: of the file, or of one journal."""

    __slots__ = ("name", "numbers")

    def __init__(self, name: str, numbers: list[tuple[int, int]]) -> None:
        self.name = name
        self.numbers = numbers

    def missing(self) -> int:
        """How many numbers lack between the first and the last."""
        values = {number for number, _ in self.numbers}
        return max(values) - min(values) + 1 - len(values)


def _series(ranks: dict[str, dict[str, int]]) -> Iterator[_Series]:
    """Yield the series that the numbers make: over the file, or one a journal, as fits better.

    The administration takes either (BOI-CF-IOR-60-40-20, 100). What stands before the last digits
    tells series apart ("BQ-2024-00012").
    """
    by_prefix: dict[str, dict[str, list[tuple[int, int]]]] = defaultdict(dict)
    for journal, numbers in ranks.items():
        for number, rank in numbers.items():
            found = _NUMBERED.fullmatch(number)
            if found is not None:
                by_prefix[found[1]].setdefault(journal, []).append((int(found[2]), rank))
    for prefix, journals in by_prefix.items():
        shown = f" {prefix!r}" if prefix else ""
        single = [
            _Series(f"numbers{shown} of journal {journal}", numbers)
            for journal, numbers in journals.items()
        ]
        every = sorted((one for part in journals.values() for one in part), key=_rank)
        whole = _Series(f"numbers{shown} of the file", every)
        is_unique = len({number for number, _ in every}) == len(every)
        near = max(_NEARLY_WHOLE, len(every) // 10)  # a series of the file with some gaps in it
        apart = max(near, sum(part.missing() for part in single))
        is_whole = is_unique and whole.missing() <= apart
        yield from [whole] if is_whole else single


def _rank(one: tuple[int, int]) -> int:
    return one[1]
