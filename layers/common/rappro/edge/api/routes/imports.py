"""The import trace (trace d'import)."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.imports import ImportOutput, ImportPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, OptionalKey
from rappro.use_cases import reads

router = new_router()


@router.get(
    "/companies/<company>/imports",
    **documented(
        "listImports",
        "List the import trace",
        "What came in, what became of it and why (trace d'import), newest first; one row a"
        " statement; of one dropped file when its version is named. The list may lag a moment"
        " behind.",
        permission=Permission.READ,
        tag="imports",
        answer="One page of the import trace",
    ),
)
def list_imports(
    scope: ScopeGiven,
    company: CompanyPath,
    object_version: Annotated[
        OptionalKey, Query(description="the version of the dropped object")
    ] = None,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ImportPage:
    """List the import trace."""

    def read(count: int) -> ImportPage:
        page = reads.list_imports(
            scope.ports, scope.tenant, company,
            object_version=object_version, limit=count, cursor=cursor,
        )  # fmt: skip
        items = [ImportOutput.of(trace) for trace in page.items]
        return ImportPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
