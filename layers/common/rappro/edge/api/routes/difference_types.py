"""Difference types: by which account a difference is settled through the ledger."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.differences import (
    DifferenceTypeInput,
    DifferenceTypeOutput,
    DifferenceTypePage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, DifferenceTypePath, Limit
from rappro.use_cases import difference_types

router = new_router()


@router.get(
    "/companies/<company>/difference-types",
    **documented(
        "listDifferenceTypes",
        "List the difference types",
        "The company's difference types (types d'écart de règlement), by code: its own, and the"
        " defaults on the accounts of its settings.",
        permission=Permission.READ,
        tag="books",
        answer="One page of difference types",
    ),
)
def list_difference_types(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> DifferenceTypePage:
    """List difference types."""

    def read(count: int) -> DifferenceTypePage:
        page = difference_types.list_difference_types(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [DifferenceTypeOutput.of(one) for one in page.items]
        return DifferenceTypePage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/difference-types/<difference_type>",
    **documented(
        "saveDifferenceType",
        "Create or change a difference type",
        "Creates the difference type (type d'écart), or changes what is given; with the code of a"
        " default, it takes that one's place. Entries that were made with it keep their account.",
        permission=Permission.SETTINGS,
        tag="books",
        answer="The difference type as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_difference_type(
    scope: ScopeGiven,
    company: CompanyPath,
    difference_type: DifferenceTypePath,
    body: DifferenceTypeInput,
) -> DifferenceTypeOutput:
    """Create or change a difference type."""
    stored = difference_types.find_difference_type(
        scope.ports, scope.tenant, company, difference_type
    )
    wanted = body.applied_to(stored, difference_type)
    saved = difference_types.save_difference_type(
        scope.ports, scope.tenant, company, wanted, scope.author
    )
    return DifferenceTypeOutput.of(saved)


@router.get(
    "/companies/<company>/difference-types/<difference_type>",
    **documented(
        "getDifferenceType",
        "Get a difference type",
        "One difference type (type d'écart).",
        permission=Permission.READ,
        tag="books",
        answer="The difference type",
    ),
)
def get_difference_type(
    scope: ScopeGiven, company: CompanyPath, difference_type: DifferenceTypePath
) -> DifferenceTypeOutput:
    """Get a difference type."""
    found = difference_types.get_difference_type(
        scope.ports, scope.tenant, company, difference_type
    )
    return DifferenceTypeOutput.of(found)


@router.delete(
    "/companies/<company>/difference-types/<difference_type>",
    **documented(
        "deleteDifferenceType",
        "Delete a difference type",
        "Deletes a difference type (type d'écart) of the company's own. Refused while a match was"
        " settled by it, and for a default.",
        permission=Permission.SETTINGS,
        tag="books",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_difference_type(
    scope: ScopeGiven, company: CompanyPath, difference_type: DifferenceTypePath
) -> Response[None]:
    """Delete a difference type."""
    difference_types.delete_difference_type(
        scope.ports, scope.tenant, company, difference_type, scope.author
    )
    return Response(status_code=204)
