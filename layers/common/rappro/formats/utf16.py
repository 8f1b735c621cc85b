"""Reads files in UTF-16, by their mark, as UTF-8: for formats whose readers know bytes and lines.

Any other file is handed through as it is.
"""

from __future__ import annotations

import codecs
from typing import BinaryIO, Final, Protocol

from rappro.domain.errors import MalformedStatement

_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Readable(Protocol):
    """Something that bytes are read from; none mean the end."""

    def read(self, size: int, /) -> bytes: ...


def utf8_head(head: bytes) -> bytes:
    """Return what a file begins with, in UTF-8 if it is in UTF-16. Never raises."""
    return head.decode("utf-16", errors="ignore").encode() if head[:2] in _MARKS else head


def opened(stream: BinaryIO, size: int) -> tuple[bytes, Readable]:
    """Return the first bytes of a file, about `size` of them, and what to read the others from.

    Raises MalformedStatement, here and when more is read, for UTF-16 that is broken.
    """
    first = stream.read(size)
    if first[:2] not in _MARKS:
        return first, stream
    source = _FromUtf16(stream, first)
    return source.read(size), source


class _FromUtf16:
    """Reads a UTF-16 stream as UTF-8."""

    def __init__(self, stream: BinaryIO, first: bytes) -> None:
        self._stream, self._first = stream, first
        self._decoder = codecs.getincrementaldecoder("utf-16")()
        self._offset = 0

    def read(self, size: int, /) -> bytes:
        """Return some bytes of UTF-8; none at the end. Raises MalformedStatement."""
        while True:
            raw, self._first = self._first or self._stream.read(size), b""
            held = len(self._decoder.getstate()[0])
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as wrong:
                raise MalformedStatement(
                    "the file begins as UTF-16 but is not",
                    position=f"byte {self._offset - held + wrong.start}",
                ) from wrong
            self._offset += len(raw)
            if text or not raw:
                return text.encode()
