"""Gathers what could explain the lines of a run; nothing is decided and nothing consumed here.

    gather_evidence   takes the company's lease, reads lines and masters, and the evidence too
                      when it is little; else it leaves the keys to look up in batches
    gather_batch      reads the evidence of one batch; batches are read side by side
    gathered_world    puts it all together, for the one step that decides

Evidence is a set: however its keys are cut in batches, the world is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final, TypeVar

from rappro.domain.books import (
    BankEntry,
    CardContract,
    Journal,
    OpenItem,
    PastPayment,
    ReferenceShapes,
    ThirdParty,
)
from rappro.domain.errors import BooksLoading, TooLarge
from rappro.domain.learning import Lesson
from rappro.domain.matching.lookups import lookups_for
from rappro.domain.matching.model import (
    Amount,
    Lookups,
    MatchLine,
    PartyAmount,
    World,
)
from rappro.domain.matching.own_accounts import own_accounts_of
from rappro.domain.operations import BooksLoad, RunState
from rappro.domain.records import LineRecord, SetBy, StatementRecord
from rappro.ports import Evidence, Ports
from rappro.use_cases import lease
from rappro.use_cases.carry_over import carry_over_journal
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import finish_matches
from rappro.use_cases.run_requests import RunRequest, is_over, load_run, save_run, world_name
from rappro.use_cases.templates import templates_of

BACKLOG_ITEMS_PER_LOOKUP: Final = 7
"""A consistent query costs one read unit at least; a unit reads about seven index items in bulk."""

LOOKUPS_PER_BATCH: Final = 5_000
"""Keys that are looked up in one go: some seconds of a function that queries 32 at a time."""

LINES_MAX_PER_RUN: Final = 200_000
"""Waiting lines that are decided together; a larger statement has to be divided before."""

_R = TypeVar("_R", OpenItem, BankEntry)


def batch_name(request: RunRequest, number: int) -> str:
    """Return the document name of the keys of one batch."""
    return f"runs/{request.run_id}/lookups/{number}"


def evidence_name(request: RunRequest, number: int) -> str:
    """Return the document name of what one batch found."""
    return f"runs/{request.run_id}/evidence/{number}"


def gather(ports: Ports, request: RunRequest, batch: int | None) -> tuple[int, ...]:
    """Gather for a run (no batch) or for one batch of it; return the batches left to read.

    Raises what `gather_evidence` and `gather_batch` do.
    """
    if batch is None:
        return gather_evidence(ports, request)
    gather_batch(ports, request, batch)
    return ()


def gather_evidence(
    ports: Ports, request: RunRequest, *, lookups_per_batch: int = LOOKUPS_PER_BATCH
) -> tuple[int, ...]:
    """Read what the decision may depend on; return the numbers of the batches left to read.

    Raises NotFound, StatementReadOnly, TooLarge, and the retryable LeaseHeld and BooksLoading.
    """
    tenant, company = request.tenant, request.company
    run, statements = load_run(ports, request)
    fence = lease.acquire(ports, tenant, company, request.run_id)
    if is_over(ports, request):
        lease.release(ports, tenant, company, request.run_id)
        return ()
    loads = ports.store.all(tenant, company, BooksLoad)
    if any(load.is_under_way(ports.clock.now()) for load in loads):
        lease.release(ports, tenant, company, request.run_id)
        raise BooksLoading("the company's books are being loaded")
    finish_matches(ports, tenant, company, fence=fence)
    for code in sorted({s.journal for s in statements if s.journal}):
        carry_over_journal(ports, tenant, company, code, fence)
    world = _world_of_lines(ports, request, statements)
    lookups = _lookups(world)
    batches: tuple[int, ...] = ()
    if _key_count(lookups) * BACKLOG_ITEMS_PER_LOOKUP >= _backlog_count(loads):
        world = _with_evidence(world, [ports.store.backlog(tenant, company)])
    elif _key_count(lookups) <= lookups_per_batch:
        world = _with_evidence(world, [ports.store.evidence(tenant, company, lookups)])
    else:
        batches = _save_batches(ports, request, lookups, lookups_per_batch)
    ports.blobs.save_document(tenant, company, world_name(request.run_id), World, world)
    if not batches:
        save_run(ports, request, run, RunState.GATHERED)
    return batches


def gather_batch(ports: Ports, request: RunRequest, number: int) -> None:
    """Read the evidence of one batch; repeating it reads it anew. Raises NotFound."""
    tenant, company = request.tenant, request.company
    name = batch_name(request, number)
    lookups = ports.blobs.load_document(tenant, company, name, Lookups)
    found = ports.store.evidence(tenant, company, lookups)
    ports.blobs.save_document(tenant, company, evidence_name(request, number), Evidence, found)


def gathered_world(ports: Ports, request: RunRequest, batches: Sequence[int] = ()) -> World:
    """Return the run's world with the evidence of its batches, and keep it so. Raises NotFound."""
    tenant, company = request.tenant, request.company
    world = ports.blobs.load_document(tenant, company, world_name(request.run_id), World)
    if not batches:
        return world
    found = [
        ports.blobs.load_document(tenant, company, evidence_name(request, number), Evidence)
        for number in batches
    ]
    world = _with_evidence(world, found)
    ports.blobs.save_document(tenant, company, world_name(request.run_id), World, world)
    return world


