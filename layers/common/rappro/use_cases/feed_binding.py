"""Which connection a provider's connection belongs to: decided once, under a record of its own.

The provider's list of the tenant's own user is the truth. A bank that is one connection's is never
another's: the record that says so is created before any connection names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.connectors import FeedState, ProviderConnection
from rappro.domain.errors import NotAllowedInState, NotFound, StoreConflict
from rappro.domain.feeds import (
    CREDENTIALS_PER_CONNECTION,
    WAITING_PREFIX,
    BankLink,
    FeedConnection,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import create, remove
from rappro.ports import Ports
from rappro.ports_feeds import Route
from rappro.use_cases.companies import COMMON
from rappro.use_cases.feed_access import bank_key, connector_of, keeper_of
from rappro.use_cases.feed_connections import commit_connection, get_connection
from rappro.use_cases.feed_users import keep_user_route

ABANDONED: Final = timedelta(hours=24)
"""No provider's page lives as long after its link ended."""
_TRIES_MAX: Final = 5


def bind(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection,
    hint_ref: str | None,
) -> FeedConnection:  # fmt: skip
    """Give a connection its bank at the provider, as a hint names it, and return it.

    Raises NotFound when the provider does not list it for the tenant's user, NotAllowedInState when
    it is another connection's, or this one has a bank that still is.
    """
    if hint_ref is None:
        return bind_clear(ports, tenant, company, connection)
    if hint_ref == connection.connection_ref and connection.is_linked:
        return connection
    found, user_ref = _listed(ports, tenant, company, connection)
    return _bind(ports, tenant, company, connection, _chosen(found, hint_ref), user_ref)


