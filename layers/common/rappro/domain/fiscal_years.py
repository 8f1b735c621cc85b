"""Fiscal years (exercices) of any length: twelve months from a month on, unless a year says else.

    first year of a company    15 March 2023 to 31 December 2024    listed
    change of closing day      1 January to 30 June 2026            listed
    every other year           twelve months, cut where a listed one begins or ends

A year is called after the calendar year in which it begins. Of two that begin in the same one, the
listed one, or else the earlier, has that name; the other is called after its month (2026-07), or
its day, if two begin in that month.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from rappro.domain.errors import InputError
from rappro.domain.frozen import dataclass

MONTHS_MAX: Final = 24
"""A company's first year may last until the end of the next calendar year (C. com. L123-12)."""
YEARS_MAX: Final = 50
_NAME = re.compile(r"(\d{4})(?:-\d{2}){0,2}", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A fiscal year by its first and last day (clôture), both included."""

    first: date
    last: date


def check_fiscal_years(years: Sequence[FiscalYear]) -> None:
    """Raise InputError for years that overlap, end before they begin or last over 24 months."""
    if len(years) > YEARS_MAX:
        raise InputError(f"more than {YEARS_MAX} fiscal years")
    for year in years:
        if not year.first <= year.last:
            raise InputError(f"the fiscal year of {year.first} ends before it begins")
        if _months_after(year.first, MONTHS_MAX) <= year.last:
            raise InputError(f"the fiscal year of {year.first} lasts more than {MONTHS_MAX} months")
    ordered = sorted(years, key=lambda year: year.first)
    for before, after in pairwise(ordered):
        if after.first <= before.last:
            raise InputError(f"the fiscal years of {before.first} and {after.first} overlap")


def year_of(on: date, start_month: int, listed: Sequence[FiscalYear]) -> FiscalYear:
    """Return the fiscal year of a day."""
    for year in listed:
        if year.first <= on <= year.last:
            return year
    first = date(on.year if on.month >= start_month else on.year - 1, start_month, 1)
    last = _months_after(first, 12) - _DAY
    first = max([first, *(year.last + _DAY for year in listed if year.last < on)])
    return FiscalYear(
        first, min([last, *(year.first - _DAY for year in listed if year.first > on)])
    )


def name_of(year: FiscalYear, start_month: int, listed: Sequence[FiscalYear]) -> str:
    """Return what a fiscal year is called; no other year has that name."""
    plain = str(year.first.year).zfill(4)
    same = [each for each in listed if each.first.year == year.first.year]
    holder = min(same, key=lambda each: each.first, default=None)
    if holder is None:
        holder = min(_begun_in(year.first.year, start_month, listed), key=lambda each: each.first)
    if holder == year:
        return plain
    begun = _begun_in(year.first.year, start_month, listed)
    alike = [each for each in begun if each != holder and each.first.month == year.first.month]
    return year.first.isoformat()[: 7 if len(alike) == 1 else 10]


def year_called(name: str, start_month: int, listed: Sequence[FiscalYear]) -> FiscalYear:
    """Return the fiscal year of a name. Raises InputError for what is none."""
    found = _NAME.fullmatch(name)
    if found is None or found[1] in {"0000", "0001", "9998", "9999"}:
        raise InputError(f"not a fiscal year: {name[:20]!r}")
    for year in _begun_in(int(found[1]), start_month, listed):
        if name_of(year, start_month, listed) == name:
            return year
    raise InputError(f"no fiscal year is called {name}")


def _begun_in(
    calendar_year: int, start_month: int, listed: Sequence[FiscalYear]
) -> Iterator[FiscalYear]:
    """Yield the fiscal years that begin in a calendar year, each once."""
    on, end = date(calendar_year, 1, 1), date(calendar_year, 12, 31)
    while on <= end:
        year = year_of(on, start_month, listed)
        if year.first.year == calendar_year:
            yield year
        on = year.last + _DAY


def _months_after(day: date, months: int) -> date:
    """Return the same day so many months later; the first of the next when there is none."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    days = (date((index + 1) // 12, (index + 1) % 12 + 1, 1) - first).days
    return first + timedelta(days=min(day.day, days + 1) - 1)
