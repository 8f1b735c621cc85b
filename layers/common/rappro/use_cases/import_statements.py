"""Stores the statements of one file, whole or quarantined whole, and starts their runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from rappro.domain.bank import (
    BankAccountRef,
    Finding,
    Severity,
    StatementClosed,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.books import Company, Flow, ImportProfile, Journal
from rappro.domain.controls import (
    LineTotals,
    control_books,
    control_continuity,
    control_file,
    journal_of,
)  # fmt: skip
from rappro.domain.errors import MalformedStatement, StoreConflict, TooLarge
from rappro.domain.ids import CompanyId, LineId, RunId, StatementId, TenantId, derive_id
from rappro.domain.records import (
    ImportOutcome,
    ImportTrace,
    LineRecord,
    Run,
    RunState,
    SourceFile,
    SourceName,
    StatementIdentity,
    StatementRecord,
    StatementStatus,
    Write,
    change,
    create,
    put,
)  # fmt: skip
from rappro.formats.protocol import StatementParser
from rappro.formats.registry import detect, parser_for
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR, audit

LINES_PER_LOAD = 500
STATEMENTS_PER_FILE_MAX = 2_000
_STATEMENTS_PER_COMMIT = 5
_NOTE_ATTEMPTS_MAX = 5
_HEAD_BYTES = 8192


@dataclass(slots=True)
class _Read:
    """One statement as the first reading saw it, and what was made of it."""

    closed: StatementClosed
    totals: LineTotals
    journal: Journal | None = None
    is_wanted: bool = True
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_blocked(self) -> bool:
        return any(finding.severity is Severity.BLOCKING for finding in self.findings)


def import_statements(
    ports: Ports,
    tenant: TenantId,
    company: Company,
    stream: BinaryIO,
    source: SourceFile,
    trace: ImportTrace,
    *,
    forced_journal: str | None,
) -> tuple[ImportTrace, ...]:
    """Import every statement of a file; one blocking finding quarantines the whole file.

    With a forced journal only that account's statements are imported, the others are named in the
    trace. Raises InputError for a file that no parser can read, StoreConflict when the same bytes
    were imported meanwhile.
    """
    journals = ports.store.all(tenant, company.id, Journal)
    forced = next((j for j in journals if j.code == forced_journal), None)
    parser = _parser(stream, forced)
    reads = _first_reading(parser, stream)
    others = _route(reads, journals, forced)
    records = _control(ports, tenant, company, reads, source)
    source = replace(source, format=parser.format, statement_ids=tuple(r.id for r in records))
    stream.seek(0)
    _second_reading(ports, tenant, company.id, parser, stream, reads, source)
    traces = _traces(trace, parser.format, records, others)
    _commit(ports, tenant, company.id, records, source, traces)
    start_runs(ports, tenant, company.id, records)
    return tuple(traces)


def _parser(stream: BinaryIO, forced: Journal | None) -> StatementParser:
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if forced is not None and forced.profile.format is not None:
        return parser_for(forced.profile.format)
    return detect(head)


def _first_reading(parser: StatementParser, stream: BinaryIO) -> list[_Read]:
    reads: list[_Read] = []
    totals, currency = LineTotals(), ""
    for event in parser.parse(stream):
        if isinstance(event, StatementLine):
            currency = currency or event.currency
            totals.add(event, currency)
        elif isinstance(event, StatementOpened):
            totals, currency = LineTotals(), event.account.currency or ""
        else:
            reads.append(_Read(event, totals, findings=list(event.findings)))
        if len(reads) > STATEMENTS_PER_FILE_MAX:
            raise TooLarge(f"more than {STATEMENTS_PER_FILE_MAX} statements in a file")
    if not reads:
        raise MalformedStatement("the file holds no statement", position="end of file")
    return reads


def _route(
    reads: list[_Read], journals: list[Journal], forced: Journal | None
) -> list[BankAccountRef]:
    """Give each statement its journal; return the accounts that the forced journal leaves out."""
    others = []
    for read in reads:
        read.journal = journal_of(read.closed.account, journals)
        if forced is None:
            continue
        if read.journal is None and not (forced.iban or forced.bank_number):
            read.journal = forced
            read.findings.append(
                Finding("account_unverified", Severity.INFO,
                        f"journal {forced.code} has no IBAN or number to compare with",
                        f"statement {read.closed.ordinal}")
            )  # fmt: skip
        if read.journal is None or read.journal.code != forced.code:
            read.is_wanted = False
            others.append(read.closed.account)
    if others and all(not read.is_wanted for read in reads):
        for read in reads:  # nothing of the journal in the file: quarantine, do not drop
            read.is_wanted, read.journal = True, None
        return []
    return others


def _control(
    ports: Ports, tenant: TenantId, company: Company, reads: list[_Read], source: SourceFile
) -> list[StatementRecord]:
    today = ports.clock.today(company.timezone)
    earlier: dict[str, list[StatementRecord]] = {}
    records: list[StatementRecord] = []
    wanted = [read for read in reads if read.is_wanted]
    for read in wanted:
        read.findings += control_file(read.closed, read.totals)
        read.findings += control_books(read.closed, read.totals, company, read.journal, today=today)
        record = _record(read, source, ports)
        if read.journal is not None:
            code = read.journal.code
            if code not in earlier:
                earlier[code] = ports.store.statements_of_journal(tenant, company.id, code)
            read.findings += control_continuity(
                read.closed, [s for s in earlier[code] if s.id != record.id]
            )
            earlier[code].append(record)
        read.findings += _duplicate(ports, tenant, company.id, record)
        records.append(record)
    is_blocked = any(read.is_blocked for read in wanted)
    return [
        _with_status(record, read, is_file_blocked=is_blocked)
        for record, read in zip(records, wanted, strict=True)
    ]


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


def _record(read: _Read, source: SourceFile, ports: Ports) -> StatementRecord:
    closed = read.closed
    account = closed.account.iban or closed.account.number
    return StatementRecord(
        id=StatementId(derive_id("st", account, source.sha256, closed.ordinal)),
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
        imported_at=ports.clock.now(),
        status=StatementStatus.IMPORTED,
        profile=read.journal.profile if read.journal else ImportProfile(),
    )


def _with_status(record: StatementRecord, read: _Read, *, is_file_blocked: bool) -> StatementRecord:
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
    """Return the status of an accepted statement (SPEC IMP-5, IMP-6)."""
    if record.profile.flow is Flow.RECONCILIATION_ONLY:
        return StatementStatus.TRANSFERRED
    if record.line_count == 0:
        return StatementStatus.RECONCILED
    return StatementStatus.IMPORTED


def _second_reading(
    ports: Ports, tenant: TenantId, company: CompanyId, parser: StatementParser,
    stream: BinaryIO, reads: list[_Read], source: SourceFile,
) -> None:  # fmt: skip
    """Store the lines; nobody sees them before their statement's header is committed."""
    by_ordinal = {read.closed.ordinal: read for read in reads if read.is_wanted}
    batch: list[LineRecord] = []
    read: _Read | None = None
    for event in parser.parse(stream):
        if isinstance(event, StatementOpened):
            read = by_ordinal.get(event.ordinal)
        elif isinstance(event, StatementLine) and read is not None:
            batch.append(_line_record(event, read, source))
            if len(batch) == LINES_PER_LOAD:
                ports.store.load(tenant, company, batch)
                batch = []
    ports.store.load(tenant, company, batch)


