"""What every format needs to know of IBANs (ISO 13616): how they are written, and their check."""

from __future__ import annotations

from typing import Final

_LETTERS: Final = {ord("A") + rank: str(10 + rank) for rank in range(26)}


def plain_iban(text: str) -> str:
    """Return an IBAN without blanks, in capitals."""
    return text.replace(" ", "").upper()


def is_iban(text: str) -> bool:
    """Say whether a text without blanks is an IBAN with a right check number."""
    if not (15 <= len(text) <= 34 and text.isascii() and text.isalnum()):
        return False
    if not (text[:2].isalpha() and text[2:4].isdigit()):
        return False
    return remainder(text[4:] + text[:4]) == 1


def remainder(text: str) -> int:
    """Return the remainder by 97 of a text whose letters count from A = 10."""
    return int(text.upper().translate(_LETTERS)) % 97
