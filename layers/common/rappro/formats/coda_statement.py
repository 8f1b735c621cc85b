"""The statement being read of a CODA file: account, balances, open movement, totals.

The order of the records is kept by `coda`, lines are made by `coda_movement`. Positions in comments
count from 1. Source: Febelfin, "Coded statement of account (CODA)" version 2.6.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from rappro.domain.bank import Balance, BankAccountRef, StatementClosed, StatementLine
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.coda_codes import DETAIL_TYPES
from rappro.formats.coda_fields import (
    Account,
    Dates,
    own_account,
    shown,
    sign_of,
    squeezed,
    thousandths,
)
from rappro.formats.coda_movement import Setting, amount_of, make_line, usual_line
from rappro.formats.coda_records import LINE_CHARS
from rappro.formats.findings import FindingLog
from rappro.formats.protocol import (
    DETAILS_PER_LINE_MAX,
    FIELD_CHARS_MAX,
    LINES_PER_STATEMENT_MAX,
)

DEFAULT_CURRENCY: Final = "EUR"
_ONE_DAY: Final = timedelta(days=1)
_NO_NUMBER: Final = frozenset(("", "000"))


def _malformed(sentence: str, number: int) -> MalformedStatement:
    return MalformedStatement(sentence, position=f"line {number}")


class Header:
    """What the header (0) says of the file. Raises MalformedStatement."""

    def __init__(self, number: int, record: str, findings: FindingLog) -> None:
        version = record[127]
        if record[:5] != "00000" or version == "1":
            raise _malformed("not a header (0) of CODA version 2", number)
        self.findings, self.dates = findings, Dates()
        self.created = self.dates.given(record[5:11], number, "creation")
        self.bic = record[60:71].strip() or None
        if record[16] == "D":
            findings.note("duplicate", f"line {number}")
        if version != "2":
            findings.note("version_unknown", f"line {number}", about=version)


class Totals:
    """What the trailer (9) has to say of a file: its records 1, 2, 3, 8, its debits and credits.

    Only movements count, not their details; amounts are unsigned thousandths.
    """

    def __init__(self) -> None:
        self.records = self.debits = self.credits = 0

    def check(self, number: int, record: str, findings: FindingLog) -> None:
        """Note what differs in a trailer: 17-22 records, 23-37 debits, 38-52 credits."""
        zones = (
            ("records", record[16:22], self.records),
            ("debits", record[22:37], self.debits),
            ("credits", record[37:52], self.credits),
        )
        for name, zone, counted in zones:
            try:
                said = thousandths(zone)
            except InputError:
                findings.note("trailer_unreadable", f"line {number}", about=name)
                continue
            if said != counted:
                about = (
                    f"{said} records, there are {counted}"
                    if name == "records"
                    else f"{shown(said)}, the movements make {shown(counted)}"
                )
                findings.note(f"trailer_{name}", f"line {number}", about=about)


class Statement:
    """A statement from its old balance (1) on."""

    def __init__(
        self, number: int, record: str, ordinal: int, *, header: Header, totals: Totals
    ) -> None:
        self._ordinal, self._totals = ordinal, totals
        self._findings, self._dates, self._created = header.findings, header.dates, header.created
        self._structure = record[1]
        named = self._account(number, record[5:42])
        self.account = BankAccountRef(
            iban=named.iban,
            number=None if named.iban else named.number or None,
            bic=header.bic,
            currency=named.currency,
            holder=record[64:90].strip() or None,
        )
        self._number, self._currency = named.number, named.currency
        try:
            self._setting = Setting(named.currency, self._dates, self._findings)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=f"line {number}") from wrong
        coded, paper = record[125:128].strip(), record[2:5].strip()
        self._numbered = next((text for text in (coded, paper) if text not in _NO_NUMBER), None)
        self._opened_on, self._opening = self._balance(record[42:58], record[58:64], number)
        self._closed_on: date | None = None
        self._closing: Balance | None = None
        self._lines, self._last_day = 0, self._opened_on
        self._message = ""
        self._main: list[str] = []  # the records of the open movement, and of its open detail
        self._main_at = self._detail_at = number
        self._detail: list[str] = []
        self._details: list[StatementLine] = []
        totals.records += 1

    def begin_movement(self, number: int, record: str) -> list[str]:
        """Begin with a 2.1 that is no detail, and return the records of the movement.

        Raises MalformedStatement for a detail, TooLarge.
        """
        if record[6:10] != "0000":
            raise _malformed("a detail of a movement that is not there", number)
        self._begin_line(number)
        self._main, self._main_at = [record], number
        return self._main

    def is_detail(self, number: int, record: str) -> bool:
        """Say whether a 2.1 is a detail of the open movement. Raises MalformedStatement.

        Details are numbered from 0001; after 9999 come 0000 and so on.
        """
        rank, head = record[6:10], self._main[0]
        if record[2:6] != head[2:6]:
            if rank != "0000":
                raise _malformed("a detail of a movement that is not there", number)
            return False
        return rank != "0000" or (
            record[53] in DETAIL_TYPES and bool(self._detail) and self._detail[0][6:10] == "9999"
        )

    def add_detail(self, number: int, record: str) -> list[str]:
        """Begin a detail of the open movement, and return its records. Raises TooLarge."""
        self._end_detail()
        if len(self._details) >= DETAILS_PER_LINE_MAX:
            raise TooLarge(f"more than {DETAILS_PER_LINE_MAX} details of a movement",
                           position=f"line {number}")  # fmt: skip
        self._detail, self._detail_at = [record], number
        return self._detail

    def part_of(self, record: str) -> list[str]:
        """Return the records that an information (3.1) belongs to.

        That is the last movement or detail; information of the movement itself may come after all
        its details, and then has the movement's transaction code (3.1 32-39, 2.1 54-61).
        """
        code = record[31:39]
        of_movement = self._main[0][53:61]
        return self._main if code == of_movement != self._detail[0][53:61] else self._detail

    def line(self) -> StatementLine:
        """End the open movement and return its line. Raises MalformedStatement, TooLarge."""
        main, number = self._main, self._main_at
        amount = amount_of(main[0], number)
        details: tuple[StatementLine, ...] = ()
        if self._detail:
            self._end_detail()
            details, self._details = tuple(self._details), []
        line = make_line(main, number, self._lines, self._setting, amount=amount, details=details)
        self._count(line, amount, len(main))
        return line

    def usual_line(self, number: int, found: re.Match[str]) -> StatementLine:
        """Return the line of a `USUAL` movement. Raises MalformedStatement, TooLarge."""
        self._begin_line(number)
        amount = int(found[4]) if found[3] == "0" else -int(found[4])
        line = usual_line(found, number, self._lines, self._setting, amount=amount)
        self._count(line, amount, (found.end() - found.start()) // LINE_CHARS)
        return line

    def _begin_line(self, number: int) -> None:
        self._lines += 1
        if self._lines > LINES_PER_STATEMENT_MAX:
            raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement",
                           position=f"line {number}")  # fmt: skip

    def _count(self, line: StatementLine, amount: int, records: int) -> None:
        if line.booking_date > self._last_day:  # noqa: PLR1730 - a call for each line
            self._last_day = line.booking_date
        totals = self._totals
        totals.records += records
        if amount < 0:
            totals.debits -= amount
        else:
            totals.credits += amount

    def set_new_balance(self, number: int, record: str) -> None:
        """Read the new balance (8). Raises MalformedStatement."""
        named = self._account(number, record[4:41], is_first=False)
        if named.number != self._number:
            self._findings.note("account_differs", f"line {number}", about=named.number)
        if named.currency not in ("", self._currency):
            raise _malformed(
                f"the new balance is in {named.currency}, the old one in {self._currency}", number
            )
        self._closed_on, self._closing = self._balance(record[41:57], record[57:63], number)
        self._totals.records += 1

    def add_message(self, number: int, record: str) -> None:
        """Read a message (4): text 33-112, and 1 in 128 when the next record continues it."""
        self._message = f"{self._message} {squeezed(record[32:112])}".strip()
        if record[127] != "1" or len(self._message) > FIELD_CHARS_MAX:
            self._end_message(number)

    def close(self) -> StatementClosed:
        """End the statement."""
        self._end_message(0)
        last_day = self._closed_on or self._last_day
        return StatementClosed(
            self.account,
            self._ordinal,
            self._currency,
            number=self._numbered,
            period_from=min(self._opened_on + _ONE_DAY, last_day),
            period_to=last_day,
            opening=self._opening,
            closing=self._closing,
            line_count=self._lines,
            findings=self._findings.take(),
        )

    def _end_detail(self) -> None:
        if not self._detail:
            return
        detail, number = self._detail, self._detail_at
        amount, rank = amount_of(detail[0], number), len(self._details) + 1
        self._details.append(make_line(detail, number, rank, self._setting, amount=amount))
        self._totals.records += len(detail)
        self._detail = []

    def _end_message(self, number: int) -> None:
        if self._message:
            self._findings.note("bank_message", f"line {number}", about=self._message)
            self._message = ""

    def _account(self, number: int, zone: str, *, is_first: bool = True) -> Account:
        named = own_account(self._structure, zone)
        if not is_first:
            return named
        if self._structure not in "0123":
            self._findings.note("account_structure", f"line {number}", about=self._structure)
        if self._structure != "1" and named.iban is None:
            self._findings.note("account_check", f"line {number}")
        if not named.currency:
            self._findings.note("currency_assumed", f"line {number}")
        return named._replace(currency=named.currency or DEFAULT_CURRENCY)

    def _balance(self, zone: str, day: str, number: int) -> tuple[date, Balance | None]:
        """Return the day and the balance of a zone of sign and thousandths.

        A balance finer than its currency is left out with a finding, and never rounded. Raises
        MalformedStatement.
        """
        on = self._dates.given(day, number, "balance")
        if on is None:
            on = self._created
            self._findings.note("balance_date_missing", f"line {number}")
        if on is None:
            raise _malformed("a balance without any date", number)
        try:
            sign, amount = sign_of(zone[0]), thousandths(zone[1:])
        except InputError as wrong:
            raise _malformed(wrong.detail, number) from wrong
        minor, rest = divmod(amount * self._setting.factor, self._setting.divisor)
        if rest:
            said = f"{shown(sign * amount)} {self._currency}"
            self._findings.note("balance_decimals", f"line {number}", about=said)
            return on, None
        return on, Balance(on, sign * minor)
