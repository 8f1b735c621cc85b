"""The life of a bank connection: made, changed, scheduled, tested, synchronised, removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from rappro.domain.connectors import ErrorOrigin, FeedState, ProviderConnection
from rappro.domain.errors import (
    ConsentExpired,
    ExternalError,
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    RateLimited,
    StoreConflict,
)
from rappro.domain.feed_schedule import (
    INTERVAL_SECONDS_MAX,
    INTERVAL_SECONDS_MIN,
    START_DELAY_SECONDS_MAX,
    effective_seconds,
    first_run,
    interval_minutes,
    next_run,
)
from rappro.domain.feeds import (
    CREDENTIALS_PER_CONNECTION,
    NOT_CONFIGURED,
    NOT_LINKED,
    BankLink,
    FeedConnection,
    credentials_scope,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import put, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import COMMON, get_company
from rappro.use_cases.feed_access import connector_of, keeper_of

PROVIDERS: Final = ("bridge", "powens", "saltedge", "ponto")
MAIL_TO_MAX: Final = 10
_UNTOLD: Final = frozenset({"link", "version"})
"""Fields that no audit row tells of: what a link is proven by is nobody's business."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a provider says of a connection now; nothing is changed by asking.

    `candidates` are the banks that may be chosen for a connection that has none yet.
    """

    state: str
    provider_code: str | None = None
    origin: ErrorOrigin | None = None
    bank_name: str = ""
    found: ProviderConnection | None = None
    candidates: tuple[ProviderConnection, ...] = ()


def find_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str
) -> FeedConnection | None:
    """Return a connection, if there is one; a removed one too."""
    return ports.store.get(tenant, company, FeedConnection, connection_id)


def get_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str
) -> FeedConnection:
    """Return a connection. Raises NotFound, also for one that was removed."""
    found = find_connection(ports, tenant, company, connection_id)
    if found is None or found.is_removed:
        raise NotFound(f"no connection {connection_id}")
    return found


def save_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection, author: str
) -> FeedConnection:
    """Create or change a connection and its schedule. Raises NotFound, InvalidRequest.

    A schedule begins anew when it is turned on, or its interval or delay changes; else it goes on
    as it was counted. What was removed stays removed.
    """
    get_company(ports, tenant, company)
    _check(connection)
    before = find_connection(ports, tenant, company, connection.id)
    if before is not None and before.is_removed:
        raise NotAllowedInState("the connection was removed; a new one needs another id")
    if before is not None and before.provider != connection.provider and before.is_linked:
        raise NotAllowedInState("a bank is connected: the provider changes with a new connection")
    after = _scheduled(ports, company, before, _started(ports, before, connection))
    saved = commit_connection(
        ports, tenant, company, author, action="save_connection", before=before, after=after
    )
    _save_schedule(ports, tenant, company, saved)
    return saved


def sync_now(ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
    """Ask for a synchronisation now (synchroniser maintenant). Raises NotFound."""
    get_connection(ports, tenant, company, connection_id)
    ports.feeds.enqueue_sync(tenant, company, connection_id)


def probe(ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str) -> Probe:
    """Ask the provider for a connection's state, now (tester la connexion). Raises NotFound."""
    connection = get_connection(ports, tenant, company, connection_id)
    connector = ports.providers.connectors.get(connection.provider)
    if connector is None:
        return Probe(NOT_CONFIGURED)
    keeper = keeper_of(ports, tenant, company, connection)
    try:
        if connection.connection_ref is not None:
            found = connector.connection(keeper, connection.connection_ref)
            return Probe(
                found.state.value, found.provider_code, found.origin, found.bank_name, found
            )  # fmt: skip
        if connection.provider not in CREDENTIALS_PER_CONNECTION:
            return Probe(NOT_LINKED)  # which banks others are connecting is not for this company
        return Probe(NOT_LINKED, candidates=tuple(connector.connections(keeper)))
    except NotFound:
        return Probe(NOT_LINKED)
    except ExternalError as error:
        return Probe(_state_of(error), error.code, ErrorOrigin.PROVIDER_RAPPRO)


def remove_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, author: str
) -> None:
    """Remove a connection: at the provider first, then all that leads to it; a repeat goes on.

    Its accounts, staged transactions and statements stay. Raises NotFound (of a removed one, when
    all is gone), NotAllowedInState
    without the provider's keys, and what the provider's failure raises: then nothing was removed.
    """
    connection = find_connection(ports, tenant, company, connection_id)
    if connection is None:
        raise NotFound(f"no connection {connection_id}")
    if connection.is_linked:
        _remove_at_provider(ports, tenant, company, connection)
    if not connection.is_removed:
        after = replace(connection, is_removed=True, is_on=False, link=None)
        commit_connection(
            ports, tenant, company, author,
            action="remove_connection", before=connection, after=after,
        )  # fmt: skip
    ports.feeds.remove_schedule(tenant, company, connection_id)
    _forget(ports, tenant, company, connection)
    if connection.is_removed:
        raise NotFound(f"no connection {connection_id}")


