"""Stores the statements of one file, whole or quarantined whole, and starts their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import BinaryIO

from rappro.domain.bank import BankAccountRef, Finding, Severity
from rappro.domain.books import Company
from rappro.domain.controls import control_books, control_continuity, control_file
from rappro.domain.errors import StoreConflict
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import (
    Intake,
    SourceFile,
    SourceName,
    StatementIdentity,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.settings import Flow
from rappro.domain.writes import Write, create, put
from rappro.formats.protocol import StatementParser
from rappro.ports import Ports
from rappro.use_cases import intake
from rappro.use_cases.audit import ENGINE_AUTHOR, SHOWN_MAX, audit, statement_shown
from rappro.use_cases.chunks import LINES_PER_CHUNK
from rappro.use_cases.import_terms import (
    NOTHING_CHOSEN,
    Chosen,
    journals_with_profiles,
    settle_profiles,
    statement_parser,
)
from rappro.use_cases.known_lines import Known, hidden_lines, is_marked, recognise, save_marks
from rappro.use_cases.large_files import LINES_AT_ONCE, begin_storing
from rappro.use_cases.launching import first_run, start_runs
from rappro.use_cases.read_ahead import ahead, keyed
from rappro.use_cases.statement_reading import (
    FileRead,
    StatementRead,
    deleted_ordinals,
    first_reading,
    line_records,
    note_stored,
    route_statements,
    statement_id_of,
    store_lines,
)

_STATEMENTS_PER_COMMIT = 4
_ATTEMPTS_MAX = 20
"""Files for one journal that are dropped at once pass one by one: each round, one of them does."""


def import_statements(
    ports: Ports,
    tenant: TenantId,
    company: Company,
    stream: BinaryIO,
    source: SourceFile,
    trace: ImportTrace,
    *,
    forced_journal: str | None,
    request: Chosen = NOTHING_CHOSEN,
    lines_at_once: int = LINES_AT_ONCE,
    parser: StatementParser | None = None,
) -> tuple[ImportTrace, ...]:
    """Import every statement of a file; one blocking finding quarantines the whole file.

    With a forced journal only that account's statements are imported, the others are named in the
    trace. Beyond `lines_at_once` lines the import only begins here. Raises InputError for a file
    that no parser can read, StoreConflict when the same bytes were imported meanwhile.
    """
    journals = journals_with_profiles(ports, tenant, company.id)
    forced = next((j for j in journals if j.code == forced_journal), None)
    if parser is None:
        parser = statement_parser(ports, tenant, company.id, stream, forced, request)
    deleted = deleted_ordinals(ports, tenant, company.id, source)
    source = replace(source, format=parser.format, deleted_ordinals=deleted)
    reads = first_reading(parser, stream)
    others = route_statements(reads, journals, forced)
    settle_profiles(reads, request)
    note_stored(ports, tenant, company.id, reads, source)
    file = FileRead(source, trace, tuple(reads), tuple(others))
    stream.seek(0)
    lines = line_records(parser, stream, reads, source)
    if file.line_count > lines_at_once:
        size = min(LINES_PER_CHUNK, lines_at_once)
        return begin_storing(ports, tenant, company.id, file, lines, lines_per_chunk=size)
    store_lines(ports, tenant, company.id, lines)
    return finish_file(ports, tenant, company, file)


def finish_file(
    ports: Ports, tenant: TenantId, company: Company, file: FileRead
) -> tuple[ImportTrace, ...]:
    """Control a file whose lines are stored, commit its statements, start their runs.

    Returns the trace rows as stored. Raises StoreConflict when something of it was imported
    meanwhile; what is controlled depends on the books, so another attempt controls it again.
    """
    for attempt in range(1, _ATTEMPTS_MAX + 1):
        reads = [replace(read, findings=list(read.findings)) for read in file.reads]
        note_stored(ports, tenant, company.id, reads, file.source)
        try:
            records, guards = _control(ports, tenant, company, file.source, reads)
            source = replace(file.source, statement_ids=tuple(r.id for r in records))
            traces = _traces(file.trace, source.format or "", records, file.others)
            _commit(ports, tenant, company.id, records, source, traces, guards)
        except StoreConflict:
            if attempt == _ATTEMPTS_MAX or _is_imported(ports, tenant, company.id, file.source):
                raise
            continue
        break
    start_runs(ports, tenant, company.id, records)
    return tuple(traces)


def _is_imported(ports: Ports, tenant: TenantId, company: CompanyId, source: SourceFile) -> bool:
    known = ports.store.get(tenant, company, SourceFile, source.sha256)
    return known is not None and known.is_imported


def _control(
    ports: Ports, tenant: TenantId, company: Company, source: SourceFile,
    reads: list[StatementRead],
) -> tuple[list[StatementRecord], dict[str, Intake]]:  # fmt: skip
    """Return what the statements are taken in as, and the guards of their journals as seen."""
    today = ports.clock.today(company.timezone)
    guards: dict[str, Intake] = {}
    earlier: dict[str, list[StatementRecord]] = {}
    records: list[StatementRecord] = []
    wanted = [read for read in reads if read.is_wanted]
    for read in wanted:
        if read.stored is not None:
            records.append(read.stored)
            continue
        read.findings += control_file(read.closed, read.totals)
        read.findings += control_books(read.closed, read.totals, company, read.journal, today=today)
        record = _record(read, source, ports)
        same = _duplicate(ports, tenant, company.id, record)
        if read.journal is not None:
            code = read.journal.code
            if code not in earlier:
                guards[code] = intake.seen(ports, tenant, company.id, code)
                earlier[code] = ports.store.statements_of_journal(tenant, company.id, code)
            there = [s for s in earlier[code] if s.id != record.id]
            read.findings += control_continuity(read.closed, there, record.format)
            record, known = _mark_known(ports, tenant, company.id, record, there)
            same = same or list(known.findings)
            earlier[code].append(record)
        read.findings += same
        records.append(record)
    is_blocked = any(read.is_blocked for read in wanted)
    controlled = [
        _with_status(record, read, is_file_blocked=is_blocked)
        for record, read in zip(records, wanted, strict=True)
    ]
    return controlled, guards


def _mark_known(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord,
    there: list[StatementRecord],
) -> tuple[StatementRecord, Known]:  # fmt: skip
    """Mark the lines that are there already; nobody sees them before their statement.

    What an earlier attempt marked is marked anew.
    """
    lines = partial(hidden_lines, ports, tenant, company, record)
    known = recognise(ports, tenant, company, record, there=there, lines=lines())
    if known.is_compared or is_marked(ports, tenant, company, record):
        save_marks(ports, tenant, company, lines(), known, record.journal)
    return replace(record, known_count=len(known.keys)), known


def identity_of(statement: StatementRecord) -> str:
    """Return what makes two statements the same one, whatever file they came in."""
    opening, closing = statement.opening, statement.closing
    return derive_id(
        "id", statement.account.iban or statement.account.number, statement.currency,
        statement.number, str(statement.period_from), str(statement.period_to),
        opening.amount_minor if opening else None, closing.amount_minor if closing else None,
        statement.line_count, statement.booked_minor,
    )  # fmt: skip


def _duplicate(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord
) -> list[Finding]:
    known = ports.store.get(tenant, company, StatementIdentity, identity_of(record))
    if known is None or known.statement_id == record.id:
        return []
    return [
        Finding("duplicate_statement", Severity.BLOCKING,
                f"another file brought this statement before, as {known.statement_id}",
                f"statement {record.ordinal}")
    ]  # fmt: skip


def _record(read: StatementRead, source: SourceFile, ports: Ports) -> StatementRecord:
    closed = read.closed
    return StatementRecord(
        id=statement_id_of(read, source),
        journal=read.journal.code if read.journal else None,
        account=closed.account,
        currency=closed.currency,
        number=closed.number,
        period_from=closed.period_from or read.totals.first_date,
        period_to=closed.period_to or read.totals.last_date,
        opening=closed.opening,
        closing=closed.closing,
        line_count=closed.line_count,
        booked_minor=read.totals.booked_minor,
        format=source.format or "",
        source_sha256=source.sha256,
        source_name=source.name,
        ordinal=closed.ordinal,
        origin=source.origin,
        imported_at=ports.clock.now(),
        status=StatementStatus.IMPORTED,
        profile=read.profile,
        is_profile_chosen=read.is_profile_chosen,
    )


def _with_status(
    record: StatementRecord, read: StatementRead, *, is_file_blocked: bool
) -> StatementRecord:
    if read.stored is not None:
        return read.stored
    findings = list(read.findings)
    if is_file_blocked and not read.is_blocked:
        findings.append(
            Finding("file_quarantined", Severity.INFO,
                    "another statement of the file is blocked; a file is taken whole or not",
                    f"statement {record.ordinal}")
        )  # fmt: skip
    status = StatementStatus.QUARANTINED if is_file_blocked else initial_status(record)
    return replace(record, status=status, findings=tuple(findings))


def initial_status(record: StatementRecord) -> StatementStatus:
    """Return the status of an accepted statement (SPEC IMP-5, IMP-6).

    There is nothing to match where there is no line, or none that was not there already.
    """
    if record.profile.flow is Flow.RECONCILIATION_ONLY:
        return StatementStatus.TRANSFERRED
    if record.known_count == record.line_count:
        return StatementStatus.RECONCILED
    return StatementStatus.IMPORTED


def _traces(
    trace: ImportTrace, format_name: str, records: Sequence[StatementRecord],
    others: Sequence[BankAccountRef],
) -> list[ImportTrace]:  # fmt: skip
    left_out = tuple(
        Finding("other_account", Severity.INFO,
                f"account {account.iban or account.number} is not the journal's: left out", None)
        for account in others
    )  # fmt: skip
    return [
        replace(
            trace,
            id=trace.id if n == 0 else derive_id("tr", trace.id, n),
            outcome=(
                ImportOutcome.QUARANTINED
                if record.status is StatementStatus.QUARANTINED
                else ImportOutcome.IMPORTED
            ),
            format=format_name,
            statement_id=record.id,
            journal=record.journal,
            line_count=record.line_count,
            findings=(*trace.findings, *record.findings, *(left_out if n == 0 else ())),
        )
        for n, record in enumerate(records)
    ]


def _commit(
    ports: Ports, tenant: TenantId, company: CompanyId, records: list[StatementRecord],
    source: SourceFile, traces: list[ImportTrace], guards: dict[str, Intake],
) -> None:  # fmt: skip
    """Commit headers, then the source file, which makes the import final.

    A file of few statements is one commit. A larger one is several, the source file in the last:
    an attempt that died half-way is repeated by its event, and finds what is there already.
    """
    last = max(0, (len(records) - 1) // _STATEMENTS_PER_COMMIT * _STATEMENTS_PER_COMMIT)
    for start in range(0, max(1, len(records)), _STATEMENTS_PER_COMMIT):
        end = start + _STATEMENTS_PER_COMMIT
        writes: list[Write] = []
        files = [source] if start == last else []
        known = _read_ahead(ports, tenant, company, records[start:end], traces[start:end], files)
        for record, trace in zip(records[start:end], traces[start:end], strict=True):
            author = source.author or ENGINE_AUTHOR
            writes += _statement_writes(known, tenant, company, record, trace, author)
        taken = _journals_of_new(records[start:end])
        writes += [intake.raised(guards[code]) for code in taken]
        if start == last:
            before = known.store.get(tenant, company, SourceFile, source.sha256)
            if before is not None and before.is_imported:
                # Its statements are there: nothing else would refuse that it is imported once more.
                raise StoreConflict("the same bytes came at once, and the other import was first")
            writes += source_writes(known, tenant, company, source, before)
        if writes:
            ports.store.commit(tenant, company, writes)
        for code in taken:
            guards[code] = intake.after(guards[code])


def _read_ahead(
    ports: Ports, tenant: TenantId, company: CompanyId, records: Sequence[StatementRecord],
    traces: Sequence[ImportTrace], files: Sequence[SourceFile],
) -> Ports:  # fmt: skip
    """Return ports that have read what a commit depends on."""
    named = [r for r in records if r.status is not StatementStatus.QUARANTINED]
    wanted = keyed(
        company,
        (StatementRecord, [record.id for record in records]),
        (ImportTrace, [trace.id for trace in traces]),
        (StatementIdentity, [identity_of(record) for record in named]),
        (SourceFile, [file.sha256 for file in files]),
        (SourceName, [file.name for file in files]),
    )
    return ahead(ports, tenant, wanted)


def _journals_of_new(records: Sequence[StatementRecord]) -> list[str]:
    """Return the journals that take something in with some statements."""
    new = [r for r in records if r.version == 0 and r.status is not StatementStatus.QUARANTINED]
    return sorted({record.journal for record in new if record.journal is not None})


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord,
    trace: ImportTrace, author: str,
) -> list[Write]:  # fmt: skip
    if ports.store.get(tenant, company, StatementRecord, record.id) is not None:
        return []
    is_running = record.status is StatementStatus.IMPORTED
    identity = None if record.status is StatementStatus.QUARANTINED else identity_of(record)
    writes = [
        create(replace(record, run_number=1 if is_running else 0, identity=identity)),
        put(ports.store.get(tenant, company, ImportTrace, trace.id), trace),
        audit(
            ports.clock.now(), author, "import_statement", record.id, after=statement_shown(record)
        ),
    ]
    if is_running:
        writes.append(create(first_run(ports, tenant, company, record)))
    if record.status is not StatementStatus.QUARANTINED:
        writes += claim_identity(ports, tenant, company, record)
    return writes


def claim_identity(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord
) -> list[Write]:
    """Return the write that makes the same statement from another file a duplicate."""
    identity = identity_of(record)
    if ports.store.get(tenant, company, StatementIdentity, identity) is not None:
        return []
    return [create(StatementIdentity(identity, record.id))]


def source_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, source: SourceFile,
    before: SourceFile | None,
) -> list[Write]:  # fmt: skip
    """Return the writes that make the import of a file final, and known by its bytes and name."""
    name = ports.store.get(tenant, company, SourceName, source.name)
    sightings = (before.sightings if before else 0) + 1
    return [
        put(before, replace(source, sightings=sightings)),
        put(name, SourceName(source.name, source.sha256)),
        audit(
            ports.clock.now(),
            source.author or ENGINE_AUTHOR,
            "import_file",
            source.sha256,
            revision=sightings,
            before=None if before is None else {"sightings": before.sightings},
            after={
                "sightings": sightings,
                "name": source.name,
                "statements": list(source.statement_ids[:SHOWN_MAX]),
            },
        ),
    ]
