"""The CFONB 120 statement (relevé de compte), as French banks send it over EBICS.

One statement is a record 01 (old balance), any number of 04 (movement) each followed by its 05
(complement), and a 07 (new balance). This module holds the order of the records, the accounts and
the balances; `cfonb_movement` makes the lines. Positions in comments count from 1.

Spec: CFONB "Relevé de compte sur support informatique" (July 2004), "Evolution du relevé 120"
v2.0 (March 2010). Tolerated deviations and findings: docs/formats/cfonb120.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import BinaryIO, Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.domain.money import exponent
from rappro.formats.cfonb_catalogue import CATALOGUE
from rappro.formats.cfonb_fields import OVERPUNCHES, parse_amount, parse_date, scaled
from rappro.formats.cfonb_movement import Movement, bare_line, told_line
from rappro.formats.cfonb_records import Numbered, decoded, read_records
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import LINES_PER_STATEMENT_MAX
from rappro.formats.rib import iban_of
from rappro.formats.utf16 import utf8_head

DEFAULT_CURRENCY: Final = "EUR"
_RECOGNISED_BYTES: Final = 1_000
_NO_DATE: Final = ("      ", "000000")
_ONE_DAY: Final = timedelta(days=1)

# Code, bank, operation code (blank in 01, 07), branch, currency, decimals, reserved, account.
_HEAD: Final = re.compile(
    r"(?:0[17][0-9A-Z]{5} {4}|0[45][0-9A-Z]{5}.{4})[0-9A-Z]{5}(?:[A-Z]{3}| {3})[0-9 ].[0-9A-Z ]{11}"
)
_MISPLACED: Final = {
    "01": "a statement begins (01) before the new balance (07) of the one before",
    "04": "a movement (04) outside of a statement",
    "05": "a complement (05) without its movement (04)",
    "07": "a new balance (07) without a statement",
}


class Cfonb120Parser:
    """Reads CFONB 120 statements; several accounts and days may follow each other in a file."""

    format = "cfonb120"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first record has the zones of a CFONB record."""
        text = decoded(utf8_head(head[:_RECOGNISED_BYTES])).lstrip("\ufeff\r\n \t")
        return _HEAD.match(text) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        findings, dates = FindingLog(CATALOGUE), _Dates()
        statement: _Statement | None = None
        movement: list[Numbered] = []  # a 04 and its 05, until another record comes
        number = ordinal = 0
        for numbered in read_records(stream, findings):
            number, record = numbered
            code = record[:2]
            if code == "05" and movement:
                movement.append(numbered)
                continue
            if movement and statement is not None:
                yield statement.line(movement)
                movement = []
            if code == "04" and statement is not None:
                movement.append(numbered)
            elif code == "07" and statement is not None:
                yield statement.close(number, record)
                statement = None
            elif code == "01" and statement is None:
                ordinal += 1
                statement = _Statement(number, record, ordinal, findings=findings, dates=dates)
                yield StatementOpened(statement.account, ordinal)
            elif not record.isspace():  # some banks end a file with a record of blanks
                raise _misplaced(number, code)
        if statement is not None:
            raise MalformedStatement("the file ends before the new balance (07) of its statement",
                                     position=f"line {number}, end of file")  # fmt: skip
        if ordinal == 0:
            raise MalformedStatement("the file holds no statement", position="line 1")


def _misplaced(number: int, code: str) -> MalformedStatement:
    return _malformed(_MISPLACED.get(code, f"no record begins with {code!r}"), number)


def _malformed(sentence: str, number: int) -> MalformedStatement:
    return MalformedStatement(sentence, position=f"line {number}")


class _Dates(dict[str, date]):
    """The dates of the zones seen so far; a statement has few of them."""

    def at(self, zone: str, number: int, name: str) -> date:
        """Return the date of a DDMMYY zone. Raises MalformedStatement."""
        known = self.get(zone)
        if known is None:
            try:
                known = self[zone] = parse_date(zone)
            except InputError as wrong:
                raise _malformed(f"{name} date: {wrong.detail}", number) from wrong
        return known


