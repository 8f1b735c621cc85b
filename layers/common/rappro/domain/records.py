"""What Rappro itself keeps about a statement: its state, its lines' state, matches, runs, traces.

All are versioned records (see books.py). A change is a `Write`; writes are committed together or
not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from rappro.domain.bank import Balance, BankAccountRef, Finding, Nature, StatementLine
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Company,
    EntryTemplate,
    ImportProfile,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ReferenceShapes,
    ThirdParty,
)  # fmt: skip
from rappro.domain.errors import NotAllowedInState
from rappro.domain.ids import EntryId, LineId, MatchId, OpenItemId, RunId, StatementId, ThirdPartyId
from rappro.domain.matching.model import Adjustment, Candidate, Explanation, Level, Settle


class StatementStatus(StrEnum):
    IMPORTED = "imported"  # importé, non lettré
    PARTLY_MATCHED = "partly_matched"
    MATCHED = "matched"
    VALIDATING = "validating"  # numbers are reserved, only rolls forward
    VALIDATED = "validated"  # read-only
    RECONCILED = "reconciled"  # no line
    TRANSFERRED = "transferred"  # reconciliation-only flow, read-only
    QUARANTINED = "quarantined"
    RUN_FAILED = "run_failed"  # the last run ended in an error; a new run may be started


_S = StatementStatus
STATEMENT_TRANSITIONS: dict[StatementStatus, frozenset[StatementStatus]] = {
    _S.IMPORTED: frozenset({_S.PARTLY_MATCHED, _S.MATCHED, _S.VALIDATING, _S.RUN_FAILED}),
    _S.PARTLY_MATCHED: frozenset({_S.IMPORTED, _S.MATCHED, _S.VALIDATING, _S.RUN_FAILED}),
    _S.MATCHED: frozenset({_S.IMPORTED, _S.PARTLY_MATCHED, _S.VALIDATING, _S.RUN_FAILED}),
    _S.RUN_FAILED: frozenset({_S.IMPORTED, _S.PARTLY_MATCHED, _S.MATCHED, _S.VALIDATING}),
    _S.VALIDATING: frozenset({_S.VALIDATED}),
    _S.QUARANTINED: frozenset({_S.IMPORTED, _S.RECONCILED, _S.TRANSFERRED}),
    _S.VALIDATED: frozenset(),
    _S.RECONCILED: frozenset(),
    _S.TRANSFERRED: frozenset(),
}
"""Allowed changes of a statement's status; docs/statuses.md shows the same table."""


class LineStatus(StrEnum):
    NOT_VALIDATED = "not_validated"
    PARTLY_VALIDATED = "partly_validated"
    VALIDATED = "validated"
    CLOSED_MANUALLY = "closed_manually"


class SetBy(StrEnum):
    ENGINE = "engine"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was dropped (fichier source); the key is the SHA-256 of its bytes, in hex.

    `blob` is where the bytes are kept; `sightings` counts how often the same bytes came.
    """

    sha256: str
    name: str
    size_bytes: int
    blob: str
    received_at: datetime
    format: str | None = None
    statement_ids: tuple[StatementId, ...] = ()
    drop: str | None = None  # object key and version of the drop that was imported
    sightings: int = 1
    error_code: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.sha256


@dataclass(frozen=True, slots=True)
class SourceName:
    """The last bytes that came under a file name, so that the same name again can be warned of."""

    name: str
    sha256: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class StatementIdentity:
    """Claims the identity of a statement (account, number, period, balances), whatever its file."""

    identity: str
    statement_id: StatementId
    version: int = 0

    @property
    def key(self) -> str:
        return self.identity


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """A statement with its state. `journal` is None when no journal has its account."""

    id: StatementId
    journal: str | None
    account: BankAccountRef
    currency: str
    number: str | None
    period_from: date | None
    period_to: date | None
    opening: Balance | None
    closing: Balance | None
    line_count: int
    booked_minor: int  # sum of the booked lines
    format: str
    source_sha256: str
    source_name: str
    ordinal: int
    imported_at: datetime
    status: StatementStatus
    profile: ImportProfile = ImportProfile()
    findings: tuple[Finding, ...] = ()
    level_counts: dict[str, int] | None = None
    matched_minor: int = 0
    run_number: int = 0
    last_run_error: str | None = None
    override_reason: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    def moved_to(self, status: StatementStatus) -> StatementRecord:
        """Return the statement in another status; the same status is no change.

        Raises NotAllowedInState when the transition table does not hold it.
        """
        if status is self.status:
            return self
        if status not in STATEMENT_TRANSITIONS[self.status]:
            raise NotAllowedInState(f"statement {self.id}: {self.status} cannot become {status}")
        return replace(self, status=status)


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A statement line with what is known about it so far.

    `generation` is raised by each undo, so that ids of a redo never collide. `vetoes` are the ids
    of items and entries that a person untied from this line.
    """

    id: LineId
    statement_id: StatementId
    journal: str | None
    line: StatementLine
    status: LineStatus = LineStatus.NOT_VALIDATED
    level: Level | None = None
    nature: Nature | None = None  # set by a person; the bank's own stays on the line
    third_party: ThirdPartyId | None = None
    third_party_set_by: SetBy | None = None
    invoice: OpenItemId | None = None
    invoice_set_by: SetBy | None = None
    template: str | None = None
    template_set_by: SetBy | None = None
    match_id: MatchId | None = None
    candidates: tuple[Candidate, ...] = ()
    explanation: Explanation | None = None
    generation: int = 0
    vetoes: tuple[str, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.statement_id}/{self.line.position}"


