"""Rows made into entries (écritures): by EcritureNum when it is a number, else rebuilt by balance.

Packages number entries globally, per journal, with gaps, or write one constant per journal; then
an entry is what balances among the rows of one journal, day and piece:

    journal bq, number 0, 3 January, piece PRLV

    401 +941.25   512 -941.25 │ 627 +43.50   512 -43.50
    the balance is zero here ─┘ a new entry begins
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from rappro.domain.books import (
    EntryLine,
    EntrySource,
    EntryStatus,
    JournalEntry,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, ThirdPartyId, derive_id
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.rows import FecRow


@dataclass(frozen=True, slots=True)
class EntryRows:
    """The rows of one entry, in file order, and the identity of the entry."""

    id: EntryId
    journal: str
    number: str
    rows: tuple[FecRow, ...]
    is_opening: bool

    @property
    def balance_minor(self) -> int:
        return sum(row.balance_minor for row in self.rows)

    @property
    def entry_date(self) -> date:
        """The day of the entry; carried-forward lines that kept their own days: the last one."""
        days = [row.entry_date for row in self.rows]
        return max(days) if self.is_opening else min(days)


def group_entries(
    rows: Iterable[FecRow], opening_journals: frozenset[str], notes: Notes
) -> list[EntryRows]:
    """Return every row in exactly one entry, entries in the order of their first row.

    The identity is the journal, the source number, the earliest day and piece, and a rank among
    equals: it does not depend on the file, nor on the order of journals in it.
    """
    by_journal: dict[str, dict[str, list[FecRow]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_journal[row.journal][row.number].append(row)
    entries: list[EntryRows] = []
    for journal, by_number in by_journal.items():
        is_opening = journal in opening_journals
        ranks: dict[tuple[str, str, str], int] = defaultdict(int)
        for number, found in by_number.items():
            if _is_number(number, by_number):
                parts = [found]
            else:
                parts = _rebuilt(found, is_opening=is_opening)
                _note_constant(journal, number, len(parts), found[0].line, notes=notes)
            entries += (_identified(part, is_opening=is_opening, ranks=ranks) for part in parts)
    entries.sort(key=lambda entry: entry.rows[0].line)
    _note_unbalanced(entries, notes)
    return entries


def _is_number(number: str, by_number: dict[str, list[FecRow]]) -> bool:
    """Say whether EcritureNum tells this journal's entries apart.

    It does not when it is empty, or when the journal has one number for several days or pieces.
    """
    if not number:
        return False
    if len(by_number) > 1:
        return True
    rows = by_number[number]
    return len({(row.entry_date, row.piece_ref) for row in rows}) == 1


def _rebuilt(rows: list[FecRow], *, is_opening: bool) -> list[list[FecRow]]:
    """Return entries by day and piece, then by day, cut wherever the balance returns to zero.

    What still does not balance stays together by day and piece; in an opening journal, whose rows
    keep the days they had, it is one entry when it balances as a whole.
    """
    if is_opening and len({row.entry_date for row in rows}) == 1:
        return [rows]
    by_day: dict[date, list[FecRow]] = defaultdict(list)
    whole: list[list[FecRow]] = []
    for (day, _), found in _by_day_and_piece(rows).items():
        done, left = _cut(found)
        whole += done
        by_day[day] += left
    leftovers: list[FecRow] = []
    for found in by_day.values():
        done, left = _cut(sorted(found, key=lambda row: row.line))
        whole += done
        leftovers += left
    if is_opening and leftovers and not sum(row.balance_minor for row in leftovers):
        return [*whole, leftovers]
    return [*whole, *_by_day_and_piece(leftovers).values()]


def _by_day_and_piece(rows: list[FecRow]) -> dict[tuple[date, str], list[FecRow]]:
    found: dict[tuple[date, str], list[FecRow]] = defaultdict(list)
    for row in rows:
        found[row.entry_date, row.piece_ref].append(row)
    return found


def _cut(rows: list[FecRow]) -> tuple[list[list[FecRow]], list[FecRow]]:
    """Return the runs whose balance returns to zero, and the rows after the last one."""
    done: list[list[FecRow]] = []
    run: list[FecRow] = []
    balance = 0
    for row in rows:
        run.append(row)
        balance += row.balance_minor
        if not balance and any(other.balance_minor for other in run):
            done.append(run)
            run = []
    if run and not any(row.balance_minor for row in run) and done:
        done[-1] += run  # rows of zero say nothing alone
        run = []
    return done, run


def _identified(
    rows: list[FecRow], *, is_opening: bool, ranks: dict[tuple[str, str, str], int]
) -> EntryRows:
    first = rows[0]
    day = min(row.entry_date for row in rows).isoformat()
    piece = min(row.piece_ref for row in rows)
    rank = ranks[first.number, day, piece]
    ranks[first.number, day, piece] += 1
    identity = EntryId(derive_id("en", first.journal, first.number, day, piece, rank))
    return EntryRows(identity, first.journal, first.number, tuple(rows), is_opening)


def _note_constant(journal: str, number: str, count: int, line: int, *, notes: Notes) -> None:
    if count > 1:
        said = f"the one number {number!r}" if number else "no number"
        notes.info(
            "constant_numbering",
            f"journal {journal} has {said}: {count} entries were rebuilt by day, piece and balance",
            line,
        )


def _note_unbalanced(entries: list[EntryRows], notes: Notes) -> None:
    """Note entries that do not balance, and those that balance only across journals."""
    gaps: dict[tuple[str, date], int] = defaultdict(int)
    unbalanced = [(entry, gap) for entry in entries if (gap := entry.balance_minor)]
    for entry, gap in unbalanced:
        gaps[entry.number, entry.entry_date] += gap
    for entry, gap in unbalanced:
        line = entry.rows[0].line
        name = f"entry {entry.number or entry.rows[0].piece_ref} of journal {entry.journal}"
        if entry.number and not gaps[entry.number, entry.entry_date]:
            notes.warn("entry_across_journals", f"{name} balances only with other journals", line)
        else:
            said = f"{name}: debits minus credits is {notes.amount(gap)}"
            notes.warn("unbalanced_entry", said, line)


def entry_of(
    entry: EntryRows, *, third_parties: dict[int, ThirdPartyId], fiscal_year: str
) -> JournalEntry:
    """Return the validated entry; its piece and label are those of its first row.

    `third_parties` gives the third party of a row, by its line.
    """
    first = entry.rows[0]
    piece_date = first.issue_date
    return JournalEntry(
        id=entry.id,
        journal=entry.journal,
        date=entry.entry_date,
        piece_ref=first.piece_ref,
        piece_date=piece_date,
        label=first.label,
        lines=tuple(
            _line(row, first.piece_ref, piece_date, third_parties.get(row.line))
            for row in entry.rows
        ),
        source=EntrySource.FEC,
        status=EntryStatus.VALIDATED,
        source_number=entry.number or None,
        validated_on=first.validated_on,
        fiscal_year=fiscal_year,
        is_unbalanced_at_source=entry.balance_minor != 0,
    )


def _line(
    row: FecRow, piece_ref: str, piece_date: date, third_party: ThirdPartyId | None
) -> EntryLine:
    balance = row.balance_minor
    issued = row.issue_date
    return EntryLine(
        account=row.account,
        label=row.label,
        debit_minor=max(balance, 0),
        credit_minor=max(-balance, 0),
        third_party=third_party,
        letter=row.letter or None,
        lettered_on=row.lettered_on,
        foreign_amount_minor=row.foreign_minor,
        foreign_currency=row.foreign_currency,
        piece_ref=None if row.piece_ref == piece_ref else row.piece_ref,
        piece_date=None if issued == piece_date else issued,
    )
