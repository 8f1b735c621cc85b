"""October's lines that only a person can finish: two transfers for three invoices, a bank's charge.

Nothing is thrown here, so that what the rest of the month draws stays as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Final

from devstack.demo_data.catalog import BQ1, Customer, full_name
from devstack.demo_data.ledger import Book, Leg
from devstack.demo_data.model import Means, Movement, Truth
from devstack.demo_data.numbers import bank_spelling
from devstack.demo_data.pool import Pool
from devstack.demo_data.settle import entry_of, item_of
from devstack.demo_data.trade import Item

_ON: Final = (date(2026, 10, 23), date(2026, 10, 28))
_FIRST_PERMILLE: Final = 550
_GROUPS_OF_AT_MOST: Final = 4
_ORDERED_ON: Final = date(2026, 10, 14)
_SHOWN_ON: Final = date(2026, 10, 15)
_ABROAD: Final = "WERKZEUGE ALPENTAL"
_PRICE: Final = 84_000
_CHARGE: Final = 1_250
"""What the bank kept for the transfer: more than the cents that are settled by themselves."""


def two_for_three(pool: Pool, bank: str) -> list[Movement]:
    """Three invoices of one customer paid by two round transfers that name none of them."""
    for customer in pool.customers(bank, at_least=3):
        items = pool.free_of(customer)[:3]
        total = sum(item.residual_minor for item in items)
        first = total * _FIRST_PERMILLE // 1_000 // 1_000 * 1_000
        amounts = (first, total - first)
        if not customer.payer and _is_no_sum(amounts, pool.of(customer)):
            pool.use(items)
            return _transfers(customer, items, amounts)
    return []


def _is_no_sum(amounts: Sequence[int], items: Sequence[Item]) -> bool:
    """Say whether no few items of the customer come to one of the amounts."""
    sums = {
        sum(item.residual_minor for item in group)
        for size in range(1, _GROUPS_OF_AT_MOST + 1)
        for group in itertools.combinations(items, size)
    }
    return not sums.intersection(amounts)


def _transfers(
    customer: Customer, items: Sequence[Item], amounts: tuple[int, int]
) -> list[Movement]:
    """Return the transfers; the first one's amount uses the items up from the oldest on."""
    left = [item.residual_minor for item in items]
    movements = []
    for rank, (on, amount) in enumerate(zip(_ON, amounts, strict=True), 1):
        parts, rest = [], amount
        for at, item in enumerate(items):
            taken = min(rest, left[at])
            left[at] -= taken
            rest -= taken
            if taken:
                parts.append(item_of(item, taken))
        truth = Truth("two_for_three", tuple(parts), customer.code, is_decidable=False)
        name, text = bank_spelling(full_name(customer)), f"REGLEMENT {rank} SUR 2"
        movements.append(Movement(on, amount, Means.TRANSFER_IN, truth, name=name, remittance=text))
    return movements


def paid_abroad(book: Book) -> list[Movement]:
    """A transfer abroad that is in the books, and that the bank shows with its charge on top."""
    leg = Leg(BQ1.ledger, -_PRICE)
    piece, label = f"VIR{_ORDERED_ON:%Y%m%d}", f"VIREMENT ETRANGER {_ABROAD}"
    book.post("BQ1", _ORDERED_ON, piece=piece, label=label, legs=[Leg("606300", _PRICE), leg])
    truth = Truth(
        "charged_transfer", (entry_of(leg, piece),), adjustment_minor=-_CHARGE, is_decidable=False
    )
    return [
        Movement(
            _SHOWN_ON, -_PRICE - _CHARGE, Means.TRANSFER_OUT, truth,
            name=f"{_ABROAD} GMBH", remittance="FRAIS INCLUS",
        )
    ]  # fmt: skip
