"""How Salt Edge's lists are read one after the other, and where a later reading begins."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rappro.adapters.aggregators.saltedge_feed import Place, after, is_asked, next_page, place_of
from rappro.domain.connectors import Window
from rappro.domain.errors import AggregatorRejected, InvalidRequest

ALL = Window(None, None)
DAY = date(2026, 11, 18)


def rows(*ids: str) -> list[dict[str, Any]]:
    return [{"id": one, "made_on": DAY.isoformat()} for one in ids]


def more(following: Any) -> dict[str, Any]:
    return {"data": [], "meta": {"next_id": following}}


END = more(None)


def test_the_lists_are_read_one_after_the_other_and_pending_rows_first() -> None:
    place, names = place_of(ALL, None), []
    while place.name:
        names.append(place.name)
        place = after(place, END, [], ALL)

    assert names == ["pending", "posted", "doubles"]
    assert place.cursor is None


@pytest.mark.parametrize(
    "place", [Place(), Place("posted", "12", None, "7"), Place("doubles", "a-1", "2", None)]
)
def test_a_page_token_says_where_the_reading_is(place: Place) -> None:
    assert place_of(ALL, str(place)) == place


@pytest.mark.parametrize(
    "token",
    ["", "posted", "posted - -", "posted - - - -", "nothing - - -", "posted a/b - -",
     "posted  - - -", "posted - -1 -", "https://elsewhere.test/x", " https://elsewhere.test/x"],
)  # fmt: skip
def test_what_is_no_page_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequest):
        place_of(ALL, token)


@pytest.mark.parametrize("cursor", ["", "a b", "1&from_id=2", "é", "x" * 65])
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        place_of(Window(cursor, None), None)


def test_posted_rows_and_doubles_are_read_from_the_cursor_on() -> None:
    window = Window("40", None)
    posted = after(place_of(window, None), END, [], window)
    doubles = after(posted, END, rows("40", "41"), window)

    assert (posted.page, doubles.page) == ("40", "40")


def test_a_window_of_days_is_read_from_the_very_first_row_on() -> None:
    window = Window("40", DAY)

    assert after(place_of(window, None), END, [], window).page is None


def test_the_cursor_is_where_the_last_page_of_posted_rows_began() -> None:
    first = after(Place("posted"), more("30"), rows("21", "20"), ALL)
    second = after(first, END, rows("31", "30"), ALL)

    assert (first.name, first.page, first.cursor) == ("posted", "30", "21")
    assert (second.name, second.cursor) == ("doubles", "30")


def test_a_list_without_rows_moves_no_cursor() -> None:
    assert after(Place("posted", None, None, "7"), END, [], ALL).cursor == "7"
    assert after(Place("posted"), END, rows(""), ALL).cursor is None


def test_the_cursor_stays_before_the_first_pending_row() -> None:
    pending = after(Place(), END, rows("35", "29", "x"), ALL)
    assert pending.hold == "29"
    first = after(Place("posted", None, pending.hold, "20"), more("30"), rows("21"), ALL)
    second = after(first, END, rows("30"), ALL)

    assert (first.cursor, second.cursor) == ("21", "21")


def test_pending_rows_of_several_pages_hold_together() -> None:
    first = after(Place(), more("40"), rows("35"), ALL)
    second = after(first, END, rows("36"), ALL)

    assert second.hold == "35"


def test_ids_that_are_no_numbers_hold_nothing_back() -> None:
    pending = after(Place(), END, rows("aaa"), ALL)

    assert pending.hold is None
    assert after(Place("posted", "bbb", None, None), END, rows("bbb"), ALL).cursor == "bbb"


@pytest.mark.parametrize("following", ["30", "29", 30])
def test_pages_that_go_in_a_circle_are_refused(following: Any) -> None:
    with pytest.raises(AggregatorRejected, match="circle"):
        after(Place("posted", "30"), more(following), [], ALL)


@pytest.mark.parametrize("following", ["a b", "/api/v6/x", "x" * 65])
def test_a_next_page_that_is_no_id_is_refused(following: str) -> None:
    with pytest.raises(AggregatorRejected):
        next_page(more(following))


@pytest.mark.parametrize("document", [None, [], {}, {"meta": None}, {"meta": []}, more(" ")])
def test_a_list_without_a_next_page_ends(document: Any) -> None:
    assert next_page(document) is None


@pytest.mark.parametrize(
    ("name", "window", "asked"),
    [
        ("posted", ALL, True), ("posted", Window("9", None), True),
        ("posted", Window(None, DAY), True), ("posted", Window(None, date(2026, 11, 19)), False),
        ("doubles", Window(None, date(2026, 11, 19)), False),
        ("pending", Window(None, date(2026, 11, 19)), True),
        ("posted", Window("5", date(2026, 11, 19)), True),
        ("posted", Window("6", date(2026, 11, 19)), False),
    ],
)  # fmt: skip
def test_a_row_is_of_a_window_by_its_day_or_because_it_is_new(
    name: str, window: Window, asked: bool
) -> None:
    assert is_asked(Place(name), rows("5")[0], window) is asked
