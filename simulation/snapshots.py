"""The in-process store with two more abilities: to be copied quickly, and to tell all it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar, cast

from rappro.adapters.memory import MemoryBlobs, MemoryStore
from rappro.adapters.memory.shelf import Places, Shelf
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Record

D = TypeVar("D")

# The shelf's own dicts are copied: a schedule of some milliseconds cannot build its books anew.
# ruff: noqa: SLF001


class SnapshotStore(MemoryStore):
    """Port Store, from which a world starts again and again."""

    def copy(self) -> SnapshotStore:
        """Return a store that holds the same; records are immutable and shared."""
        other = SnapshotStore()
        for scope, shelf in self._shelves.items():
            other._shelves[scope] = _copied(shelf)
        return other

    def everything(self, tenant: str, company: str) -> Iterator[Record]:
        """Yield every record of a company, in no order."""
        shelf = self._shelf(tenant, company)
        for kind, records in shelf._records.items():
            for key in records:
                record = shelf.get(kind, key)
                if record is not None:
                    yield record


class DecodedBlobs(MemoryBlobs):
    """Port Blobs, to be copied too; a document that is asked for again is not decoded again."""

    def __init__(self) -> None:
        super().__init__()
        self._decoded: dict[tuple[str, str, str], tuple[bytes, Any]] = {}

    def load_document(self, tenant: TenantId, company: CompanyId, name: str, kind: type[D]) -> D:
        text = self._document(tenant, company, name)
        kept = self._decoded.get((tenant, company, name))
        if kept is None or kept[0] is not text:
            kept = text, super().load_document(tenant, company, name, kind)
            self._decoded[tenant, company, name] = kept
        return cast("D", kept[1])

    def copy(self) -> DecodedBlobs:
        """Return blobs that hold the same; what is kept is bytes, and shared."""
        other = DecodedBlobs()
        other._sources = dict(self._sources)
        other._documents = dict(self._documents)
        return other


def _copied(shelf: Shelf) -> Shelf:
    other = Shelf()
    for kind, records in shelf._records.items():
        other._records[kind] = dict(records)
    for index, by_value in shelf._indexes.items():
        other._indexes[index] = {value: _places(places) for value, places in by_value.items()}
    for name, places in shelf._lists.items():
        other._lists[name] = _places(places)
    for statement, lines in shelf._lines.items():
        other._lines[statement] = dict(lines)
    other.removed_lines = set(shelf.removed_lines)
    return other


def _places(places: Places) -> Places:
    other = Places()
    other.at = dict(places.at)
    return other
