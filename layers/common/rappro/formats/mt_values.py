"""The values in the fields of FIN messages: dates, amounts, balances, accounts.

Nothing here knows about the order of fields. Source: SWIFT User Handbook, MT940 and MT942 field
specifications; IBAN: ISO 13616; BIC: ISO 9362.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from rappro.domain.bank import Balance, BankAccountRef
from rappro.domain.errors import InputError
from rappro.domain.money import exponent, parse_amount
from rappro.formats.ibans import is_iban
from rappro.formats.rib import iban_of

_CENTURY_PIVOT: Final = 80  # two-digit years below are of this century; MT940 is of the 1980s
_BALANCE: Final = re.compile(r"([CD])(\d{6})([A-Z]{3}) ?([\d.,]{1,40})\s*", re.ASCII)
_SUMMARY: Final = re.compile(r"(\d{1,9})([A-Z]{3})([\d.,]{1,40})\s*", re.ASCII)
_IBAN_SHAPE: Final = re.compile(r"(?!RF)[A-Z]{2}\d\d[A-Z0-9]{11,30}", re.ASCII)
_BIC_SHAPE: Final = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)
_RIB: Final = re.compile(r"(\d{5})[ /]?(\d{5})[ /]?([A-Z0-9]{11})(?:[ /]?(\d\d))?", re.ASCII)


class Day(NamedTuple):
    """A date, and whether the file gives a day that its month does not have."""

    date: date
    is_clamped: bool


def parse_day(text: str) -> Day:
    """Return the date of YYMMDD. Raises InputError.

    Banks that count 30 days in every month write the 30th of February: it is the month's last day.
    """
    if len(text) == 6 and text.isdigit() and text.isascii():
        year = int(text[:2])
        found = _clamped(year + (2000 if year < _CENTURY_PIVOT else 1900), text[2:])
        if found is not None:
            return found
    raise InputError(f"not a date YYMMDD: {text[:12]!r}")


def entry_day(text: str, value_date: date) -> Day:
    """Return the entry date of MMDD: it has no year, so the nearest to the value date.

    Raises InputError.
    """
    years = (value_date.year, value_date.year - 1, value_date.year + 1)
    found = [day for day in (_clamped(year, text) for year in years) if day is not None]
    if not found:
        raise InputError(f"not an entry date MMDD: {text[:8]!r}")
    return min(found, key=lambda day: abs(day.date - value_date))


def _clamped(year: int, month_and_day: str) -> Day | None:
    month, day = int(month_and_day[:2]), int(month_and_day[2:])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return None
    last = monthrange(year, month)[1]
    return Day(date(year, month, min(day, last)), day > last)


def minor_units(text: str, currency: str) -> int:
    """Return the minor units of an unsigned amount: comma or point, digits after it or none.

    Raises InputError and UnsupportedCurrency.
    """
    return parse_amount(text.replace(",", "."), currency)


class FieldBalance(NamedTuple):
    """What a field :60: or :62: holds."""

    balance: Balance
    currency: str
    is_clamped: bool


def parse_balance(text: str) -> FieldBalance:
    """Return the balance of `C/D YYMMDD CCY amount`. Raises InputError, UnsupportedCurrency."""
    found = _BALANCE.fullmatch(text)
    if found is None:
        raise InputError(f"not a balance: {text[:40]!r}")
    side, digits, currency, amount_text = found.groups()
    day = parse_day(digits)
    amount = minor_units(amount_text, currency)
    signed = amount if side == "C" else -amount
    return FieldBalance(Balance(day.date, signed), currency, day.is_clamped)


def parse_summary(text: str, currency: str) -> tuple[int, int]:
    """Return number and sum of :90D: or :90C:. Raises InputError when it is not of the currency."""
    found = _SUMMARY.fullmatch(text)
    if found is None or found[2] != currency:
        raise InputError(f"not a number and sum: {text[:40]!r}")
    return int(found[1]), minor_units(found[3], currency)


@lru_cache(maxsize=4_096)
def is_right_iban(text: str) -> bool:
    """Say whether a word of free text is an IBAN: its check number is right.

    A creditor reference (RF, ISO 11649) has the same check, and is none.
    """
    return text[:2] != "RF" and is_iban(text)


def is_iban_shaped(text: str) -> bool:
    """Say whether what a field gives as an account is an IBAN, whatever its check number."""
    return _IBAN_SHAPE.fullmatch(text) is not None


def is_bic(text: str) -> bool:
    """Say whether a text has the shape of a BIC."""
    return len(text) in (8, 11) and _BIC_SHAPE.fullmatch(text) is not None


def account_of(text: str, currency: str | None) -> BankAccountRef:
    """Return the account of :25: or :25P:, which banks fill in many ways.

    An IBAN; bank code or BIC, a slash, and a number; a French RIB; each perhaps with the currency
    behind. `currency` is the statement's; the BIC of :25P: stands on the second line.
    """
    first, _, second = text.partition("\n")
    number = first.strip().removeprefix("/")
    if currency and len(number) > 3 and number.endswith(currency):
        number = number[:-3].rstrip(" /")
    bic = second.strip().upper() if is_bic(second.strip().upper()) else None
    front, slash, behind = number.partition("/")
    if slash and behind and is_bic(front):
        bic, number = bic or front, behind.strip()
    plain = number.replace(" ", "").upper()
    iban = plain if is_iban_shaped(plain) else _of_rib(plain)
    return BankAccountRef(
        iban=iban, number=None if iban else number or None, bic=bic, currency=currency
    )


def _of_rib(text: str) -> str | None:
    """Return the IBAN of a French account: bank, branch, number, and perhaps a right key."""
    found = _RIB.fullmatch(text)
    if found is None:
        return None
    bank, branch, number, key = found.groups()
    iban = iban_of(bank, branch, number)
    is_right = iban is not None and (iban.endswith(key) if key else "/" in text)
    return iban if is_right else None


def currency_suffix(text: str) -> str | None:
    """Return the currency that an account field ends in, if it is one."""
    suffix = text.partition("\n")[0].strip()[-3:]
    try:
        exponent(suffix)
    except InputError:
        return None
    return suffix
