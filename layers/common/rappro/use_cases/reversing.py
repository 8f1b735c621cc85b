"""What a reversal (contre-passation) makes, in one commit or in many: entries, lines, its end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from rappro.domain.books import JournalEntry, OpenItem
from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.matching.model import TargetType
from rappro.domain.posting.reversing import Numbering, reversal_of
from rappro.domain.records import (
    PAST_MATCHES_MAX,
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    ReversalBegun,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Write, change
from rappro.ports import Ports
from rappro.use_cases.audit import audit, parts_of_row
from rappro.use_cases.companies import get_company
from rappro.use_cases.releasing import difference_writes
from rappro.use_cases.teaching import unteaching_writes
from rappro.use_cases.validation_rows import paid_in
from rappro.use_cases.working_set import WorkingSet

Pair = tuple[JournalEntry, JournalEntry]
"""An entry and the one that takes it back."""
Freed = tuple[LineRecord, LineRecord]
"""A line as it is, and as it returns to the lists."""


def reversals(entries: Iterable[JournalEntry], begun: ReversalBegun) -> list[Pair]:
    """Return each entry with its reversal, in the order of their numbers, not lettered."""
    following = dict(begun.first_numbers)
    made: list[Pair] = []
    for entry in sorted(entries, key=lambda e: (e.journal, e.fiscal_year or "", e.number or 0)):
        number = following[entry.journal]
        following[entry.journal] += 1
        numbering = Numbering(begun.on, begun.today, begun.fiscal_year, number)
        made.append((entry, reversal_of(entry, numbering)))
    return made


def reversed_line(match: Match, line: LineRecord) -> LineRecord:
    """Return a line as the reversal of its match leaves it: it may be matched with others."""
    targets = {s.settle.id for s in match.settles if s.settle.type is not TargetType.ACCOUNT}
    return replace(
        line.moved_to(LineStatus.REVERSED),
        match_id=None,
        level=None,
        explanation=None,
        generation=line.generation + 1,
        vetoes=tuple(sorted(targets | set(line.vetoes))),
        past_matches=(*line.past_matches, match.id)[-PAST_MATCHES_MAX:],
    )


def freed_lines(working: WorkingSet, match: Match) -> list[Freed]:
    """Return the lines that the match still has, before and after."""
    lines = working.get_many(LineRecord, match.lines).values()
    return [(line, reversed_line(match, line)) for line in lines if line.match_id == match.id]


def third_parties(entries: Iterable[JournalEntry]) -> set[ThirdPartyId]:
    """Return whose accounts the entries touch."""
    return {line.third_party for e in entries for line in e.lines if line.third_party}


def last_writes(
    working: WorkingSet, match: Match, made: Sequence[Pair], freed: Sequence[Freed],
    begun: ReversalBegun, author: str,
) -> list[Write]:  # fmt: skip
    """Return the writes that say that the match is reversed: all but books and lines.

    Raises NotFound, StoreConflict while a statement of it is being validated.
    """
    books = (working.ports, working.tenant, working.company)
    now = working.ports.clock.now()
    lines = [line for line, _ in freed]
    currency = get_company(*books).currency
    paid = paid_in(working, match, lines, currency, reversed_on=begun.on)
    after = replace(
        match, status=MatchStatus.REVERSED, undone_at=now, undone_by=author,
        reversal_ids=tuple(reversal.id for _, reversal in made),
    )  # fmt: skip
    told = audit(
        now, author, "reverse_match", match.id,
        before={
            "status": match.status.value,
            "lines": {line.key: line.status.value for line in lines},
            "entries": {entry.id: entry.number for entry, _ in made},
        },
        after=_shown(after, freed, made, begun) | paid,
    )  # fmt: skip
    return [
        change(match, after),
        *_statement_writes(*books, match, freed),
        *unteaching_writes(*books, match),
        *difference_writes(*books, match),
        *parts_of_row(told),
    ]


def _shown(
    match: Match, freed: Sequence[Freed], made: Sequence[Pair], begun: ReversalBegun
) -> dict[str, Any]:
    return {
        "status": match.status.value,
        "lines": {line.key: line.status.value for _, line in freed},
        "entries": {reversal.id: reversal.number for _, reversal in made},
        "on": str(begun.on),
        "reason": begun.reason,
    }


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match, freed: Sequence[Freed]
) -> list[Write]:
    after = {line.key: line for _, line in freed}
    writes: list[Write] = []
    for statement_id in match.statement_ids:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE | {StatementStatus.VALIDATED}:
            raise StoreConflict(f"statement {statement_id} is {statement.status}")
        lines = [after.get(k.key, k) for k in ports.store.lines(tenant, company, statement_id)]
        writes.append(change(statement, with_line_totals(statement, lines, is_reopened=True)))
    return writes


def settled_items(working: WorkingSet, match: Match) -> dict[str, OpenItem]:
    """Return the open items that the match settles, or allocates to a movement."""
    ids = {s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM}
    ids |= {one.item for one in match.allocations}
    return working.get_many(OpenItem, sorted(ids))
