"""Checks of a FEC before its first entry: the file's name, bytes and header line.

LPF art. A47 A-1: name SIREN + FEC + closing date; ASCII, ISO-8859-15 or UTF-8; eighteen columns in
their order, between tabs or bars.
"""

from __future__ import annotations

import codecs
import re
from datetime import date
from typing import BinaryIO, Final

from rappro.domain.frozen import dataclass
from rappro.formats.fec_check_codes import Remarks
from rappro.formats.fec_fields import FieldError, read_date
from rappro.formats.fec_header import LAW_COLUMNS, Layout, find_layout
from rappro.formats.fec_lines import Charset, TextLine
from rappro.formats.fec_write import COLUMNS

SEPARATORS: Final = ("\t", "|")
_NAME = re.compile(r"(\d{9})FEC(\d{8})(?:\.(?:txt|csv|TXT|CSV))?")
_SIGNED: Final = (*COLUMNS[:11], "Montant", "Sens", *COLUMNS[13:])
_NAME_SHOWN_CHARS: Final = 80


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the fields of a line are: `indexes` of the law's columns, -1 for one that lacks.

    `has_side`: Montant and Sens stand in the places of Debit and Credit.
    """

    separator: str
    width: int
    indexes: tuple[int, ...]
    has_side: bool

    @property
    def is_plain(self) -> bool:
        """True when the fields stand as the law says."""
        return self.indexes == tuple(range(len(COLUMNS)))


class Watched:
    """A stream that counts line ends and sees a byte order mark while it is read."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._last = b""
        self.crlf = 0
        self.lf = 0
        self.doubled = 0
        self.has_mark = False
        self.size = 0

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes, looked at."""
        chunk = self._stream.read(size)
        if self.size == 0:
            self.has_mark = chunk.startswith(codecs.BOM_UTF8)
        pairs = chunk.count(b"\r\n") + (self._last == b"\r" and chunk.startswith(b"\n"))
        self.crlf += pairs
        self.lf += chunk.count(b"\n") - pairs
        self.doubled += chunk.count(b"\r\r") + (self._last == b"\r" == chunk[:1])
        self._last = chunk[-1:]
        self.size += len(chunk)
        return chunk


def check_name(name: str, remarks: Remarks) -> date | None:
    """Return the closing date that the file's name says, None when it says none."""
    found = _NAME.fullmatch(name)
    closing = None
    if found is not None:
        try:
            closing, _ = read_date(found[2])
        except FieldError:
            found = None
    if found is None:
        shown = name[:_NAME_SHOWN_CHARS]
        remarks.add("file_name", f"{shown!r} is not SIREN, FEC and a closing date")
        return None
    if not _has_right_key(found[1]):
        remarks.add("siren_key", f"{found[1]} is no SIREN: its check digit is wrong")
    return closing


def _has_right_key(siren: str) -> bool:
    """Say whether the nine digits of a SIREN keep to its check (Luhn); nobody has zeros alone."""
    doubled = [int(digit) * (1 + index % 2) for index, digit in enumerate(siren)]
    return any(doubled) and sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def check_bytes(watched: Watched, charset: Charset, remarks: Remarks) -> None:
    """Note what the law does not allow about characters and line ends, once all was read."""
    if charset.is_mixed:
        remarks.add("encoding_not_allowed", "some lines are UTF-8 and some are not")
    elif charset.has_single_byte and charset.single_byte == "cp1252":
        remarks.add("encoding_not_allowed", "the file is windows-1252, not ISO-8859-15 or UTF-8")
    if watched.has_mark:
        remarks.add("byte_order_mark", "the file begins with a byte order mark", 1)
    if watched.doubled:  # what a text of CR LF becomes that is written as text once more
        said = f"{watched.doubled} lines end in CR CR: the last field of each holds one"
        remarks.add("line_ends_doubled", said)
    if watched.crlf and watched.lf:
        remarks.add("line_ends_mixed", f"{watched.crlf} lines end in CR LF, {watched.lf} in LF")


def check_header(line: TextLine, remarks: Remarks) -> Columns | None:
    """Return where the columns are, None when the line is no header at all."""
    try:
        layout = find_layout(line.text)
    except ValueError as error:
        remarks.add("header_missing", f"column {error} is there twice", line.number)
        return None
    if layout is None:
        shown = line.text[:_NAME_SHOWN_CHARS]
        remarks.add("header_missing", f"no header of a FEC: {shown!r}", line.number)
        return None
    if layout.separator not in SEPARATORS:
        said = f"columns are separated by {layout.separator!r}, not by tabs or bars"
        remarks.add("header_separator", said, line.number)
    names = [name.strip().strip('"') for name in line.text.split(layout.separator)]
    _check_names(names, layout, remarks, line.number)
    has_side = "credit" not in layout.positions
    wanted = (*LAW_COLUMNS[:11], "montant", "sens", *LAW_COLUMNS[13:]) if has_side else LAW_COLUMNS
    indexes = tuple(layout.positions.get(name, -1) for name in wanted)
    return Columns(layout.separator, layout.width, indexes, has_side)


def _check_names(names: list[str], layout: Layout, remarks: Remarks, line: int) -> None:
    for missing in layout.missing_columns:
        remarks.add("column_missing", f"no column {COLUMNS[LAW_COLUMNS.index(missing)]}", line)
    spelled = _SIGNED if "credit" not in layout.positions else COLUMNS
    exact = {name.lower(): name for name in spelled}
    found = [name.lower() for name in exact.values() if name.lower() in layout.positions]
    in_file = sorted(found, key=lambda name: layout.positions[name])
    if in_file != found:
        first = next(a for a, b in zip(in_file, found, strict=True) if a != b)
        remarks.add("column_order", f"{exact[first]} is not in its place", line)
    for name in found:
        written = names[layout.positions[name]]
        if written != exact[name]:
            remarks.add("column_spelling", f"{written!r} stands for {exact[name]}", line)
    extra = len(names) - len(found)
    if extra > 0:
        remarks.add("column_extra", f"{extra} columns beside those of the law", line)
