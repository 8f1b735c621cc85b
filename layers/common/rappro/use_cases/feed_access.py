"""A connection's way to its provider: the connector, credentials, whose its banks are."""

from __future__ import annotations

from rappro.domain.connectors import Connector, CredentialsKeeper
from rappro.domain.errors import NotAllowedInState
from rappro.domain.feeds import CREDENTIALS_PER_CONNECTION, FeedConnection, credentials_scope
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.ports import Ports


def connector_of(ports: Ports, provider: str) -> Connector:
    """Return a provider's connector. Raises NotAllowedInState when there are no keys for it."""
    found = ports.providers.connectors.get(provider)
    if found is None:
        raise NotAllowedInState(f"this deployment has no keys for {provider}")
    return found


def keeper_of(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection
) -> CredentialsKeeper:
    """Return where the credentials are kept that a connection is read with."""
    scope = credentials_scope(company, connection)
    return ports.providers.vault.keeper(tenant, connection.provider, scope)


def reference_of(tenant: TenantId) -> str:
    """Return what a tenant's user is called at the providers: nothing of it says who it is."""
    return derive_id("rappro", tenant)


def bank_key(provider: str, user_ref: str, ref: str) -> str:
    """Return what tells a provider's connection from all others of the tenant.

    Where each connection has credentials of its own, the provider numbers banks within a user.
    """
    return f"{user_ref}:{ref}" if provider in CREDENTIALS_PER_CONNECTION else ref
