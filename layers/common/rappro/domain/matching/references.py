"""References: how a number is indexed, and which numbers, ids and keys a line's texts may name.

An index key is a *token*. A number has at most four, `index_tokens`; a text gives the tokens to
look up, `tokens_in`, so that a store finds every item or entry that the engine could take as named.
Nothing here decides whether a number that was found proves anything: see the rules.

    number          FA2026-00123
    shape           FA9999-99999       letters stay, a digit becomes 9
    tokens          FA202600123        glued: letters and digits only
                    FA.2026.123        runs, leading zeros dropped
                    202600123          core: the digits alone, when they are telling
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from rappro.domain.books import BankEntry, OpenItem
from rappro.domain.matching.normalise import fold

NUMBER_CHARS_MAX: Final = 64
"""Characters of a number that are indexed."""

CORE_DIGITS_MIN: Final = 6
"""Fewer digits alone are a date, an amount or a postcode as often as a number."""

TOKENS_MAX_PER_TEXTS: Final = 200
"""Tokens that one line may ask the books for."""

RUNS_MAX: Final = 600
"""Runs of letters or digits of one text that are looked at."""

REMITTANCE_CLASS: Final = "~remittance"
BATCH_CLASS: Final = "~batch"
CARD_CLASS: Final = "~card"
"""Tokens under which every waiting entry of a kind is found, for groups whose key is not named."""

_RUN: Final = re.compile(r"[A-Z]+|[0-9]+")
_NO_KEYS: Final = frozenset(
    ("", "NOTPROVIDED", "NONREF", "NOREF", "NA", "NONE", "NULL", "UNKNOWN", "NOTAVAILABLE")
)


def shape_of(number: str) -> str:
    """Return the shape of an invoice number: digits as 9, letters and separators as they are.

    "FA2026-00123" is "FA9999-99999". Case, accents and outer blanks mean nothing.
    """
    folded = fold(number.strip())[:NUMBER_CHARS_MAX]
    return "".join("9" if "0" <= char <= "9" else char for char in folded)


def key_token(text: str | None) -> str | None:
    """Return the one token of a key (end-to-end id, batch, contract), None when it says nothing."""
    if not text:
        return None
    glued = "".join(_RUN.findall(fold(text[:NUMBER_CHARS_MAX])))
    return None if glued in _NO_KEYS or not glued.strip("0") else glued


def index_tokens(number: str) -> frozenset[str]:
    """Return the tokens (at most 4) under which a number is indexed; none without a digit."""
    runs = _RUN.findall(fold(number[:NUMBER_CHARS_MAX]))
    digits = "".join(run for run in runs if run[0] <= "9")
    if not digits.strip("0"):
        return frozenset()
    tokens = {"".join(runs), dotted(runs)}
    core = digits.lstrip("0")
    if len(core) >= CORE_DIGITS_MIN:
        tokens.add(core)
    return frozenset(tokens)


def dotted(runs: Iterable[str]) -> str:
    """Return runs joined by points, digits without their leading zeros ("FA.2026.123")."""
    return ".".join((run.lstrip("0") or "0") if run[0] <= "9" else run for run in runs)


def item_tokens(item: OpenItem) -> frozenset[str]:
    """Return the reference tokens that a store indexes an open item under."""
    return index_tokens(item.number)


def entry_tokens(entry: BankEntry) -> frozenset[str]:
    """Return the reference tokens that a store indexes a waiting bank entry under: its own keys."""
    tokens: set[str] = set()
    for number in (entry.cheque_no, entry.remittance_no):
        if number:
            tokens |= index_tokens(number)
    for key in (entry.end_to_end_id, entry.batch_ref, entry.card_contract):
        token = key_token(key)
        if token:
            tokens.add(token)
    if entry.remittance_no:
        tokens.add(REMITTANCE_CLASS)
    if entry.batch_ref:
        tokens.add(BATCH_CLASS)
    if entry.card_contract:
        tokens.add(CARD_CLASS)
    return frozenset(tokens)
