"""Controls of a FEC that the administration's own tester leaves out.

They never refuse anything: what they find is noted, and the books open.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Final

from rappro.domain.opening.entries import EntryRows
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.rows import FecRow

_ENDING_DIGITS = re.compile(r"\d{1,15}$")
_EXERCISE_MONTHS_MAX: Final = 24
_ACCOUNT_START = re.compile(r"[1-9]\d\d")

Exercise = tuple[date, date]
"""First and last day of the fiscal year (exercice), both included."""


def control_rows(
    rows: Sequence[FecRow],
    opening_journals: frozenset[str],
    exercise: Exercise | None,
    notes: Notes,
) -> None:
    """Note totals that differ, dates outside the exercise, odd accounts and piece dates.

    Without a given exercise, only dates more than 24 months before the last one are outside it.
    Opening journals may keep the days of before.
    """
    gap = sum(row.balance_minor for row in rows)
    if gap:
        notes.warn("unbalanced_file", f"total debits minus credits is {notes.amount(gap)}")
    first, last = exercise or _widest(rows)
    for row in rows:
        day = row.entry_date
        if day > last or (day < first and row.journal not in opening_journals):
            said = f"{day} is not between {first} and {last}"
            notes.warn("date_outside_exercise", said, row.line)
        if not row.balance_minor:
            notes.info("zero_amount", "the line has no amount", row.line)
        if not row.has_plausible_piece_date:
            said = f"piece date {row.piece_date or 'missing'}: the entry's {day} is used"
            notes.info("implausible_piece_date", said, row.line)
        if not _ACCOUNT_START.match(row.account):
            said = f"account {row.account} does not start with three digits"
            notes.warn("unusual_account", said, row.line)


def _widest(rows: Sequence[FecRow]) -> Exercise:
    last = max((row.entry_date for row in rows), default=date.max)
    months = last.year * 12 + last.month - 1 - _EXERCISE_MONTHS_MAX
    return date(max(months // 12, 1), months % 12 + 1, 1), last


def control_entries(entries: Iterable[EntryRows], notes: Notes) -> None:
    """Note entries of several days, and numbers that are missing in their sequence."""
    sequences: dict[str, _Sequence] = defaultdict(_Sequence)
    for entry in entries:
        line = entry.rows[0].line
        if not entry.is_opening and len({row.entry_date for row in entry.rows}) > 1:
            said = f"entry {entry.number} of journal {entry.journal} has several days"
            notes.info("entry_with_several_dates", said, line)
        found = _ENDING_DIGITS.search(entry.number)
        if found is not None:
            sequences[entry.number[: found.start()]].add(entry, int(found.group()))
    for prefix, sequence in sequences.items():
        for scope, values in sequence.scopes():
            _note_gaps(scope, prefix, values, notes)


@dataclass(slots=True)
class _Sequence:
    """Numbers that begin alike: by journal, each with the line of its entry."""

    journals: dict[str, dict[int, int]] = field(default_factory=lambda: defaultdict(dict))
    unbalanced: set[int] = field(default_factory=set)

    def add(self, entry: EntryRows, number: int) -> None:
        """Count an entry under its number."""
        self.journals[entry.journal].setdefault(number, entry.rows[0].line)
        if entry.balance_minor:
            self.unbalanced.add(number)

    def scopes(self) -> list[tuple[str, dict[int, int]]]:
        """Return where to look for gaps: in the whole file, when its numbers are global.

        They are when fewer are missing there than in each journal, and when numbers that several
        journals have are mostly entries that balance only together.
        """
        together = {n: line for values in self.journals.values() for n, line in values.items()}
        uses = Counter(number for values in self.journals.values() for number in values)
        shared = {number for number, count in uses.items() if count > 1}
        is_global = len(shared) <= 2 * len(shared & self.unbalanced)
        if is_global and _missing(together) < sum(map(_missing, self.journals.values())):
            return [("the file", together)]
        return [(f"journal {code}", values) for code, values in self.journals.items()]


def _missing(values: dict[int, int]) -> int:
    return max(values) - min(values) + 1 - len(values)


def _note_gaps(scope: str, prefix: str, values: dict[int, int], notes: Notes) -> None:
    for before, after in pairwise(sorted(values)):
        if after - before > 1:
            missing = f"{prefix}{before + 1}"
            if after - before > 2:
                missing += f" to {prefix}{after - 1}"
            said = f"EcritureNum {missing} missing in {scope}"
            notes.warn("numbering_gap", said, values[after])
