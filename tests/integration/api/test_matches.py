"""Matches by hand, confirmed, undone and listed through the API."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.edge.api import sample_ids as ids

from .client import Client
from .seeds import CONFIRMED_MATCH, PENDING

COMPANY = "/v1/companies/acme"
MATCHES = f"{COMPANY}/matches"
STATEMENT = f"{COMPANY}/statements/{ids.STATEMENT}"


def wanted(*targets: tuple[str, str, str], positions: tuple[int, ...] = (3,)) -> dict[str, Any]:
    """Return the body of a manual match of lines of the statement."""
    return {
        "lines": [{"statement": ids.STATEMENT, "position": position} for position in positions],
        "targets": [{"type": kind, "id": key, "amount": amount} for kind, key, amount in targets],
    }


def test_a_line_and_an_open_item_of_the_same_amount_are_matched(alpha: Client) -> None:
    answer = alpha.post(MATCHES, wanted(("open_item", "FA2025-0001", "120.00")))

    assert answer.status == 201
    match = answer.body
    assert (match["level"], match["status"], match["amount"]) == ("AM", "confirmed", "120.00")
    assert match["author"] == "user-1"
    assert match["pointed_on"] == "2025-01-31"
    assert match["lines"] == [{"statement": ids.STATEMENT, "position": 3}]
    assert [(one["id"], one["amount"]) for one in match["settles"]] == [("FA2025-0001", "120.00")]
    assert alpha.get(f"{MATCHES}/{match['id']}").body == match
    assert alpha.get(f"{STATEMENT}/lines/3").body["match"] == match["id"]
    item = alpha.get(f"{COMPANY}/open-items/FA2025-0001").body
    assert (item["residual"], item["settled"]) == ("0.00", True)
    assert alpha.get(f"{COMPANY}/open-items").body["items"] == []
    draft = alpha.get(f"{COMPANY}/entries/{match['entries'][0]}").body
    assert (draft["status"], draft["number"], draft["match"]) == ("draft", None, match["id"])


def test_two_lines_are_matched_with_an_item_and_an_account(alpha: Client) -> None:
    body = wanted(
        ("open_item", "FA2025-0001", "120.00"), ("account", "627000", "45.00"), positions=(2, 3)
    )

    match = alpha.post(MATCHES, {**body, "pointed_on": "2025-02-01"}).body

    assert match["amount"] == "165.00"
    assert match["pointed_on"] == "2025-02-01"
    assert sorted(line["position"] for line in match["lines"]) == [2, 3]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (("open_item", "FA2025-0001", "119.99"), "totals_differ"),
        (("open_item", "FA2025-0009", "120.00"), "not_found"),
        (("account", "999999", "120.00"), "not_found"),
        (("bank_entry", "be_confirmed", "120.00"), "already_settled"),
        (("open_item", "FA2025-0001", "0.00"), "invalid_request"),
    ],
)
def test_what_the_books_refuse_changes_nothing(
    alpha: Client, target: tuple[str, str, str], code: str
) -> None:
    before = alpha.get(f"{STATEMENT}/lines/3").body

    assert alpha.post(MATCHES, wanted(target)).problem == code
    assert alpha.get(f"{STATEMENT}/lines/3").body == before
    assert alpha.get(f"{COMPANY}/open-items/FA2025-0001").body["residual"] == "120.00"


def test_more_than_the_residual_is_refused(alpha: Client) -> None:
    body = wanted(("open_item", "FA2025-0001", "165.00"), positions=(2, 3))

    assert alpha.post(MATCHES, body).problem == "already_settled"


def test_a_matched_line_or_an_unknown_one_is_refused(alpha: Client) -> None:
    target = ("account", "627000", "-40.00")

    assert alpha.post(MATCHES, wanted(target, positions=(1,))).problem == "not_allowed_in_state"
    assert alpha.post(MATCHES, wanted(target, positions=(9,))).problem == "not_found"


def test_a_line_named_twice_is_refused(alpha: Client) -> None:
    body = wanted(("account", "627000", "240.00"), positions=(3, 3))

    assert alpha.post(MATCHES, body).pointers == ["/lines"]


@pytest.mark.parametrize(
    ("amount", "pointer"),
    [("120.001", "/targets/0/amount"), ("12O", "/targets/0/amount"), ("", "/targets/0/amount")],
)
def test_an_amount_that_is_none_is_refused_at_its_place(
    alpha: Client, amount: str, pointer: str
) -> None:
    answer = alpha.post(MATCHES, wanted(("open_item", "FA2025-0001", amount)))

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


@pytest.mark.parametrize(
    ("lines", "targets", "pointer"),
    [(0, 1, "/lines"), (1, 0, "/targets"), (1_001, 1, "/lines"), (1, 1_001, "/targets")],
)
def test_lists_are_bounded(alpha: Client, lines: int, targets: int, pointer: str) -> None:
    body = wanted(*[("account", "627000", "1.00")] * targets, positions=tuple(range(1, lines + 1)))

    assert alpha.post(MATCHES, body).pointers == [pointer]


def test_an_undone_match_is_kept_and_its_line_waits_again(alpha: Client) -> None:
    match = alpha.post(MATCHES, wanted(("open_item", "FA2025-0001", "120.00"))).body

    undone = alpha.post(f"{MATCHES}/{match['id']}/undo").body

    assert (undone["status"], undone["undone_by"]) == ("undone", "user-1")
    assert alpha.get(f"{MATCHES}/{match['id']}").body == undone
    assert alpha.get(f"{STATEMENT}/lines/3").body["match"] is None
    assert alpha.get(f"{COMPANY}/open-items/FA2025-0001").body["residual"] == "120.00"
    assert alpha.get(f"{COMPANY}/entries/{match['entries'][0]}").problem == "not_found"
    assert alpha.post(f"{MATCHES}/{match['id']}/undo").problem == "not_allowed_in_state"


def test_a_match_that_waits_is_confirmed_once(alpha: Client) -> None:
    confirmed = alpha.post(f"{MATCHES}/{ids.MATCH}/confirmation")

    assert confirmed.body["status"] == "confirmed"
    again = alpha.post(f"{MATCHES}/{ids.MATCH}/confirmation")
    assert again.problem == "not_allowed_in_state"


@pytest.mark.parametrize("action", ["", "/confirmation", "/undo"])
def test_an_unknown_match_is_not_found(alpha: Client, action: str) -> None:
    path = f"{MATCHES}/ma_unknown{action}"

    assert (alpha.post(path) if action else alpha.get(path)).problem == "not_found"


def test_the_matches_of_a_statement_come_once_each_in_line_order(alpha: Client) -> None:
    body = wanted(
        ("open_item", "FA2025-0001", "120.00"), ("account", "627000", "45.00"), positions=(2, 3)
    )
    made = alpha.post(MATCHES, body).body

    first = alpha.get(f"{STATEMENT}/matches", limit=1).body
    rest = alpha.get(f"{STATEMENT}/matches", limit=5, cursor=first["next_cursor"]).body

    assert [match["id"] for match in first["items"]] == [CONFIRMED_MATCH]
    assert [match["id"] for match in rest["items"]] == [made["id"]]
    assert rest["next_cursor"] is None


def test_a_statement_shows_only_its_own_matches(alpha: Client) -> None:
    items = alpha.get(f"{COMPANY}/statements/{PENDING}/matches").body["items"]

    assert [match["id"] for match in items] == [ids.MATCH]
