"""The counter and the till: card slips, cash, small cheques, the company's own card.

Also what happened once: part payments, prepayments, the transfers between the two banks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.catalog import BQ1, BQ2, Customer, full_name
from devstack.demo_data.days import (
    FISCAL_END,
    FISCAL_START,
    RECONCILED_ON,
    STATEMENT_FROM,
    bank_day,
    bank_days_after,
    is_bank_day,
    months,
)
from devstack.demo_data.ledger import Book, Leg
from devstack.demo_data.model import Means, Movement, Truth
from devstack.demo_data.numbers import with_vat
from devstack.demo_data.settle import entry_of, show_cheque
from devstack.demo_data.trade import Item

CARD_CONTRACT: Final = "5512087"
CARD_COMMISSION_PERMILLE: Final = 9
_SLIP_WEEKDAYS: Final = (0, 2, 4)
_PETTY_CHEQUES_A_MONTH: Final = 9
_FIRST_PETTY_CHEQUE: Final = 7_100_051
_LOST_CHEQUE_MONTH: Final = 8
_PAYEES: Final = (
    "AFFUTAGE VERDELIN", "ECOLE DE CONDUITE BRASSEL", "TRAITEUR DES HALLES", "PAPETERIE ORVAN",
    "DECHETTERIE DU PAYS D'ORVAN", "SERRURERIE MINGUAL", "JARDINERIE CENDRELLE",
)  # fmt: skip
_CARD_PLACES: Final = (
    "STATION PETROVANE", "RELAIS DU COL", "BRICO VALCENDRE", "PEAGE AUTOROUTE A199",
    "AUBERGE DU PONT VIEIL",
)  # fmt: skip
_PREPAYERS: Final = (("C0037", 60_000), ("C0013", 150_000), ("C0024", 35_000))


def take_cards(book: Book, rng: random.Random) -> None:
    """Post the card slips (télécollectes) at gross, and what the bank credits, net."""
    on = FISCAL_START
    while on <= FISCAL_END:
        if on.weekday() in _SLIP_WEEKDAYS and is_bank_day(on):
            _slip(book, on, net=rng.randint(150, 1_900) * 50)
        on += timedelta(days=1)


def _slip(book: Book, on: date, *, net: int) -> None:
    vat, gross = with_vat(net, 200)
    piece, slips = f"TLC{on:%Y%m%d}", Leg("511500", gross)
    label = f"TELECOLLECTE CB {on:%d/%m/%Y} CONTRAT {CARD_CONTRACT}"
    legs = [slips, Leg("707200", -net), Leg("445711", -vat)]
    book.post("VC", on, piece=piece, label=label, legs=legs)
    commission = (gross * CARD_COMMISSION_PERMILLE + 500) // 1000
    credited_on = bank_days_after(on, 1)
    truth = Truth("card_remittance", (entry_of(slips, piece),), adjustment_minor=-commission)
    movement = Movement(
        credited_on, gross - commission, Means.CARD_DEPOSIT, truth,
        number=f"{on:%d%m%y}", label=f"REMISE CB {on:%d/%m} CONTRAT {CARD_CONTRACT}",
    )  # fmt: skip
    book.show("BQ1", slips, movement)
    if credited_on <= RECONCILED_ON:
        clearing = Leg("511500", -gross)
        credit = Leg(BQ1.ledger, gross - commission, shown_on=credited_on)
        legs = [credit, Leg("627800", commission), clearing]
        book.post("BQ1", credited_on, piece="", label=label, legs=legs)
        book.letter([slips, clearing], credited_on)


def take_cash(book: Book, rng: random.Random) -> None:
    """Post the counter's cash sales and their deposits at the second bank, twice a month."""
    for year, month in months(FISCAL_START, FISCAL_END):
        for day in (9, 22):
            on = bank_day(date(year, month, day))
            net = rng.randint(300, 1_500) * 50
            vat, gross = with_vat(net, 200)
            cash = Leg("531000", gross)
            legs = [cash, Leg("707200", -net), Leg("445711", -vat)]
            piece = f"ESP{on:%Y%m%d}"
            book.post("VC", on, piece=piece, label="VENTES COMPTOIR ESPECES", legs=legs)
            _deposit(book, bank_days_after(on, 1), cash)


def _deposit(book: Book, on: date, cash: Leg) -> None:
    amount = cash.amount_minor // 5_000 * 5_000  # notes only
    piece, leg = f"VERS{on:%Y%m%d}", Leg(BQ2.ledger, amount)
    label = "VERSEMENT ESPECES"
    book.post("BQ2", on, piece=piece, label=label, legs=[leg, Leg("531000", -amount)])
    truth = Truth("cash_deposit", (entry_of(leg, piece),))
    book.show("BQ2", leg, Movement(on, amount, Means.CASH_DEPOSIT, truth, label=label))


def write_cheques(book: Book, rng: random.Random) -> None:
    """Post small purchases paid by cheque; one cheque of the year was never cashed."""
    number = _FIRST_PETTY_CHEQUE
    for year, month in months(FISCAL_START, FISCAL_END):
        days = sorted(rng.sample(range(1, 29), _PETTY_CHEQUES_A_MONTH))
        for rank, day in enumerate(days):
            number += 1
            is_lost = month == _LOST_CHEQUE_MONTH and rank == 0
            on = bank_day(date(year, month, day))
            leg = _petty_cheque(book, rng, on=on, number=str(number))
            if not is_lost:
                show_cheque(
                    book, leg, number=str(number), on=bank_days_after(on, rng.randint(2, 9))
                )


