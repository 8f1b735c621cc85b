"""What every reading of records shares: one that has to be there, and a page of a small kind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from rappro.domain.errors import NotFound
from rappro.domain.writes import Page, Record

T = TypeVar("T")
R = TypeVar("R", bound=Record)


def required(found: T | None, what: str, key: str) -> T:
    """Return what was found. Raises NotFound when it is nothing."""
    if found is None:
        raise NotFound(f"no {what} {key}")
    return found


def slice_of(records: Sequence[R], limit: int, cursor: str | None) -> Page[R]:
    """Cut a page out of a small kind's records; the cursor is the last key of the page before."""
    after = [record for record in records if cursor is None or record.key > cursor]
    return Page(after[:limit], after[limit - 1].key if len(after) > limit else None)
