"""Bank connections (connexions bancaires)."""

from __future__ import annotations

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.feeds import (
    ConnectionInput,
    ConnectionOutput,
    ConnectionPage,
    FeedRunOutput,
    FeedRunPage,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, ConnectionPath, Cursor, Limit
from rappro.use_cases import feeds, reads

router = new_router()


@router.get(
    "/companies/<company>/connections",
    **documented(
        "listConnections",
        "List the bank connections",
        "The company's bank connections (connexions bancaires), by id.",
        permission=Permission.READ,
        tag="feeds",
        answer="One page of connections",
    ),
)
def list_connections(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> ConnectionPage:
    """List bank connections."""

    def read(count: int) -> ConnectionPage:
        page = reads.list_connections(
            scope.ports, scope.tenant, company, limit=count, cursor=cursor
        )
        items = [ConnectionOutput.of(connection) for connection in page.items]
        return ConnectionPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/connections/<connection>",
    **documented(
        "saveConnection",
        "Create or change a bank connection",
        "Creates the bank connection (connexion bancaire) and its schedule, or changes what is"
        " given. Intervals are rounded up to whole minutes.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The connection as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_connection(
    scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath, body: ConnectionInput
) -> ConnectionOutput:
    """Create or change a connection."""
    stored = reads.find_connection(scope.ports, scope.tenant, company, connection)
    wanted = body.applied_to(stored, connection)
    saved = feeds.save_connection(scope.ports, scope.tenant, company, wanted, scope.author)
    return ConnectionOutput.of(saved)


@router.get(
    "/companies/<company>/connections/<connection>",
    **documented(
        "getConnection",
        "Get a bank connection",
        "One bank connection (connexion bancaire), its schedule and state.",
        permission=Permission.READ,
        tag="feeds",
        answer="The connection",
    ),
)
def get_connection(
    scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath
) -> ConnectionOutput:
    """Get a connection."""
    found = feeds.get_connection(scope.ports, scope.tenant, company, connection)
    return ConnectionOutput.of(found)


@router.post(
    "/companies/<company>/connections/<connection>/sync",
    **documented(
        "syncNow",
        "Synchronise a bank connection now",
        "Asks for a synchronisation now (synchroniser maintenant); its outcome is one row of the"
        " connection's log.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The connection; its synchronisation waits in the queue",
        status=202,
    ),
)
def post_sync(
    scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath
) -> ConnectionOutput:
    """Synchronise now."""
    feeds.sync_now(scope.ports, scope.tenant, company, connection)
    found = feeds.get_connection(scope.ports, scope.tenant, company, connection)
    return ConnectionOutput.of(found)


@router.get(
    "/companies/<company>/connections/<connection>/runs",
    **documented(
        "listFeedRuns",
        "List the runs of a bank connection",
        "The connection's log (journal d'exécution), newest first.",
        permission=Permission.READ,
        tag="feeds",
        answer="One page of runs",
    ),
)
def list_runs(
    scope: ScopeGiven,
    company: CompanyPath,
    connection: ConnectionPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> FeedRunPage:
    """List the runs of a connection."""

    def read(count: int) -> FeedRunPage:
        page = reads.list_feed_runs(
            scope.ports, scope.tenant, company, connection, limit=count, cursor=cursor
        )
        items = [FeedRunOutput.of(run) for run in page.items]
        return FeedRunPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)
