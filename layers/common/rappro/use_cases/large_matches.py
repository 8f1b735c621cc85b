"""Matches larger than one commit: claim, then roll forward, target by target.

    commit 1   match `posting`, its lines claimed, drafts created, a mark that it is unfinished
    commit 2…  each target settled, conditionally
    commit n   match confirmed, or waiting to be, the mark gone

Whoever finds the mark finishes the work. Where a target was taken by somebody meanwhile, the match
cannot stand: it is given back the same way (`undoing`), and its lines return to the lists. The same
way serves the undo of a large match.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.errors import OpenItemAlreadySettled
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import (
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
from rappro.use_cases.packing import fits, pack
from rappro.use_cases.releasing import final_undo_writes, runnable_statements
from rappro.use_cases.settling import BooksState, merged, settle_writes, unsettle_writes


def commit_match(
    ports: Ports,
    tenant: TenantId,
    company: CompanyId,
    match: Match,
    head: Sequence[Write],
    settling: Sequence[Write],
    *,
    fence: Fence | None = None,
) -> None:
    """Commit a new match: at once when it fits, else by claim and roll-forward.

    `head` are all writes but the match's own and those of its targets (`settling`). Raises
    StoreConflict, and TooLarge when its lines and drafts alone do not fit in one commit.
    """
    whole = [create(match), *head, *settling]
    if fits(ports.store, whole):
        ports.store.commit(tenant, company, whole, fence=fence)
        return
    claimed = create(replace(match, status=MatchStatus.POSTING))
    mark = create(UnfinishedMatch(match.id, match.author, match.status))
    ports.store.commit(tenant, company, [claimed, *head, mark], fence=fence)
    finish_matches(ports, tenant, company, fence=fence)


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
    mark = create(UnfinishedMatch(match.id, author))
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
        match = ports.store.get(tenant, company, Match, mark.match_id)
        if match is None:
            continue
        if match.status is MatchStatus.POSTING:
            match = _roll_forward(ports, tenant, company, match, mark, fence)
        if match.status is MatchStatus.UNDOING:
            _give_back(ports, tenant, company, match, mark, fence)


def _roll_forward(
    ports: Ports,
    tenant: TenantId,
    company: CompanyId,
    match: Match,
    mark: UnfinishedMatch,
    fence: Fence | None,
) -> Match:
    """Settle what is left of the targets; a target that was taken turns the match to `undoing`."""
    try:
        for writes in pack(ports.store, _settling(ports, tenant, company, match)):
            ports.store.commit(tenant, company, writes, fence=fence)
    except OpenItemAlreadySettled:
        undoing = replace(match, status=MatchStatus.UNDOING)
        ports.store.commit(tenant, company, [change(match, undoing)], fence=fence)
        return replace(undoing, version=match.version + 1)
    confirmed = replace(match, status=mark.ends_as)
    done = [change(match, confirmed), remove(mark)]
    ports.store.commit(tenant, company, done, fence=fence)
    return replace(confirmed, version=match.version + 1)


def _settling(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> Iterator[list[Write]]:
    for settle, books in _targets(ports, tenant, company, match):
        if not _is_settled(match, settle, books):
            part = replace(match, settles=_only(match, settle), allocations=())
            yield settle_writes(part, books, entry_ids=match.entry_ids)
    for part, books, is_done in _allocated(ports, tenant, company, match):
        if not is_done:
            yield settle_writes(part, books, entry_ids=())


def _give_back(
    ports: Ports,
    tenant: TenantId,
    company: CompanyId,
    match: Match,
    mark: UnfinishedMatch,
    fence: Fence | None,
) -> None:
    groups = [
        unsettle_writes(replace(match, settles=_only(match, settle), allocations=()), books)
        for settle, books in _targets(ports, tenant, company, match)
        if _is_settled(match, settle, books)
    ]
    groups += [
        unsettle_writes(part, books)
        for part, books, is_done in _allocated(ports, tenant, company, match)
        if is_done
    ]
    for writes in pack(ports.store, groups):
        ports.store.commit(tenant, company, writes, fence=fence)
    last = final_undo_writes(ports, tenant, company, match, mark.author)
    ports.store.commit(tenant, company, [*last, remove(mark)], fence=fence)


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
