"""Sales and purchases of the fiscal year: invoices and credit notes with their numbers and entries.

Plays from a few months before the year, so that the opening entry carries real invoices.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.catalog import (
    CONTRACT_NET,
    CUSTOMERS,
    SUPPLIERS,
    Customer,
    Supplier,
    full_name,
)
from devstack.demo_data.days import (
    FISCAL_END,
    FISCAL_START,
    HISTORY_FROM,
    bank_day,
    month_end,
    months,
)
from devstack.demo_data.ledger import Book, Leg
from devstack.demo_data.numbers import with_vat

_PRICES: Final = (2_450, 3_200, 4_190, 5_900, 7_850, 12_450, 18_900, 27_500, 36_800, 64_500)
_FIRST_NUMBERS: Final = {2025: 846, 2026: 1}
_CREDIT_NOTE_SHARE: Final = 0.02
_SEPTEMBER: Final = date(2026, 9, 1)
_CREDITED_IN_SEPTEMBER: Final = ("C0003", "C0004", "C0006", "C0009")
"""Customers who always hold a credit note that is still open in October."""
_SALES_ACCOUNTS: Final = {
    200: ("707100", "445711"), 100: ("706200", "445712"), 55: ("706300", "445713"),
}  # fmt: skip


@dataclass(slots=True, eq=False)
class Item:
    """An invoice or credit note; `amount_minor` and `residual_minor` as the bank sees them.

    `leg` is its line in the books, None while it is older than the fiscal year.
    """

    party: Customer | Supplier
    number: str
    issued_on: date
    due_on: date
    amount_minor: int
    residual_minor: int
    leg: Leg | None = None
    contract: bool = False

    @property
    def account(self) -> str:
        return "411000" if isinstance(self.party, Customer) else "401000"

    @property
    def is_credit_note(self) -> bool:
        return (self.amount_minor < 0) == isinstance(self.party, Customer)


@dataclass(frozen=True, slots=True)
class _Sale:
    on: date
    customer: Customer
    nets: dict[int, int]
    contract: bool = False


def sell(book: Book, rng: random.Random) -> list[Item]:
    """Post the year's sales and return every invoice and credit note, oldest first."""
    sales = sorted(_sales(rng), key=lambda sale: (sale.on, sale.customer.code, sale.contract))
    counters = dict(_FIRST_NUMBERS)
    items = []
    for sale in sales:
        number = f"FA{sale.on.year}-{counters[sale.on.year]:05d}"
        counters[sale.on.year] += 1
        items.append(_post_sale(book, sale, number, sign=1))
    credit_notes = _credit_notes(book, items, rng)
    return sorted(items + credit_notes, key=lambda item: (item.issued_on, item.number))


def _sales(rng: random.Random) -> Iterator[_Sale]:
    for year, month in months(HISTORY_FROM, FISCAL_END):
        last = month_end(year, month).day
        for customer in CUSTOMERS:
            if customer.has_contract:
                on = bank_day(date(year, month, 1))
                yield _Sale(on, customer, {200: CONTRACT_NET}, contract=True)
            whole = int(customer.monthly)
            count = whole + (rng.random() < customer.monthly - whole)
            for _ in range(count):
                on = bank_day(date(year, month, rng.randint(1, last)))
                if on <= FISCAL_END:
                    yield _Sale(on, customer, _nets(customer, rng))


def _nets(customer: Customer, rng: random.Random) -> dict[int, int]:
    nets: dict[int, int] = defaultdict(int)
    rates = (100, 100, 55) if customer.works else (200,)
    for _ in range(rng.randint(1, 3)):
        nets[rng.choice(rates)] += rng.choice(_PRICES) * rng.randint(1, 2 + customer.size)
    if rng.random() < 0.4:
        nets[rates[0]] += rng.randint(9, 90) * 50  # delivery, by distance
    return dict(nets)


