"""Long works (tâches), what begins one, and matches that are dealt with in batches."""

from __future__ import annotations

from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Header

from rappro.domain.access import Permission
from rappro.domain.tasks import Task, TaskKind
from rappro.edge.api.caller import Scope, ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.tasks import (
    FecInput,
    JournalExportInput,
    MatchBatchInput,
    MatchBatchOutput,
    TaskOutput,
    TaskPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, TaskPath
from rappro.use_cases import tasks
from rappro.use_cases.access import permissions_of
from rappro.use_cases.acting import Actor
from rappro.use_cases.match_batches import (
    MATCHES_AT_ONCE,
    BatchAction,
    act_on_matches,
    matches_of,
)

router = new_router()

Prefer = Annotated[
    str | None,
    Header(
        alias="prefer",
        max_length=200,
        description="`respond-async`: answer 202 with a task, however small the work is",
    ),
]
_ASYNC: Final = "respond-async"


def wants_task(prefer: str | None) -> bool:
    """Say whether a caller asks for a task rather than wait (RFC 7240)."""
    return prefer is not None and _ASYNC in {part.strip() for part in prefer.lower().split(",")}


def with_task(arguments: dict[str, Any], answer: type[Any]) -> dict[str, Any]:
    """Return a route's arguments with the other way it answers: 202 and the task."""
    arguments["responses"][200]["content"] = {"application/json": {"model": answer}}
    arguments["responses"][202] = {
        "description": "It goes on as a long work: poll the task",
        "content": {"application/json": {"model": TaskOutput}},
    }
    return arguments


def task_answer(scope: Scope, task: Task) -> Response[Any]:
    """Answer that a long work goes on."""
    return Response(
        status_code=202,
        content_type="application/json",
        body=TaskOutput.of(task, None).model_dump(mode="json"),
        headers={"Location": f"/v1/companies/{scope.company.id}/tasks/{task.id}"},
    )


def actor_of(scope: Scope) -> Actor:
    """Return who acts."""
    return Actor(scope.ports, scope.tenant, scope.company.id, scope.author)


@router.get(
    "/companies/<company>/tasks",
    **documented(
        "listTasks",
        "List the long works",
        "Long works (tâches) of the company, newest first. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="books",
        answer="One page of tasks",
    ),
)
def list_tasks(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> TaskPage:
    """List long works."""

    def read(count: int) -> TaskPage:
        page = tasks.list_tasks(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        return TaskPage(items=[_shown(scope, task) for task in page.items], next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/tasks/<task>",
    **documented(
        "getTask",
        "Get a long work",
        "One long work (tâche): how far it is, and its result or its problem once it ended. Poll"
        " it every few seconds.",
        permission=Permission.READ,
        tag="books",
        answer="The task",
    ),
)
def get_task(scope: ScopeGiven, company: CompanyPath, task: TaskPath) -> TaskOutput:
    """Get a long work."""
    return _shown(scope, tasks.get_task(scope.ports, scope.tenant, company, task))


def _shown(scope: Scope, task: Task) -> TaskOutput:
    may_take = Permission.EXCHANGE in permissions_of(scope.ports, scope.access)
    link = None
    if may_take:  # as for the export itself: whoever only reads sees that there is one
        link = tasks.file_link(scope.ports, scope.tenant, scope.company.id, task)
    return TaskOutput.of(task, link)


@router.post(
    "/companies/<company>/fec",
    **documented(
        "startFecExport",
        "Export a large FEC",
        "Writes the FEC of a fiscal year (fichier des écritures comptables) as a long work: up to"
        " two million lines. The task leads to the file.",
        permission=Permission.EXCHANGE,
        tag="books",
        answer="The task",
        status=202,
        has_body=True,
    ),
)
def post_fec(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: FecInput,
) -> TaskOutput:
    """Begin the export of a FEC."""
    said = {"fiscal_year": body.fiscal_year}
    return TaskOutput.of(tasks.begin(actor_of(scope), TaskKind.FEC_EXPORT, said), None)


@router.post(
    "/companies/<company>/journal-export",
    **documented(
        "startJournalExport",
        "Export many journal entries",
        "Writes the entries (écritures) of a period as CSV as a long work: up to two million lines."
        " The task leads to the file.",
        permission=Permission.EXCHANGE,
        tag="books",
        answer="The task",
        status=202,
        has_body=True,
    ),
)
def post_journal_export(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: JournalExportInput,
) -> TaskOutput:
    """Begin the export of journals."""
    begun = tasks.begin(actor_of(scope), TaskKind.JOURNAL_EXPORT, body.arguments())
    return TaskOutput.of(begun, None)


_UNDO: Final = documented(
    "undoMatches",
    "Undo many matches",
    "Undoes matches (annulation de rapprochements), named by id or by lines, each for itself: one"
    f" that cannot be undone stops no other. More than {MATCHES_AT_ONCE} are a long work.",
    permission=Permission.UNDO_MATCH,
    tag="matches",
    answer="What became of each match",
    has_body=True,
)
_CONFIRM: Final = documented(
    "confirmMatches",
    "Confirm many matches",
    "Confirms matches (rapprochements) that wait for it, named by id or by lines, each for itself."
    f" More than {MATCHES_AT_ONCE} are a long work.",
    permission=Permission.MATCH,
    tag="matches",
    answer="What became of each match",
    has_body=True,
)


@router.post("/companies/<company>/matches/undo", **with_task(_UNDO, MatchBatchOutput))
def post_undo(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: MatchBatchInput,
    prefer: Prefer = None,
) -> Response[Any]:
    """Undo many matches."""
    return _batch(scope, BatchAction.UNDO, body, prefer)


@router.post("/companies/<company>/matches/confirmation", **with_task(_CONFIRM, MatchBatchOutput))
def post_confirmation(
    scope: ScopeGiven,
    company: CompanyPath,  # noqa: ARG001 - the scope has entered it
    body: MatchBatchInput,
    prefer: Prefer = None,
) -> Response[Any]:
    """Confirm many matches."""
    return _batch(scope, BatchAction.CONFIRM, body, prefer)


_KINDS: Final = {BatchAction.UNDO: TaskKind.UNDO, BatchAction.CONFIRM: TaskKind.CONFIRMATION}


def _batch(
    scope: Scope, action: BatchAction, body: MatchBatchInput, prefer: str | None
) -> Response[Any]:
    actor = actor_of(scope)
    matches = matches_of(actor, body.match_ids(), body.line_keys())
    if wants_task(prefer) or len(matches) > MATCHES_AT_ONCE:
        said = {"matches": list(matches)}
        return task_answer(scope, tasks.begin(actor, _KINDS[action], said, total=len(matches)))
    results = list(act_on_matches(actor, action, matches))
    return Response(
        status_code=200,
        content_type="application/json",
        body=MatchBatchOutput.of(results).model_dump(mode="json"),
    )
