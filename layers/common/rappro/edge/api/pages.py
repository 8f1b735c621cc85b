"""Answers that fit: a list is shown with fewer items until it is small enough."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel

from rappro.edge.api.limits import PAGE_BYTES_MAX

P = TypeVar("P", bound=BaseModel)


def fitting(limit: int, read: Callable[[int], P]) -> P:
    """Return the page that `read` gives for at most `limit` items, within PAGE_BYTES_MAX.

    One item alone may be larger; the answer's own bound decides on that.
    """
    page = read(limit)
    while limit > 1 and len(page.model_dump_json()) > PAGE_BYTES_MAX:
        limit = max(1, limit // 2)
        page = read(limit)
    return page
