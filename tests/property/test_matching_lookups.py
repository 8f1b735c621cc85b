"""What `lookups_for` asks the books for is all that `decide` needs of them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.books import (
    BankEntry,
    OpenItem,
)
from rappro.domain.matching.decide import decide
from rappro.domain.matching.lookups import lookups_for
from rappro.domain.matching.model import Lookups, World
from rappro.domain.matching.references import entry_tokens, item_tokens
from tests.property.random_worlds import random_world


def is_found_item(item: OpenItem, lookups: Lookups) -> bool:
    """An item is indexed by both residuals, its number's tokens, its third party and its id."""
    residuals = {item.residual_minor, item.company_residual_minor}
    return (
        not residuals.isdisjoint(lookups.amounts)
        or not item_tokens(item).isdisjoint(lookups.references)
        or item.third_party in lookups.third_parties
        or item.id in lookups.items
    )


def is_found_entry(entry: BankEntry, lookups: Lookups) -> bool:
    return (
        entry.amount_minor in lookups.amounts
        or not entry_tokens(entry).isdisjoint(lookups.references)
        or entry.third_party in lookups.third_parties
    )


def restricted(world: World) -> World:
    """Return the world with only what the lookups find of its items and entries."""
    lookups = lookups_for(
        world.lines, world.third_parties, world.number_shapes, world.matching,
        world.company_currency,
    )  # fmt: skip
    return replace(
        world,
        open_items=tuple(i for i in world.open_items if is_found_item(i, lookups)),
        bank_entries=tuple(e for e in world.bank_entries if is_found_entry(e, lookups)),
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

    assert decide(restricted(world)) == decide(world)


def test_the_lookups_of_few_lines_read_a_small_part_of_the_books() -> None:
    whole, _ = random_world(7, 2000, 200)
    world = replace(whole, lines=whole.lines[:10])

    found = restricted(world)

    assert 0 < len(found.open_items) < len(world.open_items) / 5
    assert len(found.bank_entries) < len(world.bank_entries)
    assert decide(found) == decide(world)
