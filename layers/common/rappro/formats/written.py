"""Amounts and dates as people and spreadsheets write them, for formats that do not fix them.

Whoever calls has decided the decimal mark and the order of a date for the whole file; here one
text is read by that decision, exactly, or refused. Nothing is rounded and nothing is guessed.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, Literal

from rappro.domain.errors import InputError
from rappro.domain.money import AMOUNT_DIGITS_MAX, exponent, parse_amount

Mark = Literal[",", ".", ""]
"""The decimal mark of a file; "" when each amount has to show its own."""

Order = Literal["dmy", "mdy", "ymd"]

PIVOT_YEAR: Final = 70
"""Two digits from 70 are of the 1900s: banks have no older files, nor such future dates."""

_TEXT_MAX: Final = 64
_BLANKS: Final = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\t"), " ") | {
    ord("\u2212"): "-", ord("\u2019"): "'"
}  # fmt: skip
_SIGNED: Final = re.compile(r"([+-]?) ?([\d .,']*\d[.,]?) ?([+-]?)", re.ASCII)
_WHOLE: Final = re.compile(r"\d*|\d{1,3}([ '.,])\d{3}(?:\1\d{3})*", re.ASCII)
_MARKS: Final = re.compile(r"[.,]")
_DATE: Final = re.compile(
    r"(\d{1,4}) {0,3}[-/. ] {0,3}(\d{1,2}) {0,3}([-/.' ]) {0,3}(\d{4}|\d{1,2})", re.ASCII
)
_COMPACT: Final = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)


def written_amount(text: str, mark: Mark, currency: str) -> int:
    """Return the minor units of a signed amount whose decimals follow `mark`.

    Thousands may be grouped by blanks, apostrophes or the other mark, by threes only: that is what
    tells them from decimals. The sign stands before or behind, or brackets mean a minus; the euro
    sign or the currency's own code may stand at either end. Without a mark for the file, one that
    three digits follow could be either, and is refused. Raises InputError, UnsupportedCurrency.
    """
    point = text[-3:-2]
    if point in (mark or ",.") and point and (currency == "EUR" or exponent(currency) == 2):
        digits = text[:-3] + text[-2:]
        plain = digits[1:] if digits[:1] == "-" else digits
        if plain.isdigit() and plain.isascii() and len(plain) <= AMOUNT_DIGITS_MAX:
            return int(digits)
    return _loose_amount(text, mark, currency)


def _loose_amount(text: str, mark: Mark, currency: str) -> int:
    if len(text) > _TEXT_MAX:
        raise InputError(f"not an amount: {text[:40]!r}")
    plain = text.translate(_BLANKS).strip()
    is_bracketed = plain.startswith("(") and plain.endswith(")")
    plain = plain[1:-1].strip() if is_bracketed else plain
    for unit in ("€", currency):
        plain = plain.removeprefix(unit).removesuffix(unit).strip()
    found = _SIGNED.fullmatch(plain)
    if found is None or bool(found[1]) + bool(found[3]) + is_bracketed > 1:
        raise InputError(f"not an amount: {text[:40]!r}")
    body = found[2]
    point = mark or _own_mark(body, text)
    whole, _, fraction = body.partition(point) if point else (body, "", "")
    if _WHOLE.fullmatch(whole) is None or (fraction and not fraction.isdigit()):
        raise InputError(f"not an amount with a decimal {point or 'mark'!r}: {text[:40]!r}")
    sign = "-" if is_bracketed or "-" in (found[1], found[3]) else ""
    digits = re.sub(r"\D", "", whole)
    return parse_amount(f"{sign}{digits or '0'}.{fraction}", currency)


def _own_mark(body: str, text: str) -> str:
    """Return the decimal mark that an amount shows by itself, "" when it has no decimals."""
    marks = _MARKS.findall(body)
    if not marks:
        return ""
    last: str = marks[-1]
    if len(set(marks)) > 1:
        return last
    if len(marks) > 1:
        return ""
    if len(body) - body.index(last) - 1 == 3:
        raise InputError(f"thousands or decimals: {text[:40]!r} could be either")
    return last


def written_date(text: str, order: Order) -> date:
    """Return the date that a text says in an order; a year of four digits first is always ISO.

    A time of day behind the date is left out. Two digits of the year behind an apostrophe are of
    the 2000s, as Quicken writes them. Raises InputError.
    """
    plain = text.strip()
    found = _DATE.fullmatch(plain) or _COMPACT.fullmatch(plain)
    if found is None and len(plain) <= _TEXT_MAX:  # a time of day behind it?
        found = _DATE.fullmatch(re.split(r"[T ]", plain, maxsplit=1)[0])
    if found is None:
        raise InputError(f"not a date: {text[:40]!r}")
    numbers = [found[1], found[2], found[found.re.groups]]
    if len(numbers[0]) == 4:
        year, month, day = numbers
    elif len(numbers[0]) == 3 or order == "ymd":
        raise InputError(f"not a date in the order {order}: {text[:40]!r}")
    else:
        day, month, year = numbers if order == "dmy" else (numbers[1], numbers[0], numbers[2])
        year = str(_full_year(year, is_recent=found[3] == "'"))
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise InputError(f"not a date in the order {order}: {text[:40]!r}") from None


def _full_year(text: str, *, is_recent: bool) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + (2000 if is_recent or year < PIVOT_YEAR else 1900)
