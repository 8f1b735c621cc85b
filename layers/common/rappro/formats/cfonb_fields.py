"""The field types of CFONB 120: overpunched amounts and short dates.

Nothing here knows about records or statements. Source: CFONB "Relevé de compte sur support
informatique" and its 2004 and 2010 evolutions.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from rappro.domain.errors import InputError

AMOUNT_CHARS: Final = 14
_CENTURY_PIVOT: Final = 80  # two-digit years below are of this century; the format is of the 1980s


def _overpunches() -> dict[str, tuple[int, int, bool]]:
    table = {}
    for sign, marks in ((1, "{ABCDEFGHI"), (-1, "}JKLMNOPQR")):
        for digit, mark in enumerate(marks):
            table[mark] = (digit, sign, False)
            if mark.isalpha():
                table[mark.lower()] = (digit, sign, True)
    # The French national character sets (ISO 646-FR, EBCDIC 297) show é and è for { and }.
    table["é"], table["è"] = (0, 1, True), (0, -1, True)
    # Hand-made files end in a plain digit; the caller reports it.
    table.update({str(digit): (digit, 1, True) for digit in range(10)})
    return table


OVERPUNCHES: Final = _overpunches()
"""Digit, sign, and whether it is a variant, of the last character of an amount."""


def parse_amount(zone: str) -> tuple[int, int, bool]:
    """Return the amount of a 14-character zone, its sign, and whether it ends in a variant mark.

    The amount is signed and in units of the record's own decimals. The sign is apart because a
    zero has one too. Raises InputError.
    """
    digits, overpunch = zone[:13], OVERPUNCHES.get(zone[13:])
    if not (digits.isdigit() and digits.isascii()):
        digits = digits.lstrip(" ") or "0"  # some banks pad with blanks
        if not (digits.isdigit() and digits.isascii()):
            overpunch = None
    if overpunch is None:
        raise InputError(f"not a signed amount: {zone[:AMOUNT_CHARS]!r}")
    last, sign, is_variant = overpunch
    return (int(digits) * 10 + last) * sign, sign, is_variant


def parse_unsigned(zone: str) -> int | None:
    """Return a plain number padded with zeros or blanks; None when it is none."""
    text = zone.strip(" ")
    return int(text) if text.isdigit() and text.isascii() else None


def parse_date(zone: str) -> date:
    """Return the date of a DDMMYY zone. Raises InputError."""
    if len(zone) == 6 and zone.isdigit() and zone.isascii():
        year = int(zone[4:])
        try:
            return date(
                year + (2000 if year < _CENTURY_PIVOT else 1900), int(zone[2:4]), int(zone[:2])
            )
        except ValueError:
            pass
    raise InputError(f"not a date DDMMYY: {zone!r}")


_TEN_TO: Final = tuple(int("1" + "0" * power) for power in range(10))


def scaled(amount: int, decimals: int, exponent: int) -> int:
    """Return an amount with so many decimals in minor units. Raises InputError if it is inexact."""
    if decimals <= exponent:
        return amount * _TEN_TO[exponent - decimals]
    minor, rest = divmod(abs(amount), _TEN_TO[decimals - exponent])
    if rest:
        raise InputError(f"amount has more than {exponent} decimals: {amount}E-{decimals}")
    return minor if amount >= 0 else -minor
