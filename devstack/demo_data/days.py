"""Bank days of the demo's fiscal year; no wall clock is read here."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

FISCAL_START: Final = date(2025, 11, 1)
FISCAL_END: Final = date(2026, 10, 31)
RECONCILED_ON: Final = date(2026, 9, 30)
"""Up to here both bank accounts were pointed by hand; the statements begin the day after."""
STATEMENT_FROM: Final = date(2026, 10, 1)
STATEMENT_TO: Final = date(2026, 10, 31)
HISTORY_FROM: Final = date(2025, 8, 1)
"""Trade is played from here, so that the opening entry (à-nouveaux) has real invoices to carry."""

_HOLIDAYS: Final = frozenset(
    date(year, month, day)
    for year, month, day in (
        (2025, 8, 15), (2025, 11, 11), (2025, 12, 25), (2026, 1, 1), (2026, 4, 6), (2026, 5, 1),
        (2026, 5, 8), (2026, 5, 14), (2026, 5, 25), (2026, 7, 14), (2026, 11, 11),
    )
)  # fmt: skip


def is_bank_day(on: date) -> bool:
    """Return whether French banks book on that day."""
    return on.weekday() < 5 and on not in _HOLIDAYS


def bank_day(on: date) -> date:
    """Return the day itself or the next bank day."""
    while not is_bank_day(on):
        on += timedelta(days=1)
    return on


def bank_day_before(on: date) -> date:
    """Return the day itself or the bank day before it."""
    while not is_bank_day(on):
        on -= timedelta(days=1)
    return on


def bank_days_after(on: date, count: int) -> date:
    """Return the bank day that lies `count` bank days after `on`."""
    on = bank_day(on)
    for _ in range(count):
        on = bank_day(on + timedelta(days=1))
    return on


def month_end(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def months(start: date, end: date) -> Iterator[tuple[int, int]]:
    """Yield (year, month) from the month of `start` to the month of `end`."""
    year, month = start.year, start.month
    while (year, month) <= (end.year, end.month):
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def next_month(year: int, month: int) -> tuple[int, int]:
    """Return the month after."""
    return (year + 1, 1) if month == 12 else (year, month + 1)


def on_day(on: date, day: int) -> date:
    """Return the first bank day from the next `day` of a month; short months end earlier."""
    last = month_end(on.year, on.month)
    asked = min(on.replace(day=1) + timedelta(days=day - 1), last)
    if on <= asked:
        return bank_day(asked)
    return on_day(last + timedelta(days=1), day)
