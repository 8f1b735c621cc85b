"""Every key of the three tables is built here and nowhere else (docs/decisions/0002).

A partition key starts with `{tenant}#{company}#`. Both ids are checked to hold no `#`, what is
fixed comes next, and what is free text (a journal's code, an account, an id) comes last: two
different things never share a key, and no text leads out of its own tenant.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple
from zlib import crc32

from rappro.adapters.indexing import (
    LINES_PER_BLOCK,
    SMALL_KINDS,
    Entry,
    Index,
    Listed,
    Listing,
    trail_position,
)
from rappro.adapters.scope import (
    check_key,
    check_scope,
    check_tenant,
    split_event_key,
    split_line_key,
)
from rappro.domain.access import Membership, Tenant
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Company,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ReferenceShapes,
    ThirdParty,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.entry_changes import ChangeConsumer
from rappro.domain.errors import InvalidRequest
from rappro.domain.exchange.model import (
    ArchiveDownload,
    EntryDocuments,
    ExchangeArchive,
    ExchangeLink,
    Parcel,
    SharedLink,
)
from rappro.domain.feeds import (
    BankLink,
    FeedAccount,
    FeedAsked,
    FeedConnection,
    FeedLease,
    FeedMail,
    FeedRun,
    PendingTransactions,
    ProviderUser,
    StagedAlias,
    StagedTransaction,
)
from rappro.domain.ids import StatementId
from rappro.domain.learning import Lesson
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
    ImportTrace,
    Lease,
    PieceCounter,
    Run,
    Validation,
)
from rappro.domain.records import (
    Intake,
    LineRecord,
    Match,
    SourceFile,
    SourceName,
    StatementIdentity,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.report_snapshot import ReportSnapshot
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.domain.tasks import Task
from rappro.domain.unfinished import OwedExamination, UnfinishedValidation
from rappro.domain.webhooks import Webhook
from rappro.domain.writes import (
    Record,
)

AMOUNT_SHARDS: Final = 16
"""Partitions of the amount index; together they are the whole backlog."""
LEDGER_SHARDS: Final = 8
"""Partitions of one account's ledger: a bank account is the hottest key of a load."""
PARTITION_BYTES_MAX: Final = 2048

HEADER: Final = "HEADER"
UNDER_WAY: Final = "UNDER-WAY"
"""The partition of what every reading asks for first, so that it asks once."""
_ALONE: Final = "-"  # sort key of a record that has a partition of its own
_MARKER: Final = "B#"
_STATE: Final = "#S"


class Table(StrEnum):
    BOOKS = "books"
    STATEMENTS = "statements"
    FEEDS = "feeds"


class Key(NamedTuple):
    table: Table
    pk: str
    sk: str


class _Kind(NamedTuple):
    table: Table
    code: str
    part: str | None = None  # of a partition that kinds share; their codes lead the sort keys


