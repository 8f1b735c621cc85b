"""Entries (écritures)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.books import EntryOutput, EntryPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, EntryPath, Limit, OptionalKey
from rappro.use_cases import reads

router = new_router()


@router.get(
    "/companies/<company>/entries",
    **documented(
        "listEntries",
        "List the entries",
        "Entries (écritures), drafts (brouillard) included, by date; of one journal when named."
        " The list may lag a moment behind.",
        permission=Permission.READ,
        tag="books",
        answer="One page of entries",
    ),
)
def list_entries(
    scope: ScopeGiven,
    company: CompanyPath,
    journal: Annotated[OptionalKey, Query(description="a journal's code")] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> EntryPage:
    """List entries."""

    def read(count: int) -> EntryPage:
        page = reads.list_entries(
            scope.ports, scope.tenant, company, journal=journal, limit=count, cursor=cursor
        )
        items = [EntryOutput.of(entry, scope.currency) for entry in page.items]
        return EntryPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.get(
    "/companies/<company>/entries/<entry>",
    **documented(
        "getEntry",
        "Get an entry",
        "One entry (écriture) with its lines.",
        permission=Permission.READ,
        tag="books",
        answer="The entry",
    ),
)
def get_entry(scope: ScopeGiven, company: CompanyPath, entry: EntryPath) -> EntryOutput:
    """Get an entry."""
    found = reads.get_entry(scope.ports, scope.tenant, company, entry)
    return EntryOutput.of(found, scope.currency)
