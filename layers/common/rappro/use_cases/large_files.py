"""Begins the import of a file that is too large to be stored at once: cut, claimed, started.

    second reading ─► chunks of lines, a plan (documents) ─► claim of the bytes ─► state machine
                                                                  chunks.store_chunk, many at once
                                                                  finish_import.finish

The claim is what keeps two imports of the same bytes from storing at the same time: the second
would write over lines that the first has finished and matched.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    LineRecord,
    SourceFile,
)
from rappro.domain.writes import (
    Write,
    change,
    put,
)
from rappro.ports import Ports
from rappro.use_cases.chunks import (
    LINES_PER_CHUNK,
    LineChunk,
    StoringRequest,
    batches,
    chunk_name,
    is_claimed,
    plan_name,
)
from rappro.use_cases.statement_reading import FileRead

STORING_FAILED: Final = "storing_failed"
LINES_AT_ONCE: Final = 20_000
"""Up to here a file is stored by the function that read it. Batches of 25 make storing the slow
part, 1,000 to 2,000 lines a second; so it is over in half a minute, and most files are far smaller.
"""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import needs once its lines are stored, kept as a document."""

    file: FileRead
    chunk_count: int


def begin_storing(
    ports: Ports, tenant: TenantId, company: CompanyId, file: FileRead,
    lines: Iterable[LineRecord], *, lines_per_chunk: int = LINES_PER_CHUNK,
) -> tuple[ImportTrace, ...]:  # fmt: skip
    """Cut a file's lines into chunks, claim its bytes and start the machine that stores them.

    Returns the trace row `storing`. Raises StoreConflict when another import was first.
    """
    now, trace = ports.clock.now(), file.trace
    import_id = derive_id("ip", trace.id, file.source.sha256, now.isoformat())
    count = 0
    for count, batch in enumerate(batches(lines, lines_per_chunk), start=1):
        chunk = LineChunk(tuple(batch))
        ports.blobs.save_document(tenant, company, chunk_name(import_id, count), LineChunk, chunk)
    plan = ImportPlan(file, count)
    ports.blobs.save_document(tenant, company, plan_name(import_id), ImportPlan, plan)
    row = _claim(ports, tenant, company, file, import_id)
    request = StoringRequest(tenant, company, import_id, file.source.sha256, row.id)
    ports.runs.start_import(tenant, company, import_id, request.payload(count))
    return (row,)


def _claim(
    ports: Ports, tenant: TenantId, company: CompanyId, file: FileRead, import_id: str
) -> ImportTrace:
    """Note on the source file that its lines are being stored, and show it on the trace."""
    before = ports.store.get(tenant, company, SourceFile, file.source.sha256)
    if before is not None and (before.is_imported or is_claimed(before, ports.clock.now())):
        raise StoreConflict("the same bytes came twice at once, and the other import was first")
    claim = replace(
        file.source,
        received_at=ports.clock.now(),
        storing=import_id,
        sightings=before.sightings if before else 0,  # counted once it is finished
    )
    row = replace(
        file.trace, outcome=ImportOutcome.STORING, format=claim.format, line_count=file.line_count
    )
    seen = ports.store.get(tenant, company, ImportTrace, row.id)
    writes = [put(before, claim), put(seen, row), *_given_up(ports, tenant, company, before, row)]
    ports.store.commit(tenant, company, writes)
    return row


def _given_up(
    ports: Ports, tenant: TenantId, company: CompanyId, before: SourceFile | None,
    row: ImportTrace,
) -> list[Write]:  # fmt: skip
    """Return the write that ends the trace row of an import whose claim is taken over."""
    if before is None or before.storing is None:
        return []
    plan = ports.blobs.load_document(tenant, company, plan_name(before.storing), ImportPlan)
    left = ports.store.get(tenant, company, ImportTrace, plan.file.trace.id)
    if left is None or left.id == row.id or left.outcome is not ImportOutcome.STORING:
        return []
    return [change(left, refused_row(left, "it ended without a word"))]


def refused_row(row: ImportTrace, why: str) -> ImportTrace:
    """Return the trace row of a file whose lines could not be stored."""
    message = f"its lines could not be stored ({why}); the same file may be dropped again"
    finding = Finding(STORING_FAILED, Severity.BLOCKING, message, row.name)
    return replace(row, outcome=ImportOutcome.REFUSED, findings=(*row.findings, finding))


def resume_storing(
    ports: Ports, tenant: TenantId, company: CompanyId, claim: SourceFile, row: ImportTrace
) -> tuple[ImportTrace, ...]:
    """Start the machine of an import that was claimed, if it was not, and return its trace row.

    For an event that is delivered again: the first delivery may have died before it started it.
    """
    import_id = claim.storing or ""
    plan = ports.blobs.load_document(tenant, company, plan_name(import_id), ImportPlan)
    request = StoringRequest(tenant, company, import_id, claim.sha256, row.id)
    ports.runs.start_import(tenant, company, import_id, request.payload(plan.chunk_count))
    return (row,)
