"""Writes statements in CFONB 120: records of 120 characters, upper-case ASCII, CRLF.

Positions are those of the CFONB's description of the account statement (relevé de compte); every
field below is written with its width, so that a record adds up to 120.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from devstack.demo_data.model import BankAccount, Means, Movement, Statement
from devstack.demo_data.numbers import bank_spelling

_CODES: Final = {
    Means.TRANSFER_IN: "05",
    Means.TRANSFER_OUT: "06",
    Means.INSTANT_IN: "C2",
    Means.INSTANT_OUT: "C1",
    Means.TREASURY_IN: "13",
    Means.TREASURY_OUT: "14",
    Means.DIRECT_DEBIT: "B1",
    Means.COLLECTION: "A1",
    Means.COLLECTION_RETURN: "B3",
    Means.CHEQUE: "01",
    Means.CHEQUE_DEPOSIT: "02",
    Means.CHEQUE_UNPAID: "03",
    Means.CARD: "28",
    Means.CARD_DEPOSIT: "30",
    Means.CASH_DEPOSIT: "04",
    Means.BILL: "07",
    Means.FEE: "62",
    Means.INTEREST: "61",
    Means.LOAN: "72",
}
_SHORT: Final = {
    Means.TRANSFER_IN: "VIR",
    Means.TRANSFER_OUT: "VIR",
    Means.INSTANT_IN: "VIR INST",
    Means.INSTANT_OUT: "VIR INST",
    Means.TREASURY_IN: "VIR",
    Means.TREASURY_OUT: "VIR",
    Means.DIRECT_DEBIT: "PRLV",
}
_CREDIT: Final = "{ABCDEFGHI"
_DEBIT: Final = "}JKLMNOPQR"
RECORD_LENGTH: Final = 120


def write_cfonb(statements: Iterable[Statement]) -> bytes:
    """Return the file's bytes: for each statement 01, its 04 each with its 05, then 07."""
    records = [record for statement in statements for record in _records(statement)]
    wrong = [record for record in records if len(record) != RECORD_LENGTH]
    if wrong:
        raise ValueError(f"record of {len(wrong[0])} characters: {wrong[0]!r}")
    return "".join(f"{record}\r\n" for record in records).encode("ascii")


def overpunched(minor: int) -> str:
    """Return an amount in 14 characters whose last is both digit and sign (overpunch)."""
    digits = f"{abs(minor):014d}"
    signs = _DEBIT if minor < 0 else _CREDIT
    return digits[:-1] + signs[int(digits[-1])]


def _records(statement: Statement) -> Iterator[str]:
    account = statement.account
    before = date.fromordinal(statement.first_day.toordinal() - 1)
    yield _balance("01", account, before, statement.opening_minor)
    for movement in statement.movements:
        yield _movement(account, movement)
        for qualifier, information in _complements(movement):
            yield _complement(account, movement, qualifier, information)
    yield _balance("07", account, statement.last_day, statement.closing_minor)


def _balance(record: str, account: BankAccount, on: date, minor: int) -> str:
    head = f"{record}{account.bank}{'':4}{account.branch}EUR2 {account.number}{'':2}"
    return f"{head}{on:%d%m%y}{'':50}{overpunched(minor)}{'':16}"


def _head(record: str, account: BankAccount, movement: Movement) -> str:
    code = _CODES[movement.means]
    account_zone = f"{account.bank}{'':4}{account.branch}EUR2 {account.number}"
    return f"{record}{account_zone}{code}{movement.booked_on:%d%m%y}"


def _movement(account: BankAccount, movement: Movement) -> str:
    label = bank_spelling(movement.label)
    if not label:
        label = f"{_SHORT[movement.means]} {bank_spelling(movement.name)}"
    reason = movement.return_reason[:2] if movement.return_reason.isdigit() else ""
    return (
        f"{_head('04', account, movement)}{reason:2}{movement.booked_on:%d%m%y}{label[:31]:31}"
        f"{'':2}{movement.number[-7:].rjust(7, '0')}00{overpunched(movement.amount_minor)}"
        f"{movement.bank_ref[-16:]:16}"
    )


def _complements(movement: Movement) -> Iterator[tuple[str, str]]:
    """Yield qualifier and information (70 characters) in the order banks write them."""
    name = bank_spelling(movement.name)
    if movement.label and name:
        yield "LIB", name
    elif name:
        yield ("NPY" if movement.amount_minor > 0 else "NBE"), name
    if movement.creditor_id:
        yield "IBE", f"{movement.creditor_id:35}ICS"
    if movement.remittance:
        text = movement.remittance.upper()
        yield "LCC", text[:70]
        if text[70:]:
            yield "LC2", text[70:140]
    if movement.end_to_end:
        yield "RCN", f"{movement.end_to_end:35}"
    if movement.batch_ref:
        yield "REF", f"{movement.batch_ref:35}"
    if movement.mandate:
        yield "RUM", f"{movement.mandate:35}RCUR"


def _complement(account: BankAccount, movement: Movement, qualifier: str, text: str) -> str:
    return f"{_head('05', account, movement)}{'':5}{qualifier}{text[:70]:70}{'':2}"
