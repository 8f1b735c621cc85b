"""Examples of answers that tell of long works and of changes of entries (see examples.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from pydantic import BaseModel

from rappro.domain.books import JournalEntry
from rappro.domain.entry_changes import ChangeConsumer, ChangeKind, EntryChange
from rappro.domain.errors import NotAllowedInState
from rappro.domain.tasks import Task, TaskKind, TaskState
from rappro.edge.api.models import entry_changes, tasks
from rappro.edge.api.sample_ids import ENTRY, MATCH, STATEMENT, TASK
from rappro.use_cases.entry_changes import ChangePage
from rappro.use_cases.match_batches import MatchResult

LISTED: Final = frozenset({"TaskOutput"})
_AT: Final = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)


def answers_of_work(entry: JournalEntry) -> Iterator[BaseModel]:
    """Yield one of each answer; `entry` is the one that the documentation speaks of."""
    change = EntryChange("au_5oaxk2hqzzb7mzqkq4jx2v6c", _AT, ChangeKind.DRAFTED, ENTRY, "engine")
    page = ChangePage(((change, entry),), "eyJjIjo…", has_more=False)
    yield entry_changes.EntryChangesOutput.of(page, "EUR")
    consumer = ChangeConsumer("erp", sequence=1, acknowledged_at=_AT)
    yield entry_changes.ConsumerOutput.of(consumer)
    task = Task(
        TASK, TaskKind.VALIDATION, {"statement": STATEMENT}, "user-1", _AT, TaskState.DONE,
        attempts=1, done=12_000, total=12_000, started_at=_AT, ended_at=_AT,
        result={"statement": STATEMENT},
    )  # fmt: skip
    yield tasks.TaskOutput.of(task, None)
    refused = MatchResult(MATCH, error=NotAllowedInState(f"match {MATCH} is validated"))
    yield tasks.MatchBatchOutput.of([MatchResult("ma_confirmed", is_changed=True), refused])