def _with_evidence(world: World, found: Iterable[Evidence]) -> World:
    parts = list(found)
    items = chain(world.open_items, *(part.open_items for part in parts))
    entries = chain(world.bank_entries, *(part.bank_entries for part in parts))
    return replace(world, open_items=_latest(items), bank_entries=_latest(entries))


def _latest(records: Iterable[_R]) -> tuple[_R, ...]:
    """Return each record once: batches are read one after the other, and people write meanwhile.

    Whatever version is decided upon, posting is refused if it is not the present one.
    """
    latest: dict[str, _R] = {}
    for record in records:
        other = latest.get(record.key)
        if other is None or other.version < record.version:
            latest[record.key] = record
    return tuple(latest[key] for key in sorted(latest))


def _save_batches(
    ports: Ports, request: RunRequest, lookups: Lookups, size: int
) -> tuple[int, ...]:
    numbers = []
    for number, batch in enumerate(cut(lookups, size), 1):
        name = batch_name(request, number)
        ports.blobs.save_document(request.tenant, request.company, name, Lookups, batch)
        numbers.append(number)
    return tuple(numbers)


def cut(lookups: Lookups, size: int) -> Iterator[Lookups]:
    """Yield the keys in batches of at most `size`, each key once."""
    keys: list[tuple[str, object]] = [
        *(("references", token) for token in sorted(lookups.references)),
        *(("third_parties", party) for party in sorted(lookups.third_parties)),
        *(("items", item) for item in sorted(lookups.items)),
    ]
    of_amount: dict[Amount, list[PartyAmount]] = {amount: [] for amount in lookups.amounts}
    for party_amount in lookups.party_amounts:
        of_amount.setdefault(party_amount[1:], []).append(party_amount)
    for amount, found in sorted(of_amount.items()):  # what is read for one amount goes together
        keys += [("amounts", amount)] if amount in lookups.amounts else []
        keys += [("party_amounts", party_amount) for party_amount in sorted(found)]
    for start in range(0, len(keys), size):
        batch: dict[str, set[object]] = {}
        for kind, key in keys[start : start + size]:
            batch.setdefault(kind, set()).add(key)
        yield Lookups(**{kind: frozenset(found) for kind, found in batch.items()})  # type: ignore[arg-type]


def _key_count(lookups: Lookups) -> int:
    """Return how many keys are looked up at least (of `party_amounts` none, most often)."""
    counted = (lookups.amounts, lookups.references, lookups.third_parties, lookups.items)
    return sum(map(len, counted))


def _backlog_count(loads: Iterable[BooksLoad]) -> int:
    return sum(
        load.counts.get("open_items", 0) + load.counts.get("bank_entries_waiting", 0)
        for load in loads
    )


def _lookups(world: World) -> Lookups:
    return lookups_for(
        world.lines, world.third_parties, world.number_shapes, world.matching,
        world.company_currency, lessons=world.lessons,
    )  # fmt: skip


def _world_of_lines(ports: Ports, request: RunRequest, statements: list[StatementRecord]) -> World:
    """Return the run's world without evidence: its lines, and what is read whole."""
    tenant, company = request.tenant, request.company
    settings = get_company(ports, tenant, company)
    journals = {j.code: j for j in ports.store.all(tenant, company, Journal)}
    shapes = ports.store.get(tenant, company, ReferenceShapes, "SHAPES")
    lines = tuple(
        match_line(line, statement, journals)
        for statement in statements
        for line in ports.store.lines(tenant, company, statement.id)
        if line.match_id is None and line.known_as is None
    )
    if len(lines) > LINES_MAX_PER_RUN:
        raise TooLarge(f"more than {LINES_MAX_PER_RUN} lines wait in statement {statements[0].id}")
    return World(
        company_currency=settings.currency,
        lines=lines,
        past_payments=tuple(ports.store.all(tenant, company, PastPayment)),
        third_parties=tuple(ports.store.all(tenant, company, ThirdParty)),
        templates=tuple(templates_of(ports, tenant, company)),
        card_contracts=tuple(ports.store.all(tenant, company, CardContract)),
        number_shapes=shapes.shapes if shapes else (),
        lessons=tuple(ports.store.all(tenant, company, Lesson)),
        matching=settings.matching,
        posting=settings.posting,
        company_name=settings.name,
        own_accounts=own_accounts_of(journals.values()),
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
