"""Statements made by hand, deletions and known lines, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from .client import Client
from .seeds import BY_HAND, QUARANTINED, World

STATEMENTS = "/v1/companies/acme/statements"
SEEDED = "st_b7mzqkq4jx2v6c5oaxk2hqzz"
MADE: dict[str, Any] = {
    "journal": "BQ1",
    "number": "A1",
    "opening": {"date": "2025-04-01", "amount": "10.00"},
    "closing": {"date": "2025-04-02", "amount": "7.50"},
    "lines": [
        {"booking_date": "2025-04-02", "amount": "-2.50", "label": "FRAIS", "nature": "fee"},
    ],
}


def test_a_statement_made_by_hand_is_created_once(alpha: Client) -> None:
    first = alpha.post(STATEMENTS, MADE)
    again = alpha.post(STATEMENTS, MADE)

    assert (first.status, again.status) == (201, 200)
    assert first.body["id"] == again.body["id"]
    assert (first.body["origin"], first.body["format"]) == ("manual", "manual")
    assert (first.body["booked"], first.body["line_count"]) == ("-2.50", 1)
    source = alpha.get(f"{STATEMENTS}/{first.body['id']}/source")
    assert source.body["name"].startswith("manual-BQ1-")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"lines": [{"booking_date": "2025-04-02", "amount": "1.234"}]}, "/lines/0/amount"),
        ({"lines": [{"booking_date": "2025-04-02", "amount": "1" * 16}]}, "/lines/0/amount"),
        ({"opening": {"date": "2025-04-01", "amount": "x"}}, "/opening/amount"),
        ({"period_from": "2025-04-03"}, "/lines/0/booking_date"),
        ({"period_to": "2025-04-01"}, "/lines/0/booking_date"),
        ({"lines": [{"amount": "1.00"}]}, "/lines/0/booking_date"),
        ({"lines": [{"booking_date": "2025-04-02", "amount": "1.00"}] * 1_001}, "/lines"),
    ],
)
def test_what_does_not_fit_is_named_by_its_pointer(
    alpha: Client, change: dict[str, Any], pointer: str
) -> None:
    answer = alpha.post(STATEMENTS, {**MADE, **change})

    assert (answer.problem, answer.pointers) == ("invalid_request", [pointer])


def test_lines_are_added_with_the_version_that_was_read(alpha: Client) -> None:
    made = alpha.post(STATEMENTS, MADE).body
    body = {"version": made["version"], "lines": [{"booking_date": "2025-04-05", "amount": "1.00"}]}

    grown = alpha.post(f"{STATEMENTS}/{made['id']}/lines", body)
    again = alpha.post(f"{STATEMENTS}/{made['id']}/lines", body)

    assert (grown.status, grown.body["line_count"]) == (200, 2)
    assert [finding["code"] for finding in grown.body["findings"]][-1] == "balance_mismatch"
    assert again.problem == "store_conflict"


def test_a_bank_s_statement_does_not_grow(alpha: Client) -> None:
    body = {"version": 1, "lines": [{"booking_date": "2025-01-05", "amount": "1.00"}]}

    assert alpha.post(f"{STATEMENTS}/{SEEDED}/lines", body).problem == "not_allowed_in_state"


def test_a_deleted_statement_is_gone(alpha: Client) -> None:
    assert alpha.send("DELETE", f"{STATEMENTS}/{QUARANTINED}").status == 204

    assert alpha.get(f"{STATEMENTS}/{QUARANTINED}").problem == "not_found"
    assert alpha.send("DELETE", f"{STATEMENTS}/{QUARANTINED}").problem == "not_found"
    listed = alpha.get(STATEMENTS).body["items"]
    assert QUARANTINED not in [item["id"] for item in listed]


def test_a_statement_with_a_matched_line_stays_and_says_which(alpha: Client) -> None:
    answer = alpha.send("DELETE", f"{STATEMENTS}/{BY_HAND}")

    assert answer.problem == "not_allowed_in_state"
    assert f"{BY_HAND}/1 is matched" in answer.text


def test_a_deleted_line_shows_in_the_figures(alpha: Client) -> None:
    answer = alpha.send("DELETE", f"{STATEMENTS}/{SEEDED}/lines/3")

    assert (answer.body["line_count"], answer.body["deleted_line_count"]) == (3, 1)
    assert (answer.body["deleted"], answer.body["booked"]) == ("120.00", "5.00")
    assert alpha.get(f"{STATEMENTS}/{SEEDED}/lines/3").problem == "not_found"


def test_a_line_is_marked_as_known_and_released(alpha: Client) -> None:
    twin = {"booking_date": "2025-04-02", "amount": "120.00"}
    made = alpha.post(STATEMENTS, {"journal": "BQ1", "lines": [twin]}).body
    path = f"{STATEMENTS}/{made['id']}"

    marked = alpha.patch(f"{path}/lines/1", {"known_as": f"{SEEDED}/3"})

    assert marked.body["known_as"] == f"{SEEDED}/3"
    assert alpha.get(path).body["known_line_count"] == 1
    assert alpha.get(f"{path}/lines", matched="false").body["items"] == []
    assert len(alpha.get(f"{path}/lines", known="true").body["items"]) == 1

    released = alpha.patch(f"{path}/lines/1", {"known_as": None})

    assert released.body["known_as"] is None
    assert len(alpha.get(f"{path}/lines", matched="false").body["items"]) == 1


def test_known_as_goes_alone_and_names_a_line(world: World, alpha: Client) -> None:
    path = f"{STATEMENTS}/{SEEDED}/lines/3"
    before = world.of_tenant("alpha")

    both = alpha.patch(path, {"known_as": None, "nature": "fee"})
    nowhere = alpha.patch(path, {"known_as": "st_nowhere/1"})
    other = alpha.patch(path, {"known_as": f"{BY_HAND}/1"})

    assert (both.problem, both.pointers) == ("invalid_request", ["/known_as"])
    assert nowhere.problem == "not_found"
    assert other.problem == "not_allowed_in_state"
    assert world.of_tenant("alpha") == before