class _Statement:
    """The statement being read: its account, its scales, and the movement that may still grow."""

    def __init__(
        self, number: int, record: str, ordinal: int, *, findings: FindingLog, dates: _Dates
    ) -> None:
        self._ordinal, self._findings, self._dates = ordinal, findings, dates
        self._opening = (number, record)
        bank, branch, account = self._owner = record[2:7], record[11:16], record[21:32]
        self._currency = record[16:19].strip()
        self._scales: dict[str, tuple[str, int, int]] = {}
        self._lines = 0
        dates.at(record[34:40], number, "balance")
        self.account = BankAccountRef(
            iban=iban_of(bank, branch, account),
            number=f"{bank}{branch}{account.strip()}" if account.strip() else None,
            currency=self._currency or None,
        )

    def line(self, records: list[Numbered]) -> StatementLine:
        """Return the line of a movement (04) and its complements (05).

        Raises MalformedStatement, UnsupportedCurrency and TooLarge.
        """
        number, record = records[0]
        self._lines += 1
        if self._lines > LINES_PER_STATEMENT_MAX:
            raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement",
                           position=f"line {number}")  # fmt: skip
        amount, is_credit, currency = self._amount(number, record)
        booked, value = record[34:40], record[42:48]
        value_date = self._dates.get(value) or self._value_date(value, number)
        if value_date is not None and booked in _NO_DATE:
            self._findings.note("booking_date_missing", f"line {number}")
            booked = value
        booking_date = self._dates.get(booked) or self._dates.at(booked, number, "booking")
        movement = Movement(self._lines, booking_date, value_date, amount, is_credit, currency,
                            records, self._findings)  # fmt: skip
        return told_line(movement, record) if len(records) > 1 else bare_line(movement, record)

    def close(self, number: int, record: str) -> StatementClosed:
        """End the statement with its new balance (07)."""
        opening, closing = self._balance(*self._opening), self._balance(number, record)
        if not self._currency:
            self._findings.note("currency_assumed", f"line {number}")
        currency = self._currency or DEFAULT_CURRENCY
        named = record[16:19].strip()
        if named and named != currency:
            raise _malformed(f"the new balance is in {named}, the old one in {currency}", number)
        return StatementClosed(
            replace(self.account, currency=currency),
            self._ordinal,
            currency,
            number=None,
            period_from=min(opening.on + _ONE_DAY, closing.on),
            period_to=closing.on,
            opening=opening,
            closing=closing,
            line_count=self._lines,
            findings=self._findings.take(),
        )

    def _value_date(self, zone: str, number: int) -> date | None:
        return None if zone in _NO_DATE else self._dates.at(zone, number, "value")

    def _is_own(self, number: int, record: str) -> bool:
        """Check that a record is of the statement's account; another branch is tolerated."""
        bank, branch, account = self._owner
        if record[21:32] != account:
            raise _malformed("a record of another account than its statement", number)
        if record[2:7] != bank or record[11:16] != branch:
            self._findings.note("bank_code_differs", f"line {number}")
            return False
        return True

    def _balance(self, number: int, record: str) -> Balance:
        on = self._dates.at(record[34:40], number, "balance")
        return Balance(on, self._amount(number, record)[0])

    def _amount(self, number: int, record: str) -> tuple[int, bool, str]:
        """Return the amount (91-104) in minor units, whether it is a credit, and its currency."""
        scale = self._scales.get(record[2:7] + record[11:32])
        digits, last = record[90:103], OVERPUNCHES.get(record[103])
        if scale is None or last is None or not (digits.isdigit() and digits.isascii()):
            return self._unusual_amount(number, record)
        currency, decimals, units = scale
        digit, sign, is_variant = last
        if is_variant or decimals != units:
            return self._unusual_amount(number, record)
        return (int(digits) * 10 + digit) * sign, sign > 0, currency

    def _unusual_amount(self, number: int, record: str) -> tuple[int, bool, str]:
        try:
            value, sign, is_variant = parse_amount(record[90:104])
            currency, decimals, units = self._scale(number, record)
            if decimals != units:
                value = scaled(value, decimals, units)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=f"line {number}") from wrong
        except InputError as wrong:
            raise _malformed(wrong.detail, number) from wrong
        if is_variant:
            mark = record[103]
            code, about = ("sign_missing", "") if mark.isdigit() else ("sign_variant", mark)
            self._findings.note(code, f"line {number}", about=about)
        return value, sign > 0, currency

    def _scale(self, number: int, record: str) -> tuple[str, int, int]:
        """Return currency, decimals as written and decimals of the minor unit (17-20).

        Currency and decimals may be blank. What needs no finding is known from then on. Raises
        InputError and UnsupportedCurrency.
        """
        is_own = self._is_own(number, record)
        named, decimals = record[16:19].strip(), record[19]
        currency = named or self._currency or DEFAULT_CURRENCY
        units = exponent(currency)
        if decimals == " ":
            self._findings.note("decimals_blank", f"line {number}")
        elif decimals not in "0123456789":
            raise InputError(f"not a number of decimals: {decimals!r}")
        scale = (currency, units if decimals == " " else int(decimals), units)
        self._currency = self._currency or named
        if is_own and self._currency:
            self._scales[record[2:7] + record[11:32]] = scale
        return scale
