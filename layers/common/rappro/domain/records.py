"""What Rappro itself keeps about a statement: its state, its lines' state, its matches.

All are versioned records (see books.py); writes.py says how they change.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from rappro.domain.bank import Balance, BankAccountRef, Finding, Nature, StatementLine
from rappro.domain.errors import NotAllowedInState
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, LineId, MatchId, OpenItemId, StatementId, ThirdPartyId
from rappro.domain.matching.model import Adjustment, Candidate, Explanation, Level, Settle
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.statuses import MatchStatus as MatchStatus  # noqa: PLC0414 - found here too
from rappro.domain.statuses import StatementStatus as StatementStatus  # noqa: PLC0414 - the same

_S = StatementStatus
STATEMENT_TRANSITIONS: dict[StatementStatus, frozenset[StatementStatus]] = {
    _S.IMPORTED: frozenset(
        {_S.PARTLY_MATCHED, _S.MATCHED, _S.VALIDATING, _S.RUN_FAILED, _S.DELETING}
    ),
    _S.PARTLY_MATCHED: frozenset(
        {_S.IMPORTED, _S.MATCHED, _S.VALIDATING, _S.RUN_FAILED, _S.DELETING}
    ),
    _S.MATCHED: frozenset(
        {_S.IMPORTED, _S.PARTLY_MATCHED, _S.VALIDATING, _S.RUN_FAILED, _S.DELETING}
    ),
    _S.RUN_FAILED: frozenset(
        {_S.IMPORTED, _S.PARTLY_MATCHED, _S.MATCHED, _S.VALIDATING, _S.DELETING}
    ),
    _S.VALIDATING: frozenset({_S.VALIDATED}),
    _S.QUARANTINED: frozenset({_S.IMPORTED, _S.RECONCILED, _S.TRANSFERRED, _S.DELETING}),
    _S.VALIDATED: frozenset({_S.IMPORTED, _S.PARTLY_MATCHED}),
    _S.RECONCILED: frozenset({_S.IMPORTED, _S.DELETING}),
    _S.TRANSFERRED: frozenset({_S.DELETING}),
    _S.DELETING: frozenset(),
}
"""Allowed changes of a statement's status; docs/statuses.md shows the same table."""


class LineStatus(StrEnum):
    NOT_VALIDATED = "not_validated"
    PARTLY_VALIDATED = "partly_validated"
    VALIDATED = "validated"
    CLOSED_MANUALLY = "closed_manually"
    REVERSED = "reversed"  # contre-passée: its entries were taken back, it may be matched again


_L = LineStatus
LINE_TRANSITIONS: dict[LineStatus, frozenset[LineStatus]] = {
    _L.NOT_VALIDATED: frozenset({_L.PARTLY_VALIDATED, _L.VALIDATED, _L.CLOSED_MANUALLY}),
    _L.PARTLY_VALIDATED: frozenset({_L.NOT_VALIDATED, _L.VALIDATED, _L.CLOSED_MANUALLY}),
    _L.VALIDATED: frozenset({_L.REVERSED}),
    _L.CLOSED_MANUALLY: frozenset(),
    _L.REVERSED: frozenset({_L.VALIDATED, _L.CLOSED_MANUALLY}),
}
"""Allowed changes of a line's status; docs/statuses.md shows the same table."""


class Origin(StrEnum):
    """Who made a statement (origine): what a connector made, no person deletes."""

    FILE = "file"
    MANUAL = "manual"
    FEED = "feed"


class SetBy(StrEnum):
    ENGINE = "engine"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was dropped (fichier source); the key is the SHA-256 of its bytes, in hex.

    `blob` is where the bytes are kept; `sightings` counts how often the same bytes came. `storing`
    names the import that stores the lines of a large file meanwhile; no other one may.
    `deleted_ordinals` has the ordinal of each statement made from it that was deleted, once a time:
    dropped again, it makes that statement anew, under an id that none had.
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
    storing: str | None = None
    deleted_ordinals: tuple[int, ...] = ()
    origin: Origin = Origin.FILE
    author: str | None = None  # who made it by hand
    version: int = 0

    @property
    def key(self) -> str:
        return self.sha256

    @property
    def is_imported(self) -> bool:
        """Say whether the file was taken in, whole."""
        return self.error_code is None and self.storing is None


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
class Intake:
    """Guards what a journal takes in: raised with each statement or line that comes or goes."""

    journal: str
    count: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return self.journal


