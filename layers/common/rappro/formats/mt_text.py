"""The text of a file in SWIFT's FIN syntax, whatever bytes the bank wrote it in.

Banks write UTF-8, UTF-16, Windows and ISO code pages, and those of DOS; lines end in CRLF, LF, CR
or `@@`. Here the bytes become blocks of whole lines that end in LF. What is UTF-8 is read so; for
the rest the code page is chosen once, by which of the plausible ones makes the most letters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO, Final

from rappro.domain.errors import MalformedStatement, TooLarge

_CHUNK_BYTES: Final = 65_536
LINE_SIZE_MAX: Final = 100_000
"""A line of FIN has 65 characters; some banks write a whole field into one."""

_UTF_8_MARK: Final = b"\xef\xbb\xbf"
_UTF_16_MARKS: Final = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

_WESTERN: Final = ("cp1252", "iso8859-15", "cp850")
_CENTRAL: Final = ("cp1250", "iso8859-2", "cp852")
_WESTERN_LETTERS: Final = frozenset(
    "àâäáãåæçéèêëíìîïñóòôöõøœúùûüýÿßÀÂÄÁÃÅÆÇÉÈÊËÍÌÎÏÑÓÒÔÖÕØÚÙÛÜÝ€’°§"
)
_CENTRAL_LETTERS: Final = frozenset(
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáéíóöőúüűÁÉÍÓÖŐÚÜŰčďěňřšťůýžČĎĚŇŘŠŤŮÝŽăâîşţĂÂÎŞŢľĺŕôäđĐß€’§"
)
_CENTRAL_ACCOUNT: Final = re.compile(
    rb":25P?:(?:[A-Z]{4})?(?:PL|HU|CZ|SK|RO|HR|SI)|:60[FM]:[CD]\d{6}(?:PLN|HUF|CZK|SKK|RON|HRK)"
)
_AT_SIGNS: Final = re.compile(rb"@@:\d\d")
_ASCII: Final = bytes(range(128))


def decoded_head(head: bytes) -> str:
    """Return the beginning of a file as text; any code page does, for tags are ASCII."""
    encoding = _utf_16_of(head)
    if encoding is not None:
        return head.decode(encoding, "replace").removeprefix("\ufeff")
    return head.removeprefix(_UTF_8_MARK).decode("latin-1")


def _utf_16_of(head: bytes) -> str | None:
    if head[:2] in _UTF_16_MARKS:
        return _UTF_16_MARKS[head[:2]]
    if head[1:2] == b"\0" and head[:1] != b"\0":  # ASCII without a mark
        return "utf-16-le"
    return "utf-16-be" if head[:1] == b"\0" and head[1:2] != b"\0" and head[1:2] else None


def read_text(stream: BinaryIO, note: Callable[[str, int], None]) -> Iterator[str]:
    """Yield the text of a file in blocks of whole lines, each ended by LF alone.

    `note` is told the code page and the line when the file is not UTF-8. Raises
    MalformedStatement for broken UTF-16, TooLarge for a line that is too long.
    """
    first = stream.read(_CHUNK_BYTES)
    encoding = _utf_16_of(first)
    chunks = _chunks(first, stream)
    if encoding is not None:
        yield from _lines_of(_utf_16(chunks, encoding))
        return
    if _AT_SIGNS.search(first):
        chunks = _at_signs(chunks)
    pages = _CENTRAL if _CENTRAL_ACCOUNT.search(first) else _WESTERN
    decode = _Decoder(pages, note)
    for block in _whole_lines(chunks):
        yield decode(block)


def _chunks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    chunk = first.removeprefix(_UTF_8_MARK)
    while chunk:
        yield chunk
        chunk = stream.read(_CHUNK_BYTES)


def _at_signs(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Make line ends of the pairs of at signs, also of one that two chunks share."""
    rest = b""
    for chunk in chunks:
        whole = rest + chunk
        is_cut = whole.endswith(b"@") and not whole.endswith(b"@@")
        rest = whole[-1:] if is_cut else b""
        yield (whole[:-1] if is_cut else whole).replace(b"@@", b"\n")
    if rest:
        yield rest


def _whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    pending = b""
    count = 0
    for chunk in chunks:
        cut = chunk.rfind(b"\n") + 1 or chunk[:-1].rfind(b"\r") + 1  # the last CR may have its LF
        if cut:
            yield pending + chunk[:cut]
            pending = chunk[cut:]
        else:
            pending += chunk
            _check_line(len(pending), f"byte {count}")
        count += cut
    if pending:
        yield pending


def _with_line_feeds(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _Decoder:
    """Decodes blocks of whole lines; remembers the code page of what is not UTF-8."""

    def __init__(self, pages: tuple[str, ...], note: Callable[[str, int], None]) -> None:
        self._pages, self._note = pages, note
        self._page: str | None = None
        self._lines = 0

    def __call__(self, block: bytes) -> str:
        try:
            text = _with_line_feeds(block.decode("utf-8"))
        except UnicodeDecodeError:
            text = self._mixed(block)
        self._lines += text.count("\n")
        return text

    def _mixed(self, block: bytes) -> str:
        """Decode line by line, for one program may have written the texts of several."""
        if self._page is None:
            self._page = _best_page(block, self._pages)
        lines = []
        is_noted = False
        block = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for number, line in enumerate(block.split(b"\n"), self._lines + 1):
            try:
                lines.append(line.decode("utf-8"))
            except UnicodeDecodeError:
                lines.append(line.decode(self._page, "replace"))
                if not is_noted:
                    self._note(self._page, number)
                    is_noted = True
        return "\n".join(lines)


def _best_page(block: bytes, pages: tuple[str, ...]) -> str:
    letters = _CENTRAL_LETTERS if pages is _CENTRAL else _WESTERN_LETTERS
    high = block.translate(None, _ASCII)
    counts = [sum(char in letters for char in high.decode(page, "replace")) for page in pages]
    return pages[counts.index(max(counts))]


def _utf_16(chunks: Iterable[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk).removeprefix("\ufeff")
            lines += text.count("\n")
            yield text
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as wrong:
        raise MalformedStatement("the text is broken UTF-16", position=f"line {lines}") from wrong


def _lines_of(texts: Iterable[str]) -> Iterator[str]:
    """Make blocks of whole lines of any pieces of text."""
    pending = ""
    count = 0
    for text in texts:
        pending += text
        cut = pending.rfind("\n") + 1 or pending[:-1].rfind("\r") + 1
        if cut:
            count += pending.count("\n", 0, cut)
            yield _with_line_feeds(pending[:cut])
            pending = pending[cut:]
        else:
            _check_line(len(pending), f"line {count + 1}")
    if pending:
        yield _with_line_feeds(pending)


def _check_line(size: int, position: str) -> None:
    if size > LINE_SIZE_MAX:
        raise TooLarge(f"a line of more than {LINE_SIZE_MAX} characters", position=position)
