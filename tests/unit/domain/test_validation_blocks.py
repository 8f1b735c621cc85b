"""Which piece numbers a round of a validation gave: by journal and fiscal year, no others."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.ids import StatementId
from rappro.domain.operations import NumberBlock, Validation

BEGUN = Validation(
    StatementId("st_1"), "BQ1", (NumberBlock("2026", 5, 3), NumberBlock("2026", 1, 2, "OD")),
    date(2026, 11, 30), "comptable",
)  # fmt: skip


@pytest.mark.parametrize(
    ("journal", "year", "number", "is_given"),
    [
        ("BQ1", "2026", 4, False),
        ("BQ1", "2026", 5, True),
        ("BQ1", "2026", 7, True),
        ("BQ1", "2026", 8, False),
        ("BQ1", "2025", 5, False),
        ("BQ1", "2026", None, False),
        ("OD", "2026", 1, True),
        ("OD", "2026", 5, False),
        ("VE", "2026", 5, False),
    ],
)
def test_a_number_is_of_the_round_that_reserved_it_in_its_journal_and_year(
    journal: str, year: str, number: int | None, *, is_given: bool
) -> None:
    assert BEGUN.has_given(journal, year, number) is is_given
