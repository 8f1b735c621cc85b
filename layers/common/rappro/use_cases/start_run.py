"""Starts a further run of a statement (SPEC MAT-6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.errors import NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId
from rappro.domain.operations import (
    Run,
    RunState,
)
from rappro.domain.records import (
    StatementRecord,
)
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import (
    change,
    create,
)
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.launching import launch, run_id_of


def start_run(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId, author: str,
    *, also: Sequence[StatementId] = (), is_matching: bool = True,
) -> Run:  # fmt: skip
    """Start matching of a statement and return its run. Raises NotFound, StatementReadOnly.

    `also` are further statements that the run decides together with it. One that is not matching
    only works out third parties, invoices and templates.
    """
    statement = _runnable(ports, tenant, company, statement_id)
    for other in also:
        _runnable(ports, tenant, company, other)
    number = statement.run_number + 1
    run = Run(
        id=run_id_of(tenant, company, statement_id, number),
        statement_id=statement_id,
        number=number,
        state=RunState.STARTED,
        started_at=ports.clock.now(),
        is_matching=is_matching,
        also=tuple(also),
    )
    log = audit(
        ports.clock.now(), author, "start_run", run.id, before={"statements": None},
        after={"state": run.state.value, "statements": list(run.statements)},
    )  # fmt: skip
    writes = [change(statement, replace(statement, run_number=number)), create(run), log]
    ports.store.commit(tenant, company, writes)
    return launch(ports, tenant, company, replace(run, version=1))


def join_run(
    ports: Ports, tenant: TenantId, company: CompanyId, run_id: RunId, also: Sequence[StatementId]
) -> None:
    """Let a run that has not begun decide further statements too. Raises NotFound."""
    run = ports.store.get(tenant, company, Run, run_id)
    if run is None:
        raise NotFound(f"no run {run_id}")
    if also:
        ports.store.commit(tenant, company, [change(run, replace(run, also=tuple(also)))])


def _runnable(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId
) -> StatementRecord:
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    if statement.status not in RUNNABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    return statement
