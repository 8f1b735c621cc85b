"""A file that a format must read twice: what it says last decides how its first line is read.

A stream that cannot go back, or that is UTF-16, is copied to an unnamed temporary file first, so
that memory stays flat whatever the file's size. What the bytes mean is not decided here.
"""

from __future__ import annotations

import codecs
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedStatement

CHUNK_BYTES: Final = 65_536
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_UTF8: Final = codecs.BOM_UTF8


@contextmanager
def rereadable(stream: BinaryIO) -> Iterator[tuple[BinaryIO, int]]:
    """Give a stream that can be read again from a place, which is after any byte order mark.

    It holds UTF-8 or one of the 8-bit charsets. Raises MalformedStatement for broken UTF-16.
    """
    first = stream.read(CHUNK_BYTES)
    if first.startswith(_UTF16) or not stream.seekable():
        with tempfile.TemporaryFile() as copy:
            _copy(first, stream, copy)
            yield copy, 0
    else:
        place = stream.tell() - len(first)
        yield stream, place + (len(_UTF8) if first.startswith(_UTF8) else 0)


def _copy(first: bytes, stream: BinaryIO, copy: BinaryIO) -> None:
    decoder = codecs.getincrementaldecoder("utf-16")() if first.startswith(_UTF16) else None
    chunk, done = first.removeprefix(_UTF8), 0
    while chunk:
        try:
            copy.write(decoder.decode(chunk).encode() if decoder else chunk)
            done += len(chunk)
            chunk = stream.read(CHUNK_BYTES)
            if decoder and not chunk:
                decoder.decode(b"", final=True)
        except UnicodeError:
            raise MalformedStatement("not UTF-16, as its byte order mark says",
                                     position=f"byte {done}") from None  # fmt: skip


def decoded_text(raw: bytes, charset: str = "cp1252") -> str:
    """Return the text of some bytes: UTF-8 when they are, else of an 8-bit charset."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        try:
            return raw.decode(charset)
        except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
            return raw.decode("latin-1")


def head_text(head: bytes) -> str:
    """Return the text of a file's beginning, whose last character may be cut in two."""
    if head.startswith(_UTF16):
        return head[: len(head) & ~1].decode("utf-16", errors="replace")
    head = head.removeprefix(_UTF8)
    for cut in range(min(4, len(head) + 1)):
        try:
            return head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
    return decoded_text(head)
