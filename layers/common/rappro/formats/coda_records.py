"""Cuts a CODA file into its records of 128 characters, whatever ends them.

Records end in CRLF, LF, CR or nothing at all; trailing blanks may be gone, and files may end in
blank lines or the end mark of DOS. Positions of the format count characters, so records are decoded
before they are cut: UTF-8 where they are that, else code page 850 or Windows-1252, whichever makes
sense. What records mean is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.findings import FindingLog

RECORD_CHARS: Final = 128
_CHUNK_BYTES: Final = 65_536
_LINE_BYTES_MAX: Final = 16_384  # padding behind a record; more is no CODA file
_PROBE_BYTES: Final = 1_024  # without a line break in there, records follow each other directly
_NOTHING: Final = " \t\x00\x1a"  # \x1a ends files of DOS
_BOM: Final = b"\xef\xbb\xbf"
_ALL_WHOLE: Final = frozenset((RECORD_CHARS,))

# é è ê ë ï î ç ü â ä of code page 850 are low quotes and marks in Windows-1252 that no bank writes;
# à is an ellipsis there, which does not stand before a letter or between blanks.
_CP850: Final = re.compile(rb"[\x81-\x84\x87-\x8c]|\x85[a-z]| \x85 ")
_CP1252_LETTER: Final = re.compile(rb"[\xc0-\xff]")

Numbered = tuple[int, str]
"""A record, with the number of its line from 1."""


def decoded(raw: bytes) -> tuple[str, str]:
    """Return the text of some bytes, and the charset that it was read in."""
    try:
        return raw.decode("utf-8"), "UTF-8"
    except UnicodeDecodeError:
        pass
    if _CP850.search(raw) and not _CP1252_LETTER.search(raw):
        return raw.decode("cp850"), "code page 850"
    try:
        return raw.decode("cp1252"), "Windows-1252"
    except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
        return raw.decode("latin-1"), "ISO 8859-1"


def read_records(stream: BinaryIO, findings: FindingLog) -> Iterator[Numbered]:
    """Yield each record, padded to 128 characters, with the number of its line.

    In a file without line breaks the number is the record's own. Blank lines are passed over.
    Raises MalformedStatement for a line that is no record.
    """
    return chain.from_iterable(_blocks(stream, findings))


def _blocks(stream: BinaryIO, findings: FindingLog) -> Iterator[Iterable[Numbered]]:
    """Yield the records block by block: a loop over one block costs no call a record."""
    first = stream.read(_CHUNK_BYTES).removeprefix(_BOM).lstrip(b" \t\r\n")
    probe = first[:_PROBE_BYTES]
    is_glued = b"\n" not in probe and b"\r" not in probe and len(first) > RECORD_CHARS
    number = 1
    for lines in (_glued if is_glued else _lines)(first, stream, findings):
        if set(map(len, lines)) == _ALL_WHOLE:
            yield enumerate(lines, number)
        else:
            yield _odd_block(number, lines)
        number += len(lines)


def _lines(pending: bytes, stream: BinaryIO, findings: FindingLog) -> Iterator[list[str]]:
    chunk = pending
    while chunk:
        chunk = stream.read(_CHUNK_BYTES)
        cut = (pending.rfind(b"\n") + 1 or pending.rfind(b"\r") + 1) if chunk else len(pending)
        yield _split(pending[:cut], findings)
        pending = pending[cut:] + chunk
        if cut == 0 and len(pending) > _LINE_BYTES_MAX:
            raise MalformedStatement("a line is too long for a record",
                                     position=f"after {RECORD_CHARS} characters")  # fmt: skip


def _split(block: bytes, findings: FindingLog) -> list[str]:
    """Cut a block of whole lines; only CR and LF end a line, whatever Unicode thinks."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        return [_guessed(line, findings) for line in block.splitlines()]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _guessed(line: bytes, findings: FindingLog) -> str:
    if line.isascii():
        return line.decode("ascii")
    text, charset = decoded(line)
    if charset != "UTF-8":
        findings.note("charset_guessed", "line 1", about=charset)
    return text


def _glued(pending: bytes, stream: BinaryIO, findings: FindingLog) -> Iterator[list[str]]:
    rest = ""
    while pending:
        chunk = stream.read(_CHUNK_BYTES)
        whole, pending = _whole_characters(pending) if chunk else (pending, b"")
        rest += _guessed(whole, findings)
        end = len(rest) - len(rest) % RECORD_CHARS
        yield [rest[start : start + RECORD_CHARS] for start in range(0, end, RECORD_CHARS)]
        rest = rest[end:]
        pending += chunk
    yield [rest.rstrip("\r\n")]


def _whole_characters(raw: bytes) -> tuple[bytes, bytes]:
    """Leave aside a character that the end of a block cuts in two."""
    for cut in range(min(4, len(raw))):  # the longest character of UTF-8 has four bytes
        try:
            raw[: len(raw) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return raw[: len(raw) - cut], raw[len(raw) - cut :]
    return raw, b""


def _odd_block(number: int, lines: list[str]) -> Iterator[Numbered]:
    for at, line in enumerate(lines, number):
        if len(line) == RECORD_CHARS:
            yield at, line
            continue
        text = line.rstrip(_NOTHING)
        if len(text) > RECORD_CHARS:
            raise MalformedStatement(f"a record of {len(text)} characters, not {RECORD_CHARS}",
                                     position=f"line {at}")  # fmt: skip
        if text:
            yield at, text.ljust(RECORD_CHARS)
