"""A connection's way to its provider: the connector, and where its credentials are kept."""

from __future__ import annotations

from typing import Final

from rappro.domain.connectors import Connector, CredentialsKeeper
from rappro.domain.errors import NotAllowedInState
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.ports import Ports

OWN_CREDENTIALS: Final = frozenset({"ponto"})
"""Providers where each connection is granted tokens of its own; at the others the user has them."""


def connector_of(ports: Ports, provider: str) -> Connector:
    """Return a provider's connector. Raises NotAllowedInState when there are no keys for it."""
    found = ports.providers.connectors.get(provider)
    if found is None:
        raise NotAllowedInState(f"this deployment has no keys for {provider}")
    return found


def scope_of(company: CompanyId, provider: str, connection_id: str) -> str:
    """Return the scope of a connection's credentials: its own, or "" for the tenant's."""
    return f"{company}/{connection_id}" if provider in OWN_CREDENTIALS else ""


def keeper_of(
    ports: Ports, tenant: TenantId, company: CompanyId, *, provider: str, connection_id: str
) -> CredentialsKeeper:
    """Return where the credentials are kept that a connection is read with."""
    scope = scope_of(company, provider, connection_id)
    return ports.providers.vault.keeper(tenant, provider, scope)


def reference_of(tenant: TenantId) -> str:
    """Return what a tenant's user is called at the providers: nothing of it says who it is."""
    return derive_id("rappro", tenant)
