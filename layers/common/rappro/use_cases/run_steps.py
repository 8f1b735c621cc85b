"""The deciding step of a run, and its failure; the state machine `reconcile` calls them.

    gathering.gather_evidence   takes the company's lease, reads what could explain the lines
    decide                      pure: decides every line of that world at once, saves the decisions
    post_run.post               commits matches, drafts and residuals; gives the lease back
    fail                        leaves the statement in `run_failed` and gives the lease back

Every step may be repeated; between them only pointers travel, worlds and decisions are documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.decide import decide as decide_world
from rappro.domain.operations import Lease, Run, RunState
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import Write, change, put
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.gathering import gathered_world
from rappro.use_cases.run_requests import (
    Decisions,
    RunRequest,
    decisions_name,
    load_run,
    save_run,
    world_name,
)

_ERROR_DETAIL_LENGTH_MAX = 1_000


def decide(ports: Ports, request: RunRequest, batches: Sequence[int] = ()) -> None:
    """Decide every line of the run's world and save the decisions. Raises NotFound.

    `batches` are those that gathering left to be read side by side.
    """
    tenant, company = request.tenant, request.company
    run, _ = load_run(ports, request)
    world = gathered_world(ports, request, batches)
    digest = ports.blobs.document_digest(tenant, company, world_name(request.run_id))
    decisions = Decisions(ENGINE, decide_world(world), digest)
    ports.blobs.save_document(tenant, company, decisions_name(request.run_id), Decisions, decisions)
    save_run(ports, request, run, RunState.DECIDED)


def fail(ports: Ports, request: RunRequest, *, error: str, cause: str) -> None:
    """Record that a run failed: the run, its statement's status, and give the lease back.

    Repeating it, or calling it for a statement that does not exist, is harmless.
    """
    tenant, company, now = request.tenant, request.company, ports.clock.now()
    run = ports.store.get(tenant, company, Run, request.run_id)
    failed = replace(
        run or Run(request.run_id, request.statement_id, request.run_number, RunState.FAILED, now),
        state=RunState.FAILED,
        ended_at=now,
        error_code=error,
        error_detail=cause[:_ERROR_DETAIL_LENGTH_MAX],
    )
    writes: list[Write] = [put(run, failed)]
    if run is None or run.state is not RunState.FAILED:
        writes.append(_told(run, failed))
    for statement_id in failed.statements:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is not None and statement.status in RUNNABLE:
            after = replace(statement.moved_to(StatementStatus.RUN_FAILED), last_run_error=error)
            writes.append(change(statement, after))
    held = ports.store.get(tenant, company, Lease, "WRITER")
    if held is not None and held.holder == request.run_id:
        writes.append(lease.released(held))
    ports.store.commit(tenant, company, writes)


def _told(run: Run | None, failed: Run) -> Write:
    named = list(failed.statements)
    return audit(
        failed.ended_at or failed.started_at, ENGINE_AUTHOR, "fail_run", failed.id,
        before=None if run is None else {"state": run.state.value, "statements": named},
        after={"state": failed.state.value, "statements": named, "error": failed.error_code},
    )  # fmt: skip
