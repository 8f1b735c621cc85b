"""A company on the in-process adapters, with the state machine run in process: a test's desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from rappro.adapters.memory import (
    FixedClock,
    MemoryBlobs,
    MemoryFeeds,
    MemoryInbox,
    MemoryRuns,
    MemoryStore,
    Started,
)
from rappro.domain.books import (
    BankEntry,
    Company,
    Journal,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.errors import RapproError
from rappro.domain.ids import CompanyId, OpenItemId, RunId, StatementId, TenantId, ThirdPartyId
from rappro.domain.operations import (
    ImportTrace,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.ports import Drop, Ports
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.gathering import LOOKUPS_PER_BATCH, gather_batch, gather_evidence
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide, fail
from rappro.use_cases.validation_policy import validate_by_policy
from tests.camt_text import IBAN, Movement, camt

TENANT = TenantId("cabinet-sud")
COMPANY = CompanyId("garage")
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
AUTHOR = "comptable"


class Desk:
    """One tenant's company with a treasury journal, one customer and one supplier."""

    def __init__(self, tenant: TenantId = TENANT, *, store: MemoryStore | None = None) -> None:
        self.tenant, self.company = tenant, COMPANY
        self.lookups_per_batch = LOOKUPS_PER_BATCH
        self.store = store or MemoryStore()
        self.clock = FixedClock(NOW)
        self.inbox, self.blobs, self.feeds = MemoryInbox(), MemoryBlobs(), MemoryFeeds()
        self.runs = MemoryRuns(self._run)
        self.ports = Ports(self.store, self.blobs, self.inbox, self.runs, self.feeds, self.clock)

    def open_company(self, profile: ImportProfile | None = None) -> Desk:
        """Create the company with its books: journal, accounts, third parties, items, entries."""
        save_company(self.ports, self.tenant, Company(COMPANY, "Garage du Port"), AUTHOR)
        journal = Journal(
            "BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN,
            profile=profile or ImportProfile(),
            reconciled_on=date(2026, 10, 31), reconciled_balance_minor=100_000,
        )  # fmt: skip
        save_journal(self.ports, self.tenant, COMPANY, journal, AUTHOR)
        load_document(self.ports, self.tenant, COMPANY, books(), AUTHOR)
        return self

    def drop(self, content: bytes, name: str = "releve.xml") -> tuple[ImportTrace, ...]:
        """Drop a file in the inbox and take it in."""
        return import_drop(self.ports, self.put(content, name))

    def put(self, content: bytes, name: str = "releve.xml") -> Drop:
        """Drop a file in the inbox."""
        return self.inbox.drop(self.tenant, COMPANY, None, name, content)

    def _run(self, started: Started) -> None:
        payload = started.payload
        request = RunRequest(
            TenantId(payload["tenant"]), CompanyId(payload["company"]),
            StatementId(payload["statement_id"]), RunId(payload["run_id"]), payload["run_number"],
        )  # fmt: skip
        try:
            batches = gather_evidence(self.ports, request, lookups_per_batch=self.lookups_per_batch)
            for batch in batches:
                gather_batch(self.ports, request, batch)
            decide(self.ports, request, batches)
            post(self.ports, request)
            validate_by_policy(self.ports, request)
        except RapproError as error:
            fail(self.ports, request, error=type(error).__name__, cause=str(error))

    def statement(self, statement_id: str | None = None) -> StatementRecord:
        """Return a statement, the only one unless named."""
        if statement_id is None:
            (found,) = self.store.statements(self.tenant, COMPANY).items
            return found
        found_by_id = self.store.get(self.tenant, COMPANY, StatementRecord, statement_id)
        assert found_by_id is not None
        return found_by_id

    def lines(self) -> list[LineRecord]:
        """Return the lines of the only statement."""
        return list(self.store.lines(self.tenant, COMPANY, self.statement().id))

    def levels(self) -> list[str | None]:
        """Return the levels of the only statement's lines, in order."""
        return [str(line.level) if line.level else None for line in self.lines()]

    def item(self, number: str) -> OpenItem:
        """Return an open item by its invoice number."""
        found = self.store.get(self.tenant, COMPANY, OpenItem, f"oi_{number}")
        assert found is not None
        return found


CLIENT = ThirdParty(
    ThirdPartyId("tp_dupond"), ThirdPartyKind.CUSTOMER, "MENUISERIE DUPOND", "411000",
    auxiliary="DUPOND", bank_references=("MENUISERIE DUPOND",),
)  # fmt: skip
SUPPLIER = ThirdParty(
    ThirdPartyId("tp_elec"), ThirdPartyKind.SUPPLIER, "ELECTRICITE DU MIDI", "401000",
    auxiliary="ELEC", bank_references=("ELECTRICITE DU MIDI",),
)  # fmt: skip


def item(number: str, amount: int, party: ThirdParty = CLIENT) -> OpenItem:
    """An open invoice of the books."""
    return OpenItem(
        OpenItemId(f"oi_{number}"), OpenItemType.INVOICE, party.id, party.account, number,
        date(2026, 10, 1), date(2026, 10, 31), "EUR", amount, amount, amount, amount,
    )  # fmt: skip


def books() -> BookRecords:
    """Return the books that the tests' statements speak of."""
    accounts = ("512100", "411000", "401000", "627000", "706000")
    carried = BankEntry(
        "be_old", "BQ1", "512100", date(2026, 10, 31), 100_000, "EUR", "Solde",
        is_carried_over=True,
    )  # fmt: skip
    waiting = BankEntry(
        "be_vir", "BQ1", "512100", date(2026, 11, 9), -45_000, "EUR", "VIR ELECTRICITE DU MIDI",
        third_party=SUPPLIER.id,
    )  # fmt: skip
    return BookRecords(
        accounts=tuple(LedgerAccount(number, number) for number in accounts),
        third_parties=(CLIENT, SUPPLIER),
        open_items=(
            item("FA2026-0101", 12_000),
            item("FA2026-0102", 30_000),
            replace(
                item("FE2026-77", -8_000, SUPPLIER),
            ),
        ),
        bank_entries=(carried, waiting),
    )


NOVEMBER: tuple[Movement, ...] = (
    ("2026-11-05", "120.00", "VIR MENUISERIE DUPOND FA2026-0101"),
    ("2026-11-10", "-450.00", "VIR ELECTRICITE DU MIDI"),
    ("2026-11-12", "-12.34", "COTISATION INCONNUE"),
)
"""A receipt that names its invoice, a payment that is in the books, and an unknown debit."""


__all__ = ["CLIENT", "COMPANY", "IBAN", "NOVEMBER", "SUPPLIER", "Desk", "books", "camt", "item"]
