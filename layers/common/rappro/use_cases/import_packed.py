"""Takes in an archive: each of its files as if it had been dropped itself (SPEC IMP-10).

One broken file harms no other. The archive's own source file is written last and makes the import
final: an attempt that died between two files is repeated by its event and finishes the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO

from rappro.domain.errors import InputError, StoreConflict, TooLarge
from rappro.domain.ids import StatementId
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    SourceFile,
    StatementRecord,
)
from rappro.ports import Ports
from rappro.use_cases.arrivals import Arrival, refuse, refuse_unread, same_name, source_of
from rappro.use_cases.import_statements import source_writes
from rappro.use_cases.statement_reading import STATEMENTS_PER_FILE_MAX
from rappro.use_cases.unpacking import Packed, Packing, files_in

Rows = tuple[ImportTrace, ...]
TakeIn = Callable[[Ports, Arrival, BinaryIO], Rows]

LEFT_OUT = "files_left_out"
"""Error code of an archive that is not whole yet: dropped again, all its files are looked at."""
_NOT_YET = frozenset({ImportOutcome.REFUSED, ImportOutcome.STORING})


def import_packed(
    ports: Ports, arrival: Arrival, stream: BinaryIO, packing: Packing, *, take_in: TakeIn
) -> Rows:
    """Take in the files of an archive that was not taken in before; return their trace rows.

    `take_in` takes in one of them. Raises only retryable errors.
    """
    place = arrival.place
    stream.seek(0)
    blob = ports.blobs.archive(place.tenant, place.company, arrival.sha256, stream)
    try:
        files = files_in(stream, packing, place.name)
        findings = same_name(ports, arrival)
    except InputError as error:
        return refuse(ports, arrival, blob, error.code, str(error))
    rows: list[ImportTrace] = []
    statement_ids: dict[StatementId, None] = {}
    for file in files:
        name = replace(place, name=file.label)
        one = replace(arrival, place=name, sha256="", size_bytes=0, member=file.ordinal,
                      findings=() if rows else findings)  # fmt: skip
        is_full = len(statement_ids) >= STATEMENTS_PER_FILE_MAX
        row, source = _import_file(ports, one, file, is_full=is_full, take_in=take_in)
        rows += row
        statement_ids |= dict.fromkeys(source.statement_ids if source is not None else ())
    is_whole = not any(row.outcome in _NOT_YET for row in rows)
    source = replace(
        source_of(ports, arrival, blob),
        format=packing,
        statement_ids=tuple(statement_ids),
        error_code=None if is_whole else LEFT_OUT,
    )
    _commit(ports, arrival, source)
    return tuple(rows)


def is_whole(ports: Ports, arrival: Arrival) -> bool:
    """Say whether an archive was taken in before, and every statement made of it is still there.

    One that was deleted comes back with the archive as it does with its file.
    """
    tenant, company = arrival.place.tenant, arrival.place.company
    known = ports.store.get(tenant, company, SourceFile, arrival.sha256)
    if known is None or not known.is_imported:
        return False
    there = ports.store.get_many(tenant, company, StatementRecord, known.statement_ids)
    return len(there) == len(known.statement_ids)


def _import_file(
    ports: Ports, arrival: Arrival, file: Packed, *, is_full: bool, take_in: TakeIn
) -> tuple[Rows, SourceFile | None]:
    """Take in one file of an archive; return its trace rows, and its source when it is kept."""
    try:
        if is_full:
            raise TooLarge(f"more than {STATEMENTS_PER_FILE_MAX} statements in an archive")
        content = file.unpack()
    except InputError as error:
        return refuse_unread(ports, arrival, error), None
    with content:
        arrival = arrival.of_bytes(content)
        rows = take_in(ports, arrival, content)
    place = arrival.place
    return rows, ports.store.get(place.tenant, place.company, SourceFile, arrival.sha256)


def _commit(ports: Ports, arrival: Arrival, source: SourceFile) -> None:
    place = arrival.place
    try:
        before = ports.store.get(place.tenant, place.company, SourceFile, source.sha256)
        writes = source_writes(ports, place.tenant, place.company, source, before)
        ports.store.commit(place.tenant, place.company, writes)
    except StoreConflict:  # harmless when somebody else finished the same archive first
        known = ports.store.get(place.tenant, place.company, SourceFile, arrival.sha256)
        if known is None or not known.is_imported:
            raise
