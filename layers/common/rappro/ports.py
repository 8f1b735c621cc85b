"""What use cases need from outside, as protocols. `TenantId` is the first argument of every method.

Implementations: adapters/memory (in process) and adapters/dynamodb, s3, stepfunctions (AWS). Both
are held to the same contract tests. Methods raise only errors of domain/errors.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO, Protocol, TypeVar

from rappro.domain.access import Membership
from rappro.domain.books import (
    BankEntry,
    JournalEntry,
    OpenItem,
)
from rappro.domain.feeds import FeedRun, StagedTransaction
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Lookups
from rappro.domain.operations import (
    AuditEvent,
    ImportTrace,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.tasks import Task
from rappro.domain.trail import ALL_ROWS, TrailQuery
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import (
    Fence,
    Held,
    Page,
    Record,
    Write,
)
from rappro.ports_exchange import NO_EXCHANGE, ExchangePorts
from rappro.ports_feeds import NO_PROVIDERS, ProviderPorts
from rappro.ports_webhooks import NO_WEBHOOKS, WebhookPorts

R = TypeVar("R", bound=Record)
D = TypeVar("D")

WRITES_MAX_PER_COMMIT = 60
"""Record writes in one commit; their store actions have a bound of their own."""
ACTIONS_MAX_PER_COMMIT = 90
"""Records, their index entries and the fence's check in one commit (see Store.weight)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the books hold that could explain some lines, read consistently."""

    open_items: tuple[OpenItem, ...]
    bank_entries: tuple[BankEntry, ...]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """The marks of units of several commits that are under way; hardly ever are there any."""

    matches: tuple[UnfinishedMatch, ...] = ()
    validations: tuple[UnfinishedValidation, ...] = ()


