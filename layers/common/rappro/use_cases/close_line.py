"""Closing of a line by hand (clôture manuelle, SPEC POS-3): it was settled outside.

Nothing is posted for it: the drafts of its match go, validated entries stay. What the match took
from open items stays taken, for they are paid, and entries that it points stay pointed. There is no
way back.
"""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import BankEntry, EntryStatus, JournalEntry, OpenItem
from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly, TooLarge
from rappro.domain.ids import CompanyId, StatementId, TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Write, change, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit, entry_shown
from rappro.use_cases.companies import get_company
from rappro.use_cases.packing import fits

_CLOSABLE = {LineStatus.NOT_VALIDATED, LineStatus.PARTLY_VALIDATED, LineStatus.REVERSED}
_STANDING = {MatchStatus.TO_CONFIRM, MatchStatus.CONFIRMED}


def close_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, position: int,
    *, reason: str, author: str,
) -> LineRecord:  # fmt: skip
    """Close a matched line that is not wholly validated, with the other lines of its match.

    Raises NotFound, NotAllowedInState for an unmatched line, a validated one or one that is closed,
    StatementReadOnly, TooLarge beyond one commit, StoreConflict.
    """
    key = f"{statement_id}/{position}"
    line = ports.store.get(tenant, company, LineRecord, key)
    if line is None:
        raise NotFound(f"no line {key}")
    match = _match(ports, tenant, company, line)
    closed = _closed(ports, tenant, company, match)
    drafts = [
        entry
        for entry in ports.store.get_many(tenant, company, JournalEntry, match.entry_ids).values()
        if entry.status is EntryStatus.DRAFT
    ]
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
                "match": match.id, "entries": [entry_shown(draft, currency) for draft in drafts],
            },
            after={
                "lines": {after.key: after.status.value for _, after in closed},
                "match": match.id, "reason": reason,
            },
        ),
    ]  # fmt: skip
    if not fits(ports.store, writes):
        raise TooLarge(f"match {match.id} is larger than one commit: undo it, match it by parts")
    ports.store.commit(tenant, company, writes)
    return next(replace(a, version=a.version + 1) for _, a in closed if a.key == key)


def _match(ports: Ports, tenant: TenantId, company: CompanyId, line: LineRecord) -> Match:
    if line.status not in _CLOSABLE:
        raise NotAllowedInState(f"line {line.key} is {line.status}")
    if line.match_id is None:
        raise NotAllowedInState(f"line {line.key} is not matched")
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
    return [
        (line, replace(line, status=LineStatus.CLOSED_MANUALLY))
        for line in lines.values()
        if line.status in _CLOSABLE
    ]


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
        lines = [after.get(k.key, k) for k in ports.store.lines(tenant, company, statement_id)]
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
    changed = [
        (item, replace(item, settled_by=tuple(e for e in item.settled_by if e not in gone)))
        for item in items.values()
    ]
    return [
        *(remove(draft) for draft in drafts),
        *(remove(side) for side in sides.values()),
        *(change(before, after) for before, after in changed if before != after),
    ]
