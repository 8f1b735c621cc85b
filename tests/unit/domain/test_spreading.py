"""Spreading targets over the lines of a manual match."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.errors import TotalsDiffer
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.spreading import spread


def item(name: str, amount_minor: int) -> Settle:
    return Settle(TargetType.OPEN_ITEM, name, amount_minor)


def test_one_line_takes_every_target_credit_notes_included() -> None:
    assert spread([900], [item("a", 1000), item("b", -100)]) == (
        (item("a", 1000), item("b", -100)),
    )


def test_a_target_is_split_over_two_lines() -> None:
    assert spread([600, 400], [item("a", 1000)]) == ((item("a", 600),), (item("a", 400),))


def test_a_credit_note_stays_on_the_first_line() -> None:
    assert spread([500, 400], [item("a", 1000), item("b", -100)]) == (
        (item("a", 600), item("b", -100)),
        (item("a", 400),),
    )


def test_different_totals_are_refused() -> None:
    with pytest.raises(TotalsDiffer):
        spread([999], [item("a", 1000)])


def test_a_line_that_finds_too_little_of_its_sign_is_refused() -> None:
    with pytest.raises(TotalsDiffer):
        spread([300, -200], [item("a", 100)])


AMOUNTS = st.lists(st.integers(-500, 500).filter(bool), min_size=1, max_size=6)


@given(AMOUNTS, AMOUNTS)
def test_every_line_and_every_target_is_used_up_exactly(
    lines: list[int], amounts: list[int]
) -> None:
    amounts = [*amounts, sum(lines) - sum(amounts)]
    targets = [item(str(n), amount) for n, amount in enumerate(amounts)]

    try:
        parts = spread(lines, targets)
    except TotalsDiffer:
        return  # a line of a sign that the targets do not hold

    assert [sum(s.amount_minor for s in part) for part in parts] == lines
    for n, amount in enumerate(amounts):
        used = sum(s.amount_minor for part in parts for s in part if s.id == str(n))
        assert used == amount
