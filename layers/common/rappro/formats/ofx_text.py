"""The bytes of an OFX file as text for the SGML reader: charset, comments, CDATA.

The header's ENCODING and CHARSET are often wrong, so the content decides: what is UTF-8 is read
so, anything else in the single-byte charset that the header names, Windows-1252 without one.
Comments and processing instructions are taken out, and CDATA becomes text with entities, so that
a "<" that begins a name is a tag. What tags mean is not decided here.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import Final, Protocol

from rappro.formats.findings import FindingLog
from rappro.formats.ofx_names import BLOCK_CHARS_MAX, malformed, too_large

CHUNK_BYTES: Final = 65_536
_PADDING: Final = "\0\x1a \r\n"  # after the end of a file
_HEADER_BYTES: Final = 8_192
_DEFAULT: Final = "cp1252"
_NAMED: Final = re.compile(r"(?:CHARSET\s*:\s*|encoding\s*=\s*[\"'])([\w-]*)", re.IGNORECASE)
_IS_UNICODE: Final = re.compile(
    r"(?:ENCODING\s*:|encoding\s*=\s*[\"'])\s*(?:UTF-?8|UNICODE)", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?:windows-?|cp)?(125\d)", re.IGNORECASE)
_ISO_8859: Final = re.compile(r"(?:iso-?)?8859-?(\d{1,2})", re.IGNORECASE)
_UTF8: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
_SPECIAL: Final = re.compile(
    r"<!--(?:.*?)-->|<!\[CDATA\[(?P<data>.*?)\]\]>|<\?(?:.*?)\?>|<(?:!--|!\[CDATA\[|\?|!(?=[A-Z]))",
    re.DOTALL,
)
_OPENINGS: Final = ("<!--", "<![CDATA[", "<?")
_LONGEST_MARK: Final = len("<![CDATA[")
_UTF16: Final = {
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le", b"O\0": "utf-16-le", b"\0<": "utf-16-be", b"\0O": "utf-16-be",
}  # fmt: skip


class Source(Protocol):
    """Where bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""


