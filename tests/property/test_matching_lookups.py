"""What `lookups_for` asks the books for is all that `decide` needs of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.matching import candidates, rules_parts
from rappro.domain.matching.board import NEAR_MAX
from rappro.domain.matching.decide import decide
from rappro.domain.matching.lookups import lookups_for
from rappro.domain.matching.model import (
    ENTRIES_OF_AMOUNT_MAX,
    ITEMS_OF_AMOUNT_MAX,
    Lookups,
    World,
)
from rappro.domain.matching.references import entry_tokens, item_tokens
from tests.property.random_worlds import PRICES, random_world
from tests.unit.matching.worlds import item, line, party
from tests.unit.matching.worlds import world as small_world

_Found = TypeVar("_Found", OpenItem, BankEntry)


def amount_of(record: OpenItem | BankEntry) -> tuple[str, int]:
    if isinstance(record, OpenItem):
        return record.currency, record.residual_minor
    return record.currency, record.amount_minor


def is_named(record: OpenItem | BankEntry, lookups: Lookups) -> bool:
    """Tell whether a record is found by something else than its amount alone."""
    tokens = item_tokens(record) if isinstance(record, OpenItem) else entry_tokens(record)
    return (
        not tokens.isdisjoint(lookups.references)
        or record.third_party in lookups.third_parties
        or record.id in lookups.items
        or (record.third_party, *amount_of(record)) in lookups.party_amounts
    )


def found_of(records: Iterable[_Found], lookups: Lookups, most: int, pick: Random) -> list[_Found]:
    """Return what lookups find: of an amount any `most` + 1, and all that is named otherwise."""
    shuffled = list(records)
    pick.shuffle(shuffled)
    seen: Counter[tuple[str, int]] = Counter()
    found = []
    for record in shuffled:
        amount = amount_of(record)
        seen[amount] += amount in lookups.amounts
        if is_named(record, lookups) or 0 < seen[amount] <= most + 1:
            found.append(record)
    return found


def restricted(world: World, seed: int = 0) -> World:
    """Return the world with only what the lookups find of its items and entries."""
    lookups = lookups_for(
        world.lines, world.third_parties, world.number_shapes, world.matching,
        world.company_currency,
    )  # fmt: skip
    pick = Random(seed)
    return replace(
        world,
        open_items=tuple(found_of(world.open_items, lookups, ITEMS_OF_AMOUNT_MAX, pick)),
        bank_entries=tuple(found_of(world.bank_entries, lookups, ENTRIES_OF_AMOUNT_MAX, pick)),
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 100))
def test_the_evidence_that_is_looked_up_decides_as_the_whole_books_do(
    seed: int, share: int
) -> None:
    """A run decides some of the lines; the books hold what all of them pay, and more."""
    whole, _ = random_world(seed, 120, 12)
    lines = tuple(line for rank, line in enumerate(whole.lines) if rank * 37 % 100 < share)
    world = replace(whole, lines=lines)

    assert decide(restricted(world, seed)) == decide(world)


def at_prices(world: World, items: int, entries: int) -> World:
    """Return a world in which each price has many more items, and one price many more entries.

    Half of them are of its own third parties, whose names and numbers the lines may show. Every
    second line is of a price; every second name is that of two third parties.
    """
    parties = [party.id for party in world.third_parties]
    namesakes = [
        replace(party, id=ThirdPartyId(f"{party.id}-2"), ibans=(), mandates=(), aliases=())
        for party in world.third_parties[::2]
    ]
    lines = [
        replace(each, line=replace(each.line, amount_minor=PRICES[rank // 2 % 2]))
        if rank % 2
        else each
        for rank, each in enumerate(world.lines)
    ]
    item = next(item for item in world.open_items if item.currency == world.company_currency)
    entry = world.bank_entries[0]
    more = [
        replace(
            item,
            id=OpenItemId(f"price-{price}-{n}"), number=f"FA2025-{price}{n:04d}",
            third_party=parties[n % len(parties)] if n % 2 else ThirdPartyId(f"X{n}"),
            amount_minor=price, residual_minor=price,
            company_amount_minor=price, company_residual_minor=price,
        )
        for price in PRICES
        for n in range(items)
    ]  # fmt: skip
    waiting = [
        replace(
            entry,
            id=f"price-{n}", amount_minor=PRICES[0], account="512000",
            date=entry.date + timedelta(days=n % 60),
            third_party=(None, parties[n % len(parties)], ThirdPartyId(f"X{n}"))[n % 3],
            end_to_end_id=None, cheque_no=None, remittance_no=None, batch_ref=None, piece_ref=None,
        )
        for n in range(entries)
    ]  # fmt: skip
    return replace(
        world,
        lines=tuple(lines),
        third_parties=(*world.third_parties, *namesakes),
        open_items=(*world.open_items, *more),
        bank_entries=(*world.bank_entries, *waiting),
    )


@settings(max_examples=6, deadline=None)
@given(
    st.integers(0, 10_000),
    st.integers(ITEMS_OF_AMOUNT_MAX - 15, ITEMS_OF_AMOUNT_MAX + 30),
    st.sampled_from([0, ENTRIES_OF_AMOUNT_MAX - 10, ENTRIES_OF_AMOUNT_MAX + 60]),
)
def test_prices_that_are_not_read_whole_decide_as_if_they_were(
    seed: int, items: int, entries: int
) -> None:
    whole, _ = random_world(seed, 60, 12)
    world = at_prices(whole, items, entries)

    assert decide(restricted(world, seed)) == decide(world)


def test_of_a_price_the_items_of_all_who_might_pay_are_read() -> None:
    """A line names one invoice and pays what another costs: of two namesakes, whose?"""
    leroy, other = party("C1", "MENUISERIE LEROY"), party("C2", "MENUISERIE LEROY")
    named = item("FA2026-00010", leroy, 50000)
    subscription = item("FA2026-00020", leroy, PRICES[0])
    alike = [
        item(f"FA2026-{n:05d}", f"X{n}", PRICES[0])
        for n in range(300, 301 + 3 * ITEMS_OF_AMOUNT_MAX)
    ]
    paying = line(PRICES[0], "VIR MENUISERIE LEROY FA2026-00010")
    books = small_world(paying, items=[named, subscription, *alike], parties=[leroy, other])

    whole = decide(books)

    assert subscription.id in {s.id for c in whole[0].candidates for s in c.settles}
    assert all(decide(restricted(books, seed)) == whole for seed in range(8))


def test_no_rule_looks_at_more_items_of_an_amount_than_are_read() -> None:
    assert candidates.HOT_ITEMS_MAX <= ITEMS_OF_AMOUNT_MAX
    assert rules_parts.HOT_ITEMS_MAX <= ITEMS_OF_AMOUNT_MAX
    assert NEAR_MAX <= ENTRIES_OF_AMOUNT_MAX


def test_the_lookups_of_few_lines_read_a_small_part_of_the_books() -> None:
    whole, _ = random_world(7, 2000, 200)
    world = replace(whole, lines=whole.lines[:10])

    found = restricted(world)

    assert 0 < len(found.open_items) < len(world.open_items) / 5
    assert len(found.bank_entries) < len(world.bank_entries)
    assert decide(found) == decide(world)
