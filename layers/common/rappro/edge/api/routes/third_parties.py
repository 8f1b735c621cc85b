"""Third parties (tiers)."""

from __future__ import annotations

from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.domain.books import ThirdParty
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.third_parties import (
    ThirdPartyInput,
    ThirdPartyOutput,
    ThirdPartyPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    Limit,
    ThirdPartyPath,
    UnusedThirdPartyPath,
)
from rappro.use_cases import companies, reads
from rappro.use_cases.in_use import delete_unused

router = new_router()


@router.get(
    "/companies/<company>/third-parties",
    **documented(
        "listThirdParties",
        "List the third parties",
        "The company's customers and suppliers (tiers), by id.",
        permission=Permission.READ,
        tag="companies",
        answer="One page of third parties",
    ),
)
def list_third_parties(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ThirdPartyPage:
    """List third parties."""

    def read(count: int) -> ThirdPartyPage:
        page = reads.list_third_parties(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [ThirdPartyOutput.of(party) for party in page.items]
        return ThirdPartyPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/third-parties/<third_party>",
    **documented(
        "saveThirdParty",
        "Create or change a third party",
        "Creates the third party (tiers), or changes what is given: its name, the texts it shows on"
        " statements (références sur relevé bancaire), IBANs, mandates, payers.",
        permission=Permission.UPDATE_THIRD_PARTY,
        tag="companies",
        answer="The third party as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_third_party(
    scope: ScopeGiven, company: CompanyPath, third_party: ThirdPartyPath, body: ThirdPartyInput
) -> ThirdPartyOutput:
    """Create or change a third party."""
    stored = reads.find_third_party(scope.ports, scope.tenant, company, third_party)
    wanted = body.applied_to(stored, third_party, scope.company)
    saved = companies.save_third_party(scope.ports, scope.tenant, company, wanted, scope.author)
    return ThirdPartyOutput.of(saved)


@router.get(
    "/companies/<company>/third-parties/<third_party>",
    **documented(
        "getThirdParty",
        "Get a third party",
        "One customer or supplier (tiers).",
        permission=Permission.READ,
        tag="companies",
        answer="The third party",
    ),
)
def get_third_party(
    scope: ScopeGiven, company: CompanyPath, third_party: ThirdPartyPath
) -> ThirdPartyOutput:
    """Get a third party."""
    found = reads.get_third_party(scope.ports, scope.tenant, company, third_party)
    return ThirdPartyOutput.of(found)


@router.delete(
    "/companies/<company>/third-parties/<third_party>",
    **documented(
        "deleteThirdParty",
        "Delete a third party",
        "Deletes a third party (tiers) that no entry, open item, bank entry, payment,"
        " lesson or line names.",
        permission=Permission.UPDATE_THIRD_PARTY,
        tag="companies",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_third_party(
    scope: ScopeGiven, company: CompanyPath, third_party: UnusedThirdPartyPath
) -> Response[None]:
    """Delete an unused third party."""
    delete_unused(scope.ports, scope.tenant, company, ThirdParty, third_party, scope.author)
    return Response(HTTPStatus.NO_CONTENT)