KINDS: Final[dict[type[Any], _Kind]] = {
    Company: _Kind(Table.BOOKS, "COMPANY"),
    LedgerAccount: _Kind(Table.BOOKS, "ACCOUNT"),
    Journal: _Kind(Table.BOOKS, "JOURNAL"),
    ThirdParty: _Kind(Table.BOOKS, "PARTY"),
    OpenItem: _Kind(Table.BOOKS, "I"),
    JournalEntry: _Kind(Table.BOOKS, "J"),
    BankEntry: _Kind(Table.BOOKS, "E"),
    PastPayment: _Kind(Table.BOOKS, "PAST"),
    EntryTemplate: _Kind(Table.BOOKS, "TEMPLATE"),
    CardContract: _Kind(Table.BOOKS, "CARD"),
    ReferenceShapes: _Kind(Table.BOOKS, "SHAPES"),
    BooksLoad: _Kind(Table.BOOKS, "LOAD"),
    PieceCounter: _Kind(Table.BOOKS, "COUNTER"),
    UnfinishedMatch: _Kind(Table.BOOKS, "UNFINISHED", UNDER_WAY),
    UnfinishedValidation: _Kind(Table.BOOKS, "VALIDATING", UNDER_WAY),
    Membership: _Kind(Table.BOOKS, "MEMBER"),
    Tenant: _Kind(Table.BOOKS, "TENANT"),
    OwedExamination: _Kind(Table.BOOKS, "OWED"),
    ImportProfile: _Kind(Table.BOOKS, "PROFILE"),
    OwnCsvProfile: _Kind(Table.BOOKS, "CSV"),
    Lesson: _Kind(Table.BOOKS, "LESSON"),
    DifferenceType: _Kind(Table.BOOKS, "DIFFERENCE"),
    EntryDocuments: _Kind(Table.BOOKS, "DOCUMENTS"),
    ExchangeLink: _Kind(Table.BOOKS, "LINK"),
    ExchangeArchive: _Kind(Table.BOOKS, "ARCHIVE"),
    SharedLink: _Kind(Table.BOOKS, "SHARED"),
    ArchiveDownload: _Kind(Table.BOOKS, "DOWNLOAD"),
    Parcel: _Kind(Table.BOOKS, "PARCEL"),
    SourceFile: _Kind(Table.STATEMENTS, "F"),
    SourceName: _Kind(Table.STATEMENTS, "N"),
    StatementIdentity: _Kind(Table.STATEMENTS, "ID"),
    Intake: _Kind(Table.STATEMENTS, "INTAKE"),
    StatementRecord: _Kind(Table.STATEMENTS, "S"),
    LineRecord: _Kind(Table.STATEMENTS, "L"),
    Match: _Kind(Table.STATEMENTS, "M"),
    Run: _Kind(Table.STATEMENTS, "RUN"),
    ImportTrace: _Kind(Table.STATEMENTS, "TRACE"),
    Validation: _Kind(Table.STATEMENTS, "V"),
    ReportSnapshot: _Kind(Table.STATEMENTS, "REPORT"),
    Lease: _Kind(Table.STATEMENTS, "LEASE"),
    AuditEvent: _Kind(Table.STATEMENTS, "AUDIT"),
    Task: _Kind(Table.STATEMENTS, "TASK"),
    ChangeConsumer: _Kind(Table.STATEMENTS, "CONSUMER"),
    FeedConnection: _Kind(Table.FEEDS, "FEED"),
    FeedRun: _Kind(Table.FEEDS, "FEEDRUN"),
    FeedAccount: _Kind(Table.FEEDS, "FEEDACCOUNT"),
    FeedLease: _Kind(Table.FEEDS, "FEEDLEASE"),
    FeedAsked: _Kind(Table.FEEDS, "FEEDASKED"),
    FeedMail: _Kind(Table.FEEDS, "FEEDMAIL"),
    StagedTransaction: _Kind(Table.FEEDS, "STAGED"),
    StagedAlias: _Kind(Table.FEEDS, "ALIAS"),
    PendingTransactions: _Kind(Table.FEEDS, "PENDING"),
    ProviderUser: _Kind(Table.FEEDS, "USER"),
    BankLink: _Kind(Table.FEEDS, "BANKLINK"),
    Webhook: _Kind(Table.FEEDS, "WEBHOOK"),
}
"""Which table holds a kind, and the word that stands for it in keys."""
KIND_OF_CODE: Final = {kind.code: record for record, kind in KINDS.items()}

_TOGETHER: Final = SMALL_KINDS | {Company, Tenant, ReferenceShapes, Lease}
"""Kinds of which all records of a company share one partition."""
_TABLE_OF_INDEX: Final = {
    Index.STATEMENTS_OF_JOURNAL: Table.STATEMENTS,
    Index.RUNS_OF_FEED: Table.FEEDS,
    Index.STAGED: Table.FEEDS,
}
_TABLE_OF_LISTING: Final = {Listing.ENTRIES: Table.BOOKS, Listing.OPEN_ITEMS: Table.BOOKS}


def partition(tenant: str, company: str, *parts: str) -> str:
    """Return a partition key of one company. Raises InvalidRequest for ids or texts too long."""
    check_scope(tenant, company)
    pk = "#".join((tenant, company, *parts))
    if len(pk.encode(errors="replace")) > PARTITION_BYTES_MAX:
        raise InvalidRequest(f"a key of more than {PARTITION_BYTES_MAX} bytes")
    return pk


def record_key(tenant: str, company: str, kind: type[Any], key: str) -> Key:
    """Return where a record itself is stored. Raises InvalidRequest for what cannot be a key."""
    check_key(key)
    table, code, part = KINDS[kind]
    if kind is LineRecord:
        statement, position = split_line_key(key)
        return Key(table, *_line_place(tenant, company, statement, position))
    if kind is AuditEvent:
        subject, at, event_id = split_event_key(key)
        return Key(table, trail_partition(tenant, company, subject), trail_position(at, event_id))
    if part is not None:
        return Key(table, partition(tenant, company, part), f"{code}#{key}")
    if kind in _TOGETHER:
        return Key(table, partition(tenant, company, code), key)
    sk = HEADER if kind is StatementRecord else _ALONE
    return Key(table, partition(tenant, company, code, key), sk)


def key_of(tenant: str, company: str, record: Record) -> Key:
    """Return where a record itself is stored."""
    return record_key(tenant, company, type(record), record.key)


def trail_partition(tenant: str, company: str, subject: str) -> str:
    """Return where the audit events of one subject are."""
    return partition(tenant, company, KINDS[AuditEvent].code, subject)


def deliveries_partition(tenant: str, company: str, webhook: str) -> tuple[Table, str]:
    """Return where the log of a webhook's deliveries is."""
    return Table.FEEDS, partition(tenant, company, "DELIVERY", webhook)


