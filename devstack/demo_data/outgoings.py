"""October's payments that only the bank knows: direct debits, bills, transfers made by hand."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

from devstack.demo_data.catalog import (
    Supplier,
    customer_iban,
    full_name,
    supplier_iban,
)
from devstack.demo_data.days import STATEMENT_FROM, STATEMENT_TO, bank_day
from devstack.demo_data.model import Means, Movement, Truth
from devstack.demo_data.numbers import bank_spelling
from devstack.demo_data.settle import item_of
from devstack.demo_data.trade import Item


def supplier_of(item: Item) -> Supplier:
    """Return the item's party, known to be a supplier."""
    assert isinstance(item.party, Supplier)
    return item.party


def direct_debits(items: Sequence[Item], bank: str, rng: random.Random) -> list[Movement]:
    """Suppliers' direct debits and bills that fell due in October."""
    movements = []
    for item in items:
        supplier = supplier_of(item)
        on = bank_day(item.due_on)
        if supplier.bank != bank or not STATEMENT_FROM <= on <= STATEMENT_TO:
            continue
        if supplier.method == "debit":
            movements.append(_debit(item, on, rng))
        elif supplier.method == "bill":
            movements.append(_bill(item, on))
    return movements


def _debit(item: Item, on: date, rng: random.Random) -> Movement:
    supplier = supplier_of(item)
    truth = Truth("supplier_debit", (item_of(item),), supplier.code)
    text = f"FACTURE {item.number}" if rng.random() < 0.6 else f"PRLV {on:%m/%Y}"
    return Movement(
        on, item.residual_minor, Means.DIRECT_DEBIT, truth,
        name=bank_spelling(full_name(supplier)), remittance=text, mandate=supplier.mandate,
        creditor_id=supplier.creditor_id, end_to_end=f"{supplier.code}{on:%y%m%d}",
    )  # fmt: skip


def _bill(item: Item, on: date) -> Movement:
    supplier = supplier_of(item)
    truth = Truth("bill", (item_of(item),), supplier.code)
    name = bank_spelling(full_name(supplier))
    return Movement(
        on, item.residual_minor, Means.BILL, truth, name=name, label=f"LCR {name}",
        remittance=f"LCR FACTURE {item.number}",
    )  # fmt: skip


def transfers_by_hand(items: Sequence[Item], count: int) -> list[Movement]:
    """Supplier invoices that somebody paid before their run, without telling the books."""
    early = [
        item
        for item in items
        if supplier_of(item).method == "transfer" and supplier_of(item).knows_iban
        and item.issued_on < date(2026, 10, 20) and item.residual_minor
    ]  # fmt: skip
    movements = []
    for item in early[-count:]:
        supplier = supplier_of(item)
        on = bank_day(item.issued_on + timedelta(days=5))
        truth = Truth("supplier_transfer", (item_of(item),), supplier.code)
        movements.append(
            Movement(
                on, item.residual_minor, Means.TRANSFER_OUT, truth,
                name=bank_spelling(full_name(supplier)), iban=supplier_iban(supplier.code),
                remittance=f"FACT {item.number}", end_to_end="NOTPROVIDED",
            )
        )  # fmt: skip
    return movements


def refund(note: Item) -> list[Movement]:
    """A customer's credit note, paid back."""
    truth = Truth("credit_note_refund", (item_of(note),), note.party.code)
    return [
        Movement(
            date(2026, 10, 27), note.residual_minor, Means.TRANSFER_OUT, truth,
            name=bank_spelling(full_name(note.party)), iban=customer_iban(note.party.code),
            remittance=f"REMBOURSEMENT AVOIR {note.number}", end_to_end=f"RB{note.number}",
        )
    ]  # fmt: skip


def odds_and_ends() -> tuple[list[Movement], list[Movement]]:
    """What no book explains, for each bank: tolls, interest, an unpaid cheque, a tax."""
    nothing = Truth("not_in_books", is_decidable=False)
    first = [
        Movement(date(2026, 10, 13), -1_500, Means.FEE, Truth("bank_fee", template="FRAIS"),
                 label="FRAIS REJET PRELEVEMENT"),
        Movement(date(2026, 10, 29), -360, Means.FEE, Truth("bank_fee", template="FRAIS"),
                 label="COMMISSION VIREMENTS EN NOMBRE"),
        Movement(date(2026, 10, 15), -123_000, Means.DIRECT_DEBIT, nothing,
                 name="DGFIP CFE", remittance="CFE 2026", mandate="DGCFE000261",
                 creditor_id="FR00ZZZ910002"),
    ]  # fmt: skip
    second = [
        Movement(date(2026, 10, 7), -2_418, Means.INTEREST,
                 Truth("interest", template="AGIOS"), label="INTERETS DEBITEURS T3 2026"),
        Movement(date(2026, 10, 16), -48_350, Means.CHEQUE_UNPAID, nothing, number="0330118",
                 return_reason="10", label="CHEQUE IMPAYE"),
        Movement(date(2026, 10, 16), -1_750, Means.FEE, Truth("bank_fee", template="FRAIS"),
                 label="FRAIS CHEQUE IMPAYE"),
        Movement(date(2026, 10, 21), -9_900, Means.INSTANT_OUT, nothing,
                 name="ASSOCIATION DES ARTISANS D ORVAN", remittance="STAND SALON 2026"),
    ]  # fmt: skip
    return first, second
