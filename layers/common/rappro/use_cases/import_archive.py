"""Takes in an exchange archive that was dropped in the inbox: it waits, and is never applied here.

The way for archives that are larger than a request. What is refused over the API is refused here,
with the same code, as a row of the import trace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import BinaryIO, Final

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import (
    ArchiveAlreadyApplied,
    ArchiveRefused,
    InputError,
    LinkNotInForce,
    NotFound,
)
from rappro.domain.exchange.model import FORMAT, MANIFEST, MASTER, SIGNATURE
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.writes import create
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.arrivals import Arrival, refuse, trace_of
from rappro.use_cases.audit import ENGINE_AUTHOR
from rappro.use_cases.exchange_reading import take
from rappro.use_cases.unpacking import names_in

_NAME_AT: Final = 30
"""Where the first file's name stands in a zip."""
_FIRST: Final = MASTER[0].encode()


def is_archive(stream: BinaryIO) -> bool:
    """Say whether a zip is an exchange archive, whole or not: by its files, never by its name.

    One that has lost its end is told by its beginning.
    """
    stream.seek(0)
    if stream.read(_NAME_AT + len(_FIRST))[_NAME_AT:] == _FIRST:
        return True
    try:
        return names_in(stream) >= {MANIFEST, SIGNATURE}
    except InputError:
        return False


def import_archive(ports: Ports, arrival: Arrival, stream: BinaryIO) -> tuple[ImportTrace, ...]:
    """Put an archive on the waiting list, once it is proven; return its row, as stored.

    Wrong input never raises: it is a refused row, the file kept. Raises only retryable errors.
    """
    place = arrival.place
    known = ports.store.get(place.tenant, place.company, ImportTrace, arrival.trace_id(0))
    if known is not None and known.outcome is not ImportOutcome.REFUSED:
        return (known,)  # the same event was delivered again
    stream.seek(0)
    blob = ports.blobs.archive(place.tenant, place.company, arrival.sha256, stream)
    actor = Actor(ports, place.tenant, place.company, ENGINE_AUTHOR)
    row = _row(ports, arrival, ImportOutcome.IMPORTED)
    if known is not None:
        row = replace(row, id=arrival.trace_id("again", known.version))
    try:
        stream.seek(0)
        waiting = take(actor, stream, arrival.sha256, arrival.size_bytes, told=(create(row),))
    except (ArchiveRefused, ArchiveAlreadyApplied, LinkNotInForce) as error:
        return refuse(ports, arrival, blob, error.code, str(error))
    except NotFound:
        message = f"no company {place.company}: create it, then drop the file again"
        return refuse(ports, arrival, blob, "unknown_company", message)
    if waiting.is_new:
        return (row,)
    row = replace(row, outcome=ImportOutcome.ALREADY_IMPORTED)
    ports.store.commit(place.tenant, place.company, [create(row)])
    return (row,)


def _row(ports: Ports, arrival: Arrival, outcome: ImportOutcome) -> ImportTrace:
    said = "the archive waits: preview it, then apply it"
    finding = Finding("archive_waits", Severity.INFO, said, arrival.place.name)
    row = trace_of(ports, arrival, outcome, arrival.trace_id(0))
    return replace(row, format=FORMAT, findings=(finding,))