def kind_start(tenant: str, company: str, kind: type[Any]) -> Key:
    """Return where all records of a small kind are: a partition, what their keys start with."""
    table, code, part = KINDS[kind]
    if part is None:
        return Key(table, partition(tenant, company, code), "")
    return Key(table, partition(tenant, company, part), f"{code}#")


def under_way_partition(tenant: str, company: str) -> tuple[Table, str]:
    """Return where the marks of all units under way are."""
    return Table.BOOKS, partition(tenant, company, UNDER_WAY)


def entry_key(tenant: str, company: str, entry: Entry) -> Key:
    """Return where an index entry is stored."""
    table = index_table(entry.by)
    match entry.by:
        case Index.COMPANIES:
            return Key(table, companies_partition(tenant), entry.position)
        case Index.COMPANIES_OF_USER:
            return Key(table, memberships_partition(tenant, entry.value), entry.position)
        case Index.AMOUNT:
            pk = amount_partition(tenant, company, amount_shard(entry.value))
            return Key(table, pk, f"{entry.value}#{entry.position}")
        case Index.LEDGER:
            shard = crc32(entry.position.encode()) % LEDGER_SHARDS
            return Key(table, ledger_partition(tenant, company, entry.value, shard), entry.position)
        case _:
            pk = partition(tenant, company, entry.by, entry.value)
            return Key(table, pk, entry.position)


def index_table(by: Index) -> Table:
    """Return the table that holds an index."""
    return _TABLE_OF_INDEX.get(by, Table.BOOKS)


def amount_shard(amount: str) -> int:
    """Return the shard of an amount: all items of one amount are in one partition."""
    return crc32(amount.encode()) % AMOUNT_SHARDS


def amount_partition(tenant: str, company: str, shard: int) -> str:
    """Return the partition of one shard of the amount index."""
    return partition(tenant, company, Index.AMOUNT, f"{shard:02d}")


def ledger_partition(tenant: str, company: str, account: str, shard: int) -> str:
    """Return the partition of one shard of an account's ledger."""
    return partition(tenant, company, Index.LEDGER, str(shard), account)


def companies_partition(tenant: str) -> str:
    """Return where a tenant's companies are listed; the company's part of the key is empty."""
    check_tenant(tenant)
    return f"{tenant}##{Index.COMPANIES}"


def memberships_partition(tenant: str, user: str) -> str:
    """Return where a user's memberships are listed, whatever the company."""
    check_tenant(tenant)
    check_key(user)
    return f"{tenant}##{Index.COMPANIES_OF_USER}#{user}"


def list_key(tenant: str, company: str, listed: Listed) -> tuple[str, str]:
    """Return a place in the GSI `by_list`: its partition and its sort key."""
    return list_partition(tenant, company, listed.by, listed.value), listed.position


def list_partition(tenant: str, company: str, by: Listing, value: str = "") -> str:
    """Return the partition of one list in the GSI `by_list`."""
    return partition(tenant, company, by, value)


def listing_table(by: Listing) -> Table:
    """Return the table whose GSI holds a list."""
    return _TABLE_OF_LISTING.get(by, Table.STATEMENTS)


def block_marker(tenant: str, company: str, statement: StatementId, position: int) -> Key:
    """Return the item that says that a block of a statement's lines may hold some."""
    pk = partition(tenant, company, KINDS[StatementRecord].code, statement)
    return Key(Table.STATEMENTS, pk, f"{_MARKER}{position // LINES_PER_BLOCK:05d}")


def marker_of(tenant: str, company: str, line: LineRecord) -> Key:
    """Return the marker of the block that a line is in."""
    return block_marker(tenant, company, line.statement_id, line.line.position)


def marked_block(sk: str) -> int | None:
    """Return the number of the block that a marker stands for; None for another item."""
    return int(sk.removeprefix(_MARKER)) if sk.startswith(_MARKER) else None


def block_partition(tenant: str, company: str, statement: str, block: int) -> str:
    """Return the partition of one block of a statement's lines."""
    return partition(tenant, company, KINDS[LineRecord].code, f"{block:05d}", statement)


def line_position(position: int) -> str:
    """Return the sort key of a line in its block."""
    return f"{position:07d}"


def state_key(tenant: str, company: str, line: LineRecord) -> Key:
    """Return where stands what became of a line: right behind the line as it was loaded."""
    table, pk, sk = key_of(tenant, company, line)
    return Key(table, pk, past(sk))


def past(line_sk: str) -> str:
    """Return the last sort key of the line that one belongs to: that of its state."""
    return line_sk if line_sk.endswith(_STATE) else line_sk + _STATE


def line_state_of(sk: str) -> str | None:
    """Return the sort key of the line whose state stands at one; None for a line itself."""
    return sk.removesuffix(_STATE) if sk.endswith(_STATE) else None


def _line_place(tenant: str, company: str, statement: str, position: int) -> tuple[str, str]:
    block = position // LINES_PER_BLOCK
    return block_partition(tenant, company, statement, block), line_position(position)
