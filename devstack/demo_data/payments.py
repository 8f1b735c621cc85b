"""When each invoice gets paid and with which others: habits of customers and suppliers.

Plans only; `settle.py` writes the entries.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.catalog import Customer, Supplier
from devstack.demo_data.days import bank_day, next_month, on_day
from devstack.demo_data.trade import Item

RUN_DAYS: Final = (10, 20, 30)
"""Days of the month on which the company pays its suppliers' due invoices by transfer."""
COLLECTION_DAY: Final = 5
_DISPUTED_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Payment:
    """Some items of one party, paid together on one day."""

    party: Customer | Supplier
    on: date
    items: tuple[Item, ...]

    @property
    def amount_minor(self) -> int:
        return sum(item.residual_minor for item in self.items)


def plan(items: Sequence[Item], rng: random.Random) -> list[Payment]:
    """Return every payment that the habits lead to, by day and party."""
    by_party: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_party[item.party.code].append(item)
    payments: list[Payment] = []
    for code in sorted(by_party):
        payments += _plan_party(by_party[code], rng)
    return sorted(payments, key=lambda payment: (payment.on, payment.party.code))


def _plan_party(items: list[Item], rng: random.Random) -> Iterator[Payment]:
    by_day: dict[date, list[Item]] = defaultdict(list)
    for item in items:
        party = item.party
        day = (
            _customer_day(item, party, rng)
            if isinstance(party, Customer)
            else _supplier_day(item, party)
        )
        by_day[day].append(item)
    waiting: list[Item] = []
    for day in sorted(by_day):
        waiting += by_day[day]
        payment = Payment(items[0].party, day, tuple(waiting))
        is_right_way = (payment.amount_minor > 0) == isinstance(payment.party, Customer)
        if payment.amount_minor and is_right_way:  # else credit notes wait for an invoice
            yield payment
            waiting = []


def _customer_day(item: Item, customer: Customer, rng: random.Random) -> date:
    if customer.method == "sdd":
        return bank_day(
            date(*next_month(item.issued_on.year, item.issued_on.month), COLLECTION_DAY)
        )
    ripe = item.due_on + timedelta(days=customer.delay + rng.randint(0, 6))
    if item.is_credit_note:
        ripe = item.issued_on + timedelta(days=45)
    elif rng.random() < _DISPUTED_SHARE:
        ripe += timedelta(days=rng.randint(60, 200))
    return on_day(ripe, customer.pay_day) if customer.pay_day else bank_day(ripe)


def _supplier_day(item: Item, supplier: Supplier) -> date:
    if supplier.method != "transfer":
        return bank_day(item.due_on)
    return min(on_day(item.due_on, day) for day in RUN_DAYS)
