"""Long work that a person asked for (tâche): what is to be done, how far it is, how it ended.

What the works do is use_cases/tasks.py's business; nothing here does anything.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from rappro.domain.frozen import dataclass


class TaskKind(StrEnum):
    """Every work that there is; the names of its arguments stand beside it."""

    VALIDATION = "validation"  # statement
    FEC_EXPORT = "fec_export"  # fiscal_year
    JOURNAL_EXPORT = "journal_export"  # first, last, journal, drafts
    UNDO = "undo"  # matches
    CONFIRMATION = "confirmation"  # matches
    EXCHANGE_SEND = "exchange_send"  # link, purpose, comment, documents, fiscal_year
    EXCHANGE_PREVIEW = "exchange_preview"  # archive, modules
    EXCHANGE_APPLY = "exchange_apply"  # archives, modules
    EXCHANGE_UNDO = "exchange_undo"  # archive


class TaskState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


_OVER: Final = frozenset({TaskState.DONE, TaskState.FAILED})


@dataclass(frozen=True, slots=True)
class Task:
    """One long work and its author. `result` is JSON, by kind; `error_*` say why it failed.

    `total` is how many parts it has, when that is known, `done` how many of them are behind it.
    """

    id: str
    kind: TaskKind
    arguments: dict[str, Any]
    author: str
    created_at: datetime
    state: TaskState = TaskState.WAITING
    attempts: int = 0
    done: int = 0
    total: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    result: dict[str, Any] | None = None
    error_code: str | None = None
    error_detail: str | None = None
    execution: str | None = None
    version: int = 0

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_over(self) -> bool:
        """Say whether it ended, one way or the other."""
        return self.state in _OVER

    def begun(self, at: datetime) -> Task:
        """Return the task as another attempt at it begins."""
        first = self.started_at or at
        return replace(self, state=TaskState.RUNNING, started_at=first, attempts=self.attempts + 1)

    def ended(self, at: datetime, result: dict[str, Any]) -> Task:
        """Return the task, done."""
        return replace(
            self, state=TaskState.DONE, ended_at=at, result=result, done=self.total or self.done
        )

    def failed(self, at: datetime, code: str, detail: str) -> Task:
        """Return the task with what it failed of."""
        return replace(
            self, state=TaskState.FAILED, ended_at=at, error_code=code, error_detail=detail
        )
