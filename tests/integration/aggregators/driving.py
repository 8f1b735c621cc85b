"""Each connector with its simulator, driven alike: the same tests hold for every provider."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from devstack.providers.bank import Bank, Link
from devstack.providers.bridge import BridgeSimulator
from devstack.providers.makers import connector_of
from devstack.providers.ponto import PontoSimulator
from devstack.providers.powens import PowensSimulator
from devstack.providers.saltedge import SaltEdgeSimulator
from devstack.providers.server import ProviderServer
from rappro.domain.connectors import (
    CallbackHint,
    ConnectLink,
    Connector,
    Credentials,
    ProviderAccount,
    ProviderTransaction,
    WebhookRequest,
    Window,
    pages,
)
from rappro.domain.errors import StoreConflict

CHANGE_FEEDS = ("bridge", "powens")
"""Providers whose cursor yields edits and deletions; the others are swept."""
PROVIDERS = (*CHANGE_FEEDS, "ponto", "saltedge")
SILENT_CALLBACKS: frozenset[str] = frozenset({"ponto"})
KNOWS_REFERENCES = frozenset({"bridge", "ponto", "saltedge"})
"""Providers that find a user by our own reference; at Ponto nobody is there before a consent."""
LISTS_DISABLED = frozenset({"bridge", "powens"})
"""Providers that list accounts which the user did not allow; at others they are not there."""
SIGNS_ADDRESS = frozenset({"powens", "saltedge"})
"""Providers whose webhooks are signed together with where they go."""
NO_VALUE_DAYS = frozenset({"saltedge"})
"""Providers that tell no value dates."""
RETURN_URL = "https://app.test/banks/return"
HOOK_PATH = "/v1/hooks/banks/connection-synced"
HOOK_URL = f"https://api.test{HOOK_PATH}"
Simulator = BridgeSimulator | PowensSimulator | PontoSimulator | SaltEdgeSimulator


@dataclass
class Kept:
    """Port CredentialsKeeper, in memory: what is kept already is no conflict."""

    credentials: Credentials
    lock: Lock = field(default_factory=Lock)

    def load(self) -> Credentials:
        return self.credentials

    def save(self, credentials: Credentials) -> None:
        with self.lock:
            if credentials == self.credentials:
                return
            if credentials.generation != self.credentials.generation + 1:
                raise StoreConflict("somebody else rotated the credentials")
            self.credentials = credentials


@dataclass
class Staged:
    """What a synchronisation would keep of one account: rows by id, and the cursor they earned.

    Where a provider has no feed of changes everything is swept, and what is absent is gone.
    """

    rows: dict[str, ProviderTransaction] = field(default_factory=dict)
    cursor: str | None = None

    def read(self, driven: Driven, account: ProviderAccount) -> None:
        """Read everything since the cursor, and move it once all is kept."""
        is_feed = driven.connector.capabilities.has_change_feed
        cursor, rows = self.cursor, dict(self.rows) if is_feed else {}
        window = Window(self.cursor if is_feed else None, None)
        for page in pages(driven.connector, driven.kept, account, window):
            rows |= {row.id: row for row in page.items}
            cursor = page.cursor if page.next_page is None else cursor
        self.rows, self.cursor = rows, cursor

    def booked(self) -> dict[str, tuple[object, int, str]]:
        """Return what would be lines: booked rows that are still there."""
        return {
            row.id: (row.line.booking_date, row.line.amount_minor, row.line.label)
            for row in self.rows.values()
            if row.status == "booked" and not row.is_removed
        }


@dataclass
class Driven:
    """A connector, its credentials and its simulator."""

    server: ProviderServer
    simulator: Simulator
    connector: Connector
    kept: Kept
    again: Callable[[], Connector]
    """Makes another connector, as another worker would."""

    @property
    def bank(self) -> Bank:
        return self.server.bank

    def link(self) -> Link:
        """Connect a bank as a user does, and return it as the bank knows it."""
        page = self.connector.connect_link(
            self.kept, return_url=RETURN_URL, nonce=f"n{len(self.bank.links)}",
            contact="compta@example.test",
        )  # fmt: skip
        self.came_back(page)
        return list(self.bank.links.values())[-1]

    def came_back(self, page: ConnectLink) -> CallbackHint:
        """Do what a user does on a page, and what is done when the browser comes back."""
        hint = self.connector.callback(self.server.visit(page.url))
        self.connector.redeem(self.kept, hint, return_url=RETURN_URL)
        return hint

    def told(self, ref: str) -> str | None:
        """Return what a callback says of a connection: those of some providers say nothing."""
        return None if self.connector.provider in SILENT_CALLBACKS else ref

    def account(self, link: Link) -> ProviderAccount:
        """Return the first account of a link that is not gone."""
        found = self.connector.accounts(self.kept, str(link.id))
        return next(one for one in found if not one.is_deleted)

    def rows(self, account: ProviderAccount, window: Window) -> list[ProviderTransaction]:
        """Return every row of a window, of all its pages."""
        found = pages(self.connector, self.kept, account, window)
        return [row for page in found for row in page.items]

    def truth(self, account: ProviderAccount) -> dict[str, tuple[object, int, str]]:
        """Return what the bank has on an account, amounts in cents."""
        booked = self.bank.booked(int(account.ref))
        return {
            ref: (day, int(amount * 100), label) for ref, (day, amount, label) in booked.items()
        }

    def webhook(self, link: Link) -> tuple[dict[str, str], bytes]:
        """Return a webhook about a link, signed."""
        if isinstance(self.simulator, BridgeSimulator):
            return self.simulator.webhook(
                "item.refreshed", item_id=link.id, user_uuid=link.owner, status_code=0
            )
        if isinstance(self.simulator, PontoSimulator):
            return self.simulator.webhook(
                "pontoConnect.account.transactionsCreated", self.first_account(link)
            )
        if isinstance(self.simulator, SaltEdgeSimulator):
            return self.simulator.webhook(HOOK_URL, link.id)
        return self.simulator.webhook(HOOK_PATH, link.id)

    def pointed(self, link: Link) -> tuple[str | None, str | None, str | None]:
        """Return the connection, user and account that a link's webhook points to."""
        if isinstance(self.simulator, PontoSimulator):
            return None, link.owner, str(self.first_account(link))
        return str(link.id), link.owner, None

    def first_account(self, link: Link) -> int:
        """Return the number of a link's first account."""
        return next(one.id for one in self.bank.accounts.values() if one.link == link.id)

    def arrived(
        self, headers: dict[str, str], body: bytes, *, path: str = HOOK_PATH,
        at: datetime | None = None,
    ) -> WebhookRequest:  # fmt: skip
        """Return a webhook as it arrives."""
        return WebhookRequest(
            "POST", f"https://api.test{path}", headers, body, at or self.bank.now
        )  # fmt: skip


def simulator_of(provider: str, server: ProviderServer) -> Simulator:
    """Return the provider's side."""
    sides: dict[str, Simulator] = {
        "bridge": server.bridge, "powens": server.powens, "ponto": server.ponto,
        "saltedge": server.saltedge,
    }  # fmt: skip
    return sides[provider]


@contextmanager
def driving(provider: str) -> Iterator[Driven]:
    """Serve the simulators, and give one's connector with a user of its own."""
    made: list[Connector] = []

    def again() -> Connector:
        made.append(connector_of(provider, server))
        return made[-1]

    with ProviderServer() as server:
        connector = again()
        simulator = simulator_of(provider, server)
        kept = Kept(connector.create_user("tenant-1"))
        try:
            yield Driven(server, simulator, connector, kept, again)
        finally:
            for one in made:
                close = getattr(one, "close")  # noqa: B009 - the port does not have it
                close()


def ponto_side_of(driven: Driven) -> PontoSimulator:
    """Return Ponto's side."""
    assert isinstance(driven.simulator, PontoSimulator)
    return driven.simulator
