"""What the long works do; the same use cases as those of a request, with wider bounds.

Doing a work again gives the same: a validation rolls forward, an export writes the same bytes under
the same hash, a match that is undone already is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from rappro.domain import errors
from rappro.domain.access import Permission
from rappro.domain.bank import Finding
from rappro.domain.ids import MatchId, StatementId
from rappro.domain.tasks import Task, TaskKind
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.use_cases import exchange_works
from rappro.use_cases.access import holding, look_up, require
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import get_company
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.export_journal import JournalChoice, export_journal
from rappro.use_cases.exporting import StoredFile
from rappro.use_cases.match_batches import BatchAction, MatchResult, act_on_matches, match_result
from rappro.use_cases.tasks import TaskRequest, get_task
from rappro.use_cases.validate_statement import validate_statement

ROWS_MAX: Final = 2_000_000
"""Rows of an export that is a task; its parts are sorted on the function's disk."""
FINDINGS_MAX: Final = 100
_STEPS: Final = 20
"""Matches after which a task says how far it is."""
_BROKEN: Final = "internal_error"
_NEEDED: Final = {
    TaskKind.VALIDATION: Permission.VALIDATE,
    TaskKind.FEC_EXPORT: Permission.EXCHANGE,
    TaskKind.JOURNAL_EXPORT: Permission.EXCHANGE,
    TaskKind.UNDO: Permission.UNDO_MATCH,
    TaskKind.CONFIRMATION: Permission.MATCH,
    TaskKind.EXCHANGE_SEND: Permission.EXCHANGE,
    TaskKind.EXCHANGE_PREVIEW: Permission.EXCHANGE,
    TaskKind.EXCHANGE_APPLY: Permission.EXCHANGE,
    TaskKind.EXCHANGE_UNDO: Permission.EXCHANGE,
}
"""What a work needs, as the operation that begins it."""


def perform(ports: Ports, request: TaskRequest) -> None:
    """Do a task, or write down that its machine gave it up; one that is over stays as it is.

    What the books refuse ends the task and is no error. Raises what may be over in a moment.
    """
    task = get_task(ports, request.tenant, request.company, request.task_id)
    if task.is_over:
        return
    actor = Actor(ports, request.tenant, request.company, task.author)
    progress = _Progress(actor, task)
    if request.failure is not None:
        code, detail = _reason(request.failure)
        progress.save(progress.task.failed(ports.clock.now(), code, detail))
        return
    progress.save(task.begun(ports.clock.now()))
    try:
        result = _WORKS[task.kind](_entitled(actor, task), task.arguments, progress)
    except errors.RapproError as error:
        if error.is_retryable:
            raise
        progress.save(progress.task.failed(ports.clock.now(), error.code, error.detail))
    else:
        progress.save(progress.task.ended(ports.clock.now(), result))


def _entitled(actor: Actor, task: Task) -> Actor:
    """Return who acts, while he may: a task outlives the request in which he was asked.

    Raises NotFound, Forbidden; so does each commit once he has lost the permission.
    """
    ports, tenant, company = actor.ports, actor.tenant, actor.company
    found, needed = look_up(ports, tenant, company, actor.author), (_NEEDED[task.kind],)
    require(ports, found, company, needed)
    return replace(actor, ports=holding(ports, tenant, found, company, needed))


def _reason(failure: str) -> tuple[str, str]:
    """Return the code and words of an error, by its class; of one that is not ours, neither."""
    kind = getattr(errors, failure, None)
    if isinstance(kind, type) and issubclass(kind, errors.RapproError):
        return kind.code, "it could not be done, however often it was tried"
    return _BROKEN, "the work ended unexpectedly; the error is logged under the task's id"


@dataclass(slots=True)
class _Progress:
    """The record of a task while it is done."""

    actor: Actor
    task: Task

    def save(self, after: Task) -> None:
        """Write how far the task is. Raises StoreConflict when somebody else does it."""
        actor = self.actor
        actor.ports.store.commit(actor.tenant, actor.company, [change(self.task, after)])
        self.task = replace(after, version=self.task.version + 1)

    def done(self, count: int) -> None:
        """Say how many parts are behind it, now and then."""
        if count % _STEPS == 0:
            self.save(replace(self.task, done=count))


def _validation(actor: Actor, said: dict[str, Any], _progress: _Progress) -> dict[str, Any]:
    statement = StatementId(said["statement"])
    validate_statement(actor.ports, actor.tenant, actor.company, statement, actor.author)
    return {"statement": statement}


def _fec(actor: Actor, said: dict[str, Any], _progress: _Progress) -> dict[str, Any]:
    company = get_company(actor.ports, actor.tenant, actor.company)
    year = said["fiscal_year"]
    export = export_fec(actor.ports, actor.tenant, company, year, rows_max=ROWS_MAX)
    findings = [_shown(one) for one in export.findings[:FINDINGS_MAX]]
    return {"file": _file(export.file), "rows": export.report.row_count, "findings": findings}


def _journal(actor: Actor, said: dict[str, Any], _progress: _Progress) -> dict[str, Any]:
    company = get_company(actor.ports, actor.tenant, actor.company)
    choice = JournalChoice(
        _day(said["from"]), _day(said["to"]), said["journal"], has_drafts=said["drafts"]
    )
    export = export_journal(actor.ports, actor.tenant, company, choice, rows_max=ROWS_MAX)
    return {"file": _file(export.file), "rows": export.row_count}


def _batch(action: BatchAction) -> _Work:
    def work(actor: Actor, said: dict[str, Any], progress: _Progress) -> dict[str, Any]:
        matches = [MatchId(each) for each in said["matches"]]
        results: list[MatchResult] = []
        for result in act_on_matches(actor, action, matches):
            results.append(result)
            progress.done(len(results))
        return {"matches": [match_result(one) for one in results]}

    return work


def _exchange(work: Callable[[Actor, Task], dict[str, Any]]) -> _Work:
    return lambda actor, _said, progress: work(actor, progress.task)


def _file(file: StoredFile) -> dict[str, Any]:
    return {"name": file.name, "sha256": file.sha256, "size_bytes": file.size_bytes}


def _shown(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code, "severity": finding.severity.value, "message": finding.message,
        "position": finding.position,
    }  # fmt: skip


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


_Work = Callable[[Actor, dict[str, Any], _Progress], dict[str, Any]]
_WORKS: Final[dict[TaskKind, _Work]] = {
    TaskKind.VALIDATION: _validation,
    TaskKind.FEC_EXPORT: _fec,
    TaskKind.JOURNAL_EXPORT: _journal,
    TaskKind.UNDO: _batch(BatchAction.UNDO),
    TaskKind.CONFIRMATION: _batch(BatchAction.CONFIRM),
    TaskKind.EXCHANGE_SEND: _exchange(exchange_works.send_books),
    TaskKind.EXCHANGE_PREVIEW: _exchange(exchange_works.preview_archive),
    TaskKind.EXCHANGE_APPLY: _exchange(exchange_works.apply_archives),
    TaskKind.EXCHANGE_UNDO: _exchange(exchange_works.undo_archive),
}
