"""The steps of a run, and its failure; the state machine `reconcile` calls them in turn.

    gather_evidence   takes the company's lease, reads what could explain the lines, saves a world
    decide            pure: decides every line of that world at once, saves the decisions
    post_run.post     commits matches, drafts and residuals, then statuses; gives the lease back
    fail              leaves the statement in `run_failed` and gives the lease back

Every step may be repeated; between them only pointers travel, worlds and decisions are documents.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from rappro.domain.books import (
    CardContract,
    EntryTemplate,
    Journal,
    PastPayment,
    ReferenceShapes,
    ThirdParty,
)
from rappro.domain.errors import BooksLoading, NotFound, StatementReadOnly
from rappro.domain.ids import CompanyId, RunId, StatementId, TenantId
from rappro.domain.learning import Lesson
from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.decide import decide as decide_world
from rappro.domain.matching.lookups import lookups_for
from rappro.domain.matching.model import Decision, Lookups, MatchLine, World
from rappro.domain.operations import (
    BooksLoad,
    Lease,
    Run,
    RunState,
)
from rappro.domain.records import (
    LineRecord,
    SetBy,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import (
    Write,
    change,
    put,
)
from rappro.ports import Evidence, Ports
from rappro.use_cases import lease
from rappro.use_cases.carry_over import carry_over_journal
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import finish_matches

_ERROR_DETAIL_LENGTH_MAX = 1_000

BACKLOG_ITEMS_PER_LOOKUP = 7
"""A consistent query costs one read unit at least; a unit reads about seven index items in bulk."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """Which run; `also` are further statements of the same run, decided together with the first."""

    tenant: TenantId
    company: CompanyId
    statement_id: StatementId
    run_id: RunId
    run_number: int
    also: tuple[StatementId, ...] = ()

    @property
    def statements(self) -> tuple[StatementId, ...]:
        return (self.statement_id, *self.also)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a run decided, stored to be replayed: with its engine's version."""

    engine: str
    decisions: tuple[Decision, ...]


def world_name(run_id: RunId) -> str:
    """Return the document name of a run's world."""
    return f"runs/{run_id}/world"


def decisions_name(run_id: RunId) -> str:
    """Return the document name of a run's decisions."""
    return f"runs/{run_id}/decisions"


def gather_evidence(ports: Ports, request: RunRequest) -> None:
    """Read everything the decision may depend on and save it as the run's world.

    Raises NotFound, StatementReadOnly, and the retryable LeaseHeld and BooksLoading.
    """
    tenant, company = request.tenant, request.company
    run, statements = load_run(ports, request)
    fence = lease.acquire(ports, tenant, company, request.run_id)
    loads = ports.store.all(tenant, company, BooksLoad)
    if any(load.is_under_way(ports.clock.now()) for load in loads):
        lease.release(ports, tenant, company, request.run_id)
        raise BooksLoading("the company's books are being loaded")
    finish_matches(ports, tenant, company, fence=fence)
    for code in sorted({s.journal for s in statements if s.journal}):
        carry_over_journal(ports, tenant, company, code, fence)
    backlog_items = sum(
        load.counts.get("open_items", 0) + load.counts.get("bank_entries_waiting", 0)
        for load in loads
    )
    world = _world(ports, request, statements, backlog_items)
    ports.blobs.save_document(tenant, company, world_name(request.run_id), World, world)
    _save_run(ports, request, run, RunState.GATHERED)


def load_run(ports: Ports, request: RunRequest) -> tuple[Run, list[StatementRecord]]:
    """Return the run and its statements. Raises NotFound, StatementReadOnly."""
    tenant, company = request.tenant, request.company
    run = ports.store.get(tenant, company, Run, request.run_id)
    if run is None:
        raise NotFound(f"no run {request.run_id}")
    statements = []
    for statement_id in request.statements:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE:
            raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
        statements.append(statement)
    return run, statements


