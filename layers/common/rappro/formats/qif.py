"""The Quicken Interchange Format (QIF), as banks and personal finance programs export it.

Sections begin with `!`: `!Account` names the account whose `!Type:Bank` (CCard, Cash, Oth A,
Oth L) follows with its transactions; each such section is a statement. The file says neither
currency nor account number, and not in which order day and month stand: all its dates are read
once before, see `qif_records.habits_of`. Here are sections, accounts and balances.

Spec: Quicken "QIF file format" (Intuit). Tolerated deviations, findings: docs/formats/qif.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.formats.findings import FindingLog
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.protocol import LINES_PER_STATEMENT_MAX
from rappro.formats.qif_catalogue import CATALOGUE
from rappro.formats.qif_records import (
    ACCOUNTS,
    INVESTMENTS,
    LISTS,
    Record,
    Section,
    habits_of,
    read_records,
)
from rappro.formats.qif_transaction import CURRENCY, Reader, TransactionMaker
from rappro.formats.rereading import head_text, rereadable

_RECOGNISED_BYTES: Final = 8_192
_HEAD: Final = re.compile(
    r"(?:\s|#[^\n]*\n|\^[ \t\r]*\n)*!(?:Type:|Account|Option:|Clear:)", re.IGNORECASE
)
_ACCOUNT_NUMBER: Final = re.compile(r"\d{5}[0-9A-Z]*", re.ASCII)


class QifParser:
    """Reads QIF; every bank, card or cash section of the file is a statement."""

    format = "qif"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first line that says anything begins a section of QIF."""
        text = head_text(head[:_RECOGNISED_BYTES]).lstrip("\ufeff")
        return _HEAD.match(text.replace("\r", "\n")) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`.

        The file is read twice: its dates decide together which number is the month.
        """
        with rereadable(stream) as (source, place):
            source.seek(place)
            reader = Reader(habits_of(source))
            source.seek(place)
            yield from _Reading(reader).events(read_records(source))


class _Reading:
    """Where the second reading of a file stands: the section, the account, the statement."""

    def __init__(self, reader: Reader) -> None:
        self._reader, self._findings = reader, FindingLog(CATALOGUE)
        self._section: Section | None = None
        self._account: dict[str, str] = {}
        self._count = 0

    def events(self, items: Iterator[Section | Record]) -> Iterator[StatementEvent]:
        statement: _Statement | None = None
        for item in items:
            if isinstance(item, Record):
                if statement is not None:
                    line = statement.add(item)
                    if line is not None:
                        yield line
                else:
                    self._outside(item)
                continue
            if statement is not None:
                yield statement.close()
            statement = self._begin(item)
            if statement is not None:
                yield StatementOpened(statement.account, self._count)
        if statement is not None:
            yield statement.close()
        if self._count == 0:
            raise MalformedStatement("the file holds no transactions of an account",
                                     position="end of file")  # fmt: skip

    def _begin(self, section: Section) -> _Statement | None:
        """Begin a section; return its statement when it has one. Raises MalformedStatement."""
        self._section, where = section, f"line {section.number}"
        kind = section.type
        if kind in ACCOUNTS:
            self._count += 1
            statement = _Statement(
                section, self._account, self._count, reader=self._reader, findings=self._findings
            )
            self._account = {}
            return statement
        if kind in INVESTMENTS:
            raise MalformedStatement("an investment account is no bank statement", position=where)
        if kind in LISTS:
            self._findings.note("list_passed_over", where, about=section.text[:40])
        elif section.name != "account" and not section.name.startswith(("option:", "clear:")):
            raise MalformedStatement(f"no section is called {section.text[:40]!r}", position=where)
        return None

    def _outside(self, record: Record) -> None:
        """Take a record that is in no statement: an account's description, or a list's."""
        if self._section is not None and self._section.type in LISTS:
            return
        told = {line[0]: line[1:].strip() for line in record.lines()}
        if not told:
            return
        if self._section is None or self._section.name != "account" or "N" not in told:
            raise MalformedStatement("a record outside of an account's section (!Type:)",
                                     position=f"line {record.number}")  # fmt: skip
        self._account = told


class _Statement:
    """The statement being read."""

    def __init__(
        self, section: Section, account: dict[str, str], ordinal: int, *, reader: Reader,
        findings: FindingLog,
    ) -> None:  # fmt: skip
        self._where, self._ordinal, self._findings = f"line {section.number}", ordinal, findings
        self._reader, self._maker = reader, TransactionMaker(reader, findings)
        self._lines = self._records = 0
        self._first: date | None = None
        self._last: date | None = None
        self._opening: Balance | None = None
        self.account = _account_of(account.get("N", ""))
        if account.get("N"):
            findings.note("account_named", self._where, about=account["N"][:80])
        if section.type.startswith("oth"):
            findings.note("account_type_other", self._where, about=section.text[:40])
        self._closing = self._balance(account)

    def add(self, record: Record) -> StatementLine | None:
        """Return the line of a transaction, None for what is no transaction.

        Raises MalformedStatement and TooLarge.
        """
        lines = record.lines()
        if not lines:
            self._findings.note("record_empty", f"line {record.number}")
            return None
        if not record.is_ended:
            self._findings.note("end_mark_missing", f"line {record.number}")
        self._records += 1
        if self._records == 1 and self._is_opening(record, lines):
            return None
        self._lines += 1
        if self._lines > LINES_PER_STATEMENT_MAX:
            raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement",
                           position=f"line {record.number}")  # fmt: skip
        line = self._maker.line(record, lines, self._lines)
        day = line.booking_date
        if self._first is None or day < self._first:
            self._first = day
        if self._last is None or day > self._last:
            self._last = day
        return line

    def close(self) -> StatementClosed:
        """End the statement: what the file as a whole left open is said here."""
        habits, note = self._reader.habits, self._findings.note
        note("currency_assumed", self._where)
        if not habits.is_order_proven and self._records:
            note("date_order_assumed", self._where)
        if habits.is_mixed and self._records:
            note("decimal_mark_mixed", self._where)
        account = BankAccountRef(self.account.iban, self.account.number, currency=CURRENCY)
        return StatementClosed(
            account,
            self._ordinal,
            CURRENCY,
            number=None,
            period_from=self._first,
            period_to=self._last,
            opening=self._opening,
            closing=self._closing,
            line_count=self._lines,
            findings=self._findings.take(),
        )

    def _is_opening(self, record: Record, lines: list[str]) -> bool:
        found = self._maker.opening(record, lines)
        if found is None:
            return False
        day, amount, named = found
        self._opening = Balance(day, amount)
        self._findings.note("opening_recognised", f"line {record.number}")
        if named:
            self._findings.note("account_named", f"line {record.number}", about=named[:80])
        return True

    def _balance(self, account: dict[str, str]) -> Balance | None:
        """Return the balance of an account's description, when it has its day."""
        amount, day = account.get("$", ""), account.get("/", "")
        if not amount:
            return None
        if not day:
            self._findings.note("balance_undated", self._where, about=amount[:40])
            return None
        try:
            return Balance(self._reader.date(day), self._reader.amount(amount)[0])
        except InputError as wrong:
            raise MalformedStatement(f"the account's balance: {wrong.detail}",
                                     position=self._where) from wrong  # fmt: skip


def _account_of(name: str) -> BankAccountRef:
    """Return the account by its name, where people have put the IBAN or the number there."""
    plain = plain_iban(name)
    if is_iban(plain):
        return BankAccountRef(iban=plain)
    number = name.replace(" ", "")
    return BankAccountRef(number=number if _ACCOUNT_NUMBER.fullmatch(number) else None)
