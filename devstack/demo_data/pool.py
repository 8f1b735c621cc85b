"""The customers' open items when the statement's month begins; receipts are taken from it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from devstack.demo_data.catalog import Customer
from devstack.demo_data.days import (
    STATEMENT_FROM,
    STATEMENT_TO,
    bank_day,
    bank_day_before,
)
from devstack.demo_data.trade import Item

_LAST_ISSUE: Final = date(2026, 10, 14)


def customer_of(item: Item) -> Customer:
    """Return the item's party, known to be a customer."""
    assert isinstance(item.party, Customer)
    return item.party


class Pool:
    """The customers' open items; each is paid by one movement at most."""

    def __init__(self, items: Iterable[Item], rng: random.Random) -> None:
        """Shuffle the items once, so that what is taken is spread over the customers."""
        self.rng = rng
        self._items = [item for item in items if item.residual_minor]
        rng.shuffle(self._items)
        self._used: set[int] = set()

    def use(self, items: Iterable[Item]) -> None:
        self._used.update(id(item) for item in items)

    def free(self, bank: str, *, test: Callable[[Item], bool] = lambda _: True) -> list[Item]:
        """Return the invoices of a bank's paying customers that nothing has paid yet."""
        return [
            item
            for item in self._items
            if id(item) not in self._used
            and not item.is_credit_note
            and item.issued_on <= _LAST_ISSUE
            and customer_of(item).bank == bank
            and customer_of(item).method == "transfer"
            and test(item)
        ]

    def of(self, customer: Customer) -> list[Item]:
        """Return every open item of a customer, used or not, oldest first."""
        mine = (item for item in self._items if item.party is customer)
        return sorted(mine, key=lambda item: (item.issued_on, item.number))

    def free_of(self, customer: Customer) -> list[Item]:
        """Return a customer's invoices that nothing has paid yet, oldest first."""
        free = set(map(id, self.free(customer.bank)))
        return [item for item in self.of(customer) if id(item) in free]

    def is_alone(self, item: Item) -> bool:
        """Return whether its customer has no other open item of that amount."""
        amounts = [other.residual_minor for other in self.of(customer_of(item))]
        return amounts.count(item.residual_minor) == 1

    def day(self, items: Sequence[Item]) -> date:
        """Return a bank day of October on which these items can have been paid."""
        newest = max(item.issued_on for item in items) + timedelta(days=8)
        first = max(STATEMENT_FROM, newest)
        on = first + timedelta(days=self.rng.randint(0, (STATEMENT_TO - first).days))
        return bank_day_before(on) if bank_day(on) > STATEMENT_TO else bank_day(on)

    def notes_of(self, customer: Customer) -> list[Item]:
        """Return a customer's credit notes that nothing has used yet, oldest first."""
        return [note for note in self.free_notes(customer.bank) if note.party is customer]

    def free_notes(self, bank: str) -> list[Item]:
        """Return the credit notes of a bank's customers that nothing has used yet, oldest first."""
        notes = (
            item
            for item in self._items
            if item.is_credit_note
            and item.issued_on <= _LAST_ISSUE
            and customer_of(item).bank == bank
            and id(item) not in self._used
        )
        return sorted(notes, key=lambda note: (note.issued_on, note.number))

    def customers(self, bank: str, *, at_least: int) -> list[Customer]:
        """Return the customers with that many unpaid invoices at least, by code."""
        free = self.free(bank)
        counts = Counter(item.party.code for item in free)
        by_code = {item.party.code: customer_of(item) for item in free}
        return [by_code[code] for code in sorted(counts) if counts[code] >= at_least]
