"""The last step of a run: commits what was decided.

    for each automatic decision: match + line + drafts + residuals, whole groups packed in commits
    for the others:              level, candidates, explanation, third party, invoice on the line
    at the end, in one commit:   statements' totals and status, the run, the lease given back

A line that already carries its decision is passed over, so a repeat goes on where it stopped. A
record that moved since it was read is a StoreConflict: the world changed, the run gathers anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import LineId, MatchId, derive_id
from rappro.domain.line_state import partly_validated
from rappro.domain.matching.model import Decision, World
from rappro.domain.operations import (
    Lease,
    Run,
    RunState,
)
from rappro.domain.posting.drafting import BookView, Draft, Part, draft_part
from rappro.domain.records import (
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    SetBy,
    StatementRecord,
)
from rappro.domain.statement_state import with_line_totals
from rappro.domain.writes import (
    Fence,
    Write,
    change,
    create,
)
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.audit import ENGINE_AUTHOR, audit, levels_shown, match_shown
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import commit_match, finish_matches
from rappro.use_cases.packing import fits, pack
from rappro.use_cases.run_requests import (
    Decisions,
    RunRequest,
    decisions_name,
    is_over,
    load_run,
    world_name,
)  # fmt: skip
from rappro.use_cases.settling import BooksState, pointed_drafts, settle_writes


@dataclass(frozen=True, slots=True)
class _Unit:
    """Writes that belong together: of a match, its line and drafts (`head`), its targets."""

    match: Match | None
    head: tuple[Write, ...]
    settling: tuple[Write, ...]

    @property
    def writes(self) -> list[Write]:
        own = [] if self.match is None else [create(self.match)]
        return [*own, *self.head, *self.settling]


@dataclass(frozen=True, slots=True)
class _Posting:
    """What a statement is posted with: the books as its world saw them, as changed so far."""

    view: BookView
    books: BooksState
    now: datetime
    engine: str
    is_matching: bool
    pointed_on: date


def post(ports: Ports, request: RunRequest) -> None:
    """Commit the run's decisions. Raises NotFound, and the retryable StoreConflict, LeaseHeld."""
    tenant, company = request.tenant, request.company
    if is_over(ports, request):
        return  # a repeat after the last commit
    run, statements = load_run(ports, request)
    fence = lease.acquire(ports, tenant, company, request.run_id)
    if is_over(ports, request):  # meanwhile: then nobody else would give the lease back
        lease.release(ports, tenant, company, request.run_id)
        return
    finish_matches(ports, tenant, company, fence=fence)
    world = ports.blobs.load_document(tenant, company, world_name(request.run_id), World)
    decided = ports.blobs.load_document(tenant, company, decisions_name(request.run_id), Decisions)
    by_line = {decision.line_id: decision for decision in decided.decisions}
    books = BooksState(  # one for all statements: an item may be settled by lines of several
        open_items={item.id: item for item in world.open_items},
        bank_entries={entry.id: entry for entry in world.bank_entries},
    )
    seen = {line.id for line in world.lines}
    for statement in statements:
        lines = list(ports.store.lines(tenant, company, statement.id))
        if any(_is_free(line) and line.id not in seen for line in lines):
            raise StoreConflict(f"a match of statement {statement.id} was undone meanwhile")
        posting = _posting(
            ports, request, statement, world, decided.engine, lines, run, books=books
        )
        _commit_units(ports, request, fence, _units(posting, lines, by_line))
    _finish(ports, request, run, statements)


def _is_free(line: LineRecord) -> bool:
    """Say whether a run has to decide the line."""
    return line.match_id is None and line.known_as is None


def _posting(
    ports: Ports, request: RunRequest, statement: StatementRecord, world: World, engine: str,
    lines: list[LineRecord], run: Run, *, books: BooksState,
) -> _Posting:  # fmt: skip
    tenant, company = request.tenant, request.company
    journal = ports.store.get(tenant, company, Journal, statement.journal or "")
    if journal is None:
        raise NotFound(f"no journal {statement.journal}")
    view = BookView(
        company=get_company(ports, tenant, company),
        journal=replace(journal, profile=statement.profile),
        open_items=books.open_items,
        bank_entries=books.bank_entries,
        past_payments={payment.id: payment for payment in world.past_payments},
        third_parties={party.id: party for party in world.third_parties},
        templates={template.id: template for template in world.templates},
    )
    dates = [line.line.booking_date for line in lines]
    now = ports.clock.now()
    return _Posting(view, books, now, engine, run.is_matching, max(dates, default=now.date()))


def _commit_units(ports: Ports, request: RunRequest, fence: Fence, units: Iterable[_Unit]) -> None:
    """Commit in order: small units packed together, a large one by itself."""
    tenant, company = request.tenant, request.company
    small: list[list[Write]] = []
    for unit in units:
        if unit.match is None or fits(ports.store, unit.writes):
            small.append(unit.writes)
            continue
        _commit_packed(ports, request, fence, small)
        small = []
        commit_match(ports, tenant, company, unit.match, unit.head, unit.settling, fence=fence)
    _commit_packed(ports, request, fence, small)


