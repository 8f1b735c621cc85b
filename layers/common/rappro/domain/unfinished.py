"""What was begun and is not done: validations, and lines that are owed another run.

The first commit of a validation leaves a mark, its last one takes it away: so readers know that it
is not done. Until then the veil says how the records were that it changes (docs/decisions/0004).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from rappro.domain.books import BankEntry, EntryStatus, JournalEntry, OpenItem
from rappro.domain.frozen import dataclass
from rappro.domain.ids import EntryId, MatchId, OpenItemId, StatementId
from rappro.domain.matching.model import Level
from rappro.domain.records import LineStatus, MatchStatus

EXCHANGE_UNIT: Final = "ex_"
"""How the id of a unit of the exchange begins; no statement's does."""


@dataclass(frozen=True, slots=True)
class UnfinishedValidation:
    """Says that the validation of a statement is under way; gone with its last commit.

    The same mark says that an exchanged archive is being applied; a unit's id stands there then.
    """

    statement_id: StatementId
    version: int = 0

    @property
    def key(self) -> str:
        return self.statement_id

    @property
    def is_of_exchange(self) -> bool:
        """Say whether it is a unit of the exchange (use_cases/exchange_units.py)."""
        return self.statement_id.startswith(EXCHANGE_UNIT)


@dataclass(frozen=True, slots=True)
class OwedExamination:
    """Says that books changed and that the lines which wait for them get another run.

    It is there before the first change and gone once the runs are started: what dies in between is
    made good by the next call.
    """

    id: str
    at: datetime
    version: int = 0

    @property
    def key(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class LineBefore:
    key: str
    status: LineStatus
    match_id: MatchId | None = None
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class EntryBefore:
    """`letters` are those of its lines, in order; empty when none had one."""

    id: EntryId
    status: EntryStatus
    number: int | None = None
    validated_on: date | None = None
    letters: tuple[tuple[str | None, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class GroupLines:
    """Lines of an entry that was there before, in the group of an open item: their indexes."""

    item: OpenItemId
    entry: EntryId
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Veil:
    """How the records were that a validation or a large reversal changes, by what it changes.

    `hidden` are the ids of entries, bank entries and matches that it makes, `drafts` those of bank
    entries that it takes into the ledger. `round` tells its rows of the trail from earlier ones.
    Of a reversal, `paid_by` has the payments of each item, and `groups` whose letters change; its
    round is 0. Of an exchanged archive, the `_as` are records as they will be, and `gone` are the
    ids of those that go.
    """

    lines: tuple[LineBefore, ...] = ()
    entries: tuple[EntryBefore, ...] = ()
    matches: tuple[tuple[MatchId, MatchStatus], ...] = ()
    items: tuple[tuple[OpenItemId, str | None], ...] = ()
    drafts: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    paid_by: tuple[tuple[OpenItemId, tuple[EntryId, ...]], ...] = ()
    groups: tuple[GroupLines, ...] = ()
    round: int = 1
    entries_as: tuple[JournalEntry, ...] = ()
    sides_as: tuple[BankEntry, ...] = ()
    items_as: tuple[OpenItem, ...] = ()
    gone: frozenset[str] = frozenset()


def veil_name(statement: StatementId) -> str:
    """Return the document name of a validation's veil."""
    return f"validations/{statement}/veil"


def entry_before(entry: JournalEntry) -> EntryBefore:
    """Return what a veil keeps of an entry."""
    is_lettered = any(line.letter for line in entry.lines)
    letters = tuple((line.letter, line.lettered_on) for line in entry.lines) if is_lettered else ()
    return EntryBefore(entry.id, entry.status, entry.number, entry.validated_on, letters)
