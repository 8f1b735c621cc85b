"""What became of entries, as the rows of the audit trail tell it, and how far a consumer read it.

A row may be seen later than its instant says: the instant is taken before the commit. So a
consumer keeps, beside how far it got, what it was told within LATE (docs/decisions/0016).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from rappro.domain.events import EventType, events_of
from rappro.domain.frozen import dataclass
from rappro.domain.operations import AuditEvent

LATE: Final = timedelta(minutes=20)
"""A row is seen at most so much after its instant: no function runs longer than 15 minutes, and
the list of rows follows in moments."""
TOLD_MAX: Final = 2_000
"""Rows told within LATE; beyond them only what is older is told, until time has passed."""


class ChangeKind(StrEnum):
    DRAFTED = "drafted"  # made, in brouillard
    VALIDATED = "validated"
    REVERSED = "reversed"  # taken back by another entry, which is told as validated
    REMOVED = "removed"  # a draft that is gone


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One change of one entry; `id` is the row's and stays the same."""

    id: str
    at: datetime
    kind: ChangeKind
    entry_id: str
    author: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of rows: the oldest first, of one instant the last id first.

    Without an id it is before all rows of its instant.
    """

    at: datetime
    id: str = ""

    def __lt__(self, other: Place) -> bool:
        if self.at != other.at:
            return self.at < other.at
        return bool(other.id) and (not self.id or self.id > other.id)


@dataclass(frozen=True, slots=True)
class ChangeConsumer:
    """Who reads the changes, and how far it acknowledged them.

    Everything up to `floor` is behind it, and the rows of `told`, by id, which come after.
    `sequence` counts acknowledgements; `last` is what the last one said.
    """

    name: str
    floor: Place | None = None
    told: tuple[str, ...] = ()
    sequence: int = 0
    last: str | None = None
    acknowledged_at: datetime | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.name


def changes_of(row: AuditEvent) -> Iterator[EntryChange]:
    """Yield the changes of entries that a row tells of, in the order they were made in."""
    for kind, entry in _told(row):
        yield EntryChange(row.id, row.at, kind, entry, row.author)


def _told(row: AuditEvent) -> Iterator[tuple[ChangeKind, str]]:
    if row.action == "close_line":
        yield from ((ChangeKind.REMOVED, one["id"]) for one in (row.before or {})["entries"])
    for event in events_of(row):
        if event.type is EventType.MATCH_REVERSED:
            yield from ((ChangeKind.REVERSED, entry) for entry in event.data["taken_back"])
        kind = _KINDS.get(event.type)
        if kind is not None:
            yield from ((kind, _id_of(entry)) for entry in event.data["entries"])


def _id_of(entry: dict[str, Any]) -> str:
    return str(entry["id"])


_KINDS: Final = {
    EventType.ENTRY_DRAFTED: ChangeKind.DRAFTED,
    EventType.ENTRY_REMOVED: ChangeKind.REMOVED,
    EventType.ENTRY_VALIDATED: ChangeKind.VALIDATED,
}
