"""A company and its accountant, two tenants on one memory stack, linked."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
)
from rappro.adapters.memory.exchange import memory_exchange
from rappro.domain.access import TENANT_KEY, Tenant
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryLine,
    EntrySource,
    EntryStatus,
    EntryTemplate,
    Journal,
    JournalEntry,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.exchange.model import BOOKS, Module
from rappro.domain.ids import CompanyId, EntryId, OpenItemId, TenantId, ThirdPartyId, derive_id
from rappro.domain.writes import Record, Write, change, create, remove
from rappro.ports import Ports
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import COMMON
from rappro.use_cases.exchange_apply import Applied, apply, undo
from rappro.use_cases.exchange_books import Books
from rappro.use_cases.exchange_links import accept, invite
from rappro.use_cases.exchange_reading import list_waiting
from rappro.use_cases.exchange_send import Sending, Sent, send

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SIREN = "732829320"
COMPANY, OFFICE = TenantId("garage"), TenantId("cabinet")
HERE = CompanyId("garage")
LINK = "comptable"


@dataclass
class Stack:
    """Everything that both tenants stand on."""

    store: Any = field(default_factory=MemoryStore)
    blobs: Any = field(default_factory=MemoryBlobs)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    numbers: Any = field(default_factory=itertools.count)

    def ports(self) -> Ports:
        return Ports(
            self.store, self.blobs, MemoryInbox(), MemoryRuns(), MemoryFeeds(), self.clock,
            exchange=memory_exchange(self.store, self.blobs),
        )  # fmt: skip

    def side(self, tenant: TenantId, company: CompanyId = HERE) -> Side:
        return Side(self, Actor(self.ports(), tenant, company, "user-1"))


@dataclass
class Side:
    """One side: what a person there does."""

    stack: Stack
    actor: Actor

    def put(self, *records: Record) -> None:
        """Store new records, as any use case would."""
        for record in records:
            self.commit(create(record))

    def commit(self, *writes: Write) -> None:
        self.actor.ports.store.commit(self.actor.tenant, self.actor.company, writes)

    def get(self, kind: Any, key: str) -> Any:
        return self.actor.ports.store.get(self.actor.tenant, self.actor.company, kind, key)

    def relabel(self, key: str, label: str) -> None:
        """Change an entry."""
        entry = self.get(JournalEntry, key)
        self.commit(change(entry, replace(entry, label=label)))

    def drop(self, key: str) -> None:
        """Delete an entry with its bank entry."""
        self.commit(remove(self.get(JournalEntry, key)))
        side = self.get(BankEntry, derive_id("be", key, 1))
        if side is not None:
            self.commit(remove(side))

    def send(self, **said: Any) -> Sent:
        self.stack.clock.advance(timedelta(minutes=1))
        said = {"link": LINK, **said}
        number = next(self.stack.numbers)
        return send(self.actor, Sending(f"ta_{number}", self.stack.clock.now(), **said))

    def waiting(self) -> list[str]:
        return [one.id for one in list_waiting(self.actor)]

    def apply(self, archive: str | None = None, **said: Any) -> Applied:
        modules = said.get("modules", tuple(Module))
        task = said.get("task", f"ta_{next(self.stack.numbers)}")
        return apply(self.actor, archive or self.waiting()[0], modules, task=task)

    def undo(self, archive: str) -> Applied:
        return undo(self.actor, archive, task=f"ta_{next(self.stack.numbers)}")

    def books(self) -> dict[str, list[tuple[str, str]]]:
        """Return the books as they are shown."""
        shown = Books(self.actor.ports, self.actor.tenant, self.actor.company)
        return {name: list(shown.lines(name)) for name in BOOKS}


def entry(number: int, **said: Any) -> tuple[JournalEntry, BankEntry]:
    """Return an entry of bank charges and its side on the bank account."""
    key, amount = EntryId(f"en_{number:06d}"), said.pop("amount_minor", 1_000 + number)
    day = said.pop("date", date(2026, 10, 1 + number % 28))
    label = said.pop("label", f"Frais {number}")
    lines = (
        EntryLine("627000", label, debit_minor=amount),
        EntryLine("512100", label, credit_minor=amount),
    )
    made = JournalEntry(
        key, "BQ1", day, f"P{number}", day, label, lines, EntrySource.API, fiscal_year="2026",
        **said,
    )  # fmt: skip
    side = BankEntry(
        derive_id("be", key, 1), "BQ1", "512100", day, -amount, "EUR", label, entry_id=key,
        entry_line=1, is_in_ledger=made.status is EntryStatus.VALIDATED,
    )  # fmt: skip
    return made, side


def master() -> list[Record]:
    return [
        LedgerAccount("411000", "Clients"), LedgerAccount("512100", "Banque"),
        LedgerAccount("627000", "Frais"), LedgerAccount("706000", "Ventes"),
        Journal("BQ1", "Banque", JournalType.TREASURY, "512100"),
        ThirdParty(ThirdPartyId("tp_1"), ThirdPartyKind.CUSTOMER, "ATELIERS", "411000"),
        EntryTemplate("loyer", "Loyer", ("LOYER",), lines=(
            TemplateLine("613000", is_remainder=True),
        )),
        OpenItem(
            OpenItemId("oi_1"), OpenItemType.INVOICE, ThirdPartyId("tp_1"), "411000", "FA1",
            date(2026, 10, 1), date(2026, 11, 1), "EUR", 12_000, 12_000, 12_000, 12_000,
        ),
    ]  # fmt: skip


def linked(entries: int = 4, *, stack: Stack | None = None) -> tuple[Side, Side]:
    """Return a company with books and its accountant with an empty company, linked."""
    made = stack or Stack()
    company, office = made.side(COMPANY), made.side(OFFICE)
    for side in (company, office):
        side.put(Company(HERE, "Garage du Port", siren=SIREN))
        owner = side.actor.tenant
        side.actor.ports.store.commit(
            owner, COMMON, [create(replace(Tenant(("user-1",)), administrators=("user-1",)))]
        )
        assert side.actor.ports.store.get(owner, COMMON, Tenant, TENANT_KEY) is not None
    company.put(*master())
    for number in range(entries):
        company.put(*entry(number))
    code = invite(company.actor, LINK).code
    assert code is not None
    accept(office.actor, LINK, code)
    return company, office