def bind_clear(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> FeedConnection:
    """Give a connection its bank if there is no doubt which; else return it as it is.

    The callback's word counts when the provider lists that bank. Without one, exactly one bank of
    the user must be nobody's, and exactly one connection be waiting.
    """
    if connection.is_linked and connection.state != FeedState.REVOKED:
        return connection
    found, user_ref = _listed(ports, tenant, company, connection)
    told = connection.link.told if connection.link else None
    links = {
        link.ref: link for link in ports.store.all(tenant, COMMON, BankLink)
        if link.provider == connection.provider
    }  # fmt: skip
    listed = [one for one in found if one.ref != connection.connection_ref]
    held = [links.get(bank_key(connection.provider, user_ref, one.ref)) for one in listed]
    free = [
        one for one, link in zip(listed, held, strict=True)
        if one.state is not FeedState.REVOKED and _is_free(link, company, connection)
    ]  # fmt: skip
    named = [one for one in free if one.ref == told]
    if named:
        return _bind(ports, tenant, company, connection, named[0], user_ref)
    own = (company, connection.id)
    waiting = _waiting(ports, tenant, connection.provider, list(links.values()))
    if len(free) != 1 or own not in waiting:
        return connection
    if waiting != {own} and connection.provider not in CREDENTIALS_PER_CONNECTION:
        return connection
    return _bind(ports, tenant, company, connection, free[0], user_ref)


def choose_bank(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, *, ref: str,
    author: str,
) -> FeedConnection:  # fmt: skip
    """Give a connection one of the banks that its own credentials open, as a person says.

    Raises NotAllowedInState for a provider where banks of the tenant's other companies are listed
    too: there the link alone says whose a bank is.
    """
    connection = get_connection(ports, tenant, company, connection_id)
    if connection.provider not in CREDENTIALS_PER_CONNECTION:
        raise NotAllowedInState("at this provider, a bank is chosen on the page that a link opens")
    found, user_ref = _listed(ports, tenant, company, connection)
    one = _chosen(found, ref)
    return _bind(ports, tenant, company, connection, one, user_ref, author=author)


def _listed(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> tuple[list[ProviderConnection], str]:
    """Return the user's connections at the provider, and the user's name there."""
    connector = connector_of(ports, connection.provider)
    keeper = keeper_of(ports, tenant, company, connection)
    found = connector.connections(keeper)
    return found, keeper.load().user_ref


def _chosen(found: Sequence[ProviderConnection], ref: str) -> ProviderConnection:
    for one in found:
        if one.ref == ref:
            return one
    raise NotFound("the provider lists no such bank for this user")


def _is_free(link: BankLink | None, company: CompanyId, connection: FeedConnection) -> bool:
    return link is None or (link.company, link.connection_id) == (company, connection.id)


def _waiting(
    ports: Ports, tenant: TenantId, provider: str, links: Sequence[BankLink]
) -> set[tuple[CompanyId, str]]:
    """Return the connections that wait for a bank, but those whose link ended long ago."""
    out = [link for link in links if link.is_waiting and link.provider == provider]
    wanted = [(link.company, FeedConnection, link.connection_id) for link in out]
    found = ports.store.find(tenant, wanted) if wanted else []
    now = ports.clock.now()
    return {
        (link.company, link.connection_id)
        for link, one in zip(out, found, strict=True)
        if isinstance(one, FeedConnection) and _is_waited_for(one, now)
    }


def _is_waited_for(connection: FeedConnection, now: datetime) -> bool:
    link = connection.link
    return not connection.is_removed and link is not None and now < link.expires_at + ABANDONED


def _bind(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection,
    found: ProviderConnection, user_ref: str, *, author: str = "engine",
) -> FeedConnection:  # fmt: skip
    """Take a bank: first the record that holds it, then the connection that names it."""
    provider = connection.provider
    key = bank_key(provider, user_ref, found.ref)
    _take(ports, tenant, BankLink(provider, key, company, connection.id))
    if provider in CREDENTIALS_PER_CONNECTION:
        keeper = keeper_of(ports, tenant, company, connection)
        keep_user_route(ports, tenant, provider, keeper.load())
    else:
        route = Route(tenant, company, connection.id)
        ports.providers.routes.save(provider, "connection", found.ref, route)
    after = _named(ports, tenant, company, connection, found, author)
    waiting = f"{WAITING_PREFIX}{company}/{connection.id}"
    before = connection.connection_ref
    was = "" if before in {None, found.ref} else bank_key(provider, user_ref, before or "")
    for ref in (waiting, was):
        _drop(ports, tenant, company, after, ref)
    return after


def _named(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection,
    found: ProviderConnection, author: str,
) -> FeedConnection:  # fmt: skip
    """Name the bank in the connection, whoever changes it at the same time."""
    for _ in range(_TRIES_MAX):
        after = replace(
            connection, connection_ref=found.ref, bank_name=found.bank_name or connection.bank_name,
            state=found.state.value, provider_code=found.provider_code, origin=found.origin,
            consent_expires_at=found.consent_expires_at, linked_at=ports.clock.now(),
            announced=None,
        )  # fmt: skip
        try:
            return commit_connection(
                ports, tenant, company, author, action="bind_bank", before=connection, after=after
            )
        except StoreConflict:
            connection = get_connection(ports, tenant, company, connection.id)
            if connection.connection_ref == found.ref:
                return connection
    raise StoreConflict("the connection changes all the time")


def _take(ports: Ports, tenant: TenantId, link: BankLink) -> None:
    """Create the record that holds a bank. Raises NotAllowedInState when it is another's."""
    held = ports.store.get(tenant, COMMON, BankLink, link.key)
    if held is None:
        try:
            ports.store.commit(tenant, COMMON, [create(link)])
        except StoreConflict:
            held = ports.store.get(tenant, COMMON, BankLink, link.key)
        else:
            return
    if held is None or (held.company, held.connection_id) != (link.company, link.connection_id):
        raise NotAllowedInState("the bank is another connection's")


def _drop(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection, ref: str
) -> None:
    """Remove a record of this connection that stands for nothing any more."""
    held = ports.store.get(tenant, COMMON, BankLink, f"{connection.provider}/{ref}")
    if held is None or (held.company, held.connection_id) != (company, connection.id):
        return
    try:
        ports.store.commit(tenant, COMMON, [remove(held)])
    except StoreConflict:
        return