class Resumed:
    """A stream of which the beginning has been read already."""

    def __init__(self, head: bytes, stream: Source) -> None:
        self._head, self._stream = head, stream

    def read(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._stream.read(size)


def utf16_of(head: bytes) -> str | None:
    """Return the name of the UTF-16 that a file begins in, None for anything else."""
    return _UTF16.get(head[:2])


def beginning(head: bytes) -> str:
    """Return a file's beginning as text in which names can be looked for."""
    wide = utf16_of(head)
    if wide is not None:
        return head.decode(wide, errors="replace").lstrip("\ufeff")
    return head.removeprefix(codecs.BOM_UTF8).decode("latin-1")


def read_text(stream: Source, findings: FindingLog) -> Iterator[str]:
    """Yield the text of a file in chunks: no comments, only LF, every "<" of CDATA escaped.

    Raises MalformedStatement and TooLarge.
    """
    held, line = "", 1
    for chunk in _normal(decoded(stream, findings)):
        text = held + chunk
        if "\0" in text:
            raise malformed("the file is binary", line + text.count("\n", 0, text.index("\0")))
        text, held = _without_specials(text, line)
        if len(held) > BLOCK_CHARS_MAX:
            raise too_large("a comment or a text", BLOCK_CHARS_MAX, line)
        line += text.count("\n")
        yield text
    if "<!" in held or "<?" in held:
        raise malformed("the file ends within a comment or a text", line)
    yield held


def _normal(chunks: Iterator[str]) -> Iterator[str]:
    """Yield chunks in which every end of line is LF."""
    held = ""
    for chunk in chunks:
        text = held + chunk
        held = "\r" if text.endswith("\r") else ""
        if "\r" in text:
            text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        yield text
    if held:
        yield "\n"


def _without_specials(text: str, line: int) -> tuple[str, str]:
    """Return the text that is complete, and the rest that waits for more."""
    end = text.rfind("<", max(0, len(text) - _LONGEST_MARK))
    complete, held = (text, "") if end < 0 else (text[:end], text[end:])
    if "<!" not in complete and "<?" not in complete:
        return complete, held
    out: list[str] = []
    place = 0
    for found in _SPECIAL.finditer(text):
        mark = found[0]
        out.append(text[place : found.start()])
        place = found.start()
        if mark == "<!":
            at = line + text.count("\n", 0, place)
            raise malformed("a document type or a declaration is not accepted", at)
        if mark in _OPENINGS:  # it ends in a later chunk, or never
            return "".join(out), text[place:]
        out.append(_stand_in(found))
        place = found.end()
    end = max(end, place) if end >= 0 else len(text)
    return "".join(out) + text[place:end], text[end:]


def _stand_in(found: re.Match[str]) -> str:
    """Return what stands for a comment or a CDATA section; lines are counted on."""
    data = found["data"]
    if data is None:
        return "\n" * found[0].count("\n")
    return data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def decoded(stream: Source, findings: FindingLog) -> Iterator[str]:
    """Yield the characters of a file in chunks. Raises MalformedStatement for broken UTF-16."""
    first = stream.read(CHUNK_BYTES)
    wide = utf16_of(first)
    if wide is not None:
        yield from _wide(first, stream, wide)
        return
    charset = _Charset(first, findings)
    pending = first.removeprefix(codecs.BOM_UTF8)
    while pending:
        chunk = stream.read(CHUNK_BYTES)
        cut = _end_of_characters(pending) if chunk else len(pending)
        text = charset.text(pending[:cut])
        yield text.rstrip(_PADDING) if text.endswith(("\0", "\x1a")) else text
        pending = pending[cut:] + chunk


def _wide(first: bytes, stream: Source, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    chunk = first
    try:
        while chunk:
            yield decoder.decode(chunk)
            chunk = stream.read(CHUNK_BYTES)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        raise malformed("the file is not the UTF-16 that it begins as", 1) from wrong


def _end_of_characters(chunk: bytes) -> int:
    """Return where to cut so that no character of UTF-8 is in two parts."""
    for back in range(1, min(4, len(chunk)) + 1):
        if chunk[-back] >= 0xC0:
            return len(chunk) - back or len(chunk)
        if chunk[-back] < 0x80:
            break
    return len(chunk)


class _Charset:
    """Decides, chunk by chunk, how bytes are read."""

    def __init__(self, first: bytes, findings: FindingLog) -> None:
        start = first.find(b"<OFX>")
        header = first[: start if start >= 0 else _HEADER_BYTES].decode("latin-1")
        self._findings = findings
        self._is_unicode = _IS_UNICODE.search(header) is not None
        named = _NAMED.search(header)
        self._is_named = named is not None and named[1].upper() not in ("", "NONE")
        self._single = _single_byte(named[1]) if named is not None else _DEFAULT

    def text(self, raw: bytes) -> str:
        """Return the text of some bytes."""
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            return self._single_text(raw)
        if self._is_named and not self._is_unicode and not raw.isascii():
            self._findings.note("charset_differs", "header", about="UTF-8")
        return text

    def _single_text(self, raw: bytes) -> str:
        if _UTF8.search(raw) is None:
            if self._is_unicode:
                self._findings.note("charset_differs", "header", about=self._single)
            return self._decoded(raw)
        pieces = [self._piece(piece) for piece in raw.split(b"<")]
        if any(is_wide for _, is_wide in pieces):
            self._findings.note("charset_mixed", "header")
        return "<".join(text for text, _ in pieces)

    def _piece(self, raw: bytes) -> tuple[str, bool]:
        try:
            return raw.decode("utf-8"), not raw.isascii()
        except UnicodeDecodeError:
            return self._decoded(raw), False

    def _decoded(self, raw: bytes) -> str:
        try:
            return raw.decode(self._single)
        except UnicodeDecodeError:  # five bytes mean nothing in Windows-1252
            return raw.decode("latin-1")


def _single_byte(name: str) -> str:
    """Return Python's name of a single-byte charset; ISO-8859-1 is a part of Windows-1252."""
    windows, iso = _NUMBER.fullmatch(name), _ISO_8859.fullmatch(name)
    wanted = f"cp{windows[1]}" if windows else f"iso8859-{iso[1]}" if iso else _DEFAULT
    try:
        codecs.lookup(wanted)
    except LookupError:
        return _DEFAULT
    return _DEFAULT if wanted == "iso8859-1" else wanted
