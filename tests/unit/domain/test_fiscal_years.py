"""Fiscal years of any length: each day has one, and each has a name that leads back to it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.books import Company
from rappro.domain.errors import InputError
from rappro.domain.fiscal_years import FiscalYear, check_fiscal_years
from rappro.domain.ids import CompanyId

FIRST = FiscalYear(date(2023, 3, 15), date(2024, 12, 31))
SHORT = FiscalYear(date(2026, 1, 1), date(2026, 6, 30))


def company(*listed: FiscalYear, month: int = 1) -> Company:
    return Company(CompanyId("c"), "C", fiscal_year_start_month=month, fiscal_years=listed)


def test_a_long_first_year_is_one_year() -> None:
    books = company(FIRST)

    assert {books.fiscal_year(on) for on in (date(2023, 3, 15), date(2024, 12, 31))} == {"2023"}
    assert books.fiscal_year(date(2025, 1, 1)) == "2025"
    assert books.fiscal_year_period("2023") == (FIRST.first, FIRST.last)
    with pytest.raises(InputError):
        books.fiscal_year_period("2024")


def test_a_change_of_closing_day_makes_a_short_year_and_two_of_one_calendar_year() -> None:
    books = company(FiscalYear(date(2025, 1, 1), date(2025, 12, 31)), SHORT, month=7)

    assert books.fiscal_year(date(2026, 6, 30)) == "2026"
    assert books.fiscal_year(date(2026, 7, 1)) == "2026-07"
    assert books.fiscal_year_period("2026-07") == (date(2026, 7, 1), date(2027, 6, 30))
    assert books.fiscal_year_period("2027") == (date(2027, 7, 1), date(2028, 6, 30))


@pytest.mark.parametrize(
    "years",
    [
        [FiscalYear(date(2024, 2, 1), date(2024, 1, 31))],
        [FiscalYear(date(2023, 1, 1), date(2025, 1, 1))],
        [FIRST, FiscalYear(date(2024, 12, 31), date(2025, 6, 30))],
    ],
)
def test_years_that_cannot_be_are_refused(years: list[FiscalYear]) -> None:
    with pytest.raises(InputError):
        check_fiscal_years(years)


def test_a_year_of_exactly_24_months_may_be() -> None:
    check_fiscal_years([FiscalYear(date(2023, 1, 1), date(2024, 12, 31))])


def test_two_years_that_begin_in_one_month_are_called_after_their_days() -> None:
    books = company(
        FiscalYear(date(2023, 1, 1), date(2023, 4, 30)),
        FiscalYear(date(2023, 5, 2), date(2023, 12, 31)),
    )

    assert books.fiscal_year(date(2023, 5, 1)) == "2023-05-01"
    assert books.fiscal_year(date(2023, 5, 2)) == "2023-05-02"


@st.composite
def companies(draw: st.DrawFn) -> Company:
    listed = []
    on = date(2020, 1, 1) + timedelta(days=draw(st.integers(0, 700)))
    for _ in range(draw(st.integers(0, 4))):
        last = on + timedelta(days=draw(st.integers(0, 720)))
        listed.append(FiscalYear(on, last))
        on = last + timedelta(days=draw(st.integers(1, 500)))
    return company(*listed, month=draw(st.integers(1, 12)))


@given(companies(), st.dates(date(2018, 1, 1), date(2031, 12, 31)))
def test_each_day_is_in_the_year_of_its_name(books: Company, on: date) -> None:
    first, last = books.fiscal_year_period(books.fiscal_year(on))

    assert first <= on <= last
    assert books.fiscal_year(first) == books.fiscal_year(last) == books.fiscal_year(on)
    assert books.fiscal_year(first - timedelta(days=1)) != books.fiscal_year(on)
    assert books.fiscal_year(last + timedelta(days=1)) != books.fiscal_year(on)
