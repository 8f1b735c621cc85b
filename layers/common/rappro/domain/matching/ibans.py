"""IBANs in texts: found by shape, believed by length and checksum (ISO 13616)."""

from __future__ import annotations

import re
from typing import Final

IBAN_IN_TEXT: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,36}")

_LENGTHS: Final = {
    15: "NO", 16: "BE", 18: "DK FI NL FO GL SD", 19: "MK SI",
    20: "AT BA EE LT LU XK KZ", 21: "CH HR LI LV CR", 22: "BG DE GB GE IE ME RS BH VA",
    23: "AE GI IL TL", 24: "AD CZ ES MD PK RO SA SE SK TN VG", 25: "LY PT ST",
    26: "IS TR", 27: "FR GR IT MC MR SM BI", 28: "AL AZ BY CY DO GT HU LB PL SV",
    29: "BR EG PS QA UA", 30: "JO KW MU", 31: "MT SC",
}  # fmt: skip
_DIGITS_OF: Final = str.maketrans(
    {char: str(int(char, 36)) for char in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"}
)
_LENGTH_OF: Final = {
    country: length for length, countries in _LENGTHS.items() for country in countries.split()
}


def compact_iban(text: str) -> str:
    """Return an IBAN without blanks, in upper case."""
    return "".join(text.split()).upper()


def is_iban(compact: str) -> bool:
    """Tell whether a compact text is an IBAN: length of its country and checksum."""
    return len(compact) == _LENGTH_OF.get(compact[:2]) and _is_checksum_right(compact)


def longest_iban(written: str) -> str | None:
    """Return the beginning of a written text that is an IBAN, None when none is."""
    length = _LENGTH_OF.get(written[:2])
    if length is None:
        return None
    taken = 0
    for end, char in enumerate(written, start=1):
        taken += char != " "
        if taken == length:
            head = written[:end]
            return head if _is_checksum_right(compact_iban(head)) else None
    return None


def _is_checksum_right(compact: str) -> bool:
    moved = compact[4:] + compact[:4]
    if not moved.isalnum() or not moved.isascii():
        return False
    return int(moved.translate(_DIGITS_OF)) % 97 == 1
