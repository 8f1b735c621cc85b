"""A change is a list of writes of versioned records, committed together or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Generic, TypeVar

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
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId
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

Record = (
    Company | LedgerAccount | Journal | ThirdParty | OpenItem | JournalEntry | BankEntry
    | PastPayment | EntryTemplate | CardContract | ReferenceShapes | SourceFile | SourceName
    | StatementIdentity | Intake | StatementRecord | LineRecord | Match | UnfinishedMatch | Run
    | ImportTrace | BooksLoad | PieceCounter | Validation | Lease | AuditEvent
    | FeedConnection | FeedRun | Webhook | ImportProfile | OwnCsvProfile | Lesson
    | Membership | Tenant | ReportSnapshot | DifferenceType | UnfinishedValidation
    | OwedExamination | Task | ChangeConsumer | FeedAccount | FeedLease | FeedAsked | FeedMail
    | StagedTransaction | StagedAlias | PendingTransactions | ProviderUser | BankLink
    | EntryDocuments | ExchangeArchive | ExchangeLink | Parcel | SharedLink | ArchiveDownload
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Write:
    """A change of one record: creation (`before` None), change, or deletion (`after` None).

    The stored version must be `before.version` (0: nothing stored); `after.version` is one more.
    """

    before: Record | None
    after: Record | None


def create(record: Record) -> Write:
    """Store a record that must not exist yet."""
    return Write(None, replace(record, version=1))


def change(before: Record, after: Record) -> Write:
    """Replace `before`, as it was read, by `after`."""
    return Write(before, replace(after, version=before.version + 1))


def remove(record: Record) -> Write:
    """Delete a record as it was read."""
    return Write(record, None)


def put(before: Record | None, after: Record) -> Write:
    """Create or change, as `before` says."""
    return create(after) if before is None else change(before, after)


@dataclass(frozen=True, slots=True)
class Fence:
    """Proof of the company's lease; a commit that carries it fails once the lease moved on."""

    holder: str
    token: int


@dataclass(frozen=True, slots=True)
class Held:
    """A record that a commit needs as it was read, in its company or another of the tenant."""

    company: CompanyId
    record: Membership | Tenant | Company | FeedLease


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A page of a list; `cursor` is opaque, None at the end."""

    items: Sequence[R]
    cursor: str | None = None
