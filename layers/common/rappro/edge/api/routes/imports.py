"""The import trace (trace d'import)."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.imports import ImportOutput, ImportPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit
from rappro.use_cases import reads

router = new_router()


@router.get(
    "/companies/<company>/imports",
    **documented(
        "listImports",
        "List the import trace",
        "What came in, what became of it and why (trace d'import), newest first; one row a"
        " statement. The list may lag a moment behind.",
        permission=Permission.READ,
        tag="imports",
        answer="One page of the import trace",
    ),
)
def list_imports(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ImportPage:
    """List the import trace."""

    def read(count: int) -> ImportPage:
        page = reads.list_imports(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        items = [ImportOutput.of(trace) for trace in page.items]
        return ImportPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
