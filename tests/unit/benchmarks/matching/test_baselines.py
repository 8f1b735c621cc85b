"""The baselines do what they say, and the growth of a time is measured right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.matching.baselines import (
    by_amount_and_date,
    by_likeness,
    by_partner_and_token,
)
from benchmarks.matching.scale import exponent
from benchmarks.matching.world import World

Make = Callable[..., Any]
PARTIES = [
    {"id": "C1", "name": "Garage Martin", "call_name": "GARAGE MARTIN", "ibans": [],
     "bank_references": []},
    {"id": "C2", "name": "Atelier Vernet", "call_name": "ATELIER VERNET", "ibans": [],
     "bank_references": []},
]  # fmt: skip


def settled(outcome: Any) -> list[str]:
    return [part["id"] for part in outcome["settles"]]


def test_amount_and_date_take_one_entry_and_leave_two(entry: Make, line: Make) -> None:
    entries = [entry("E1", "10.00"), entry("E2", "20.00"), entry("E3", "20.00")]
    books = {"third_parties": PARTIES, "open_items": [], "bank_entries": entries}

    found = by_amount_and_date(World(books, [line("1", "10.00"), line("2", "20.00")], []))

    assert settled(found["BQ1.xml", 1]) == ["E1"]
    assert found["BQ1.xml", 2]["level"] == "B"


def test_partner_and_token_add_up_items_in_order(item: Make, line: Make) -> None:
    items = [item("1", "10.00", due_date="2025-01-01"), item("2", "5.00", due_date="2025-02-01")]
    books = {"third_parties": PARTIES, "open_items": items, "bank_entries": []}
    named = line("1", "15.00", "FA2025-00001 FA2025-00002", name="GARAGE MARTIN")
    unnamed = line("2", "15.00", name="GARAGE MARTIN")

    found = by_partner_and_token(World(books, [named], []))
    left = by_partner_and_token(World(books, [unnamed], []))

    assert settled(found["BQ1.xml", 1]) == ["1", "2"]
    assert left["BQ1.xml", 2]["level"] == "B"


def test_likeness_takes_the_most_alike_of_an_amount(item: Make, line: Make) -> None:
    items = [item("1", "10.00"), item("2", "10.00", third_party="C2")]
    books = {"third_parties": PARTIES, "open_items": items, "bank_entries": []}

    found = by_likeness(World(books, [line("1", "10.00", name="ATELIER VERNET")], []))

    assert settled(found["BQ1.xml", 1]) == ["2"]


def test_the_exponent_is_that_of_the_power_law() -> None:
    assert exponent({1_000: 1.0, 10_000: 10.0, 100_000: 100.0}) == 1.0
    assert exponent({1_000: 1.0, 10_000: 100.0}) == 2.0
    assert exponent({1_000: 1.0}) is None
