"""Checks a FEC (fichier des écritures comptables) harder than the administration's own tester.

    bytes ─► lines ─► header ─► RowChecker (a line by itself) ─► BooksChecker (lines together)

The tester looks at names, columns, fields and formats. Balances, numbering, order, the exercise,
pairs and characters are looked at here too. Every line is read, whatever is wrong before it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import BinaryIO, Final, cast

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import MalformedBooks, TooLarge
from rappro.domain.frozen import dataclass
from rappro.formats.fec_check_books import BooksChecker
from rappro.formats.fec_check_codes import Remarks
from rappro.formats.fec_check_head import Watched, check_bytes, check_header, check_name
from rappro.formats.fec_check_rows import Exercise, RowChecker
from rappro.formats.fec_lines import read_lines

__all__ = ["Exercise", "FecReport", "check_fec"]

ROWS_MAX: Final = 2_000_000
EXERCISE_DAYS_MAX: Final = 731
"""An exercise has at most 24 months (Code de commerce, practice of the administration)."""


@dataclass(frozen=True, slots=True)
class FecReport:
    """What a check found. `counts` are by code; of each code the first 200 are in `findings`."""

    name: str
    row_count: int
    entry_count: int
    debit_minor: int
    credit_minor: int
    first_day: date | None
    last_day: date | None
    findings: tuple[Finding, ...]
    counts: dict[str, int]

    @property
    def is_conformant(self) -> bool:
        """True when nothing blocking was found."""
        return all(finding.severity is not Severity.BLOCKING for finding in self.findings)


def check_fec(
    stream: BinaryIO, name: str, *, currency: str = "EUR", exercise: Exercise | None = None
) -> FecReport:
    """Return what is wrong with a FEC of this file name, read to its end.

    Without an exercise, the name's closing date ends it and 24 months are its longest. Raises
    UnsupportedCurrency only; a file that cannot be read at all has the finding `file_unreadable`.
    """
    remarks = Remarks()
    closing = check_name(name, remarks)
    books = BooksChecker(currency, remarks)
    try:
        _read(stream, books, remarks, exercise=exercise or _exercise(closing), currency=currency)
    except (MalformedBooks, TooLarge) as error:
        remarks.add("file_unreadable", str(error))
    return FecReport(
        name=name,
        row_count=books.row_count,
        entry_count=books.entry_count,
        debit_minor=books.debit_minor,
        credit_minor=books.credit_minor,
        first_day=books.first_day,
        last_day=books.last_day,
        findings=remarks.findings(),
        counts=remarks.counts,
    )


def _exercise(closing: date | None) -> Exercise:
    if closing is None:
        return Exercise(None, None)
    return Exercise(closing - timedelta(days=EXERCISE_DAYS_MAX - 1), closing)


def _read(
    stream: BinaryIO, books: BooksChecker, remarks: Remarks, *, exercise: Exercise, currency: str
) -> None:
    watched = Watched(stream)
    charset, lines = read_lines(cast("BinaryIO", watched))
    header = next(lines, None)
    columns = check_header(header, remarks) if header is not None else None
    if columns is None:
        return
    checker = RowChecker(columns, exercise, currency, remarks)
    for line in lines:
        if books.row_count >= ROWS_MAX:
            raise TooLarge(f"more than {ROWS_MAX} lines", position=f"line {line.number}")
        row = checker.row(line)
        if row is not None:
            books.add(row)
    if not books.row_count:
        raise MalformedBooks("no line can be read", position="end of file")
    books.finish()
    check_bytes(watched, charset, remarks)
