"""Takes in one file dropped in the inbox: books (FEC) or statements (SPEC IMP-1 to IMP-11).

    open at its version ─► hash ─► packed? ─► an exchange archive: it waits (import_archive.py)
                                │       └───► each of its files ─┐
                                └─────────────────────────────── ▼
    known bytes? ─► archive ─► FEC? load books
                            └─► parse once to control, parse again to store ─► one commit ─► runs
                                                                  └─► large: large_files.py

The file is read twice so that nothing is stored of a file that turns out to be broken, in memory
that does not grow with it. Every step may be repeated: ids are derived from the bytes. The files of
an archive (unpacking.py) are taken in one by one, as if each had been dropped; none harms another.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    Company,
    Journal,
)
from rappro.domain.errors import (
    ArchiveInArchive,
    InputError,
    NotFound,
    StoreConflict,
    TooLarge,
)
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    SourceFile,
    StatementRecord,
)
from rappro.domain.writes import (
    change,
    put,
)
from rappro.formats import fec
from rappro.formats.registry import peek
from rappro.ports import Drop, Ports
from rappro.use_cases.arrivals import (
    Arrival,
    parse_place,
    refuse,
    refuse_unread,
    same_name,
    source_of,
    trace_of,
)
from rappro.use_cases.chunks import is_claimed
from rappro.use_cases.import_archive import import_archive, is_archive
from rappro.use_cases.import_packed import import_packed, is_whole
from rappro.use_cases.import_statements import import_statements
from rappro.use_cases.import_terms import chosen
from rappro.use_cases.large_files import LINES_AT_ONCE, resume_storing
from rappro.use_cases.launching import start_runs
from rappro.use_cases.load_books import finish_load, load_fec
from rappro.use_cases.unpacking import Packing, packing_of


def import_drop(
    ports: Ports, drop: Drop, *, lines_at_once: int = LINES_AT_ONCE
) -> tuple[ImportTrace, ...]:
    """Take in one dropped file and return its trace rows, as stored.

    A file of more than `lines_at_once` lines is handed to the import machine: its row is `storing`.

    Wrong input never raises: it is a refused or quarantined trace row, the file kept. An object
    whose key is no place of a tenant gives no row. Raises only retryable errors.
    """
    place = parse_place(drop.object_key)
    if place is None:
        return ()
    arrival = Arrival(place, drop, size_bytes=drop.size_bytes, lines_at_once=lines_at_once)
    try:
        arrival = replace(arrival, choice=ports.inbox.choice(place.tenant, drop))
        opened = ports.inbox.open(place.tenant, drop)
    except (NotFound, TooLarge) as error:
        return refuse_unread(ports, arrival, error)
    with opened as stream:
        arrival = arrival.of_bytes(stream)
        packing = _packing(stream)
        if packing is None:
            return _import(ports, arrival, stream)
        if packing is Packing.ZIP and is_archive(stream):
            return import_archive(ports, arrival, stream)
        if is_whole(ports, arrival) and (rows := _come_before(ports, arrival)) is not None:
            return rows
        return import_packed(ports, arrival, stream, packing, take_in=_import)


def _import(ports: Ports, arrival: Arrival, stream: BinaryIO) -> tuple[ImportTrace, ...]:
    place = arrival.place
    if (rows := _come_before(ports, arrival)) is not None:
        return rows
    stream.seek(0)
    blob = ports.blobs.archive(place.tenant, place.company, arrival.sha256, stream)
    try:
        if arrival.member and _packing(stream) is not None:
            raise ArchiveInArchive("a packed file inside of a packed file is not opened")
        return _take_in(ports, arrival, stream, blob)
    except InputError as error:
        return refuse(ports, arrival, blob, error.code, str(error))
    except StoreConflict:
        # Somebody else took in the same bytes first: then this is a repetition.
        if (rows := _come_before(ports, arrival)) is None:
            raise
        return rows


def _packing(stream: BinaryIO) -> Packing | None:
    stream.seek(0)
    return packing_of(peek(stream))


def _come_before(ports: Ports, arrival: Arrival) -> tuple[ImportTrace, ...] | None:
    """Answer for bytes that were imported, or are being stored by another import; else None."""
    tenant, company = arrival.place.tenant, arrival.place.company
    known = ports.store.get(tenant, company, SourceFile, arrival.sha256)
    if known is None or not (known.is_imported or is_claimed(known, ports.clock.now())):
        return None
    if known.storing is not None and known.drop == arrival.drop_id:
        row = ports.store.get(tenant, company, ImportTrace, arrival.trace_id(0))
        if row is not None and row.outcome is ImportOutcome.STORING:
            return resume_storing(ports, tenant, company, known, row)
    return _already_imported(ports, arrival, known)


def _take_in(
    ports: Ports, arrival: Arrival, stream: BinaryIO, blob: str
) -> tuple[ImportTrace, ...]:
    place = arrival.place
    company = ports.store.get(place.tenant, place.company, Company, "COMPANY")
    if company is None:
        message = f"no company {place.company}: create it, then drop the file again"
        return refuse(ports, arrival, blob, "unknown_company", message)
    if place.journal is not None:
        journal = ports.store.get(place.tenant, place.company, Journal, place.journal)
        if journal is None:
            return refuse(ports, arrival, blob, "unknown_journal",
                           f"no journal {place.journal}")  # fmt: skip
    request = chosen(ports, place.tenant, place.company, arrival.choice)
    if request is None:
        return refuse(ports, arrival, blob, "unknown_import_profile",
                       f"no import profile {arrival.choice.profile}")  # fmt: skip
    source = source_of(ports, arrival, blob)
    stream.seek(0)
    trace = trace_of(ports, arrival, ImportOutcome.IMPORTED, arrival.trace_id(0))
    trace = replace(trace, findings=(*arrival.findings, *same_name(ports, arrival)))
    if request.forced_format is None and fec.recognises(peek(stream)):
        return load_fec(ports, place.tenant, company, stream, source, trace)
    return import_statements(
        ports, place.tenant, company, stream, source, trace,
        forced_journal=place.journal, request=request, lines_at_once=arrival.lines_at_once,
    )  # fmt: skip


def _already_imported(ports: Ports, arrival: Arrival, known: SourceFile) -> tuple[ImportTrace, ...]:
    """Trace a repetition and finish what a first attempt may have left: the start of its runs."""
    tenant, company = arrival.place.tenant, arrival.place.company
    statements = ports.store.get_many(tenant, company, StatementRecord, known.statement_ids)
    start_runs(ports, tenant, company, list(statements.values()))
    finish_load(ports, tenant, company, known.sha256)
    row_id = arrival.trace_id(0)
    row = ports.store.get(tenant, company, ImportTrace, row_id) if arrival.member else None
    if row is not None and row.outcome is not ImportOutcome.REFUSED:
        return (row,)  # an earlier attempt at the archive took this file in
    is_redelivery = known.drop == arrival.drop_id
    what = "the same event was delivered again" if is_redelivery else "the same bytes came again"
    done = "imported" if known.is_imported else "dropped, and being stored,"
    seen = replace(known, sightings=known.sightings + 1)
    trace = replace(
        trace_of(ports, arrival, ImportOutcome.ALREADY_IMPORTED,
               row_id if arrival.member else arrival.trace_id("again", seen.sightings)),
        format=known.format,
        statement_id=known.statement_ids[0] if known.statement_ids else None,
        findings=(
            Finding("already_imported", Severity.WARNING,
                    f"{what}: first {done} as {known.name}", arrival.place.name),
        ),
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(known, seen), put(row, trace)])
    return (trace,)
