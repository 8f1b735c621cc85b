"""Payments of the year as entries: receipts, collections, cheque remittances, supplier payments.

What the company itself starts (runs, cheques, remittances) is in the books to the last day; what
only the bank can tell (receipts, direct debits) is booked up to the reconciled day.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.catalog import (
    BQ1,
    BQ2,
    Customer,
    Supplier,
    full_name,
    supplier_iban,
)
from devstack.demo_data.days import (
    FISCAL_END,
    FISCAL_START,
    RECONCILED_ON,
    bank_day,
    bank_days_after,
)
from devstack.demo_data.ledger import Book, Leg
from devstack.demo_data.model import BankAccount, Means, Movement, Settled, Target, Truth
from devstack.demo_data.numbers import bank_spelling
from devstack.demo_data.payments import Payment
from devstack.demo_data.trade import Item

_BANKS: Final = {"BQ1": BQ1, "BQ2": BQ2}
_PAID_ALONE: Final = frozenset({"F0001", "F0009", "F0010", "F0019"})
"""Suppliers that the company pays by a transfer each; the others go into one batch a run."""
_LAST_REMITTANCE: Final = date(2026, 10, 29)
_FIRST_CHEQUE: Final = 7_000_311
_FIRST_REMITTANCE: Final = 402


def entry_of(leg: Leg, piece: str) -> Settled:
    """Return the truth that a line settles an entry that is already in the books, whole."""
    return Settled(Target.BANK_ENTRY, piece, leg.amount_minor, leg.auxiliary, leg.account)


def item_of(item: Item, amount_minor: int | None = None) -> Settled:
    """Return the truth that a line settles an open item, by its residual when no amount is said."""
    amount = item.residual_minor if amount_minor is None else amount_minor
    return Settled(Target.OPEN_ITEM, item.number, amount, item.party.code)


def settle(
    book: Book, items: Sequence[Item], payments: Sequence[Payment], rng: random.Random
) -> None:
    """Post every payment that is in the books; those before the year only close their items."""
    posted = [payment for payment in payments if payment.on >= FISCAL_START]
    for payment in payments:
        if payment.on < FISCAL_START:
            for item in payment.items:
                item.residual_minor = 0
    open_the_year(book, [item for item in items if item.residual_minor])
    customers = [payment for payment in posted if isinstance(payment.party, Customer)]
    suppliers = [payment for payment in posted if isinstance(payment.party, Supplier)]
    known_to_bank = [payment for payment in customers if payment.on <= RECONCILED_ON]
    for payment in known_to_bank:
        if payment.party.method == "transfer":
            _receive(book, payment)
    _collect(book, [payment for payment in known_to_bank if payment.party.method == "sdd"])
    _remit_cheques(book, [payment for payment in customers if payment.party.method == "cheque"])
    _pay_suppliers(book, suppliers, rng)


def open_the_year(book: Book, items: Sequence[Item]) -> None:
    """Give every item that is older than the year its leg of the opening entry (à-nouveaux)."""
    for item in items:
        if item.leg is None:
            item.leg = Leg(
                item.account,
                item.amount_minor,
                item.party.code,
                label=f"{item.number} {full_name(item.party)}",
                piece_ref=item.number,
                piece_date=item.issued_on,
            )
            book.opening.append(item.leg)


def settle_items(book: Book, items: Sequence[Item], on: date) -> list[Leg]:
    """Return the legs that settle some items, one a third party, each lettered with its items."""
    by_party: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_party[item.party.code].append(item)
    legs = []
    for code, group in by_party.items():
        leg = Leg(group[0].account, -sum(item.residual_minor for item in group), code)
        item_legs = [item.leg for item in group if item.leg is not None]
        if len(item_legs) != len(group):
            raise ValueError(f"an item of {code} has no line in the books")
        book.letter([*item_legs, leg], on)
        for item in group:
            item.residual_minor = 0
        legs.append(leg)
    return legs


def _receive(book: Book, payment: Payment) -> None:
    bank = _BANKS[payment.party.bank]
    total = payment.amount_minor
    legs = settle_items(book, payment.items, payment.on)
    label = f"VIR {full_name(payment.party)}"
    leg = Leg(bank.ledger, total, shown_on=payment.on)
    book.post(payment.party.bank, payment.on, piece="", label=label, legs=[leg, *legs])


def _collect(book: Book, payments: Sequence[Payment]) -> None:
    by_day: dict[date, list[Payment]] = defaultdict(list)
    for payment in payments:
        by_day[payment.on].append(payment)
    for on, group in sorted(by_day.items()):
        items = [item for payment in group for item in payment.items]
        total = sum(item.residual_minor for item in items)
        leg = Leg(BQ1.ledger, total, shown_on=on)
        legs = [leg, *settle_items(book, items, on)]
        book.post("BQ1", on, piece=f"PRLV{on:%Y%m%d}", label="PRELEVEMENTS CONTRATS", legs=legs)


def _remit_cheques(book: Book, payments: Sequence[Payment]) -> None:
    by_day: dict[date, list[Payment]] = defaultdict(list)
    for payment in payments:  # cheques wait for Thursday's walk to the bank
        day = bank_day(payment.on + timedelta(days=(3 - payment.on.weekday()) % 7))
        if day <= _LAST_REMITTANCE:
            by_day[day].append(payment)
    for rank, (on, group) in enumerate(sorted(by_day.items())):
        _remit(book, on, f"{_FIRST_REMITTANCE + rank:07d}", [i for p in group for i in p.items])


def _remit(book: Book, on: date, number: str, items: list[Item]) -> None:
    total = sum(item.residual_minor for item in items)
    cheques = Leg("511200", total)
    legs = [cheques, *settle_items(book, items, on)]
    piece, label = f"REM{number}", f"REMISE CHEQUES {number}"
    book.post("RCH", on, piece=piece, label=label, legs=legs)
    credited_on = bank_days_after(on, 1)
    truth = Truth("cheque_remittance", (entry_of(cheques, piece),))
    movement = Movement(
        credited_on, total, Means.CHEQUE_DEPOSIT, truth, number=number, label="REMISE CHEQUES"
    )
    book.show("BQ2", cheques, movement)
    if credited_on <= RECONCILED_ON:
        credit, clearing = Leg(BQ2.ledger, total, shown_on=credited_on), Leg("511200", -total)
        book.post("BQ2", credited_on, piece="", label=label, legs=[credit, clearing])
        book.letter([cheques, clearing], credited_on)


def _pay_suppliers(book: Book, payments: Sequence[Payment], rng: random.Random) -> None:
    runs: dict[date, list[Payment]] = defaultdict(list)
    cheque = _FIRST_CHEQUE
    for payment in payments:
        supplier = payment.party
        assert isinstance(supplier, Supplier)
        if payment.on > FISCAL_END:
            continue
        if supplier.method == "cheque":
            cheque += rng.randint(9, 14)  # the book of cheques serves other purchases as well
            _pay_by_cheque(book, payment, f"{cheque:07d}", rng.randint(3, 9))
        elif supplier.method == "transfer" and supplier.code in _PAID_ALONE:
            _pay_by_transfer(book, payment)
        elif supplier.method == "transfer":
            runs[payment.on].append(payment)
        elif payment.on <= RECONCILED_ON:
            _pay_by_debit(book, payment)
    for on, group in sorted(runs.items()):
        _pay_run(book, on, group)


def _shown_on(on: date) -> date:
    """Transfers ordered on a month's last run leave the next bank day, the others the same day."""
    return bank_days_after(on, 1) if on.day >= 28 else on


