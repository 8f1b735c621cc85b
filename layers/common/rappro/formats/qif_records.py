"""Cuts a QIF file into sections and records, and finds out how the file writes its dates.

A line is one field, its first character names it; `^` ends a record, `!` begins a section. The
order of day and month and the decimal mark are the file's own, so a first reading looks at all
dates and amounts, in flat memory, before a second one makes lines. What fields mean is decided in
`qif_transaction`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.rereading import CHUNK_BYTES, decoded_text
from rappro.formats.written import Mark, Order

RECORD_CHARS_MAX: Final = 1_000_000
"""A transaction with all its splits; they are held in memory together."""

ACCOUNTS: Final = ("bank", "ccard", "cash", "oth a", "oth l")
INVESTMENTS: Final = ("invst", "invitem")
LISTS: Final = (
    "cat", "class", "memorized", "memorised", "security", "prices", "price", "budget", "tag",
    "template", "account",
)  # fmt: skip
"""`!Type:` of what holds no transactions of an account."""

_BLOCK_CHARS_MAX: Final = 4 * CHUNK_BYTES  # one line of it would be beyond any field
_NOTHING: Final = frozenset(("", " ", "\t", "\x00", "\x1a", "\ufeff", "#"))
"""What begins a line that says nothing: blanks, the end mark of DOS (\\x1a), comments."""

_DATED: Final = re.compile(
    r"^D {0,3}(\d{1,4}) {0,3}[-/. ] {0,3}(\d{1,2}) {0,3}[-/.' ] {0,3}\d", re.MULTILINE | re.ASCII
)
_BALANCED: Final = re.compile(
    r"^/ {0,3}(\d{1,4}) {0,3}[-/. ] {0,3}(\d{1,2}) {0,3}[-/.' ] {0,3}\d", re.MULTILINE | re.ASCII
)
_COMMA: Final = re.compile(r"^[TU$][^\n,]*(?:,\d{3}[^\n,]*)*,\d{0,2}[ +-]*$", re.MULTILINE)
_POINT: Final = re.compile(r"^[TU$][^\n.]*(?:\.\d{3}[^\n.]*)*\.\d{0,2}[ +-]*$", re.MULTILINE)


class Section(NamedTuple):
    """The line that begins a section: its number, and its text without the `!`, in small."""

    number: int
    name: str
    text: str

    @property
    def type(self) -> str:
        """What follows `Type:`, "" for another header."""
        return self.name.removeprefix("type:").strip() if self.name.startswith("type:") else ""


class Record(NamedTuple):
    """The text between two end marks, from the line break before it; `number` is its first line."""

    number: int
    text: str
    is_ended: bool = True  # by its mark, not by a section or the end of the file

    def lines(self) -> list[str]:
        """Return the fields, without blank lines and comments. Raises TooLarge."""
        lines = self.text.split("\n")
        del lines[0]  # what follows the end mark before
        if len(self.text) > FIELD_CHARS_MAX:
            self._check(lines)
        return [line for line in lines if line[:1] not in _NOTHING]

    def _check(self, lines: list[str]) -> None:
        for number, line in enumerate(lines, self.number):
            if len(line) > FIELD_CHARS_MAX:
                raise TooLarge(f"a field of more than {FIELD_CHARS_MAX} characters",
                               position=f"line {number}")  # fmt: skip


class Habits(NamedTuple):
    """How a file writes, as all its dates and amounts tell."""

    order: Order
    is_order_proven: bool
    mark: Mark
    is_mark_proven: bool

    @property
    def is_mixed(self) -> bool:
        return self.is_mark_proven and self.mark == ""


def text_blocks(stream: BinaryIO) -> Iterator[str]:
    """Yield the file's text in blocks of whole lines, each ended by LF. Raises TooLarge."""
    pending, number = b"", 1
    while True:
        chunk = stream.read(CHUNK_BYTES)
        held = b"\r" if chunk.endswith(b"\r") else b""  # its LF may come with the next chunk
        block = pending + chunk[: len(chunk) - len(held)]
        cut = (block.rfind(b"\n") + 1 or block.rfind(b"\r") + 1) if chunk else len(block)
        if cut:
            text = decoded_text(block[:cut])
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            yield text
            number += text.count("\n")
        pending = block[cut:] + held
        if not chunk and not pending:
            return
        if len(pending) > _BLOCK_CHARS_MAX:
            raise TooLarge(f"a line of more than {FIELD_CHARS_MAX} characters",
                           position=f"line {number}")  # fmt: skip


