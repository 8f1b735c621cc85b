"""Words that people write around invoice numbers, and how they are told from the numbers.

"FACT 0002783" is the number 0002783, not a number T0002783 behind "FAC"; in "REGLTFACTVE/25/05265"
two words are glued before VE/25/05265. Which letters a number of the company begins with is the
business of numbers.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_BEFORE: Final = (
    "FACTURES FACTURE FACTS FACT FAC FCT FRE INVOICES INVOICE INV REFERENCES REFERENCE REFS REF "
    "NUMERO NUM AVOIRS AVOIR REGLEMENT REGLT RGLT RGT PAIEMENT PAYMENT VIREMENT VIR ACOMPTE SOLDE "
    "ET"
)
_LAST: Final = "NO NR N"
GLUE_WORDS: Final = frozenset((*_BEFORE.split(), *_LAST.split()))
"""Words that may be glued before a number without being part of it."""

_AFTER: Final = frozenset("DU LE DE DES EN PAIEMENT REGLEMENT REGLT RGLT MERCI SUITE SOLDE".split())  # noqa: SIM905 (a list of words reads better as one)

MARKS: Final = GLUE_WORDS | {"F"}
"""What stands before a number and a blank to say that one follows: N 12345 (numéro), F 12345."""

_INVOICE: Final = re.compile(
    r"(?:FACTURES?|FACTS?|FAC|FCT|INVOICES?|INV|AVOIRS?)(?:NO?|NR|NUM|NUMERO)?$"
)
_ONLY_WORDS: Final = re.compile(
    rf"(?:{'|'.join(_BEFORE.split())})*(?:{'|'.join((*_BEFORE.split(), *_LAST.split()))})"
)
CUT_TEXT_CHARS_MIN: Final = 28
"""A text this long may have been cut by the bank, a number at its end with it."""


@lru_cache(maxsize=4096)
def is_glue(letters: str) -> bool:
    """Tell whether letters are words that are written before numbers, one or several glued."""
    return _ONLY_WORDS.fullmatch(letters) is not None


def says_invoice(letters: str) -> bool:
    """Tell whether letters end with a word that says an invoice number follows."""
    return _INVOICE.search(letters) is not None


def may_follow(letters: str) -> bool:
    """Tell whether letters right behind a number may be a word of their own: "0002783DU"."""
    return letters in _AFTER or is_glue(letters)


def is_cut(text: str, end: int) -> bool:
    """Tell whether a text (one line of a text) ends there and is as long as those that are cut."""
    if end < len(text) and text[end] != "\n":
        return False
    return end - text.rfind("\n", 0, end) - 1 >= CUT_TEXT_CHARS_MIN
