"""Both sides of a statement in one answer, and the lists behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.books import BankEntry, BankEntrySource
from rappro.domain.ids import TenantId
from rappro.domain.writes import change
from rappro.edge.api import sample_ids as ids

from .client import Client
from .seeds import CONFIRMED_MATCH, World

ALPHA = TenantId("alpha")
BASE = "/v1/companies/acme"


def test_a_statement_shows_what_waits_what_is_matched_and_what_is_left(alpha: Client) -> None:
    seen = alpha.get(f"{BASE}/statements/{ids.STATEMENT}/view").body

    assert [line["position"] for line in seen["unmatched_lines"]] == [2, 3, 4]
    assert seen["unmatched_lines_total"] == {"count": 3, "total": "165.00", "complete": True}
    (part,) = seen["matched"]
    assert part["match"]["id"] == CONFIRMED_MATCH
    assert [line["position"] for line in part["lines"]] == [1]
    assert [entry["id"] for entry in part["bank_entries"]] == ["be_confirmed"]
    assert seen["matched_lines_total"]["total"] == "-40.00"
    assert [entry["id"] for entry in seen["unmatched_entries"]] == ["be_waiting"]
    assert seen["unmatched_entries_total"]["total"] == "-9.99"
    assert seen["difference"] == "174.99"


def test_lists_hold_their_first_items_and_totals_are_of_all(alpha: Client) -> None:
    seen = alpha.get(f"{BASE}/statements/{ids.STATEMENT}/view", limit=1).body

    assert [line["position"] for line in seen["unmatched_lines"]] == [2]
    assert seen["unmatched_lines_total"]["count"] == 3


def test_a_match_made_by_hand_shows_the_entry_that_it_made(alpha: Client) -> None:
    made = alpha.post(
        f"{BASE}/matches",
        {"lines": [{"statement": ids.STATEMENT, "position": 3}],
         "targets": [{"type": "open_item", "id": ids.OPEN_ITEM, "amount": "120.00"}]},
    ).body  # fmt: skip

    seen = alpha.get(f"{BASE}/statements/{ids.STATEMENT}/view").body

    (part,) = [one for one in seen["matched"] if one["match"]["id"] == made["id"]]
    (entry,) = part["entries"]
    assert (entry["status"], entry["match"]) == ("draft", made["id"])
    assert seen["unmatched_lines_total"]["total"] == "45.00"


def test_entries_of_a_bank_account_are_listed_by_what_became_of_them(
    world: World, alpha: Client
) -> None:
    known = world.store.get(ALPHA, ids.COMPANY, BankEntry, "be_waiting")
    assert known is not None
    payment = replace(known, source=BankEntrySource.PAYMENT)
    world.store.commit(ALPHA, ids.COMPANY, [change(known, payment)])
    path = f"{BASE}/journals/{ids.JOURNAL}/bank-entries"

    def listed(**query: str) -> list[str]:
        return [one["id"] for one in alpha.get(path, **query).body["items"]]

    assert listed() == ["be_confirmed", "be_pending", "be_waiting"]
    assert listed(waiting="true") == ["be_waiting"]
    assert listed(source="payment") == [ids.MOVEMENT, "be_waiting"]
    assert listed(source="payment", waiting="true") == ["be_waiting"]
    assert listed(waiting="false") == ["be_confirmed", "be_pending"]
    first = alpha.get(path, limit=2).body
    rest = alpha.get(path, limit=2, cursor=first["next_cursor"]).body
    assert [one["id"] for one in rest["items"]] == ["be_waiting"]
    assert rest["next_cursor"] is None
    assert alpha.get(path, cursor="x").pointers == ["query/cursor"]
    shown = alpha.get(f"{BASE}/bank-entries/be_confirmed").body
    assert (shown["waiting"], shown["match"], shown["amount"]) == (False, CONFIRMED_MATCH, "-40.00")


@pytest.mark.parametrize("path", ["bank-entries/none", "past-payments/none"])
def test_what_nobody_has_is_not_found(alpha: Client, path: str) -> None:
    assert alpha.get(f"{BASE}/{path}").problem == "not_found"


def test_payments_that_were_reconciled_before_are_listed(alpha: Client) -> None:
    (one,) = alpha.get(f"{BASE}/past-payments").body["items"]

    assert (one["id"], one["amount"], one["third_party"]) == ("PA2024-0042", "99.00", "C0001")
