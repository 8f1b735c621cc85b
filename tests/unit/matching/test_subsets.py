"""Counted subset sums, held against trying everything."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.matching.subsets import ITEMS_MAX, SubsetSums, distinct_sets

values = st.lists(st.integers(-40, 60).filter(bool), min_size=2, max_size=9)


@settings(max_examples=60, deadline=None)
@given(values, st.integers(-60, 200))
def test_the_sets_that_are_found_are_all_there_are(amounts: list[int], target: int) -> None:
    """Equal values are twins here, so sets are compared by their values."""
    wanted = {
        tuple(sorted(some))
        for size in range(2, 6)
        for some in combinations(amounts, size)
        if sum(some) == target
    }

    found = SubsetSums(amounts, amounts, 5).sets(target, smallest=2, limit=10_000)

    assert found is not None
    assert {tuple(sorted(amounts[i] for i in chosen)) for chosen in found} == wanted
    assert len(found) == len(wanted)


def test_of_twins_the_first_are_taken_and_count_once() -> None:
    assert distinct_sets([5, 5, 5, 7], ["a", "a", "a", "b"], 10, sizes=(2, 5)) == [(0, 1)]
    assert len(distinct_sets([5, 5, 5, 7], "abcd", 10, sizes=(2, 5)) or ()) == 2


def test_too_many_values_prove_nothing() -> None:
    amounts = list(range(100, 100 + ITEMS_MAX + 1))

    assert distinct_sets(amounts, amounts, 203, sizes=(2, 5)) is None
    assert distinct_sets(amounts[:-1], amounts[:-1], 201, sizes=(2, 5)) == [(0, 1)]


def test_many_twins_are_few_values() -> None:
    assert distinct_sets([7] * 500, ["t"] * 500, 35, sizes=(2, 5)) == [(0, 1, 2, 3, 4)]
