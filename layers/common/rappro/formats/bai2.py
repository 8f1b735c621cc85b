"""The BAI2 cash management report, as banks of North America and international groups send it.

A file (01…99) holds groups (02…98) of one bank and day, a group holds accounts (03…49), and an
account holds its transactions (16). Each account is one statement. This module holds the order of
the records and the control totals; `bai2_account` reads balances, `bai2_transaction` makes lines.

Spec: BAI "Cash Management Balance Reporting Specifications", version 2 (2005). Tolerated
deviations and findings: docs/formats/bai2.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from typing import BinaryIO, Final

from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    StatementClosed,
    StatementEvent,
    StatementOpened,
)  # fmt: skip
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.domain.money import exponent
from rappro.formats.bai2_account import Amounts, read_amounts
from rappro.formats.bai2_catalogue import CATALOGUE
from rappro.formats.bai2_codes import (
    CLOSING_LEDGER,
    CURRENT_LEDGER,
    OPENING_LEDGER,
    TOTAL_CREDITS,
    TOTAL_DEBITS,
)
from rappro.formats.bai2_fields import Dates, FieldContext, all_fields, fields_of, is_time
from rappro.formats.bai2_records import Record, Run, head_text, read_records
from rappro.formats.bai2_transaction import BIC, Sheet, make_line
from rappro.formats.bai2_usual import lines_of
from rappro.formats.findings import FindingLog
from rappro.formats.ibans import is_iban, plain_iban
from rappro.formats.protocol import FIELD_CHARS_MAX

DEFAULT_CURRENCY: Final = "USD"  # of a group that names none, says the specification
_RECORD_CHARS: Final = 80  # a full physical record, where the header does not say its length
_RECOGNISED_BYTES: Final = 4_000
_ONE_DAY: Final = timedelta(days=1)

# Sender, receiver, creation date and time; then the group header, or the end of a lone record.
_HEAD: Final = re.compile(
    r"01,[^,/\r\n]*,[^,/\r\n]*,(?:[0-9]{6}|[0-9]{8})?(?:,[0-9:]*,[^\r\n]*?|,?)"
    r"(?:/? *[\r\n]\s*(?:02|88|99),|/\s*(?:02|88|99),|/\s*\Z| 02,)"
)
_LENGTH: Final = re.compile(r"0*[1-9][0-9]{0,4}")
_UPDATE: Final = ("", "1")
_STATUSES: Final = {"2": "a deletion", "3": "a correction", "4": "a test"}
_INTERIM: Final = ("1", "3")
_MODIFIERS: Final = ("", "1", "2", "3", "4")
_MISPLACED: Final = {
    "01": "a file begins (01) before the trailer (99) of the one before",
    "02": "a group begins (02) outside of a file, or before the trailer (98) of the one before",
    "03": "an account begins (03) outside of a group, or before the trailer (49) of the one before",
    "16": "a transaction (16) outside of an account (03)",
    "49": "an account trailer (49) without its account (03)",
    "98": "a group trailer (98) without its group (02), or before an account's trailer (49)",
    "99": "a file trailer (99) without its file (01), or before a group's trailer (98)",
}


class Bai2Parser:
    """Reads BAI2 files; several accounts, groups and days may be in one."""

    format = "bai2"

    def recognises(self, head: bytes) -> bool:
        """Say whether a file header (01) of BAI2 comes first."""
        return _HEAD.match(head_text(head[:_RECOGNISED_BYTES])) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        return chain.from_iterable(_parts(stream))


def _parts(stream: BinaryIO) -> Iterator[Iterable[StatementEvent]]:
    """Yield the events part by part: the lines of a run are then taken from `lines_of` itself."""
    reader = _Reader()
    last = 1  # number of the last line
    for part in read_records(stream):
        sheet = reader.sheet
        if isinstance(part, Run):
            if sheet is None:
                raise _misplaced(Record(part.number, "16", "", []))
            yield lines_of(part, sheet)
            continue
        if sheet is not None and part.code == "16":
            line = make_line(part, sheet)
            if line is not None:
                yield (line,)
        else:
            yield reader.structure(part)
        last = part.number + len(part.more)
    yield reader.end(last)


@dataclass(slots=True)
class _Part:
    """A file or group being read: what its trailer has to say."""

    written: int = 0
    records: int = 0
    members: int = 0  # groups of a file, accounts of a group

    def add(self, inner: _Part) -> None:
        self.written += inner.written
        self.records += inner.records
        self.members += 1


@dataclass(slots=True)
class _Group(_Part):
    as_of: date = date.min
    currency: str = ""
    bic: str | None = None
    notes: list[tuple[str, str, str]] = field(default_factory=list)  # for each of its statements


@dataclass(slots=True)
class _Account:
    ref: BankAccountRef
    sheet: Sheet
    amounts: Amounts


class _Reader:
    """The state of a file: what is open of it, and the statement whose end is still to be said.

    A statement ends with its account's trailer, but is held until the next one begins, so that
    what the trailers of its group and file say wrong can be found in it.
    """

    def __init__(self) -> None:
        self._findings, self._dates = FindingLog(CATALOGUE), Dates()
        self._file: _Part | None = None
        self._group: _Group | None = None
        self._account: _Account | None = None
        self._closed: StatementClosed | None = None
        self._ordinal = 0
        self._width = _RECORD_CHARS
        self._read: dict[str, Callable[[Record], Iterator[StatementEvent]]] = {
            "01": self._begin_file,
            "02": self._begin_group,
            "03": self._begin_account,
            "49": self._end_account,
            "98": self._end_group,
            "99": self._end_file,
        }

    @property
    def sheet(self) -> Sheet | None:
        """What the transactions of the account share that is open; None outside of accounts."""
        return self._account.sheet if self._account else None

    def structure(self, record: Record) -> Iterator[StatementEvent]:
        """Read a record that is no transaction of an account.

        Yields the statements that begin or end with it. Raises MalformedStatement and TooLarge.
        """
        read = self._read.get(record.code)
        if read is None:  # a transaction
            raise _misplaced(record)
        return read(record)

    def end(self, number: int) -> Iterator[StatementEvent]:
        """End the file. Raises MalformedStatement when something is missing of it."""
        missing = (
            "its account (49)" if self._account else
            "its group (98)" if self._group else "the file (99)" if self._file else ""
        )  # fmt: skip
        if missing:
            raise MalformedStatement(f"the file ends before the trailer of {missing}",
                                     position=f"line {number}, end of file")  # fmt: skip
        yield from self._held()
        if self._ordinal == 0:
            raise MalformedStatement("the file holds no statement", position="line 1")

    def _held(self) -> Iterator[StatementClosed]:
        """Yield the statement that was held, with all findings."""
        held, self._closed = self._closed, None
        if held is not None:
            yield StatementClosed(
                held.account, held.ordinal, held.currency, held.number, held.period_from,
                held.period_to, held.opening, held.closing, held.line_count,
                findings=self._findings.take(),
            )  # fmt: skip

    def _begin_file(self, record: Record) -> Iterator[StatementEvent]:
        """Sender, receiver, creation date and time, file id, record length, block size, version."""
        if self._file is not None:
            raise _misplaced(record)
        yield from self._held()
        fields = _padded(record, 8)
        self._file = _Part(records=1 + len(record.more))
        length = fields[5]
        self._width = int(length) if _LENGTH.fullmatch(length) else _RECORD_CHARS
        if fields[7] not in {"2", ""}:
            self._findings.note("version_unknown", record.where, about=fields[7][:20])
        self._check_time(fields[3], record)
        try:
            self._dates.at(fields[2], record.where, "creation")
        except MalformedStatement:
            self._findings.note("file_date_unreadable", record.where)

    def _begin_group(self, record: Record) -> Iterator[StatementEvent]:
        """Receiver, originator, status, as-of date and time, currency, as-of date modifier."""
        if self._file is None or self._group is not None:
            raise _misplaced(record)
        yield from self._held()
        fields = _padded(record, 7)
        _, originator, status, as_of, time, currency, modifier = fields[:7]
        group = _Group(
            records=1 + len(record.more),
            as_of=self._dates.at(as_of, record.where, "as-of"),
            currency=currency.upper(),
            bic=originator if BIC.fullmatch(originator) else None,
        )
        if status in _STATUSES:
            group.notes.append(("group_status", record.where, _STATUSES[status]))
        elif status not in _UPDATE:
            group.notes.append(("group_status_unknown", record.where, status[:20]))
        if modifier in _INTERIM:
            group.notes.append(("interim_data", record.where, ""))
        elif modifier not in _MODIFIERS:
            group.notes.append(("date_modifier_unknown", record.where, modifier[:20]))
        self._check_time(time, record)
        self._group = group

    def _begin_account(self, record: Record) -> Iterator[StatementEvent]:
        """Account number, currency, and the groups of balances and totals."""
        group = self._group
        if group is None or self._account is not None:
            raise _misplaced(record)
        yield from self._held()
        for code, where, about in group.notes:
            self._findings.note(code, where, about=about)
        first = fields_of(record.line)
        rest = [fields_of(line) for line in record.more]
        while len(first) < 2 and rest:  # a continuation may begin right after the account number
            first += rest.pop(0)
        ref = self._ref(first, group, record)
        context = FieldContext(record.number, ref.currency or "", self._dates, self._findings)
        amounts, written = read_amounts([first[2:], *rest], context)
        self._account = _Account(
            ref,
            Sheet(context, group.as_of, self._width, written, records=1 + len(record.more)),
            amounts,
        )
        self._ordinal += 1
        yield StatementOpened(ref, self._ordinal)

    def _ref(self, fields: list[str], group: _Group, record: Record) -> BankAccountRef:
        number = fields[0].strip()
        if len(number) > FIELD_CHARS_MAX:
            raise TooLarge(f"an account number of more than {FIELD_CHARS_MAX} characters",
                           position=record.where)  # fmt: skip
        if not number:
            self._findings.note("account_missing", record.where)
        named = (fields[1].strip().upper() if len(fields) > 1 else "") or group.currency
        if not named:
            self._findings.note("currency_assumed", record.where)
        currency = named or DEFAULT_CURRENCY
        try:
            exponent(currency)
        except UnsupportedCurrency as wrong:
            raise UnsupportedCurrency(wrong.detail, position=record.where) from wrong
        iban = plain_iban(number)
        return BankAccountRef(
            iban=iban if is_iban(iban) else None,
            number=number or None,
            bic=group.bic,
            currency=currency,
        )

    def _end_account(self, record: Record) -> Iterator[StatementEvent]:
        """Control total and number of records."""
        account, group = self._account, self._group
        if account is None or group is None:
            raise _misplaced(record)
        sheet, amounts = account.sheet, account.amounts
        part = _Part(sheet.written, sheet.records + 1 + len(record.more))
        total, records = _padded(record, 2)[:2]
        self._check(record, part, total, records)
        for code, total_of_lines in ((TOTAL_CREDITS, sheet.credits), (TOTAL_DEBITS, sheet.debits)):
            if code in amounts and abs(amounts[code]) != abs(total_of_lines):
                self._findings.note("summary_differs", record.where, about=code)
        opening = amounts.get(OPENING_LEDGER)
        closing = amounts.get(CLOSING_LEDGER, amounts.get(CURRENT_LEDGER))
        as_of = group.as_of
        self._closed = StatementClosed(
            account.ref,
            self._ordinal,
            sheet.context.currency,
            number=None,
            period_from=as_of,
            period_to=as_of,
            opening=None if opening is None else Balance(as_of - _ONE_DAY, opening),
            closing=None if closing is None else Balance(as_of, closing),
            line_count=sheet.lines,
        )
        group.add(part)
        self._account = None
        return iter(())

    def _end_group(self, record: Record) -> Iterator[StatementEvent]:
        """Control total, number of accounts, number of records."""
        file, group = self._file, self._group
        if file is None or group is None or self._account is not None:
            raise _misplaced(record)
        group.records += 1 + len(record.more)
        total, members, records = _padded(record, 3)[:3]
        self._check(record, group, total, records, ("accounts", members))
        file.add(group)
        self._group = None
        return iter(())

    def _end_file(self, record: Record) -> Iterator[StatementEvent]:
        """Control total, number of groups, number of records."""
        file = self._file
        if file is None or self._group is not None:
            raise _misplaced(record)
        file.records += 1 + len(record.more)
        total, members, records = _padded(record, 3)[:3]
        self._check(record, file, total, records, ("groups", members))
        self._file = None
        return iter(())

    def _check(
        self,
        record: Record,
        part: _Part,
        total: str,
        records: str,
        members: tuple[str, str] | None = None,
    ) -> None:
        """Compare a trailer with what was read; nothing of it is needed for a statement."""
        findings, where = self._findings, record.where
        context = FieldContext(record.number, DEFAULT_CURRENCY, self._dates, findings)
        if not total or not records:
            findings.note("control_missing", where, about=record.code)
        if total and context.amount(total, "control total") != part.written:
            findings.note("control_total_differs", where, about=record.code)
        if records and context.count(records, "number of records") != part.records:
            findings.note("record_count_differs", where, about=record.code)
        if members and members[1]:
            about, count = members
            if context.count(count, f"number of {about}") != part.members:
                findings.note("member_count_differs", where, about=about)

    def _check_time(self, time: str, record: Record) -> None:
        if time and not is_time(time):
            self._findings.note("time_unreadable", record.where, about=time[:20])


def _misplaced(record: Record) -> MalformedStatement:
    return MalformedStatement(_MISPLACED[record.code], position=record.where)


def _padded(record: Record, count: int) -> list[str]:
    """Return at least so many fields of a record and its continuations, without blanks."""
    fields = [text.strip() for text in all_fields(record.line, record.more)]
    return fields + [""] * (count - len(fields))
