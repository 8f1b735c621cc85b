"""Entries of a FEC that the books hold already: known by identity, else by what they say.

    same id, same lines        the entry itself
    same journal, day, lines   the entry under another number: a package numbers anew at each
                               export, and what Rappro posted comes back with its FEC
    same id, other lines       changed between two exports: a finding, what is known stays

Each known entry is used once, so that two alike of which one is known give one new entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Final

from rappro.domain.books import (
    BankEntry,
    EntryPlace,
    EntrySource,
    JournalEntry,
    OpenItem,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, ThirdPartyId, derive_id
from rappro.domain.opening.accounts import is_collective
from rappro.domain.opening.entries import EntryRows
from rappro.domain.opening.notes import Notes
from rappro.domain.opening.parties import Parties
from rappro.domain.settings import PostingSettings

_Line = tuple[str, str, int]
_Content = tuple[str, date, str, tuple[_Line, ...]]
_ANY_PIECE: Final = "*"


@dataclass(frozen=True, slots=True)
class KnownBooks:
    """What the books hold before a FEC comes in.

    `entries` are the validated ones, `open_items` the unsettled ones, `bank_entries` those of the
    bank and transit accounts, `openings` the codes of the journals that carry balances forward.
    `is_whole` is false when a load of them died: entries may be there without their items.
    """

    entries: tuple[JournalEntry, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    bank_entries: tuple[BankEntry, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    openings: frozenset[str] = frozenset()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Recognised:
    """The entries of a file after the look at the books.

    `groups` have the ids of the known entries that they are. `places` gives the known line of a
    row, by the row's line. `told` are the rows that bring nothing: no item, no bank entry.
    """

    groups: list[EntryRows]
    places: dict[int, EntryPlace] = field(default_factory=dict)
    told: set[int] = field(default_factory=set)
    relettered: dict[EntryId, tuple[JournalEntry, JournalEntry]] = field(default_factory=dict)
    known_ids: set[EntryId] = field(default_factory=set)


def recognise(
    groups: Sequence[EntryRows], parties: Parties, known: KnownBooks, notes: Notes
) -> Recognised:
    """Return a file's entries with those told apart that the books hold already."""
    if not known.entries:
        return Recognised(list(groups))
    pool = _Pool(known.entries)
    found, changed = _found(groups, [_content(group, parties) for group in groups], pool)
    made = Recognised([])
    for index, group in enumerate(groups):
        entry = found.get(index)
        if entry is None:
            made.groups.append(replace(group, id=pool.free_name(group.id)))
            continue
        made.groups.append(replace(group, id=entry.id))
        _tell(made, group, entry, parties, is_whole=known.is_whole or entry.id != group.id)
        if index in changed:
            _note_changed(group, notes)
        else:
            _letter(made, group, entry, notes)
    _note_gone(groups, known, pool.used, notes)
    return made


def _found(
    groups: Sequence[EntryRows], contents: Sequence[_Content], pool: _Pool
) -> tuple[dict[int, JournalEntry], set[int]]:
    """Return the known entry of each group that has one, and the groups that changed since."""
    found: dict[int, JournalEntry] = {}
    for index, group in enumerate(groups):
        entry = pool.unused(group.id)
        if entry is not None and _content_of(entry) == contents[index]:
            found[index] = pool.take(entry)
    for index in range(len(groups)):
        if index not in found and (entry := pool.like(contents[index])) is not None:
            found[index] = pool.take(entry)
    changed = set()
    for index, group in enumerate(groups):
        if index not in found and (entry := pool.unused(group.id)) is not None:
            found[index] = pool.take(entry)
            changed.add(index)
    return found, changed


class _Pool:
    """The known entries that no entry of the file was found to be, yet."""

    def __init__(self, entries: Iterable[JournalEntry]) -> None:
        self._by_id = {entry.id: entry for entry in entries}
        self.used: set[EntryId] = set()
        self._names: set[EntryId] = set(self._by_id)
        self._alike: dict[_Content, list[JournalEntry]] = defaultdict(list)
        for entry in self._by_id.values():
            for content in _all_contents(entry):
                self._alike[content].append(entry)

    def take(self, entry: JournalEntry) -> JournalEntry:
        """Use an entry up."""
        self.used.add(entry.id)
        return entry

    def unused(self, name: EntryId) -> JournalEntry | None:
        """Return the entry of that id, unless it was used up."""
        return None if name in self.used else self._by_id.get(name)

    def like(self, content: _Content) -> JournalEntry | None:
        """Return an unused entry of that content; the piece of one posted here may be another."""
        journal, day, _, lines = content
        for wanted in (content, (journal, day, _ANY_PIECE, lines)):
            for entry in self._alike.get(wanted, ()):
                if entry.id not in self.used:
                    return entry
        return None

    def free_name(self, name: EntryId) -> EntryId:
        """Return an id that no other entry has."""
        while name in self._names:
            name = EntryId(derive_id("en", name, "other"))
        self._names.add(name)
        return name


def _content(group: EntryRows, parties: Parties) -> _Content:
    first = group.rows[0]
    lines = sorted((row.account, parties.of(row) or "", row.balance_minor) for row in group.rows)
    piece = "" if first.piece_ref == group.number else " ".join(first.piece_ref.split())
    return group.journal, group.entry_date, piece, tuple(lines)


