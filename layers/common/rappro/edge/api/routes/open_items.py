"""Open items (échéances)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.domain.ids import ThirdPartyId
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.books import OpenItemOutput, OpenItemPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, OpenItemPath, OptionalKey
from rappro.use_cases import reads

router = new_router()


@router.get(
    "/companies/<company>/open-items",
    **documented(
        "listOpenItems",
        "List the unsettled open items",
        "Unsettled invoices, credit notes and prepayments (échéances), by due date; of one third"
        " party (tiers) when named. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="books",
        answer="One page of open items",
    ),
)
def list_open_items(
    scope: ScopeGiven,
    company: CompanyPath,
    third_party: Annotated[OptionalKey, Query(description="a third party's id")] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> OpenItemPage:
    """List unsettled open items."""
    party = None if third_party is None else ThirdPartyId(third_party)

    def read(count: int) -> OpenItemPage:
        page = reads.list_open_items(
            scope.ports, scope.tenant, company, third_party=party, limit=count, cursor=cursor
        )
        items = [OpenItemOutput.of(item, scope.currency) for item in page.items]
        return OpenItemPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/open-items/<open_item>",
    **documented(
        "getOpenItem",
        "Get an open item",
        "One open item (échéance), settled or not.",
        permission=Permission.READ,
        tag="books",
        answer="The open item",
    ),
)
def get_open_item(
    scope: ScopeGiven, company: CompanyPath, open_item: OpenItemPath
) -> OpenItemOutput:
    """Get an open item."""
    found = reads.get_open_item(scope.ports, scope.tenant, company, open_item)
    return OpenItemOutput.of(found, scope.currency)
