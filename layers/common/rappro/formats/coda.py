"""The CODA statement (Coded statement of account), as Belgian banks send it: version 2.x.

A file is a header (0), and for each statement an old balance (1), movements (2.1 to 2.3) with their
information (3.1 to 3.3), a new balance (8) and messages (4); a trailer (9) ends it, and another
file may follow. This module holds the order of the records; `coda_statement` has accounts, balances
and controls, `coda_movement` makes the lines. Positions in comments count from 1.

Spec: Febelfin, "Coded statement of account (CODA)" version 2.6. Tolerated deviations and findings:
docs/formats/coda.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rappro.domain.bank import StatementEvent, StatementOpened
from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.coda_catalogue import CATALOGUE
from rappro.formats.coda_movement import RECORDS_PER_PART_MAX
from rappro.formats.coda_records import decoded, read_records
from rappro.formats.coda_statement import Header, Statement, Totals
from rappro.formats.findings import FindingLog

_RECOGNISED_BYTES: Final = 1_000
_HEAD: Final = re.compile(r"0{5}\d{6}[\d ]{3}05[ D] {7}", re.ASCII)
"""Record 0: zeros, date of creation, bank, application 05, D for a duplicate, blanks."""

_NAMES: Final = {
    "0": "a header (0)", "1": "an old balance (1)", "2": "a movement (2)",
    "3": "information (3) without its movement", "4": "a message (4)", "8": "a new balance (8)",
    "9": "a trailer (9)",
}  # fmt: skip


class CodaParser:
    """Reads CODA statements; several accounts, days and whole files may follow each other."""

    format = "coda"

    def recognises(self, head: bytes) -> bool:
        """Say whether the first record is a header of CODA."""
        text = decoded(head[:_RECOGNISED_BYTES])[0].lstrip("\ufeff\r\n \t")
        return _HEAD.match(text) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        findings = FindingLog(CATALOGUE)
        file = _File(findings)
        part: list[str] = []  # a movement or a detail, and what follows it
        statement: Statement | None = None  # the one that movements belong to
        has_details = False
        number = 1
        for number, record in read_records(stream, findings):
            kind = record[0]
            if part and (kind == "3" or (kind == "2" and record[1] != "1")):
                if has_details and statement and record[:2] == "31":
                    part = statement.part_of(record)
                part.append(record)
                if len(part) > RECORDS_PER_PART_MAX:
                    raise TooLarge(f"more than {RECORDS_PER_PART_MAX} records of a movement",
                                   position=f"line {number}")  # fmt: skip
                continue
            if part and statement:
                if kind == "2" and statement.is_detail(number, record):
                    part, has_details = statement.add_detail(number, record), True
                    continue
                yield statement.line()
                has_details = False
            if statement and record[:2] == "21":
                part = statement.begin_movement(number, record)
            else:
                part = []
                yield from file.read(number, record)
                statement = file.open_statement
        yield from file.end(number)


class _File:
    """The order of the records that are no part of a movement, from header (0) to trailer (9)."""

    def __init__(self, findings: FindingLog) -> None:
        self._findings = findings
        self._header: Header | None = None
        self._totals = Totals()
        self._statement: Statement | None = None
        self._link = ""  # what the trailer says of a next file, once it was read
        self._ordinal = 0

    @property
    def open_statement(self) -> Statement | None:
        """The statement that has no new balance (8) yet; there is none between them."""
        statement = self._statement
        return statement if statement is not None and statement.is_open else None

    def read(self, number: int, record: str) -> Iterator[StatementEvent]:
        """Read a record 0, 1, 4, 8 or 9. Raises MalformedStatement."""
        kind, statement = record[0], self._statement
        if kind == "0" and (self._header is None or self._link):
            yield from self._begin_file(number, record)
        elif self._header is None or self._link:
            raise _misplaced(number, kind)
        elif kind == "1" and self.open_statement is None:
            if statement is not None:
                yield statement.close()
            self._ordinal += 1
            self._statement = Statement(
                number, record, self._ordinal, header=self._header, totals=self._totals
            )
            yield StatementOpened(self._statement.account, self._ordinal)
        elif kind == "4" and statement is not None:
            statement.add_message(number, record)
        elif kind == "8" and statement is not None and statement.is_open:
            statement.set_new_balance(number, record)
        elif kind == "9":
            if self.open_statement is not None:
                self._findings.note("new_balance_missing", f"line {number}")
            self._totals.check(number, record, self._findings)
            self._link = record[127]
        else:
            raise _misplaced(number, kind)

    def end(self, number: int) -> Iterator[StatementEvent]:
        """End the file. Raises MalformedStatement when it is cut off, or holds no statement."""
        if self._header is None:
            raise MalformedStatement("the file holds no statement", position="line 1")
        if not self._link:
            missing = "new balance (8)" if self.open_statement is not None else "trailer (9)"
            raise MalformedStatement(f"the file ends before its {missing}",
                                     position=f"line {number}, end of file")  # fmt: skip
        if self._ordinal == 0:
            raise MalformedStatement("the file holds no statement", position=f"line {number}")
        if self._link == "1":
            self._findings.note("more_announced", f"line {number}")
        if self._statement is not None:
            yield self._statement.close()

    def _begin_file(self, number: int, record: str) -> Iterator[StatementEvent]:
        if self._link == "2":
            self._findings.note("more_unannounced", f"line {number}")
        if self._statement is not None:
            yield self._statement.close()
        self._header = Header(number, record, self._findings)
        self._totals, self._statement, self._link = Totals(), None, ""


def _misplaced(number: int, kind: str) -> MalformedStatement:
    name = _NAMES.get(kind)
    return MalformedStatement(
        f"{name} out of its order" if name else f"no record begins with {kind!r}",
        position=f"line {number}",
    )