@dataclass(frozen=True, slots=True)
class StatementRecord:
    """A statement with its state. `journal` is None when no journal has its account.

    `known_count` counts lines that another statement brought first (LineRecord.known_as). Deleted
    lines are in neither `line_count` nor `booked_minor`: for a statement of a bank, opening +
    booked + deleted = closing. `identity` is what it claimed (StatementIdentity), if it did.
    `report_id` is the report that was frozen as it was validated (ReportSnapshot). `mark_count` is
    how many standing matches took a letter of it (Match.mark).
    """

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
    is_profile_chosen: bool = False  # by the import's request, not by its journal
    findings: tuple[Finding, ...] = ()
    level_counts: dict[str, int] | None = None
    matched_minor: int = 0
    run_number: int = 0
    last_run_error: str | None = None
    override_reason: str | None = None
    origin: Origin = Origin.FILE
    identity: str | None = None
    known_count: int = 0
    deleted_count: int = 0
    deleted_minor: int = 0
    report_id: str | None = None
    mark_count: int = 0
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
    of items and entries that a person untied from this line. `known_as` is the key of the line that
    brought the same movement first: then this one is kept, shown, and takes part in nothing.
    `past_matches` are the last of those that were undone: its audit trail goes on with theirs.
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
    known_as: str | None = None
    past_matches: tuple[MatchId, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return f"{self.statement_id}/{self.line.position}"

    def moved_to(self, status: LineStatus) -> LineRecord:
        """Return the line in another status; the same status is no change.

        Raises NotAllowedInState when the transition table does not hold it.
        """
        if status is self.status:
            return self
        if status not in LINE_TRANSITIONS[self.status]:
            raise NotAllowedInState(f"line {self.key}: {self.status} cannot become {status}")
        return replace(self, status=status)


PAST_MATCHES_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class LineSettle:
    """What one line of a match settles: the target and by how much (signed as the bank sees it)."""

    line_id: LineId
    settle: Settle


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a match allocates of an invoice to an existing cash movement that it points (MAT-10).

    `entry_id` is the movement's entry; the amount is signed as the bank sees it.
    """

    item: OpenItemId
    entry_id: EntryId
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Match:
    """A match (rapprochement): lines on one side, what they settle on the other, totals equal.

    `lines` are the record keys of the lines ("statement/position"). `entry_ids` are the entries
    generated for it, drafts until validation. Kept after an undo, with its author and instant.
    `mark` is the letter of a difference settled through the ledger (lettrage de type M).
    `allocations` change invoices beside what the lines settle: they are in no total.
    `reversal_ids` are the entries that took `entry_ids` back; `undone_*` also tell of a reversal
    and of a closing by hand. `keeps_drafts`: a person made them, by an action, and its undo leaves
    them. `draft_ids` are drafts that it points: one that outlived its own match is validated with
    this one.
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
    lesson_ids: tuple[str, ...] = ()  # what it taught (learning.Lesson)
    allocations: tuple[Allocation, ...] = ()
    mark: str | None = None
    difference_type: str | None = None
    undone_at: datetime | None = None
    undone_by: str | None = None
    reversal_ids: tuple[EntryId, ...] = ()
    keeps_drafts: bool = False
    draft_ids: tuple[EntryId, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def posted_ids(self) -> tuple[EntryId, ...]:
        """The entries that its validation numbers."""
        return (*self.entry_ids, *self.draft_ids)


@dataclass(frozen=True, slots=True)
class ReversalBegun:
    """What a reversal (contre-passation) begins with: its days, and the numbers that are its own.

    `on` is the day of the reversal entries, `today` the one they are validated and lettered on.
    `first_numbers` are by journal, in `fiscal_year`. `veil` names what readers are shown meanwhile
    where it takes more than one commit.
    """

    on: date
    today: date
    fiscal_year: str
    first_numbers: tuple[tuple[str, int], ...]
    reason: str
    veil: str = ""


@dataclass(frozen=True, slots=True)
class UnfinishedMatch:
    """Says that a match larger than one commit is under way; gone once it is finished.

    `ends_as` is the status that the match gets once its targets are settled. `entry_ids` are the
    drafts of a match of many lines: they come before the match itself. `reversal` is there while a
    validated match is taken back.
    """

    match_id: MatchId
    author: str
    ends_as: MatchStatus = MatchStatus.CONFIRMED
    entry_ids: tuple[EntryId, ...] = ()
    reversal: ReversalBegun | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.match_id