def sections(text: str, current: str) -> Iterator[tuple[str, str]]:
    """Yield the parts of a block, each with the header of its section (`current` at first)."""
    if "\n!" not in text and not text.startswith("!"):
        yield current, text
        return
    for part in re.split(r"^(?=!)", text, flags=re.MULTILINE):
        if part.startswith("!"):
            current = part.partition("\n")[0]
        yield current, part


def habits_of(stream: BinaryIO) -> Habits:
    """Read a file once for how it writes dates and amounts.

    Raises MalformedStatement when its dates contradict each other, and TooLarge.
    """
    current = ""
    first_tells = second_tells = differs = comma = point = False
    for text in text_blocks(stream):
        for header, part in sections(text, current):
            current = header
            dated = _dates_of(header)
            if dated is None:
                continue
            for one, two in set(dated.findall(part)):
                if len(one) < 3:
                    first_tells |= int(one) > 12
                    second_tells |= int(two) > 12
                    differs |= int(one) != int(two)
            comma = comma or ("," in part and _COMMA.search(part) is not None)
            point = point or ("." in part and _POINT.search(part) is not None)
    if first_tells and second_tells:
        raise MalformedStatement("some dates have the day first, others the month",
                                 position="the whole file")  # fmt: skip
    mark: Mark = "" if comma == point else "," if comma else "."
    return Habits(
        "mdy" if second_tells else "dmy",
        first_tells or second_tells or not differs,
        mark,
        comma or point,
    )


def _dates_of(header: str) -> re.Pattern[str] | None:
    """Return what finds the dates of a section, None in one that has none to be read."""
    name = header[1:].lower().strip()
    if name == "account":
        return _BALANCED
    return _DATED if name.removeprefix("type:").strip() in ACCOUNTS else None


def read_records(stream: BinaryIO) -> Iterator[Section | Record]:
    """Yield sections and records in file order. Raises MalformedStatement and TooLarge.

    A last line without a line break may be cut anywhere: nothing is made of its record.
    """
    rest, number, text = "\n", 0, "\n"
    for text in text_blocks(stream):
        parts = (rest + text).split("\n^")
        rest = parts.pop()
        for part in parts:
            if "\n!" in part:
                yield from _with_sections(part, number)
            else:
                yield Record(number + 1, part)
            number += part.count("\n") + 1
        if len(rest) > RECORD_CHARS_MAX:
            raise TooLarge(f"a record of more than {RECORD_CHARS_MAX} characters",
                           position=f"line {number + 1}")  # fmt: skip
    for item in _with_sections(rest, number):
        if isinstance(item, Section):
            yield item
        elif item.lines():
            if not text.endswith("\n"):
                raise MalformedStatement("the file ends inside of a transaction",
                                         position=f"line {item.number}")  # fmt: skip
            yield item._replace(is_ended=False)


def _with_sections(part: str, number: int) -> Iterator[Section | Record]:
    """Yield what stands between two end marks, where a section begins in between."""
    pieces = re.split(r"\n(?=!)", part)
    for rank, piece in enumerate(pieces):
        header, _, rest = piece.partition("\n")
        if rank:
            yield Section(number, " ".join(header[1:].lower().split()), header.rstrip())
        record = Record(number + 1, "\n" + rest, rank == len(pieces) - 1)
        if record.is_ended or record.lines():
            yield record
        number += piece.count("\n") + 1
