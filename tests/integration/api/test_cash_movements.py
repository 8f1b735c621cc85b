"""Cash movements are listed and read: those of the books and those that were made here."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from rappro.domain.books import BankEntry, BankEntrySource, Journal, JournalType
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId

from .client import Client, Json
from .seeds import World

ACME = "/v1/companies/acme"
MOVEMENTS = f"{ACME}/cash-movements"
FIRST = date(2025, 3, 1)


def movement(name: str, minor: int, *, days: int = 0, account: str = "512100") -> BankEntry:
    return BankEntry(
        id=name, journal="BQ1", account=account, date=FIRST + timedelta(days=days),
        amount_minor=minor, currency="EUR", label=name, source=BankEntrySource.PAYMENT,
        third_party=ThirdPartyId("C0001"),
    )  # fmt: skip


def load(world: World, *entries: BankEntry) -> None:
    world.store.load(TenantId("alpha"), CompanyId("acme"), entries)


def listed(client: Client, **query: str | int) -> list[str]:
    """Return the ids of a whole list since the first of March, page after page."""
    found: list[str] = []
    asked = {"from": FIRST.isoformat(), **query}
    while True:
        page = client.get(MOVEMENTS, **asked).body
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        asked["cursor"] = page["next_cursor"]


def test_what_an_action_made_is_listed_as_a_draft(alpha: Client) -> None:
    before = {one["id"] for one in alpha.get(MOVEMENTS).body["items"]}
    line = f"{ACME}/statements/st_b7mzqkq4jx2v6c5oaxk2hqzz/lines/2"
    made = alpha.post(f"{line}/cash-movement", {}).body

    (found,) = [one for one in alpha.get(MOVEMENTS).body["items"] if one["id"] not in before]

    assert (found["match"], found["status"]) == (made["id"], "draft")
    assert found["entry"] in made["entries"]
    assert alpha.get(f"{MOVEMENTS}/{found['id']}").body == found


def test_filters_hold_together(world: World, alpha: Client) -> None:
    load(
        world,
        movement("in-1", 100),
        movement("out-2", -100, days=1),
        replace(movement("draft-3", 300, days=2), is_in_ledger=False),
        replace(movement("other-4", 400, days=3), third_party=ThirdPartyId("C0002")),
        replace(movement("nobody-5", -500, days=4), third_party=None),
        replace(movement("entry-6", 600, days=5), source=BankEntrySource.ENTRY),
    )

    every = ["in-1", "out-2", "draft-3", "other-4", "nobody-5"]
    assert listed(alpha) == listed(alpha, journal="BQ1") == every
    assert listed(alpha, direction="receipt") == ["in-1", "draft-3", "other-4"]
    assert listed(alpha, direction="disbursement") == ["out-2", "nobody-5"]
    assert listed(alpha, status="draft") == ["draft-3"]
    assert listed(alpha, status="validated", direction="receipt") == ["in-1", "other-4"]
    assert listed(alpha, third_party="C0002") == ["other-4"]
    assert listed(alpha, **{"from": "2025-03-02", "to": "2025-03-04"}) == every[1:4]
    assert listed(alpha, to="2025-03-01") == ["in-1"]


@pytest.mark.parametrize("limit", [1, 7, 200])
def test_pages_over_several_accounts_hold_each_movement_once(
    world: World, alpha: Client, limit: int
) -> None:
    """More rows than one read, on two accounts, most of them no movements at all."""
    journal = Journal("BQ9", "Livret", JournalType.TREASURY, account="512900")
    world.store.load(TenantId("alpha"), CompanyId("acme"), [journal])
    wanted = [movement(f"a-{n:03d}", 100, days=n // 50) for n in range(0, 240, 20)]
    others = [
        replace(movement(f"b-{n:03d}", 100, days=n // 50), source=BankEntrySource.ENTRY)
        for n in range(240)
    ]
    later = [movement(f"c-{n}", -100, account="512900") for n in range(3)]
    load(world, *wanted, *others, *later)

    assert listed(alpha, limit=limit) == [one.id for one in (*wanted, *later)]
    assert listed(alpha, limit=limit, journal="BQ9") == ["c-0", "c-1", "c-2"]


def test_a_long_way_to_the_next_movement_is_gone_in_several_pages(
    world: World, alpha: Client
) -> None:
    others = [
        replace(movement(f"b-{n:04d}", 100), source=BankEntrySource.ENTRY) for n in range(1_100)
    ]
    load(world, *others, movement("last", 100, days=1))

    page = alpha.get(MOVEMENTS, **{"from": FIRST.isoformat()}).body

    assert page["items"] == []
    assert page["next_cursor"] is not None
    assert listed(alpha) == ["last"]


def test_an_entry_of_a_bank_account_that_is_no_movement_is_not_found(alpha: Client) -> None:
    entry = f"{ACME}/bank-entries/be_waiting"

    assert alpha.get(entry).status == 200
    assert alpha.get(f"{MOVEMENTS}/be_waiting").problem == "not_found"
    assert alpha.get(f"{MOVEMENTS}/no-such").problem == "not_found"


@pytest.mark.parametrize(
    "cursor",
    ["x", "#", "512100", "512100#x", "999999#2025-01-01#a", f"512100#2025-01-01#{'é' * 600}"],
)
def test_what_is_no_cursor_is_refused(alpha: Client, cursor: str) -> None:
    answer = alpha.get(MOVEMENTS, cursor=cursor)

    assert (answer.problem, answer.pointers) == ("invalid_request", ["query/cursor"])


@pytest.mark.parametrize(
    ("query", "pointer"),
    [({"direction": "both"}, "query/direction"), ({"from": "20250101"}, "query/from")],
)
def test_a_wrong_filter_is_named(alpha: Client, query: Json, pointer: str) -> None:
    assert alpha.get(MOVEMENTS, **query).pointers == [pointer]


def test_a_journal_that_is_not_there_has_no_movements(alpha: Client) -> None:
    assert alpha.get(MOVEMENTS, journal="NO").body == {"items": [], "next_cursor": None}
