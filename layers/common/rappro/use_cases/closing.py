"""What closing by hand makes of a line, and of an item whose payment is never posted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from rappro.domain.books import OpenItem
from rappro.domain.records import LineRecord, LineStatus

CLOSABLE: Final = frozenset(
    {LineStatus.NOT_VALIDATED, LineStatus.PARTLY_VALIDATED, LineStatus.REVERSED}
)


def closed_line(line: LineRecord) -> LineRecord:
    """Return a line as the closing of its match leaves it; one that is validated stays so."""
    if line.status not in CLOSABLE:
        return line
    return line.moved_to(LineStatus.CLOSED_MANUALLY)


def unnamed(item: OpenItem, gone: Collection[str]) -> OpenItem:
    """Return an item without drafts that are gone among its payments; it stays paid."""
    if not any(entry in gone for entry in item.settled_by):
        return item
    return replace(item, settled_by=tuple(e for e in item.settled_by if e not in gone))
