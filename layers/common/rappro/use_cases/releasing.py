"""What the end of an undo writes: drafts gone, lines back in the lists, statements recounted.

The drafts of an action stay, in no match: their bank sides wait, and keep what they pay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from rappro.domain.books import (
    BankEntry,
    Company,
    ItemShare,
    JournalEntry,
    OpenItem,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import NotAllowedInState, NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, OpenItemId, TenantId, derive_id
from rappro.domain.learning import Lesson
from rappro.domain.line_state import released_line
from rappro.domain.matching.model import TargetType
from rappro.domain.posting.lettering import letter_at
from rappro.domain.records import (
    PAST_MATCHES_MAX,
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import (
    Write,
    change,
    remove,
)
from rappro.ports import Ports
from rappro.use_cases.audit import SHOWN_MAX, audit, entry_shown, match_shown
from rappro.use_cases.companies import get_company
from rappro.use_cases.read_ahead import ahead, keyed
from rappro.use_cases.settling import merged
from rappro.use_cases.teaching import unteaching_writes


def undo_read_ahead(ports: Ports, tenant: TenantId, company: CompanyId, match: Match) -> Ports:
    """Return ports that have read what an undo of a match looks at, but the statements' lines."""
    sides = [derive_id("be", entry_id, 0) for entry_id in match.entry_ids]
    pointed = [s.settle.id for s in match.settles if s.settle.type is TargetType.BANK_ENTRY]
    paid = [s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM]
    wanted = keyed(
        company,
        (Company, ["COMPANY"]),
        (LineRecord, match.lines),
        (StatementRecord, match.statement_ids),
        (JournalEntry, match.entry_ids),
        (BankEntry, [*sides, *pointed]),
        (OpenItem, [*paid, *(one.item for one in match.allocations)]),
        (Lesson, match.lesson_ids),
        (DifferenceType, [match.difference_type]),
    )
    return ahead(ports, tenant, wanted)


def final_undo_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match, author: str
) -> list[Write]:
    """Return the writes that end an undo, all but those of the match's targets.

    Raises NotFound, StatementReadOnly once a statement of it is validated.
    """
    now = ports.clock.now()
    undone = replace(match, status=MatchStatus.UNDONE, undone_at=now, undone_by=author)
    freed = _freed_lines(ports, tenant, company, match)
    drafts = ports.store.get_many(tenant, company, JournalEntry, match.entry_ids)
    gone = () if match.keeps_drafts else tuple(drafts.values())
    kept = {"kept": list(drafts)} if match.keeps_drafts else {}
    log = audit(
        now, author, "undo_match", match.id,
        before=_shown(ports, tenant, company, match, gone),
        after={"lines": dict.fromkeys(match.lines), "status": undone.status.value, **kept},
    )  # fmt: skip
    return [
        change(match, undone),
        *_draft_writes(ports, tenant, company, match, drafts),
        *(change(before, after) for before, after in freed),
        *_statement_writes(ports, tenant, company, match, freed),
        *unteaching_writes(ports, tenant, company, match),
        *difference_writes(ports, tenant, company, match),
        log,
    ]


def _shown(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match,
    drafts: Iterable[JournalEntry],
) -> dict[str, Any]:  # fmt: skip
    """Return what the trail keeps of a match that is undone, and of the drafts that go."""
    currency = get_company(ports, tenant, company).currency
    told = list(drafts)
    if len(told) > SHOWN_MAX:  # by their ids alone, so that the row fits
        return match_shown(match, currency) | {"entries": [draft.id for draft in told]}
    gone = {"entries": [entry_shown(draft, currency) for draft in told]}
    return match_shown(match, currency) | gone


def _draft_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match,
    entries: Mapping[str, JournalEntry],
) -> list[Write]:  # fmt: skip
    sides = ports.store.get_many(
        tenant, company, BankEntry, [derive_id("be", entry_id, 0) for entry_id in entries]
    )
    if match.keeps_drafts:
        paid = _paid(match)
        return [
            *(change(e, replace(e, statement_id=None, match_id=None)) for e in entries.values()),
            *(
                change(s, replace(s, match_id=None, pointed_on=None, allocated=paid))
                for s in sides.values()
            ),
        ]
    return [remove(entry) for entry in entries.values()] + [remove(s) for s in sides.values()]


def _paid(match: Match) -> tuple[ItemShare, ...]:
    """Return what the one draft of an action pays of open items."""
    settles = merged(one.settle for one in match.settles)
    return tuple(
        ItemShare(OpenItemId(one.id), one.amount_minor)
        for one in settles
        if one.type is TargetType.OPEN_ITEM
    )


def _freed_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[tuple[LineRecord, LineRecord]]:
    found = ports.store.get_many(tenant, company, LineRecord, match.lines).values()
    lines = [line for line in found if line.match_id == match.id]
    for line in lines:
        if line.status is LineStatus.VALIDATED:  # its statement was reopened for another line
            raise NotAllowedInState(f"line {line.key} is validated: its match is not undone")
    return [(line, freed_line(match, line)) for line in lines]


def freed_line(match: Match, line: LineRecord) -> LineRecord:
    """Return a line as the undo of its match leaves it."""
    targets = {s.settle.id for s in match.settles}
    if match.template is not None:
        targets.add(match.template)
    if match.keeps_drafts:
        targets |= {derive_id("be", entry_id, 0) for entry_id in match.entry_ids}
    return replace(
        released_line(line),
        match_id=None,
        level=None,
        explanation=None,
        generation=line.generation + 1,
        vetoes=tuple(sorted(targets | set(line.vetoes))),
        past_matches=(*line.past_matches, match.id)[-PAST_MATCHES_MAX:],
    )


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match,
    freed: list[tuple[LineRecord, LineRecord]],
) -> list[Write]:  # fmt: skip
    after = {line.key: line for _, line in freed}
    writes: list[Write] = []
    for statement in runnable_statements(ports, tenant, company, match):
        lines = [
            after.get(line.key, line)
            for line in ports.store.lines_of(tenant, company, [(statement, 0)])
        ]
        counted = with_line_totals(statement, lines)
        if statement.mark_count and match.mark == letter_at(statement.mark_count - 1):
            counted = replace(counted, mark_count=statement.mark_count - 1)
        writes.append(change(statement, counted))
    return writes


def difference_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[Write]:
    """Return the write by which a difference type is used once less."""
    if match.difference_type is None:
        return []
    found = ports.store.get(tenant, company, DifferenceType, match.difference_type)
    if found is None or not found.use_count:
        return []
    return [change(found, replace(found, use_count=found.use_count - 1))]


def runnable_statements(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match
) -> list[StatementRecord]:
    """Return a match's statements. Raises NotFound, StatementReadOnly once one is validated."""
    found: list[StatementRecord] = []
    for statement_id in match.statement_ids:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
        found.append(statement)
    return found