def _line_record(line: StatementLine, read: _Read, source: SourceFile) -> LineRecord:
    account = read.closed.account.iban or read.closed.account.number
    ordinal = read.closed.ordinal
    return LineRecord(
        id=LineId(derive_id("li", account, source.sha256, ordinal, line.position)),
        statement_id=StatementId(derive_id("st", account, source.sha256, ordinal)),
        journal=read.journal.code if read.journal else None,
        line=line,
    )


def _traces(
    trace: ImportTrace, format_name: str, records: Sequence[StatementRecord],
    others: list[BankAccountRef],
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
    source: SourceFile, traces: list[ImportTrace],
) -> None:  # fmt: skip
    """Commit headers, then the source file, which makes the import final.

    A file of few statements is one commit. A larger one is several, the source file in the last:
    an attempt that died half-way is repeated by its event, and finds what is there already.
    """
    last = max(0, (len(records) - 1) // _STATEMENTS_PER_COMMIT * _STATEMENTS_PER_COMMIT)
    for start in range(0, max(1, len(records)), _STATEMENTS_PER_COMMIT):
        end = start + _STATEMENTS_PER_COMMIT
        writes: list[Write] = []
        for record, trace in zip(records[start:end], traces[start:end], strict=True):
            writes += _statement_writes(ports, tenant, company, record, trace)
        if start == last:
            writes += _source_writes(ports, tenant, company, source)
        if writes:
            ports.store.commit(tenant, company, writes)


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord,
    trace: ImportTrace,
) -> list[Write]:  # fmt: skip
    if ports.store.get(tenant, company, StatementRecord, record.id) is not None:
        return []
    is_running = record.status is StatementStatus.IMPORTED
    writes = [
        create(replace(record, run_number=1 if is_running else 0)),
        put(ports.store.get(tenant, company, ImportTrace, trace.id), trace),
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


def _source_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, source: SourceFile
) -> list[Write]:
    before = ports.store.get(tenant, company, SourceFile, source.sha256)
    name = ports.store.get(tenant, company, SourceName, source.name)
    sightings = (before.sightings if before else 0) + 1
    return [
        put(before, replace(source, sightings=sightings)),
        put(name, SourceName(source.name, source.sha256)),
        audit(ports.clock.now(), ENGINE_AUTHOR, "import_file", source.sha256, revision=sightings),
    ]


