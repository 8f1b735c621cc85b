"""The records of one company with their indexes, as plain dicts; no lock, no check lives here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from itertools import takewhile
from typing import Any, Final

from rappro.adapters import codec
from rappro.adapters.indexing import Index, Listing, entries_of, listed_of
from rappro.domain.ids import StatementId
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
)
from rappro.domain.tasks import Task
from rappro.domain.writes import (
    Record,
)

Kind = type[Any]  # a class of records.Record; mypy knows no better name for one of many
Identity = tuple[Kind, str]

_WITH_DICTS: Final = (AuditEvent, BooksLoad, StatementRecord, Task)
"""Kinds that hold a dict: kept as bytes, so that nobody changes what is stored by holding it."""


class Places:
    """Positions in one index or list and what stands there; sorted when it is read in order."""

    __slots__ = ("_order", "at")

    def __init__(self) -> None:
        self.at: dict[str, Identity] = {}
        self._order: list[str] | None = None

    def put(self, position: str, identity: Identity) -> None:
        if position not in self.at:
            self._order = None
        self.at[position] = identity

    def drop(self, position: str) -> None:
        if self.at.pop(position, None) is not None:
            self._order = None

    def after(self, position: str | None, count: int | None = None) -> list[str]:
        """Return the next `count` positions past one, or all of them."""
        if self._order is None:
            self._order = sorted(self.at)
        start = 0 if position is None else bisect_right(self._order, position)
        return self._order[start : None if count is None else start + count]

    def before(self, position: str | None, count: int) -> list[str]:
        """Return `count` positions before one, or from the end, backwards."""
        order = self.after(None)
        end = len(order) if position is None else bisect_left(order, position)
        return order[max(0, end - count) : end][::-1]

    def starting(self, prefix: str) -> Places:
        """Return the places whose position starts with a prefix; they are found in order."""
        part = Places()
        ordered = self.after(None)
        first = bisect_left(ordered, prefix)
        part._order = list(takewhile(lambda each: each.startswith(prefix), ordered[first:]))
        part.at = {position: self.at[position] for position in part._order}
        return part

    def identities(self) -> list[Identity]:
        """Return what stands here, in order of position."""
        return [self.at[position] for position in self.after(None)]


class Shelf:
    """All records of one company."""

    def __init__(self) -> None:
        self._records: dict[Kind, dict[str, Record | bytes]] = defaultdict(dict)
        self._indexes: dict[Index, dict[str, Places]] = {index: {} for index in Index}
        self._lists: dict[tuple[Listing, str], Places] = defaultdict(Places)
        self._lines: dict[StatementId, dict[int, str]] = defaultdict(dict)
        self.removed_lines: set[str] = set()  # by commit: no load brings them back

    def get(self, kind: Kind, key: str) -> Record | None:
        kept = self._records[kind].get(key) if kind in self._records else None
        if isinstance(kept, bytes):
            record: Record = codec.load(kind, kept)
            return record
        return kept

    def all(self, kind: Kind) -> list[Record]:
        found = (self.get(kind, key) for key in sorted(self._records.get(kind, ())))
        return [record for record in found if record is not None]

    def put(self, record: Record) -> None:
        """Keep a record over what was there, with its index entries and places in lists."""
        kind, key = type(record), record.key
        identity = (kind, key)
        self.drop(kind, key)
        self._records[kind][key] = codec.dump(record) if isinstance(record, _WITH_DICTS) else record
        for entry in entries_of(record):
            by_value = self._indexes[entry.by]
            places = by_value.get(entry.value)
            if places is None:
                places = by_value[entry.value] = Places()
            places.put(entry.position, identity)
        for listed in listed_of(record):
            self._lists[listed.by, listed.value].put(listed.position, identity)
        if isinstance(record, LineRecord):
            self._lines[record.statement_id][record.line.position] = key

    def drop(self, kind: Kind, key: str) -> None:
        """Forget a record and every entry of it, if it is there."""
        record = self.get(kind, key)
        if record is None:
            return
        del self._records[kind][key]
        for entry in entries_of(record):
            by_value = self._indexes[entry.by]
            by_value[entry.value].drop(entry.position)
            if not by_value[entry.value].at:
                del by_value[entry.value]
        for listed in listed_of(record):
            self._lists[listed.by, listed.value].drop(listed.position)
        if isinstance(record, LineRecord):
            self._lines[record.statement_id].pop(record.line.position, None)

    def line_keys(self, statement: StatementId, after: int) -> list[str]:
        """Return the keys of a statement's lines past a position, in order of position."""
        lines = self._lines.get(statement, {})
        return [lines[position] for position in sorted(lines) if position > after]

    def identities(self, index: Index, value: str) -> list[Identity]:
        """Return what an index holds under a value, in order."""
        places = self._indexes[index].get(value)
        return [] if places is None else places.identities()

    def every_identity(self, index: Index) -> Iterator[Identity]:
        """Yield what an index holds under any value; one record may come more than once."""
        for places in self._indexes[index].values():
            yield from places.at.values()

    def places(self, index: Index, value: str) -> Places:
        """Return the places under a value of an index, to read a part of them."""
        return self._indexes[index].get(value) or Places()

    def listed(self, listing: Listing, value: str) -> Places:
        """Return the places of a list."""
        return self._lists.get((listing, value)) or Places()
