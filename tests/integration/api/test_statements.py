"""Statements, their lines, sources, runs, validation and quarantine through the API."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.errors import StoreConflict
from rappro.domain.ids import CompanyId, LineId, RunId, TenantId
from rappro.domain.matching.model import Decision, Evidence, Explanation, Level, Rejected
from rappro.domain.operations import (
    Run,
    RunState,
)
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.run_requests import Decisions, decisions_name

from .client import Answer, Client
from .seeds import PENDING, QUARANTINED, World

COMPANY = "/v1/companies/acme"
STATEMENT = f"{COMPANY}/statements/{ids.STATEMENT}"


def all_items(client: Client, path: str, **query: str | int) -> list[dict[str, Any]]:
    """Follow a list to its end."""
    items: list[dict[str, Any]] = []
    while True:
        page = client.get(path, **query).body
        items += page["items"]
        if page["next_cursor"] is None:
            return items
        query["cursor"] = page["next_cursor"]


def positions(answer: Answer) -> list[int]:
    return [line["position"] for line in answer.body["items"]]


def test_statements_come_newest_period_first(alpha: Client) -> None:
    items = all_items(alpha, f"{COMPANY}/statements", limit=1)

    assert [item["number"] for item in items] == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"status": "quarantined"}, ["3"]),
        ({"status": "validated"}, []),
        ({"journal": "BQ1"}, ["3", "2", "1"]),
        ({"journal": "BQ9"}, []),
        ({"from": "2025-02-01"}, ["3", "2"]),
        ({"to": "2025-01-31"}, ["1"]),
        ({"from": "2025-01-31", "to": "2025-02-01"}, ["2", "1"]),
        ({"from": "2025-02-01", "status": "matched", "journal": "BQ1"}, ["2"]),
    ],
)
def test_statements_are_filtered(alpha: Client, query: dict[str, str], numbers: list[str]) -> None:
    found = all_items(alpha, f"{COMPANY}/statements", **query, limit=2)

    assert [item["number"] for item in found] == numbers


def test_a_statement_shows_its_balances_counts_and_source(alpha: Client) -> None:
    body = alpha.get(STATEMENT).body

    assert body["opening"] == {"date": "2024-12-31", "amount": "1000.00"}
    assert body["closing"] == {"date": "2025-01-31", "amount": "1125.00"}
    assert body["booked"] == "125.00"
    assert body["matched"] == "40.00"
    assert body["level_counts"] == {
        "A": 1, "AC": 0, "AS": 0, "AM": 0, "AD": 0, "B": 1, "BC": 0, "C": 1,
    }  # fmt: skip
    assert body["source"]["name"] == "ALPHA.xml"
    assert body["source"]["statement_ordinal"] == 1


def test_a_quarantined_statement_shows_why(alpha: Client) -> None:
    body = alpha.get(f"{COMPANY}/statements/{QUARANTINED}").body

    assert body["findings"] == [
        {
            "code": "balance_gap",
            "severity": "blocking",
            "message": "gap ALPHA",
            "position": "statement 3",
        }
    ]


@pytest.mark.parametrize("path", ["", "/source", "/lines", "/matches", "/lines/1"])
def test_an_unknown_statement_is_not_found(alpha: Client, path: str) -> None:
    assert alpha.get(f"{COMPANY}/statements/st_unknown{path}").problem == "not_found"


def test_the_source_is_a_link_beside_the_file_s_name_and_hash(alpha: Client) -> None:
    statement, source = alpha.get(STATEMENT).body, alpha.get(f"{STATEMENT}/source").body

    assert source["sha256"] == statement["source"]["sha256"]
    assert source["name"] == "ALPHA.xml"
    assert source["url"].endswith(f"alpha/acme/{source['sha256']}")


def test_a_line_shows_what_the_bank_said_and_what_was_found(alpha: Client) -> None:
    body = alpha.get(f"{STATEMENT}/lines/2").body

    assert body["amount"] == "45.00"
    assert body["booking_date"] == "2025-01-31"
    assert body["level"] == "B"
    assert body["third_party"] == "C0001"
    assert body["third_party_set_by"] == "engine"
    assert body["candidates"] == [
        {
            "settles": [{"type": "open_item", "id": "FA2025-0001", "amount": "45.00"}],
            "score": 60,
            "template": None,
        }
    ]
    assert body["explanation"]["evidence"][0]["text"] == "ETS MARTIN ALPHA"
    assert body["explanation"]["rejected"][0]["why"] == "no reference"
    assert [part["label"] for part in body["details"]] == ["part of VIR MARTIN ALPHA"]
    assert body["details"][0]["details"] == []


def test_a_line_is_explained_by_the_run_that_decided_it(world: World, alpha: Client) -> None:
    """Evidence, what lost and why, and the engine; nothing when its decisions are not kept."""
    path = f"{STATEMENT}/lines/2/explanation"
    assert alpha.get(path).problem == "not_found"
    tenant, run = TenantId("alpha"), run_id_of(TenantId("alpha"), ids.COMPANY, ids.STATEMENT, 1)
    line = alpha.get(f"{STATEMENT}/lines/2").body
    said = Explanation((Evidence("amount", "1", "so much"),), (Rejected("open item X", "later"),))
    decided = Decision(LineId(line["id"]), Level.B, explanation=said)
    world.ports.blobs.save_document(
        tenant, ids.COMPANY, decisions_name(run), Decisions, Decisions("engine/7", (decided,))
    )

    found = alpha.get(path).body

    assert (found["run"], found["run_number"], found["engine"]) == (run, 1, "engine/7")
    assert (found["level"], found["settles"], found["candidates"]) == ("B", [], [])
    assert found["explanation"] == {
        "evidence": [{"kind": "amount", "text": "1", "detail": "so much"}],
        "rejected": [{"candidate": "open item X", "why": "later"}],
    }


def test_an_instructed_amount_keeps_its_currency_and_rate(alpha: Client) -> None:
    body = alpha.get(f"{STATEMENT}/lines/4").body

    assert body["original_amount"] == {"amount": "1.00", "currency": "USD", "rate": "1.1"}


def test_lines_come_in_position_order_page_by_page(alpha: Client) -> None:
    first = alpha.get(f"{STATEMENT}/lines", limit=3)
    rest = alpha.get(f"{STATEMENT}/lines", limit=3, cursor=first.body["next_cursor"])

    assert (positions(first), positions(rest)) == ([1, 2, 3], [4])
    assert rest.body["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"level": "B"}, [2]),
        ({"level": "AM"}, []),
        ({"matched": "true"}, [1]),
        ({"matched": "false"}, [2, 3, 4]),
        ({"status": "not_validated"}, [1, 2, 3, 4]),
        ({"status": "validated"}, []),
        ({"third_party": "C0001"}, [2]),
        ({"text": "martin"}, [2]),
        ({"text": "ALPHA"}, [1, 2, 3, 4]),
        ({"amount_min": "45"}, [2, 3]),
        ({"amount_min": "40.00", "amount_max": "45"}, [1, 2]),
        ({"direction": "in"}, [2, 3]),
        ({"direction": "out"}, [1]),
        ({"direction": "in", "amount_min": "100", "text": "vir"}, [3]),
    ],
)
def test_lines_are_filtered(alpha: Client, query: dict[str, str], expected: list[int]) -> None:
    answer = alpha.send("GET", f"{STATEMENT}/lines", query=query)

    assert positions(answer) == expected


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"amount_min": "1.234"}, "query/amount_min"),
        ({"amount_max": "-1"}, "query/amount_max"),
        ({"amount_max": "1e3"}, "query/amount_max"),
        ({"text": ""}, "query/text"),
        ({"direction": "up"}, "query/direction"),
        ({"cursor": "next"}, "query/cursor"),
        ({"cursor": "-1"}, "query/cursor"),
        ({"cursor": "²"}, "query/cursor"),
    ],
)
def test_a_wrong_filter_of_lines_is_named(
    alpha: Client, query: dict[str, str], pointer: str
) -> None:
    answer = alpha.send("GET", f"{STATEMENT}/lines", query=query)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


def test_an_edit_is_a_person_s_and_stands_in_the_audit_trail(alpha: Client) -> None:
    edited = alpha.patch(
        f"{STATEMENT}/lines/3", {"third_party": "C0001", "invoice": "FA2025-0001", "nature": "card"}
    ).body

    assert edited["third_party"] == "C0001"
    assert edited["third_party_set_by"] == "person"
    assert (edited["invoice"], edited["invoice_set_by"]) == ("FA2025-0001", "person")
    assert (edited["nature"], edited["edited_nature"]) == (None, "card")
    assert alpha.get(f"{STATEMENT}/lines/3").body == edited
    newest = alpha.get(f"{COMPANY}/audit", limit=1).body["items"][0]
    assert {"field": "third_party", "before": None, "after": "C0001"} in newest["changes"]


def test_an_edit_of_nothing_or_of_something_unknown_is_refused(alpha: Client) -> None:
    path = f"{STATEMENT}/lines/3"

    assert alpha.patch(path, {}).problem == "invalid_request"
    assert alpha.patch(path, {"third_party": "nobody"}).problem == "not_found"
    assert alpha.patch(path, {"nature": "gift"}).pointers == ["/nature"]
    assert alpha.patch(path, {"level": "A"}).pointers == ["/level"]
    assert alpha.patch(f"{STATEMENT}/lines/9", {"nature": "card"}).problem == "not_found"


def test_a_matched_line_cannot_be_edited(alpha: Client) -> None:
    answer = alpha.patch(f"{STATEMENT}/lines/1", {"third_party": "C0001"})

    assert answer.problem == "not_allowed_in_state"


def test_a_run_is_started_once_a_request_and_can_be_followed(world: World, alpha: Client) -> None:
    started = alpha.post(f"{STATEMENT}/runs")

    assert started.status == 202
    assert (started.body["number"], started.body["state"]) == (2, "started")
    assert alpha.get(f"{COMPANY}/runs/{started.body['id']}").body == started.body
    assert [run.payload["statement_id"] for run in world.runs.started] == [ids.STATEMENT]


def test_the_runs_of_a_statement_come_newest_first(world: World, alpha: Client) -> None:
    started = alpha.post(f"{STATEMENT}/runs").body

    newest = alpha.get(f"{STATEMENT}/runs", limit=1).body
    older = alpha.get(f"{STATEMENT}/runs", limit=1, cursor=newest["next_cursor"]).body

    assert newest["items"] == [started]
    assert [run["execution"] for run in older["items"]] == ["execution of ALPHA"]
    assert older["next_cursor"] is None
    assert alpha.get(f"{STATEMENT}/runs", cursor="x").problem == "invalid_request"
    assert alpha.get(f"{COMPANY}/statements/st_unknown/runs").problem == "not_found"


def test_a_failed_run_shows_its_code_and_not_its_words(world: World, alpha: Client) -> None:
    failed = Run(
        RunId("run_f"), ids.STATEMENT, 2, RunState.FAILED, world.clock.now(),
        error_code="StoreUnavailable", error_detail="a secret place",
    )  # fmt: skip
    world.store.load(TenantId("alpha"), CompanyId("acme"), [failed])

    answer = alpha.get(f"{COMPANY}/runs/run_f")

    assert answer.body["error_code"] == "StoreUnavailable"
    assert "secret" not in answer.text


def test_no_run_of_a_quarantined_or_unknown_statement(world: World, alpha: Client) -> None:
    quarantined = alpha.post(f"{COMPANY}/statements/{QUARANTINED}/runs")

    assert quarantined.problem == "statement_read_only"
    assert alpha.post(f"{COMPANY}/statements/st_unknown/runs").problem == "not_found"
    assert alpha.get(f"{COMPANY}/runs/run_unknown").problem == "not_found"
    assert world.runs.started == []


def test_validation_makes_the_statement_read_only_and_may_be_repeated(alpha: Client) -> None:
    first = alpha.post(f"{STATEMENT}/validation")
    again = alpha.post(f"{STATEMENT}/validation")

    assert first.body["status"] == "validated"
    assert again.body == first.body
    assert alpha.post(f"{STATEMENT}/runs").problem == "statement_read_only"
    assert alpha.patch(f"{STATEMENT}/lines/3", {"nature": "card"}).problem == "statement_read_only"


def test_a_statement_with_a_match_to_confirm_is_not_validated(alpha: Client) -> None:
    path = f"{COMPANY}/statements/{PENDING}"

    refused = alpha.post(f"{path}/validation")

    assert refused.problem == "not_allowed_in_state"
    assert alpha.get(path).body["status"] == "matched"


def test_a_closed_period_refuses_a_validation(alpha: Client) -> None:
    alpha.put(COMPANY, {"closed_until": "2025-01-31"})

    assert alpha.post(f"{STATEMENT}/validation").problem == "period_closed"


def test_a_quarantined_statement_is_taken_in_for_a_reason(alpha: Client) -> None:
    path = f"{COMPANY}/statements/{QUARANTINED}"

    accepted = alpha.post(f"{path}/override", {"reason": "  confirmed by the bank  "}).body

    assert accepted["status"] == "reconciled"
    assert accepted["override_reason"] == "confirmed by the bank"
    assert len(accepted["findings"]) == 1
    again = alpha.post(f"{path}/override", {"reason": "once more"})
    assert again.problem == "not_allowed_in_state"


@pytest.mark.parametrize("body", [{}, {"reason": "no"}, {"reason": "a" * 1_001}, {"reason": None}])
def test_an_override_needs_a_reason(alpha: Client, body: dict[str, Any]) -> None:
    answer = alpha.post(f"{COMPANY}/statements/{QUARANTINED}/override", body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["/reason"]


def test_a_lost_race_is_a_409_that_may_be_tried_again(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*args: object, **kwargs: object) -> None:
        raise StoreConflict("somebody was faster")

    monkeypatch.setattr(world.store, "commit", lost)

    answer = alpha.patch(f"{STATEMENT}/lines/3", {"nature": "card"})

    assert (answer.status, answer.problem) == (409, "store_conflict")
    assert answer.headers["Retry-After"] == "1"
