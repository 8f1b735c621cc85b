"""The lines of a FEC as text: line ends, character sets, and bounds; knows no column.

Line ends are LF, CRLF, CR CR LF or CR alone. Text is ASCII, UTF-8 with or without mark, or one
byte a character: ISO-8859-15, as the law says, or windows-1252 when it uses what only that has.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedBooks, TooLarge
from rappro.domain.frozen import dataclass

FILE_BYTES_MAX: Final = 512 * 1024 * 1024
LINE_BYTES_MAX: Final = 64 * 1024
_CHUNK_BYTES: Final = 1024 * 1024
_BOM: Final = codecs.BOM_UTF8
_ONLY_WINDOWS = re.compile(rb"[\x80-\x9f]")
_WINDOWS_GAPS: Final = {"\x81", "\x8d", "\x8f", "\x90", "\x9d"}
_BLANK: Final = b" \t\r\n\x1a"  # some packages close a file with Ctrl-Z


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line without its end; `is_ended` is false when the file stops in it."""

    number: int
    text: str
    is_ended: bool


class Charset:
    """Decodes lines one by one, and remembers what the file turned out to be."""

    __slots__ = ("has_single_byte", "has_utf8", "single_byte")

    def __init__(self, head: bytes = b"") -> None:
        self.has_utf8 = False
        self.has_single_byte = False
        self.single_byte = "iso8859-15"
        if _ONLY_WINDOWS.search(head) and not _is_utf8(head):
            self.single_byte = "cp1252"

    @property
    def is_mixed(self) -> bool:
        return self.has_utf8 and self.has_single_byte

    def decode(self, raw: bytes) -> str:
        """Return the text of a line; whatever the bytes, it has one."""
        if raw.isascii():
            return raw.decode("ascii")
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            self.has_single_byte = True
            if _ONLY_WINDOWS.search(raw):
                self.single_byte = "cp1252"
            return _single_byte(raw, self.single_byte)
        self.has_utf8 = True
        return text


def _is_utf8(head: bytes) -> bool:
    """Say whether bytes are UTF-8, but for a character cut at their end."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _single_byte(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset)
    except UnicodeDecodeError:  # five bytes mean nothing in windows-1252
        return "".join(
            chr(b) if chr(b) in _WINDOWS_GAPS else bytes((b,)).decode(charset) for b in raw
        )


def read_lines(stream: BinaryIO) -> tuple[Charset, Iterator[TextLine]]:
    """Return the lines that are not blank, from a stream at its start, and their character set.

    Raises MalformedBooks for an empty or binary file or an endless line, TooLarge beyond
    FILE_BYTES_MAX.
    """
    head = stream.read(_CHUNK_BYTES)
    if not head.strip(_BLANK + _BOM):
        raise MalformedBooks("the file is empty", position="line 1")
    charset = Charset(head)
    return charset, _decoded(_raw_lines(stream, head), charset)


def _decoded(lines: Iterator[tuple[bytes, bool]], charset: Charset) -> Iterator[TextLine]:
    for number, (raw, is_ended) in enumerate(lines, start=1):
        if raw.strip(_BLANK):
            yield TextLine(number, charset.decode(raw), is_ended)


def _raw_lines(stream: BinaryIO, head: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield each line and whether it was ended."""
    end = b"\r" if b"\r" in head and b"\n" not in head else b"\n"
    rest, chunk, size, count = b"", head.removeprefix(_BOM), 0, 0
    while chunk:
        size += len(chunk)
        if size > FILE_BYTES_MAX:
            raise TooLarge(f"a FEC of more than {FILE_BYTES_MAX} bytes", position=f"line {count}")
        if b"\0" in chunk:
            raise MalformedBooks("not a text file", position=f"byte {size - len(chunk)}")
        *lines, rest = (rest + chunk).split(end)
        for line in lines:
            count += 1
            yield _bounded(line.rstrip(b"\r"), count), True
        _bounded(rest, count + 1)
        chunk = stream.read(_CHUNK_BYTES)
    if rest:
        yield rest.rstrip(b"\r"), False


def _bounded(line: bytes, number: int) -> bytes:
    if len(line) > LINE_BYTES_MAX:
        said = f"a line of more than {LINE_BYTES_MAX} bytes"
        raise MalformedBooks(said, position=f"line {number}")
    return line
