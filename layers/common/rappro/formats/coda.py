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
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

from rappro.domain.bank import StatementEvent, StatementLine, StatementOpened
from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.coda_catalogue import CATALOGUE
from rappro.formats.coda_movement import RECORDS_PER_PART_MAX, USUAL
from rappro.formats.coda_records import LINE_CHARS, RECORD_CHARS, decoded, read_blocks, records_of
from rappro.formats.coda_statement import Header, Statement, Totals
from rappro.formats.findings import FindingLog
from rappro.formats.utf16 import utf8_head

_RECOGNISED_BYTES: Final = 1_000
_HEAD: Final = re.compile(r"0{5}\d{6}[\d ]{3}05[ D] {7}", re.ASCII)
"""Record 0: zeros, date of creation, bank, application 05, D for a duplicate, blanks."""

_PIECES: Final = re.compile(rf"{USUAL}|.{{{RECORD_CHARS}}}\n", re.DOTALL)
"""A usual movement, or any record."""

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
        text = decoded(utf8_head(head[:_RECOGNISED_BYTES]))[0].lstrip("\ufeff\r\n \t")
        return _HEAD.match(text) is not None

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`."""
        file = _File(FindingLog(CATALOGUE))
        number = 1
        for first, text in read_blocks(stream, file.findings):
            for found in _PIECES.finditer(text):
                number = first + found.start() // LINE_CHARS
                statement = file.open_statement
                if found.lastindex is not None and statement is not None:
                    if not file.part:
                        yield statement.usual_line(number, found)
                        continue
                    if not statement.is_detail(number, found[0]):
                        yield file.end_movement(statement)
                        yield statement.usual_line(number, found)
                        continue
                for at, record in enumerate(records_of(found[0]), number):
                    number = at
                    yield from file.read(at, record)
        yield from file.end(number)


class _File:
    """The order of the records, from header (0) to trailer (9)."""

    def __init__(self, findings: FindingLog) -> None:
        self.findings = findings
        self.open_statement: Statement | None = None  # it has no new balance (8) yet
        self.part: list[str] = []  # a movement or a detail, and what follows it
        self._has_details = False
        self._header: Header | None = None
        self._totals = Totals()
        self._statement: Statement | None = None
        self._link = ""  # what the trailer says of a next file, once it was read
        self._ordinal = 0

    def read(self, number: int, record: str) -> Iterable[StatementEvent]:
        """Return what a record of any kind completes. Raises MalformedStatement, TooLarge."""
        kind, statement, part = record[0], self.open_statement, self.part
        if part and (kind == "3" or (kind == "2" and record[1] != "1")):
            if self._has_details and statement and record[:2] == "31":
                part = self.part = statement.part_of(record)
            part.append(record)
            if len(part) > RECORDS_PER_PART_MAX:
                raise TooLarge(f"more than {RECORDS_PER_PART_MAX} records of a movement",
                               position=f"line {number}")  # fmt: skip
            return ()
        ended: tuple[StatementEvent, ...] = ()
        if part and statement:
            if kind == "2" and statement.is_detail(number, record):
                self.part, self._has_details = statement.add_detail(number, record), True
                return ()
            ended = (self.end_movement(statement),)
        if statement and record[:2] == "21":
            self.part = statement.begin_movement(number, record)
            return ended
        return chain(ended, self._read_other(number, record))

    def end_movement(self, statement: Statement) -> StatementLine:
        """Return the line of the open movement. Raises MalformedStatement, TooLarge."""
        self.part, self._has_details = [], False
        return statement.line()

    def _read_other(self, number: int, record: str) -> Iterator[StatementEvent]:
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
            self.open_statement = self._statement
            yield StatementOpened(self._statement.account, self._ordinal)
        elif kind == "4" and statement is not None:
            statement.add_message(number, record)
        elif kind == "8" and self.open_statement is not None:
            self.open_statement.set_new_balance(number, record)
            self.open_statement = None
        elif kind == "9":
            if self.open_statement is not None:
                self.findings.note("new_balance_missing", f"line {number}")
            self._totals.check(number, record, self.findings)
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
            self.findings.note("more_announced", f"line {number}")
        if self._statement is not None:
            yield self._statement.close()

    def _begin_file(self, number: int, record: str) -> Iterator[StatementEvent]:
        if self._link == "2":
            self.findings.note("more_unannounced", f"line {number}")
        if self._statement is not None:
            yield self._statement.close()
        self._header = Header(number, record, self.findings)
        self._totals, self._statement, self._link = Totals(), None, ""
        self.open_statement = None


def _misplaced(number: int, kind: str) -> MalformedStatement:
    name = _NAMES.get(kind)
    return MalformedStatement(
        f"{name} out of its order" if name else f"no record begins with {kind!r}",
        position=f"line {number}",
    )
