"""Entries (écritures)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.books import EntryOutput, EntryPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    Cursor,
    EntryPath,
    LeftDraftPath,
    Limit,
    OptionalKey,
)
from rappro.use_cases import reads
from rappro.use_cases.delete_draft import delete_draft

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


@router.delete(
    "/companies/<company>/entries/<entry>",
    **documented(
        "deleteEntry",
        "Delete a draft",
        "Deletes a draft entry (écriture au brouillard) that a person made by an action and whose"
        " match was undone: its bank side goes, what it paid is open again. One that is in a match,"
        " validated, or came with the books is refused.",
        permission=Permission.DELETE,
        tag="books",
        answer="It is deleted",
        status=204,
        may_conflict=True,
    ),
)
def delete_entry(scope: ScopeGiven, company: CompanyPath, entry: LeftDraftPath) -> Response[None]:
    """Delete a draft."""
    delete_draft(scope.ports, scope.tenant, company, entry, scope.author)
    return Response(status_code=204)
