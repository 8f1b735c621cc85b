"""Manual pointing through the API."""

from __future__ import annotations

from typing import Any

from .client import Client

JOURNAL = "/v1/companies/acme/journals/BQ1"
PATH = f"{JOURNAL}/pointing"
SHEET: dict[str, Any] = {"until": "2025-01-31", "balance": "-49.99"}


def test_entries_are_pointed_until_nothing_is_missing_validated_and_erased(alpha: Client) -> None:
    before = alpha.post(PATH, SHEET).body
    marked = alpha.post(PATH, {**SHEET, "entries": ["be_waiting"]}).body
    validated = alpha.post(f"{PATH}/validation", SHEET)

    assert (before["difference"], marked["difference"]) == ("-9.99", "0.00")
    assert [(row["id"], row["mark"]) for row in marked["rows"]] == [("be_waiting", "X 31/01/2025")]
    assert validated.status == 200
    report = alpha.get(f"{JOURNAL}/reconciliation-report", on="2025-01-31").body
    left = report["entries_not_on_bank"]["items"]
    assert [item["id"] for item in left] == ["be_pending"]  # its line is of February
    again = alpha.post(PATH, {**SHEET, "entries": ["be_waiting"], "marked": False})
    assert again.problem == "not_allowed_in_state"
    assert alpha.post(f"{PATH}/erasure", {}).body == {"entries": ["be_waiting"]}
    assert alpha.post(PATH, SHEET).body == before
    told = [row["action"] for row in alpha.get("/v1/companies/acme/audit").body["items"]]
    assert {"mark_entries", "validate_pointing", "reopen_pointing", "erase_pointing"} <= set(told)


def test_a_pointing_that_does_not_come_to_the_balance_is_not_validated(alpha: Client) -> None:
    assert alpha.post(f"{PATH}/validation", SHEET).problem == "totals_differ"


def test_an_unknown_entry_or_journal_is_not_found(alpha: Client) -> None:
    assert alpha.post(PATH, {**SHEET, "entries": ["be_none"]}).problem == "not_found"
    other = PATH.replace("BQ1", "NONE")
    assert alpha.post(other, SHEET).problem == "not_found"