def _commit_packed(
    ports: Ports, request: RunRequest, fence: Fence, groups: list[list[Write]]
) -> None:
    for writes in pack(ports.store, groups):
        ports.store.commit(request.tenant, request.company, writes, fence=fence)


def _units(
    posting: _Posting, lines: list[LineRecord], by_line: dict[LineId, Decision]
) -> Iterator[_Unit]:
    for line in lines:
        decision = by_line.get(line.id)
        if decision is None or line.match_id is not None or line.known_as is not None:
            continue
        if posting.is_matching and decision.level.is_matched:
            yield _match_unit(posting, line, decision)
        else:
            after = _informed(line, decision, is_matching=posting.is_matching)
            if after != line:
                yield _Unit(None, (change(line, after),), ())


def match_id_of(line: LineRecord, decision: Decision) -> MatchId:
    """Return the id of an automatic match: of its line, generation and what it settles."""
    parts = [f"{s.type}:{s.id}:{s.amount_minor}" for s in decision.settles]
    return MatchId(derive_id("ma", line.id, line.generation, *sorted(parts), decision.template))


def _match_unit(posting: _Posting, line: LineRecord, decision: Decision) -> _Unit:
    match_id = match_id_of(line, decision)
    part = Part(
        line, decision.settles, decision.adjustments, decision.template, decision.third_party
    )
    draft = draft_part(part, match_id, posting.view)
    match = Match(
        id=match_id,
        statement_ids=(line.statement_id,),
        lines=(line.key,),
        settles=tuple(LineSettle(line.id, settle) for settle in decision.settles),
        adjustments=decision.adjustments,
        level=decision.level,
        status=MatchStatus.CONFIRMED,
        author=ENGINE_AUTHOR,
        created_at=posting.now,
        pointed_on=posting.pointed_on,
        amount_minor=line.line.amount_minor,
        entry_ids=(draft.entry.id,) if draft else (),
        engine=posting.engine,
        template=decision.template,
        draft_ids=pointed_drafts(decision.settles, posting.books.bank_entries),
    )
    informed = _informed(line, decision, is_matching=True)
    after = partly_validated(match, replace(informed, match_id=match_id))
    settling = settle_writes(match, posting.books, entry_ids=match.entry_ids)
    log = audit(
        posting.now, ENGINE_AUTHOR, "match", match_id, before={"lines": levels_shown([line])},
        after=match_shown(match, posting.view.company.currency, settling),
    )  # fmt: skip
    head = (change(line, after), *draft_writes(draft), log)
    return _Unit(match, head, tuple(settling))


def draft_writes(draft: Draft | None) -> list[Write]:
    """Return the writes of a drafted entry and its bank side."""
    return [] if draft is None else [create(draft.entry), create(draft.bank_entry)]


def _informed(line: LineRecord, decision: Decision, *, is_matching: bool) -> LineRecord:
    """Fill in what the engine found out; what a person set stays."""
    after = line
    if line.third_party_set_by is not SetBy.PERSON:
        party = decision.third_party
        after = replace(
            after, third_party=party, third_party_set_by=SetBy.ENGINE if party else None
        )
    if line.invoice_set_by is not SetBy.PERSON:
        invoice = decision.invoice
        after = replace(after, invoice=invoice, invoice_set_by=SetBy.ENGINE if invoice else None)
    if line.template_set_by is not SetBy.PERSON:
        template = decision.template
        after = replace(
            after, template=template, template_set_by=SetBy.ENGINE if template else None
        )
    if not is_matching:
        return after
    return replace(
        after,
        level=decision.level,
        candidates=decision.candidates,
        explanation=decision.explanation,
    )


def _finish(ports: Ports, request: RunRequest, run: Run, statements: list[StatementRecord]) -> None:
    """Recount the statements, then end the run: in one commit, or in several when it has many."""
    tenant, company = request.tenant, request.company
    groups: list[list[Write]] = []
    matched_count = 0
    for statement in statements:
        lines = list(ports.store.lines(tenant, company, statement.id))
        matched_count += sum(1 for line in lines if line.match_id is not None)
        after = replace(with_line_totals(statement, lines), last_run_error=None)
        if after != statement:
            groups.append([change(statement, after)])
    done = replace(
        run, state=RunState.POSTED, ended_at=ports.clock.now(), matched_count=matched_count
    )
    log = audit(
        ports.clock.now(), ENGINE_AUTHOR, "finish_run", run.id, revision=run.version,
        before={"state": run.state.value, "statements": list(run.statements)},
        after={"state": done.state.value, "statements": list(run.statements),
               "matched_count": matched_count},
    )  # fmt: skip
    ended: list[Write] = [change(run, done), log]
    held = ports.store.get(tenant, company, Lease, "WRITER")
    if held is not None and held.holder == request.run_id:
        ended.append(lease.released(held))
    for writes in pack(ports.store, [*groups, ended]):
        ports.store.commit(tenant, company, writes)
