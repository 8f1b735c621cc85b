"""Why a line is what a run made of it: what was decided, by which run and engine, and against what.

The engine itself is not needed for that: what it said is kept (see replaying.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId
from rappro.domain.matching.model import Decision
from rappro.domain.operations import Run, RunState
from rappro.domain.records import LineRecord
from rappro.ports import Ports
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.reads import get_statement
from rappro.use_cases.run_requests import Decisions, decisions_name
from rappro.use_cases.slices import required

LINES_MAX: Final = 5_000
"""Lines of a statement whose runs are read while somebody waits: some seconds."""

RUNS_MAX: Final = 20
"""Runs of a statement that are searched for a line's decision, the newest first."""


@dataclass(frozen=True, slots=True)
class Explained:
    """The last decision of a run about a line, which run took it, and with which engine."""

    line_id: LineId
    run: Run
    engine: str
    decision: Decision


def explain_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, position: int
) -> Explained:
    """Return what the last run that decided a line said about it.

    Raises NotFound when no run did or its decisions are not kept, and TooLarge for a statement of
    more than LINES_MAX lines.
    """
    record = get_statement(ports, tenant, company, statement)
    key = f"{statement}/{position}"
    line = required(ports.store.get(tenant, company, LineRecord, key), "line", key)
    if record.line_count > LINES_MAX:
        raise TooLarge(f"decisions of more than {LINES_MAX} lines are not searched")
    for run in _runs(ports, tenant, company, statement, record.run_number):
        try:
            decided = ports.blobs.load_document(tenant, company, decisions_name(run.id), Decisions)
        except NotFound:
            continue
        for decision in decided.decisions:
            if decision.line_id == line.id:
                return Explained(line.id, run, decided.engine, decision)
    raise NotFound(f"no run decided line {line.key}, or what it decided is not kept any more")


def _runs(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, newest: int
) -> Iterator[Run]:
    """Yield the runs of a statement that ended well and matched, the newest first."""
    numbers = range(newest, max(0, newest - RUNS_MAX), -1)
    keys = [run_id_of(tenant, company, statement, number) for number in numbers]
    found = ports.store.get_many(tenant, company, Run, keys)
    for key in keys:
        run = found.get(key)
        if run is not None and run.state is RunState.POSTED and run.is_matching:
            yield run
