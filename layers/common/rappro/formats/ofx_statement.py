"""The statements of an OFX file, made of what a reader tells of it, SGML or XML alike.

A file may hold several statements, of bank accounts and of cards. OFX knows no opening balance.
Transactions become lines in `ofx_line`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.errors import InputError, TooLarge
from rappro.formats.findings import FindingLog
from rappro.formats.ofx_account import NO_ACCOUNT, account_of
from rappro.formats.ofx_line import LineMaker
from rappro.formats.ofx_names import (
    ACCOUNTS,
    LEFT_OUT,
    PERIOD,
    STATEMENTS,
    TRANSACTIONS,
    Fields,
    Told,
    located,
    malformed,
)
from rappro.formats.ofx_usual import Run, fields_of
from rappro.formats.ofx_values import minor_units, parse_day, parse_rate
from rappro.formats.protocol import LINES_PER_STATEMENT_MAX

DEFAULT_CURRENCY: Final = "EUR"
_ABOUT_CHARS: Final = 120


def statements_of(told: Iterable[Told | Run], findings: FindingLog) -> Iterator[StatementEvent]:
    """Yield the statements that a reader tells of; see `StatementParser.parse`."""
    return _File(findings).events(told)


class _File:
    """A file while it is read: the statement that is open, and the one that has just ended.

    The end of a statement is held back until the next one begins, because the file may go on with
    what belongs to no statement, and nothing of that may get lost.
    """

    def __init__(self, findings: FindingLog) -> None:
        self._findings = findings
        self._statement: _Statement | None = None
        self._ended: StatementClosed | None = None
        self._left_out = ""  # the kind of statement that is being passed over
        self._ordinal = 0
        self._complaint = "the file holds no statement"
        self._complaint_line: int | None = None

    def events(self, told: Iterable[Told | Run]) -> Iterator[StatementEvent]:
        for one in told:
            if isinstance(one, Run):
                yield from self._transactions(one)
            elif one.name in TRANSACTIONS:
                statement = self._statement
                if statement is None or statement.maker is None or self._left_out:
                    yield from self._transactions(one)
                else:
                    yield statement.line(one)
            elif one.name in STATEMENTS and not self._left_out:
                if self._ended is not None:
                    yield self._ended
                self._begin(one)
            elif one.name[1:] in STATEMENTS and self._statement is not None:
                if self._statement.maker is None:
                    yield self._statement.opened(one.line, {})
                self._ended, self._statement = self._statement.closed(one.line), None
            else:
                self._other(one)
        yield self._last()

    def _transactions(self, told: Told | Run) -> Iterator[StatementEvent]:
        """Yield the lines of one transaction or of a run of usual ones, wherever they stand."""
        if self._left_out:
            return
        statement = self._statement
        if statement is None:
            raise malformed("a transaction stands outside of a statement", told.line)
        if statement.maker is None:
            first = fields_of(told.transactions[0]) if isinstance(told, Run) else told.fields
            yield statement.opened(told.line, first)
        if isinstance(told, Run):
            yield from statement.lines(told)
        else:
            yield statement.line(told)

    def _begin(self, told: Told) -> None:
        if self._statement is not None:
            raise malformed("a statement begins within another", told.line)
        self._ordinal += 1
        self._statement, self._ended = _Statement(self._ordinal, self._findings), None

    def _other(self, told: Told) -> None:
        name = told.name
        if name == "STATUS":
            self._status(told)
        elif name in LEFT_OUT:
            self._left_out = name
            self._findings.note("left_out", f"line {told.line}", about=name)
            self._complain(f"the file holds no bank statement; {name} is left out", told.line)
        elif name[1:] == self._left_out:
            self._left_out = ""
        elif self._statement is not None and not self._left_out:
            self._statement.tell(told)

    def _status(self, told: Told) -> None:
        get = told.fields.get
        code, severity = get("CODE", "").strip(), get("SEVERITY", "").strip().upper()
        if severity != "ERROR" and not code.strip("0"):
            return
        about = f"{code} {get('MESSAGE', '').strip()}".strip()[:_ABOUT_CHARS]
        if severity == "ERROR":
            self._findings.note("status_error", f"line {told.line}", about=about)
            self._complain(f"the bank reports an error and no statement: {about}", told.line)
        else:
            self._findings.note("status_told", f"line {told.line}", about=about)

    def _complain(self, complaint: str, line: int) -> None:
        if self._complaint_line is None:
            self._complaint, self._complaint_line = complaint, line

    def _last(self) -> StatementClosed:
        """Return the end of the last statement, with what the file said after it."""
        if self._ended is None:
            raise malformed(self._complaint, self._complaint_line or 1)
        later = self._findings.take()
        return replace(self._ended, findings=self._ended.findings + later)


class _Statement:
    """One statement while it is read."""

    def __init__(self, ordinal: int, findings: FindingLog) -> None:
        self._ordinal, self._findings = ordinal, findings
        self._account, self._has_account = NO_ACCOUNT, False
        self._currency = ""
        self._start: date | None = None
        self._end: date | None = None
        self._lists = 0
        self._ledger: Told | None = None
        self._has_available = False
        self.maker: LineMaker | None = None  # once its start has been given out
        self._lines = 0

    def opened(self, line: int, first: Fields) -> StatementOpened:
        """Return the start of the statement; from here on its currency is fixed.

        `first` is its first transaction, if there is one.
        """
        if not (self._currency or self._has_account or self._lists or self._ledger):
            raise malformed("a statement without account, currency, list or balance", line)
        if not self._currency:
            self._find_currency(first, line)
        try:
            self.maker = LineMaker(self._currency or DEFAULT_CURRENCY, self._findings)
        except InputError as wrong:
            raise located(wrong, f"line {line}") from wrong
        return StatementOpened(self._reference(), self._ordinal)

    def _find_currency(self, first: Fields, line: int) -> None:
        currency = first.get("CURRENCY.CURSYM", "").strip().upper()
        rate = parse_rate(first.get("CURRENCY.CURRATE", "1").strip()) or (1, 1)
        if currency and rate[0] == rate[1]:
            self._currency = currency
            self._findings.note("currency_of_transaction", f"line {line}", about=currency[:12])
        else:
            self._findings.note("currency_assumed", f"line {line}")

    def line(self, told: Told) -> StatementLine:
        """Return the line of a transaction. Raises InputError and TooLarge, with the place."""
        assert self.maker is not None
        self._lines += 1
        try:
            if self._lines > LINES_PER_STATEMENT_MAX:
                raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement")
            return self.maker.line(
                told.fields, self._lines, told.source, at=told.line,
                is_pending=told.name == "STMTTRNP",
            )  # fmt: skip
        except InputError as wrong:
            raise located(wrong, f"line {told.line} (transaction {self._lines})") from wrong

    def lines(self, run: Run) -> Iterator[StatementLine]:
        """Yield the lines of a run; see `line`."""
        assert self.maker is not None
        line_of, at = self.maker.usual_line, run.line
        for usual in run.transactions:
            self._lines += 1
            try:
                if self._lines > LINES_PER_STATEMENT_MAX:
                    raise TooLarge(f"more than {LINES_PER_STATEMENT_MAX} lines in a statement")
                line = line_of(usual, self._lines, at=at)
            except InputError as wrong:
                raise located(wrong, f"line {at} (transaction {self._lines})") from wrong
            yield line
            at += usual[1].line_count

    def tell(self, told: Told) -> None:
        """Take in what the file says of the statement as a whole."""
        name = told.name
        if name in ACCOUNTS:
            self._account, self._has_account = account_of(told.fields), True
            if self._account.is_key_wrong:
                self._findings.note("rib_key_wrong", f"line {told.line}")
        elif name == "CURDEF":
            self._take_currency(told)
        elif name in PERIOD:
            self._lists += 1
            self._take_period(told)
        elif name == "LEDGERBAL":
            if self._ledger is not None:
                self._findings.note("balance_repeated", f"line {told.line}")
            else:
                self._ledger = told
        elif name == "AVAILBAL":
            self._has_available = True

    def _take_currency(self, told: Told) -> None:
        currency = told.fields[""].strip().upper()
        if self.maker is not None and currency != (self._currency or DEFAULT_CURRENCY):
            raise malformed("the currency (CURDEF) comes after the transactions", told.line)
        self._currency = currency

    def _take_period(self, told: Told) -> None:
        text = told.fields[""].strip()
        try:
            day = parse_day(text)
        except InputError:
            self._findings.note("period_unreadable", f"line {told.line}", about=told.name)
            return
        if told.name == "DTSTART":
            self._start = day if self._start is None else min(day, self._start)
        else:
            self._end = day if self._end is None else max(day, self._end)

    def closed(self, line: int) -> StatementClosed:
        """Return the end of the statement."""
        if self._account.iban is None and self._account.number is None:
            self._findings.note("account_missing", f"line {line}")
        closing = self._closing()
        return StatementClosed(
            self._reference(),
            self._ordinal,
            self._currency or DEFAULT_CURRENCY,
            number=None,
            period_from=self._start,
            period_to=self._end,
            opening=None,
            closing=closing,
            line_count=self._lines,
            findings=self._findings.take(),
        )

    def _reference(self) -> BankAccountRef:
        account = self._account
        return BankAccountRef(account.iban, account.number, account.bic, self._currency or None)

    def _closing(self) -> Balance | None:
        if self._ledger is None:
            if self._has_available:
                self._findings.note("available_only", "end of statement")
            return None
        where = f"line {self._ledger.line}"
        fields = self._ledger.fields
        if not (fields.get("BALAMT", "") + fields.get("DTASOF", "")).strip():
            self._findings.note("balance_empty", where)
            return None
        try:
            amount, code = minor_units(
                fields.get("BALAMT", "").strip(), self._currency or DEFAULT_CURRENCY
            )
        except InputError as wrong:
            raise located(wrong, where) from wrong
        if code is not None:
            self._findings.note(code, where)
        day = self._closing_day(fields, where)
        return None if day is None else Balance(day, amount)

    def _closing_day(self, fields: Fields, where: str) -> date | None:
        try:
            return parse_day(fields.get("DTASOF", "").strip())
        except InputError:
            pass
        day = self._end
        if day is None and self.maker is not None:
            day = self.maker.last_day
        self._findings.note("balance_left_out" if day is None else "balance_date_missing", where)
        return day
