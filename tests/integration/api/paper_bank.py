"""A provider on paper (port Connector): every user has the same banks, nobody is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from rappro.adapters.memory.providers import (
    MemoryConnectors,
    MemoryMailer,
    MemoryRoutes,
    MemoryVault,
)
from rappro.domain.connectors import (
    CallbackHint,
    Capabilities,
    ConnectLink,
    Connector,
    Credentials,
    CredentialsKeeper,
    FeedState,
    ProviderAccount,
    ProviderConnection,
    TransactionPage,
    WebhookHint,
    WebhookRequest,
    Window,
)
from rappro.domain.errors import InvalidRequest, WebhookRefused
from rappro.ports_feeds import ProviderPorts

CALLBACKS = "https://api.client.fr/v1/provider-callbacks/"
PAGES = "https://app.client.fr"
SIGNATURE = "signed"
UNTIL = datetime(2025, 6, 1, tzinfo=UTC)


def bank(ref: str, state: FeedState = FeedState.OK) -> ProviderConnection:
    return ProviderConnection(ref, state, None, None, "Banque du Port", UNTIL, None, None)


@dataclass
class PaperConnector:
    """Says what it is told to say; `asked` are the calls that would change something there."""

    provider: str
    banks: list[ProviderConnection] = field(default_factory=list)
    failing: list[Exception] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    has_state_echo: bool = False
    users: Iterator[int] = field(default_factory=lambda: count(1))

    capabilities: Capabilities = field(init=False)

    def __post_init__(self) -> None:
        self.capabilities = Capabilities(
            has_change_feed=True, reports_deletions=True, has_pending_list=True,
            has_on_demand_refresh=False, has_webhooks=True, has_state_echo=self.has_state_echo,
        )  # fmt: skip

    def create_user(self, reference: str) -> Credentials:
        self._fail()
        return Credentials(f"user-of-{reference}", "hush")

    def delete_user(self, keeper: CredentialsKeeper) -> None:
        self._fail()
        self.asked.append(("delete_user", self.provider))

    def connect_link(
        self, keeper: CredentialsKeeper, *, return_url: str, nonce: str,
        connection_ref: str | None = None, bank: str | None = None, contact: str | None = None,
    ) -> ConnectLink:  # fmt: skip
        self._fail()
        self.asked.append(("connect_link", connection_ref or "new"))
        return ConnectLink(f"https://connect.bank/?back={return_url}&s={nonce}", None, nonce)

    def callback(self, query: Mapping[str, str]) -> CallbackHint:
        if "ok" not in query:
            raise InvalidRequest("no callback")
        return CallbackHint(
            query.get("state"), query.get("item"), query["ok"] == "true",
            grant=query.get("code"),
        )  # fmt: skip

    def redeem(self, keeper: CredentialsKeeper, hint: CallbackHint, *, return_url: str) -> None:
        self._fail()
        if hint.grant is not None:
            held = keeper.load()
            keeper.save(Credentials("org-1", hint.grant, held.generation + 1))

    def connections(self, keeper: CredentialsKeeper) -> list[ProviderConnection]:
        self._fail()
        return list(self.banks)

    def connection(self, keeper: CredentialsKeeper, ref: str) -> ProviderConnection:
        self._fail()
        return next((one for one in self.banks if one.ref == ref), bank(ref, FeedState.REVOKED))

    def accounts(self, keeper: CredentialsKeeper, ref: str) -> list[ProviderAccount]:
        return []

    def enable_accounts(self, keeper: CredentialsKeeper, ref: str, accounts: list[str]) -> None:
        self._fail()
        self.asked.append(("enable", ",".join(accounts)))

    def refresh(self, keeper: CredentialsKeeper, ref: str, *, is_user_present: bool) -> bool:
        return False

    def transactions(
        self, keeper: CredentialsKeeper, account: ProviderAccount, window: Window, *,
        page: str | None = None,
    ) -> TransactionPage:  # fmt: skip
        return TransactionPage((), None, None)

    def delete_connection(self, keeper: CredentialsKeeper, ref: str) -> None:
        self._fail()
        self.asked.append(("delete_connection", ref))

    def webhook(self, request: WebhookRequest) -> list[WebhookHint]:
        if request.headers.get("x-signature") != SIGNATURE:
            raise WebhookRefused("the signature does not hold")
        parts = request.body.decode().split(",")
        event, user, ref = (part or None for part in parts)
        return [WebhookHint(event or "", "refreshed", user, ref, None)]

    def _fail(self) -> None:
        if self.failing:
            raise self.failing.pop(0)


class PaperVault(MemoryVault):
    """Holds what Ponto granted to any connection, without anybody having been there."""

    def load(self, name: tuple[str, str, str]) -> Credentials:
        if name[1] == "ponto" and name not in self.kept:
            return Credentials(f"org-of-{name[0]}-{name[2]}")
        return super().load(name)


def paper_ports() -> ProviderPorts:
    """Return ports with all four providers; nonces are counted."""
    numbers = count(1)
    connectors: dict[str, Connector] = {
        "bridge": PaperConnector("bridge", [bank("item-1")]),
        "powens": PaperConnector("powens", [bank("7")], has_state_echo=True),
        "saltedge": PaperConnector("saltedge", has_state_echo=True),
        "ponto": PaperConnector("ponto", [bank("fi-1"), bank("fi-2")], has_state_echo=True),
    }
    return ProviderPorts(
        MemoryConnectors(connectors), PaperVault(), MemoryRoutes(), MemoryMailer(),
        callback_url=CALLBACKS, return_origins=(PAGES,),
        nonce=lambda: f"nonce-{next(numbers):032}",
    )  # fmt: skip
