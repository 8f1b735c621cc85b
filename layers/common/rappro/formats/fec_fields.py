"""The fields of a FEC line: dates and amounts as packages write them, and nothing looser.

What cannot be read raises FieldError; a way of writing that the law does not know but that has
one meaning is read, and its name comes back for a finding.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from rappro.domain.errors import InputError
from rappro.domain.money import parse_amount

FIELD_CHARS_MAX: Final = 1_000
_YEAR_MIN: Final = 1900
_YEAR_MAX: Final = 2199

_AMOUNT = re.compile(r"([+-]?)(\d*)(?:([.,])(\d*))?([+-]?)", re.ASCII)
_LAW_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
_FRENCH_DATE = re.compile(r"(\d\d)/(\d\d)/(\d{4})", re.ASCII)
_SIDES: Final = {
    "D": 1, "DEBIT": 1, "DÉBIT": 1, "+1": 1, "1": 1, "+": 1,
    "C": -1, "CREDIT": -1, "CRÉDIT": -1, "-1": -1, "-": -1,
}  # fmt: skip


class FieldError(Exception):
    """A field that cannot be understood; never leaves the reader."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_amount(text: str, currency: str) -> tuple[int, str | None]:
    """Return minor units and the tolerated deviation, if any: `decimal_point`, `signed_amount`.

    Empty is zero. Raises FieldError on a thousands separator, more decimals than the currency
    has, or anything else that is not a plain number.
    """
    if not text:
        return 0, None
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found[2] or found[4]) or (found[1] and found[5]):
        raise FieldError("unreadable_amount", f"{text[:40]!r} is no amount")
    sign, whole, point, decimals, late_sign = found.groups()
    try:
        plain = f"{sign or late_sign}{whole or '0'}.{decimals or '0'}"
        amount = parse_amount(plain, currency)
    except InputError as error:
        raise FieldError("unreadable_amount", error.detail) from error
    if sign or late_sign:
        return amount, "signed_amount"
    return amount, "decimal_point" if point == "." else None


def read_date(text: str) -> tuple[date, str | None]:
    """Return a day and the tolerated deviation, if any: `date_format`.

    AAAAMMJJ is the law's; AAAA-MM-JJ and JJ/MM/AAAA are read too. Raises FieldError.
    """
    found = _LAW_DATE.fullmatch(text)
    if found is not None:
        return _day(found[1], found[2], found[3], text=text), None
    found = _ISO_DATE.fullmatch(text)
    if found is not None:
        return _day(found[1], found[2], found[3], text=text), "date_format"
    found = _FRENCH_DATE.fullmatch(text)
    if found is not None:
        return _day(found[3], found[2], found[1], text=text), "date_format"
    raise FieldError("unreadable_date", f"{text[:40]!r} is no date")


def _day(year: str, month: str, day: str, *, text: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise FieldError("unreadable_date", f"{text!r} is no day of the calendar") from None
    if not _YEAR_MIN <= found.year <= _YEAR_MAX:
        raise FieldError("unreadable_date", f"{text!r} is out of bounds")
    return found


def read_side(text: str) -> int:
    """Return 1 for a debit and -1 for a credit (Sens: D/C, +1/-1). Raises FieldError."""
    try:
        return _SIDES[text.upper()]
    except KeyError:
        raise FieldError("unreadable_amount", f"{text[:40]!r} is neither D nor C") from None


def read_text(text: str) -> str:
    """Return a field without its padding and quotes. Raises FieldError when it is too long."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('""', '"').strip()
    if len(text) > FIELD_CHARS_MAX:
        raise FieldError("field_too_long", f"a field of {len(text)} characters")
    return text
