"""The picture of a report: the ledger's and the bank's balance, day by day."""

from __future__ import annotations

from datetime import date
from typing import Final

from rappro.documents import french
from rappro.documents.pdf_sheet import BLUE, GREY, ORANGE, RULE, Colour, Sheet, Style, width_of
from rappro.domain.money import exponent
from rappro.domain.report import ReconciliationReport
from rappro.domain.report_balances import BalancePoint

_TITLE: Final = Style(9.5, is_bold=True)
_SMALL: Final = Style(7, colour=GREY)
_STEPS_MAX: Final = 5

Points = list[tuple[float, float]]


def chart(
    sheet: Sheet, report: ReconciliationReport, *, left: float, right: float, top: float,
    height: float,
) -> None:  # fmt: skip
    """Draw both balances since the first day that is known, a quarter at most."""
    sheet.text(left, top, "Évolution des soldes", _TITLE)
    if len(report.history) < 2:
        sheet.text(left + 6, top + 20, "Pas d'historique avant cette date.", _SMALL)
        return
    _legend(sheet, right, top)
    ticks = _ticks(report)
    names = [french.amount(tick, report.currency) for tick in ticks]
    start = left + max(width_of(name, _SMALL) for name in names) + 8
    floor, ceiling = top + height, top + 14
    scale = (floor - ceiling) / (ticks[-1] - ticks[0])
    for tick, name in zip(ticks, names, strict=True):
        y = floor - (tick - ticks[0]) * scale
        sheet.line([(start, y), (right, y)], width=0.9 if tick == 0 else 0.35)
        sheet.right(start - 4, y + 2.4, name, _SMALL)
    first, last = report.history[0].on, report.history[-1].on
    step = (right - start) / (last - first).days
    _days(sheet, first, last, start=start, step=step, y=floor + 10)

    def place(point: BalancePoint, minor: int) -> tuple[float, float]:
        return start + (point.on - first).days * step, floor - (minor - ticks[0]) * scale

    books = [place(point, point.ledger_minor) for point in report.history]
    banks = [place(point, point.bank_minor) for point in report.history]
    sheet.line(_stepped(books), colour=BLUE, width=1.3)
    sheet.line(_stepped(banks), colour=ORANGE, width=1.1, dash=(3, 1.5))


def _legend(sheet: Sheet, right: float, top: float) -> None:
    x = right
    keys: tuple[tuple[str, Colour, tuple[float, ...]], ...] = (
        ("Solde bancaire", ORANGE, (3, 1.5)),
        ("Solde comptable", BLUE, ()),
    )
    for name, colour, dash in keys:
        sheet.right(x, top, name, _SMALL)
        x -= width_of(name, _SMALL) + 22
        sheet.line([(x, top - 2.4), (x + 18, top - 2.4)], colour=colour, width=1.3, dash=dash)
        x -= 14


def _ticks(report: ReconciliationReport) -> list[int]:
    """Return round amounts in even steps, from below the lowest balance to above the highest."""
    amounts = [m for point in report.history for m in (point.bank_minor, point.ledger_minor)]
    low, high = min(amounts), max(amounts)
    unit = 10 ** exponent(report.currency)
    step = _round_step(max(high - low, unit), unit)
    bottom = low // step * step
    count = max(1, -((bottom - high) // step))
    return [bottom + step * number for number in range(count + 1)]


def _round_step(span: int, unit: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 50… units that cuts a span into a few parts."""
    power = unit
    while True:
        for factor in (1, 2, 5):
            if power * factor * _STEPS_MAX >= span:
                return power * factor
        power *= 10


def _stepped(points: Points) -> Points:
    """Return the points with the corner between two of them: a balance holds until it changes."""
    found: Points = points[:1]
    for x, y in points[1:]:
        if y != found[-1][1]:
            found += [(x, found[-1][1]), (x, y)]
    if found[-1][0] != points[-1][0]:
        found.append(points[-1])
    return found


def _days(sheet: Sheet, first: date, last: date, *, start: float, step: float, y: float) -> None:
    """Name the first and the last day, and the first of each month far enough from both."""
    sheet.text(start, y, french.day(first), _SMALL)
    end = start + (last - first).days * step
    sheet.right(end, y, french.day(last), _SMALL)
    room = width_of(french.day(last), _SMALL)
    for number in range((last - first).days + 1):
        day = date.fromordinal(first.toordinal() + number)
        x = start + number * step
        if day.day == 1 and start + room * 1.7 < x < end - room * 1.7:
            sheet.text(x - room / 2, y, french.day(day), _SMALL)
            sheet.line([(x, y - 10), (x, y - 7)], colour=RULE)
