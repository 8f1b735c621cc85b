"""A company's fiscal years change as long as numbered pieces stay in theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import EntryLine, EntrySource, EntryStatus, JournalEntry
from rappro.domain.errors import InvalidRequest, RuleViolation
from rappro.domain.fiscal_years import FiscalYear
from rappro.domain.ids import EntryId
from rappro.domain.operations import PieceCounter
from rappro.domain.writes import create
from rappro.use_cases.companies import get_company, save_company
from tests.unit.use_cases.desk import AUTHOR, COMPANY, Desk

SHORT = FiscalYear(date(2026, 1, 1), date(2026, 6, 30))


def numbered(on: date) -> Desk:
    """Return a company in which a piece of 2026 is numbered, dated on a day."""
    desk = Desk().open_company()
    lines = EntryLine("512100", "x", debit_minor=1), EntryLine("706000", "x", credit_minor=1)
    posted = JournalEntry(
        EntryId("en_1"), "BQ1", on, "P1", on, "x", lines, EntrySource.ENGINE,
        EntryStatus.VALIDATED, number=1, fiscal_year="2026",
    )  # fmt: skip
    counter = PieceCounter("BQ1", "2026", 1)
    desk.store.commit(desk.tenant, COMPANY, [create(posted), create(counter)])
    return desk


def save(desk: Desk, *years: FiscalYear, month: int = 1) -> None:
    company = get_company(desk.ports, desk.tenant, COMPANY)
    changed = replace(company, fiscal_years=years, fiscal_year_start_month=month)
    save_company(desk.ports, desk.tenant, changed, AUTHOR)


def test_a_year_under_way_is_cut_short_behind_its_last_piece() -> None:
    desk = numbered(date(2026, 5, 31))

    save(desk, SHORT, FiscalYear(date(2025, 1, 1), date(2025, 12, 31)), month=7)

    company = get_company(desk.ports, desk.tenant, COMPANY)
    assert company.fiscal_year(date(2026, 5, 31)) == "2026"
    assert company.fiscal_year(date(2026, 7, 1)) == "2026-07"


@pytest.mark.parametrize(
    ("on", "years", "month"),
    [
        (date(2026, 7, 31), (SHORT,), 1),
        (date(2026, 5, 31), (), 7),
        (date(2026, 5, 31), (FiscalYear(date(2025, 6, 1), date(2026, 12, 31)),), 1),
    ],
    ids=["a piece after the end", "another first month", "swallowed by a longer year"],
)
def test_a_piece_never_changes_its_year(
    on: date, years: tuple[FiscalYear, ...], month: int
) -> None:
    desk = numbered(on)

    with pytest.raises(RuleViolation):
        save(desk, *years, month=month)


def test_years_that_overlap_are_refused() -> None:
    with pytest.raises(InvalidRequest):
        save(Desk().open_company(), SHORT, FiscalYear(date(2026, 6, 30), date(2026, 12, 31)))
