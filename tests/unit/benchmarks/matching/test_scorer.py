"""The scorer on outcomes made by hand: what is right, what is wrong, what was only missed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.matching.oracle import Verdict
from benchmarks.matching.scorer import Tally, outcomes_of, score
from benchmarks.matching.world import World

Make = Callable[..., Any]
Json = dict[str, Any]
PLACE = ("BQ1.xml", 1)


def outcome(level: str, *settles: tuple[str, str], **fields: Any) -> Json:
    parts = [{"id": id_, "type": "open_item", "amount": amount} for id_, amount in settles]
    return {"level": level, "third_party": None, "template": None, "settles": parts,
            "adjustments": [], "candidates": [], **fields}  # fmt: skip


def scored(truth: Json, said: Json, *items: Json, why: str = "truth") -> Tally:
    world = World({"open_items": list(items)}, [], [truth])
    return score(world, {truth["id"]: Verdict("full_sum", why)}, {PLACE: said}).total


def test_an_automatic_match_that_settles_the_truth_is_right(item: Make, true: Make) -> None:
    paid = item("1", "100.00")

    found = scored(true("1", (paid, "100.00")), outcome("A", ("1", "100.00")), paid)

    assert (found.right, found.wrong, found.decidable_right, found.decidable) == (1, 0, 1, 1)


@pytest.mark.parametrize("said", [("2", "100.00"), ("1", "99.00")])
def test_another_item_or_another_amount_is_wrong(
    item: Make, true: Make, *, said: tuple[str, str]
) -> None:
    items = [item("1", "100.00"), item("2", "100.00", third_party="C2")]

    found = scored(true("1", (items[0], "100.00")), outcome("A", said), *items)

    assert (found.right, found.wrong, found.decidable_right) == (0, 1, 0)


def test_a_twin_is_right_unless_the_line_names_the_other_one(item: Make, true: Make) -> None:
    twins = [item("1", "49.00"), item("2", "49.00")]
    said = outcome("A", ("2", "49.00"))

    unnamed = scored(true("1", (twins[0], "49.00")), said, *twins)
    named = scored(true("1", (twins[0], "49.00"), named=True), said, *twins)

    assert (unnamed.right, named.right, named.wrong) == (1, 0, 1)


def test_a_difference_must_have_its_name(item: Make, true: Make) -> None:
    paid = item("1", "100.00")
    truth = true("1", (paid, "100.00"), adjustments=[{"kind": "charge", "amount": "-2.00"}])

    right, wrong = (
        scored(
            truth,
            outcome("A", ("1", "100.00"), adjustments=[{"kind": kind, "amount": "-2.00"}]),
            paid,
        )
        for kind in ("charge", "discount")
    )

    assert (right.right, wrong.wrong) == (1, 1)


def test_whatever_settles_a_line_of_nothing_is_wrong(item: Make, true: Make) -> None:
    found = scored(true("1"), outcome("A", ("1", "100.00")), item("1", "100.00"), why="nothing")

    assert (found.wrong, found.settleable, found.decidable) == (1, 0, 0)


def test_a_template_is_right_by_its_name(true: Make) -> None:
    right, wrong = (
        scored(true("1", template="T1"), outcome("AS", template=template))
        for template in ("T1", "T2")
    )

    assert (right.right, wrong.wrong) == (1, 1)


def test_the_truth_counts_among_the_first_five_candidates(item: Make, true: Make) -> None:
    paid = item("1", "100.00")
    rest = [{"settles": [{"id": str(n), "amount": "1.00"}], "template": None} for n in range(2, 7)]
    own = {"settles": [{"id": "1", "amount": "100.00"}], "template": None}

    fifth = scored(true("1", (paid, "100.00")), outcome("B", candidates=[*rest[:4], own]), paid)
    sixth = scored(true("1", (paid, "100.00")), outcome("B", candidates=[*rest, own]), paid)

    assert (fifth.proposed, fifth.proposed_right) == (1, 1)
    assert (sixth.proposed, sixth.proposed_right) == (1, 0)


def test_third_parties_are_counted_where_one_is_given(true: Make) -> None:
    given, other, absent = (
        scored(true("1"), outcome("C", third_party=party)) for party in ("C1", "C2", None)
    )

    assert [(each.party_given, each.party_right) for each in (given, other, absent)] == [
        (1, 1), (1, 0), (0, 0),
    ]  # fmt: skip


def test_wrong_matches_are_told_per_ten_thousand_lines() -> None:
    figures = Tally(lines=2_000, wrong=3, decidable=1_000, decidable_right=900).as_json()

    assert (figures["wrong_per_10000"], figures["recall"]) == (15.0, 0.9)


def test_a_refused_file_is_no_score() -> None:
    result = {"statements": [{"file": "BQ1.xml", "error": {"code": "malformed_statement"}}]}

    with pytest.raises(ValueError, match="was refused"):
        outcomes_of(result)
