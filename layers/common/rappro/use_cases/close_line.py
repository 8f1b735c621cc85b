"""Closing of a line by hand (clôture manuelle, SPEC POS-3): it was settled outside.

Nothing is posted for it: the drafts of its match go, validated entries stay. What the match took
from open items stays taken, for they are paid, and entries that it points stay pointed. There is no
way back. What is larger than one commit is rolled forward from the one that says `closed`
(large_matches.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rappro.domain.books import BankEntry, Company, EntryStatus, JournalEntry, OpenItem
from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, StatementId, TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.records import (
    LineRecord,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
    UnfinishedMatch,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Write, change, create, remove
from rappro.ports import Ports
from rappro.use_cases.audit import SHOWN_MAX, audit, entry_shown
from rappro.use_cases.closing import CLOSABLE, closed_line, unnamed
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import finish_matches
from rappro.use_cases.packing import fits
from rappro.use_cases.read_ahead import ahead, keyed

_STANDING = {MatchStatus.TO_CONFIRM, MatchStatus.CONFIRMED}


def close_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    *, reason: str, author: str,
) -> LineRecord:  # fmt: skip
    """Close a matched line that is not wholly validated, with the other lines of its match.

    Raises NotFound, NotAllowedInState for an unmatched line, a validated one or one that is closed,
    or whose match points a draft that a person keeps; StatementReadOnly, StoreConflict.
    """
    key = f"{statement_id}/{position}"
    line, ports = _line(ports, tenant, company, key)
    match = _match(ports, tenant, company, line)
    ports = _read_ahead(ports, tenant, company, match)
    closed = _closed(ports, tenant, company, match)
    drafts = [
        entry
        for entry in ports.store.get_many(tenant, company, JournalEntry, match.entry_ids).values()
        if entry.status is EntryStatus.DRAFT
    ]
    _check_left_drafts(ports, tenant, company, match)
    now = ports.clock.now()
    done = replace(match, status=MatchStatus.CLOSED, undone_at=now, undone_by=author)
    currency = get_company(ports, tenant, company).currency
    writes: list[Write] = [
        change(match, done),
        *(change(before, after) for before, after in closed),
        *_statement_writes(ports, tenant, company, closed),
        *_draft_writes(ports, tenant, company, match, drafts),
        audit(
            now, author, "close_line", key, revision=line.version,
            before={
                "lines": {before.key: before.status.value for before, _ in closed},
                "match": match.id, "entries": _shown(drafts, currency),
            },
            after={
                "lines": {after.key: after.status.value for _, after in closed},
                "match": match.id, "reason": reason,
            },
        ),
    ]  # fmt: skip
    if fits(ports.store, writes):
        ports.store.commit(tenant, company, writes)
        return next(replace(a, version=a.version + 1) for _, a in closed if a.key == key)
    ids = tuple(draft.id for draft in drafts)
    mark = UnfinishedMatch(match.id, author, MatchStatus.CLOSED, entry_ids=ids)
    claim = [write for write in writes if not _follows(write)]
    ports.store.commit(tenant, company, [*claim, create(mark)])
    finish_matches(ports, tenant, company)
    return _line(ports, tenant, company, key)[0]


def _read_ahead(ports: Ports, tenant: TenantId, company: CompanyId, match: Match) -> Ports:
    """Return ports that have read what a closing looks at, but the statements' lines."""
    sides = [derive_id("be", entry_id, 0) for entry_id in match.entry_ids]
    paid = [s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM]
    wanted = keyed(
        company,
        (Company, ["COMPANY"]),
        (LineRecord, match.lines),
        (StatementRecord, match.statement_ids),
        (JournalEntry, [*match.entry_ids, *match.draft_ids]),
        (BankEntry, sides),
        (OpenItem, paid),
    )
    return ahead(ports, tenant, wanted)


def _check_left_drafts(ports: Ports, tenant: TenantId, company: CompanyId, match: Match) -> None:
    """Refuse to close what would be posted all the same: a draft of no match of its own stays."""
    found = ports.store.get_many(tenant, company, JournalEntry, match.draft_ids)
    left = sorted(entry.id for entry in found.values() if entry.is_left_draft)
    if left:
        raise NotAllowedInState(
            f"match {match.id} points the draft {left[0]}: undo the match and delete the draft"
        )


def _follows(write: Write) -> bool:
    """Say whether a write may follow the commit that says that the match is closed."""
    return isinstance(write.before, (LineRecord, JournalEntry, BankEntry, OpenItem))


def _shown(drafts: Sequence[JournalEntry], currency: str) -> list[Any]:
    """Return what the trail keeps of the drafts that go; of very many their ids."""
    if len(drafts) > SHOWN_MAX:
        return [draft.id for draft in drafts]
    return [entry_shown(draft, currency) for draft in drafts]


def _line(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> tuple[LineRecord, Ports]:
    """Return a line, once what its match has begun is finished, and ports that know its match."""
    line = ports.store.get(tenant, company, LineRecord, key)
    if line is None:
        raise NotFound(f"no line {key}")
    of_match = (UnfinishedMatch, [line.match_id]), (Match, [line.match_id])
    knowing = ahead(ports, tenant, keyed(company, *of_match))
    if line.match_id and knowing.store.get(tenant, company, UnfinishedMatch, line.match_id):
        finish_matches(ports, tenant, company)
        return _line(ports, tenant, company, key)
    return line, knowing


def _match(ports: Ports, tenant: TenantId, company: CompanyId, line: LineRecord) -> Match:
    if line.status not in CLOSABLE:
        raise NotAllowedInState(f"line {line.key} is {line.status}")
    if line.match_id is None:
        raise NotAllowedInState(f"line {line.key} is not matched")
    match = ports.store.get(tenant, company, Match, line.match_id)
    if match is not None and match.status not in _STANDING:  # it may have been read before its mark
        match = ports.store.get(tenant, company, Match, line.match_id)
    if match is None:
        raise NotFound(f"no match {line.match_id}")
    if match.status not in _STANDING:
        raise NotAllowedInState(f"match {match.id} is {match.status}")
    return match


def _closed(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[tuple[LineRecord, LineRecord]]:
    """Return the match's lines before and after; those that are validated stay so."""
    lines = ports.store.get_many(tenant, company, LineRecord, match.lines)
    return [(line, closed_line(line)) for line in lines.values() if line.status in CLOSABLE]


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, closed: list[tuple[LineRecord, LineRecord]]
) -> list[Write]:
    """Return the recount of the open statements; a validated one holds none but partly posted."""
    after = {line.key: line for _, line in closed}
    writes: list[Write] = []
    for statement_id in sorted({line.statement_id for line in after.values()}):
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status is StatementStatus.VALIDATED:
            continue
        if statement.status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
        present = ports.store.lines_of(tenant, company, [(statement, 0)])
        lines = [after.get(k.key, k) for k in present]
        writes.append(change(statement, with_line_totals(statement, lines)))
    return writes


def _draft_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match, drafts: list[JournalEntry]
) -> list[Write]:
    """Return the removal of drafts; items no longer name them among their payments."""
    gone = {draft.id for draft in drafts}
    sides = ports.store.get_many(
        tenant, company, BankEntry, [derive_id("be", draft.id, 0) for draft in drafts]
    )
    ids = {s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM}
    items = ports.store.get_many(tenant, company, OpenItem, sorted(ids))
    changed = [(item, unnamed(item, gone)) for item in items.values()]
    return [
        *(remove(draft) for draft in drafts),
        *(remove(side) for side in sides.values()),
        *(change(before, after) for before, after in changed if before != after),
    ]
