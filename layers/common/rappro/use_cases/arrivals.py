"""A drop, or a file of a packed one: whose it is, what is known of its bytes, how it is traced.

What becomes of it is decided in import_drop.py; nothing here takes anything in.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import BinaryIO

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import InputError, NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    SourceFile,
    SourceName,
)
from rappro.domain.writes import (
    Write,
    put,
)
from rappro.ports import NO_CHOICE, Drop, ImportChoice, Ports
from rappro.use_cases.large_files import LINES_AT_ONCE

_PART = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
_HASH_CHUNK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
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
    """A drop with what is known of its bytes, or the `member`-th file (from 1) of a packed one.

    `findings` are about the archive, for the trace of its first file.
    """

    place: Place
    drop: Drop
    sha256: str = ""
    size_bytes: int = 0
    lines_at_once: int = LINES_AT_ONCE
    choice: ImportChoice = NO_CHOICE
    member: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def drop_id(self) -> str:
        return f"{self.drop.object_key}@{self.drop.object_version}"

    def trace_id(self, *parts: str | int) -> str:
        """The id of a trace row of this drop: the same for the same event delivered again."""
        member = ("member", self.member) if self.member else ()
        return derive_id("tr", self.drop.object_key, self.drop.object_version, *member, *parts)

    def of_bytes(self, content: BinaryIO) -> Arrival:
        """Return the arrival with the hash and size of its content, which is read to its end."""
        digest, size_bytes = hashlib.sha256(), 0
        while chunk := content.read(_HASH_CHUNK_BYTES):
            digest.update(chunk)
            size_bytes += len(chunk)
        return replace(self, sha256=digest.hexdigest(), size_bytes=size_bytes)


def source_of(ports: Ports, arrival: Arrival, blob: str) -> SourceFile:
    """Return the source file that an arrival becomes."""
    return SourceFile(
        sha256=arrival.sha256,
        name=arrival.place.name,
        size_bytes=arrival.size_bytes,
        blob=blob,
        received_at=ports.clock.now(),
        drop=arrival.drop_id,
    )


def trace_of(ports: Ports, arrival: Arrival, outcome: ImportOutcome, trace_id: str) -> ImportTrace:
    """Return a trace row of an arrival."""
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


def same_name(ports: Ports, arrival: Arrival) -> tuple[Finding, ...]:
    """Warn when another file came under this name before (SPEC IMP-8)."""
    place = arrival.place
    before = ports.store.get(place.tenant, place.company, SourceName, place.name)
    if before is None or before.sha256 == arrival.sha256:
        return ()
    return (
        Finding("same_file_name", Severity.WARNING,
                f"another file named {place.name} was imported before", place.name),
    )  # fmt: skip


def refuse_unread(
    ports: Ports, arrival: Arrival, error: NotFound | InputError
) -> tuple[ImportTrace, ...]:
    """Trace what is too large to take in, was deleted meanwhile, or cannot be unpacked."""
    place = arrival.place
    trace = replace(
        trace_of(ports, arrival, ImportOutcome.REFUSED, arrival.trace_id(0)),
        findings=(Finding(error.code, Severity.BLOCKING, str(error), place.name),),
    )
    known = ports.store.get(place.tenant, place.company, ImportTrace, trace.id)
    ports.store.commit(place.tenant, place.company, [put(known, trace)])
    return (trace,)


def refuse(
    ports: Ports, arrival: Arrival, blob: str, code: str, message: str
) -> tuple[ImportTrace, ...]:
    """Keep the file, trace why it was refused; the same bytes may be dropped again later."""
    tenant, company = arrival.place.tenant, arrival.place.company
    trace = replace(
        trace_of(ports, arrival, ImportOutcome.REFUSED, arrival.trace_id(0)),
        findings=(Finding(code, Severity.BLOCKING, message, arrival.place.name),),
    )
    before = ports.store.get(tenant, company, SourceFile, arrival.sha256)
    source = replace(
        source_of(ports, arrival, blob),
        error_code=code,
        sightings=(before.sightings if before else 0) + 1,
        statement_ids=before.statement_ids if before else (),
        deleted_ordinals=before.deleted_ordinals if before else (),
    )
    known_trace = ports.store.get(tenant, company, ImportTrace, trace.id)
    writes: list[Write] = [put(before, source), put(known_trace, trace)]
    ports.store.commit(tenant, company, writes)
    return (trace,)
