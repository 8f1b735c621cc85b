"""Every change of an entry reaches every consumer, at least once, until it acknowledges it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rappro.domain.entry_changes import LATE, TOLD_MAX, ChangeConsumer
from rappro.domain.ids import TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.writes import create
from rappro.edge.api import sample_ids as ids

from .client import Client, Json
from .seeds import NOW, World

ALPHA = TenantId("alpha")
PATH = "/v1/companies/acme/entry-changes"


def drafted(world: World, *names: str, at: datetime = NOW, action: str = "match") -> None:
    """Commit a row that tells of drafts, as every match does."""
    row = AuditEvent(
        f"au_{'-'.join(names)}", at, "engine", action, f"ma_{names[0]}",
        after={"lines": {}, "entries": list(names), "status": "confirmed"},
    )  # fmt: skip
    world.store.commit(ALPHA, ids.COMPANY, [create(row)])


def read(client: Client, consumer: str = "erp", **query: Any) -> Json:
    answer = client.get(PATH, consumer=consumer, **query)
    assert answer.status == 200, answer.text
    body: Json = answer.body
    return body


def told(page: Json) -> list[str]:
    return [item["entry_id"] for item in page["items"]]


def acknowledge(client: Client, page: Json, consumer: str = "erp") -> Json:
    body = {"consumer": consumer, "cursor": page["cursor"]}
    answer = client.post(f"{PATH}/acknowledgement", body)
    assert answer.status == 200, answer.text
    shown: Json = answer.body
    return shown


def test_changes_come_again_until_they_are_acknowledged(world: World, alpha: Client) -> None:
    drafted(world, "e1")
    first, again = read(alpha), read(alpha)
    acknowledge(alpha, again)
    drafted(world, "e2")

    assert told(first) == told(again) == ["e1"]
    assert told(read(alpha)) == ["e2"]
    assert told(read(alpha, "other")) == ["e2", "e1"]  # of one instant, by id


def test_a_match_by_hand_is_told_with_its_entry_as_it_is_now(alpha: Client) -> None:
    acknowledge(alpha, read(alpha))
    made = alpha.post(
        "/v1/companies/acme/matches",
        {"lines": [{"statement": ids.STATEMENT, "position": 3}],
         "targets": [{"type": "open_item", "id": ids.OPEN_ITEM, "amount": "120.00"}]},
    )  # fmt: skip
    assert made.status == 201, made.text
    (change,) = read(alpha)["items"]
    undone = alpha.post(f"/v1/companies/acme/matches/{made.body['id']}/undo")
    after = read(alpha)["items"]

    assert [change["kind"], change["entry"]["status"]] == ["drafted", "draft"]
    assert undone.status == 200
    assert sorted((one["kind"], one["entry"]) for one in after) == [
        ("drafted", None), ("removed", None),
    ]  # fmt: skip
    assert {one["entry_id"] for one in after} == {change["entry_id"]}


def test_a_row_that_is_seen_late_is_told_late_and_never_passed_over(
    world: World, alpha: Client
) -> None:
    """Its function took its instant before others, and committed after them."""
    drafted(world, "soon", at=NOW - timedelta(seconds=5))
    acknowledge(alpha, read(alpha))
    drafted(world, "late", at=NOW - timedelta(minutes=14))

    page = read(alpha)

    assert told(page) == ["late"]
    acknowledge(alpha, page)
    assert told(read(alpha)) == []


def test_pages_together_hold_every_change_once(world: World, alpha: Client) -> None:
    names = [f"e{n:02}" for n in range(25)]
    for n, name in enumerate(names):
        drafted(world, name, at=NOW - timedelta(minutes=60 - 2 * n))
    found: list[str] = []
    pages = 0
    while (page := read(alpha, limit=4))["items"]:
        found += told(page)
        pages += 1
        acknowledge(alpha, page)
        assert page["has_more"] is (len(found) < len(names))

    assert found == names
    assert pages == 7


def test_the_same_acknowledgement_is_harmless_and_an_older_one_is_refused(
    world: World, alpha: Client
) -> None:
    drafted(world, "e1")
    first = read(alpha)
    acknowledge(alpha, first)
    repeated = acknowledge(alpha, first)
    drafted(world, "e2")
    second = read(alpha)
    acknowledge(alpha, second)
    older = {"consumer": "erp", "cursor": first["cursor"]}

    assert repeated["acknowledgements"] == 1
    answer = alpha.post(f"{PATH}/acknowledgement", older)
    assert answer.problem == "not_allowed_in_state"
    assert told(read(alpha)) == []


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ==", "e30="])
def test_what_is_no_cursor_of_the_consumer_is_refused(alpha: Client, cursor: str) -> None:
    answer = alpha.post(f"{PATH}/acknowledgement", {"consumer": "erp", "cursor": cursor})

    assert answer.pointers == ["/cursor"]


def test_the_cursor_of_another_consumer_is_refused(alpha: Client) -> None:
    page = read(alpha, "other")

    answer = alpha.post(f"{PATH}/acknowledgement", {"consumer": "erp", "cursor": page["cursor"]})

    assert answer.pointers == ["/cursor"]


def test_what_a_consumer_keeps_of_rows_is_forgotten_once_they_are_old(
    world: World, alpha: Client
) -> None:
    drafted(world, "e1")
    acknowledge(alpha, read(alpha))
    kept = world.store.get(ALPHA, ids.COMPANY, ChangeConsumer, "erp")
    world.clock.advance(LATE + timedelta(minutes=1))
    acknowledge(alpha, read(alpha))
    later = world.store.get(ALPHA, ids.COMPANY, ChangeConsumer, "erp")

    assert kept is not None
    assert later is not None
    assert (len(kept.told), len(later.told)) == (1, 0)
    assert told(read(alpha)) == []


def test_beyond_its_bound_only_what_is_old_is_told_until_time_has_passed(
    world: World, alpha: Client
) -> None:
    marks = tuple(f"{int(NOW.timestamp()):x}-x{n}" for n in range(TOLD_MAX))
    world.store.commit(ALPHA, ids.COMPANY, [create(ChangeConsumer("erp", told=marks))])
    drafted(world, "old", at=datetime(2025, 1, 1, tzinfo=UTC))
    drafted(world, "new")

    first = read(alpha)
    acknowledge(alpha, first)
    world.clock.advance(LATE + timedelta(seconds=1))

    assert told(first) == ["old"]
    assert first["has_more"] is False
    assert told(read(alpha)) == ["new"]
