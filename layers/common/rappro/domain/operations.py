"""What Rappro keeps of its own doings: runs, imports, loads, validations, the lease, the trail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from rappro.domain.bank import Finding
from rappro.domain.frozen import dataclass
from rappro.domain.ids import RunId, StatementId


class RunState(StrEnum):
    STARTED = "started"
    GATHERED = "gathered"
    DECIDED = "decided"
    POSTED = "posted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the reconcile state machine over a statement (traitement).

    `also` are further statements of the same run, decided together with the first.
    """

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
    also: tuple[StatementId, ...] = ()
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def statements(self) -> tuple[StatementId, ...]:
        return (self.statement_id, *self.also)


class ImportOutcome(StrEnum):
    IMPORTED = "imported"
    BOOKS_LOADED = "books_loaded"
    QUARANTINED = "quarantined"
    ALREADY_IMPORTED = "already_imported"
    REFUSED = "refused"
    STORING = "storing"  # a large file, on its way: becomes imported, quarantined or refused


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


LOADING_MINUTES_MAX: Final = 60


class LoadState(StrEnum):
    LOADING = "loading"
    LOADED = "loaded"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class BooksLoad:
    """A load of books from one file; while it is `loading`, runs wait (BooksLoading).

    `is_examined`: the lines that waited for what it brought were given another run.
    """

    sha256: str
    name: str
    state: LoadState
    at: datetime
    counts: dict[str, int]
    findings: tuple[Finding, ...] = ()
    is_examined: bool = False
    version: int = 0

    def is_under_way(self, now: datetime) -> bool:
        """Say whether runs have to wait for it; a load that died is given up after a while."""
        is_recent = now - self.at < timedelta(minutes=LOADING_MINUTES_MAX)
        return self.state is LoadState.LOADING and is_recent

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
    """A contiguous block of piece numbers reserved for one validation in one fiscal year.

    `journal` is set when it is not the validation's own.
    """

    fiscal_year: str
    first_number: int
    count: int
    journal: str | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """The commit record of a statement's validation; from `is_done` false it only rolls forward.

    A statement that a reversal reopened is validated in another round, counted from 1.
    """

    statement_id: StatementId
    journal: str
    blocks: tuple[NumberBlock, ...]
    validated_on: date
    author: str
    is_done: bool = False
    round: int = 1
    version: int = 0

    @property
    def key(self) -> str:
        return self.statement_id

    def has_given(self, journal: str, fiscal_year: str, number: int | None) -> bool:
        """Say whether a piece number of a journal and year is one that this round reserved."""
        return number is not None and any(
            block.first_number <= number < block.first_number + block.count
            for block in self.blocks
            if (block.journal or self.journal, block.fiscal_year) == (journal, fiscal_year)
        )


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
    """One row of the audit trail (piste d'audit): written once, never changed, never removed.

    It is kept with the others of its subject, so that one subject's rows are read at once.
    """

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
        at = self.at if self.at.tzinfo is None else self.at.astimezone(UTC)
        return f"{self.subject}/{at.isoformat(timespec='microseconds')}/{self.id}"
