"""Cuts a CSV file into blocks of whole rows, and surveys it before any line is made.

Exports have the newest line first, several accounts mixed, and facts above their headers: what
order the lines have and whose they are is known when the file is at its end. So a first reading
notes where the rows of each account are, block by block, and a second one makes the lines, going
backwards through the blocks where needed. Only one block of rows is ever held in memory.

Rows are numbered as a spreadsheet shows them. What cells mean is decided in `csv_lines`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import BinaryIO, Final, NamedTuple

from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnknownFormat
from rappro.formats.csv_profile import CsvProfile, plain
from rappro.formats.protocol import LINES_PER_STATEMENT_MAX
from rappro.formats.rereading import CHUNK_BYTES, decoded_text
from rappro.formats.written import written_date

HEADER_ROWS_MAX: Final = 60
"""How far down the header may stand; the longest preamble known has 13 rows."""

ACCOUNTS_MAX: Final = 50
"""Mixed in one table; their blocks are read again for each of them."""

TABLES_MAX: Final = 200
FOOTERS_MAX: Final = 1_000
BLOCK_BYTES_MAX: Final = 1_000_000
"""A block grows until its last quoted field ends; one that never ends is no CSV."""

_DATES_MAX: Final = 8_192
_NEEDED: Final = ("date", "amount", "debit", "credit")
_FEC: Final = frozenset(("journalcode", "ecrituredate", "comptenum"))

Row = list[str]


class Block(NamedTuple):
    """Some whole rows of the file: where their bytes are, and the number of the first."""

    offset: int
    size: int
    first_row: int


@dataclass(slots=True)
class Group:
    """The rows of one account and currency in a table."""

    account: str
    currency: str
    count: int = 0
    first: date = date.max
    last: date = date.min
    begins: list[tuple[date, Row]] = field(default_factory=list)  # the first two rows
    end: tuple[date, Row] = (date.min, [])  # the last row
    blocks: list[int] = field(default_factory=list)

    def add(self, day: date, row: Row, block: int) -> None:
        """Note one more row."""
        self.count += 1
        self.first = min(self.first, day)
        self.last = max(self.last, day)
        if self.count <= 2:
            self.begins.append((day, row))
        if not self.blocks or self.blocks[-1] != block:
            self.blocks.append(block)
        self.end = (day, row)


@dataclass(slots=True)
class Table:
    """A header with the rows below it, and what stands above it."""

    preamble: list[Row]
    header: Row
    places: dict[str, tuple[int, ...]]
    first_row: int
    last_row: int = 0
    width_min: int = 0  # cells of a movement, at least
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    footers: dict[int, tuple[str, Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.width_min = 1 + max(self.places[role][0] for role in _NEEDED if role in self.places)


class Dates(dict[str, date]):
    """The dates of the cells seen so far; a file has few of them."""

    def __init__(self, profile: CsvProfile) -> None:
        super().__init__()
        self._order = profile.dates

    def __missing__(self, cell: str) -> date:
        """Read a cell. Raises InputError."""
        if len(self) >= _DATES_MAX:
            self.clear()
        day = self[cell] = written_date(cell, self._order)
        return day


class Source:
    """The file: its blocks, found by the first reading, and read again by their number."""

    def __init__(self, stream: BinaryIO, place: int, profile: CsvProfile) -> None:
        self._stream, self._place, self._profile = stream, place, profile
        self.blocks: list[Block] = []

    def first_reading(self) -> Iterator[list[Row]]:
        """Yield the rows block by block, from the beginning. Raises InputError."""
        offset, number, pending = self._place, 1, b""
        self._stream.seek(offset)
        while True:
            chunk = self._stream.read(CHUNK_BYTES)
            pending += chunk
            cut = _cut(pending) if chunk else len(pending)
            rows = self._rows(pending[:cut], number, is_last=not chunk) if cut else None
            if rows is not None:
                self.blocks.append(Block(offset, cut, number))
                yield rows
                offset, number, pending = offset + cut, number + len(rows), pending[cut:]
            elif len(pending) > BLOCK_BYTES_MAX:
                raise TooLarge(f"a row of more than {BLOCK_BYTES_MAX} bytes",
                               position=f"after row {number - 1}")  # fmt: skip
            if not chunk:
                return

    def read(self, index: int) -> list[Row]:
        """Return the rows of a block that the first reading found."""
        block = self.blocks[index]
        self._stream.seek(block.offset)
        raw = self._stream.read(block.size)
        while len(raw) < block.size and (more := self._stream.read(block.size - len(raw))):
            raw += more
        return self._rows(raw, block.first_row, is_last=True) or []

    def _rows(self, raw: bytes, number: int, *, is_last: bool) -> list[Row] | None:
        """Return the rows of some bytes, None when these end inside of a quoted cell."""
        text = io.StringIO(decoded_text(raw, self._profile.charset), newline="")
        reader = csv.reader(
            text,
            delimiter=self._profile.separator,
            quoting=csv.QUOTE_MINIMAL if self._profile.is_quoted else csv.QUOTE_NONE,
            strict=True,
        )
        rows: list[Row] = []
        try:
            rows.extend(reader)
        except csv.Error as wrong:
            if "end of data" in str(wrong) and not is_last:
                return None
            raise MalformedStatement(f"not CSV: {wrong}",
                                     position=f"row {number + len(rows)}") from wrong  # fmt: skip
        return rows


def _cut(pending: bytes) -> int:
    """Return the place after the last line end; a CR at the end may still get its LF."""
    cut = pending.rfind(b"\n") + 1
    return cut or pending.rfind(b"\r", 0, len(pending) - 1) + 1


def survey(source: Source, profile: CsvProfile) -> Iterator[Table]:
    """Yield the tables of a file, each when it has ended.

    Raises MalformedStatement for a row that is neither a movement, a header, nor blank,
    UnknownFormat when the profile's header is nowhere, and TooLarge.
    """
    return _Survey(profile).tables(source)


class _Survey:
    """The first reading of a file."""

    def __init__(self, profile: CsvProfile) -> None:
        self._profile, self._dates = profile, Dates(profile)
        self._preamble: list[Row] = []
        self._preamble_row = self._number = 1
        self._table: Table | None = None
        self._tables = 0

    def tables(self, source: Source) -> Iterator[Table]:
        for index, rows in enumerate(source.first_reading()):
            for number, row in enumerate(rows, source.blocks[index].first_row):
                if not row or not any(map(str.strip, row)):
                    continue  # spreadsheets fill up with such rows, by the hundred thousand
                self._number = number
                table = self._table
                if table is not None and self._is_movement(table, row, index):
                    continue
                if table is None:
                    self._above(row)
                elif not self._is_footer(table, row):
                    yield self._ended(table, row)
        if self._table is None:
            raise self._without_header()
        self._table.last_row = self._number
        yield self._table

    def _is_movement(self, table: Table, row: Row, index: int) -> bool:
        """Note a row that has a date where the profile has it; say whether it has."""
        places = table.places
        try:
            cell = row[places["date"][0]]
            if not cell and "other_date" in places:
                cell = row[places["other_date"][0]]
            day = self._dates[cell]
        except (InputError, IndexError):
            return False
        if not table.width_min <= len(row) <= len(table.header):
            self._check_cells(table, row)
        key = _key(row, places)
        group = table.groups.get(key)
        if group is None:
            self._check(len(table.groups), ACCOUNTS_MAX, "accounts in a file")
            group = table.groups[key] = Group(*key)
        group.add(day, row, index)
        if group.count > LINES_PER_STATEMENT_MAX:
            self._check(group.count, LINES_PER_STATEMENT_MAX, "lines in a statement")
        return True

    def _check_cells(self, table: Table, row: Row) -> None:
        width = len(table.header)
        if len(row) < table.width_min or any(row[width:]):
            raise self._malformed(f"a row of {len(row)} cells below a header of {width}")

    def _check(self, count: int, most: int, what: str) -> None:
        if count >= most:
            raise TooLarge(f"more than {most} {what}", position=f"row {self._number}")

    def _is_footer(self, table: Table, row: Row) -> bool:
        begin = plain(row[0])
        footer = next((text for text in self._profile.footer if begin.startswith(text)), None)
        if footer is None:
            return False
        self._check(len(table.footers), FOOTERS_MAX, "rows that are no movements")
        table.footers[self._number] = (footer, row)
        return True

    def _ended(self, table: Table, row: Row) -> Table:
        """End a table at a row that is not of it. Raises MalformedStatement.

        What follows is the next table's preamble, whose rows have few cells, or its header; any
        other row without a date is a movement that cannot be read.
        """
        is_next = self._profile.fit(row) is not None
        if not self._profile.has_tables or not (
            is_next or sum(1 for cell in row if cell.strip()) <= 2
        ):
            raise self._malformed("a row without a date that can be read")
        table.last_row, self._table = self._number - 1, None
        self._preamble, self._preamble_row = [], self._number
        self._above(row)
        return table

    def _above(self, row: Row) -> None:
        """Take a row above a header, or the header. Raises MalformedStatement, UnknownFormat."""
        places = self._profile.fit(row)
        if places is not None:
            self._check(self._tables, TABLES_MAX, "tables in a file")
            self._tables += 1
            self._table = Table(self._preamble, row, places, self._number + 1)
            return
        self._preamble.append(row)
        if len(self._preamble) > HEADER_ROWS_MAX:
            raise self._without_header()
        if self._preamble_row > 1 and self._is_dated(row[0]):
            raise self._malformed("a movement without a header above it")

    def _is_dated(self, cell: str) -> bool:
        try:
            self._dates[cell]
        except InputError:
            return False
        return True

    def _malformed(self, sentence: str) -> MalformedStatement:
        return MalformedStatement(sentence, position=f"row {self._number}")

    def _without_header(self) -> InputError:
        if self._tables == 0:
            return UnknownFormat(f"no header of the profile {self._profile.name!r}",
                                 position="row 1")  # fmt: skip
        return MalformedStatement("rows that are no movements, and no header below them",
                                  position=f"row {self._preamble_row}")  # fmt: skip


def _key(row: Sequence[str], places: dict[str, tuple[int, ...]]) -> tuple[str, str]:
    """Return the account and the currency of a row, "" where no column says them."""
    account = places.get("account")
    currency = places.get("currency")
    return (
        row[account[0]].strip() if account and len(row) > account[0] else "",
        row[currency[0]].strip() if currency and len(row) > currency[0] else "",
    )


def rows_of(
    source: Source, table: Table, group: Group, *, is_backwards: bool
) -> Iterator[tuple[int, Row]]:
    """Yield the numbered rows of one account, the oldest first."""
    key = (group.account, group.currency)
    is_alone = len(table.groups) == 1
    places = table.places
    for index in reversed(group.blocks) if is_backwards else group.blocks:
        first = source.blocks[index].first_row
        numbered = list(enumerate(source.read(index), first))
        if is_backwards:
            numbered.reverse()
        for number, row in numbered:
            if not table.first_row <= number <= table.last_row or number in table.footers:
                continue
            if any(row) and (is_alone or _key(row, places) == key) and any(map(str.strip, row)):
                yield number, row


def fitting(text: str, profiles: Sequence[CsvProfile]) -> CsvProfile | None:
    """Return the profile whose header is in the beginning of a file, None when there is none.

    The first profile that fits is taken, so a tenant's own come before the built-in ones. A FEC
    is never taken, whatever the profiles are.
    """
    heads: dict[tuple[str, bool], list[Row]] = {}
    for profile in profiles:
        manner = (profile.separator, profile.is_quoted)
        rows = heads.get(manner)
        if rows is None:
            first = (row for row in _first_rows(text, *manner) if len(row) > 2)
            rows = heads[manner] = [[plain(cell) for cell in row] for row in first]
            if any(_FEC.issubset(row) for row in rows):
                return None
        if any(profile.fit_plain(row) is not None for row in rows):
            return profile
    return None


def _first_rows(text: str, separator: str, is_quoted: bool) -> list[Row]:  # noqa: FBT001 - a key
    rows: list[Row] = []
    try:
        for row in csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
        ):
            if any(cell.strip() for cell in row):
                rows.append(row)
            if len(rows) > HEADER_ROWS_MAX:
                break
    except csv.Error:  # a cell that never ends: what came before it may still be known
        return rows
    return rows
