"""October's receipts from customers, which only the bank knows: from the clear to the undecidable.

Each function takes items from the pool of open ones and adds movements with their truth.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from devstack.demo_data import texts
from devstack.demo_data.catalog import CONTRACT_NET, Customer, customer_iban
from devstack.demo_data.days import STATEMENT_TO, bank_day_before, bank_days_after
from devstack.demo_data.model import Means, Movement, Truth
from devstack.demo_data.numbers import with_vat
from devstack.demo_data.pool import Pool, customer_of
from devstack.demo_data.settle import item_of
from devstack.demo_data.trade import Item

_SUBSET_ITEMS_MAX: Final = 5
_SUBSET_POOL_MAX: Final = 14


def _receipt(pool: Pool, items: Sequence[Item], text: str, truth: Truth) -> Movement:
    customer = customer_of(items[0])
    shows_iban = not customer.payer and pool.rng.random() < 0.6
    reference = f"VIR{pool.rng.randint(10**9, 10**10 - 1)}"
    return Movement(
        pool.day(items),
        sum(settled.amount_minor for settled in truth.settles) + truth.adjustment_minor,
        Means.INSTANT_IN if pool.rng.random() < 0.1 else Means.TRANSFER_IN,
        truth,
        name=texts.payer_name(customer, pool.rng),
        iban=customer_iban(customer.code) if shows_iban else "",
        remittance=text,
        end_to_end=reference if pool.rng.random() < 0.5 else "NOTPROVIDED",
    )


def _truth(kind: str, items: Sequence[Item], *, is_decidable: bool = True) -> Truth:
    settles = tuple(item_of(item) for item in items)
    return Truth(kind, settles, customer_of(items[0]).code, is_decidable=is_decidable)


def full_numbers(pool: Pool, bank: str, count: int) -> list[Movement]:
    """One invoice, its number in full, the exact amount."""
    items = pool.free(bank)[:count]
    pool.use(items)
    return [
        _receipt(pool, [item], texts.full_number(item, pool.rng), _truth("full_number", [item]))
        for item in items
    ]


def several(pool: Pool, bank: str, count: int) -> list[Movement]:
    """Several invoices in one transfer, every number given; credit notes deducted when open."""
    movements: list[Movement] = []
    for customer in pool.customers(bank, at_least=5):
        for _ in range(2):
            if len(movements) == count:
                return movements
            items = pool.free_of(customer)[: pool.rng.choice((2, 3, 3, 4, 6))]
            if len(items) < 2:
                break
            if not any(movement.truth.third_party == customer.code for movement in movements):
                items += pool.notes_of(customer)[:1]
            pool.use(items)
            text = texts.several_numbers(items, pool.rng)
            movements.append(_receipt(pool, items, text, _truth("several_numbers", items)))
    return movements


def cut_numbers(pool: Pool, bank: str, count: int) -> list[Movement]:
    """A part of the number, the payer known, the exact amount."""
    items = pool.free(bank, test=_is_known)[:count]
    pool.use(items)
    return [
        _known(pool, [item], texts.cut_number(item, pool.rng), _truth("cut_number", [item]))
        for item in items
    ]


def _is_known(item: Item) -> bool:
    return customer_of(item).knows_iban


def _known(pool: Pool, items: Sequence[Item], text: str, truth: Truth) -> Movement:
    """Return a receipt that shows the payer's own IBAN, which the settings hold."""
    movement = _receipt(pool, items, text, truth)
    return replace(movement, iban=customer_iban(customer_of(items[0]).code))


def known_payers(pool: Pool, bank: str, count: int) -> list[Movement]:
    """No number; the payer's IBAN and the exact amount of one only open item of his."""
    items = pool.free(bank, test=lambda item: _is_known(item) and pool.is_alone(item))[:count]
    pool.use(items)
    return [
        _known(
            pool, [item], texts.no_number(customer_of(item), pool.rng),
            _truth("known_payer", [item]),
        )
        for item in items
    ]  # fmt: skip


def subsets(pool: Pool, bank: str, count: int) -> list[Movement]:
    """No number; the payer's IBAN and an amount that only one group of his items adds up to."""
    movements: list[Movement] = []
    for customer in pool.customers(bank, at_least=3):
        mine = pool.of(customer)
        if len(movements) == count or not customer.knows_iban or len(mine) > _SUBSET_POOL_MAX:
            continue
        items = _only_pair(pool, customer, [item.residual_minor for item in mine])
        if items:
            pool.use(items)
            text = texts.no_number(customer, pool.rng)
            movements.append(_known(pool, items, text, _truth("subset", items)))
    return movements


def _only_pair(pool: Pool, customer: Customer, amounts: list[int]) -> Sequence[Item]:
    sums = Counter(
        sum(group)
        for size in range(1, _SUBSET_ITEMS_MAX + 1)
        for group in itertools.combinations(amounts, size)
    )
    for size in (3, 2):
        for group in itertools.combinations(pool.free_of(customer), size):
            if sums[sum(item.residual_minor for item in group)] == 1:
                return group
    return ()


