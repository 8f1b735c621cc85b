"""The small worlds that scenarios happen in: a company with its books, and files to be dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Final

from rappro.adapters.memory import FixedClock, MemoryBlobs, MemoryFeeds, MemoryInbox, MemoryRuns
from rappro.domain.books import (
    BankEntry,
    Company,
    EntryTemplate,
    Journal,
    JournalType,
    LedgerAccount,
    OpenItem,
    OpenItemType,
    PastPayment,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import CompanyId, OpenItemId, TenantId, ThirdPartyId
from rappro.ports import Drop, Ports
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.packing import WRITES_MAX_WHOLE
from simulation.snapshots import SnapshotStore
from simulation.statements import IBAN, camt

TENANT: Final = TenantId("cabinet-sud")
COMPANY: Final = CompanyId("garage")
PERSON: Final = "comptable"
LARGE: Final = WRITES_MAX_WHOLE
"""Invoices of the match that is larger than one commit: its line and draft come on top."""
_NOON: Final = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

DUPOND: Final = ThirdParty(
    ThirdPartyId("tp_dupond"), ThirdPartyKind.CUSTOMER, "MENUISERIE DUPOND", "411000",
    auxiliary="DUPOND", bank_references=("MENUISERIE DUPOND",),
)  # fmt: skip
MARTIN: Final = ThirdParty(
    ThirdPartyId("tp_martin"), ThirdPartyKind.CUSTOMER, "TRANSPORTS MARTIN", "411000",
    auxiliary="MARTIN",
)  # fmt: skip
ELEC: Final = ThirdParty(
    ThirdPartyId("tp_elec"), ThirdPartyKind.SUPPLIER, "ELECTRICITE DU MIDI", "401000",
    auxiliary="ELEC", bank_references=("ELECTRICITE DU MIDI",),
)  # fmt: skip


def item(number: str, amount: int, party: ThirdParty = DUPOND) -> OpenItem:
    """Return an invoice of the books."""
    return OpenItem(
        OpenItemId(f"oi_{number}"), OpenItemType.INVOICE, party.id, party.account, number,
        date(2026, 10, 1), date(2026, 10, 31), "EUR", amount, amount, amount, amount,
    )  # fmt: skip


def slips() -> tuple[OpenItem, ...]:
    """Return the invoices that one remittance pays."""
    return tuple(item(f"FA2025-{n:04d}", 1_000 + n) for n in range(LARGE))


def _books() -> BookRecords:
    carried = BankEntry(
        "be_old", "BQ1", "512100", date(2026, 10, 31), 100_000, "EUR", "Solde",
        is_carried_over=True,
    )  # fmt: skip
    waiting = BankEntry(
        "be_vir", "BQ1", "512100", date(2026, 11, 9), -45_000, "EUR", "VIR ELECTRICITE DU MIDI",
        third_party=ELEC.id,
    )  # fmt: skip
    telephone = EntryTemplate(
        "tel", "Telephone", ("ABONNEMENT TELEPHONE",),
        lines=(TemplateLine("626000", is_remainder=True),),
    )  # fmt: skip
    numbers = ("512100", "411000", "401000", "626000", "627000", "706000")
    return BookRecords(
        accounts=tuple(LedgerAccount(number, number) for number in numbers),
        third_parties=(DUPOND, MARTIN, ELEC),
        open_items=(
            item("FA2026-0101", 12_000), item("FA2026-0102", 30_000),
            item("FA2026-0103", 5_000, MARTIN), item("FA2026-0104", 7_000, MARTIN),
            item("FE2026-77", -8_000, ELEC),
        ),
        bank_entries=(carried, waiting),
        past_payments=(PastPayment("pp_1", MARTIN.id, -2_500, date(2026, 10, 20)),),
        templates=(telephone,),
    )  # fmt: skip


_FIRST = camt(
    [
        ("05", 12_000, "VIR MENUISERIE DUPOND FA2026-0101"),
        ("06", 10_000, "VIR ACOMPTE D UN CLIENT"),
        ("10", -45_000, "VIR ELECTRICITE DU MIDI"),
        ("11", -3_600, "PRLV ABONNEMENT TELEPHONE"),
        ("12", -1_234, "COTISATION INCONNUE"),
    ],
    opening=100_000, number=11, days=(1, 15),
)  # fmt: skip
_SECOND = camt(
    [
        ("17", 12_000, "VIR FA2026-0103 FA2026-0104"),
        ("18", 20_000, "VIR SOLDE CLIENT"),
        ("20", 2_500, "VIR REJETE TRANSPORTS"),
        ("25", 990, "VIR SARL DES NOUVEAUX"),
    ],
    opening=72_166, number=12, days=(16, 30),
)  # fmt: skip
_SLIPS = sum(each.amount_minor for each in slips())
_REMITTANCE = camt(
    [("05", _SLIPS, "REMISE GLOBALE"), ("06", 1_010, "VIR D UN AUTRE CLIENT")],
    opening=100_000, number=11, days=(1, 15),
)  # fmt: skip
_LATE = camt(
    [("05", 4_200, "VIR MENUISERIE DUPOND FA2026-0200"), ("06", -700, "FRAIS")],
    opening=100_000, number=11, days=(1, 15),
)  # fmt: skip
_FEC = "\t".join((
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)) + "\n" + "\n".join(
    "\t".join((
        "VE", "Ventes", "1", "20261102", account, label, auxiliary, name, "FA2026-0300", "20261102",
        "Facture", debit, credit, "", "", "20261102", "", "",
    ))
    for account, label, auxiliary, name, debit, credit in (
        ("411000", "Clients", "DURAND", "SCIERIE DURAND", "42,00", "0,00"),
        ("706000", "Prestations", "", "", "0,00", "42,00"),
    )
)  # fmt: skip

FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    "first": ("releve-1.xml", _FIRST),
    "first again": ("releve-1.xml", _FIRST),
    "first renamed": ("autre-nom.xml", _FIRST),
    "second": ("releve-2.xml", _SECOND),
    "remittance": ("remise.xml", _REMITTANCE),
    "late": ("attente.xml", _LATE),
    "fec": ("732829320FEC20261231.txt", _FEC.encode("utf-8")),
    "broken": ("releve-3.xml", _SECOND[:-60]),
}
"""What is dropped: the name it has in the scenarios, its own name, its bytes."""


@cache
def drops() -> tuple[MemoryInbox, dict[str, Drop]]:
    """Return an inbox that holds every file, and the drop of each."""
    inbox = MemoryInbox()
    found = {
        name: inbox.drop(TENANT, COMPANY, None, file_name, content)
        for name, (file_name, content) in FILES.items()
    }
    return inbox, found


def garage(*, slips_too: bool = False) -> tuple[SnapshotStore, FixedClock]:
    """Return the company's books, as they are before anything happens."""
    store, clock = SnapshotStore(), FixedClock(_NOON)
    ports = Ports(store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), clock)
    save_company(ports, TENANT, Company(COMPANY, "Garage du Port"), PERSON)
    journal = Journal(
        "BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN,
        reconciled_on=date(2026, 10, 31), reconciled_balance_minor=100_000,
    )  # fmt: skip
    save_journal(ports, TENANT, COMPANY, journal, PERSON)
    books = _books()
    if slips_too:
        books = replace(books, open_items=(*books.open_items, *slips()))
    load_document(ports, TENANT, COMPANY, books, PERSON)
    return store, clock
