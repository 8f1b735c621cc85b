"""Statements made by hand (création manuelle), and deleting what was created twice."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.manual import ManualLinesInput, ManualStatementInput
from rappro.edge.api.models.statements import StatementOutput
from rappro.edge.api.parameters import CompanyPath, PositionPath, StatementPath
from rappro.use_cases import reads
from rappro.use_cases.delete_line import delete_line
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.manual_statement import add_lines, create_statement

router = new_router()

_CREATION: Final[dict[str, Any]] = documented(
    "createStatement",
    "Make a statement by hand",
    "Takes in a statement (relevé) that a person enters, by the same way as a bank's file:"
    " controls, lines known from other statements, quarantine, trace and run. The same again is"
    " answered with the first statement.",
    permission=Permission.IMPORT,
    tag="statements",
    answer="The new statement",
    status=201,
    has_body=True,
    may_conflict=True,
)
_CREATION["responses"][200] = {"description": "The statement that was made of the same before"}


@router.post("/companies/<company>/statements", **_CREATION)
def post_statement(
    scope: ScopeGiven, company: CompanyPath, body: ManualStatementInput
) -> Response[StatementOutput]:
    """Make a statement by hand."""
    journal = reads.get_journal(scope.ports, scope.tenant, company, body.journal)
    statement, is_new = create_statement(
        scope.ports, scope.tenant, company, body.statement(journal.currency), scope.author,
        profile=body.import_profile,
    )  # fmt: skip
    return Response(
        status_code=201 if is_new else 200,
        content_type="application/json",
        body=StatementOutput.of(statement),
    )


@router.post(
    "/companies/<company>/statements/<statement>/lines",
    **documented(
        "addLines",
        "Add lines to a statement made by hand",
        "Adds lines (lignes de relevé) to a statement that was made by hand and is not validated;"
        " its totals and its balance are controlled again.",
        permission=Permission.MODIFY,
        tag="statements",
        answer="The statement as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def post_lines(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, body: ManualLinesInput
) -> StatementOutput:
    """Add lines."""
    currency = reads.get_statement(scope.ports, scope.tenant, company, statement).currency
    grown = add_lines(
        scope.ports, scope.tenant, company, statement, body.added(currency), scope.author,
        version=body.version,
    )  # fmt: skip
    return StatementOutput.of(grown)


@router.delete(
    "/companies/<company>/statements/<statement>",
    **documented(
        "deleteStatement",
        "Delete a statement",
        "Deletes a statement (relevé) that was created twice: none of its lines may be matched, and"
        " no connector made it. Its file may be dropped again; the trace and the audit trail stay.",
        permission=Permission.DELETE,
        tag="statements",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def remove_statement(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath
) -> Response[None]:
    """Delete a statement."""
    delete_statement(scope.ports, scope.tenant, company, statement, scope.author)
    return Response(status_code=204)


@router.delete(
    "/companies/<company>/statements/<statement>/lines/<position>",
    **documented(
        "deleteLine",
        "Delete a line",
        "Deletes an unmatched line (ligne de relevé) that was created twice; the statement's"
        " figures and the audit trail keep what it was.",
        permission=Permission.MODIFY,
        tag="statements",
        answer="The statement as it is now",
        may_conflict=True,
    ),
)
def remove_line(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath, position: PositionPath
) -> StatementOutput:
    """Delete a line."""
    left = delete_line(scope.ports, scope.tenant, company, statement, position, scope.author)
    return StatementOutput.of(left)