def _post_sale(book: Book, sale: _Sale, number: str, *, sign: int) -> Item:
    total = 0
    legs = []
    for rate, net in sorted(sale.nets.items(), reverse=True):
        vat, gross = with_vat(net, rate)
        sales_account, vat_account = _SALES_ACCOUNTS[rate]
        legs += [Leg(sales_account, -sign * net), Leg(vat_account, -sign * vat)]
        total += gross
    customer = sale.customer
    leg = Leg("411000", sign * total, customer.code)
    label = f"{number} {full_name(customer)}"
    if sale.on >= FISCAL_START:
        book.post("VE", sale.on, piece=number, label=label, legs=[leg, *legs])
    due = sale.on + timedelta(days=customer.terms)
    item = Item(customer, number, sale.on, due, sign * total, sign * total, leg, sale.contract)
    item.leg = leg if sale.on >= FISCAL_START else None
    return item


def _credit_notes(book: Book, items: list[Item], rng: random.Random) -> list[Item]:
    plans = []
    due_one = set(_CREDITED_IN_SEPTEMBER)
    for item in items:
        on = bank_day(item.issued_on + timedelta(days=rng.randint(8, 25)))
        is_drawn = rng.random() < _CREDIT_NOTE_SHARE
        if item.contract or on > FISCAL_END:
            continue
        is_due = item.issued_on >= _SEPTEMBER and item.party.code in due_one
        if is_due:
            due_one.remove(item.party.code)
        if is_due or is_drawn:
            plans.append((on, item.number, item))
    counters = {2025: 17, 2026: 1}
    notes = []
    for on, _, item in sorted(plans, key=lambda plan: plan[:2]):
        number = f"AV{on.year}-{counters[on.year]:05d}"
        counters[on.year] += 1
        assert isinstance(item.party, Customer)
        rate = 100 if item.party.works else 200
        net = max(1_000, abs(item.amount_minor) // rng.choice((5, 8, 10)) // 50 * 50)
        notes.append(_post_sale(book, _Sale(on, item.party, {rate: net}), number, sign=-1))
    return notes


def buy(book: Book, rng: random.Random) -> list[Item]:
    """Post the year's purchases and return every supplier invoice, oldest first."""
    items = []
    for supplier in SUPPLIERS:
        number = supplier.first_number
        for on in sorted(_purchase_days(supplier, rng)):
            number += rng.randint(1, supplier.step_max)
            net = rng.randint(*supplier.amounts)
            reference = supplier.style.format(
                y=on.year, yy=f"{on.year % 100:02d}", mm=f"{on.month:02d}", n=number
            )
            items.append(_post_purchase(book, supplier, (on, reference), net))
    return sorted(items, key=lambda item: (item.issued_on, item.party.code, item.number))


def _purchase_days(supplier: Supplier, rng: random.Random) -> Iterator[date]:
    for year, month in months(HISTORY_FROM, FISCAL_END):
        whole = int(supplier.monthly)
        count = whole + (rng.random() < supplier.monthly - whole)
        is_regular = supplier.amounts[0] == supplier.amounts[1]
        for _ in range(count):
            day = 1 if is_regular else rng.randint(2, month_end(year, month).day)
            yield min(bank_day(date(year, month, day)), FISCAL_END)


def _post_purchase(book: Book, supplier: Supplier, piece: tuple[date, str], net: int) -> Item:
    on, number = piece
    vat, gross = with_vat(net, supplier.vat_permille)
    leg = Leg("401000", -gross, supplier.code)
    legs = [Leg(supplier.account, net), leg]
    if vat:
        legs.insert(1, Leg("445660", vat))
    if on >= FISCAL_START:
        label = f"{number} {full_name(supplier)}"
        book.post("AC", on, piece=number, label=label, legs=legs)
    due = on + timedelta(days=supplier.terms)
    item = Item(supplier, number, on, due, -gross, -gross)
    item.leg = leg if on >= FISCAL_START else None
    return item
