"""How an account's rows are read of Salt Edge: list after list, page after page, and the cursor.

Rows have an id that grows with their arrival; nothing tells of an edit or an end of an older row.

    pending, whole ──► posted, from the cursor on ──► suspected doubles, from the cursor on

The cursor is where the last page of posted rows began: a place that the provider named itself, so
that the newest rows are read again. It stays before a pending row: should that be booked under the
id that it has, it is seen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from rappro.adapters.aggregators.reading import Row, identifier, inner
from rappro.adapters.aggregators.saltedge_rows import booking_day
from rappro.domain.connectors import Window
from rappro.domain.errors import AggregatorRejected, InvalidRequest
from rappro.domain.frozen import dataclass

# Guesses, of clients' code: v6 has one route for what were three in v5.
LISTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "pending": (("pending", "true"),),
    "posted": (),
    "doubles": (("duplicated", "true"),),
}
"""What each list is asked by, in the order in which they are read.

Pending ones first: a row that is booked in between is then seen twice, and not missed.
"""
_NAMES: Final = tuple(LISTS)
_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,63}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reading of an account is: a list, where its page begins, the cursor to be.

    `hold` is the first pending row. As text it is the token of a page.
    """

    name: str = _NAMES[0]
    page: str | None = None
    hold: str | None = None
    cursor: str | None = None

    def __str__(self) -> str:
        return " ".join((self.name, *(one or "-" for one in (self.page, self.hold, self.cursor))))


def place_of(window: Window, token: str | None) -> Place:
    """Return where to read: what a page token says, else the start. Raises InvalidRequest."""
    if token is None:
        return Place(cursor=_id(window.cursor))
    name, *ids = token.split(" ")
    if name not in LISTS or len(ids) != 3:
        raise InvalidRequest("no page of this provider")
    return Place(name, *(None if one == "-" else _id(one) for one in ids))


def after(place: Place, document: Any, rows: Sequence[Row], window: Window) -> Place:
    """Return where the reading goes on; its name is empty at the end of all lists.

    Raises AggregatorRejected for pages that go in a circle.
    """
    ids, following = [identifier(row, "id") for row in rows], next_page(document)
    hold, cursor = place.hold, place.cursor
    if place.name == "pending":
        hold = _first(hold, *ids)
    elif place.name == "posted":
        began = place.page or next((one for one in ids if _ID.fullmatch(one)), None)
        cursor = cursor if began is None or _is_before(hold, began) else began
    if following is not None:
        if following == place.page or _is_before(following, place.page):
            raise AggregatorRejected("the pages go in a circle")
        return Place(place.name, following, hold, cursor)
    # A window of days is cut out of all rows: no filter by day is documented.
    start = None if window.booked_from is not None else window.cursor
    later = (*_NAMES, "")[_NAMES.index(place.name) + 1]
    return Place(later, start, hold, cursor)


def is_asked(place: Place, row: Row, window: Window) -> bool:
    """Say whether a row is of a window's days, or new since its cursor; a pending one always is."""
    if place.name == "pending" or window.booked_from is None:
        return True
    is_new = window.cursor is not None and not _is_before(identifier(row, "id"), window.cursor)
    return is_new or booking_day(row) >= window.booked_from


def next_page(document: Any) -> str | None:
    """Return where the next page of a list begins. Raises AggregatorRejected for what is no id."""
    found = identifier(inner(document, "meta"), "next_id") if isinstance(document, dict) else ""
    if found and not _ID.fullmatch(found):
        raise AggregatorRejected("a page has no name")
    return found or None


def _id(cursor: str | None) -> str | None:
    if cursor is not None and not _ID.fullmatch(cursor):
        raise InvalidRequest("no cursor of this provider")
    return cursor


def _is_before(one: str | None, other: str | None) -> bool:
    """Say whether an id is surely before another; nothing is known of those that are no numbers."""
    first, second = _number(one), _number(other)
    return first is not None and second is not None and first < second


def _first(*ids: str | None) -> str | None:
    """Return the first of ids that are numbers; None without any."""
    numbers = [one for one in map(_number, ids) if one is not None]
    return str(min(numbers)) if numbers else None


def _number(name: str | None) -> int | None:
    return int(name) if name and _ID.fullmatch(name) and name.isdigit() else None
