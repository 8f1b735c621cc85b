"""Chunks of a large file's lines: how they are named, and storing one (state StoreChunks).

Knows no format and no control, so that the function that stores chunks starts with little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import (
    LineRecord,
    SourceFile,
)
from rappro.ports import Ports

LINES_PER_CHUNK: Final = 5_000
"""One child execution each: some seconds of writing, a document of about 300 kB, and 200 of them
for a million lines, whose numbers still fit a state's input."""
LINES_PER_LOAD: Final = 500
CLAIM_LASTS: Final = timedelta(hours=4)
"""Longer than an import's function (15 minutes) and its execution (3 hours) can live together."""


@dataclass(frozen=True, slots=True)
class StoringRequest:
    """Which import of a large file: whose, under which id, of which bytes, on which trace row."""

    tenant: TenantId
    company: CompanyId
    import_id: str
    sha256: str
    trace_id: str

    def payload(self, chunk_count: int) -> dict[str, Any]:
        """Return the input of the state machine: names alone."""
        return {
            "tenant": self.tenant, "company": self.company, "import_id": self.import_id,
            "sha256": self.sha256, "trace_id": self.trace_id,
            "chunks": list(range(1, chunk_count + 1)),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineChunk:
    """Some lines of a file, as they will be stored."""

    lines: tuple[LineRecord, ...]


def plan_name(import_id: str) -> str:
    """Return the document name of what the finish needs."""
    return f"imports/{import_id}/plan"


def chunk_name(import_id: str, number: int) -> str:
    """Return the document name of a chunk, the first being number 1."""
    return f"imports/{import_id}/lines-{number:04d}"


def batches(lines: Iterable[LineRecord], size: int) -> Iterator[list[LineRecord]]:
    """Yield the lines in order, `size` at a time."""
    stream = iter(lines)
    while batch := list(islice(stream, size)):
        yield batch


def is_claimed(source: SourceFile, now: datetime) -> bool:
    """Say whether the file's lines are being stored by an import that may still be alive."""
    return source.storing is not None and now - source.received_at < CLAIM_LASTS


def store_chunk(ports: Ports, request: StoringRequest, number: int) -> None:
    """Store one chunk of lines; repeating it is harmless until the file is finished.

    From then on a line may carry its match. So a chunk that is stored again so late, or by an
    import that was given up, stops as soon as the file is no longer its import's. Raises NotFound.
    """
    tenant, company = request.tenant, request.company
    name = chunk_name(request.import_id, number)
    chunk = ports.blobs.load_document(tenant, company, name, LineChunk)
    for batch in batches(chunk.lines, LINES_PER_LOAD):
        source = ports.store.get(tenant, company, SourceFile, request.sha256)
        if source is None or source.storing != request.import_id:
            return
        ports.store.load(tenant, company, batch)