def _pay_by_cheque(book: Book, payment: Payment, number: str, days: int) -> None:
    name = bank_spelling(full_name(payment.party))
    leg = Leg(BQ2.ledger, payment.amount_minor)
    legs = [*settle_items(book, payment.items, payment.on), leg]
    piece = f"CHQ{number}"
    book.post("BQ2", payment.on, piece=piece, label=f"CHQ {number} {name}", legs=legs)
    show_cheque(book, leg, number=number, on=bank_days_after(payment.on, days))


def show_cheque(book: Book, leg: Leg, *, number: str, on: date) -> None:
    """Note when a cheque of the second bank comes to be paid."""
    truth = Truth("cheque_paid", (entry_of(leg, f"CHQ{number}"),))
    label = f"CHEQUE {number}"
    book.show(
        "BQ2", leg,
        Movement(on, leg.amount_minor, Means.CHEQUE, truth, number=number, label=label),
    )  # fmt: skip


def _transfer(bank: BankAccount, payment: Payment, truth: Truth) -> Movement:
    name = bank_spelling(full_name(payment.party))
    numbers = " ".join(item.number for item in payment.items)
    return Movement(
        _shown_on(payment.on),
        payment.amount_minor,
        Means.TRANSFER_OUT,
        truth,
        name=name,
        iban=supplier_iban(payment.party.code),
        remittance=f"{bank.holder} {numbers}",
        end_to_end=f"F{payment.on:%y%m%d}{payment.party.code}",
    )


def _pay_by_transfer(book: Book, payment: Payment) -> None:
    leg = Leg(BQ1.ledger, payment.amount_minor, None)
    piece = f"F{payment.on:%y%m%d}{payment.party.code}"
    truth = Truth("transfer_in_books", (entry_of(leg, piece),), payment.party.code)
    movement = _transfer(BQ1, payment, truth)
    legs = [*settle_items(book, payment.items, payment.on), leg]
    label = f"VIR {full_name(payment.party)}"
    book.post("BQ1", payment.on, piece=piece, label=label, legs=legs)
    book.show("BQ1", leg, movement)


def _pay_run(book: Book, on: date, payments: Sequence[Payment]) -> None:
    total = sum(payment.amount_minor for payment in payments)
    leg, piece = Leg(BQ1.ledger, total), f"VIRF{on:%Y%m%d}"
    truth = Truth("transfer_run_in_books", (entry_of(leg, piece),))
    details = tuple(_transfer(BQ1, payment, truth) for payment in payments)
    items = [item for payment in payments for item in payment.items]
    legs = [*settle_items(book, items, on), leg]
    label = f"VIREMENTS FOURNISSEURS {piece}"
    book.post("BQ1", on, piece=piece, label=label, legs=legs)
    movement = Movement(
        _shown_on(on), total, Means.TRANSFER_OUT, truth, batch_ref=piece, details=details,
        label=f"VIR SEPA EMIS EN NOMBRE {piece} {len(details)} OPERATIONS",
    )  # fmt: skip
    book.show("BQ1", leg, movement)


def _pay_by_debit(book: Book, payment: Payment) -> None:
    bank = _BANKS[payment.party.bank]
    leg = Leg(bank.ledger, payment.amount_minor, shown_on=payment.on)
    kind = "LCR" if payment.party.method == "bill" else "PRLV"
    label = f"{kind} {full_name(payment.party)}"
    legs = [*settle_items(book, payment.items, payment.on), leg]
    book.post(payment.party.bank, payment.on, piece="", label=label, legs=legs)
