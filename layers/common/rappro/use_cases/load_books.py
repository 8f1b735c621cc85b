"""Loads a company's books: from a FEC dropped in the inbox, or from a document by API.

    lease ─► BooksLoad loading ─► records (unseen by runs meanwhile) ─► BooksLoad loaded, one commit

What is there already is kept: entries, items and bank entries have ids of what they are, so the
same books again, or a longer export of the same year, add only what is new.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import chain
from typing import BinaryIO, TypeVar

from rappro.domain.bank import Finding
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Company,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ReferenceShapes,
    ThirdParty,
)
from rappro.domain.errors import InputError, RapproError, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.matching.lookups import keys_of
from rappro.domain.matching.references import shape_of
from rappro.domain.opening import Change, OpenedBooks, open_books
from rappro.domain.operations import (
    BooksLoad,
    ImportOutcome,
    ImportTrace,
    LoadState,
)
from rappro.domain.records import (
    SourceFile,
    SourceName,
)
from rappro.domain.writes import (
    Fence,
    Record,
    Write,
    change,
    create,
    put,
    remove,
)
from rappro.formats import fec
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.known_books import known_books
from rappro.use_cases.packing import pack
from rappro.use_cases.re_examining import EVERYTHING, Arrivals, re_examine

SHAPES_MAX = 500
_REFUSED = "books_refused"
_R = TypeVar("_R", bound=Record)


@dataclass(frozen=True, slots=True)
class BookRecords:
    """Records to load, of any kind that books are made of."""

    accounts: tuple[LedgerAccount, ...] = ()
    journals: tuple[Journal, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    entries: tuple[JournalEntry, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    bank_entries: tuple[BankEntry, ...] = ()
    past_payments: tuple[PastPayment, ...] = ()
    templates: tuple[EntryTemplate, ...] = ()
    card_contracts: tuple[CardContract, ...] = ()
    findings: tuple[Finding, ...] = ()


def load_fec(
    ports: Ports, tenant: TenantId, company: Company, stream: BinaryIO, source: SourceFile,
    trace: ImportTrace,
) -> tuple[ImportTrace, ...]:  # fmt: skip
    """Load a FEC and return its trace row; one line that cannot be read refuses it whole.

    Raises MalformedBooks for a file that is no FEC after all (nothing is stored then), LeaseHeld.
    """
    load = BooksLoad(source.sha256, source.name, LoadState.LOADING, ports.clock.now(), {})
    holder = _holder(load)
    fence = lease.acquire(ports, tenant, company.id, holder)  # first: what is known stays so
    try:
        opened = _opened(ports, tenant, company, stream)
        trace = replace(
            trace,
            outcome=ImportOutcome.REFUSED if opened.is_blocked else ImportOutcome.BOOKS_LOADED,
            format="fec",
            line_count=sum(len(entry.lines) for entry in opened.entries),
            findings=(*trace.findings, *opened.findings),
        )
        source = replace(source, format="fec", error_code=_REFUSED if opened.is_blocked else None)
        before = ports.store.get(tenant, company.id, BooksLoad, load.sha256)
        # After the look at the load: whoever finished it meanwhile is seen in one of the two.
        writes = _drop_writes(ports, tenant, company.id, source, trace)
        if opened.is_blocked:
            ports.store.commit(tenant, company.id, writes, fence=fence)
    except RapproError:
        lease.release(ports, tenant, company.id, holder)
        raise
    if opened.is_blocked:
        lease.release(ports, tenant, company.id, holder)
    else:
        job = _Job(fence, load, before, ENGINE_AUTHOR, opened.changes, writes)
        _load(ports, tenant, company.id, _records_of(opened), job)
    return (trace,)


def _opened(ports: Ports, tenant: TenantId, company: Company, stream: BinaryIO) -> OpenedBooks:
    journals = ports.store.all(tenant, company.id, Journal)
    return open_books(
        fec.read_rows(stream),
        company_currency=company.currency,
        settings=company.posting,
        reconciled=_reconciled_points(journals),
        fiscal_year_start_month=company.fiscal_year_start_month,
        fiscal_years=company.fiscal_years,
        known=known_books(ports, tenant, company.id),
    )


def _drop_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, source: SourceFile, trace: ImportTrace
) -> list[Write]:
    known = ports.store.get(tenant, company, SourceFile, source.sha256)
    if known is not None and known.is_imported:
        raise StoreConflict("the same books came at once, and the other load was first")
    name = ports.store.get(tenant, company, SourceName, source.name)
    seen_trace = ports.store.get(tenant, company, ImportTrace, trace.id)
    return [
        put(known, source),
        put(name, SourceName(source.name, source.sha256)),
        put(seen_trace, trace),
    ]


def load_document(
    ports: Ports, tenant: TenantId, company: CompanyId, records: BookRecords, author: str
) -> BooksLoad:
    """Load books sent by API; what is there already is kept. Raises LeaseHeld."""
    now = ports.clock.now()
    keys = (record.key for part in fields(records) for record in _part(records, part.name))
    key = derive_id("load", company, *keys)  # the same document sent again resumes its load
    load = BooksLoad(key, "api", LoadState.LOADING, now, {})
    fence = lease.acquire(ports, tenant, company, _holder(load))
    before = ports.store.get(tenant, company, BooksLoad, key)
    return _load(ports, tenant, company, records, _Job(fence, load, before, author))


def _part(records: BookRecords, name: str) -> tuple[Record, ...]:
    part: tuple[Record, ...] = () if name == "findings" else getattr(records, name)
    return part


def _records_of(opened: OpenedBooks) -> BookRecords:
    return BookRecords(
        accounts=tuple(opened.accounts),
        journals=tuple(opened.journals),
        third_parties=tuple(opened.third_parties),
        entries=tuple(opened.entries),
        open_items=tuple(opened.open_items),
        bank_entries=tuple(opened.bank_entries),
        findings=tuple(opened.findings),
    )


def _reconciled_points(journals: Iterable[Journal]) -> dict[str, tuple[date, int]]:
    return {
        journal.code: (journal.reconciled_on, journal.reconciled_balance_minor)
        for journal in journals
        if journal.reconciled_on is not None and journal.reconciled_balance_minor is not None
    }


@dataclass(frozen=True, slots=True)
class _Job:
    """A load under its lease; `before` is what an attempt before left of it.

    `changes` are of records that were there, `last` the writes of its last commit.
    """

    fence: Fence
    load: BooksLoad
    before: BooksLoad | None
    author: str
    changes: Sequence[Change] = ()
    last: Sequence[Write] = ()


def _holder(load: BooksLoad) -> str:
    return f"load:{load.sha256}"


def _load(
    ports: Ports, tenant: TenantId, company: CompanyId, records: BookRecords, job: _Job
) -> BooksLoad:
    """Load records under the lease; a load that is refused half-way says so and lets go."""
    load, before, fence = job.load, job.before, job.fence
    started = replace(load, version=(before.version if before else 0) + 1)
    try:
        fresh = _fresh_records(ports, tenant, company, records)
    except RapproError:  # nothing is stored yet
        lease.release(ports, tenant, company, fence.holder)
        raise
    if before is not None and _is_done(before, fresh, job):
        lease.release(ports, tenant, company, fence.holder)
        if not before.is_examined:
            before = _examine_lines(ports, tenant, company, before, EVERYTHING)
        return replace(before, counts=_counts(records, fresh) | {"records_changed": 0})
    try:
        ports.store.commit(tenant, company, [put(before, load)], fence=fence)
        _save(ports, tenant, company, fresh, job)
    except InputError:
        refused = replace(started, state=LoadState.REFUSED)
        ports.store.commit(tenant, company, [put(started, refused)], fence=fence)
        lease.release(ports, tenant, company, fence.holder)
        raise
    counts = _counts(records, fresh) | {"records_changed": len(job.changes)}
    done = replace(started, state=LoadState.LOADED, counts=counts, findings=records.findings)
    final = [put(started, done), *job.last, *_shape_writes(ports, tenant, company, records)]
    log = audit(
        ports.clock.now(), job.author, "load_books", load.sha256, revision=started.version,
        before=None if before is None else before.counts,
        after=done.counts,
    )  # fmt: skip
    ports.store.commit(tenant, company, [*final, log], fence=fence)
    lease.release(ports, tenant, company, fence.holder)
    done = replace(done, version=started.version + 1)
    # An attempt that died may have stored records for which no line was examined.
    is_owing = before is not None and not before.is_examined
    arrivals = EVERYTHING if is_owing else _arrivals(fresh)
    return _examine_lines(ports, tenant, company, done, arrivals)


def _is_done(before: BooksLoad, fresh: Sequence[Record], job: _Job) -> bool:
    """Say whether an attempt before did all of it: a repetition that dies leaves no load open."""
    is_whole = before.state is LoadState.LOADED
    return is_whole and not fresh and not job.changes and not job.last


def _save(
    ports: Ports, tenant: TenantId, company: CompanyId, fresh: list[Record], job: _Job
) -> None:
    """Store records that were not there when they were looked for, and change those that were.

    Under conditions, however many they are: what stalls and comes late writes over nothing.
    """
    each_once = {(type(record), record.key): record for record in fresh}.values()
    creations = ([create(record)] for record in each_once)
    changes = (
        [remove(each.before) if each.after is None else change(each.before, each.after)]
        for each in job.changes
    )
    for writes in pack(ports.store, chain(creations, changes)):
        ports.store.commit(tenant, company, writes, fence=job.fence)


def finish_load(ports: Ports, tenant: TenantId, company: CompanyId, sha256: str) -> None:
    """Give waiting lines the run that a load which died behind its last commit owes them."""
    load = ports.store.get(tenant, company, BooksLoad, sha256)
    if load is not None and load.state is LoadState.LOADED and not load.is_examined:
        _examine_lines(ports, tenant, company, load, EVERYTHING)


def _examine_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, load: BooksLoad, arrivals: Arrivals
) -> BooksLoad:
    re_examine(ports, tenant, company, arrivals)
    examined = replace(load, is_examined=True)
    ports.store.commit(tenant, company, [change(load, examined)])
    return replace(examined, version=load.version + 1)


def _arrivals(fresh: Sequence[Record]) -> Arrivals:
    """Return the keys of what is new; what is looked up by no key touches every line."""
    if any(isinstance(each, EntryTemplate | CardContract | PastPayment) for each in fresh):
        return EVERYTHING
    return Arrivals(
        keys_of(
            [each for each in fresh if isinstance(each, OpenItem) and not each.is_settled],
            [each for each in fresh if isinstance(each, BankEntry) and each.is_waiting],
            [each.id for each in fresh if isinstance(each, ThirdParty)],
        )
    )


def _fresh_records(
    ports: Ports, tenant: TenantId, company: CompanyId, records: BookRecords
) -> list[Record]:
    fresh: list[Record] = []
    fresh += _missing(ports, tenant, company, LedgerAccount, records.accounts)
    fresh += _missing(ports, tenant, company, Journal, records.journals)
    fresh += _missing(ports, tenant, company, ThirdParty, records.third_parties)
    fresh += _missing(ports, tenant, company, JournalEntry, records.entries)
    fresh += _missing(ports, tenant, company, OpenItem, records.open_items)
    fresh += _missing(ports, tenant, company, BankEntry, records.bank_entries)
    fresh += _missing(ports, tenant, company, PastPayment, records.past_payments)
    fresh += _missing(ports, tenant, company, EntryTemplate, records.templates)
    fresh += _missing(ports, tenant, company, CardContract, records.card_contracts)
    return fresh


def _missing(
    ports: Ports, tenant: TenantId, company: CompanyId, kind: type[_R], records: Sequence[_R]
) -> list[_R]:
    known = ports.store.get_many(tenant, company, kind, [record.key for record in records])
    return [record for record in records if record.key not in known]


def _counts(records: BookRecords, fresh: Sequence[Record]) -> dict[str, int]:
    loaded = len(fresh)
    waiting = sum(1 for entry in records.bank_entries if entry.is_waiting)
    return {
        "accounts": len(records.accounts),
        "journals": len(records.journals),
        "third_parties": len(records.third_parties),
        "entries": len(records.entries),
        "open_items": len(records.open_items),
        "bank_entries": len(records.bank_entries),
        "bank_entries_waiting": waiting,
        "records_new": loaded,
    }


def _shape_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, records: BookRecords
) -> list[Write]:
    """Add the shapes of new invoice numbers to the ones the company is known to use."""
    before = ports.store.get(tenant, company, ReferenceShapes, "SHAPES")
    known = set(before.shapes) if before else set()
    found = {shape_of(item.number) for item in records.open_items} - known
    if not found:
        return []
    shapes = tuple(sorted(known | found))[:SHAPES_MAX]
    return [put(before, replace(before or ReferenceShapes(), shapes=shapes))]
