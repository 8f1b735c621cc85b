"""The values of OFX elements: dates, amounts, rates, and text with entities.

Nothing here knows about elements. Source: OFX 2.2, sections 2.3.1 and 3.2.8.
"""

from __future__ import annotations

import re
from datetime import date
from html.entities import html5
from typing import Final

from rappro.domain.errors import InputError
from rappro.domain.money import exponent, parse_amount

# YYYYMMDD, then a time with parts of a second, then [offset:zone]; some write commas or colons.
_REST: Final = re.compile(r"[\d.,: ]{0,20}(?:\[[^\]]{0,40}\]?)?", re.ASCII)
_ISO: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ][\d:.,]{1,20})?(?:Z|[+-]\d\d:?\d\d)?", re.ASCII
)
_GROUPED: Final = re.compile(
    r"([+-]?)(\d{1,3}(?:([., '\u00a0\u202f])\d{3})(?:\3\d{3})*)(?:([.,])(\d*))?", re.ASCII
)
_CURRENCY_MARK: Final = re.compile(r"([+-]?)\s*(?:R\$|[$€£])\s*([+-]?)(?=[\d.,])")
_MARK_ONLY: Final = re.compile(r"[+-]?[.,]")
_RATE: Final = re.compile(r"(\d{1,15})?(?:[.,](\d{0,15}))?", re.ASCII)
_ENTITY: Final = re.compile(r"&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z][A-Za-z0-9]{1,30}));")
_LAST_CODE_POINT: Final = 0x10FFFF


def parse_day(text: str) -> date:
    """Return the day that a date says, as the bank's clock says it. Raises InputError.

    An offset is not applied: the bank means its own day.
    """
    day = text[:8]
    if len(day) == 8 and day.isdigit() and day.isascii() and _REST.fullmatch(text, 8):
        year, month, number = day[:4], day[4:6], day[6:]
    else:
        found = _ISO.fullmatch(text)
        if found is None:
            raise InputError(f"not a date: {text[:40]!r}")
        year, month, number = found.groups()
    try:
        return date(int(year), int(month), int(number))
    except ValueError:
        raise InputError(f"not a day of the calendar: {text[:40]!r}") from None


def is_iso(text: str) -> bool:
    """Say whether a date is written as in ISO 8601, which OFX does not allow."""
    return text[4:5] == "-"


def minor_units(text: str, currency: str) -> tuple[int, str | None]:
    """Return the minor units of a signed amount, and the code of the finding it deserves.

    The decimal mark is a point or a comma. Raises InputError and UnsupportedCurrency.
    """
    mark = _CURRENCY_MARK.match(text)
    if mark is not None and not (mark[1] and mark[2]):
        return minor_units(mark[1] + mark[2] + text[mark.end() :], currency)[0], "amount_marked"
    exponent(currency)
    plain = text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
    try:
        return parse_amount(plain, currency), None
    except InputError:
        return _odd_amount(text, currency)


def _odd_amount(text: str, currency: str) -> tuple[int, str]:
    if _MARK_ONLY.fullmatch(text):
        return 0, "amount_without_digits"
    found = _GROUPED.fullmatch(text)
    # One mark may be the decimal one; only a blank, or another mark after it, shows that it is not.
    if (
        found is None
        or found[4] == found[3]
        or (found[4] is None and found[3] in ".," and found[2].count(found[3]) == 1)
    ):
        raise InputError(f"not a decimal amount: {text[:40]!r}")
    whole = found[2].replace(found[3], "")
    return parse_amount(f"{found[1]}{whole}.{found[5] or ''}", currency), "amount_grouped"


def parse_rate(text: str) -> tuple[int, int] | None:
    """Return a rate as numerator and denominator, None when it is none or zero."""
    found = _RATE.fullmatch(text)
    if found is None:
        return None
    whole, fraction = found[1] or "", found[2] or ""
    numerator = int(whole + fraction or "0")
    return (numerator, 10 ** len(fraction)) if numerator else None


def converted(amount_minor: int, ratio: tuple[int, int], units: int, other_units: int) -> int:
    """Return an amount times a ratio in another currency's minor units, half away from zero."""
    numerator = abs(amount_minor) * ratio[0] * 10**other_units
    denominator = ratio[1] * 10**units
    magnitude: int = (2 * numerator + denominator) // (2 * denominator)
    return magnitude if amount_minor >= 0 else -magnitude


def unescaped(text: str) -> str:
    """Return a text with its entities resolved; a bare & and what is no entity stay."""
    return _ENTITY.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name is not None:
        return html5.get(f"{name};", found[0])
    code = int(decimal) if decimal else int(hexadecimal, 16)
    is_character = 0x20 <= code <= _LAST_CODE_POINT and not 0xD800 <= code <= 0xDFFF
    return chr(code) if is_character else found[0]