def commit_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, author: str, *, action: str,
    before: FeedConnection | None, after: FeedConnection,
) -> FeedConnection:  # fmt: skip
    """Keep a connection with its row of the audit trail, and return it as it is kept."""
    was, now = changed(before, after)
    version = (before.version if before else 0) + 1
    row = audit(
        ports.clock.now(), author, action, after.id,
        revision=version, before=_told(was), after=_told(now),
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, after), row])
    return replace(after, version=version)


def _told(side: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if side is None else {k: v for k, v in side.items() if k not in _UNTOLD}


def _check(connection: FeedConnection) -> None:
    if connection.provider not in PROVIDERS:
        raise InvalidRequest(f"provider is one of {', '.join(PROVIDERS)}", position="/provider")
    if not INTERVAL_SECONDS_MIN <= connection.interval_seconds <= INTERVAL_SECONDS_MAX:
        raise InvalidRequest(
            f"{INTERVAL_SECONDS_MIN} to {INTERVAL_SECONDS_MAX} seconds",
            position="/interval_seconds",
        )
    if not 0 <= connection.start_delay_seconds <= START_DELAY_SECONDS_MAX:
        raise InvalidRequest(
            f"0 to {START_DELAY_SECONDS_MAX} seconds", position="/start_delay_seconds"
        )
    if len(connection.mail_to) > MAIL_TO_MAX:
        raise InvalidRequest(f"{MAIL_TO_MAX} addresses at most", position="/mail_to")


def _started(
    ports: Ports, before: FeedConnection | None, connection: FeedConnection
) -> FeedConnection:
    """Return a connection with the state that a new one begins in."""
    if before is not None and before.provider == connection.provider:
        return connection
    has_keys = ports.providers.connectors.get(connection.provider) is not None
    return replace(connection, state=NOT_LINKED if has_keys else NOT_CONFIGURED)


def _scheduled(
    ports: Ports, company: CompanyId, before: FeedConnection | None, connection: FeedConnection
) -> FeedConnection:
    is_same = before is not None and _rhythm(before) == _rhythm(connection)
    if is_same and connection.scheduled_from is not None:
        return connection
    start = first_run(company, connection, ports.clock.now())
    return replace(connection, scheduled_from=start)


def _rhythm(connection: FeedConnection) -> tuple[int, int, bool]:
    return effective_seconds(connection), connection.start_delay_seconds, connection.is_on


def _save_schedule(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> None:
    """Save the schedule from its next run on: a service refuses a start that lies behind."""
    ports.feeds.save_schedule(
        tenant, company, connection.id,
        interval_minutes=interval_minutes(connection.interval_seconds), is_on=connection.is_on,
        starts_at=next_run(connection, ports.clock.now()),
    )  # fmt: skip


def _state_of(error: ExternalError) -> FeedState:
    if isinstance(error, ConsentExpired):
        return FeedState.CONSENT_EXPIRED
    return FeedState.QUOTA if isinstance(error, RateLimited) else FeedState.RETRY_LATER


def _remove_at_provider(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> None:
    """Remove the bank at the provider; one that is gone, or whose consent ended, is removed.

    A grant of its own is ended with its last bank: another connection may have others of it.
    """
    connector = connector_of(ports, connection.provider)
    keeper = keeper_of(ports, tenant, company, connection)
    assert connection.connection_ref is not None
    try:
        connector.delete_connection(keeper, connection.connection_ref)
        is_own = connection.provider in CREDENTIALS_PER_CONNECTION
        if is_own and not connector.connections(keeper):
            connector.delete_user(keeper)
    except (NotFound, ConsentExpired):
        return


def _forget(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> None:  # fmt: skip
    """Remove all that leads to a connection from outside, and its own credentials."""
    provider, routes = connection.provider, ports.providers.routes
    if connection.provider in CREDENTIALS_PER_CONNECTION:
        ports.providers.vault.forget(tenant, provider, credentials_scope(company, connection))
    elif connection.connection_ref is not None:
        routes.forget(tenant, provider, "connection", connection.connection_ref)
    if connection.link is not None:
        routes.forget(tenant, provider, "link", connection.link.nonce_sha256)
    own = (company, connection.id)
    for link in ports.store.all(tenant, COMMON, BankLink):
        if link.provider == provider and (link.company, link.connection_id) == own:
            try:
                ports.store.commit(tenant, COMMON, [remove(link)])
            except StoreConflict:
                continue  # somebody else removed it
