"""Ends the import of a large file: committed like any other, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.operations import ImportTrace
from rappro.domain.records import (
    SourceFile,
    StatementRecord,
)
from rappro.domain.writes import (
    Write,
    change,
)
from rappro.ports import Ports
from rappro.use_cases.chunks import StoringRequest, plan_name
from rappro.use_cases.companies import get_company
from rappro.use_cases.import_statements import finish_file
from rappro.use_cases.large_files import STORING_FAILED, ImportPlan, refused_row
from rappro.use_cases.launching import start_runs


def finish(ports: Ports, request: StoringRequest) -> tuple[ImportTrace, ...]:
    """Control and commit a file whose chunks are all stored, and start its runs.

    Repeating it finishes what a first attempt left; an import that no longer holds its file does
    nothing. Raises NotFound, and StoreConflict when a part was imported meanwhile.
    """
    tenant, company = request.tenant, request.company
    source = ports.store.get(tenant, company, SourceFile, request.sha256)
    if source is not None and source.storing == request.import_id:
        name = plan_name(request.import_id)
        plan = ports.blobs.load_document(tenant, company, name, ImportPlan)
        return finish_file(ports, tenant, get_company(ports, tenant, company), plan.file)
    if source is not None and source.is_imported:
        known = ports.store.get_many(tenant, company, StatementRecord, source.statement_ids)
        start_runs(ports, tenant, company, list(known.values()))
    return ()


def fail(ports: Ports, request: StoringRequest, *, error: str) -> None:
    """Refuse a file that could not be stored; it is kept, and the same bytes may be dropped again.

    What is stored of its lines belongs to no statement, and another import writes over it.
    Repeating it, or calling it for an import that is over, is harmless.
    """
    tenant, company = request.tenant, request.company
    source = ports.store.get(tenant, company, SourceFile, request.sha256)
    if source is None or source.storing != request.import_id:
        return
    refused = replace(
        source, storing=None, error_code=STORING_FAILED, sightings=source.sightings + 1
    )
    writes: list[Write] = [change(source, refused)]
    row = ports.store.get(tenant, company, ImportTrace, request.trace_id)
    if row is not None:
        writes.append(change(row, refused_row(row, error)))
    ports.store.commit(tenant, company, writes)
