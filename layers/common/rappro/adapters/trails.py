"""Pages of the audit trail, cut the same by every store.

A row's position is its instant, newest first, then its id: in the list of all rows and among those
of one subject alike. So rows of several subjects merge into one list, and a cursor is a position.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rappro.adapters.cursors import read_cursor, write_cursor
from rappro.adapters.indexing import Listing, list_name, newest_first, trail_position
from rappro.adapters.scope import check_limit
from rappro.domain.errors import InvalidRequest
from rappro.domain.operations import AuditEvent
from rappro.domain.trail import ALL_ROWS, TrailQuery
from rappro.domain.writes import Page

SCAN_ROWS_MAX: Final = 1_000
"""Rows that one page looks at when it may pass rows over; the cursor goes on behind them."""
SUBJECTS_MAX: Final = 200
"""Subjects whose rows are merged into one list."""


def check_subjects(subjects: Sequence[str]) -> None:
    """Raise InvalidRequest for more subjects than are read together."""
    if len(subjects) > SUBJECTS_MAX:
        raise InvalidRequest(f"the rows of {SUBJECTS_MAX} subjects at most are read together")


def trail_name(tenant: str, company: str, query: TrailQuery, subjects: Sequence[str]) -> str:
    """Return the full name of a list of rows: what is asked for tells it from others.

    Of several subjects the first one names the list, as others may join it between two pages.
    """
    asked = (query.since, query.until, query.author, query.names, *subjects[:1])
    is_whole = query == ALL_ROWS and not subjects
    return list_name(tenant, company, Listing.AUDIT, "" if is_whole else repr(asked))


def rows_wanted(query: TrailQuery, limit: int) -> int:
    """Return how many rows are read for a page. Raises InvalidRequest for a limit out of bounds."""
    check_limit(limit)
    return SCAN_ROWS_MAX + 1 if query.is_selective else limit + 1


def start_of(name: str, query: TrailQuery, cursor: str | None) -> str | None:
    """Return the position after which a page starts: the cursor's, or the end of the period."""
    starts = [] if cursor is None else [read_cursor(name, cursor)]
    if query.until is not None:
        starts.append(f"{newest_first(query.until)}$")  # behind every "#id" of that instant
    return max(starts, default=None)


def older_end(at: datetime, event_id: str) -> str:
    """Return the position before which rows are newer than one; see Store.audit_events_since."""
    return trail_position(at, event_id) if event_id else f"{newest_first(at)}$"


def page_of(
    name: str, query: TrailQuery, rows: Iterable[tuple[str, AuditEvent]], limit: int
) -> Page[AuditEvent]:
    """Return the page that starts with some rows, given with their positions and in order.

    Where rows are passed over, a page may be short, even empty, and still have a cursor.
    """
    found: list[AuditEvent] = []
    last = ""
    for count, (position, event) in enumerate(rows):
        if query.is_past(event):
            break
        if len(found) == limit or count == SCAN_ROWS_MAX:
            return Page(tuple(found), write_cursor(name, last))
        last = position
        if query.fits(event):
            found.append(event)
    return Page(tuple(found))