def _content_of(entry: JournalEntry) -> _Content:
    piece = entry.piece_ref
    if entry.lines and entry.lines[0].piece_ref is not None:
        piece = entry.lines[0].piece_ref
    is_number = piece in {entry.source_number, str(entry.number)}
    lines = sorted(
        (line.account, line.third_party or "", line.balance_minor) for line in entry.lines
    )
    return entry.journal, entry.date, "" if is_number else " ".join(piece.split()), tuple(lines)


def _all_contents(entry: JournalEntry) -> Iterator[_Content]:
    journal, day, _, lines = content = _content_of(entry)
    yield content
    if entry.source is not EntrySource.FEC:
        yield journal, day, _ANY_PIECE, lines


def _tell(
    made: Recognised, group: EntryRows, entry: JournalEntry, parties: Parties, *, is_whole: bool
) -> None:
    """Find the known line of each row; without it (a changed entry) the row has no place."""
    lines: dict[_Line, list[int]] = defaultdict(list)
    for index, line in enumerate(entry.lines):
        lines[line.account, line.third_party or "", line.balance_minor].append(index)
    made.known_ids.add(entry.id)
    for row in group.rows:
        at = lines[row.account, parties.of(row) or "", row.balance_minor]
        if at:
            made.places[row.line] = EntryPlace(entry.id, at.pop(0))
        if is_whole:
            made.told.add(row.line)


def _letter(made: Recognised, group: EntryRows, entry: JournalEntry, notes: Notes) -> None:
    """Take the lettering of a newer export over, where nobody lettered otherwise here."""
    lines = list(entry.lines)
    differs = False
    for row in group.rows:
        place = made.places[row.line]
        line = lines[place.line]
        if entry.source is EntrySource.FEC and row.letter and line.letter in {None, row.letter}:
            dated = row.lettered_on or line.lettered_on
            lines[place.line] = replace(line, letter=row.letter, lettered_on=dated)
        elif (line.letter or "") != row.letter:
            differs = True
    after = replace(entry, lines=tuple(lines))
    if after != entry:
        made.relettered[entry.id] = (entry, after)
    if differs:
        said = f"{_name(entry)} is lettered otherwise in the books: theirs stays"
        notes.info("lettering_differs", said, group.rows[0].line)


def _note_changed(group: EntryRows, notes: Notes) -> None:
    said = (
        f"entry {group.number or group.rows[0].piece_ref} of journal {group.journal} on"
        f" {group.entry_date} was loaded with other lines: what was loaded stays"
    )
    notes.warn("entry_changed", said, group.rows[0].line)


def _note_gone(
    groups: Sequence[EntryRows], known: KnownBooks, used: set[EntryId], notes: Notes
) -> None:
    """Note the loaded entries of the file's journals and days that it does not have."""
    journals = {group.journal for group in groups}
    days = [group.entry_date for group in groups if not group.is_opening]
    days = days or [group.entry_date for group in groups]
    for entry in known.entries:
        is_loaded = entry.source is EntrySource.FEC and entry.journal in journals
        if is_loaded and entry.id not in used and min(days) <= entry.date <= max(days):
            said = f"{_name(entry)} was loaded before and is not in this file: it stays"
            notes.warn("entry_gone", said)


def _name(entry: JournalEntry) -> str:
    number = entry.source_number or entry.number or entry.piece_ref
    return f"entry {number} of journal {entry.journal} on {entry.date}"


def places_of(item: OpenItem) -> tuple[EntryPlace, ...]:
    """Return the entry lines that an item stands for, none for one sent without."""
    if item.sources or item.entry_id is None or item.entry_line is None:
        return item.sources
    return (EntryPlace(item.entry_id, item.entry_line),)


def place_of(entry: BankEntry) -> EntryPlace | None:
    """Return the entry line that a bank entry stands for, None for one sent without."""
    if entry.entry_id is None or entry.entry_line is None:
        return None
    return EntryPlace(entry.entry_id, entry.entry_line)


def held_places(known: KnownBooks) -> frozenset[EntryPlace]:
    """Return the entry lines for which an open item or a bank entry stands."""
    items = (place for item in known.open_items for place in places_of(item))
    banks = (place for entry in known.bank_entries if (place := place_of(entry)) is not None)
    return frozenset((*items, *banks))


def party_names(
    parties: Iterable[ThirdParty], settings: PostingSettings
) -> dict[tuple[str, str], ThirdPartyId]:
    """Return known third parties by side and what a FEC may name them by.

    That is the auxiliary, else an account of its own, and the id, which a FEC of Rappro writes for
    one that has neither.
    """
    named: dict[tuple[str, str], ThirdPartyId] = {}
    for party in sorted(parties, key=lambda each: each.id):
        is_both = party.kind is ThirdPartyKind.BOTH
        is_shared = party.name != party.account and is_collective(party.account, "", settings)
        for side in ("customer", "supplier") if is_both else (party.kind.value,):
            named.setdefault((side, party.id), party.id)
            if party.auxiliary or not is_shared:
                named.setdefault((side, party.auxiliary or party.account), party.id)
    return named