def _world(
    ports: Ports, request: RunRequest, statements: list[StatementRecord], backlog_items: int
) -> World:
    tenant, company = request.tenant, request.company
    settings = get_company(ports, tenant, company)
    journals = {j.code: j for j in ports.store.all(tenant, company, Journal)}
    third_parties = tuple(ports.store.all(tenant, company, ThirdParty))
    shapes = ports.store.get(tenant, company, ReferenceShapes, "SHAPES")
    number_shapes = shapes.shapes if shapes else ()
    lines = tuple(
        match_line(line, statement, journals)
        for statement in statements
        for line in ports.store.lines(tenant, company, statement.id)
        if line.match_id is None and line.known_as is None
    )
    lessons = tuple(ports.store.all(tenant, company, Lesson))
    lookups = lookups_for(
        lines, third_parties, number_shapes, settings.matching, settings.currency, lessons=lessons
    )
    evidence = _evidence(ports, request, lookups, backlog_items)
    return World(
        company_currency=settings.currency,
        lines=lines,
        open_items=evidence.open_items,
        bank_entries=evidence.bank_entries,
        past_payments=tuple(ports.store.all(tenant, company, PastPayment)),
        third_parties=third_parties,
        templates=tuple(ports.store.all(tenant, company, EntryTemplate)),
        card_contracts=tuple(ports.store.all(tenant, company, CardContract)),
        number_shapes=number_shapes,
        lessons=lessons,
        matching=settings.matching,
        posting=settings.posting,
    )


def match_line(
    line: LineRecord, statement: StatementRecord, journals: dict[str, Journal]
) -> MatchLine:
    """Return a stored line as the engine sees it; only what a person set is fixed."""
    journal = journals[statement.journal or ""]
    is_party_fixed = line.third_party_set_by is SetBy.PERSON
    is_invoice_fixed = line.invoice_set_by is SetBy.PERSON
    return MatchLine(
        id=line.id,
        line=replace(line.line, nature=line.nature or line.line.nature),
        account=journal.account or "",
        statement_key=f"{statement.period_to}|{statement.number or ''}|{statement.id}",
        fixed_third_party=line.third_party if is_party_fixed else None,
        fixed_invoice=line.invoice if is_invoice_fixed else None,
        vetoes=frozenset(line.vetoes),
    )


def _evidence(ports: Ports, request: RunRequest, lookups: Lookups, backlog_items: int) -> Evidence:
    """Read by index, or the whole backlog when that costs less."""
    count = len(lookups.amounts) + len(lookups.references) + len(lookups.third_parties)
    if backlog_items <= count * BACKLOG_ITEMS_PER_LOOKUP:
        return ports.store.backlog(request.tenant, request.company)
    return ports.store.evidence(request.tenant, request.company, lookups)


def decide(ports: Ports, request: RunRequest) -> None:
    """Decide every line of the run's world and save the decisions. Raises NotFound."""
    tenant, company = request.tenant, request.company
    run, _ = load_run(ports, request)
    world = ports.blobs.load_document(tenant, company, world_name(request.run_id), World)
    decisions = Decisions(ENGINE, decide_world(world))
    ports.blobs.save_document(tenant, company, decisions_name(request.run_id), Decisions, decisions)
    _save_run(ports, request, run, RunState.DECIDED)


def _save_run(ports: Ports, request: RunRequest, run: Run, state: RunState) -> None:
    if run.state is not state:
        moved = change(run, replace(run, state=state))
        ports.store.commit(request.tenant, request.company, [moved])


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
    for statement_id in request.statements:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is not None and statement.status in RUNNABLE:
            after = replace(statement.moved_to(StatementStatus.RUN_FAILED), last_run_error=error)
            writes.append(change(statement, after))
    held = ports.store.get(tenant, company, Lease, "WRITER")
    if held is not None and held.holder == request.run_id:
        writes.append(lease.released(held))
    ports.store.commit(tenant, company, writes)
