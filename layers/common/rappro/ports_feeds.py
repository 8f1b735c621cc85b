"""What bank feeds need from outside, as protocols; see also ports.py and domain/connectors.py.

Implementations: adapters/aggregators, adapters/feed_secrets.py and others on AWS, and
adapters/memory/providers.py in process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final, Protocol, cast

from rappro.domain.connectors import Connector, CredentialsKeeper
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId


class Connectors(Protocol):
    """The providers that this deployment has keys for."""

    def names(self) -> Sequence[str]:
        """Return their names, sorted."""

    def get(self, provider: str) -> Connector | None:
        """Return a provider's connector; None when there are no keys for it."""


class Vault(Protocol):
    """What opens the tenants' access at the providers; never in logs, items, events or errors.

    `scope` is a connection's id where each has credentials of its own, else empty: the tenant's.
    """

    def keeper(self, tenant: TenantId, provider: str, scope: str = "") -> CredentialsKeeper:
        """Return where a tenant's credentials are kept, whether there are some yet or not."""

    def forget(self, tenant: TenantId, provider: str, scope: str = "") -> None:
        """Remove credentials; none is success."""


@dataclass(frozen=True, slots=True)
class Route:
    """Whose something at a provider is; without a connection, it is the tenant's user."""

    tenant: TenantId
    company: CompanyId | None = None
    connection_id: str | None = None


class Routes(Protocol):
    """Whose a provider's user, connection or link is, when only the provider's name is known.

    What a webhook or a browser brings is no proof of a tenant: this is all that leads to one, and
    it holds nothing else. `kind` is "user", "connection" or "link" (a nonce's SHA-256).
    """

    def save(
        self, provider: str, kind: str, ref: str, route: Route, *, until: datetime | None = None
    ) -> None:
        """Keep a route. Raises StoreConflict when it is another tenant's."""

    def find(self, provider: str, kind: str, ref: str) -> Route | None:
        """Return a route, strongly consistent."""

    def forget(self, tenant: TenantId, provider: str, kind: str, ref: str) -> None:
        """Remove a tenant's own route; none is success."""


class Mailer(Protocol):
    """The way out for mails."""

    def send(self, to: Sequence[str], subject: str, text: str, *, key: str) -> None:
        """Send one mail of plain text; `key` tells a repetition where the service can.

        Raises AggregatorRejected for addresses that are refused, StoreUnavailable.
        """


def _no_nonce() -> str:
    raise RuntimeError("this function has no bank feeds: its environment does not name them")


@dataclass(frozen=True, slots=True)
class ProviderPorts:
    """What bank feeds need; `callback_url` ends in a slash and the provider's name is put behind.

    `return_origins` are where a browser may be sent after a bank was connected. `nonce` returns a
    text that nobody can guess, another one each time.
    """

    connectors: Connectors
    vault: Vault
    routes: Routes
    mailer: Mailer
    callback_url: str = ""
    return_origins: tuple[str, ...] = ()
    nonce: Callable[[], str] = _no_nonce


class _Absent:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("this function has no bank feeds: its environment does not name them")


class _NoConnectors:
    def names(self) -> Sequence[str]:
        return ()

    def get(self, provider: str) -> Connector | None:
        del provider
        return None


NO_PROVIDERS: Final = ProviderPorts(
    connectors=_NoConnectors(), vault=cast("Vault", _Absent()), routes=cast("Routes", _Absent()),
    mailer=cast("Mailer", _Absent()),
)  # fmt: skip
"""For a function, or a deployment, that has no provider's keys."""
