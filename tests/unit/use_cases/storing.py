"""Drives the import machine in process, step by step, as statemachines/import.asl.yaml does."""

from __future__ import annotations

from rappro.domain.errors import RapproError
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import ImportTrace
from rappro.ports import Drop
from rappro.use_cases.chunks import StoringRequest, store_chunk
from rappro.use_cases.finish_import import fail, finish
from rappro.use_cases.import_drop import import_drop

from .desk import COMPANY, Desk

LINES_AT_ONCE = 2
"""With it, the three movements of November are a large file of two chunks."""


def take_in(desk: Desk, drop: Drop) -> tuple[ImportTrace, ...]:
    """Take in a dropped file as if two lines were the most that is stored at once."""
    return import_drop(desk.ports, drop, lines_at_once=LINES_AT_ONCE)


def begin(desk: Desk, content: bytes, name: str = "releve.xml") -> tuple[ImportTrace, ...]:
    """Drop a file and take it in up to the start of the machine."""
    return take_in(desk, desk.put(content, name))


def started(desk: Desk, number: int = -1) -> tuple[StoringRequest, list[int]]:
    """Return what an execution was started with, the last one unless numbered."""
    payload = desk.runs.imports[number].payload
    request = StoringRequest(
        TenantId(payload["tenant"]), CompanyId(payload["company"]), payload["import_id"],
        payload["sha256"], payload["trace_id"],
    )  # fmt: skip
    return request, payload["chunks"]


def run_machine(desk: Desk, number: int = -1) -> None:
    """Run an execution to its end, which may be its failure."""
    request, chunks = started(desk, number)
    try:
        for chunk in chunks:
            store_chunk(desk.ports, request, chunk)
        finish(desk.ports, request)
    except RapproError as error:
        fail(desk.ports, request, error=type(error).__name__)


def row(desk: Desk, name: str = "releve.xml") -> ImportTrace:
    """Return the only trace row of a file name."""
    rows = desk.store.import_traces(desk.tenant, COMPANY).items
    (found,) = [trace for trace in rows if trace.name == name]
    return found
