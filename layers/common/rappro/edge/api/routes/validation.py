"""The two decisions about a whole statement: take it in all the same, and validate it."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.records import StatementStatus
from rappro.domain.tasks import TaskKind
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.statements import OverrideInput, StatementOutput
from rappro.edge.api.parameters import CompanyPath, StatementPath
from rappro.edge.api.routes.tasks import Prefer, actor_of, task_answer, wants_task, with_task
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.reads import get_statement
from rappro.use_cases.tasks import begin
from rappro.use_cases.validate_statement import validate_statement

router = new_router()


LINES_AT_ONCE: Final = 2_000
"""Lines of a statement that a request validates itself; a larger one is a task."""

_VALIDATION: Final = documented(
    "validateStatement",
    "Validate a statement",
    "Validates the whole statement (validation du relevé): numbers its entries without a gap,"
    " posts what is left to suspense (compte d'attente) unless skipped, then read-only. More than"
    f" {LINES_AT_ONCE:,} lines are a long work, answered by its task.",
    permission=Permission.VALIDATE,
    tag="statements",
    answer="The statement as it is now",
    may_conflict=True,
)


@router.post(
    "/companies/<company>/statements/<statement>/validation",
    **with_task(_VALIDATION, StatementOutput),
)
def post_validation(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, prefer: Prefer = None
) -> Response[Any]:
    """Validate a statement."""
    found = get_statement(scope.ports, scope.tenant, company, statement)
    is_large = found.line_count > LINES_AT_ONCE
    if found.status is not StatementStatus.VALIDATED and (is_large or wants_task(prefer)):
        said = {"statement": statement}
        once = f"{found.run_number}/{found.version}"
        task = begin(actor_of(scope), TaskKind.VALIDATION, said, total=found.line_count, once=once)
        return task_answer(scope, task)
    validated = validate_statement(scope.ports, scope.tenant, company, statement, scope.author)
    return Response(
        status_code=200,
        content_type="application/json",
        body=StatementOutput.of(validated).model_dump(mode="json"),
    )


@router.post(
    "/companies/<company>/statements/<statement>/override",
    **documented(
        "overrideQuarantine",
        "Take a quarantined statement in",
        "Takes a quarantined statement (relevé en quarantaine) in all the same, for a reason that"
        " is kept with its author; the findings (constats) stay.",
        permission=Permission.IMPORT,
        tag="statements",
        answer="The statement as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_override(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, body: OverrideInput
) -> StatementOutput:
    """Override a quarantine."""
    accepted = override_quarantine(
        scope.ports, scope.tenant, company, statement, body.reason, scope.author
    )
    return StatementOutput.of(accepted)
