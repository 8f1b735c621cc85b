"""Which run a step works for, what it reads of it, and where its documents lie."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.errors import NotFound, StatementReadOnly
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId
from rappro.domain.matching.model import Decision
from rappro.domain.operations import Run, RunState
from rappro.domain.records import StatementRecord
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import change
from rappro.ports import Ports

_OVER = frozenset({RunState.POSTED, RunState.FAILED})


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Which run, by names alone: what else is known of it, its record says."""

    tenant: TenantId
    company: CompanyId
    statement_id: StatementId
    run_id: RunId
    run_number: int


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a run decided, stored to be replayed: with its engine's version and its world's hash."""

    engine: str
    decisions: tuple[Decision, ...]
    world_sha256: str | None = None


def world_name(run_id: RunId) -> str:
    """Return the document name of a run's world."""
    return f"runs/{run_id}/world"


def decisions_name(run_id: RunId) -> str:
    """Return the document name of a run's decisions."""
    return f"runs/{run_id}/decisions"


def load_run(ports: Ports, request: RunRequest) -> tuple[Run, list[StatementRecord]]:
    """Return the run and its statements. Raises NotFound, StatementReadOnly."""
    tenant, company = request.tenant, request.company
    run = ports.store.get(tenant, company, Run, request.run_id)
    if run is None:
        raise NotFound(f"no run {request.run_id}")
    statements = []
    for statement_id in run.statements:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
        statements.append(statement)
    return run, statements


def is_over(ports: Ports, request: RunRequest) -> bool:
    """Say whether the run ended: a step that Lambda started twice may come behind the last one."""
    run = ports.store.get(request.tenant, request.company, Run, request.run_id)
    return run is not None and run.state in _OVER


def save_run(ports: Ports, request: RunRequest, run: Run, state: RunState) -> None:
    """Note on the run how far it is; repeating it is harmless, also after the run's end."""
    if run.state is not state and run.state not in _OVER:
        moved = change(run, replace(run, state=state))
        ports.store.commit(request.tenant, request.company, [moved])
