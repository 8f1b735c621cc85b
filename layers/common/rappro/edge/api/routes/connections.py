"""Bank connections (connexions bancaires)."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.feeds import (
    BankChoiceInput,
    ConnectionInput,
    ConnectionOutput,
    ConnectionPage,
    FeedRunOutput,
    FeedRunPage,
    LinkInput,
    LinkOutput,
    ProbeOutput,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import (
    CompanyPath,
    ConnectionPath,
    Cursor,
    Limit,
    OpenConnectionPath,
)
from rappro.use_cases import feed_binding, feed_connections, feed_linking, reads

router = new_router()


@router.get(
    "/companies/<company>/connections",
    **documented(
        "listConnections",
        "List the bank connections",
        "The company's bank connections (connexions bancaires), by id; removed ones are not shown.",
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
        now = scope.ports.clock.now()
        items = [ConnectionOutput.of(one, now) for one in page.items]
        return ConnectionPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/connections/<connection>",
    **documented(
        "saveConnection",
        "Create or change a bank connection",
        "Creates the bank connection (connexion bancaire) and its schedule, or changes what is"
        " given. Intervals are rounded up to whole minutes; below 21,600 seconds the answer warns."
        " A schedule begins after the start delay and a part of its interval that is the"
        " connection's own.",
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
    saved = feed_connections.save_connection(
        scope.ports, scope.tenant, company, wanted, scope.author
    )
    return ConnectionOutput.of(saved, scope.ports.clock.now())


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
    return _shown(scope, company, connection)


@router.delete(
    "/companies/<company>/connections/<connection>",
    **documented(
        "removeConnection",
        "Remove a bank connection",
        "Removes the bank (supprimer la banque) with all its accounts at the provider, the schedule"
        " and the credentials. What was fetched and the statements stay. A removed id is not used"
        " again.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="It is removed",
        status=204,
        may_conflict=True,
        asks_provider=True,
    ),
)
def delete_connection(
    scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath
) -> Response[None]:
    """Remove a connection."""
    feed_connections.remove_connection(scope.ports, scope.tenant, company, connection, scope.author)
    return Response(204)


@router.post(
    "/companies/<company>/connections/<connection>/test",
    **documented(
        "testConnection",
        "Test a bank connection",
        "Asks the provider for the connection's state now (tester la connexion); nothing changes."
        " Where a link alone does not say which bank is meant, the banks to choose from are named.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="What the provider says",
    ),
)
def post_test(scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath) -> ProbeOutput:
    """Test a connection."""
    return ProbeOutput.of(feed_connections.probe(scope.ports, scope.tenant, company, connection))


@router.post(
    "/companies/<company>/connections/<connection>/link",
    **documented(
        "makeBankLink",
        "Make a link to connect or repair a bank",
        "Makes a page at the provider (lien à usage unique) that is opened or sent, once, within an"
        " hour: there the user connects the bank, or renews and repairs it. The link before is"
        " worth nothing from then on.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The link, told this once",
        status=201,
        has_body=True,
        may_conflict=True,
        asks_provider=True,
    ),
)
def post_link(
    scope: ScopeGiven, company: CompanyPath, connection: ConnectionPath, body: LinkInput
) -> LinkOutput:
    """Make a link."""
    wanted = body.wanted(scope.ports.providers.nonce())
    return LinkOutput.of(feed_linking.make_link(
        scope.ports, scope.tenant, company, connection, wanted=wanted, author=scope.author
    ))  # fmt: skip


@router.post(
    "/companies/<company>/connections/<connection>/bank",
    **documented(
        "chooseBank",
        "Choose the bank of a connection",
        "Takes one of the banks (choisir la banque) that the test of a connection names, where its"
        " access opens several of them.",
        permission=Permission.FEEDS,
        tag="feeds",
        answer="The connection as it is now",
        has_body=True,
        may_conflict=True,
        asks_provider=True,
    ),
)
def post_bank(
    scope: ScopeGiven, company: CompanyPath, connection: OpenConnectionPath, body: BankChoiceInput
) -> ConnectionOutput:
    """Choose a bank."""
    found = feed_binding.choose_bank(
        scope.ports, scope.tenant, company, connection, ref=body.ref, author=scope.author
    )
    scope.ports.feeds.enqueue_sync(scope.tenant, company, connection)
    return ConnectionOutput.of(found, scope.ports.clock.now())


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
    feed_connections.sync_now(scope.ports, scope.tenant, company, connection)
    return _shown(scope, company, connection)


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


def _shown(scope: ScopeGiven, company: CompanyPath, connection: str) -> ConnectionOutput:
    found = feed_connections.get_connection(scope.ports, scope.tenant, company, connection)
    return ConnectionOutput.of(found, scope.ports.clock.now())
