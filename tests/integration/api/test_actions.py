"""Actions on unmatched lines through the API: made, told, refused by a stable problem, undone."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.edge.api import sample_ids as ids

from .client import Client

COMPANY = "/v1/companies/acme"
STATEMENT = f"{COMPANY}/statements/{ids.STATEMENT}"
LINE = f"{STATEMENT}/lines"


def line(position: int) -> dict[str, Any]:
    """Name a line of the statement: 2 is a customer's 45.00, 3 is 120.00 of nobody known."""
    return {"statement": ids.STATEMENT, "position": position}


def legs(client: Client, match: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The legs of the one entry that a match made: account, debit, credit."""
    (entry,) = match["entries"]
    found = client.get(f"{COMPANY}/entries/{entry}").body
    assert (found["status"], found["match"]) == ("draft", match["id"])
    return [(leg["account"], leg["debit"], leg["credit"]) for leg in found["lines"]]


def undone(client: Client, match: dict[str, Any]) -> None:
    """Undo a match, see that its draft stays and waits for the bank, and delete it."""
    (entry,) = match["entries"]
    at = f"{COMPANY}/entries/{entry}"
    assert client.send("DELETE", at).problem == "not_allowed_in_state"
    assert client.post(f"{COMPANY}/matches/{match['id']}/undo").body["status"] == "undone"
    kept = client.get(at).body
    assert (kept["status"], kept["source"], kept["match"]) == ("draft", "person", None)
    path = f"{COMPANY}/journals/{ids.JOURNAL}/bank-entries"
    waiting = client.get(path, waiting="true").body["items"]
    assert [one["draft"] for one in waiting if one["entry"] == entry] == [True]
    assert client.send("DELETE", at).status == 204
    assert client.get(at).problem == "not_found"
    assert client.send("DELETE", at).problem == "not_found"


def test_a_line_s_receipt_is_made_confirmed_and_undone(alpha: Client) -> None:
    answer = alpha.post(f"{LINE}/2/cash-movement", {})

    assert (answer.status, answer.body["status"]) == (201, "to_confirm")
    assert legs(alpha, answer.body) == [("512100", "45.00", "0.00"), ("411000", "0.00", "45.00")]
    confirmed = alpha.post(f"{COMPANY}/matches/{answer.body['id']}/confirmation")
    assert confirmed.body["status"] == "confirmed"
    undone(alpha, answer.body)
    assert alpha.get(f"{LINE}/2").body["match"] is None


def test_a_receipt_pays_the_invoice_that_its_line_names(alpha: Client) -> None:
    alpha.patch(f"{LINE}/3", {"invoice": ids.OPEN_ITEM})

    match = alpha.post(f"{LINE}/3/cash-movement", {"operation_date": "2025-01-30"}).body

    assert [(one["type"], one["amount"]) for one in match["settles"]] == [("open_item", "120.00")]
    assert alpha.get(f"{COMPANY}/open-items/{ids.OPEN_ITEM}").body["settled"] is True
    assert alpha.get(f"{COMPANY}/entries/{match['entries'][0]}").body["date"] == "2025-01-30"


def test_the_draft_of_an_undone_receipt_pays_its_invoice_until_it_is_deleted(
    alpha: Client,
) -> None:
    alpha.patch(f"{LINE}/3", {"invoice": ids.OPEN_ITEM})
    match = alpha.post(f"{LINE}/3/cash-movement", {}).body
    item = f"{COMPANY}/open-items/{ids.OPEN_ITEM}"

    alpha.post(f"{COMPANY}/matches/{match['id']}/undo")

    assert alpha.get(item).body["residual"] == "0.00"
    assert alpha.send("DELETE", f"{COMPANY}/entries/{match['entries'][0]}").status == 204
    assert alpha.get(item).body["residual"] == alpha.get(item).body["amount"] == "120.00"


def test_an_entry_of_the_books_is_not_deleted(alpha: Client) -> None:
    refused = alpha.send("DELETE", f"{COMPANY}/entries/{ids.ENTRY}")

    assert (refused.status, refused.problem) == (409, "not_allowed_in_state")
    assert alpha.get(f"{COMPANY}/entries/{ids.ENTRY}").status == 200


@pytest.mark.parametrize(
    ("position", "body", "problem"),
    [
        (3, {}, "rule_violation"),
        (1, {}, "not_allowed_in_state"),
        (9, {}, "not_found"),
        (2, {"operation_date": "2025-02-01"}, "invalid_request"),
    ],
)
def test_a_receipt_that_cannot_be_made_changes_nothing(
    alpha: Client, position: int, body: dict[str, Any], problem: str
) -> None:
    before = alpha.get(STATEMENT).body

    assert alpha.post(f"{LINE}/{position}/cash-movement", body).problem == problem
    assert alpha.get(STATEMENT).body == before


def test_a_batch_tells_of_each_line_and_is_refused_whole_without_a_third_party(
    alpha: Client,
) -> None:
    path = f"{COMPANY}/cash-movements"

    refused = alpha.post(path, {"lines": [line(2), line(3)]})
    alpha.patch(f"{LINE}/3", {"invoice": ids.OPEN_ITEM})
    made = alpha.post(path, {"lines": [line(3), line(2)]})

    assert refused.problem == "rule_violation"
    assert f"{ids.STATEMENT}/3" in refused.body["detail"]
    assert (made.status, made.body["made_count"]) == (200, 2)
    assert [one["line"]["position"] for one in made.body["results"]] == [3, 2]
    assert [one["problem"] for one in made.body["results"]] == [None, None]
    again = alpha.post(path, {"lines": [line(3), line(2)]})
    assert again.body == made.body


def test_a_line_of_a_batch_may_fail_alone_with_the_problem_it_would_have(alpha: Client) -> None:
    alpha.patch(f"{LINE}/2", {"invoice": ids.OPEN_ITEM})
    alpha.patch(f"{LINE}/3", {"third_party": ids.THIRD_PARTY, "invoice": ids.OPEN_ITEM})
    alpha.post(f"{LINE}/3/cash-movement", {})

    (result,) = alpha.post(f"{COMPANY}/cash-movements", {"lines": [line(2)]}).body["results"]

    assert (result["match"], result["problem"]) == (None, "urn:rappro:problem:already_settled")
    assert alpha.get(f"{LINE}/2").body["match"] is None


def test_a_receipt_of_nobody_known_is_shared_over_accounts_to_the_cent(alpha: Client) -> None:
    path = f"{STATEMENT}/undefined-cash-movements"
    shares = [{"account": "471000", "amount": "100.00"}, {"account": "627000", "amount": "19.99"}]

    refused = alpha.post(path, {"positions": [3], "counterparts": shares})
    shares[1]["amount"] = "20.00"
    match = alpha.post(path, {"positions": [3], "counterparts": shares, "drawer": "Dupond"}).body

    assert refused.problem == "unbalanced_entry"
    assert "0.01 is left to share" in refused.body["detail"]
    assert (match["status"], match["level"], match["amount"]) == ("to_confirm", "AD", "120.00")
    assert legs(alpha, match) == [
        ("512100", "120.00", "0.00"),
        ("471000", "0.00", "100.00"),
        ("627000", "0.00", "20.00"),
    ]
    undone(alpha, match)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"positions": [], "counterparts": [{"account": "1", "amount": "1"}]}, "/positions"),
        ({"positions": [3], "counterparts": []}, "/counterparts"),
        (
            {"positions": [3], "counterparts": [{"account": "1", "amount": "1,0"}]},
            "/counterparts/0/amount",
        ),
        (
            {"positions": [3], "amount": "1", "counterparts": [{"account": "1", "amount": "1"}]},
            "/amount",
        ),
    ],
)
def test_the_amount_cannot_be_given_and_lists_are_bounded(
    alpha: Client, body: dict[str, Any], pointer: str
) -> None:
    assert alpha.post(f"{STATEMENT}/undefined-cash-movements", body).pointers == [pointer]


def test_an_invoice_named_on_a_line_blocks_an_entry_that_is_no_movement(alpha: Client) -> None:
    alpha.patch(f"{LINE}/3", {"invoice": ids.OPEN_ITEM})
    target = {"type": "bank_entry", "id": "be_waiting", "amount": "-9.99"}
    rest = {"type": "account", "id": "627000", "amount": "129.99"}
    body = {"lines": [line(3)], "targets": [target, rest]}

    refused = alpha.post(f"{COMPANY}/matches", body)
    alpha.patch(f"{LINE}/3", {"invoice": None})
    made = alpha.post(f"{COMPANY}/matches", body)

    assert refused.problem == "rule_violation"
    assert "is no cash movement: nothing was matched" in refused.body["detail"]
    assert (made.status, made.body["allocations"]) == (201, [])


def test_what_is_set_on_a_line_is_taken_off_by_a_null(alpha: Client) -> None:
    cleared = alpha.patch(f"{LINE}/2", {"third_party": None}).body

    assert (cleared["third_party"], cleared["third_party_set_by"]) == (None, "person")
    assert alpha.patch(f"{LINE}/2", {}).problem == "invalid_request"
    unknown = alpha.patch(f"{LINE}/2", {"template": "T404"})
    assert unknown.problem == "not_found"


def test_a_difference_is_settled_under_the_next_letter_and_its_type_is_kept(alpha: Client) -> None:
    path = f"{STATEMENT}/differences"
    body = {"positions": [3], "entries": ["be_waiting"], "type": ids.DIFFERENCE_TYPE}

    made = alpha.post(path, body)

    match = made.body
    assert (made.status, match["status"], match["mark"]) == (201, "to_confirm", "AAA")
    assert match["difference_type"] == ids.DIFFERENCE_TYPE
    assert legs(alpha, match) == [("512100", "129.99", "0.00"), ("627000", "0.00", "129.99")]
    entry = alpha.get(f"{COMPANY}/entries/{match['entries'][0]}").body
    assert (entry["transaction_code"], entry["piece_ref"]) == ("SCRAP", "Rapprochement")
    kept = f"{COMPANY}/difference-types/{ids.DIFFERENCE_TYPE}"
    assert alpha.send("DELETE", kept).problem == "not_allowed_in_state"
    undone(alpha, match)
    assert alpha.send("DELETE", kept).status == 204


def test_without_a_difference_and_with_a_gap_nothing_is_settled(alpha: Client) -> None:
    path = f"{STATEMENT}/differences"
    one = {"account": "627000", "amount": "129.98"}
    body = {"positions": [3], "entries": ["be_waiting"], "type": "other", "counterparts": [one]}

    gap = alpha.post(path, body)
    unknown = alpha.post(path, {**body, "type": "nothing", "counterparts": []})

    assert gap.problem == "unbalanced_entry"
    assert "0.01 is left to share" in gap.body["detail"]
    assert (unknown.problem, unknown.pointers) == ("invalid_request", ["/type"])
    assert alpha.get(f"{LINE}/3").body["match"] is None


def test_a_line_s_entry_from_a_template_is_matched_at_once(alpha: Client) -> None:
    made = alpha.post(f"{LINE}/2/entry", {"label": "Frais de janvier", "piece": "F-1"})

    match = made.body
    assert (made.status, match["status"], match["template"]) == (201, "confirmed", ids.TEMPLATE)
    assert legs(alpha, match) == [("512100", "45.00", "0.00"), ("627000", "0.00", "45.00")]
    entry = alpha.get(f"{COMPANY}/entries/{match['entries'][0]}").body
    assert (entry["label"], entry["piece_ref"]) == ("Frais de janvier", "F-1")
    undone(alpha, match)


def test_the_entry_of_a_template_may_be_edited_and_has_to_balance(alpha: Client) -> None:
    shares = [{"account": "627000", "amount": "100.00"}, {"account": "471000", "amount": "20.00"}]
    path = f"{LINE}/3/entry"

    without = alpha.post(path, {})
    gap = alpha.post(path, {"template": ids.TEMPLATE, "counterparts": shares[:1]})
    made = alpha.post(path, {"template": ids.TEMPLATE, "counterparts": shares})

    assert (without.problem, gap.problem, made.status) == (
        "rule_violation",
        "unbalanced_entry",
        201,
    )
    assert [leg[0] for leg in legs(alpha, made.body)] == ["512100", "627000", "471000"]
    assert alpha.post(f"{LINE}/2/entry", {"template": "T404"}).problem == "not_found"


def test_entries_in_a_batch_wait_and_a_line_without_a_template_refuses_them_all(
    alpha: Client,
) -> None:
    path = f"{COMPANY}/template-entries"

    refused = alpha.post(path, {"lines": [line(2), line(3)]})
    alpha.patch(f"{LINE}/3", {"template": ids.TEMPLATE})
    made = alpha.post(path, {"lines": [line(2), line(3)]}).body

    assert refused.problem == "rule_violation"
    assert f"{ids.STATEMENT}/3" in refused.body["detail"]
    assert made["made_count"] == 2
    match = alpha.get(f"{COMPANY}/matches/{made['results'][0]['match']}").body
    assert (match["status"], match["template"]) == ("to_confirm", ids.TEMPLATE)


def test_natures_are_set_on_many_lines_unless_one_is_matched(alpha: Client) -> None:
    path = f"{COMPANY}/natures"

    refused = alpha.post(path, {"lines": [line(1), line(2)], "nature": "fee"})
    first = alpha.post(path, {"lines": [line(2), line(3)], "nature": "fee"})
    again = alpha.post(path, {"lines": [line(2), line(3)], "nature": "fee"})

    assert refused.problem == "not_allowed_in_state"
    assert f"{ids.STATEMENT}/1" in refused.body["detail"]
    assert first.body == {"changed_count": 2, "unchanged_count": 0}
    assert again.body == {"changed_count": 0, "unchanged_count": 2}
    assert alpha.get(f"{LINE}/2").body["edited_nature"] == "fee"


def test_a_line_may_name_the_invoices_of_its_third_party_or_of_everybody(alpha: Client) -> None:
    alpha.put(
        f"{COMPANY}/third-parties/S1", {"kind": "supplier", "name": "EDF", "account": "401000"}
    )
    everybody = alpha.get(f"{LINE}/3/invoices").body["items"]
    own = alpha.get(f"{LINE}/2/invoices").body["items"]
    alpha.patch(f"{LINE}/2", {"third_party": "S1"})

    assert [one["id"] for one in everybody] == [ids.OPEN_ITEM]
    assert [one["id"] for one in own] == [ids.OPEN_ITEM]
    assert alpha.get(f"{LINE}/2/invoices").body["items"] == []
    assert alpha.patch(f"{LINE}/2", {"invoice": ids.OPEN_ITEM}).problem == "rule_violation"
    assert alpha.get(f"{LINE}/9/invoices").problem == "not_found"
