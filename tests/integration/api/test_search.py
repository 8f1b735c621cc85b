"""Lines are searched over all statements of a company, statements by what their headers say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.records import (
    Match,
    MatchStatus,
    UnfinishedMatch,
)
from rappro.domain.writes import change, create
from rappro.edge.api import sample_ids as ids
from rappro.use_cases import searching

from .client import Client
from .seeds import PENDING, World
from .test_statements import COMPANY, all_items

LINES = f"{COMPANY}/lines"
FIRST = ids.STATEMENT
TENANT, ACME = TenantId("alpha"), CompanyId("acme")


def keys(client: Client, **query: str | int) -> list[str]:
    """Return which lines are found, in the order of their pages."""
    return [f"{line['statement']}/{line['position']}" for line in all_items(client, LINES, **query)]


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_lines_of_all_statements_come_newest_period_first(alpha: Client, limit: int) -> None:
    found = keys(alpha, limit=limit)

    assert found == [f"{PENDING}/1", *(f"{FIRST}/{position}" for position in (1, 2, 3, 4))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"matched": "false"}, [2, 3, 4]),
        ({"matched": "false", "journal": "BQ1"}, [2, 3, 4]),
        ({"matched": "false", "journal": "BQ9"}, []),
        ({"matched": "true", "to": "2025-01-31"}, [1]),
        ({"from": "2025-01-01", "to": "2025-01-31"}, [1, 2, 3, 4]),
        ({"to": "2025-01-30"}, []),
        ({"level": "B"}, [2]),
        ({"third_party": "C0001"}, [2]),
        ({"nature": "cheque"}, [1]),
        ({"text": "Márt"}, [2]),
        ({"amount": "45"}, [2]),
        ({"amount": "45.0000"}, [2]),
        ({"amount": "45.001"}, []),
        ({"amount_min": "45", "amount_max": "69.9999"}, [2]),
        ({"direction": "out"}, [1]),
        ({"sort": "-amount", "to": "2025-01-31"}, [3, 2, 1, 4]),
        ({"sort": "amount", "matched": "false"}, [4, 2, 3]),
    ],
)
def test_lines_are_found(alpha: Client, query: dict[str, str], expected: list[int]) -> None:
    assert keys(alpha, limit=2, **query) == [f"{FIRST}/{position}" for position in expected]


def test_lines_are_sorted_by_their_booking_date(alpha: Client) -> None:
    down, up = keys(alpha, sort="-date", limit=1), keys(alpha, sort="date", limit=1)

    assert down[0] == f"{PENDING}/1"
    assert up[-1] == f"{PENDING}/1"
    assert sorted(down) == sorted(up)


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({"text": "alpha.XML"}, ["3", "2", "1"]),
        ({"text": "2"}, ["2"]),
        ({"amount": "1125"}, ["2", "1"]),
        ({"amount": "70"}, ["2"]),
        ({"amount_max": "0.01"}, ["3"]),
        ({"third_party": "C0001"}, ["1"]),
        ({"third_party": "C0009"}, []),
        ({"sort": "period"}, ["1", "2", "3"]),
        ({"sort": "-period"}, ["3", "2", "1"]),
        ({"sort": "-booked"}, ["1", "2", "3"]),
        ({"sort": "booked", "third_party": "C0001"}, ["1"]),
    ],
)
def test_statements_are_found(alpha: Client, query: dict[str, str], numbers: list[str]) -> None:
    found = all_items(alpha, f"{COMPANY}/statements", limit=1, **query)

    assert [item["number"] for item in found] == numbers


@pytest.mark.parametrize("path", [LINES, f"{COMPANY}/statements"])
@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"amount": "1", "amount_min": "1"}, "query/amount"),
        ({"amount": "-1"}, "query/amount"),
        ({"amount": "١"}, "query/amount"),
        ({"amount_max": "1e3"}, "query/amount_max"),
        ({"text": ""}, "query/text"),
        ({"sort": "size"}, "query/sort"),
        ({"cursor": "W10"}, "query/cursor"),
    ],
)
def test_a_wrong_search_is_named(
    alpha: Client, path: str, query: dict[str, str], pointer: str
) -> None:
    answer = alpha.send("GET", path, query=query)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


@pytest.mark.parametrize("path", [LINES, f"{COMPANY}/statements"])
def test_more_than_can_be_sorted_is_refused(
    alpha: Client, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "HEADERS_READ_MAX", 2)
    sort = {"sort": "-date" if path == LINES else "-booked"}

    answer = alpha.send("GET", path, query=sort)

    assert (answer.status, answer.problem) == (413, "too_large")
    assert "name a journal, a shorter period" in answer.body["detail"]


def test_a_cursor_is_of_its_own_search_and_company(world: World, alpha: Client) -> None:
    cursor = alpha.get(LINES, limit=1).body["next_cursor"]
    bravo = Client(world.ports, "bravo")

    assert alpha.get(LINES, cursor=cursor, direction="in").problem == "invalid_request"
    assert alpha.get(f"{COMPANY}/statements", cursor=cursor).problem == "invalid_request"
    assert bravo.get(LINES, cursor=cursor).problem == "invalid_request"


def test_lines_that_an_undo_under_way_frees_are_on_the_work_list(
    world: World, alpha: Client
) -> None:
    """Their statement's header still counts them as matched: it is opened all the same."""
    store = world.ports.store
    assert f"{PENDING}/1" not in keys(alpha, matched="false")
    match = store.get(TENANT, ACME, Match, ids.MATCH)
    assert match is not None
    undone = replace(match, status=MatchStatus.UNDONE)
    store.commit(TENANT, ACME, [change(match, undone), create(UnfinishedMatch(match.id, "user-1"))])

    assert f"{PENDING}/1" in keys(alpha, matched="false")
