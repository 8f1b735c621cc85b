"""Lettering (lettrage): the letters that tie the lines of a third party's account together.

Letters are AAA, AAB … per third party, upper case once the group is balanced; a partial group has
lower case and takes a new letter when it becomes full (RECONCILIATION facts, PCG practice).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from rappro.domain.books import (
    EntryPlace,
    EntryStatus,
    JournalEntry,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId

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

    Each item makes its own group: the lines that it was opened by and those of its payments
    (`settled_by`), where `entries` holds them, validated. A group whose lines balance takes the
    next letter; any other has a lower-case letter until then: so it is for good when the books do
    not hold the invoice's own entry, or too many lines made the item.
    """
    party, lettered_items, changed = third_party, dict[str, OpenItem](), dict(entries)
    for item in sorted(items, key=lambda i: (i.issue_date, i.number, i.id)):
        group = group_lines(item, changed)
        is_full = item.is_settled and not _balance_minor(group, changed)
        if item.letter is not None and item.letter.isupper() is is_full:
            letter = item.letter
        else:
            letter = letter_at(party.letter_count)
            letter = letter if is_full else letter.lower()
            party = replace(party, letter_count=party.letter_count + 1)
        lettered_items[item.id] = replace(item, letter=letter)
        for entry_id, indexes in group.items():
            changed[entry_id] = with_letter(changed[entry_id], indexes, letter, on=on)
    return Lettered(party, lettered_items, changed)


def sources_of(item: OpenItem) -> tuple[EntryPlace, ...]:
    """Return the ledger lines that an item was opened by, as far as the books know them."""
    if item.sources or item.entry_id is None or item.entry_line is None:
        return item.sources
    return (EntryPlace(item.entry_id, item.entry_line),)


def group_lines(
    item: OpenItem, entries: Mapping[str, JournalEntry]
) -> dict[EntryId, frozenset[int]]:
    """Return the validated lines of an item's group: by entry, their indexes."""
    found: dict[EntryId, set[int]] = {}
    for place in sources_of(item):
        found.setdefault(place.entry_id, set()).add(place.line)
    for entry_id in item.settled_by:
        if entry_id in entries and entry_id not in found:
            found[entry_id] = _payment_lines(item, entries[entry_id])
    return {
        entry_id: frozenset(indexes)
        for entry_id, indexes in found.items()
        if indexes and entry_id in entries and _is_validated(entries[entry_id])
    }


def _is_validated(entry: JournalEntry) -> bool:
    return entry.status is EntryStatus.VALIDATED


def _payment_lines(item: OpenItem, entry: JournalEntry) -> set[int]:
    """Return the lines that name the item; else its account's, which no other group has."""
    own = [
        (index, line)
        for index, line in enumerate(entry.lines)
        if line.account == item.account and line.third_party == item.third_party
    ]
    named = {index for index, line in own if line.label.startswith(f"{item.number} ")}
    return named or {index for index, line in own if line.letter in (None, item.letter)}


def _balance_minor(
    group: Mapping[EntryId, frozenset[int]], entries: Mapping[str, JournalEntry]
) -> int:
    return sum(
        entries[entry_id].lines[index].balance_minor
        for entry_id, indexes in group.items()
        for index in indexes
    )


def with_letter(
    entry: JournalEntry, indexes: frozenset[int], letter: str | None, *, on: date | None
) -> JournalEntry:
    """Return an entry with some of its lines lettered, or freed of their letter (None)."""
    lines = tuple(
        replace(line, letter=letter, lettered_on=on) if index in indexes else line
        for index, line in enumerate(entry.lines)
    )
    return replace(entry, lines=lines)
