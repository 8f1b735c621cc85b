"""Reverses validated entries (contre-passation): nothing that is validated changes or goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from rappro.domain.books import (
    BankEntry,
    EntryLine,
    EntryStatus,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import RuleViolation
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, derive_id
from rappro.domain.posting.lettering import Lettered, group_lines, letter_at, with_letter

_LABEL_LENGTH_MAX = 120


@dataclass(frozen=True, slots=True)
class Numbering:
    """What a reversal is numbered with: the day it is dated and validated, its year and number."""

    on: date
    validated_on: date
    fiscal_year: str
    number: int


def reversal_of(entry: JournalEntry, numbering: Numbering) -> JournalEntry:
    """Return the validated entry that takes another back: the same lines, sides swapped."""
    return replace(
        entry,
        id=reversal_id(entry),
        date=numbering.on,
        label=f"Contre-passation {entry.label}"[:_LABEL_LENGTH_MAX],
        lines=tuple(_swapped(line) for line in entry.lines),
        status=EntryStatus.VALIDATED,
        number=numbering.number,
        source_number=None,
        validated_on=numbering.validated_on,
        fiscal_year=numbering.fiscal_year,
        version=0,
    )


def reversal_id(entry: JournalEntry) -> EntryId:
    """Return the id of an entry's reversal: there is one."""
    return EntryId(derive_id("en", "reversal", entry.id))


def _swapped(line: EntryLine) -> EntryLine:
    foreign = line.foreign_amount_minor
    return replace(
        line,
        label=f"Contre-passation {line.label}"[:_LABEL_LENGTH_MAX],
        debit_minor=line.credit_minor,
        credit_minor=line.debit_minor,
        letter=None,
        lettered_on=None,
        foreign_amount_minor=None if foreign is None else -foreign,
    )


def reversed_side(side: BankEntry, made: JournalEntry) -> BankEntry:
    """Return the bank side of a reversal: with the first one it comes to nothing."""
    return replace(
        side,
        id=derive_id("be", made.id, 0),
        date=made.date,
        amount_minor=-side.amount_minor,
        label=made.label,
        entry_id=made.id,
        pointed_on=made.date,
        version=0,
    )


def release_letters(
    item: OpenItem, entries: Mapping[str, JournalEntry]
) -> tuple[OpenItem, dict[str, JournalEntry]]:
    """Take the letter off an item and all lines of its group (délettrage)."""
    changed = dict(entries)
    for entry_id, indexes in group_lines(item, entries).items():
        own = {i for i in indexes if changed[entry_id].lines[i].letter == item.letter}
        changed[entry_id] = with_letter(changed[entry_id], frozenset(own), None, on=None)
    return replace(item, letter=None), changed


def letter_pairs(
    third_party: ThirdParty, pairs: list[tuple[JournalEntry, JournalEntry]], *, on: date
) -> Lettered:
    """Letter the lines of entries and of their reversals on a third party's account.

    Raises RuleViolation for a line that is lettered with something else.
    """
    party, changed = third_party, dict[str, JournalEntry]()
    for entry, made in pairs:
        indexes = frozenset(i for i, e in enumerate(entry.lines) if e.third_party == party.id)
        if not indexes:
            continue
        for index in indexes:
            if entry.lines[index].letter is not None:
                raise RuleViolation(
                    f"entry {entry.id} is lettered {entry.lines[index].letter} with what this match"
                    " does not settle"
                )
        letter = letter_at(party.letter_count)
        party = replace(party, letter_count=party.letter_count + 1)
        changed[entry.id] = with_letter(entry, indexes, letter, on=on)
        changed[made.id] = with_letter(made, indexes, letter, on=on)
    return Lettered(party, {}, changed)
