"""A company with one bank account at a provider, and everything that a synchronisation reaches."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from devstack.providers.bank import Account, Bank, Condition
from devstack.providers.makers import connector_of
from devstack.providers.server import ProviderServer
from rappro.adapters.memory.blobs import MemoryBlobs
from rappro.adapters.memory.inbox import MemoryInbox
from rappro.adapters.memory.providers import (
    MemoryConnectors,
    MemoryMailer,
    MemoryRoutes,
    MemoryVault,
)
from rappro.adapters.memory.runs import MemoryFeeds, MemoryRuns
from rappro.adapters.memory.store import MemoryStore
from rappro.domain.books import Company, Journal, JournalType
from rappro.domain.connectors import Connector, CredentialsKeeper
from rappro.domain.feed_staging import SWEEPS_AGAINST_BALANCE
from rappro.domain.feeds import (
    FeedAccount,
    FeedConnection,
    StagedState,
    StagedTransaction,
    StatementMode,
    account_id_of,
    credentials_scope,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import LineRecord
from rappro.domain.writes import create
from rappro.ports import Ports, Store
from rappro.ports_feeds import ProviderPorts
from rappro.use_cases.feed_staging import set_aside
from rappro.use_cases.feed_sync import run_sync
from simulation.feeds.direct import directly, visited
from simulation.feeds.gate import Gate, Gated

TENANT, COMPANY, CONNECTION, JOURNAL = TenantId("alpha"), CompanyId("acme"), "bnp", "BQ"
_RETURN_URL = "https://app.test/return"
_EVERYTHING = timedelta(days=31)

Movements = Counter[tuple[date, int, str]]


class BankClock:
    """Port Clock, at the bank's own time."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def now(self) -> Any:
        return self._bank.now

    def today(self, timezone: str) -> date:
        del timezone
        return self._bank.now.date()


