"""What the company collects itself by direct debit: one booking a month, and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from devstack.demo_data.catalog import CREDITOR_ID, Customer, customer_iban
from devstack.demo_data.days import STATEMENT_FROM, bank_day
from devstack.demo_data.model import Means, Movement, Truth
from devstack.demo_data.numbers import bank_spelling
from devstack.demo_data.pool import customer_of
from devstack.demo_data.settle import item_of
from devstack.demo_data.trade import Item


def collection(items: Sequence[Item]) -> list[Movement]:
    """The direct debits that the company collected itself: one booking, a detail for each."""
    mine = [
        item
        for item in items
        if isinstance(item.party, Customer) and item.party.method == "sdd"
        and item.residual_minor > 0 and item.issued_on < STATEMENT_FROM
    ]  # fmt: skip
    on = bank_day(date(2026, 10, 5))
    truth = Truth("collection_batch", tuple(item_of(item) for item in mine))
    details = tuple(_collected(item, on, truth) for item in mine)
    total = sum(item.residual_minor for item in mine)
    label = f"REMISE PRELEVEMENTS PRLV{on:%Y%m%d} {len(details)} OPERATIONS"
    return [
        Movement(
            on, total, Means.COLLECTION, truth, batch_ref=f"PRLV{on:%Y%m%d}", details=details,
            label=label,
        )
    ]  # fmt: skip


def _collected(item: Item, on: date, truth: Truth) -> Movement:
    customer = customer_of(item)
    return Movement(
        on, item.residual_minor, Means.COLLECTION, truth,
        name=bank_spelling(customer.name), iban=customer_iban(customer.code),
        remittance=f"FACTURE {item.number}", end_to_end=item.number,
        mandate=mandate_of(customer), creditor_id=CREDITOR_ID,
    )  # fmt: skip


def mandate_of(customer: Customer) -> str:
    """Return the mandate (RUM) that a customer signed for the company's own collections."""
    return f"ORV-{customer.code}-01"


def returned(paid: Sequence[Item]) -> list[Movement]:
    """A collection of September that the customer's bank sends back."""
    item = max(paid, key=lambda item: (item.issued_on, item.number))
    customer = customer_of(item)
    truth = Truth("collection_return", (), customer.code, is_decidable=False)
    return [
        Movement(
            date(2026, 10, 12), -item.amount_minor, Means.COLLECTION_RETURN, truth,
            name=bank_spelling(customer.name), remittance=f"FACTURE {item.number}",
            end_to_end=item.number, mandate=mandate_of(customer), creditor_id=CREDITOR_ID,
            return_reason="AM04", label="REJET PRELEVEMENT",
        )
    ]  # fmt: skip
