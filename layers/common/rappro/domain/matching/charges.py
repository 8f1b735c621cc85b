"""Charges that a line shows: what a bank kept of a payment, wherever its texts say so.

Banks print them ("FRAIS 15,00"), and formats hand on their fields in the comment: "FEE 25.00 EUR"
(CFONB), "Chrgs 25.00 EUR" (CAMT), "CHGS EUR3,50" (MT). Whether a charge explains anything is not
decided here (gaps.py).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rappro.domain.errors import InputError
from rappro.domain.matching.clues import Clue
from rappro.domain.money import exponent, parse_amount

CHARGES_MAX: Final = 20
"""Charges of one text that are read; a price list is longer."""

_SAID: Final = re.compile(
    r"\b(?:FEES?|CHRGS?|CHGS?|CHARGES?|FRAIS|COMMISSIONS?|COMM?)\b"
    r"(?:[^0-9]{0,24}[^0-9A-Z])??(?P<before>(?<![A-Z])[A-Z]{3} ?)?"
    r"(?<![0-9.,])(?P<amount>[0-9]{1,3}(?: [0-9]{3})+[.,][0-9]{2}|[0-9]{1,7}(?:[.,][0-9]{0,2})?)"
    r"(?![0-9.,/-])(?: ?(?P<after>[A-Z]{3})(?![A-Z]))?"
)


class Charges(NamedTuple):
    """What a line says that banks kept: `amounts` in its own currency, `is_shown` in any.

    The amounts are each charge and, of several in one text, their sum; without sign.
    """

    amounts: frozenset[int] = frozenset()
    is_shown: bool = False


NO_CHARGES: Final = Charges()


def charges_of(clue: Clue) -> Charges:
    """Return the charges that a line shows; a charge of nothing is none."""
    amounts: set[int] = set()
    is_shown = False
    for words in clue.fields:
        told: list[int] = []
        for found in _SAID.finditer(words.text):
            charge = _charge(found, clue.currency)
            if charge is not None:
                is_shown = True
                told += [charge] if charge else []
            if len(told) >= CHARGES_MAX:
                break
        amounts.update(told, [sum(told)] if told else ())
    return Charges(frozenset(amounts), is_shown) if is_shown else NO_CHARGES


def _charge(found: re.Match[str], currency: str) -> int | None:
    """Return a charge in minor units, 0 in another currency, None when it is no charge.

    A figure without cents is an amount only beside its currency.
    """
    written = found["amount"].replace(" ", "").replace(",", ".")
    beside = [code for code in (found["before"], found["after"]) if code and _is_currency(code)]
    if not beside and len(written.partition(".")[2]) != 2:
        return None
    told = beside[0].strip() if beside else currency
    try:
        amount = parse_amount(written, told)
    except InputError:
        return None
    if not amount:
        return None
    return amount if told == currency else 0


def _is_currency(code: str) -> bool:
    try:
        exponent(code.strip())
    except InputError:
        return False
    return True
