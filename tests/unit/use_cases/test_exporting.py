"""Sorting by parts gives what sorting at once gives."""

from __future__ import annotations

import pytest

from rappro.use_cases.exporting import sorted_lines

LINES = [f"{(n * 7919) % 101:03} é\u2028 {n}" for n in range(101)]


@pytest.mark.parametrize("per_part", [1, 2, 10, 100, 101, 102, 1_000])
def test_lines_come_in_order_whatever_the_size_of_a_part(per_part: int) -> None:
    assert list(sorted_lines(LINES, per_part)) == sorted(LINES)


def test_no_line_is_no_line() -> None:
    assert list(sorted_lines([])) == []


def test_equal_lines_are_all_kept() -> None:
    assert list(sorted_lines(["b", "a", "b", "a"], 2)) == ["a", "a", "b", "b"]
