"""Cuts a CODA file into its records of 128 characters, whatever ends them.

Records end in CRLF, LF, CR or nothing at all; trailing blanks may be gone, and files may end in
blank lines or the end mark of DOS. Positions of the format count characters, so records are decoded
before they are cut: UTF-8 where they are that, else code page 850 or Windows-1252, whichever makes
sense; a file may be UTF-16 with its mark. What records mean is not decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedStatement
from rappro.formats.findings import FindingLog
from rappro.formats.utf16 import Readable, opened

RECORD_CHARS: Final = 128
LINE_CHARS: Final = RECORD_CHARS + 1
_CHUNK_BYTES: Final = 65_536
_LINE_BYTES_MAX: Final = 16_384  # padding behind a record; more is no CODA file
_PROBE_BYTES: Final = 1_024  # without a line break in there, records follow each other directly
_NOTHING: Final = " \t\x00\x1a"  # \x1a ends files of DOS
_BOM: Final = b"\xef\xbb\xbf"

# é è ê ë ï î ç ü â ä of code page 850 are low quotes and marks in Windows-1252 that no bank writes;
# à is an ellipsis there, which does not stand before a letter or between blanks.
_CP850: Final = re.compile(rb"[\x81-\x84\x87-\x8c]|\x85[a-z]| \x85 ")
_CP1252_LETTER: Final = re.compile(rb"[\xc0-\xff]")

Block = tuple[int, str]
"""Records that follow each other, each padded to 128 characters and ended by LF, with the number
of the first one's line from 1."""


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


def read_blocks(stream: BinaryIO, findings: FindingLog) -> Iterator[Block]:
    """Yield the records in blocks, so that whoever looks for movements does it in few calls.

    In a file without line breaks the number is the record's own. Blank lines are passed over.
    Raises MalformedStatement for a line that is no record.
    """
    first, source = opened(stream, _CHUNK_BYTES)
    first = first.removeprefix(_BOM).lstrip(b" \t\r\n")
    probe = first[:_PROBE_BYTES]
    is_glued = b"\n" not in probe and b"\r" not in probe and len(first) > RECORD_CHARS
    return (_glued if is_glued else _lines)(first, source, findings)


def records_of(text: str) -> list[str]:
    """Cut the text of a block, or of a part of it, into its records."""
    return [text[at : at + RECORD_CHARS] for at in range(0, len(text), LINE_CHARS)]


def _lines(pending: bytes, stream: Readable, findings: FindingLog) -> Iterator[Block]:
    chunk, number = pending, 1
    while chunk:
        chunk = stream.read(_CHUNK_BYTES)
        cut = (pending.rfind(b"\n") + 1 or pending.rfind(b"\r") + 1) if chunk else len(pending)
        block = pending[:cut]
        text = _usual_text(block)
        if not text:
            text = _text(block, findings)
            count = text.count("\n")
            if text[RECORD_CHARS::LINE_CHARS] != "\n" * count or len(text) != count * LINE_CHARS:
                yield from _odd_lines(number, text)
                number, text = number + count, ""
        yield number, text
        number += len(text) // LINE_CHARS
        pending = pending[cut:] + chunk
        if cut == 0 and len(pending) > _LINE_BYTES_MAX:
            raise MalformedStatement("a line is too long for a record",
                                     position=f"after {RECORD_CHARS} characters")  # fmt: skip


def _usual_text(block: bytes) -> str:
    """Return the text of a block of nothing but whole lines in ASCII, nothing for any other one.

    What is done here to bytes at once takes ten times as long in a text, or by the line.
    """
    plain = block.replace(b"\r", b"")
    ends, returns = b"\n" * (len(plain) // LINE_CHARS), len(block) - len(plain)
    is_whole = (
        len(plain) == len(ends) * LINE_CHARS
        and plain[RECORD_CHARS::LINE_CHARS] == ends
        and len(plain.replace(b"\n", b"")) == len(ends) * RECORD_CHARS
        and (not returns or block[RECORD_CHARS :: LINE_CHARS + 1] == b"\r" * len(ends))
        and returns in (0, len(ends))
    )
    return plain.decode("ascii") if is_whole and plain.isascii() else ""


def _text(block: bytes, findings: FindingLog) -> str:
    """Return the text of whole lines, each ended by LF; only CR and LF end a line."""
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n".join([_guessed(line, findings) for line in block.splitlines()])
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text[-1] == "\n" else f"{text}\n"


def _guessed(line: bytes, findings: FindingLog) -> str:
    if line.isascii():
        return line.decode("ascii")
    text, charset = decoded(line)
    if charset != "UTF-8":
        findings.note("charset_guessed", "line 1", about=charset)
    return text


def _glued(pending: bytes, stream: Readable, findings: FindingLog) -> Iterator[Block]:
    rest, number = "", 1
    while pending:
        chunk = stream.read(_CHUNK_BYTES)
        whole, pending = _whole_characters(pending) if chunk else (pending, b"")
        rest += _guessed(whole, findings)
        count, end = divmod(len(rest), RECORD_CHARS)
        records = [rest[at * RECORD_CHARS : (at + 1) * RECORD_CHARS] for at in range(count)]
        yield number, "".join([f"{record}\n" for record in records])
        rest = rest[len(rest) - end :]
        number += count
        pending += chunk
    if last := rest.rstrip("\r\n"):
        yield from _odd_lines(number, f"{last}\n")


def _whole_characters(raw: bytes) -> tuple[bytes, bytes]:
    """Leave aside a character that the end of a block cuts in two."""
    for cut in range(min(4, len(raw))):  # the longest character of UTF-8 has four bytes
        try:
            raw[: len(raw) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        return raw[: len(raw) - cut], raw[len(raw) - cut :]
    return raw, b""


def _odd_lines(number: int, text: str) -> Iterator[Block]:
    """Yield the records of lines of which some have not 128 characters; a blank one parts them."""
    records: list[str] = []
    at = number
    for at, line in enumerate(text[:-1].split("\n"), number):
        record = line if len(line) == RECORD_CHARS else line.rstrip(_NOTHING)
        if record and len(record) <= RECORD_CHARS:
            records.append(f"{record:{RECORD_CHARS}}\n")
            continue
        if records:
            yield at - len(records), "".join(records)
            records = []
        if record:
            raise MalformedStatement(f"a record of {len(record)} characters, not {RECORD_CHARS}",
                                     position=f"line {at}")  # fmt: skip
    if records:
        yield at + 1 - len(records), "".join(records)