def _petty_cheque(book: Book, rng: random.Random, *, on: date, number: str) -> Leg:
    net = rng.randint(1_800, 29_000)
    vat, gross = with_vat(net, 200)
    leg = Leg(BQ2.ledger, -gross)
    legs = [Leg("606300", net), Leg("445660", vat), leg]
    label = f"CHQ {number} {rng.choice(_PAYEES)}"
    book.post("BQ2", on, piece=f"CHQ{number}", label=label, legs=legs)
    return leg


def use_company_card(book: Book, rng: random.Random) -> None:
    """Post what the company's card paid; October's purchases only come by the bank."""
    for year, month in months(FISCAL_START, FISCAL_END):
        for journal, count in (("BQ1", 4), ("BQ2", 5)):
            for day in sorted(rng.sample(range(1, 29), count)):
                on = bank_day(date(year, month, day))
                _card_purchase(book, rng, journal=journal, on=on)


def _card_purchase(book: Book, rng: random.Random, *, journal: str, on: date) -> None:
    bank = BQ1 if journal == "BQ1" else BQ2
    vat, gross = with_vat(rng.randint(900, 16_500), 200)
    place = rng.choice(_CARD_PLACES)
    if on > RECONCILED_ON:
        truth = Truth("card_purchase", is_decidable=False)
        label = f"CARTE {on:%d/%m} {place}"
        book.shown[journal].append(Movement(on, -gross, Means.CARD, truth, label=label))
        return
    leg = Leg(bank.ledger, -gross, shown_on=on)
    legs = [Leg("606800", gross - vat), Leg("445660", vat), leg]
    book.post(journal, on, piece="", label=f"CARTE {place}", legs=legs)


def pay_in_part(book: Book, items: Sequence[Item], rng: random.Random) -> None:
    """Post six part payments of September; both sides stay without a letter."""
    ripe = [
        item
        for item in items
        if item.residual_minor > 40_000 and item.issued_on < date(2026, 8, 20)
        and item.party.bank == "BQ1" and item.party.method == "transfer"
    ]  # fmt: skip
    for item in rng.sample(ripe, 6):
        on = bank_day(date(2026, 9, rng.randint(2, 28)))
        amount = item.residual_minor // rng.choice((2, 3, 4)) // 1_000 * 1_000
        item.residual_minor -= amount
        legs = [
            Leg(BQ1.ledger, amount, shown_on=on), Leg("411000", -amount, item.party.code),
        ]  # fmt: skip
        label = f"ACOMPTE {item.number} {full_name(item.party)}"
        book.post("BQ1", on, piece=item.number, label=label, legs=legs)


def take_prepayments(book: Book, customers: Sequence[Customer]) -> None:
    """Post three prepayments (acomptes) of September that no invoice uses yet."""
    names = {customer.code: full_name(customer) for customer in customers}
    for rank, (code, amount) in enumerate(_PREPAYERS, 1):
        on = bank_day(date(2026, 9, 6 * rank))
        legs = [Leg(BQ2.ledger, amount, shown_on=on), Leg("411000", -amount, code)]
        label = f"ACOMPTE SUR COMMANDE {names[code]}"
        book.post("BQ2", on, piece=f"AC2026-{rank:04d}", label=label, legs=legs)


def move_between_banks(book: Book) -> None:
    """Post the transfers from the first bank to the second, sized by what the second needs."""
    flows: dict[tuple[int, int], int] = defaultdict(int)
    for entry, leg in book.legs_on(BQ2.ledger):
        flows[entry.on.year, entry.on.month] += leg.amount_minor
    for year, month in months(FISCAL_START, FISCAL_END):
        need = max(-flows[year, month], 200_000)
        half = (need // 2 + 99_999) // 100_000 * 100_000
        for day, amount in ((3, half), (18, half + 50_000)):
            on = bank_day(date(year, month, day))
            if on < STATEMENT_FROM or day == 3:
                _move(book, on, amount)
            else:
                _move_unbooked(book, on, amount)


def _move(book: Book, on: date, amount: int) -> None:
    piece, label = f"VI{on:%Y%m%d}", "VIREMENT INTERNE"
    out, away = Leg(BQ1.ledger, -amount), Leg("580000", amount)
    book.post("BQ1", on, piece=piece, label=label, legs=[away, out])
    back, here = Leg("580000", -amount), Leg(BQ2.ledger, amount)
    book.post("BQ2", on, piece=piece, label=label, legs=[here, back])
    book.letter([away, back], on)
    for journal, leg in (("BQ1", out), ("BQ2", here)):
        truth = Truth("internal_transfer_in_books", (entry_of(leg, piece),))
        book.show(journal, leg, _internal(on, leg.amount_minor, truth))


def _move_unbooked(book: Book, on: date, amount: int) -> None:
    truth = Truth("internal_transfer", template="VIRINT")
    book.shown["BQ1"].append(_internal(on, -amount, truth))
    book.shown["BQ2"].append(_internal(on, amount, truth))


def _internal(on: date, amount: int, truth: Truth) -> Movement:
    means = Means.TREASURY_IN if amount > 0 else Means.TREASURY_OUT
    other = BQ1 if amount > 0 else BQ2
    return Movement(
        on, amount, means, truth, name=other.holder, iban=other.iban,
        remittance="VIREMENT INTERNE", end_to_end=f"VI{on:%Y%m%d}",
    )  # fmt: skip
