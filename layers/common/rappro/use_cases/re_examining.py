"""What arrives in the books re-examines the lines that wait for it (SPEC MAT-6, BOOK-2).

A statement is run again when one of its waiting lines could be touched by what arrived. The run
then decides all its waiting lines together, as every run does, so that the result is that of a run
over everything; lines whose decision stays as it was are not written.
"""

from __future__ import annotations

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import Journal, JournalType, ReferenceShapes, ThirdParty
from rappro.domain.errors import StatementReadOnly, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId
from rappro.domain.learning import Lesson
from rappro.domain.matching.lookups import lines_touched
from rappro.domain.matching.model import Lookups, MatchLine
from rappro.domain.operations import Run
from rappro.domain.records import StatementRecord
from rappro.domain.statement_state import RUNNABLE
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR
from rappro.use_cases.gathering import match_line
from rappro.use_cases.start_run import start_run

LINES_EXAMINED_MAX = 5_000
"""Waiting lines that are read to see which are touched; of more, every statement is run."""

_START_ATTEMPTS_MAX = 5
_WAITING_LEVELS = frozenset({"B", "BC", "C"})


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came or changed: index keys, or everything (`keys` None)."""

    keys: Lookups | None


EVERYTHING = Arrivals(None)


def re_examine(ports: Ports, tenant: TenantId, company: CompanyId, arrivals: Arrivals) -> list[Run]:
    """Start a run of each statement with a waiting line that the arrivals could touch."""
    journals = {journal.code: journal for journal in ports.store.all(tenant, company, Journal)}
    waiting = [
        statement
        for journal in journals.values()
        if journal.type is JournalType.TREASURY
        for statement in ports.store.statements_of_journal(tenant, company, journal.code)
        if statement.status in RUNNABLE and _waiting_count(statement)
    ]
    touched = [statement.id for statement in waiting]
    if arrivals.keys is not None and sum(map(_waiting_count, waiting)) <= LINES_EXAMINED_MAX:
        lines = {
            line.id: (line, statement.id)
            for statement in waiting
            for line in _waiting_lines(ports, tenant, company, statement, journals)
        }
        touched = _touched(ports, tenant, company, lines, arrivals.keys)
    return [run for each in touched if (run := _start(ports, tenant, company, each)) is not None]


def _waiting_count(statement: StatementRecord) -> int:
    """Return how many lines a run left to people; none while the statement was not matched yet."""
    counts = statement.level_counts or {}
    return sum(count for level, count in counts.items() if level in _WAITING_LEVELS)


def _waiting_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    journals: dict[str, Journal],
) -> list[MatchLine]:  # fmt: skip
    return [
        match_line(line, statement, journals)
        for line in ports.store.lines(tenant, company, statement.id)
        if line.match_id is None
        and line.known_as is None
        and line.line.status is LineStatusAtBank.BOOKED
    ]


def _touched(
    ports: Ports, tenant: TenantId, company: CompanyId,
    lines: dict[LineId, tuple[MatchLine, StatementId]], keys: Lookups,
) -> list[StatementId]:  # fmt: skip
    """Return the statements of the lines that the keys may touch, each once."""
    shapes = ports.store.get(tenant, company, ReferenceShapes, "SHAPES")
    touched = lines_touched(
        [line for line, _ in lines.values()],
        ports.store.all(tenant, company, ThirdParty),
        shapes.shapes if shapes else (),
        keys,
        lessons=ports.store.all(tenant, company, Lesson),
    )
    return list(dict.fromkeys(lines[line][1] for line in touched))


def _start(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId
) -> Run | None:
    """Start a run; None when somebody validates the statement meanwhile."""
    for _ in range(_START_ATTEMPTS_MAX - 1):
        try:
            return start_run(ports, tenant, company, statement, ENGINE_AUTHOR)
        except StatementReadOnly:
            return None
        except StoreConflict:
            continue  # a person or a run changed it meanwhile
    return start_run(ports, tenant, company, statement, ENGINE_AUTHOR)
