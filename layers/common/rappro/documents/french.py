"""Amounts, days and identifiers as a French reader writes them."""

from __future__ import annotations

from datetime import date
from typing import Final

from rappro.domain.money import format_amount

NO_BREAK_SPACE: Final = "\u00a0"
"""Between groups of digits. The narrow one (U+202F) is in neither font of our documents."""


def amount(amount_minor: int, currency: str, *, group: str = NO_BREAK_SPACE) -> str:
    """Return an amount in its currency's precision, with a decimal comma ("-1 234 567,89").

    `group` stands between thousands; empty for what a spreadsheet reads.
    """
    plain = format_amount(amount_minor, currency)
    sign, digits = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, decimals = digits.partition(".")
    grouped = group.join(_from_the_right(whole, 3))
    return f"{sign}{grouped},{decimals}" if decimals else f"{sign}{grouped}"


def day(on: date) -> str:
    """Return a day as JJ/MM/AAAA."""
    return f"{on.day:02}/{on.month:02}/{on.year:04}"


def siren(number: str) -> str:
    """Return a SIREN in groups of three digits."""
    return NO_BREAK_SPACE.join(_from_the_right(number, 3))


def iban(number: str) -> str:
    """Return an IBAN in groups of four."""
    return NO_BREAK_SPACE.join(number[at : at + 4] for at in range(0, len(number), 4))


def _from_the_right(text: str, size: int) -> list[str]:
    first = len(text) % size
    head = [text[:first]] if first else []
    return head + [text[at : at + size] for at in range(first, len(text), size)]
