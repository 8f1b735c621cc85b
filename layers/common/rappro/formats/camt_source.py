"""The bytes of a message on their way to the XML parser, without the entries that need no parser.

An entry of a known layout (`camt_layouts`) is cut out and waits as fields; the parser gets an
empty element in its place, so that the order of things, the statement an entry belongs to and the
line numbers stay as they are. All other bytes, and every entry out of the ordinary, reach the
parser untouched. Where something could hide what looks like a tag, cutting ends for good.
"""

from __future__ import annotations

import re
from collections import deque
from typing import BinaryIO, Final, Protocol

from rappro.domain.errors import TooLarge
from rappro.formats.camt_layouts import Entry, Layouts
from rappro.formats.camt_tree import CUT_DETAIL, CUT_ENTRY, Element, Fields
from rappro.formats.protocol import DETAILS_PER_LINE_MAX

ENTRY_BYTES_MAX: Final = 33_554_432
"""XML from one entry to the next: an entry and all its details are held in memory together."""

_CHUNK_BYTES: Final = 65_536
_CUT_BYTES_MAX: Final = 131_072  # larger entries, batches with many details, go to the parser
_PROLOG_BYTES_MAX: Final = 262_144
_BOM: Final = b"\xef\xbb\xbf"
_ENTRY: Final = re.compile(rb"<((?:[A-Za-z_][\w.-]*:)?)Ntry>")
_DECLARATION: Final = re.compile(
    rb"""<\?xml\s+version=["']1\.0["'](?:\s+encoding=["']([\w.-]+)["'])?[^>]*\?>"""
)
_ENCODINGS: Final = {  # in which a "<" is a "<" wherever it stands
    "utf-8": "utf-8",
    "us-ascii": "ascii",
    "iso-8859-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
}
_COMMENT_OR_INSTRUCTION: Final = re.compile(rb"<!--.*?-->|<\?.*?\?>", re.DOTALL)


class Reading(Protocol):
    """How the parser's elements become fields."""

    def entry(self, element: Element) -> Entry:
        """Read an entry."""

    def detail(self, element: Element) -> Entry:
        """Read a detail, as an entry without details."""