def run_id_of(tenant: TenantId, company: CompanyId, statement: StatementId, number: int) -> RunId:
    """Return a run's id, which is also its execution's name (28 characters)."""
    return RunId(derive_id("run", tenant, company, statement, number))


def first_run(ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord) -> Run:
    """Return run 1 of a statement; without matching on import it only resolves third parties."""
    return Run(
        id=run_id_of(tenant, company, record.id, 1),
        statement_id=record.id,
        number=1,
        state=RunState.STARTED,
        started_at=ports.clock.now(),
        is_matching=record.profile.is_matched_on_import,
    )


def start_runs(
    ports: Ports, tenant: TenantId, company: CompanyId, records: Sequence[StatementRecord]
) -> None:
    """Start the first run of each statement that has one and was not started.

    Starting is idempotent by name, so a repeated call after a crash starts nothing twice.
    """
    for record in records:
        run = ports.store.get(tenant, company, Run, run_id_of(tenant, company, record.id, 1))
        if run is not None and run.execution is None and run.state is RunState.STARTED:
            launch(ports, tenant, company, run)


def launch(ports: Ports, tenant: TenantId, company: CompanyId, run: Run) -> Run:
    """Start the state machine for a stored run and note the execution's reference on it."""
    execution = ports.runs.start(
        tenant, company, run.id,
        {
            "tenant": tenant, "company": company, "statement_id": run.statement_id,
            "run_id": run.id, "run_number": run.number,
        },
    )  # fmt: skip
    for _ in range(_NOTE_ATTEMPTS_MAX):
        noted = replace(run, execution=execution)
        try:
            ports.store.commit(tenant, company, [change(run, noted)])
        except StoreConflict:  # the run is under way already and wrote its state
            run = ports.store.get(tenant, company, Run, run.id) or run
            continue
        return replace(noted, version=run.version + 1)
    return replace(run, execution=execution)
