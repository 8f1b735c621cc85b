"""Lines are asked what they need to be asked, no less."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.matching.board import Board
from rappro.domain.matching.rules import RULES, traits_of
from tests.property.random_worlds import random_world


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_lines_of_the_same_traits_are_asked_the_same_rules(seed: int) -> None:
    world, _ = random_world(seed, 200, 12)
    ways: dict[tuple[bool, ...], tuple[str, ...]] = {}

    for clue in Board(world).clues:
        way = tuple(rule.name for rule in RULES if rule.concerns(clue))
        assert ways.setdefault(traits_of(clue), way) == way
