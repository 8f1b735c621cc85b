"""Where a reading of Ponto's movements stands: its page tokens and its cursor.

A cursor is the row at the top of the list when it was read, and the newest day seen by then:
"2026-11-18/7e5d…". Rows come newest first, but not strictly, and nothing tells of edits; so the
reading goes on past the known row, until a whole page is older than the cursor's day by OVERLAP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote, unquote

from rappro.domain.connectors import ProviderTransaction, Window
from rappro.domain.errors import AggregatorRejected, InvalidRequest
from rappro.domain.frozen import dataclass

OVERLAP: Final = timedelta(days=10)
"""How far before the cursor's day rows are read again: they are edited, or come late."""
SLACK: Final = timedelta(days=7)
"""How far a page may be out of order: rows before a window's first day, and after it again."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go on: a link, the cursor so far, and whether the known row was passed."""

    link: str
    newest: str = ""
    is_known: bool = False

    @classmethod
    def of(cls, token: str) -> Place:
        """Return what a page token says. Raises InvalidRequest."""
        told, found, link = token.partition(" ")
        newest, _, known = told.partition(",")
        if not found or not link or (newest and _cursor(newest) is None):
            raise InvalidRequest("no page of this provider")
        return cls(link, newest, known == "known")

    def to(self, link: str) -> str:
        """Return the token of the next page. Raises AggregatorRejected for a circle."""
        if link == self.link:
            raise AggregatorRejected("the pages go in a circle")
        return f"{self.newest}{',known' if self.is_known else ''} {link}"

    def after(self, items: Sequence[ProviderTransaction], window: Window, today: date) -> Place:
        """Return the place with what a page of booked rows adds to the cursor."""
        since = _since(window)
        ids = [item.id for item in items if item.id]
        if not ids:
            return self
        day, top = _cursor(self.newest) or (date.min, ids[0])
        days = [min(item.line.booking_date, today) for item in items]
        newest = max(day, *days, *([] if since is None else [since[0]]))
        is_known = self.is_known or (since is not None and since[1] in ids)
        return replace(
            self, newest=f"{newest.isoformat()}/{quote(top, safe='')}", is_known=is_known
        )

    def is_over(self, items: Sequence[ProviderTransaction], window: Window) -> bool:
        """Say whether older pages hold nothing that is asked for."""
        days, since, first = [item.line.booking_date for item in items], _since(window), None
        if since is not None and self.is_known:
            first = since[0] - OVERLAP
        elif window.booked_from is not None:
            first = window.booked_from - SLACK
        return first is not None and bool(days) and max(days) < first


def _since(window: Window) -> tuple[date, str] | None:
    """Return the day and row of a window's cursor. Raises InvalidRequest."""
    if window.cursor is None:
        return None
    found = _cursor(window.cursor)
    if found is None:
        raise InvalidRequest("no cursor of this provider")
    return found


def _cursor(written: str) -> tuple[date, str] | None:
    day, _, name = written.partition("/")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    return (found, unquote(name)) if name else None
