"""The two decisions about a whole statement: take it in all the same, and validate it."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.models.statements import OverrideInput, StatementOutput
from rappro.edge.api.parameters import CompanyPath, StatementPath
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.validate_statement import validate_statement

router = new_router()


@router.post(
    "/companies/<company>/statements/<statement>/validation",
    **documented(
        "validateStatement",
        "Validate a statement",
        "Validates the whole statement (validation du relevé): numbers its entries without a gap,"
        " posts what is left to suspense (compte d'attente) unless skipped, then read-only.",
        permission=Permission.VALIDATE,
        tag="statements",
        answer="The statement as it is now",
        may_conflict=True,
    ),
)
def post_validation(
    scope: ScopeGiven, company: CompanyPath, statement: StatementPath
) -> StatementOutput:
    """Validate a statement."""
    validated = validate_statement(scope.ports, scope.tenant, company, statement, scope.author)
    return StatementOutput.of(validated)


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
