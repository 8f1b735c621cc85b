"""What the accounting package sends in bulk: its versions decide, what Rappro did with it stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rappro.domain.books import BankEntry, Company, JournalEntry, OpenItem, ReferenceShapes
from rappro.domain.errors import StoreConflict
from rappro.domain.ids import EntryId, TenantId
from rappro.domain.operations import BooksLoad, LoadState
from rappro.domain.records import StatementRecord
from rappro.domain.unfinished import OwedExamination
from rappro.domain.writes import change, create
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.bulk_kinds import entry_id_of, side_id

from .client import Answer, Client
from .seeds import NOW, World

ALPHA = TenantId("alpha")
BASE = "/v1/companies/acme/bulk"


def item(version: int, **more: Any) -> dict[str, Any]:
    return {
        "external_id": "FA2025-0002", "external_version": version, "type": "invoice",
        "third_party": ids.THIRD_PARTY, "number": "FA2025-0002", "issue_date": "2025-01-15",
        "amount": "45.00", **more,
    }  # fmt: skip


def entry(version: int, **more: Any) -> dict[str, Any]:
    return {
        "external_id": "OD-1", "external_version": version, "journal": ids.JOURNAL,
        "date": "2025-01-30", "piece_ref": "118", "label": "Frais",
        "lines": [{"account": "627000", "debit": "12.00"},
                  {"account": "512100", "credit": "12.00", "cheque_no": "77"}], **more,
    }  # fmt: skip


def party(version: int, **more: Any) -> dict[str, Any]:
    return {"external_id": ids.THIRD_PARTY, "external_version": version, **more}


def send(client: Client, what: str, *items: dict[str, Any]) -> Answer:
    answer = client.post(f"{BASE}/{what}", {"items": list(items)})
    assert answer.status == 200, answer.text
    return answer


def outcomes(answer: Answer) -> list[str]:
    return [one["outcome"] for one in answer.body["results"]]


def test_the_same_version_changes_nothing_and_a_lower_one_is_stale(
    world: World, alpha: Client
) -> None:
    first = send(alpha, "open-items", item(3))
    before = world.of_tenant("alpha")
    again, older = send(alpha, "open-items", item(3)), send(alpha, "open-items", item(2))

    assert (outcomes(first), outcomes(again)) == (["created"], ["unchanged"])
    assert outcomes(older) == ["stale"]
    assert older.body["results"][0]["external_version"] == 3
    assert world.of_tenant("alpha") == before
    assert outcomes(send(alpha, "open-items", item(4, amount="46.00"))) == ["updated"]
    kept = alpha.get("/v1/companies/acme/open-items/FA2025-0002").body
    assert (kept["amount"], kept["residual"], kept["version"]) == ("46.00", "46.00", 2)


def test_each_item_is_for_itself(alpha: Client) -> None:
    answer = send(
        alpha, "open-items", item(1, third_party="nobody"), item(1, amount="1.234"),
        item(1, external_id="good"), item(2, external_id="good"),
    )  # fmt: skip

    assert outcomes(answer) == ["refused", "refused", "created", "refused"]
    assert (answer.body["created"], answer.body["refused"]) == (1, 3)
    first, second, _, twice = answer.body["results"]
    assert first["problem"] == "urn:rappro:problem:invalid_request"
    assert "nobody" in first["detail"]
    assert second["detail"].startswith("another item")
    assert twice["detail"] == "another item of the call has this id"


def test_a_wrong_amount_is_refused_by_its_pointer(alpha: Client) -> None:
    (result,) = send(alpha, "open-items", item(1, amount="1.234")).body["results"]

    assert (result["outcome"], result["pointer"]) == ("refused", "/amount")


@pytest.mark.parametrize("amount", ["", "AAA", "1,5", "1 000", "٣", "1e3", "0" * 41])
def test_what_is_no_decimal_string_breaks_the_schema_and_nothing_is_taken(
    alpha: Client, amount: str
) -> None:
    items = [item(1), item(1, external_id="FA2025-0003", vat=amount)]

    answer = alpha.post(f"{BASE}/open-items", {"items": items})

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["/items/1/vat"]
    assert alpha.get("/v1/companies/acme/open-items/FA2025-0002").status == 404


def test_what_rappro_settled_keeps_its_amounts_and_takes_the_rest(
    world: World, alpha: Client
) -> None:
    known = world.store.get(ALPHA, ids.COMPANY, OpenItem, ids.OPEN_ITEM)
    assert known is not None
    paid = replace(known, residual_minor=2_000, company_residual_minor=2_000,
                   settled_by=(EntryId("en_paid"),))  # fmt: skip
    world.store.commit(ALPHA, ids.COMPANY, [change(known, paid)])
    same = item(1, external_id=ids.OPEN_ITEM, number=ids.OPEN_ITEM, amount="120.00",
                issue_date="2025-01-02", due_date="2025-03-31")  # fmt: skip

    other = send(alpha, "open-items", {**same, "amount": "100.00"})
    unpaid = send(alpha, "open-items", {**same, "residual": "120.00"})
    later = send(alpha, "open-items", same)

    for refused in (other, unpaid):
        (result,) = refused.body["results"]
        assert result["problem"] == "urn:rappro:problem:already_settled"
        assert ids.OPEN_ITEM in result["detail"]
    assert outcomes(later) == ["updated"]
    kept = world.store.get(ALPHA, ids.COMPANY, OpenItem, ids.OPEN_ITEM)
    assert kept is not None
    assert (kept.residual_minor, kept.settled_by) == (2_000, ("en_paid",))
    assert str(kept.due_date) == "2025-03-31"


def test_a_third_party_keeps_what_is_left_out_and_its_letters(alpha: Client) -> None:
    send(alpha, "third-parties", party(1, name="Martin et Fils"))

    kept = alpha.get(f"/v1/companies/acme/third-parties/{ids.THIRD_PARTY}").body
    assert (kept["name"], kept["call_name"]) == ("Martin et Fils", "MARTIN")
    assert kept["bank_references"] == ["ETS MARTIN ALPHA"]


def test_an_entry_waits_for_the_bank_by_its_line_on_the_bank_account(
    world: World, alpha: Client
) -> None:
    (result,) = send(alpha, "entries", entry(1, validated_on="2025-01-31")).body["results"]

    assert result["id"] == entry_id_of("OD-1")
    side = world.store.get(ALPHA, ids.COMPANY, BankEntry, side_id(entry_id_of("OD-1"), 1))
    assert side is not None
    assert (side.amount_minor, side.cheque_no, side.is_in_ledger) == (-1_200, "77", True)
    assert side.is_waiting
    shown = alpha.get(f"/v1/companies/acme/entries/{result['id']}").body
    assert (shown["status"], shown["source"], shown["number"]) == ("validated", "api", None)


def test_a_validated_entry_is_changed_by_nobody(alpha: Client) -> None:
    send(alpha, "entries", entry(1, validated_on="2025-01-31"))

    (result,) = send(alpha, "entries", entry(2, label="Autre")).body["results"]

    assert result["problem"] == "urn:rappro:problem:not_allowed_in_state"


def test_a_draft_that_the_bank_confirmed_keeps_its_amount_and_may_be_validated(
    world: World, alpha: Client
) -> None:
    send(alpha, "entries", entry(1))
    key = side_id(entry_id_of("OD-1"), 1)
    side = world.store.get(ALPHA, ids.COMPANY, BankEntry, key)
    assert side is not None
    assert not side.is_in_ledger
    pointed = replace(side, match_id=ids.MATCH, pointed_on=side.date)
    world.store.commit(ALPHA, ids.COMPANY, [change(side, pointed)])
    dearer = [{"account": "627000", "debit": "13.00"}, {"account": "512100", "credit": "13.00"}]

    refused = send(alpha, "entries", entry(2, lines=dearer))
    taken = send(alpha, "entries", entry(2, validated_on="2025-01-31"))

    assert outcomes(refused) == ["refused"]
    assert outcomes(taken) == ["updated"]
    kept = world.store.get(ALPHA, ids.COMPANY, BankEntry, key)
    assert kept is not None
    assert (kept.match_id, kept.is_in_ledger, kept.amount_minor) == (ids.MATCH, True, -1_200)


def test_a_line_that_goes_takes_its_bank_entry_with_it(world: World, alpha: Client) -> None:
    send(alpha, "entries", entry(1))
    other = [{"account": "627000", "debit": "12.00"}, {"account": "411000", "credit": "12.00"}]

    assert outcomes(send(alpha, "entries", entry(2, lines=other))) == ["updated"]

    key = side_id(entry_id_of("OD-1"), 1)
    assert world.store.get(ALPHA, ids.COMPANY, BankEntry, key) is None


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"journal": "XX"}, "rule_violation"),
        ({"lines": [{"account": "999", "debit": "1"}, {"account": "512100", "credit": "1"}]},
         "rule_violation"),
        ({"lines": [{"account": "627000", "debit": "1"}, {"account": "512100", "credit": "2"}]},
         "unbalanced_entry"),
        ({"lines": [{"account": "627000", "debit": "0"}, {"account": "512100", "credit": "0"}]},
         "invalid_request"),
    ],
)  # fmt: skip
def test_an_entry_that_the_books_refuse_is_refused_alone(
    alpha: Client, more: dict[str, Any], problem: str
) -> None:
    answer = send(alpha, "entries", entry(1, external_id="bad", **more), entry(1))

    assert outcomes(answer) == ["refused", "created"]
    assert answer.body["results"][0]["problem"] == f"urn:rappro:problem:{problem}"


def test_an_entry_in_a_closed_period_is_refused(world: World, alpha: Client) -> None:
    company = world.store.get(ALPHA, ids.COMPANY, Company, "COMPANY")
    assert company is not None
    closed = replace(company, closed_until=NOW.date())
    world.store.commit(ALPHA, ids.COMPANY, [change(company, closed)])

    (result,) = send(alpha, "entries", entry(1)).body["results"]

    assert result["problem"] == "urn:rappro:problem:period_closed"


def test_what_arrives_gives_the_lines_that_wait_for_it_another_run(
    world: World, alpha: Client
) -> None:
    send(alpha, "third-parties", {**party(1, kind="supplier", name="Zinc"), "external_id": "F9"})
    far = item(1, external_id="far", number="ZZ-9", amount="7777.00", third_party="F9")
    send(alpha, "open-items", far)
    assert world.runs.started == []

    send(alpha, "open-items", item(1))

    assert [one.payload["statement_id"] for one in world.runs.started] == [ids.STATEMENT]
    shapes = world.store.get(ALPHA, ids.COMPANY, ReferenceShapes, "SHAPES")
    assert shapes is not None
    assert "FA9999-9999" in shapes.shapes
    assert world.store.all(ALPHA, ids.COMPANY, OwedExamination) == []


def test_the_same_call_makes_good_what_one_that_died_left_undone(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("rappro.use_cases.bulk.re_examine", _dies)
        assert alpha.post(f"{BASE}/open-items", {"items": [item(1)]}).status == 500
    assert world.runs.started == []

    again = send(alpha, "open-items", item(1))

    assert outcomes(again) == ["unchanged"]
    assert [one.payload["statement_id"] for one in world.runs.started] == [ids.STATEMENT]
    assert world.store.all(ALPHA, ids.COMPANY, OwedExamination) == []


def _dies(*_values: object) -> None:
    raise RuntimeError("killed")


def test_what_somebody_changes_meanwhile_is_planned_again(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = world.store.commit
    seen: list[bool] = []

    def racing(tenant: Any, company: Any, writes: Any, **more: Any) -> None:
        if any(isinstance(write.after, OpenItem) for write in writes) and not seen:
            seen.append(True)
            raise StoreConflict("another was first")
        commit(tenant, company, writes, **more)

    monkeypatch.setattr(world.store, "commit", racing)

    assert outcomes(send(alpha, "open-items", item(1))) == ["created"]


def test_five_hundred_items_take_one_call(world: World, alpha: Client) -> None:
    items = [item(1, external_id=f"F{n:03}", number=f"F{n:03}") for n in range(500)]

    answer = send(alpha, "open-items", *items)

    assert answer.body["created"] == 500
    assert send(alpha, "open-items", *items).body["unchanged"] == 500
    too_many = alpha.post(f"{BASE}/open-items", {"items": [*items, item(1)]})
    assert too_many.problem == "invalid_request"
    rows = world.store.audit_events(ALPHA, ids.COMPANY, subjects=["open_items"], limit=100).items
    told = [key for row in rows for key in (row.after or {})["created"]]
    assert sorted(told) == sorted(one["external_id"] for one in items)


def test_while_books_are_loaded_nothing_is_taken(world: World, alpha: Client) -> None:
    load = BooksLoad("load_1", "api", LoadState.LOADING, NOW, {})
    world.store.commit(ALPHA, ids.COMPANY, [create(load)])

    answer = alpha.post(f"{BASE}/open-items", {"items": [item(1)]})

    assert answer.problem == "books_loading"
    assert answer.headers["Retry-After"] == "10"


def test_an_open_item_names_the_line_of_its_entry(world: World, alpha: Client) -> None:
    send(alpha, "entries", entry(1))
    send(alpha, "open-items", item(1, entry="OD-1", entry_line=0))

    kept = world.store.get(ALPHA, ids.COMPANY, OpenItem, "FA2025-0002")
    made = world.store.get(ALPHA, ids.COMPANY, JournalEntry, entry_id_of("OD-1"))
    assert kept is not None
    assert made is not None
    assert (kept.entry_id, kept.entry_line, made.external_id) == (made.id, 0, "OD-1")
    assert world.store.get(ALPHA, ids.COMPANY, StatementRecord, ids.STATEMENT) is not None
