"""Runs and their executions: named by what they are, started once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.errors import InvalidRequest, NotFound, StoreConflict
from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId, derive_id
from rappro.domain.operations import (
    Run,
    RunState,
)
from rappro.domain.records import (
    StatementRecord,
)
from rappro.domain.writes import (
    Page,
    change,
)
from rappro.ports import Ports

_NOTE_ATTEMPTS_MAX = 5


def run_id_of(tenant: TenantId, company: CompanyId, statement: StatementId, number: int) -> RunId:
    """Return a run's id, which is also its execution's name (28 characters)."""
    return RunId(derive_id("run", tenant, company, statement, number))


def first_run(ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord) -> Run:
    """Return run 1 of a statement; without matching on import it only resolves third parties."""
    return Run(
        id=run_id_of(tenant, company, record.id, 1),
        statement_id=record.id,
        number=1,
        state=RunState.STARTED,
        started_at=ports.clock.now(),
        is_matching=record.profile.is_matched_on_import,
    )


def company_runs(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[Run]:
    """Return one page of the company's runs, newest first."""
    return ports.store.runs(tenant, company, limit=limit, cursor=cursor)


def list_runs(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId,
    *, limit: int, cursor: str | None,
) -> Page[Run]:  # fmt: skip
    """Return one page of a statement's runs (traitements), newest first.

    Raises NotFound, and InvalidRequest for a cursor that no page gave.
    """
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    newest = statement.run_number
    if cursor is not None:
        if not cursor.isdecimal():
            raise InvalidRequest("not a cursor of this list", position="cursor")
        newest = min(newest, int(cursor))
    numbers = range(newest, max(0, newest - limit), -1)
    keys = [run_id_of(tenant, company, statement_id, number) for number in numbers]
    found = ports.store.get_many(tenant, company, Run, keys)
    older = newest - len(numbers)
    return Page([found[key] for key in keys if key in found], str(older) if older > 0 else None)


def start_runs(
    ports: Ports, tenant: TenantId, company: CompanyId, records: Sequence[StatementRecord]
) -> None:
    """Start the first run of each statement that has one and was not started.

    Starting is idempotent by name, so a repeated call after a crash starts nothing twice.
    """
    for record in records:
        run = ports.store.get(tenant, company, Run, run_id_of(tenant, company, record.id, 1))
        if run is not None and run.execution is None and run.state is RunState.STARTED:
            launch(ports, tenant, company, run)


def launch(ports: Ports, tenant: TenantId, company: CompanyId, run: Run) -> Run:
    """Start the state machine for a stored run and note the execution's reference on it."""
    execution = ports.runs.start(
        tenant, company, run.id,
        {
            "tenant": tenant, "company": company, "statement_id": run.statement_id,
            "run_id": run.id, "run_number": run.number,
        },
    )  # fmt: skip
    for _ in range(_NOTE_ATTEMPTS_MAX):
        noted = replace(run, execution=execution)
        try:
            ports.store.commit(tenant, company, [change(run, noted)])
        except StoreConflict:  # the run is under way already and wrote its state
            run = ports.store.get(tenant, company, Run, run.id) or run
            continue
        return replace(noted, version=run.version + 1)
    return replace(run, execution=execution)
