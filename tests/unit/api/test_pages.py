"""An answer that would be too large is asked for again with fewer items."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from rappro.edge.api import pages


class Page(BaseModel):
    items: list[str]


@pytest.mark.parametrize(("item_chars", "expected"), [(10, 200), (100, 50), (5_000, 1), (0, 200)])
def test_a_page_holds_as_many_items_as_fit(
    monkeypatch: pytest.MonkeyPatch, item_chars: int, expected: int
) -> None:
    monkeypatch.setattr(pages, "PAGE_BYTES_MAX", 6_000)

    page = pages.fitting(200, lambda count: Page(items=["x" * item_chars] * count))

    assert len(page.items) == expected
