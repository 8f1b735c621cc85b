"""CODA transaction codes: type, family, operation and category (2.1, positions 54-61).

The sign of a movement comes from its sign digit, never from these codes. Source: Febelfin,
"Coded statement of account (CODA)" version 2.6, annexes on transaction codes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

from rappro.domain.bank import Nature


class Kind(NamedTuple):
    """What a transaction code says."""

    nature: Nature | None
    is_reversal: bool = False
    is_known: bool = True


_FAMILIES: Final[dict[str, tuple[Nature, Nature]]] = {  # of a debit, of a credit
    "01": (Nature.TRANSFER, Nature.TRANSFER),
    "02": (Nature.TRANSFER, Nature.TRANSFER),
    "03": (Nature.CHEQUE, Nature.CHEQUE_DEPOSIT),
    "04": (Nature.CARD, Nature.CARD_DEPOSIT),
    "05": (Nature.DIRECT_DEBIT, Nature.DIRECT_DEBIT),
    "07": (Nature.BILL, Nature.BILL),
    "09": (Nature.CASH, Nature.CASH),
    "11": (Nature.OTHER, Nature.OTHER),
    "13": (Nature.LOAN, Nature.LOAN),
    "30": (Nature.OTHER, Nature.OTHER),
    "35": (Nature.INTEREST, Nature.INTEREST),
    "41": (Nature.TRANSFER, Nature.TRANSFER),
    "43": (Nature.CHEQUE, Nature.CHEQUE_DEPOSIT),
    "47": (Nature.BILL, Nature.BILL),
    "80": (Nature.FEE, Nature.FEE),
}

_OPERATIONS: Final[dict[str, str]] = {
    "01": "01 02 03 05 07 13 17 37 39 50 51 52 54 60 62 64 66",
    "02": "01 02 03 05 07 13 17 37 50 51 52 54 64 66",
    "03": "01 05 09 11 15 17 37 38 52 58 60 62 63 66",
    "04": "01 02 03 04 05 06 07 08 09 10 37 50 51 52 53 54 55 56 68",
    "05": "01 03 05 37 50 52 54 56 58",
    "07": "01 05 06 07 08 09 37 39 50 52 54 56 58",
    "09": "01 05 07 09 13 17 19 25 37 50 52 58 60 62 68 70",
    "11": "01 02 03 04 05 06 09 11 13 15 17 19 37 50 51 52 58 62 64 66 68 70",
    "13": "01 02 05 07 11 13 15 19 21 37 50 54 55 56 60 62 68 70",
    "30": "01 03 05 33 37 39 50 52 54 55 83 89",
    "35": "01 37 50",
    "41": "01 03 05 07 13 17 37 38 50 64 66",
    "43": "01 07 15 37 52 58 62",
    "47": "01 05 06 07 11 13 14 37 50 52 54 56 58 60 62 64",
    "80": "02 04 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 29 31 33 35 37"
          " 39 41 43 45 47",
}  # fmt: skip

_OF_OPERATION: Final[dict[Nature, str]] = {
    Nature.RETURN: (
        "0154 0160 0162 0254"  # transfer orders not executed, cheques not presented
        " 0309 0338 0360 0362 4307 4362"  # unpaid and reversed cheques
        " 0503 0505 0554 0556 0558"  # direct debits unpaid, given back, reversed
        " 0705 0707 0739 4705 4707"  # bills unpaid or claimed back
    ),
    Nature.CASH: "0404 0453",
    Nature.FEE: "1117 1119 4138",
    Nature.TAX: "0917",  # fiscal stamps
    Nature.OTHER: "0907 0909 0919 0925 0962 0968 0970 8008",
    Nature.CARD: "0451 0452 0454 0456",  # prepaid cards
    Nature.CARD_DEPOSIT: "0450 0455 0468",
}
_EXCEPTIONS: Final = {
    code: nature for nature, codes in _OF_OPERATION.items() for code in codes.split()
}

_OF_CATEGORY: Final[dict[Nature, str]] = {
    Nature.INTEREST: "001 002 059 065",
    Nature.TAX: "011 019 049 051 052",
    Nature.FEE: (
        "003 004 005 006 007 008 009 010 012 013 014 015 016 017 018 020 021 022 023 025 026 027"
        " 029 031 032 033 035 036 037 039 041 042 043 045 047 053 061 072 073 074"
    ),
    Nature.LOAN: "055 066 067 071",
}
_CATEGORIES: Final = {
    code: nature for nature, codes in _OF_CATEGORY.items() for code in codes.split()
}

_COSTS: Final = frozenset(("37", "87"))
_CORRECTIONS: Final = frozenset(("49", "99"))
_BANKS_OWN: Final = frozenset(f"{tens}{ones}" for tens in "49" for ones in range(9))

RETURNED: Final = {
    "1": "reject",
    "2": "return",
    "3": "refund",
    "4": "reversal",
    "5": "cancellation",
}
"""Types of R-transaction (2.2, position 113, and communication 127)."""

TAKEN_BACK: Final = frozenset("45")
"""The one who started the operation cancels it; a reject, return or refund is no reversal."""

DETAIL_TYPES: Final = frozenset("56789")
"""First digit of the transaction code of a detail."""


@lru_cache(maxsize=4096)
def kind_of(code: str) -> Kind:
    """Return what the eight digits of a transaction code say."""
    family, operation, category = code[1:3], code[3:5], code[5:8]
    natures = _FAMILIES.get(family)
    if natures is None or not (operation.isdigit() and operation.isascii()):
        return Kind(None, operation in _CORRECTIONS, is_known=False)
    nature = natures[operation >= "50"]
    nature = _EXCEPTIONS.get(family + operation, nature)
    if operation in _COSTS:
        nature = Nature.FEE
    nature = _CATEGORIES.get(category, nature)
    is_known = (
        operation in _BANKS_OWN
        or operation in _CORRECTIONS
        or operation in _COSTS
        or operation in _OPERATIONS[family].split()
    )
    return Kind(
        nature, operation in _CORRECTIONS or family + operation == "0558", is_known=is_known
    )