class MatchStatus(StrEnum):
    POSTING = "posting"  # larger than one commit; its lines are claimed, its targets follow
    UNDOING = "undoing"  # larger than one commit; its targets are given back first
    TO_CONFIRM = "to_confirm"
    CONFIRMED = "confirmed"
    VALIDATED = "validated"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class LineSettle:
    """What one line of a match settles: the target and by how much (signed as the bank sees it)."""

    line_id: LineId
    settle: Settle


@dataclass(frozen=True, slots=True)
class Match:
    """A match (rapprochement): lines on one side, what they settle on the other, totals equal.

    `lines` are the record keys of the lines ("statement/position"). `entry_ids` are the entries
    generated for it, drafts until validation. Kept after an undo, with its author and instant.
    """

    id: MatchId
    statement_ids: tuple[StatementId, ...]
    lines: tuple[str, ...]
    settles: tuple[LineSettle, ...]
    adjustments: tuple[Adjustment, ...]
    level: Level
    status: MatchStatus
    author: str
    created_at: datetime
    pointed_on: date
    amount_minor: int
    entry_ids: tuple[EntryId, ...] = ()
    engine: str | None = None
    template: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class UnfinishedMatch:
    """Says that a match larger than one commit is under way; gone once it is finished."""

    match_id: MatchId
    author: str
    version: int = 0

    @property
    def key(self) -> str:
        return self.match_id


class RunState(StrEnum):
    STARTED = "started"
    GATHERED = "gathered"
    DECIDED = "decided"
    POSTED = "posted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the reconcile state machine over a statement (traitement)."""

    id: RunId
    statement_id: StatementId
    number: int
    state: RunState
    started_at: datetime
    ended_at: datetime | None = None
    is_matching: bool = True  # false: third parties are resolved, nothing is matched
    execution: str | None = None
    error_code: str | None = None
    error_detail: str | None = None
    matched_count: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


class ImportOutcome(StrEnum):
    IMPORTED = "imported"
    BOOKS_LOADED = "books_loaded"
    QUARANTINED = "quarantined"
    ALREADY_IMPORTED = "already_imported"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportTrace:
    """One row of the import trace (trace d'import): what came, what became of it and why.

    `id` depends on the drop (object key and version) and the ordinal, so a redelivered event
    writes the same row.
    """

    id: str
    at: datetime
    name: str
    sha256: str
    object_key: str
    object_version: str
    outcome: ImportOutcome
    format: str | None = None
    statement_id: StatementId | None = None
    journal: str | None = None
    line_count: int = 0
    findings: tuple[Finding, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


class LoadState(StrEnum):
    LOADING = "loading"
    LOADED = "loaded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BooksLoad:
    """A load of books from one file; while it is `loading`, runs wait (BooksLoading)."""

    sha256: str
    name: str
    state: LoadState
    at: datetime
    counts: dict[str, int]
    findings: tuple[Finding, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.sha256


@dataclass(frozen=True, slots=True)
class PieceCounter:
    """The last piece number given in a journal and fiscal year; numbers have no gap."""

    journal: str
    fiscal_year: str
    last_number: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.journal}/{self.fiscal_year}"


@dataclass(frozen=True, slots=True)
class NumberBlock:
    """A contiguous block of piece numbers reserved for one validation in one fiscal year."""

    fiscal_year: str
    first_number: int
    count: int


@dataclass(frozen=True, slots=True)
class Validation:
    """The commit record of a statement's validation; from `is_done` false it only rolls forward."""

    statement_id: StatementId
    journal: str
    blocks: tuple[NumberBlock, ...]
    validated_on: date
    author: str
    is_done: bool = False
    version: int = 0

    @property
    def key(self) -> str:
        return self.statement_id


@dataclass(frozen=True, slots=True)
class Lease:
    """One writer per company: `token` fences writes, `holder` may take it again while it lasts."""

    token: int = 0
    holder: str | None = None
    expires_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return "WRITER"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One append-only row of the audit trail (piste d'audit)."""

    id: str
    at: datetime
    author: str
    action: str
    subject: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class FeedConnection:
    """A bank connection of a company (connexion bancaire) through a provider, on a schedule."""

    id: str
    provider: str
    label: str
    interval_seconds: int
    is_on: bool = True
    state: str = "not_configured"
    last_run_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class FeedRun:
    """One row of a connection's log (journal d'exécution)."""

    id: str
    connection_id: str
    at: datetime
    state: str
    detail: str
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.connection_id}/{self.id}"


Record = (
    Company | LedgerAccount | Journal | ThirdParty | OpenItem | JournalEntry | BankEntry
    | PastPayment | EntryTemplate | CardContract | ReferenceShapes | SourceFile | SourceName
    | StatementIdentity | StatementRecord | LineRecord | Match | UnfinishedMatch | Run
    | ImportTrace | BooksLoad | PieceCounter | Validation | Lease | AuditEvent
    | FeedConnection | FeedRun
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


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Page(Generic[R]):
    """A page of a list; `cursor` is opaque, None at the end."""

    items: Sequence[R]
    cursor: str | None = None
