"""The transaction types (TRNTYPE) of OFX, and what they say of nature and direction.

The sign of a line comes from TRNAMT, never from here. Source: OFX 2.2, section 11.4.4.1.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rappro.domain.bank import Nature


class TransactionType(NamedTuple):
    """Nature of money that goes out and that comes in, and the one sign that the type allows."""

    outgoing: Nature | None
    incoming: Nature | None
    sign: int = 0
    is_known: bool = True


def _both(nature: Nature | None, sign: int = 0, *, is_known: bool = True) -> TransactionType:
    return TransactionType(nature, nature, sign, is_known)


TYPES: Final[dict[str, TransactionType]] = {
    # CREDIT, DEBIT, DEP, PAYMENT and OTHER say nothing of the means of payment.
    "CREDIT": _both(None, 1),
    "DEBIT": _both(None, -1),
    "INT": _both(Nature.INTEREST),
    "DIV": _both(Nature.OTHER, 1),
    "FEE": _both(Nature.FEE, -1),
    "SRVCHG": _both(Nature.FEE, -1),
    "DEP": _both(None, 1),
    "ATM": _both(Nature.CASH),
    "POS": _both(Nature.CARD),
    "XFER": _both(Nature.TRANSFER),
    "CHECK": TransactionType(Nature.CHEQUE, Nature.CHEQUE_DEPOSIT),
    "PAYMENT": _both(None),
    "CASH": _both(Nature.CASH, -1),
    "DIRECTDEP": _both(Nature.TRANSFER, 1),
    "DIRECTDEBIT": _both(Nature.DIRECT_DEBIT, -1),
    "REPEATPMT": _both(Nature.TRANSFER, -1),
    "HOLD": _both(None),
    "OTHER": _both(None),
    # Not of the specification, but plain words of French banks.
    "VIREMENT": _both(Nature.TRANSFER, is_known=False),
    "PRELEVEMENT": _both(Nature.DIRECT_DEBIT, is_known=False),
    "CHEQUE": TransactionType(Nature.CHEQUE, Nature.CHEQUE_DEPOSIT, is_known=False),
    "CARTE": _both(Nature.CARD, is_known=False),
    "FRAIS": _both(Nature.FEE, is_known=False),
}

UNKNOWN: Final = _both(None, is_known=False)
