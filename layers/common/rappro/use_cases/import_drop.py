"""Takes in one file dropped in the inbox: books (FEC) or statements (SPEC IMP-1 to IMP-11).

    open at its version ─► hash ─► known bytes? ─► archive ─► FEC? load books
                                                          └─► parse once to control, parse again
                                                              to store ─► one commit ─► start runs

The file is read twice so that nothing is stored of a file that turns out to be broken, in memory
that does not grow with it. Every step may be repeated: ids are derived from the bytes.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from typing import BinaryIO

from rappro.domain.bank import Finding, Severity
from rappro.domain.books import (
    Company,
    Journal,
)
from rappro.domain.errors import InputError, NotFound, StoreConflict, TooLarge
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    SourceFile,
    SourceName,
    StatementRecord,
)
from rappro.domain.writes import (
    Write,
    change,
    put,
)
from rappro.formats import fec
from rappro.formats.registry import peek
from rappro.ports import Drop, Ports
from rappro.use_cases.import_statements import import_statements
from rappro.use_cases.launching import start_runs
from rappro.use_cases.load_books import load_fec

_PART = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_HASH_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
from rappro.use_cases.chunks import is_claimed
class Place:
    """Whose file it is, from its guarded prefix: `{tenant}/{company}/[{journal}/]{name}`."""

    tenant: TenantId
    company: CompanyId
    journal: str | None
    name: str


def parse_place(object_key: str) -> Place | None:
    """Return whose drop an object key is, or None when it has no such form."""
    parts = object_key.split("/")
    if len(parts) not in {3, 4} or not all(_PART.fullmatch(part) for part in parts[:2]):
        return None
    journal = parts[2] if len(parts) == 4 else None
    if not parts[-1] or journal == "":
        return None
    return Place(TenantId(parts[0]), CompanyId(parts[1]), journal, parts[-1])


@dataclass(frozen=True, slots=True)
class Arrival:
    """A drop with what is known of its bytes."""

    place: Place
    drop: Drop
    sha256: str
    size_bytes: int

    @property
    def drop_id(self) -> str:
        return f"{self.drop.object_key}@{self.drop.object_version}"

    def trace_id(self, *parts: str | int) -> str:
        """The id of a trace row of this drop: the same for the same event delivered again."""
        return derive_id("tr", self.drop.object_key, self.drop.object_version, *parts)


    lines_at_once: int = LINES_AT_ONCE
def import_drop(
    ports: Ports, drop: Drop, *, lines_at_once: int = LINES_AT_ONCE
) -> tuple[ImportTrace, ...]:
    """Take in one dropped file and return its trace rows, as stored.

    Wrong input never raises: it is a refused or quarantined trace row, the file kept. An object
    whose key is no place of a tenant gives no row. Raises only retryable errors.
    """
    place = parse_place(drop.object_key)
    if place is None:
        return ()
    try:
        opened = ports.inbox.open(place.tenant, drop)
    except (NotFound, TooLarge) as error:
        return _unopened(ports, place, drop, error)
    A file of more than `lines_at_once` lines is handed to the import machine: its row is `storing`.

    with opened as stream:
        sha256, size_bytes = _hash(stream)
        arrival = Arrival(place, drop, sha256, size_bytes, lines_at_once)
        return _import(ports, arrival, stream)


def _import(ports: Ports, arrival: Arrival, stream: BinaryIO) -> tuple[ImportTrace, ...]:
    place = arrival.place
    if (rows := _come_before(ports, arrival)) is not None:
        return rows
    stream.seek(0)
    blob = ports.blobs.archive(place.tenant, place.company, arrival.sha256, stream)
    try:
        return _take_in(ports, arrival, stream, blob)
    except InputError as error:
        return _refuse(ports, arrival, blob, error.code, str(error))
    except StoreConflict:
        # Somebody else took in the same bytes first: then this is a repetition.
        if (rows := _come_before(ports, arrival)) is None:
            raise
        return rows


def _come_before(ports: Ports, arrival: Arrival) -> tuple[ImportTrace, ...] | None:
    """Answer for bytes that were imported, or are being stored by another import; else None."""
    tenant, company = arrival.place.tenant, arrival.place.company
    known = ports.store.get(tenant, company, SourceFile, arrival.sha256)
    if known is None or not (known.is_imported or is_claimed(known, ports.clock.now())):
        return None
    if known.storing is not None and known.drop == arrival.drop_id:
        return resume_storing(ports, tenant, company, known, arrival.trace_id(0))
    return _already_imported(ports, arrival, known)


def _unopened(
    ports: Ports, place: Place, drop: Drop, error: NotFound | TooLarge
) -> tuple[ImportTrace, ...]:
    """Trace a drop that is too large to take in, or that was deleted meanwhile."""
    arrival = Arrival(place, drop, "", drop.size_bytes)
    trace = replace(
        _trace(ports, arrival, ImportOutcome.REFUSED, arrival.trace_id(0)),
        findings=(Finding(error.code, Severity.BLOCKING, str(error), place.name),),
    )
    known = ports.store.get(place.tenant, place.company, ImportTrace, trace.id)
    ports.store.commit(place.tenant, place.company, [put(known, trace)])
    return (trace,)


def _hash(stream: BinaryIO) -> tuple[str, int]:
    digest, size_bytes = hashlib.sha256(), 0
    while chunk := stream.read(_HASH_CHUNK_BYTES):
        digest.update(chunk)
        size_bytes += len(chunk)
    return digest.hexdigest(), size_bytes


def _take_in(
    ports: Ports, arrival: Arrival, stream: BinaryIO, blob: str
) -> tuple[ImportTrace, ...]:
    place = arrival.place
    company = ports.store.get(place.tenant, place.company, Company, "COMPANY")
    if company is None:
        message = f"no company {place.company}: create it, then drop the file again"
        return _refuse(ports, arrival, blob, "unknown_company", message)
    if place.journal is not None:
        journal = ports.store.get(place.tenant, place.company, Journal, place.journal)
        if journal is None:
            return _refuse(ports, arrival, blob, "unknown_journal",
                           f"no journal {place.journal}")  # fmt: skip
    source = SourceFile(
        sha256=arrival.sha256,
        name=place.name,
        size_bytes=arrival.size_bytes,
        blob=blob,
        received_at=ports.clock.now(),
        drop=arrival.drop_id,
    )
    stream.seek(0)
    trace = _trace(ports, arrival, ImportOutcome.IMPORTED, arrival.trace_id(0))
    trace = replace(trace, findings=_same_name(ports, arrival))
    if fec.recognises(peek(stream)):
        return load_fec(ports, place.tenant, company, stream, source, trace)
    return import_statements(
        ports, place.tenant, company, stream, source, trace,
        forced_journal=place.journal, lines_at_once=arrival.lines_at_once,
    )  # fmt: skip


def _trace(ports: Ports, arrival: Arrival, outcome: ImportOutcome, trace_id: str) -> ImportTrace:
    return ImportTrace(
        id=trace_id,
        at=ports.clock.now(),
        name=arrival.place.name,
        sha256=arrival.sha256,
        object_key=arrival.drop.object_key,
        object_version=arrival.drop.object_version,
        outcome=outcome,
        journal=arrival.place.journal,
    )


def _same_name(ports: Ports, arrival: Arrival) -> tuple[Finding, ...]:
    """Warn when another file came under this name before (SPEC IMP-8)."""
    place = arrival.place
    before = ports.store.get(place.tenant, place.company, SourceName, place.name)
    if before is None or before.sha256 == arrival.sha256:
        return ()
    return (
        Finding("same_file_name", Severity.WARNING,
                f"another file named {place.name} was imported before", place.name),
    )  # fmt: skip


def _already_imported(ports: Ports, arrival: Arrival, known: SourceFile) -> tuple[ImportTrace, ...]:
    """Trace a repetition and finish what a first attempt may have left: the start of its runs."""
    tenant, company = arrival.place.tenant, arrival.place.company
    statements = ports.store.get_many(tenant, company, StatementRecord, known.statement_ids)
    start_runs(ports, tenant, company, list(statements.values()))
    is_redelivery = known.drop == arrival.drop_id
    what = "the same event was delivered again" if is_redelivery else "the same bytes came again"
    seen = replace(known, sightings=known.sightings + 1)
    trace = replace(
        _trace(ports, arrival, ImportOutcome.ALREADY_IMPORTED,
               arrival.trace_id("again", seen.sightings)),
        format=known.format,
        statement_id=known.statement_ids[0] if known.statement_ids else None,
        findings=(
            Finding("already_imported", Severity.WARNING,
                    f"{what}: first imported as {known.name}", arrival.place.name),
        ),
    done = "imported" if known.is_imported else "dropped, and being stored,"
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(known, seen), put(None, trace)])
    return (trace,)


def _refuse(
    ports: Ports, arrival: Arrival, blob: str, code: str, message: str
) -> tuple[ImportTrace, ...]:
    """Keep the file, trace why it was refused; the same bytes may be dropped again later."""
    tenant, company = arrival.place.tenant, arrival.place.company
    trace = replace(
        _trace(ports, arrival, ImportOutcome.REFUSED, arrival.trace_id(0)),
        findings=(Finding(code, Severity.BLOCKING, message, arrival.place.name),),
    )
    before = ports.store.get(tenant, company, SourceFile, arrival.sha256)
    source = SourceFile(
        sha256=arrival.sha256,
        name=arrival.place.name,
        size_bytes=arrival.size_bytes,
        blob=blob,
        received_at=ports.clock.now(),
        drop=arrival.drop_id,
        error_code=code,
        sightings=(before.sightings if before else 0) + 1,
    )
    known_trace = ports.store.get(tenant, company, ImportTrace, trace.id)
    writes: list[Write] = [put(before, source), put(known_trace, trace)]
    ports.store.commit(tenant, company, writes)
    return (trace,)
