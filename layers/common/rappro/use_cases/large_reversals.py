"""Reversals larger than one commit (contre-passation): everything is hidden until one commit.

    veil      how entries, letters and payments are now, kept aside
    claim     one commit: the mark, with the days and the first numbers; the numbers are taken
    forward   each item given back with its letter, each group lettered again, each entry with its
              reversal and their letter: no reader is shown any of it (shown.py)
    last      one commit says `reversed`, with the row of the trail; readers are shown all of it
    lines     those that it has no room for follow, and the mark goes

What is done shows in the records themselves, so that whoever finds the mark finishes the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rappro.domain.books import BankEntry, Company, JournalEntry, OpenItem, ThirdParty
from rappro.domain.errors import TooLarge
from rappro.domain.ids import CompanyId, EntryId, TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.posting.lettering import group_lines, letter_items, sources_of, with_letter
from rappro.domain.posting.reversing import letter_pairs, reversal_id, reversed_side
from rappro.domain.records import Match, MatchStatus, ReversalBegun, UnfinishedMatch
from rappro.domain.unfinished import GroupLines, Veil, entry_before
from rappro.domain.writes import Fence, Held, Record, Write, change, create, remove
from rappro.ports import Ports
from rappro.use_cases.packing import fits, pack, pack_joined
from rappro.use_cases.reversing import (
    Pair,
    freed_lines,
    last_writes,
    reversals,
    settled_items,
    third_parties,
)
from rappro.use_cases.settling import BooksState, unsettle_writes
from rappro.use_cases.working_set import WorkingSet


def begin_reversal(
    working: WorkingSet, settings: Company, match: Match, begun: ReversalBegun,
    counters: Sequence[Write], author: str, fence: Fence,
) -> None:  # fmt: skip
    """Keep what readers are shown meanwhile, and claim the reversal and its numbers.

    Raises StoreConflict when one of it was begun, or the period was closed meanwhile.
    """
    veil, name = _veil(working, match)
    ports, tenant, company = working.ports, working.tenant, working.company
    ports.blobs.save_document(tenant, company, name, Veil, veil)
    mark = UnfinishedMatch(
        match.id, author, MatchStatus.REVERSED, reversal=replace(begun, veil=name)
    )
    held = [Held(company, settings)]
    ports.store.commit(tenant, company, [create(mark), *counters], fence=fence, held=held)


def finish_reversal(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match, mark: UnfinishedMatch,
    begun: ReversalBegun, fence: Fence | None,
) -> None:  # fmt: skip
    """Do what is left of a reversal that was claimed; repeating it is harmless."""
    work = _Work(WorkingSet(ports, tenant, company), match, mark, begun, fence)
    if match.status is MatchStatus.VALIDATED:
        work.commit_joined(work.giving_back())
        work.commit_packed(work.lettering())
        work.commit_joined(work.taking_back())
        if work.say_reversed():
            return
    freed = freed_lines(work.working, match)
    work.commit_packed([change(before, line)] for before, line in freed)
    work.commit([remove(mark)])


@dataclass(slots=True)
class _Work:
    """One reversal that was begun; `parties` are as they are after what was planned."""

    working: WorkingSet
    match: Match
    mark: UnfinishedMatch
    begun: ReversalBegun
    fence: Fence | None
    parties: dict[str, ThirdParty] = field(default_factory=dict)

    def commit(self, writes: Sequence[Write]) -> None:
        of = self.working
        of.ports.store.commit(of.tenant, of.company, writes, fence=self.fence)

    def commit_packed(self, groups: Iterable[Sequence[Write]]) -> None:
        for writes in pack(self.working.ports.store, groups):
            self.commit(writes)

    def commit_joined(self, groups: Iterable[Sequence[Write]]) -> None:
        for writes in pack_joined(self.working.ports.store, groups):
            self.commit(writes)

    def giving_back(self) -> Iterator[list[Write]]:
        """Yield what frees bank entries that were there before, and items with their letters."""
        ids = {s.settle.id for s in self.match.settles if s.settle.type is TargetType.BANK_ENTRY}
        for side in self.working.get_many(BankEntry, sorted(ids)).values():
            if side.match_id == self.match.id:
                yield [change(side, replace(side, match_id=None, pointed_on=None))]
        items = settled_items(self.working, self.match)
        self._read_parties({item.third_party for item in items.values()})
        for item in items.values():
            if set(item.settled_by) & _payments(self.match, item.id):
                yield self._given_back(item)

    def _given_back(self, item: OpenItem) -> list[Write]:
        """Return the writes of an item; what is left of its group gets another letter."""
        part = _part(self.match, item.id)
        books = BooksState({item.id: item}, {})
        unsettle_writes(part, books)
        after = replace(books.open_items[item.id], letter=None)
        party = self.parties.get(item.third_party)
        if not after.settled_by or party is None:
            return [change(item, after)]
        lettered = letter_items(party, [after], {}, on=self.begun.today)
        return [
            change(item, lettered.open_items[item.id]),
            self._changed(party, lettered.third_party),
        ]

    def lettering(self) -> Iterator[list[Write]]:
        """Yield entries that were there before, with the letters that their groups have now."""
        of = self.working
        veil = of.ports.blobs.load_document(of.tenant, of.company, self.begun.veil, Veil)
        items = of.get_many(OpenItem, sorted({group.item for group in veil.groups}))
        entries = of.get_many(JournalEntry, sorted({group.entry for group in veil.groups}))
        after = dict(entries)
        for group in veil.groups:
            item, entry = items.get(group.item), after.get(group.entry)
            if item is None or entry is None:
                continue
            is_in = group.entry in item.settled_by or group.entry in _sources(item)
            letter = item.letter if is_in else None
            on = None if letter is None else self.begun.today
            if {entry.lines[index].letter for index in group.lines} != {letter}:
                after[entry.id] = with_letter(entry, frozenset(group.lines), letter, on=on)
        for key, entry in entries.items():
            if after[key] != entry:
                yield [change(entry, after[key])]

    def taking_back(self) -> Iterator[list[Write]]:
        """Yield entries with their reversals and the letters that both have."""
        pairs = self._pairs()
        there = self.working.get_many(JournalEntry, [reversal.id for _, reversal in pairs])
        sides = self.working.get_many(
            BankEntry, [derive_id("be", entry.id, 0) for entry, _ in pairs]
        )
        self._read_parties(third_parties(entry for entry, _ in pairs))
        for entry, reversal in pairs:
            if reversal.id not in there:
                side = sides.get(derive_id("be", entry.id, 0))
                yield self._taken_back(entry, reversal, side)

    def _taken_back(
        self, entry: JournalEntry, reversal: JournalEntry, side: BankEntry | None
    ) -> list[Write]:
        """Return the writes of a pair; letters of what the match settled come off its entry."""
        after = with_letter(entry, frozenset(range(len(entry.lines))), None, on=None)
        writes: list[Write] = []
        for key in sorted(third_parties([entry])):
            party = self.parties.get(key)
            if party is not None:
                paired = letter_pairs(party, [(after, reversal)], on=self.begun.today)
                after, reversal = paired.entries[after.id], paired.entries[reversal.id]
                writes.append(self._changed(party, paired.third_party))
        writes.append(create(reversal))
        if after != entry:
            writes.append(change(entry, after))
        if side is not None:
            writes.append(create(reversed_side(side, reversal)))
        return writes

    def say_reversed(self) -> bool:
        """Say it in one commit; return whether the lines and the end of the mark were in it."""
        freed = freed_lines(self.working, self.match)
        last = last_writes(
            self.working, self.match, self._pairs(), freed, self.begun, self.mark.author
        )
        lines = [change(before, line) for before, line in freed]
        whole = [*last, *lines, remove(self.mark)]
        is_whole = fits(self.working.ports.store, whole)
        self.commit(whole if is_whole else last)
        return is_whole

    def _pairs(self) -> list[Pair]:
        entries = self.working.get_many(JournalEntry, self.match.entry_ids)
        return reversals(entries.values(), self.begun)

    def _read_parties(self, keys: Iterable[str]) -> None:
        self.parties = self.working.get_many(ThirdParty, sorted(set(keys)))

    def _changed(self, before: ThirdParty, after: ThirdParty) -> Write:
        write = change(before, after)
        self.parties[before.id] = replace(after, version=before.version + 1)
        return write


def _part(match: Match, item: str) -> Match:
    """Return a match with what it does to one item alone."""
    own = (s for s in match.settles if s.settle.type is TargetType.OPEN_ITEM)
    return replace(
        match,
        settles=tuple(s for s in own if s.settle.id == item),
        allocations=tuple(one for one in match.allocations if one.item == item),
    )


def _payments(match: Match, item: str) -> set[EntryId]:
    """Return the entries by which an item shows that the match took from it."""
    part = _part(match, item)
    own = set(match.entry_ids) if part.settles else set()
    return own | {one.entry_id for one in part.allocations}


def _sources(item: OpenItem) -> set[EntryId]:
    return {place.entry_id for place in sources_of(item)}


def _veil(working: WorkingSet, match: Match) -> tuple[Veil, str]:
    """Return how everything is that the reversal will change, and a name that this alone has.

    Raises TooLarge when an item does not show that the match took from it.
    """
    items = settled_items(working, match)
    if any(not set(item.settled_by) & _payments(match, key) for key, item in items.items()):
        raise TooLarge(f"match {match.id} is larger than one commit, and has no entry of its own")
    own = working.get_many(JournalEntry, match.entry_ids)
    related = {entry for item in items.values() for entry in (*_sources(item), *item.settled_by)}
    others = working.get_many(JournalEntry, sorted(related - own.keys()))
    made = [reversal_id(entry) for entry in own.values()]
    veil = Veil(
        entries=tuple(map(entry_before, (*own.values(), *others.values()))),
        items=tuple((item.id, item.letter) for item in items.values()),
        hidden=frozenset((*made, *(derive_id("be", entry, 0) for entry in made))),
        paid_by=tuple((item.id, item.settled_by) for item in items.values()),
        groups=tuple(_groups(items, others)),
        round=0,
    )
    seen: list[Record] = [*items.values(), *own.values(), *others.values()]
    versions = (f"{record.key}@{record.version}" for record in seen)
    return veil, f"reversals/{match.id}/{derive_id('vl', *versions)}"


def _groups(items: dict[str, OpenItem], others: dict[str, JournalEntry]) -> Iterator[GroupLines]:
    for item in items.values():
        for entry_id, indexes in group_lines(item, others).items():
            lines = others[entry_id].lines
            own = tuple(i for i in sorted(indexes) if lines[i].letter in {None, item.letter})
            if own:
                yield GroupLines(item.id, entry_id, own)
