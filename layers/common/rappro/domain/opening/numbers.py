"""References read in a FEC's pieces and labels: invoice, cheque and remittance numbers, methods.

A PieceRef is an invoice number in one package, a running number in the next, the amount of a
cheque in a third; what it is decides how open items are told apart (see items.py).
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from rappro.domain.books import (
    PaymentMethod,
)
from rappro.domain.opening.accounts import plain
from rappro.domain.opening.rows import FecRow

_NUMBER_DIGITS_MIN: Final = 3
_TOKEN_DIGITS_MIN: Final = 4
_TOKEN_CHARS_MAX: Final = 20
_SHORT_NUMBER_DIGITS_MAX: Final = 4

_PERIOD = re.compile(
    r"\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{2}|\d{4}))?"  # 31/12, 31-12-2023
    r"|\d{1,2}[./-](?:19|20)\d{2}|(?:19|20)\d{2}[./-]\d{1,2}(?:[./-]\d{1,2})?"  # 12/2023, 2023-12
    r"|(?:19|20)\d{2}(?:(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?)?"  # 2023, 202312, 20231231
    r"|[1-4][TS](?:\d{2}|\d{4})"  # 2T2023
)
_AMOUNT = re.compile(r"\d+[.,]\d{2}")
_AMOUNT_IN_TEXT = re.compile(r"(?<![\w.,/-])\d+[.,]\d{2}(?![\w.,/-])")
_SEQUENCE = re.compile(r"[A-Z]{0,6}\d{1,2}[./ -]\d{1,3}")  # 01/12, 04-27, CM04-075
_PAYMENT_WORD = re.compile(
    r"(?<![A-Z])(?:VIR(?:T|EMENTS?)?|VRT|CHQ?E?S?|CHEQUES?|PRLVT?|PRLT|PREL(?:EV\w*)?|CB|CARTE"
    r"|REM(?:ISES?)?|TIP|LCR|ESP(?:ECES)?|REGL?T?)(?![A-Z])"
)
_GLUED = re.compile(
    r"(?<![A-Z0-9])((?:M?F[A-Z]{0,3}|AV|INV)[-_/]?(?:\d[\d/_-]{1,14}\d))(?![A-Z0-9])"
)
_AFTER_KEYWORD = re.compile(
    r"(?<![A-Z0-9])(?:FACTURES?|FACTS?|FACS?|FCT|F[ACVT]?|INVOICE|INV|AVOIRS?|AV)"
    r"[\s.,:#-]+(?:NO?[\s.:°º]+)?((?=[A-Z0-9/_.-]*\d)[A-Z0-9][A-Z0-9/_.-]*)"
)
_TOKEN = re.compile(r"[A-Z0-9][A-Z0-9/_.-]*")
_CHEQUE_NO = re.compile(
    r"(?<![A-Z])(?:CHQE?|CHEQUE|CH)\.?\s*(?:N[O°º]?\.?\s*:?\s*)?(\d{5,8})(?!\d)"
)
_REMITTANCE_NO = re.compile(
    r"(?<![A-Z])REM(?:ISES?)?\.?\s*(?:DE\s+)?(?:CHQE?S?|CHEQUES?|CB|CARTES?)?\s*"
    r"(?:N[O°º]?\.?\s*:?\s*)?(\d{4,12})(?!\d)"
)
_METHODS: Final = (
    (re.compile(r"(?<![A-Z])(?:CHQE?S?|CHEQUES?)(?![A-Z])"), "cheque"),
    (re.compile(r"(?<![A-Z])(?:PRLVT?|PRLT|PREL(?:EV\w*)?|SDD)(?![A-Z])"), "direct_debit"),
    (re.compile(r"(?<![A-Z])(?:VIR(?:T|EMENTS?)?|VRT|SCT)(?![A-Z])"), "transfer"),
    (re.compile(r"(?<![A-Z])(?:CB\d*|CARTES?|TPE)(?![A-Z])"), "card"),
)
_MODES: Final = {
    "CH": "cheque", "CHQ": "cheque", "CHEQUE": "cheque",
    "VIR": "transfer", "VI": "transfer", "VIREMENT": "transfer",
    "PR": "direct_debit", "PRL": "direct_debit", "PRLV": "direct_debit",
    "PRELEVEMENT": "direct_debit", "CB": "card", "CARTE": "card",
}  # fmt: skip
_CREDIT_NOTE = re.compile(r"(?<![A-Z])(?:AVOIRS?|AV)(?![A-Z])")


class Piece(Enum):
    """How far a PieceRef identifies what it stands for."""

    DOCUMENT = "document"  # a document's own number: the same everywhere in the account
    SEQUENCE = "sequence"  # a running number: means something in its journal, on its day
    NOTHING = "nothing"  # no number at all, or a payment's words and amounts


def piece_text(row: FecRow) -> str:
    """Return the PieceRef with its runs of spaces made one."""
    return " ".join(row.piece_ref.split())


def piece_kind(row: FecRow, *, is_shared: bool) -> Piece:
    """Say what the row's PieceRef is; `is_shared`: too many third parties carry the same."""
    piece = plain(piece_text(row))
    digits = sum(character.isdigit() for character in piece)
    if is_shared or not digits or not piece.strip("0-./ "):
        return Piece.NOTHING
    if _PERIOD.fullmatch(piece) and not _SEQUENCE.fullmatch(piece):
        return Piece.NOTHING
    if _AMOUNT.fullmatch(piece) and len(piece) > len("01.12"):
        return Piece.NOTHING
    if _PAYMENT_WORD.search(piece):
        return Piece.NOTHING
    is_short = piece.isdigit() and digits <= _SHORT_NUMBER_DIGITS_MAX
    if is_short or piece == plain(row.number) or _SEQUENCE.fullmatch(piece):
        return Piece.SEQUENCE
    return Piece.DOCUMENT


