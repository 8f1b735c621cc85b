"""Dates as people write them: what is read, and that blanks are no way to make it slow."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.errors import InputError
from rappro.formats.written import Order, written_date

DAY = date(2024, 1, 15)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("15/01/2024", "dmy"), ("15.1.24", "dmy"), ("15 - 01 - 2024", "dmy"), (" 15/ 1' 24", "dmy"),
        ("01/15/2024", "mdy"), ("2024-01-15", "mdy"), ("20240115", "dmy"),
        ("15/01/2024 08:30", "dmy"), ("2024-01-15T08:30:00Z", "ymd"),
    ],
)  # fmt: skip
def test_a_date_is_read_in_the_order_of_its_file(text: str, order: Order) -> None:
    assert written_date(text, order) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "15/13/2024", "15/01", "150/01/2024", "15/01" + " " * 200_000 + "2024", "1" * 200_000],
    ids=["empty", "month 13", "no year", "three digits", "many blanks", "many digits"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        written_date(text, "dmy")
