"""CFONB interbank operation codes (codes opérations interbancaires) and what they say.

The sign of a movement comes from its amount, never from these codes: several of them (10, 27, 34,
41 to 43, 61, 91, 99) go both ways. CAMT files of French banks carry the same codes in
`BkTxCd/Prtry` with the issuer CFONB.
"""

from __future__ import annotations

from typing import Final

from rappro.domain.bank import Nature


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BY_NATURE: Final[dict[Nature, str]] = {
    Nature.CHEQUE: "01",
    Nature.CHEQUE_DEPOSIT: "02 15 16 17",
    Nature.CASH: "04 29",
    Nature.TRANSFER: (
        "05 06 13 14 18 19 20 21 39 40 41 43 44 45 50 68 69 78 79 94 95"  # 94, 95: cash pooling
        " C1 C2"  # instant transfers out and in
    ),
    Nature.DIRECT_DEBIT: "08 09 22 23 24 25 96 97 A1 A2 B1 B2",
    Nature.RETURN: (
        "03 10 12 26 27 33 34 38 98"
        " A3 A4 A5 A6 B3 B4 B5 B6"  # SEPA direct debits returned or reversed
        " C3 C4 C5"  # instant transfers recalled or given back
    ),
    Nature.CARD: "11 28",
    Nature.CARD_DEPOSIT: "30 36",
    Nature.BILL: "07 31 32 35 37 90",
    Nature.INTEREST: "61 63",
    Nature.FEE: "62 64 65 66 70 88",
    Nature.TAX: "67 89",
    Nature.LOAN: "71 72 75",
    Nature.OTHER: (
        "42 46 47 48 49"  # foreign exchange
        " 51 52 53 54 55 56 57 58 59 73 74 76 77 80 81 82 83 84 85 86 87"  # securities, deposits
        " 91 92 93 99"
    ),
}

NATURES: Final[dict[str, Nature]] = {
    code: nature for nature, codes in _BY_NATURE.items() for code in _codes(codes)
}
"""Nature of each operation code."""

KEEPS_ORIGINAL_ROLES: Final = _codes("03 10 12 26 27 33 38 98 99 A3 A4 A5 A6 B3 B4 B5 B6 C3 C4 C5")
"""The money goes back: payer and beneficiary stay those of the original operation, so that the
counterparty is the beneficiary of what comes in and the payer of what goes out."""

REVERSALS: Final = _codes("99 A5 A6 B5 B6")
"""The one who started the operation cancels it; a return or reject is not a reversal."""

SEPA_DIRECT_DEBITS: Final = _codes("A1 A2 A3 A4 A5 A6 B1 B2 B3 B4 B5 B6")
"""The beneficiary's id is a creditor identifier (ICS)."""