def in_part(pool: Pool, bank: str, count: int) -> list[Movement]:
    """The number in full, the payer known, less than the residual: a part payment."""
    items = pool.free(
        bank, test=lambda item: _is_known(item) and item.residual_minor >= 30_000
    )[:count]  # fmt: skip
    pool.use(items)
    movements = []
    for item in items:
        amount = item.residual_minor // pool.rng.choice((2, 3)) // 1_000 * 1_000
        truth = Truth("part_payment", (item_of(item, amount),), item.party.code)
        movements.append(_known(pool, [item], f"ACOMPTE {item.number}", truth))
    return movements


def twins(pool: Pool, bank: str, pairs: int) -> list[Movement]:
    """Two equal invoices of one payer, two equal transfers without a number: the oldest first."""
    movements: list[Movement] = []
    for customer in pool.customers(bank, at_least=2):
        contracts = [item for item in pool.free_of(customer) if item.contract]
        everything = [item for item in pool.of(customer) if item.contract]
        if len(contracts) < 2 or not customer.knows_iban or len(movements) == 2 * pairs:
            continue
        taken = contracts[:2]
        if everything[:2] != taken:
            continue
        pool.use(taken)
        both = [_known(pool, [item], "CONTRAT ENTRETIEN", _truth("twin", [item])) for item in taken]
        movements += _in_order(both)
    return movements


def _in_order(movements: list[Movement]) -> list[Movement]:
    """Give the earlier of two different days to the movement that settles the older item."""
    first, second = sorted(movement.booked_on for movement in movements)
    if first == second:
        second = min(bank_days_after(first, 1), bank_day_before(STATEMENT_TO))
        first = bank_day_before(second - timedelta(days=1))
    older, newer = movements
    return [replace(older, booked_on=first), replace(newer, booked_on=second)]


def paid_twice(pool: Pool, bank: str) -> list[Movement]:
    """One invoice paid by two equal transfers: the second settles nothing."""
    item = pool.free(bank, test=lambda item: _is_known(item) and pool.is_alone(item))[0]
    pool.use([item])
    text = f"FACTURE {item.number}"
    first = _known(pool, [item], text, _truth("full_number", [item]))
    truth = Truth("paid_twice", (), item.party.code, is_decidable=False)
    second = _known(pool, [item], text, truth)
    last = bank_day_before(STATEMENT_TO)
    first = replace(first, booked_on=min(first.booked_on, date(2026, 10, 20)))
    return [first, replace(second, booked_on=last, amount_minor=first.amount_minor)]


def off_by_cents(pool: Pool, bank: str) -> list[Movement]:
    """The number in full and two cents short: settled whole, the cents written off."""
    item = pool.free(bank, test=_is_known)[0]
    pool.use([item])
    truth = Truth(
        "cents_short", (item_of(item),), item.party.code, adjustment_minor=-2
    )  # fmt: skip
    return [_known(pool, [item], f"FACTURE {item.number}", truth)]


def overpaid(pool: Pool, bank: str, count: int) -> list[Movement]:
    """The number in full and more than the residual: a person decides what the rest is."""
    items = pool.free(bank, test=_is_known)[:count]
    pool.use(items)
    movements = []
    for item in items:
        extra = pool.rng.randint(10, 60) * 100
        truth = Truth(
            "overpaid",
            (item_of(item),),
            item.party.code,
            adjustment_minor=extra,
            is_decidable=False,
        )
        movements.append(_known(pool, [item], f"FACTURE {item.number}", truth))
    return movements


def mistyped(pool: Pool, bank: str) -> list[Movement]:
    """A number that is another customer's invoice, of another amount: in doubt, a person."""
    item, other = _two_parties(pool.free(bank, test=lambda item: not customer_of(item).payer))
    pool.use([item, other])
    truth = _truth("mistyped_number", [item], is_decidable=False)
    return [_receipt(pool, [item, other], f"FACTURE {other.number}", truth)]


def _two_parties(items: Sequence[Item]) -> tuple[Item, Item]:
    """Return the smallest item, and the biggest one of somebody else."""
    by_amount = sorted(items, key=lambda item: (item.residual_minor, item.number))
    smallest = by_amount[0]
    biggest = next(item for item in reversed(by_amount) if item.party is not smallest.party)
    return smallest, biggest


def strangers(pool: Pool, bank: str) -> list[Movement]:
    """Amounts of open items from payers nobody knows, and a receipt that is no customer's."""
    item = pool.free(bank, test=lambda item: not item.contract)[0]
    _, contract_price = with_vat(CONTRACT_NET, 200)
    pool.use([item])
    unknown = Truth("unknown_receipt", is_decidable=False)
    paid_by_other = _truth("unknown_payer", [item], is_decidable=False)
    return [
        Movement(pool.day([item]), item.residual_minor, Means.TRANSFER_IN, paid_by_other,
                 name="HOLDING DES SAULES BLANCS", remittance="REGLEMENT TRAVAUX"),
        Movement(date(2026, 10, 19), contract_price, Means.TRANSFER_IN, unknown,
                 name="M OU MME QUERVELLE", remittance="VIREMENT"),
        Movement(date(2026, 10, 22), 132_740, Means.TRANSFER_IN, unknown,
                 name="INDEMNITES GARVANE", remittance="DOSSIER SIN 2026 88213"),
    ]  # fmt: skip
