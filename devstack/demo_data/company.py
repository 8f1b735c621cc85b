"""Plays the invented company's year and puts the files of the demo together."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from devstack.demo_data import counter, recurring
from devstack.demo_data.camt_writer import write_camt
from devstack.demo_data.catalog import (
    ACCOUNTS,
    BQ1,
    BQ2,
    COMPANY,
    CUSTOMERS,
    JOURNALS,
    SUPPLIERS,
    full_name,
)
from devstack.demo_data.cfonb_writer import write_cfonb
from devstack.demo_data.days import FISCAL_END, FISCAL_START, RECONCILED_ON, month_end
from devstack.demo_data.fec_writer import Names, file_name, validated_on, write_fec
from devstack.demo_data.ledger import Book, Entry, Leg, letters
from devstack.demo_data.model import DemoData, DemoFile, TruthLine
from devstack.demo_data.october import broken_statements, fill_october, statement
from devstack.demo_data.payments import plan
from devstack.demo_data.settings import settings
from devstack.demo_data.settle import settle
from devstack.demo_data.trade import Item, buy, sell

_OPENING_BALANCES: Final = {
    "101000": -5_000_000,
    "106100": -500_000,
    "215400": 13_840_000,
    "218200": 6_215_000,
    "281540": -7_104_400,
    "512100": 4_832_716,
    "512200": 2_190_455,
    "531000": 31_250,
}
_RETAINED_EARNINGS: Final = "110000"
_TRANSIT: Final = ("511200", "511500")


def build(seed: int = 2026) -> DemoData:
    """Return the demo's files, settings and truth; the same seed always gives the same bytes."""
    book = Book()
    items = _play(book, seed)
    _write_opening(book)
    october = random.Random(f"{seed}/october")  # noqa: S311 - play, not secrets
    fill_october(book, items, october)
    first, second = statement(book, BQ1, october), statement(book, BQ2, october)
    broken = broken_statements(first)
    _number_pieces(book)
    _letter_banks(book)
    names = Names(
        JOURNALS, ACCOUNTS, {party.code: full_name(party) for party in (*CUSTOMERS, *SUPPLIERS)}
    )
    fec = DemoFile(
        file_name(COMPANY.siren, FISCAL_END), write_fec(_in_fec_order(book.entries), names)
    )
    statements = (
        DemoFile("BQ1_2026-10.camt053.xml", write_camt([first], "08"), "BQ1", (first,)),
        DemoFile("BQ2_2026-10.cfonb120.txt", write_cfonb([second]), "BQ2", (second,)),
        DemoFile("BQ1_2026-11.camt053.xml", write_camt(broken, "02"), "BQ1", broken),
    )
    return DemoData(
        company=COMPANY,
        fec=fec,
        statements=statements,
        truth=tuple(_truth(statements)),
        settings=settings(book),
        open_item_count=_open_item_count(book),
        waiting_entry_count=sum(1 for _ in _waiting(book)),
    )


def _play(book: Book, seed: int) -> list[Item]:
    """Write the year's entries and return every invoice and credit note."""

    def dice(purpose: str) -> random.Random:
        return random.Random(f"{seed}/{purpose}")  # noqa: S311 - play, not secrets

    recurring.open_books(book)
    items = [*sell(book, dice("sales")), *buy(book, dice("purchases"))]
    settle(book, items, plan(items, dice("payments")), dice("cheques"))
    counter.pay_in_part(book, items, dice("parts"))
    counter.take_prepayments(book, CUSTOMERS)
    counter.take_cards(book, dice("cards"))
    counter.take_cash(book, dice("cash"))
    counter.write_cheques(book, dice("petty cheques"))
    counter.use_company_card(book, dice("company card"))
    recurring.pay_staff(book)
    recurring.repay_loans(book)
    recurring.charge_fees(book)
    recurring.pay_interest(book)
    recurring.clear_suspense(book)
    recurring.declare_vat(book)
    counter.move_between_banks(book)
    return items


def _write_opening(book: Book) -> None:
    """Write the opening entry: balances, and one line for each invoice of before the year."""
    balances = [Leg(account, amount) for account, amount in _OPENING_BALANCES.items()]
    for leg in balances:
        leg.shown_on = FISCAL_START
    legs = [*balances, *book.opening]
    legs.append(Leg(_RETAINED_EARNINGS, -sum(leg.amount_minor for leg in legs)))
    legs.sort(key=lambda leg: (leg.account, leg.auxiliary or "", leg.piece_ref))
    for leg in legs:
        leg.label = leg.label or f"A NOUVEAU {ACCOUNTS[leg.account]}"
    book.post("AN", FISCAL_START, piece="AN2025", label="A NOUVEAUX AU 01/11/2025", legs=legs)


def _number_pieces(book: Book) -> None:
    """Give the entries that only the bank told their piece: journal, month and rank."""
    ranks: dict[tuple[str, int, int], int] = defaultdict(int)
    for entry in sorted(book.entries, key=lambda entry: entry.on):
        if not entry.piece_ref:
            key = (entry.journal, entry.on.year, entry.on.month)
            ranks[key] += 1
            entry.piece_ref = f"{entry.journal}-{entry.on:%y%m}-{ranks[key]:03d}"


def _letter_banks(book: Book) -> None:
    """Letter each month's pointed bank lines, as packages do that keep pointing in the letter."""
    for account in (BQ1.ledger, BQ2.ledger):
        for _, leg in book.legs_on(account):
            if leg.shown_on is not None and leg.shown_on <= RECONCILED_ON:
                on = month_end(leg.shown_on.year, leg.shown_on.month)
                leg.letter, leg.lettered_on = letters(_month_rank(on)), on


def _month_rank(on: date) -> int:
    return (on.year - FISCAL_START.year) * 12 + on.month - FISCAL_START.month


def _in_fec_order(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries in the order of their validation, then of their dates and journals."""
    ranks = {code: rank for rank, code in enumerate(JOURNALS)}
    return sorted(entries, key=lambda e: (validated_on(e), e.on, ranks[e.journal], e.piece_ref))


def _truth(files: Sequence[DemoFile]) -> Iterator[TruthLine]:
    for file in files:
        for ordinal, written in enumerate(file.statements, 1):
            for position, movement in enumerate(written.movements, 1):
                yield TruthLine(
                    file=file.name,
                    statement=ordinal,
                    position=position,
                    booked_on=movement.booked_on,
                    amount_minor=movement.amount_minor,
                    truth=movement.truth,
                )


def _open_item_count(book: Book) -> int:
    """Count the unlettered pieces of third parties that do not net to zero."""
    totals: dict[tuple[str, str, str], int] = defaultdict(int)
    for entry in book.entries:
        for leg in entry.legs:
            if leg.auxiliary and not leg.letter:
                piece = leg.piece_ref or entry.piece_ref
                totals[leg.account, leg.auxiliary, piece] += leg.amount_minor
    return sum(1 for total in totals.values() if total)


def _waiting(book: Book) -> Iterator[Leg]:
    """Yield the lines of banks, and of accounts they clear, that the bank has not shown."""
    for account in (BQ1.ledger, BQ2.ledger, *_TRANSIT):
        for _, leg in book.legs_on(account):
            if not leg.letter:
                yield leg
