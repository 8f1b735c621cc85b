"""What the application of an archive changes, kept so that it can be finished, and taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from typing import Any, Final

from rappro.domain.books import (
    BankEntry,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    ThirdParty,
)
from rappro.domain.exchange.model import BOOKS, BookRecord, Conflict, Tally
from rappro.domain.frozen import dataclass

_FIELDS: Final = {name: name.removesuffix(".jsonl") for name in BOOKS}
PART_OF: Final[dict[type[Any], str]] = {kind: name for name, kind in BOOKS.items()}


@dataclass(frozen=True, slots=True)
class Records:
    """Records of books, by their parts."""

    accounts: tuple[LedgerAccount, ...] = ()
    journals: tuple[Journal, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    templates: tuple[EntryTemplate, ...] = ()
    entries: tuple[JournalEntry, ...] = ()
    open_items: tuple[OpenItem, ...] = ()
    bank_entries: tuple[BankEntry, ...] = ()

    def of(self, part: str) -> tuple[BookRecord, ...]:
        """Return the records of a part."""
        found: tuple[BookRecord, ...] = getattr(self, _FIELDS[part])
        return found

    def __iter__(self) -> Iterator[BookRecord]:
        for part in BOOKS:
            yield from self.of(part)


def records_of(found: Iterable[BookRecord]) -> Records:
    """Return records, sorted out by their parts."""
    by_part: dict[str, list[BookRecord]] = {}
    for one in found:
        by_part.setdefault(_FIELDS[PART_OF[type(one)]], []).append(one)
    return replace(Records(), **{name: tuple(each) for name, each in by_part.items()})  # type: ignore[arg-type]  # each of its own part


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What one application changes: `before` and `after` of what was there, keys of what is new.

    What is in `before` and not in `after` goes.
    """

    id: str
    before: Records = Records()
    after: Records = Records()
    created: dict[str, tuple[str, ...]] = field(default_factory=dict)
    counts: dict[str, Tally] = field(default_factory=dict)
    documents: int = 0

    def touches(self) -> list[tuple[BookRecord, BookRecord | None]]:
        """Return what changes or goes, with what it becomes."""
        after = {(type(one), one.key): one for one in self.after}
        return [(one, after.get((type(one), one.key))) for one in self.before]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What applying an archive would do: the plan, some of what it changes, what stands against."""

    plan: UnitPlan
    conflicts: tuple[Conflict, ...] = ()
    shown: Sequence[tuple[str, str, str]] = ()  # part, key, what happens to it


def plan_name(unit: str) -> str:
    """Return the document name of a unit's plan."""
    return f"exchange/{unit}/plan"
