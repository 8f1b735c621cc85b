"""What payers write: the wording of transfers, from the full number to nothing at all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from devstack.demo_data.catalog import Customer, full_name
from devstack.demo_data.numbers import bank_spelling
from devstack.demo_data.trade import Item

_PLAIN: Final = ("VIREMENT", "REGLEMENT", "VOTRE FACTURE", "PAIEMENT MENUISERIE", "SOLDE")


def payer_name(customer: Customer, rng: random.Random) -> str:
    """Return the payer as its bank names it: legal form before, after or left out."""
    if customer.payer:
        return customer.payer
    name, form = bank_spelling(customer.name), bank_spelling(customer.form)
    if not form:
        return name
    return rng.choice((name, f"{form} {name}", f"{name} {form}"))


def full_number(item: Item, rng: random.Random) -> str:
    """Return a wording that holds the whole invoice number, as typed by different people."""
    number = item.number
    series, year, rank = number[:2], number[2:6], number[7:]
    customer = item.party
    assert isinstance(customer, Customer)
    if customer.payer.startswith("SGC"):
        return f"MANDAT {rng.randint(1200, 2400)} BORD {rng.randint(60, 120)} {number}"
    return rng.choice(
        (
            number,
            f"FACTURE {number}",
            f"REGLT FACT {number} DU {item.issued_on:%d/%m/%y}",
            f"FACT {series}{year}{rank}",
            f"{series} {year}-{rank}",
            f"{series}{year}/{rank}",
            f"{number} V/REF {rng.randint(10, 99)}-{rng.randint(1000, 9999)}",
            f"CDE 45{rng.randint(10_000_000, 99_999_999)} {number}",
            f"{number.lower()} menuiserie",
        )
    )


def several_numbers(items: Sequence[Item], rng: random.Random) -> str:
    """Return a wording that lists several whole numbers."""
    numbers = [item.number for item in items]
    return rng.choice(("FACTURES {}", "REGLEMENT {}", "{}", "RELEVE {}")).format(
        rng.choice((" ", ", ", " + ", "/")).join(numbers)
    )


def cut_number(item: Item, rng: random.Random) -> str:
    """Return a wording that holds only a part of the number."""
    number = item.number
    rank = number[7:]
    return rng.choice(
        (
            f"FACT {int(rank)}",
            f"FA {rank}",
            f"FACTURE N {rank}",
            f"REF {number[2:6]}-{rank}",
            f"REGLEMENT DE VOTRE FACTURE DU {item.issued_on:%d/%m/%Y} NUMERO {number[:-1]}",
        )
    )


def no_number(customer: Customer, rng: random.Random) -> str:
    """Return a wording that names no invoice."""
    texts = (*_PLAIN, f"{bank_spelling(full_name(customer))} {rng.randint(100, 999)}")
    return rng.choice(texts)
