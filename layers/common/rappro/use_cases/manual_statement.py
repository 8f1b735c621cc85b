"""A statement made by hand, the way round when a bank is down (création manuelle, SPEC IMP-9).

What a person enters is written as a document, archived, and taken in like a bank's file: the same
controls, identity, known lines, quarantine, trace and run. The same again is the first statement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Final

from rappro.domain.bank import LineStatusAtBank, StatementLine
from rappro.domain.books import (
    Journal,
    JournalType,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    RuleViolation,
    StatementReadOnly,
    StoreConflict,
)
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId, derive_id
from rappro.domain.operations import (
    ImportOutcome,
    ImportTrace,
)
from rappro.domain.records import (
    LineRecord,
    Origin,
    SourceFile,
    StatementRecord,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.writes import (
    change,
    create,
)
from rappro.ports import Ports
from rappro.use_cases import intake
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company
from rappro.use_cases.heirs import CHANGEABLE, recounted
from rappro.use_cases.import_statements import import_statements
from rappro.use_cases.import_terms import NOTHING_CHOSEN, Chosen
from rappro.use_cases.known_lines import recognise
from rappro.use_cases.launching import start_runs
from rappro.use_cases.manual_controls import controlled
from rappro.use_cases.manual_document import DocumentParser, ManualStatement, with_raw, written

LINES_MAX: Final = 1_000
"""Lines of a statement made by hand."""
LINES_ADDED_MAX: Final = 20
"""Lines added in one call: one commit."""


def create_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, manual: ManualStatement, author: str,
    *, profile: str | None = None,
) -> tuple[StatementRecord, bool]:  # fmt: skip
    """Take in a statement made by hand; return it, and whether it is new.

    Raises NotFound for an unknown company, journal or import profile, RuleViolation for a journal
    that is no treasury journal, InvalidRequest for too many lines.
    """
    settings = get_company(ports, tenant, company)
    journal = _journal(ports, tenant, company, manual)
    request = _chosen(ports, tenant, company, profile)
    content = written(manual, journal)
    sha256 = hashlib.sha256(content).hexdigest()
    known = ports.store.get(tenant, company, SourceFile, sha256)
    if known is not None and known.is_imported:
        statement = _stored(ports, tenant, company, known.statement_ids[0])
        start_runs(ports, tenant, company, [statement])  # what a first attempt may have left
        return statement, False
    source = SourceFile(
        sha256=sha256,
        name=f"manual-{journal.code}-{sha256[:12]}.json",
        size_bytes=len(content),
        blob=ports.blobs.archive(tenant, company, sha256, BytesIO(content)),
        received_at=ports.clock.now(),
        origin=Origin.MANUAL,
        author=author,
    )
    deleted = len(known.deleted_ordinals) if known is not None else 0
    (trace,) = import_statements(
        ports, tenant, settings, BytesIO(content), source,
        _trace(ports, source, journal.code, deleted),
        forced_journal=journal.code, request=request, parser=DocumentParser(),
    )  # fmt: skip
    return _stored(ports, tenant, company, trace.statement_id or StatementId("")), True


def _journal(
    ports: Ports, tenant: TenantId, company: CompanyId, manual: ManualStatement
) -> Journal:
    if len(manual.lines) > LINES_MAX:
        raise InvalidRequest(f"at most {LINES_MAX} lines", position="/lines")
    journal = ports.store.get(tenant, company, Journal, manual.journal)
    if journal is None:
        raise NotFound(f"no journal {manual.journal}")
    if journal.type is not JournalType.TREASURY:
        raise RuleViolation(f"journal {journal.code} is no treasury journal")
    return journal


def _chosen(ports: Ports, tenant: TenantId, company: CompanyId, code: str | None) -> Chosen:
    if code is None:
        return NOTHING_CHOSEN
    profile = ports.store.get(tenant, company, ImportProfile, code)
    if profile is None:
        raise NotFound(f"no import profile {code}")
    return Chosen(profile=profile)


def _trace(ports: Ports, source: SourceFile, journal: str, deleted: int) -> ImportTrace:
    return ImportTrace(
        id=derive_id("tr", "manual", source.sha256, deleted),
        at=ports.clock.now(),
        name=source.name,
        sha256=source.sha256,
        object_key="",
        object_version="",
        outcome=ImportOutcome.IMPORTED,
        journal=journal,
    )


def _stored(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId
) -> StatementRecord:
    statement = ports.store.get(tenant, company, StatementRecord, statement_id)
    if statement is None:
        raise NotFound(f"no statement {statement_id}")
    return statement


def add_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, statement_id: StatementId,
    lines: Sequence[StatementLine], author: str, *, version: int,
) -> StatementRecord:  # fmt: skip
    """Add lines to a statement made by hand; `version` is the one it had when it was read.

    The version keeps a repeated request from adding them twice. Raises NotFound, StoreConflict for
    another version, NotAllowedInState for a bank's statement, StatementReadOnly, PeriodClosed,
    InvalidRequest for too many lines.
    """
    statement = _stored(ports, tenant, company, statement_id)
    if statement.origin is not Origin.MANUAL:
        raise NotAllowedInState(f"statement {statement_id} was not made by hand")
    if statement.status not in CHANGEABLE:
        raise StatementReadOnly(f"statement {statement_id} is {statement.status}")
    if statement.version != version:
        raise StoreConflict(f"statement {statement_id} has version {statement.version}")
    if not 1 <= len(lines) <= LINES_ADDED_MAX:
        raise InvalidRequest(f"1 to {LINES_ADDED_MAX} lines", position="/lines")
    if statement.line_count + len(lines) > LINES_MAX:
        raise InvalidRequest(f"at most {LINES_MAX} lines", position="/lines")
    closed = get_company(ports, tenant, company).closed_until
    if closed is not None and any(line.booking_date <= closed for line in lines):
        raise PeriodClosed(f"a line is dated in a period that is locked until {closed}")
    guard = intake.seen(ports, tenant, company, statement.journal or "")
    grown = _grown(statement, lines)
    records = _known(ports, tenant, company, grown, _records(statement, lines))
    after = controlled(recounted(ports, tenant, company, grown, {}, added=records))
    log = audit(
        ports.clock.now(), author, "add_lines", statement_id, revision=version,
        after={"lines": [record.key for record in records]},
    )  # fmt: skip
    writes = [create(record) for record in records]
    writes += [change(statement, after), intake.raised(guard), log]
    ports.store.commit(tenant, company, writes)
    return replace(after, version=version + 1)


def _records(statement: StatementRecord, lines: Sequence[StatementLine]) -> list[LineRecord]:
    """Return the lines as they are stored; a position is never given twice."""
    first = statement.line_count + statement.deleted_count + 1
    return [
        LineRecord(
            id=LineId(derive_id("li", statement.id, position)),
            statement_id=statement.id,
            journal=statement.journal,
            line=with_raw(replace(line, position=position)),
        )
        for position, line in enumerate(lines, first)
    ]


def _grown(statement: StatementRecord, lines: Sequence[StatementLine]) -> StatementRecord:
    """Count the lines in; the period grows where they lie outside of it."""
    booked = [line for line in lines if line.status is LineStatusAtBank.BOOKED]
    days: list[date] = [line.booking_date for line in lines]
    starts, ends = statement.period_from or min(days), statement.period_to or max(days)
    return replace(
        statement,
        line_count=statement.line_count + len(lines),
        booked_minor=statement.booked_minor + sum(line.amount_minor for line in booked),
        period_from=min(starts, *days),
        period_to=max(ends, *days),
    )


def _known(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementRecord,
    records: list[LineRecord],
) -> list[LineRecord]:  # fmt: skip
    """Mark those of the new lines that another statement brought before."""
    there = ports.store.statements_of_journal(tenant, company, statement.journal or "")
    stored = ports.store.lines_of(tenant, company, [(statement, 0)])
    taken = {line.known_as for line in stored if line.known_as is not None}
    known = recognise(ports, tenant, company, statement, there=there, lines=records, taken=taken)
    return [replace(one, known_as=known.keys.get(one.line.position)) for one in records]
