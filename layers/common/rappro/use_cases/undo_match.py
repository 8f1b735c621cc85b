"""Undo of a match before validation (annulation, SPEC MAT-8): the books are as before it."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, MatchId, TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.records import (
    LineRecord,
    Match,
    MatchStatus,
    StatementRecord,
    Write,
    change,
    remove,
)  # fmt: skip
from rappro.domain.statement_state import with_line_totals
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.run_steps import RUNNABLE
from rappro.use_cases.settling import BooksState, unsettle_writes


def undo_match(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId, author: str
) -> Match:
    """Undo a match: its lines return to the lists, its drafts go, what it settled is open again.

    The pair is remembered on the lines (`vetoes`), so that it is not matched again by itself.
    Raises NotFound, NotAllowedInState, StatementReadOnly once a statement of it is validated.
    """
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        raise NotFound(f"no match {match_id}")
    if match.status not in {MatchStatus.CONFIRMED, MatchStatus.TO_CONFIRM}:
        raise NotAllowedInState(f"match {match_id} is {match.status}")
    now = ports.clock.now()
    undone = replace(match, status=MatchStatus.UNDONE, undone_at=now, undone_by=author)
    books = _books(ports, tenant, company, match)
    writes: list[Write] = [change(match, undone), *unsettle_writes(match, books)]
    writes += _draft_removals(ports, tenant, company, match)
    freed = _freed_lines(ports, tenant, company, match)
    writes += [change(before, after) for before, after in freed]
    writes += _statement_writes(ports, tenant, company, match, freed)
    writes.append(audit(now, author, "undo_match", match_id, before={"lines": match.lines}))
    ports.store.commit(tenant, company, writes)
    return replace(undone, version=match.version + 1)


def _books(ports: Ports, tenant: TenantId, company: CompanyId, match: Match) -> BooksState:
    def ids(kind: TargetType) -> list[str]:
        return sorted({s.settle.id for s in match.settles if s.settle.type is kind})

    return BooksState(
        ports.store.get_many(tenant, company, OpenItem, ids(TargetType.OPEN_ITEM)),
        ports.store.get_many(tenant, company, BankEntry, ids(TargetType.BANK_ENTRY)),
    )


def _draft_removals(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[Write]:
    entries = ports.store.get_many(tenant, company, JournalEntry, match.entry_ids)
    sides = ports.store.get_many(
        tenant, company, BankEntry, [derive_id("be", entry_id, 0) for entry_id in entries]
    )
    return [remove(entry) for entry in entries.values()] + [remove(s) for s in sides.values()]


def _freed_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[tuple[LineRecord, LineRecord]]:
    targets = {s.settle.id for s in match.settles}
    if match.template is not None:
        targets.add(match.template)
    lines = ports.store.get_many(tenant, company, LineRecord, match.lines)
    return [
        (
            line,
            replace(
                line,
                match_id=None,
                level=None,
                explanation=None,
                generation=line.generation + 1,
                vetoes=tuple(sorted(targets | set(line.vetoes))),
            ),
        )
        for line in lines.values()
    ]


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match,
    freed: list[tuple[LineRecord, LineRecord]],
) -> list[Write]:  # fmt: skip
    after = {line.key: line for _, line in freed}
    writes: list[Write] = []
    for statement_id in match.statement_ids:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
        lines = [
            after.get(line.key, line) for line in ports.store.lines(tenant, company, statement_id)
        ]
        writes.append(change(statement, with_line_totals(statement, lines)))
    return writes
