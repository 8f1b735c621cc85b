"""What bank feeds need from outside, in process: credentials, routes, and an outbox of mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from threading import Lock

from rappro.domain.connectors import Connector, Credentials
from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.ports_feeds import Route


class MemoryConnectors:
    """Port Connectors, over connectors that are there already."""

    def __init__(self, connectors: Mapping[str, Connector]) -> None:
        self._connectors = dict(connectors)

    def names(self) -> Sequence[str]:
        return sorted(self._connectors)

    def get(self, provider: str) -> Connector | None:
        return self._connectors.get(provider)


class MemoryVault:
    """Port Vault. `kept` is by tenant, provider and scope."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: dict[tuple[str, str, str], Credentials] = {}

    def keeper(self, tenant: TenantId, provider: str, scope: str = "") -> MemoryKeeper:
        return MemoryKeeper(self, (tenant, provider, scope))

    def forget(self, tenant: TenantId, provider: str, scope: str = "") -> None:
        with self._lock:
            self.kept.pop((tenant, provider, scope), None)

    def load(self, name: tuple[str, str, str]) -> Credentials:
        """Return what is kept. Raises NotFound."""
        with self._lock:
            found = self.kept.get(name)
        if found is None:
            raise NotFound("no credentials are kept")
        return found

    def save(self, name: tuple[str, str, str], credentials: Credentials) -> None:
        """Keep credentials, one generation after the other. Raises StoreConflict."""
        with self._lock:
            held = self.kept.get(name)
            if held == credentials:
                return
            if held is not None and credentials.generation != held.generation + 1:
                raise StoreConflict("the credentials were replaced meanwhile")
            self.kept[name] = credentials


@dataclass(frozen=True, slots=True)
class MemoryKeeper:
    """Port CredentialsKeeper."""

    vault: MemoryVault
    name: tuple[str, str, str]

    def load(self) -> Credentials:
        return self.vault.load(self.name)

    def save(self, credentials: Credentials) -> None:
        self.vault.save(self.name, credentials)


class MemoryRoutes:
    """Port Routes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.kept: dict[tuple[str, str, str], Route] = {}

    def save(
        self, provider: str, kind: str, ref: str, route: Route, *, until: datetime | None = None
    ) -> None:
        del until
        with self._lock:
            held = self.kept.get((provider, kind, ref))
            if held is not None and held.tenant != route.tenant:
                raise StoreConflict("it is another tenant's")
            self.kept[provider, kind, ref] = route

    def find(self, provider: str, kind: str, ref: str) -> Route | None:
        with self._lock:
            return self.kept.get((provider, kind, ref))

    def forget(self, tenant: TenantId, provider: str, kind: str, ref: str) -> None:
        with self._lock:
            held = self.kept.get((provider, kind, ref))
            if held is not None and held.tenant == tenant:
                del self.kept[provider, kind, ref]


@dataclass
class MemoryMailer:
    """Port Mailer; `sent` is the outbox, by key."""

    sent: dict[str, tuple[tuple[str, ...], str, str]] = field(default_factory=dict)

    def send(self, to: Sequence[str], subject: str, text: str, *, key: str) -> None:
        self.sent[key] = (tuple(to), subject, text)