class CuttingSource:
    """Reads a message for the XML parser; what is cut out waits in two queues, in its order."""

    def __init__(self, stream: BinaryIO, read: Reading) -> None:
        self.entries: deque[Entry] = deque()
        self.details: deque[Fields] = deque()  # of entries that are not cut as a whole
        self._stream, self._read = stream, read
        self._passed = 0  # bytes since an entry ended
        self._ready, self._pending = self._up_to_first_entry()

    def _up_to_first_entry(self) -> tuple[bytes, bytes]:
        """Return the bytes before the first entry and what was read of the rest.

        Decides from them whether entries can be cut, and how they begin and end.
        """
        begun = chunk = self._stream.read(_CHUNK_BYTES).lstrip()  # XML may not begin with a blank
        found = _ENTRY.search(begun)
        while found is None and chunk and len(begun) < _PROLOG_BYTES_MAX:
            chunk = self._stream.read(_CHUNK_BYTES)
            begun += chunk
            found = _ENTRY.search(begun)
        self._is_cutting = False
        if found is None:
            return begun, b""
        encoding, prolog = _encoding(begun), begun[: found.start()]
        self._is_cutting = encoding is not None and _is_plain(prolog)
        self._encoding, prefix = encoding or "", found[1].decode("latin-1")
        self._start = re.compile(f"<{re.escape(prefix)}(?:Ntry|TxDtls)>")
        self._end_of_entry, self._end_of_detail = f"</{prefix}Ntry>", f"</{prefix}TxDtls>"
        self._entries = Layouts(prefix[:-1], CUT_ENTRY, self._read.entry)
        self._details = Layouts(prefix[:-1], CUT_DETAIL, self._read.detail)
        return prolog, begun[len(prolog) :]

    def read(self, _: int) -> bytes:
        """Return the next bytes for the parser. Raises TooLarge when no entry ends for too long."""
        passed, self._ready = self._ready, b""
        while not passed:
            if self._is_cutting:
                passed = self._without_entries()
            if not passed:
                chunk = self._stream.read(_CHUNK_BYTES)
                if not chunk or not self._is_cutting:
                    passed, self._pending = self._pending + chunk, b""
                    break
                self._pending += chunk
        self._passed += len(passed)
        if self._passed > ENTRY_BYTES_MAX or len(self.details) > DETAILS_PER_LINE_MAX:
            raise TooLarge(f"an entry of more than {ENTRY_BYTES_MAX} bytes of XML or more than"
                           f" {DETAILS_PER_LINE_MAX} details")  # fmt: skip
        return passed

    def entry_ended(self) -> None:
        """Begin anew to count the bytes of an entry."""
        self._passed = 0

    def _without_entries(self) -> bytes:
        """Take whole entries off the pending bytes; return these without what was cut out."""
        pending = self._pending
        whole = _past_last(pending, self._end_of_entry)
        if not whole and len(pending) > _CUT_BYTES_MAX:  # then at least whole details
            whole = _past_last(pending, self._end_of_detail)
            if not whole:
                return self._without_end()
        try:
            text = pending[:whole].decode(self._encoding)
        except UnicodeDecodeError:  # the parser will say what is wrong
            self._is_cutting = False
            return b""
        self._pending = pending[whole:]
        return "".join(self._cut(text)).encode(self._encoding)

    def _without_end(self) -> bytes:
        """Pass on the beginning of something too large, up to a tag that may go on."""
        held = self._pending.rfind(b"<")
        held = held if held > 0 else len(self._pending)
        passed, self._pending = self._pending[:held], self._pending[held:]
        self._is_cutting = b"<!" not in passed and b"<?" not in passed
        return passed

    def _cut(self, text: str) -> list[str]:
        """Return the pieces of a text that the parser gets, with stand-ins for what it does not."""
        out: list[str] = []
        place, start = 0, self._start.search(text)
        while start is not None:
            between = text[place : start.start()]
            if "<!" in between or "<?" in between:
                self._is_cutting = False
                break
            stand_in, end = self._cut_one(text, start)
            out += between, stand_in
            place, start = end, self._start.search(text, end)
        rest = text[place:]
        self._is_cutting = self._is_cutting and "<!" not in rest and "<?" not in rest
        out.append(rest)
        return out

    def _cut_one(self, text: str, start: re.Match[str]) -> tuple[str, int]:
        """Cut what begins here; return what stands for it and where to go on.

        What cannot be cut gives its start tag, and what is in it is looked at next.
        """
        is_entry = start[0].endswith("Ntry>")
        layouts = self._entries if is_entry else self._details
        found = layouts.match(text, start.start())
        if found is not None:
            layout, match = found
            entry = layout.entry(match)
            if entry is not None:
                if is_entry:
                    self.entries.append(entry)
                else:
                    self.details.append(entry.fields)
                return layout.stand_in(match), match.end()
        else:
            end_tag = self._end_of_entry if is_entry else self._end_of_detail
            end = text.find(end_tag, start.end())
            if end >= 0:
                layouts.learn(text[start.start() : end + len(end_tag)])
        return start[0], start.end()


def _past_last(pending: bytes, tag: str) -> int:
    place = pending.rfind(tag.encode())
    return place + len(tag) if place >= 0 else 0


def _encoding(begun: bytes) -> str | None:
    """Return Python's name of the encoding of XML 1.0, None when entries cannot be cut in it."""
    text = begun.removeprefix(_BOM)
    if not text.startswith(b"<?xml"):
        return "utf-8" if text.startswith(b"<") else None
    declared = _DECLARATION.match(text)
    if declared is None:
        return None
    name = (declared[1] or b"utf-8").decode("latin-1").lower()
    return _ENCODINGS.get(name) if name == "utf-8" or len(text) == len(begun) else None


def _is_plain(prolog: bytes) -> bool:
    """Say whether the prolog ends outside of comments, CDATA, instructions and document types."""
    rest = _COMMENT_OR_INSTRUCTION.sub(b"", prolog)
    return b"<!" not in rest and b"<?" not in rest