def label_number(label: str, *, any_token: bool) -> str:
    """Return the invoice number that a label shows, "" when it shows none.

    "FA2000004" and "FACT 12345" are seen anywhere; with `any_token`, the last token of four
    digits or more counts too, unless it is a date, a period, an amount or a cheque's number.
    """
    text = plain(label)
    glued = _GLUED.search(text)
    if glued is not None:
        return glued.group(1)
    for found in _AFTER_KEYWORD.finditer(text):
        token = found.group(1).rstrip("./_-")
        if _is_number(token, _NUMBER_DIGITS_MIN):
            return token
    if not any_token or _PAYMENT_WORD.search(text):
        return ""
    text = _AMOUNT_IN_TEXT.sub(" ", text)
    tokens = (token.rstrip("./_-") for token in _TOKEN.findall(text))
    numbers = [token for token in tokens if _is_number(token, _TOKEN_DIGITS_MIN)]
    return numbers[-1] if numbers else ""


def _is_number(token: str, digits_min: int) -> bool:
    digits = sum(character.isdigit() for character in token)
    if digits < digits_min or len(token) > _TOKEN_CHARS_MAX or digits * 2 < len(token):
        return False
    return not _PERIOD.fullmatch(token) and not _AMOUNT.fullmatch(token)


def says_credit_note(row: FecRow) -> bool:
    """Say whether the piece or the label calls it a credit note (avoir)."""
    return bool(_CREDIT_NOTE.search(plain(row.label)) or _CREDIT_NOTE.search(plain(row.piece_ref)))


def method_of(row: FecRow, *, is_mode_told: bool) -> PaymentMethod:
    """Return the means of payment that ModeRglt, label or piece say.

    `is_mode_told` is false when every line of the file has the same ModeRglt: a default, which
    tells nothing. A cheque that comes in is CHEQUE_IN.
    """
    name = _MODES.get(plain(row.payment_mode)) if is_mode_told else None
    if name is None:
        text = plain(f"{row.piece_ref} {row.label}")
        name = next((name for pattern, name in _METHODS if pattern.search(text)), None)
    if name is None and row.account.startswith("5112"):
        name = "cheque"
    if name is None and row.account.startswith("5115"):
        name = "card"
    if name == "cheque" and row.balance_minor > 0:
        return PaymentMethod.CHEQUE_IN
    return PaymentMethod(name or "other")


def cheque_number(row: FecRow) -> str | None:
    """Return the number of a cheque that is written beside the word; a remittance's is none."""
    text = plain(f"{row.piece_ref} {row.label}")
    if _REMITTANCE_NO.search(text):
        return None
    found = _CHEQUE_NO.search(text)
    return found.group(1) if found else None


def remittance_number(row: FecRow) -> str | None:
    """Return the number of a remittance (remise) that is written beside the word."""
    found = _REMITTANCE_NO.search(plain(f"{row.piece_ref} {row.label}"))
    return found.group(1) if found else None
