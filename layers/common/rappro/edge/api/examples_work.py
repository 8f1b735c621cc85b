"""Examples of answers that tell of long works and of changes of entries (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from rappro.domain.books import JournalEntry
from rappro.domain.entry_changes import ChangeConsumer, ChangeKind, EntryChange
from rappro.edge.api.models import entry_changes
from rappro.edge.api.sample_ids import ENTRY
from rappro.use_cases.entry_changes import ChangePage

LISTED: Final[frozenset[str]] = frozenset()
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)


def answers_of_work(entry: JournalEntry) -> Iterator[BaseModel]:
    """Yield one of each answer; `entry` is the one that the documentation speaks of."""
    change = EntryChange("au_5oaxk2hqzzb7mzqkq4jx2v6c", _AT, ChangeKind.DRAFTED, ENTRY, "engine")
    page = ChangePage(((change, entry),), "eyJjIjo…", has_more=False)
    yield entry_changes.EntryChangesOutput.of(page, "EUR")
    consumer = ChangeConsumer("erp", sequence=1, acknowledged_at=_AT)
    yield entry_changes.ConsumerOutput.of(consumer)
