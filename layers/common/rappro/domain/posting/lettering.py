"""Lettering (lettrage): the letters that tie the lines of a third party's account together.

Letters are AAA, AAB … per third party, upper case once the group is balanced; a partial group has
lower case and takes a new letter when it becomes full (RECONCILIATION facts, PCG practice).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from rappro.domain.books import (
    EntryLine,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import TooLarge

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LETTERS_MAX = len(_ALPHABET) ** 3


def letter_at(index: int) -> str:
    """Return the letter of a 0-based rank: 0 is AAA, 1 is AAB, 26 is ABA.

    Raises TooLarge beyond ZZZ (17,576 letters of one third party).
    """
    if not 0 <= index < _LETTERS_MAX:
        raise TooLarge(f"a third party's letters end at ZZZ ({_LETTERS_MAX})")
    high, rest = divmod(index, 26 * 26)
    middle, low = divmod(rest, 26)
    return _ALPHABET[high] + _ALPHABET[middle] + _ALPHABET[low]


@dataclass(frozen=True, slots=True)
class Lettered:
    """The records after lettering, by id."""

    third_party: ThirdParty
    open_items: dict[str, OpenItem]
    entries: dict[str, JournalEntry]


def letter_items(
    third_party: ThirdParty,
    items: Iterable[OpenItem],
    entries: Mapping[str, JournalEntry],
    *,
    on: date,
) -> Lettered:
    """Letter items of one third party with the payments that took from them.

    Each item makes its own group: its invoice line and the lines of its payments (`settled_by`),
    where `entries` holds them. A group that is balanced takes the next letter; a partial one keeps
    its lower-case letter until then.
    """
    party, lettered_items, changed = third_party, dict[str, OpenItem](), dict(entries)
    for item in sorted(items, key=lambda i: (i.issue_date, i.number, i.id)):
        if item.letter is not None and item.letter.isupper() is item.is_settled:
            letter = item.letter
        else:
            letter = letter_at(party.letter_count)
            letter = letter if item.is_settled else letter.lower()
            party = replace(party, letter_count=party.letter_count + 1)
        lettered_items[item.id] = replace(item, letter=letter)
        for entry_id in {item.entry_id, *item.settled_by}:
            if entry_id is not None and entry_id in changed:
                changed[entry_id] = _letter_lines(changed[entry_id], item, letter, on)
    return Lettered(party, lettered_items, changed)


def _letter_lines(entry: JournalEntry, item: OpenItem, letter: str, on: date) -> JournalEntry:
    lines = tuple(
        replace(line, letter=letter, lettered_on=on) if _is_of(line, index, entry, item) else line
        for index, line in enumerate(entry.lines)
    )
    return replace(entry, lines=lines)


def _is_of(line: EntryLine, index: int, entry: JournalEntry, item: OpenItem) -> bool:
    if entry.id == item.entry_id:
        return index == item.entry_line
    return (
        line.account == item.account
        and line.third_party == item.third_party
        and line.label.startswith(f"{item.number} ")
    )
