"""Matches larger than one commit: claim, then roll forward, target by target.

    drafts     of a match of many lines alone: the mark, then its drafts, hidden until the claim
    claim      one commit: match `posting`, its mark, and of lines and drafts what fits
    forward    each line and target that is left, conditionally
    confirm    one commit: match confirmed, or waiting to be, the mark gone

Readers are shown the match as it stands from its claim on (shown.py). Whoever finds the mark
finishes the work; drafts without a claim are removed. Where a line or target was taken by somebody
meanwhile, the match cannot stand: it is given back (`undoing`), and its lines return to the lists.
A large match that is closed by hand is shown so from the commit that says it; its lines, drafts
and items follow. The undo of a large match goes the same way: targets first; then one commit says
`undone`, which readers are shown from there on; lines and drafts of a match of many follow. How a
validated match is taken back is told in large_reversals.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rappro.domain.books import (
    BankEntry,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import NotFound, OpenItemAlreadySettled
from rappro.domain.ids import CompanyId, EntryId, TenantId, derive_id
from rappro.domain.line_state import taken_line
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    UnfinishedMatch,
)
from rappro.domain.writes import (
    Fence,
    Write,
    change,
    create,
    remove,
)
from rappro.ports import Ports
from rappro.use_cases.closing import closed_line, unnamed
from rappro.use_cases.large_reversals import finish_reversal
from rappro.use_cases.packing import fits, pack
from rappro.use_cases.releasing import final_undo_writes, freed_line, runnable_statements
from rappro.use_cases.settling import (
    BooksState,
    given_back,
    merged,
    settle_writes,
    unsettle_writes,
)


def commit_match(
    ports: Ports,
    tenant: TenantId,
    company: CompanyId,
    match: Match,
    head: Sequence[Write],
    settling: Sequence[Write],
    *,
    fence: Fence | None = None,
) -> bool:
    """Commit a new match: at once when it fits, else by claim and roll-forward.

    `head` are all writes but the match's own and those of its targets (`settling`). Returns True
    when it was at once: the match is stored as it was given. Raises StoreConflict, and TooLarge
    when its lines and drafts alone do not fit in one commit.
    """
    whole = [create(match), *head, *settling]
    if fits(ports.store, whole):
        ports.store.commit(tenant, company, whole, fence=fence)
        return True
    claimed = create(replace(match, status=MatchStatus.POSTING))
    mark = UnfinishedMatch(match.id, match.author, match.status)
    first = [claimed, *head, create(mark)]
    if not fits(ports.store, first):
        drafts, later, rest = _parts(match, head)
        mark = replace(mark, entry_ids=match.entry_ids)
        mark = _draft(ports, tenant, company, mark, drafts, fence)
        first = [claimed, *rest, change(mark, mark)]
        if not fits(ports.store, [*first, *later]):
            later = []
        first += later
    ports.store.commit(tenant, company, first, fence=fence)
    finish_matches(ports, tenant, company, fence=fence)
    return False


def _parts(match: Match, head: Sequence[Write]) -> tuple[list[Write], list[Write], list[Write]]:
    """Return the drafts of a match, the lines that only take it on, and the rest."""
    drafts: list[Write] = []
    lines: list[Write] = []
    rest: list[Write] = []
    for write in head:
        before, after = write.before, write.after
        if before is None and isinstance(after, (JournalEntry, BankEntry)):
            drafts.append(write)
        elif isinstance(before, LineRecord) and write == change(before, taken_line(match, before)):
            lines.append(write)
        else:
            rest.append(write)
    return drafts, lines, rest


def _draft(
    ports: Ports, tenant: TenantId, company: CompanyId, mark: UnfinishedMatch,
    drafts: Sequence[Write], fence: Fence | None,
) -> UnfinishedMatch:  # fmt: skip
    """Create the drafts under the mark, which each commit writes: nobody abandons it unnoticed."""
    died = ports.store.get(tenant, company, UnfinishedMatch, mark.key)
    if died is not None:
        _Work(ports, tenant, company, died, fence).abandon()
    ports.store.commit(tenant, company, [create(mark)], fence=fence)
    mark = replace(mark, version=1)
    for writes in pack(ports.store, [[draft] for draft in drafts], reserve=1):
        ports.store.commit(tenant, company, [*writes, change(mark, mark)], fence=fence)
        mark = replace(mark, version=mark.version + 1)
    return mark


def begin_undo(
    ports: Ports,
    tenant: TenantId,
    company: CompanyId,
    match: Match,
    author: str,
    *,
    fence: Fence | None = None,
) -> None:
    """Turn a match to `undoing` and mark it; `finish_matches` gives everything back.

    Its statements are written as they are: a validation that was planned meanwhile is refused.
    Raises StatementReadOnly once a statement of it is validated, StoreConflict.
    """
    undoing = change(match, replace(match, status=MatchStatus.UNDOING))
    mark = create(UnfinishedMatch(match.id, author, match.status))
    guards = [
        change(statement, statement)
        for statement in runnable_statements(ports, tenant, company, match)
    ]
    ports.store.commit(tenant, company, [undoing, mark, *guards], fence=fence)


def finish_matches(
    ports: Ports, tenant: TenantId, company: CompanyId, *, fence: Fence | None = None
) -> None:
    """Finish every match of the company that is under way; repeating it is harmless."""
    for mark in ports.store.all(tenant, company, UnfinishedMatch):
        work = _Work(ports, tenant, company, mark, fence)
        match = ports.store.get(tenant, company, Match, mark.match_id)
        if match is None:
            work.abandon()
            continue
        if mark.reversal is not None:
            finish_reversal(ports, tenant, company, match, mark, mark.reversal, fence)
            continue
        if match.status is MatchStatus.POSTING:
            match = work.roll_forward(match)
        if match.status is MatchStatus.UNDOING:
            _give_back(work, match)
        elif match.status is MatchStatus.UNDONE:
            work.close(match)
        elif match.status is MatchStatus.CLOSED:
            work.close_by_hand(match)


@dataclass(slots=True)
class _Work:
    """One unfinished match, and what is left to do about it."""

    ports: Ports
    tenant: TenantId
    company: CompanyId
    mark: UnfinishedMatch
    fence: Fence | None

    def commit(self, writes: Sequence[Write]) -> None:
        self.ports.store.commit(self.tenant, self.company, writes, fence=self.fence)

    def commit_packed(self, groups: Iterable[Sequence[Write]]) -> None:
        for writes in pack(self.ports.store, groups):
            self.commit(writes)

    def abandon(self) -> None:
        """Remove drafts whose match was never claimed; first nobody may add to them any more."""
        self.commit([change(self.mark, self.mark)])
        self.mark = replace(self.mark, version=self.mark.version + 1)
        self._remove_drafts(self.mark.entry_ids)
        self.commit([remove(self.mark)])

    def roll_forward(self, match: Match) -> Match:
        """Settle what is left; a line or target that was taken turns the match to `undoing`."""
        books = (self.ports, self.tenant, self.company)
        try:
            self.commit_packed(_taking(*books, match))
            self.commit_packed(_settling(*books, match))
        except (OpenItemAlreadySettled, NotFound):  # NotFound: a waiting draft was deleted
            undoing = replace(match, status=MatchStatus.UNDOING, keeps_drafts=False)
            self.commit([change(match, undoing)])
            return replace(undoing, version=match.version + 1)
        confirmed = replace(match, status=self.mark.ends_as)
        self.commit([change(match, confirmed), remove(self.mark)])
        return replace(confirmed, version=match.version + 1)

    def close(self, match: Match) -> None:
        """Free the lines of an undone match that still have it, and remove its drafts."""
        found = self.ports.store.get_many(self.tenant, self.company, LineRecord, match.lines)
        left = [line for line in found.values() if line.match_id == match.id]
        self.commit_packed([change(line, freed_line(match, line))] for line in left)
        if not match.keeps_drafts:
            self._remove_drafts(match.entry_ids)
        self.commit([remove(self.mark)])

    def close_by_hand(self, match: Match) -> None:
        """Close the lines of a match that says `closed`, take its drafts off its items, and away.

        The mark names the drafts: entries that were validated before stay.
        """
        store, gone = self.ports.store, self.mark.entry_ids
        lines = store.get_many(self.tenant, self.company, LineRecord, match.lines).values()
        ids = {s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM}
        items = store.get_many(self.tenant, self.company, OpenItem, sorted(ids)).values()
        closed = [(line, closed_line(line)) for line in lines]
        self.commit_packed([change(line, after)] for line, after in closed if after != line)
        freed = [(item, unnamed(item, frozenset(gone))) for item in items]
        self.commit_packed([change(item, after)] for item, after in freed if after != item)
        self._remove_drafts(gone)
        self.commit([remove(self.mark)])

    def _remove_drafts(self, ids: Sequence[EntryId]) -> None:
        store = self.ports.store
        sides = store.get_many(
            self.tenant, self.company, BankEntry, [derive_id("be", entry_id, 0) for entry_id in ids]
        )
        self.commit_packed([remove(side)] for side in sides.values())
        entries = store.get_many(self.tenant, self.company, JournalEntry, ids)
        self.commit_packed([remove(entry)] for entry in entries.values())


def _give_back(work: _Work, match: Match) -> None:
    """Give the targets back, then say `undone`: whole when it fits, else the rest follows."""
    books = (work.ports, work.tenant, work.company)
    work.commit_packed(_giving_back(*books, given_back(match)))
    last = final_undo_writes(*books, match, work.mark.author)
    whole = [*last, remove(work.mark)]
    if fits(work.ports.store, whole):
        work.commit(whole)
        return
    work.commit([write for write in last if not _follows(write)])
    work.close(match)


def _follows(write: Write) -> bool:
    """Say whether a write of an undo may follow the commit that says so."""
    is_draft = write.after is None and isinstance(write.before, (JournalEntry, BankEntry))
    return is_draft or isinstance(write.before, LineRecord)


def _taking(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[list[Write]]:
    """Yield the writes of lines that the claim did not fit. Raises OpenItemAlreadySettled."""
    lines = ports.store.get_many(tenant, company, LineRecord, match.lines)
    for key in match.lines:
        line = lines.get(key)
        if line is None or line.match_id not in {None, match.id}:
            raise OpenItemAlreadySettled(f"line {key} was taken meanwhile")
        if line.match_id is None:
            yield [change(line, taken_line(match, line))]


def _settling(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[list[Write]]:
    for settle, books in _targets(ports, tenant, company, match):
        if not _is_settled(match, settle, books):
            part = replace(match, settles=_only(match, settle), allocations=())
            yield settle_writes(part, books, entry_ids=_entries_of(match, part))
    for part, books, is_done in _allocated(ports, tenant, company, match):
        if not is_done:
            yield settle_writes(part, books, entry_ids=())


def _entries_of(match: Match, part: Match) -> tuple[EntryId, ...]:
    """Return the entries of the lines that settle a part: not a thousand in each of a thousand."""
    own = {derive_id("en", match.id, settle.line_id) for settle in part.settles}
    return tuple(e for e in match.entry_ids if e in own) or match.entry_ids


def _giving_back(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[list[Write]]:
    for settle, books in _targets(ports, tenant, company, match):
        if _is_settled(match, settle, books):
            part = replace(match, settles=_only(match, settle), allocations=())
            yield unsettle_writes(part, books)
    for part, books, is_done in _allocated(ports, tenant, company, match):
        if is_done:
            yield unsettle_writes(part, books)


def standing_item(match: Match, item: OpenItem) -> OpenItem:
    """Return an item as the match that is under way settles it. Raises OpenItemAlreadySettled."""
    books = BooksState({item.id: item}, {})
    own = tuple(s for s in match.settles if s.settle.type is TargetType.OPEN_ITEM)
    own = tuple(s for s in own if s.settle.id == item.id)
    if own and not set(match.entry_ids) & set(item.settled_by):
        part = replace(match, settles=own, allocations=())
        settle_writes(part, books, entry_ids=_entries_of(match, part))
    for one in match.allocations:
        if one.item == item.id and one.entry_id not in books.open_items[item.id].settled_by:
            settle_writes(replace(match, settles=(), allocations=(one,)), books, entry_ids=())
    return replace(books.open_items[item.id], version=item.version)


def standing_entry(match: Match, side: BankEntry) -> BankEntry:
    """Return a bank entry as the match that is under way points it.

    Raises OpenItemAlreadySettled when another one does.
    """
    if side.match_id == match.id:
        return side
    if side.match_id is not None:
        raise OpenItemAlreadySettled(f"bank entry {side.id} is pointed already")
    return replace(side, match_id=match.id, pointed_on=match.pointed_on)


def _targets(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[tuple[Settle, BooksState]]:
    settles = merged(s.settle for s in match.settles)
    items = ports.store.get_many(
        tenant, company, OpenItem, [s.id for s in settles if s.type is TargetType.OPEN_ITEM]
    )
    entries = ports.store.get_many(
        tenant, company, BankEntry, [s.id for s in settles if s.type is TargetType.BANK_ENTRY]
    )
    for settle in settles:
        if settle.type in {TargetType.OPEN_ITEM, TargetType.BANK_ENTRY}:
            yield settle, BooksState(items, entries)


def _allocated(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[tuple[Match, BooksState, bool]]:
    """Yield the match with each of its allocations alone, and whether its item has it already."""
    items = ports.store.get_many(
        tenant, company, OpenItem, sorted({one.item for one in match.allocations})
    )
    for one in match.allocations:
        item = items.get(one.item)
        is_done = item is not None and one.entry_id in item.settled_by
        yield replace(match, settles=(), allocations=(one,)), BooksState(items, {}), is_done


def _only(match: Match, settle: Settle) -> tuple[LineSettle, ...]:
    return tuple(
        s for s in match.settles if (s.settle.type, s.settle.id) == (settle.type, settle.id)
    )


def _is_settled(match: Match, settle: Settle, books: BooksState) -> bool:
    """Say whether a target carries the match already: by its draft, or by its pointing."""
    if settle.type is TargetType.OPEN_ITEM:
        item = books.open_items.get(settle.id)
        return item is not None and bool(set(match.entry_ids) & set(item.settled_by))
    entry = books.bank_entries.get(settle.id)
    return entry is not None and entry.match_id == match.id
