"""The invented company of docs/worked-example.md: its books, its statement and what is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

from rappro.domain.books import (
    BankEntry,
    BankEntrySource,
    Company,
    Discount,
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
    PaymentMethod,
    TemplateLine,
    ThirdParty,
    ThirdPartyKind,
)
from rappro.domain.ids import EntryId, OpenItemId, ThirdPartyId
from rappro.domain.settings import DiscountVat, PostingSettings
from rappro.use_cases.companies import save_company, save_journal
from rappro.use_cases.load_books import BookRecords, load_document
from tests.unit.use_cases.desk import AUTHOR, COMPANY, IBAN, Desk, camt

SAVINGS: Final = "FR7614508000405399873982Q72"
OPENING: Final = date(2026, 10, 31)
ACCOUNTS: Final = {
    "101000": "Capital",
    "401000": "Fournisseurs",
    "411000": "Clients",
    "445660": "TVA déductible",
    "445710": "TVA collectée",
    "471000": "Compte d'attente",
    "512100": "Banque",
    "512200": "Livret",
    "580000": "Virements internes",
    "601000": "Achats de bois",
    "627000": "Services bancaires",
    "665000": "Escomptes accordés",
    "701000": "Ventes de meubles",
}


def _party(key: str, name: str, *, is_customer: bool = True) -> ThirdParty:
    kind = ThirdPartyKind.CUSTOMER if is_customer else ThirdPartyKind.SUPPLIER
    account = "411000" if is_customer else "401000"
    return ThirdParty(ThirdPartyId(key.lower()), kind, name, account, auxiliary=key)


PETIT: Final = _party("PETIT", "BOULANGERIE PETIT")
LAC: Final = _party("LAC", "HOTEL DU LAC")
PONT: Final = _party("PONT", "CAFE DU PONT")
MOREL: Final = _party("MOREL", "SCIERIE MOREL", is_customer=False)
PARTIES: Final = {party.id: party for party in (PETIT, LAC, PONT, MOREL)}
INVOICES: Final = (
    ("F2026-0014", PETIT, 120_000),
    ("F2026-0015", LAC, 300_000),
    ("F2026-0016", PONT, 60_000),
    ("F2026-0017", PONT, 35_000),
    ("SM-7781", MOREL, -54_000),
)
MOVEMENTS: Final = (
    ("2026-11-05", "1176.00", "VIR BOULANGERIE PETIT F2026-0014"),
    ("2026-11-09", "1000.00", "VIR HOTEL DU LAC ACOMPTE F2026-0015"),
    ("2026-11-10", "-540.00", "VIR SCIERIE MOREL FACTURE SM-7781"),
    ("2026-11-12", "-24.00", "FRAIS DE TENUE DE COMPTE"),
    ("2026-11-16", "-2000.00", "VIR VERS LIVRET"),
    ("2026-11-18", "350.00", "REMISE DE CHEQUES 5521"),
    ("2026-11-20", "600.00", "VIR CAFE DU PONT F2026-0016"),
)


def leg(account: str, amount: int, party: ThirdParty | None = None) -> EntryLine:
    """Return a debit (+) or a credit (-)."""
    known = party.id if party is not None else None
    return EntryLine(account, ACCOUNTS[account], max(amount, 0), max(-amount, 0), third_party=known)


def _entry(key: str, journal: str, on: date, piece: str, *lines: EntryLine) -> JournalEntry:
    return JournalEntry(
        EntryId(key), journal, on, piece, on, piece, lines, EntrySource.FEC,
        EntryStatus.VALIDATED, source_number=key, validated_on=on, fiscal_year="2026",
    )  # fmt: skip


def _invoice(number: str, party: ThirdParty, amount: int) -> tuple[JournalEntry, OpenItem]:
    on, vat = date(2026, 10, 15), amount // 6
    journal, turnover, tax = (
        ("VE", "701000", "445710") if amount > 0 else ("HA", "601000", "445660")
    )
    entry = _entry(
        f"en_{number}", journal, on, number,
        leg(party.account, amount, party), leg(turnover, vat - amount), leg(tax, -vat),
    )  # fmt: skip
    item = OpenItem(
        OpenItemId(number), OpenItemType.INVOICE, party.id, party.account, number, on,
        date(2026, 11, 30), "EUR", amount, amount, amount, amount, entry_id=entry.id, entry_line=0,
        vat_minor=vat,
    )  # fmt: skip
    if party is PETIT:
        item = replace(item, discount=Discount("2", date(2026, 11, 14)))
    return entry, item


def _books() -> BookRecords:
    invoices = [_invoice(*invoice) for invoice in INVOICES]
    opening = _entry(
        "en_opening", "AN", date(2026, 1, 1), "AN2026",
        leg("512100", 1_000_000), leg("512200", 500_000), leg("101000", -1_500_000),
    )  # fmt: skip
    cheque = _entry(
        "en_cheque", "BQ1", date(2026, 11, 19), "CHQ1042",
        leg("401000", 15_000, MOREL), leg("512100", -15_000),
    )  # fmt: skip
    carried = BankEntry(
        "be_opening", "AN", "512100", OPENING, 1_000_000, "EUR", "Solde à nouveau",
        is_carried_over=True, entry_id=opening.id, entry_line=0,
    )  # fmt: skip
    waiting = BankEntry(
        "be_cheque", "BQ1", "512100", date(2026, 11, 19), -15_000, "EUR", "Chèque 1042 Morel",
        source=BankEntrySource.PAYMENT, method=PaymentMethod.CHEQUE, third_party=MOREL.id,
        cheque_no="1042", piece_ref="CHQ1042", entry_id=cheque.id, entry_line=1,
    )  # fmt: skip
    charges = EntryTemplate(
        "frais", "Frais de tenue de compte", ("FRAIS DE TENUE DE COMPTE",),
        lines=(
            TemplateLine("627000", is_remainder=True), TemplateLine("445660", vat_rate_percent="20")
        ),
    )  # fmt: skip
    return BookRecords(
        accounts=tuple(LedgerAccount(number, label) for number, label in ACCOUNTS.items()),
        journals=(
            Journal("AN", "À nouveaux", JournalType.OPENING),
            Journal("VE", "Ventes", JournalType.SALES),
            Journal("HA", "Achats", JournalType.PURCHASES),
        ),
        third_parties=tuple(PARTIES.values()),
        entries=(opening, cheque, *(entry for entry, _ in invoices)),
        open_items=tuple(item for _, item in invoices),
        bank_entries=(carried, waiting),
        templates=(charges,),
    )


def opened() -> Desk:
    """Return the company as it is on the morning when its statement comes."""
    desk = Desk()
    posting = PostingSettings(discount_vat=DiscountVat.SPLIT_BY_INVOICE)
    company = Company(COMPANY, "Atelier des Chênes", siren="732829320", posting=posting)
    save_company(desk.ports, desk.tenant, company, AUTHOR)
    current = Journal(
        "BQ1", "Banque", JournalType.TREASURY, "512100", iban=IBAN, reconciled_on=OPENING,
        reconciled_balance_minor=1_000_000,
    )  # fmt: skip
    savings = Journal("LIV", "Livret", JournalType.TREASURY, "512200", iban=SAVINGS)
    for journal in (current, savings):
        save_journal(desk.ports, desk.tenant, COMPANY, journal, AUTHOR)
    load_document(desk.ports, desk.tenant, COMPANY, _books(), AUTHOR)
    return desk


def november() -> bytes:
    """Return the bank's file; it names the savings account on the other side of the transfer."""
    party = f"<RltdPties><CdtrAcct><Id><IBAN>{SAVINGS}</IBAN></Id></CdtrAcct></RltdPties>"
    text = "<RmtInf><Ustrd>VIR VERS LIVRET"
    return camt(MOVEMENTS, opening="10000.00").replace(text.encode(), (party + text).encode())