class Store(Protocol):
    """Records of one company. Reads are strongly consistent unless a method says otherwise."""

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        """Return one record by its key, or None."""

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        """Return the records that exist among `keys`, by key."""

    def find(
        self, tenant: TenantId, wanted: Sequence[tuple[CompanyId, type[Record], str]]
    ) -> list[Record | None]:
        """Return records of several companies and kinds, each in its place, or None.

        As few requests as there can be: one for 100 records, a line counting twice.
        """

    def memberships(self, tenant: TenantId, user: str) -> list[Membership]:
        """Return a user's memberships of the tenant's companies, by company."""

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        """Return every record of a small kind, by key.

        Small are LedgerAccount, Journal, ThirdParty, EntryTemplate, CardContract, PastPayment,
        BooksLoad, FeedConnection, Membership, PieceCounter, UnfinishedMatch, ImportProfile,
        OwnCsvProfile, Lesson, DifferenceType, UnfinishedValidation, OwedExamination, Webhook,
        ExchangeLink, ExchangeArchive, EntryDocuments, ArchiveDownload and Parcel.
        """

    def under_way(self, tenant: TenantId, company: CompanyId) -> UnderWay:
        """Return the marks of the units under way, of both kinds as of one moment."""

    def commit(
        self,
        tenant: TenantId,
        company: CompanyId,
        writes: Sequence[Write],
        *,
        fence: Fence | None = None,
        held: Sequence[Held] = (),
    ) -> None:
        """Apply all writes or none.

        Raises StoreConflict when a stored version is not the one in `before`, that of a held record
        is another or the fence was passed, InvalidRequest for a change or removal of a row of the
        audit trail, TooLarge beyond WRITES_MAX_PER_COMMIT or ACTIONS_MAX_PER_COMMIT (held records
        do not count), StoreThrottled, StoreUnavailable.
        """

    def weight(self, writes: Sequence[Write]) -> int:
        """Return how many store actions some writes take in a commit (a fence takes one more).

        Most writes take 1 or 2; an open item or a waiting bank entry takes one more for each
        amount, reference and third party that it is found by, before and after: 3 to 9.
        """

    def load(self, tenant: TenantId, company: CompanyId, records: Iterable[Record]) -> None:
        """Write many records without conditions, over whatever is there; repeating it is harmless.

        For records that nobody can see yet (lines before their header, books being loaded); their
        version becomes 1. Not atomic: the caller's commit record makes them visible. A line that
        was changed or removed since it was loaded stays so: a load that comes late undoes nothing.
        """

    def companies(self, tenant: TenantId) -> list[CompanyId]:
        """Return the ids of the tenant's companies, sorted."""

    def statements(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        journal: str | None = None,
        past: tuple[date | None, str] | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[StatementRecord]:
        """List statements, newest period first, then id. A list: may lag behind writes.

        Without a cursor it may begin past the place of a statement: its period's end and its id.
        """

    def statements_of_journal(
        self, tenant: TenantId, company: CompanyId, journal: str
    ) -> list[StatementRecord]:
        """Return every statement of a journal, oldest period first, strongly consistent."""

    def lines(
        self, tenant: TenantId, company: CompanyId, statement: StatementId, *, after: int = 0,
        limit: int | None = None,
    ) -> Iterator[LineRecord]:  # fmt: skip
        """Yield the statement's lines in position order, those past position `after`."""

    def lines_of(
        self, tenant: TenantId, company: CompanyId, parts: Iterable[tuple[StatementRecord, int]]
    ) -> Iterator[LineRecord]:
        """Yield lines of statement after statement, each in position order past a position.

        As many as each record counts; `parts` are taken as they are needed, some a little before.
        """

    def clear_lines(self, tenant: TenantId, company: CompanyId, statement: StatementId) -> None:
        """Delete every line of a statement, without conditions; repeating it is harmless.

        For a statement that nobody is shown any more. Not atomic: its header goes last.
        """

    def ledger(
        self, tenant: TenantId, company: CompanyId, account: str,
        *, after: str | None = None, limit: int | None = None,
    ) -> list[BankEntry]:  # fmt: skip
        """Return the bank entries on a ledger account, by date and id, pointed or not.

        All of them, or `limit` at most of those after a place: `2025-01-31#id`, or a day, whose own
        are then the first.
        """

    def entries(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        journal: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[JournalEntry]:
        """List entries by date, then id. A list: may lag behind writes."""

    def open_items(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        third_party: ThirdPartyId | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[OpenItem]:
        """List unsettled open items by due date, then id. A list: may lag behind writes."""

    def evidence(self, tenant: TenantId, company: CompanyId, lookups: Lookups) -> Evidence:
        """Return the unsettled items and waiting bank entries that one of the lookups names.

        An item's amount is its residual in its own currency. Of a price that many have, one more
        than the bounds of Lookups may be all that is returned, whichever, and what `party_amounts`
        names; all of them may be, when that is cheaper.
        """

    def backlog(self, tenant: TenantId, company: CompanyId) -> Evidence:
        """Return all unsettled items and all waiting bank entries."""

    def audit_events(
        self, tenant: TenantId, company: CompanyId, *, query: TrailQuery = ALL_ROWS,
        subjects: Sequence[str] = (), limit: int = 100, cursor: str | None = None,
    ) -> Page[AuditEvent]:  # fmt: skip
        """List the audit trail, newest first: of some subjects, or all of it.

        Of subjects (200 at most) it is strongly consistent; all of it is a list and may lag behind
        writes. By author or names, a page looks at 1,000 rows: it may be short and have a cursor.
        """

    def audit_events_since(
        self, tenant: TenantId, company: CompanyId, *, at: datetime | None = None,
        event_id: str = "", limit: int = 100,
    ) -> list[AuditEvent]:  # fmt: skip
        """Return rows of the audit trail that are newer than one, oldest first.

        The row is named by its instant and id; without an id, rows of that instant are newer.
        Rows of one instant come by id, the last one first. A list: may lag behind writes.
        """

    def runs(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[Run]:
        """List the company's runs, newest first. A list: may lag behind writes."""

    def tasks(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[Task]:
        """List long works, newest first. A list: may lag behind writes."""

    def import_traces(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[ImportTrace]:
        """List the import trace, newest first. A list: may lag behind writes."""

    def feed_runs(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, limit: int = 100,
        cursor: str | None = None,
    ) -> Page[FeedRun]:  # fmt: skip
        """List a connection's log, newest first."""

    def staged(
        self, tenant: TenantId, company: CompanyId, account: str, *, after: str | None = None,
        limit: int | None = None,
    ) -> list[StagedTransaction]:  # fmt: skip
        """Return what is staged of a bank account by booking day and id, strongly consistent.

        All of it, or `limit` at most of those after a place: `2025-01-31#id`, or a day, whose own
        are then the first.
        """


class Blobs(Protocol):
    """Files that are kept: sources by hash, and working documents of a run."""

    def archive(self, tenant: TenantId, company: CompanyId, sha256: str, content: BinaryIO) -> str:
        """Keep a source file under its hash and return its blob name; the same again is a no-op."""

    def open_source(self, tenant: TenantId, company: CompanyId, sha256: str) -> BinaryIO:
        """Open a kept source file, byte for byte. Raises NotFound."""

    def source_url(self, tenant: TenantId, company: CompanyId, sha256: str, name: str) -> str:
        """Return a link to download a kept source file, valid a few minutes."""

    def save_document(
        self, tenant: TenantId, company: CompanyId, name: str, kind: type[D], value: D
    ) -> None:
        """Store a working document (a dataclass) under a name; a repeat overwrites."""

    def load_document(self, tenant: TenantId, company: CompanyId, name: str, kind: type[D]) -> D:
        """Read a working document back. Raises NotFound."""

    def document_digest(self, tenant: TenantId, company: CompanyId, name: str) -> str:
        """Return the SHA-256 of a working document as it is stored. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Drop:
    """A file that arrived in the inbox: `{tenant}/{company}/[{journal}/]{name}`, at a version."""

    object_key: str
    object_version: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What a request forces of one file's import: a statement format, an import profile's code."""

    format: str | None = None
    profile: str | None = None


NO_CHOICE = ImportChoice()


@dataclass(frozen=True, slots=True)
class UploadTicket:
    """Where and with which form fields a file may be posted, until `expires_at`."""

    url: str
    fields: dict[str, str]
    object_key: str
    expires_at: datetime


class Inbox(Protocol):
    """The bucket that statements and books are dropped in."""

    def open(self, tenant: TenantId, drop: Drop) -> BinaryIO:
        """Open a dropped object at its version; the stream is seekable. Raises NotFound."""

    def choice(self, tenant: TenantId, drop: Drop) -> ImportChoice:
        """Return what the ticket of a drop was asked with. Raises NotFound.

        It stays with that version of the object: two tickets for one name are never mixed up.
        """

    def upload_ticket(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
        *, size_bytes_max: int, expires_at: datetime, choice: ImportChoice = NO_CHOICE,
    ) -> UploadTicket:  # fmt: skip
        """Return a ticket to post one file of a bounded size to one object key.

        The choice is part of what the ticket signs: nobody can post with another one.
        """

    def put(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str, content: bytes,
        *, choice: ImportChoice = NO_CHOICE,
    ) -> Drop:  # fmt: skip
        """Drop one small file with its choice; the import begins as that of any other drop.

        Raises InvalidRequest for a name that is no file's.
        """


class Runs(Protocol):
    """The state machines: reconcile's, the one that stores large files, the one of long works.

    Each starts an execution and return its reference; "already exists" is success.
    """

    def start(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Start a run over a statement."""

    def start_import(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Start storing the lines of a large file."""

    def start_work(
        self, tenant: TenantId, company: CompanyId, name: str, payload: dict[str, Any]
    ) -> str:
        """Start a long work (use_cases/tasks.py)."""


class Feeds(Protocol):
    """The queue and schedules of bank connections."""

    def enqueue_sync(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, cause: str = "asked"
    ) -> None:
        """Ask for a synchronisation now; `cause` is told in its log."""

    def save_schedule(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, interval_minutes: int,
        is_on: bool, starts_at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Create or change the connection's schedule; its intervals count from `starts_at`."""

    def remove_schedule(self, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
        """Remove the connection's schedule; one that is gone is success."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands under an idempotency key: of which request, and what was answered to it.

    `reply` is None as long as the request is still being worked on.
    """

    fingerprint: str
    reply: bytes | None = None


class Replies(Protocol):
    """Answers kept under the key that a caller gave with a write, for a while (decision 0019).

    `token` tells one attempt from another; `until` is when a claim or an answer stops to count.
    """

    def claim(
        self, tenant: TenantId, key: str, fingerprint: str, *, token: str, now: datetime,
        until: datetime,
    ) -> Standing | None:  # fmt: skip
        """Claim a key; of several at once one gets it. Return None, or what stands there already.

        Raises StoreThrottled, StoreUnavailable.
        """

    def look(self, tenant: TenantId, key: str, *, now: datetime) -> Standing | None:
        """Return what stands under a key, strongly consistent; None for nothing that counts."""

    def keep(
        self, tenant: TenantId, key: str, standing: Standing, *, token: str, until: datetime
    ) -> None:
        """Put an answer in the place of one's claim. Raises StoreConflict when it is not one's."""

    def release(self, tenant: TenantId, key: str, *, token: str) -> None:
        """Take one's claim back; what is not one's stays."""


class Meter(Protocol):
    """Counts what a tenant does in a window of time."""

    def count(
        self, tenant: TenantId, budget: str, *, window: int, limit: int, until: datetime
    ) -> int | None:
        """Count one more; return how many there are now, or None when `limit` were counted before.

        `window` numbers the windows of one budget; nothing of it is needed past `until`.
        Raises StoreThrottled, StoreUnavailable.
        """


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the present instant, aware, UTC."""

    def today(self, timezone: str) -> date:
        """Return the business date in a time zone (Europe/Paris unless the company says else)."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Everything a use case may reach; built in one place (bootstrap.py)."""

    store: Store
    blobs: Blobs
    inbox: Inbox
    runs: Runs
    feeds: Feeds
    clock: Clock
    webhooks: WebhookPorts = NO_WEBHOOKS
    exchange: ExchangePorts = NO_EXCHANGE
    providers: ProviderPorts = NO_PROVIDERS
