"""Reads a statement file: once to control it, a second time to store its lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import BinaryIO

from rappro.domain.bank import (
    BankAccountRef,
    Finding,
    Severity,
    StatementClosed,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.books import (
    Journal,
)
from rappro.domain.controls import (
    LineTotals,
    journal_of,
)  # fmt: skip
from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, LineId, StatementId, TenantId, derive_id
from rappro.domain.operations import ImportTrace
from rappro.domain.records import (
    LineRecord,
    SourceFile,
    StatementRecord,
)
from rappro.domain.settings import ImportProfile
from rappro.formats.protocol import StatementParser
from rappro.ports import Ports
from rappro.use_cases.chunks import LINES_PER_LOAD, batches

STATEMENTS_PER_FILE_MAX = 2_000


@dataclass(slots=True)
class StatementRead:
    """One statement as the first reading saw it, and what was made of it."""

    closed: StatementClosed
    totals: LineTotals
    journal: Journal | None = None
    is_wanted: bool = True
    profile: ImportProfile = ImportProfile()
    is_profile_chosen: bool = False
    findings: list[Finding] = field(default_factory=list)
    stored: StatementRecord | None = None  # what an earlier import of the same bytes made of it

    @property
    def is_blocked(self) -> bool:
        return any(finding.severity is Severity.BLOCKING for finding in self.findings)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What the first reading made of a file: all that is needed once its lines are stored.

    `others` are the accounts that a forced journal leaves out.
    """

    source: SourceFile
    trace: ImportTrace
    reads: tuple[StatementRead, ...]
    others: tuple[BankAccountRef, ...]

    @property
    def line_count(self) -> int:
        """How many lines are to be stored."""
        return sum(
            read.closed.line_count for read in self.reads if read.is_wanted and read.stored is None
        )


def first_reading(parser: StatementParser, stream: BinaryIO) -> list[StatementRead]:
    """Read a file to its end, keeping totals only.

    Raises InputError: what the parser finds, or a file without or with too many statements.
    """
    reads: list[StatementRead] = []
    totals, currency = LineTotals(parser.format), ""
    for event in parser.parse(stream):
        if isinstance(event, StatementLine):
            currency = currency or event.currency
            totals.add(event, currency)
        elif isinstance(event, StatementOpened):
            totals, currency = LineTotals(parser.format), event.account.currency or ""
        else:
            totals.references.forget()
            reads.append(StatementRead(event, totals, findings=list(event.findings)))
        if len(reads) > STATEMENTS_PER_FILE_MAX:
            raise TooLarge(f"more than {STATEMENTS_PER_FILE_MAX} statements in a file")
    if not reads:
        raise MalformedStatement("the file holds no statement", position="end of file")
    return reads


def route_statements(
    reads: list[StatementRead], journals: list[Journal], forced: Journal | None
) -> list[BankAccountRef]:
    """Give each statement its journal; return the accounts that the forced journal leaves out."""
    others = []
    for read in reads:
        read.journal = journal_of(read.closed.account, journals)
        if forced is None:
            continue
        if read.journal is None and not _can_compare(read.closed.account, forced):
            read.journal = forced
            read.findings.append(
                Finding("account_unverified", Severity.INFO,
                        f"the account of journal {forced.code} and of the file cannot be compared",
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


def _can_compare(account: BankAccountRef, journal: Journal) -> bool:
    """Both sides name the account; a QIF names none, a journal may not yet."""
    return bool(account.iban or account.number) and bool(journal.iban or journal.bank_number)


def store_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, lines: Iterable[LineRecord]
) -> None:
    """Store the lines; nobody sees them before their statement's header is committed."""
    for batch in batches(lines, LINES_PER_LOAD):
        ports.store.load(tenant, company, batch)


def line_records(
    parser: StatementParser, stream: BinaryIO, reads: Iterable[StatementRead], source: SourceFile
) -> Iterator[LineRecord]:
    """Read a file a second time and yield the lines of the wanted statements, as they are stored.

    The stream stands at its beginning.
    """
    by_ordinal = {
        read.closed.ordinal: read for read in reads if read.is_wanted and read.stored is None
    }
    read: StatementRead | None = None
    for event in parser.parse(stream):
        if isinstance(event, StatementOpened):
            read = by_ordinal.get(event.ordinal)
        elif isinstance(event, StatementLine) and read is not None:
            yield _line_record(event, read, source)


def _line_record(line: StatementLine, read: StatementRead, source: SourceFile) -> LineRecord:
    return LineRecord(
        id=LineId(derive_id("li", *_named(read, source), line.position)),
        statement_id=statement_id_of(read, source),
        journal=read.journal.code if read.journal else None,
        line=line,
    )


def statement_id_of(read: StatementRead, source: SourceFile) -> StatementId:
    """Return a statement's id: of its account, its file, its place there, and its deletions."""
    return StatementId(derive_id("st", *_named(read, source)))


def _named(read: StatementRead, source: SourceFile) -> tuple[str | int | None, ...]:
    """Return what names a statement; one that was deleted comes back under another name.

    Its runs, matches and audit rows stay, and an execution's name is never free again.
    """
    account, ordinal = read.closed.account, read.closed.ordinal
    deleted = source.deleted_ordinals.count(ordinal)
    number = account.iban or account.number
    return (number, source.sha256, ordinal, *((f"again {deleted}",) if deleted else ()))


def deleted_ordinals(
    ports: Ports, tenant: TenantId, company: CompanyId, source: SourceFile
) -> tuple[int, ...]:
    """Return which statements of these bytes were deleted before."""
    before = ports.store.get(tenant, company, SourceFile, source.sha256)
    return () if before is None else before.deleted_ordinals


def note_stored(
    ports: Ports, tenant: TenantId, company: CompanyId, reads: Iterable[StatementRead],
    source: SourceFile,
) -> None:  # fmt: skip
    """Note the statements that an earlier import of the same bytes made: their lines are not ours.

    They are there when an attempt died between two commits, or when one statement of the file was
    deleted and the file is dropped again.
    """
    names = {statement_id_of(read, source): read for read in reads if read.is_wanted}
    for found in ports.store.get_many(tenant, company, StatementRecord, [*names]).values():
        names[found.id].stored = found
