"""Reads a FEC (fichier des écritures comptables, LPF art. A47 A-1), as packages really write it.

    bytes ── fec_lines ──► lines ── fec_header ──► fields ── fec_fields ──► FecRow | Finding

A line that cannot be understood is a blocking finding with its number, never a guess; a file whose
header cannot be understood is refused. What the rows mean together is domain/opening's.
docs/formats/fec.md lists the tolerated deviations.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, Final

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import MalformedBooks, TooLarge
from rappro.domain.money import exponent
from rappro.domain.opening.rows import FecRow
from rappro.formats.fec_fields import FieldError, read_date
from rappro.formats.fec_header import Layout, find_layout
from rappro.formats.fec_lines import Charset, TextLine, read_lines
from rappro.formats.fec_row import RowReader

FORMAT: Final = "fec"
ROWS_MAX: Final = 2_000_000
REFUSED_ROWS_MAX: Final = 10_000
_HEADER_LINES_MAX: Final = 20
_QUOTED_LINES_MAX: Final = 20
_NAME = re.compile(r"(\d{9})FEC(\d{8})(?!\d)", re.IGNORECASE)
_BOM_TEXT: Final = "\ufeff"


def recognises(head: bytes) -> bool:
    """Say whether a file starts with the header of a FEC, whatever its name."""
    for raw in head.removeprefix(codecs.BOM_UTF8).splitlines()[:_HEADER_LINES_MAX]:
        if raw.strip():
            try:
                return find_layout(Charset(head).decode(raw)) is not None
            except ValueError:
                return True  # a FEC, to be refused by name: a column is there twice
    return False


def name_facts(name: str) -> tuple[str, date] | None:
    """Return SIREN and closing day of a name like 123456789FEC20231231.txt, None without them."""
    found = _NAME.search(name)
    if found is None:
        return None
    try:
        return found[1], read_date(found[2])[0]
    except FieldError:
        return None


def read_rows(stream: BinaryIO, *, currency: str = "EUR") -> Iterator[FecRow | Finding]:
    """Yield the rows of a FEC in file order, and findings where they belong.

    `currency` is the company's. Each tolerated deviation is one finding at the first line that has
    it; a line that cannot be understood is a blocking finding in the place of its row.

    Raises MalformedBooks, at a line: no header, an empty, binary or truncated file, no readable
    row, or too many that are not. TooLarge beyond the bounds, UnsupportedCurrency.
    """
    exponent(currency)
    charset, lines = read_lines(stream)
    layout, header = _header(lines)
    reader = RowReader(layout, currency)
    yield from _column_findings(layout, header)
    rows = refused = 0
    for line in _joined(lines, layout):
        try:
            row = reader.row(line)
        except FieldError as error:
            refused += 1
            yield _finding(error.code, Severity.BLOCKING, error.detail, line.number)
        else:
            if row is not None:
                rows += 1
                yield row
        for code, severity, said in reader.new_deviations():
            yield _finding(code, severity, said, line.number)
        if refused > REFUSED_ROWS_MAX:
            raise MalformedBooks("too many unreadable lines", position=f"line {line.number}")
        if rows > ROWS_MAX:
            raise TooLarge(f"more than {ROWS_MAX} lines", position=f"line {line.number}")
    if not rows:
        raise MalformedBooks("no line can be read", position=f"line {header}")
    yield from _charset_finding(charset)


def _header(lines: Iterator[TextLine]) -> tuple[Layout, int]:
    """Return the layout and the header's line: the first line that is not blank."""
    line = next(lines, None)
    if line is None:
        raise MalformedBooks("the file is empty", position="line 1")
    try:
        layout = find_layout(line.text.removeprefix(_BOM_TEXT))
    except ValueError as error:
        raise MalformedBooks(f"column {error} is there twice", position="line 1") from None
    if layout is None:
        said = f"no header of a FEC: {line.text[:80]!r}"
        raise MalformedBooks(said, position=f"line {line.number}")
    if not line.is_ended:
        raise MalformedBooks("the file stops in its header", position=f"line {line.number}")
    return layout, line.number


def _joined(lines: Iterator[TextLine], layout: Layout) -> Iterator[TextLine]:
    """Yield lines; in a quoted file a field may go on over line ends."""
    for line in lines:
        if not layout.is_quoted:
            yield line
            continue
        text, last, count = line.text, line, 1
        while text.count('"') % 2:
            following = next(lines, None)
            count += 1
            if following is None or count > _QUOTED_LINES_MAX:
                said = "a quoted field does not end"
                raise MalformedBooks(said, position=f"line {line.number}")
            text, last = f"{text}\n{following.text}", following
        yield TextLine(line.number, text, last.is_ended)


def _column_findings(layout: Layout, header: int) -> Iterator[Finding]:
    if layout.other_columns:
        names = ", ".join(layout.other_columns)
        yield _finding("other_columns", Severity.INFO, f"not of a FEC, left out: {names}", header)
    if layout.missing_columns:
        names = ", ".join(layout.missing_columns)
        yield _finding("missing_columns", Severity.WARNING, f"not in the file: {names}", header)


def _finding(code: str, severity: Severity, message: str, line: int) -> Finding:
    return Finding(code, severity, message, f"line {line}")


def _charset_finding(charset: Charset) -> Iterator[Finding]:
    if charset.is_mixed:
        said = f"some lines are UTF-8 and some {charset.single_byte}"
        yield Finding("mixed_charset", Severity.WARNING, said)
    elif charset.has_single_byte and charset.single_byte == "cp1252":
        yield Finding("windows_charset", Severity.INFO, "the file is windows-1252")
