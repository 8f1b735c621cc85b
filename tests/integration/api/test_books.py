"""Books, entries, open items, uploads, the import trace, reports and feeds through the API."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from rappro.domain.books import (
    BankEntry,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import app, limits
from rappro.edge.api import sample_ids as ids
from rappro.use_cases import lease

from .client import Client
from .seeds import World, big_entry, many_items

COMPANY = "/v1/companies/acme"
ALPHA, ACME = TenantId("alpha"), CompanyId("acme")


def books(**parts: Any) -> dict[str, Any]:
    """Return a books document with one more invoice of the seeded third party."""
    item = {
        "id": "FA2025-0002", "type": "invoice", "third_party": "C0001", "number": "FA2025-0002",
        "issue_date": "2025-01-15", "due_date": "2025-02-14", "amount": "360.00",
    }  # fmt: skip
    return {"open_items": [item], **parts}


def test_loaded_open_items_can_be_listed_by_due_date(alpha: Client) -> None:
    loaded = alpha.post(f"{COMPANY}/books", books())

    assert loaded.status == 201
    assert loaded.body["state"] == "loaded"
    assert (loaded.body["counts"]["open_items"], loaded.body["counts"]["records_new"]) == (1, 1)
    items = alpha.get(f"{COMPANY}/open-items", third_party="C0001").body["items"]
    assert [item["id"] for item in items] == ["FA2025-0001", "FA2025-0002"]
    assert items[1]["residual"] == "360.00"


def test_what_is_there_already_is_kept_by_a_second_load(world: World, alpha: Client) -> None:
    alpha.post(f"{COMPANY}/books", books())
    world.clock.advance(timedelta(seconds=1))

    again = alpha.post(f"{COMPANY}/books", books()).body

    assert (again["counts"]["open_items"], again["counts"]["records_new"]) == (1, 0)


def test_a_document_s_company_and_settings_replace_what_is_there(alpha: Client) -> None:
    alpha.post(f"{COMPANY}/books", books(company={"name": "Acme SAS"},
                                         settings={"window_days_after": 30}))  # fmt: skip

    company = alpha.get(COMPANY).body
    assert (company["name"], company["settings"]["window_days_after"]) == ("Acme SAS", 30)
    assert company["id"] == "acme"


def test_a_document_that_says_nothing_of_the_company_leaves_it_alone(alpha: Client) -> None:
    before = alpha.get(COMPANY).body

    alpha.post(f"{COMPANY}/books", books())

    assert alpha.get(COMPANY).body == before


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"open_items": [{"id": "x"}]}, "/open_items/0/type"),
        ({"accounts": [{"number": "1", "colour": "red"}]}, "/accounts/0/colour"),
        ({"accounts": [{"number": "1"}, {"number": "1"}]}, "/accounts/1/number"),
        ({"gifts": []}, "/gifts"),
        ({"company": {"name": "x", "currency": "USD"}}, "/company/currency"),
    ],
)
def test_a_wrong_document_is_refused_at_its_place_and_changes_nothing(
    world: World, alpha: Client, part: dict[str, Any], pointer: str
) -> None:
    before = world.of_tenant("alpha")

    answer = alpha.post(f"{COMPANY}/books", {**books(), **part})

    assert answer.problem == "invalid_request"
    assert pointer in answer.pointers
    assert world.of_tenant("alpha") == before


def test_books_have_a_larger_bound_than_other_bodies(alpha: Client) -> None:
    path = f"{COMPANY}/books"
    fits = json.dumps(books()).ljust(5 * 1024 * 1024)

    assert alpha.send("POST", path, body=fits).status == 201
    assert alpha.send("POST", path, body=fits + " ").problem == "too_large"


def test_while_another_writer_works_books_are_to_be_sent_again(world: World, alpha: Client) -> None:
    lease.acquire(world.ports, ALPHA, ACME, "somebody else")
    before = alpha.get(COMPANY).body

    answer = alpha.post(f"{COMPANY}/books", books(company={"name": "Acme SAS"}))

    assert answer.problem == "lease_held"
    assert answer.headers["Retry-After"] == "5"
    assert alpha.get(COMPANY).body == before


def test_loads_come_newest_first_page_by_page(alpha: Client) -> None:
    made = alpha.post(f"{COMPANY}/books", books()).body

    first = alpha.get(f"{COMPANY}/books", limit=1).body
    rest = alpha.get(f"{COMPANY}/books", limit=1, cursor=first["next_cursor"]).body

    assert [load["id"] for load in first["items"]] == [made["id"]]
    assert [load["name"] for load in rest["items"]] == ["ALPHA.fec"]
    assert rest["items"][0]["counts"]["bank_entries_waiting"] == 1
    assert rest["next_cursor"] is None


def test_an_entry_shows_debits_credits_and_foreign_amounts(alpha: Client) -> None:
    entry = alpha.get(f"{COMPANY}/entries", journal="VE").body["items"][0]

    assert [(line["debit"], line["credit"]) for line in entry["lines"]] == [
        ("120.00", "0.00"),
        ("0.00", "120.00"),
    ]
    assert entry["lines"][1]["foreign"] == {"amount": "130.00", "currency": "USD"}
    assert (entry["source"], entry["status"], entry["number"]) == ("fec", "validated", 1)
    assert alpha.get(f"{COMPANY}/entries/{entry['id']}").body == entry
    assert alpha.get(f"{COMPANY}/entries", journal="BQ9").body["items"] == []


def test_an_open_item_shows_its_discount_and_entry(alpha: Client) -> None:
    item = alpha.get(f"{COMPANY}/open-items/FA2025-0001").body

    assert item["discount"] == {"rate_percent": "2", "until": "2025-01-10"}
    assert item["entry"].startswith("en_")
    assert item["settled"] is False


@pytest.mark.parametrize("path", ["entries/x", "open-items/x", "third-parties/x", "connections/x"])
def test_an_unknown_id_is_not_found(alpha: Client, path: str) -> None:
    assert alpha.get(f"{COMPANY}/{path}").problem == "not_found"


def test_a_long_list_is_followed_to_its_end_without_gap_or_double(
    world: World, alpha: Client
) -> None:
    world.store.load(ALPHA, ACME, many_items(450))

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = alpha.send("GET", f"{COMPANY}/open-items", query={"limit": 200, **cursor}).body
        seen += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert [name for name in seen if name.startswith("many")] == [
        f"many-{number:04}" for number in range(450)
    ]
    assert len(seen) == 451


def test_a_page_that_would_be_too_large_holds_fewer_items_and_goes_on(
    world: World, alpha: Client
) -> None:
    world.store.load(ALPHA, ACME, (big_entry(number, 50_000) for number in range(60)))

    seen: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = alpha.send("GET", f"{COMPANY}/entries", query={"limit": 200, **cursor})
        assert len(answer.text) < 4_000_000
        seen += [entry["id"] for entry in answer.body["items"]]
        if answer.body["next_cursor"] is None:
            break
        cursor = {"cursor": answer.body["next_cursor"]}

    assert [name for name in seen if name.startswith("big")] == [
        f"big-{number:04}" for number in range(60)
    ]


def test_one_thing_alone_beyond_the_bound_is_told_and_not_cut(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "ANSWER_BYTES_MAX", 100_000)
    world.store.load(ALPHA, ACME, [big_entry(1, 50_000)])

    assert alpha.get(f"{COMPANY}/entries/big-0001").problem == "answer_too_large"


def test_an_upload_ticket_is_for_one_key_of_the_company(alpha: Client) -> None:
    answer = alpha.post(f"{COMPANY}/uploads", {"name": "relevé mars.xml", "journal": "BQ1"})

    assert answer.status == 201
    assert answer.body["key"] == "alpha/acme/BQ1/relevé mars.xml"
    assert answer.body["fields"]["key"] == answer.body["key"]
    assert answer.body["expires_at"] == "2025-02-01T08:45:00Z"
    without = alpha.post(f"{COMPANY}/uploads", {"name": "books.txt"}).body
    assert without["key"] == "alpha/acme/books.txt"


@pytest.mark.parametrize("name", ["../x", "a/b", "..", "a\\b", "a\n", "", "a" * 181])
def test_a_name_with_a_path_gets_no_ticket(alpha: Client, name: str) -> None:
    answer = alpha.post(f"{COMPANY}/uploads", {"name": name})

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["/name"]


def test_an_upload_for_an_unknown_journal_is_not_found(alpha: Client) -> None:
    answer = alpha.post(f"{COMPANY}/uploads", {"name": "a.xml", "journal": "BQ9"})

    assert answer.problem == "not_found"


def test_the_import_trace_says_what_came_and_why(alpha: Client) -> None:
    row = alpha.get(f"{COMPANY}/imports").body["items"][0]

    assert (row["outcome"], row["format"], row["line_count"]) == ("imported", "camt.053", 4)
    assert row["object_version"] == "1"
    assert row["findings"][0]["severity"] == "warning"
    assert row["at"] == "2025-02-01T08:30:00Z"


def test_the_reconciliation_report_adds_up(alpha: Client) -> None:
    report = alpha.get(f"{COMPANY}/journals/BQ1/reconciliation-report", on="2025-01-31").body

    assert report["on"] == "2025-01-31"
    assert report["bank_balance"] == "1125.00"
    assert report["ledger_balance"] == "20.01"
    assert (report["lines_not_in_books"]["count"], report["lines_not_in_books"]["total"]) == (
        3,
        "165.00",
    )
    missing = report["entries_not_on_bank"]
    assert [(item["id"], item["amount"]) for item in missing["items"]] == [
        ("be_pending", "70.00"),
        ("be_waiting", "-9.99"),
    ]
    assert (missing["count"], missing["total"]) == (2, "60.01")
    assert missing["items"][0]["age_days"] == 11
    assert report["difference"] == "1000.00"


def test_a_long_report_shows_its_first_rows_and_the_totals_of_all(
    world: World, alpha: Client
) -> None:
    entries = [
        BankEntry(f"long-{number:05}", "BQ1", "512100", date(2025, 1, 5), 100, "EUR", "x" * 900)
        for number in range(6_000)
    ]
    world.store.load(ALPHA, ACME, entries)

    answer = alpha.get(f"{COMPANY}/journals/BQ1/reconciliation-report", on="2025-01-31")

    side = answer.body["entries_not_on_bank"]
    assert len(answer.text) < 4_000_000
    assert (side["count"], side["total"]) == (6_002, "6060.01")
    assert 1_000 < len(side["items"]) <= limits.REPORT_ROWS_MAX
    assert [item["id"] for item in side["items"][:2]] == ["long-00000", "long-00001"]


def test_a_report_of_an_unknown_journal_or_one_without_a_bank_is_refused(alpha: Client) -> None:
    path = f"{COMPANY}/journals/{{}}/reconciliation-report"

    assert alpha.get(path.format("BQ9")).problem == "not_found"
    assert alpha.get(path.format("VE")).problem == "rule_violation"
    assert alpha.get(path.format("BQ1"), on="yesterday").pointers == ["query/on"]


def test_the_audit_trail_shows_each_field_before_and_after(alpha: Client) -> None:
    row = alpha.get(f"{COMPANY}/audit").body["items"][-1]

    assert row["changes"] == [
        {"field": "lines", "before": "[1]", "after": "[1, 2]"},
        {"field": "third_party", "before": None, "after": "ALPHA"},
    ]


def test_the_audit_trail_is_read_by_line_subject_author_and_period(alpha: Client) -> None:
    path, line = f"{COMPANY}/audit", f"{ids.STATEMENT}/2"
    (row,) = alpha.get(path, line=line).body["items"]
    day = row["at"][:10]

    for query in (
        {"subject": line}, {"author": row["author"]}, {"from": day}, {"to": day},
        {"line": line, "author": row["author"], "from": day, "to": day}, {"entry": "ALPHA"},
    ):  # fmt: skip
        assert row in alpha.get(path, **query).body["items"], query
    for query in (
        {"subject": "other"}, {"line": f"{ids.STATEMENT}/3"}, {"entry": "BRAVO"},
        {"author": "someone else"}, {"from": "2099-01-01"}, {"to": "2000-01-01"},
    ):  # fmt: skip
        assert alpha.get(path, **query).body == {"items": [], "next_cursor": None}, query


def test_the_audit_trail_is_asked_one_question_at_a_time(alpha: Client) -> None:
    path = f"{COMPANY}/audit"

    assert alpha.get(path, line="s/1", entry="e").problem == "invalid_request"
    assert alpha.get(path, line="no-position").problem == "invalid_request"
    assert alpha.get(path, **{"from": "yesterday"}).pointers == ["query/from"]


def test_a_connection_is_scheduled_in_whole_minutes(world: World, alpha: Client) -> None:
    path = f"{COMPANY}/connections/caisse-1"

    created = alpha.put(path, {"provider": "powens", "label": "Caisse"}).body
    changed = alpha.put(path, {"interval_seconds": 61, "on": False}).body

    assert (created["interval_seconds"], created["on"]) == (43_200, True)
    assert (changed["interval_seconds"], changed["effective_interval_seconds"]) == (61, 120)
    assert (changed["on"], changed["label"]) == (False, "Caisse")
    assert alpha.get(path).body == changed
    schedule = world.feeds.schedules[ALPHA, ACME, "caisse-1"]
    assert (schedule.interval_minutes, schedule.is_on) == (2, False)
    names = [one["id"] for one in alpha.get(f"{COMPANY}/connections").body["items"]]
    assert names == ["bnp-1", "ca-1", "caisse-1", "ponto-1"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"label": "x"}, "/provider"),
        ({"provider": "bridge"}, "/label"),
        ({"provider": "swift", "label": "x"}, "/provider"),
        ({"provider": "bridge", "label": "x", "interval_seconds": 59}, "/interval_seconds"),
        ({"provider": "bridge", "label": "x", "interval_seconds": 40_000_000}, "/interval_seconds"),
    ],
)
def test_a_wrong_connection_is_refused_at_its_field(
    alpha: Client, body: dict[str, Any], pointer: str
) -> None:
    answer = alpha.put(f"{COMPANY}/connections/new", body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


def test_a_synchronisation_is_asked_for_and_its_log_read(world: World, alpha: Client) -> None:
    path = f"{COMPANY}/connections/bnp-1"

    asked = alpha.post(f"{path}/sync")

    assert asked.status == 202
    assert world.feeds.requests == [("alpha", "acme", "bnp-1", "asked")]
    runs = alpha.get(f"{path}/runs").body["items"]
    assert [(run["state"], run["detail"]) for run in runs] == [
        ("not_configured", "no connector for ALPHA")
    ]


@pytest.mark.parametrize("action", ["sync", "runs"])
def test_an_unknown_connection_is_not_found(world: World, alpha: Client, action: str) -> None:
    path = f"{COMPANY}/connections/unknown/{action}"

    answer = alpha.post(path) if action == "sync" else alpha.get(path)

    assert answer.problem == "not_found"
    assert world.feeds.requests == []
