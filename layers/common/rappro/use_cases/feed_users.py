"""The tenant's one user at each provider (SYN-10): made when it is needed, removed with all banks.

Credentials go to the vault before anything is done with them. A provider that knows no reference of
ours makes another user each time it is asked: of two that are made at once, one is removed again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rappro.domain.connectors import Connector, Credentials
from rappro.domain.errors import NotAllowedInState, NotFound, RapproError, StoreConflict
from rappro.domain.feeds import BankLink, FeedConnection, ProviderUser
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page, create, remove
from rappro.ports import Ports
from rappro.ports_feeds import Route
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import COMMON
from rappro.use_cases.feed_access import connector_of, keeper_of, reference_of
from rappro.use_cases.slices import slice_of


@dataclass(frozen=True, slots=True)
class _Held:
    """Port CredentialsKeeper of what nobody keeps."""

    credentials: Credentials

    def load(self) -> Credentials:
        return self.credentials

    def save(self, credentials: Credentials) -> None:
        del credentials


def list_users(
    ports: Ports, tenant: TenantId, *, limit: int, cursor: str | None
) -> Page[tuple[ProviderUser, int]]:
    """Return one page of the tenant's users by provider, each with how many banks it has."""
    links = [link for link in ports.store.all(tenant, COMMON, BankLink) if not link.is_waiting]
    page = slice_of(ports.store.all(tenant, COMMON, ProviderUser), limit, cursor)
    counted = [(user, sum(link.provider == user.provider for link in links)) for user in page.items]
    return Page(counted, page.cursor)


def ensure_user(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> Credentials:
    """Return what opens the tenant's access at a connection's provider; its user is made first.

    Raises what the provider's failure raises.
    """
    provider = connection.provider
    connector = connector_of(ports, provider)
    keeper = keeper_of(ports, tenant, company, connection)
    try:
        held = keeper.load()
    except NotFound:
        held = _made(connector, keeper.save, tenant) or keeper.load()
    if ports.store.get(tenant, COMMON, ProviderUser, provider) is None:
        user = ProviderUser(provider, held.user_ref, ports.clock.now())
        _, now = changed(None, user)
        row = audit(user.created_at, "engine", "create_provider_user", provider, after=now)
        with suppress(StoreConflict):  # somebody else, at the same time
            ports.store.commit(tenant, COMMON, [create(user), row])
    keep_user_route(ports, tenant, provider, held)
    return held


def keep_user_route(
    ports: Ports, tenant: TenantId, provider: str, credentials: Credentials
) -> None:
    """Keep whose a user at a provider is, so that webhooks find the tenant.

    Where two tenants are granted access by one organisation, webhooks reach who was first; the
    other's schedule goes on.
    """
    with suppress(StoreConflict):
        ports.providers.routes.save(provider, "user", credentials.user_ref, Route(tenant))


def remove_user(ports: Ports, tenant: TenantId, provider: str, author: str) -> None:
    """Remove the tenant's user at a provider; a repeat goes on where it was left.

    Raises NotFound, NotAllowedInState while a bank remains, and what the provider's failure raises.
    """
    user = ports.store.get(tenant, COMMON, ProviderUser, provider)
    if user is None:
        raise NotFound(f"no user at {provider}")
    links = [link for link in ports.store.all(tenant, COMMON, BankLink) if not link.is_waiting]
    if any(link.provider == provider for link in links):
        raise NotAllowedInState("banks remain at this provider: remove their connections first")
    connector = connector_of(ports, provider)
    keeper = ports.providers.vault.keeper(tenant, provider)
    with suppress(NotFound):  # gone already
        connector.delete_user(keeper)
    ports.providers.routes.forget(tenant, provider, "user", user.user_ref)
    ports.providers.vault.forget(tenant, provider)
    was, _ = changed(user, None)
    row = audit(
        ports.clock.now(), author, "remove_provider_user", provider,
        revision=user.version + 1, before=was,
    )  # fmt: skip
    ports.store.commit(tenant, COMMON, [remove(user), row])


def _made(
    connector: Connector, save: Callable[[Credentials], None], tenant: TenantId
) -> Credentials | None:
    """Make the user and keep its credentials; None when somebody else's were kept first."""
    made = connector.create_user(reference_of(tenant))
    try:
        save(made)
    except StoreConflict:
        with suppress(RapproError):  # a user without banks costs nobody anything
            connector.delete_user(_Held(made))
        return None
    return made