class World:
    """One connection whose bank is connected, with an account tied to a journal."""

    def __init__(self, provider: str, mode: StatementMode, store: Store | None = None) -> None:
        self.server = ProviderServer()
        self.server.close_port()
        self.bank = self.server.bank
        self.gate = Gate()
        self.store: Store = store or MemoryStore()
        self.vault = MemoryVault()
        self.provider = provider
        self.connector = directly(connector_of(provider, self.server), self.server)
        self.messages = self.consents = 0
        self.ports = self._ports()
        self._create_company()
        self._connect(mode)

    def _ports(self) -> Ports:
        store: Any = Gated(self.store, self.gate)
        blobs: Any = Gated(MemoryBlobs(), self.gate)
        connector: Any = Gated(self.connector, self.gate)
        clock = BankClock(self.bank)
        return Ports(
            store, blobs, MemoryInbox(), MemoryRuns(), MemoryFeeds(), clock,
            providers=ProviderPorts(
                MemoryConnectors({self.provider: cast("Connector", connector)}), self.vault,
                MemoryRoutes(), MemoryMailer(),
            ),
        )  # fmt: skip

    def _create_company(self) -> None:
        self.store.commit(TENANT, COMPANY, [create(Company(COMPANY, "Acme"))])

    @property
    def keeper(self) -> CredentialsKeeper:
        """Where the connection's credentials are."""
        connection = FeedConnection(CONNECTION, self.provider, "BNP", 43_200)
        scope = credentials_scope(COMPANY, connection)
        return self.vault.keeper(TENANT, self.provider, scope)

    def consent(self) -> None:
        """Let the user go through the provider's pages."""
        self.consents += 1
        link = self.connector.connect_link(
            self.keeper, return_url=_RETURN_URL, nonce=f"n{self.consents}",
            contact="compta@example.test",
        )  # fmt: skip
        hint = self.connector.callback(visited(self.server, link.url))
        self.connector.redeem(self.keeper, hint, return_url=_RETURN_URL)

    def consent_again(self) -> None:
        """Let the user grant access anew where it was lost: a token that worked once was lost."""
        if self.provider == "ponto":
            self.server.ponto.adds_banks = False
            self.consent()

    def _connect(self, mode: StatementMode) -> None:
        """Connect the bank as a user does, and choose its first account."""
        connection = FeedConnection(CONNECTION, self.provider, "BNP", 43_200)
        keeper = self.keeper
        keeper.save(self.connector.create_user("reference"))
        self.consent()
        (found,) = self.connector.connections(keeper)
        linked = replace(connection, connection_ref=found.ref, linked_at=self.bank.now)
        first = min(self.connector.accounts(keeper, found.ref), key=lambda one: one.ref)
        self.iban = first.iban
        account = FeedAccount(
            account_id_of(CONNECTION, first.ref), CONNECTION, self.provider, (first.ref,),
            first.name, first.currency, kind=first.kind, iban=first.iban, journal=JOURNAL,
            is_on=True, mode=mode,
        )  # fmt: skip
        self.account_id = account.id
        journal = Journal(JOURNAL, "Banque", JournalType.TREASURY, "512000", iban=first.iban)
        self.store.commit(TENANT, COMPANY, [create(linked), create(account), create(journal)])

    @property
    def link_id(self) -> int:
        return next(iter(self.bank.links))

    @property
    def at_bank(self) -> Account:
        """The account at the bank, under whatever number it has now."""
        found = [one for one in self.bank.accounts.values() if one.iban == self.iban]
        return next(one for one in found if not one.is_deleted)

    @property
    def account(self) -> FeedAccount:
        found = self.store.get(TENANT, COMPANY, FeedAccount, self.account_id)
        assert found is not None
        return found

    def sync(self, *, message: str | None = None, cause: str = "schedule") -> str:
        """Deliver a message; return its id, with which it may be delivered again."""
        if message is None:
            self.messages += 1
            message = f"m{self.messages}"
        run_sync(self.ports, TENANT, COMPANY, CONNECTION, message_id=message, cause=cause)
        return message

    def staged(self) -> list[StagedTransaction]:
        return self.store.staged(TENANT, COMPANY, self.account_id)

    def lines(self) -> dict[str, LineRecord]:
        """Return every line of every statement, by its key."""
        statements = self.store.statements_of_journal(TENANT, COMPANY, JOURNAL)
        return {
            line.key: line
            for statement in statements
            for line in self.store.lines(TENANT, COMPANY, statement.id)
        }

    def truth(self) -> Movements:
        """Return what the bank has booked, with amounts in cents."""
        booked = self.bank.booked(self.at_bank.id).values()
        return Counter((day, int(amount * 100), label) for day, amount, label in booked)

    def kept(self) -> Movements:
        """Return what is staged as booked, or as one for a person to decide."""
        found = [
            one for one in self.staged() if one.counts or one.state is StagedState.SUSPECTED
        ]  # fmt: skip
        return Counter(
            (one.told.booking_date, one.told.amount_minor, one.told.label) for one in found
        )

    def decide(self) -> None:
        """Let a person say that what is suspected is a movement: the bank tells of it."""
        for one in self.staged():
            if one.state is StagedState.SUSPECTED:
                set_aside(
                    self.ports, TENANT, COMPANY, one.id, "u1", is_ignored=False,
                    version=one.version,
                )  # fmt: skip

    def rest(self) -> None:
        """Let everything work again, doubts be settled, and every window be read often enough."""
        self.gate.clear()
        self.server.faults.clear()
        self.bank.set(self.link_id, Condition.FINE)
        self.consent_again()
        self._rounds(1)
        self.decide()
        self._rounds(SWEEPS_AGAINST_BALANCE)

    def _rounds(self, count: int) -> None:
        for _ in range(count):
            if self.bank.links[self.link_id].consent_until <= self.bank.now + 2 * _EVERYTHING:
                self.bank.renew(self.link_id, keeps_ids=True)
            self.bank.wait(days=_EVERYTHING.days)
            self.sync(cause="asked")


def cents(amount: int) -> Decimal:
    """Return cents as the bank's amount."""
    return Decimal(amount) / 100
