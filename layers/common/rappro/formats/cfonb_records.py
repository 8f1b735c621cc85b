"""Cuts a CFONB file into its records of 120 characters, whatever ends them.

Records end in CRLF, LF, CR or nothing at all; trailing blanks may be gone, a 121st character may
be there, and files may end in blank lines or the end mark of DOS. Positions of the format count
characters, so records are decoded before they are cut: a record that is UTF-8 is read so, any
other one as Windows-1252; a file may be UTF-16 with its mark. What records mean is not decided
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.findings import FindingLog
from rappro.formats.utf16 import Readable, opened

RECORD_CHARS: Final = 120
_CHUNK_BYTES: Final = 65_536
_LINE_BYTES_MAX: Final = 24_000
"""Up to a hundred records in UTF-8 may be glued to one line; more is no CFONB file."""

_PROBE_BYTES: Final = 1_024  # without a line break in there, records follow each other directly
_NOTHING: Final = " \t\x00\x1a"  # \x1a ends files of DOS
_BOM: Final = b"\xef\xbb\xbf"
_ALL_WHOLE: Final = frozenset((RECORD_CHARS,))

Numbered = tuple[int, str]
"""A record, or a line, with the number of its line from 1."""


def decoded(raw: bytes) -> str:
    """Return the text of some bytes: UTF-8 when they are, else Windows-1252."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
            return raw.decode("latin-1")


def read_records(stream: BinaryIO, findings: FindingLog) -> Iterator[Numbered]:
    """Yield each record, padded to 120 characters, with the number of its line.

    In a file without line breaks the number is the record's own. Blank lines are passed over.
    Raises MalformedStatement for a line that is no record.
    """
    return chain.from_iterable(_blocks(stream, findings))


def _blocks(stream: BinaryIO, findings: FindingLog) -> Iterator[Iterable[Numbered]]:
    """Yield the records block by block: a loop over one block costs no call a record."""
    first, source = opened(stream, _CHUNK_BYTES)
    first = first.removeprefix(_BOM)
    probe = first[:_PROBE_BYTES]
    is_glued = b"\n" not in probe and b"\r" not in probe and len(first) > RECORD_CHARS
    number = 1
    for lines in (_glued if is_glued else _lines)(first, source):
        if set(map(len, lines)) == _ALL_WHOLE:
            yield enumerate(lines, number)
        else:
            yield _odd_block(number, lines, findings)
        number += len(lines)


def _lines(pending: bytes, stream: Readable) -> Iterator[list[str]]:
    chunk = pending
    while chunk:
        chunk = stream.read(_CHUNK_BYTES)
        cut = (pending.rfind(b"\n") + 1 or pending.rfind(b"\r") + 1) if chunk else len(pending)
        block = pending[:cut]
        yield _split(_without_returns(block) or block)
        pending = pending[cut:] + chunk
        if cut == 0 and len(pending) > _LINE_BYTES_MAX:
            raise MalformedStatement("a line is too long for a record",
                                     position=f"after {RECORD_CHARS} characters")  # fmt: skip


def _without_returns(block: bytes) -> bytes:
    """Return a block of nothing but records of 120 bytes and CRLF with LF only; else nothing.

    To take one byte out takes a tenth of the time that it takes to look for two.
    """
    plain = block.replace(b"\r", b"")
    count, rest = divmod(len(plain), RECORD_CHARS + 1)
    is_usual = (
        not rest
        and len(block) - len(plain) == count
        and block[RECORD_CHARS :: RECORD_CHARS + 2] == b"\r" * count
        and block[RECORD_CHARS + 1 :: RECORD_CHARS + 2] == b"\n" * count
    )
    return plain if is_usual else b""


def _split(block: bytes) -> list[str]:
    """Cut a block of whole lines; only CR and LF end a line, whatever Unicode thinks."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        return [decoded(line) for line in block.splitlines()]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return lines


def _glued(pending: bytes, stream: Readable) -> Iterator[list[str]]:
    rest = ""
    while pending:
        chunk = stream.read(_CHUNK_BYTES)
        text, pending = _decoded_part(pending) if chunk else (decoded(pending), b"")
        rest += text
        whole = len(rest) - len(rest) % RECORD_CHARS
        yield [rest[start : start + RECORD_CHARS] for start in range(0, whole, RECORD_CHARS)]
        rest = rest[whole:]
        pending += chunk
    yield [rest.rstrip("\r\n")]


def _decoded_part(raw: bytes) -> tuple[str, bytes]:
    """Decode all but a character that the end of the block cuts in two."""
    for cut in range(min(4, len(raw))):  # the longest character of UTF-8 has four bytes
        try:
            return raw[: len(raw) - cut].decode("utf-8"), raw[len(raw) - cut :]
        except UnicodeDecodeError:
            continue
    return decoded(raw), b""


def _odd_block(number: int, lines: list[str], findings: FindingLog) -> Iterator[Numbered]:
    for at, line in enumerate(lines, number):
        if len(line) == RECORD_CHARS:
            yield at, line
        elif line:
            yield from _odd(at, line, findings)


def _odd(number: int, line: str, findings: FindingLog) -> Iterator[Numbered]:
    """Yield the records of a line that has not exactly 120 characters."""
    text = line.rstrip(_NOTHING)
    if not text:
        return
    if len(text) <= RECORD_CHARS:
        yield number, text.ljust(RECORD_CHARS)
    elif len(text) == RECORD_CHARS + 1:
        findings.note("record_too_long", f"line {number}")
        yield number, text[:RECORD_CHARS]
    elif len(line) % RECORD_CHARS == 0:
        for start in range(0, len(line), RECORD_CHARS):
            yield number, line[start : start + RECORD_CHARS]
    else:
        raise MalformedStatement(f"a record of {len(text)} characters, not {RECORD_CHARS}",
                                 position=f"line {number}")  # fmt: skip
