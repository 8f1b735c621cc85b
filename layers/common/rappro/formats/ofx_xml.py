"""Reads the XML of OFX 2: safe events, flat memory, and elements turned into flat fields.

Nothing is resolved, fetched or allowed to grow without bounds, and a document type is refused. A
bare `&` and the entities of HTML, which banks write though XML forbids them, are mended before
the parser sees them. What the elements mean is the business of `ofx_statement`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any, Final

from lxml import etree

from rappro.domain.errors import TooLarge
from rappro.formats.findings import FindingLog
from rappro.formats.ofx_names import (
    AGGREGATES,
    BLOCK_CHARS_MAX,
    LEFT_OUT,
    OWNERS,
    STATEMENTS,
    TRANSACTIONS,
    Fields,
    Told,
    check_lengths,
    malformed,
)
from rappro.formats.ofx_text import Source, decoded
from rappro.formats.ofx_usual import RUN, Run, UsualTransactions
from rappro.formats.protocol import FIELD_CHARS_MAX

Element = etree._Element  # noqa: SLF001 - lxml's public name for it is a function

GAP_CHARS_MAX: Final = 4_194_304
"""XML from one transaction or statement to the next; only these are freed as they pass,
and a tree takes some thirty times the space of its text."""

FIELDS_MAX: Final = 1_000
_CHUNK_BYTES: Final = 65_536
_DEPTH_MAX: Final = 50
_SAFE: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,
    "collect_ids": False,
}
_NAMES: Final = TRANSACTIONS | STATEMENTS | LEFT_OUT | AGGREGATES | OWNERS.keys() | {"OFX"}
_BOUNDS: Final = STATEMENTS | LEFT_OUT
_LISTS: Final = ("BANKTRANLIST", "BANKTRANLISTP", "STMTRS", "CCSTMTRS", "INVBANKTRAN")
_AMPERSAND: Final = re.compile(
    r"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<!--|<!\[CDATA\["
    r"|&(?!(?:amp|lt|gt|quot|apos|#\d{1,8}|#x[0-9A-Fa-f]{1,8});)(?:([A-Za-z]\w{0,30});)?",
    re.DOTALL,
)
_OPENINGS: Final = ("<!--", "<![CDATA[")
_BLANK: Final = "\ufeff \t\r\n"
_HELD_CHARS: Final = 40  # the longest entity, and the longest beginning of a section
_NAMES_KEPT: Final = 500


def read_xml(stream: Source, findings: FindingLog) -> Iterator[Told | Run]:
    """Yield what a file says, in its order. Raises MalformedStatement and TooLarge."""
    source = _MendedSource(stream, findings)
    events = etree.iterparse(
        source,
        events=("start", "end"),
        tag=tuple(f"{{*}}{name}" for name in _NAMES),
        encoding="utf-8",
        **_SAFE,
    )
    reader = _XmlReader(source)
    try:
        for event, element in events:
            if event == "start":
                told = reader.begun(element)
            elif (number := element.get(RUN)) is not None:
                yield reader.run(element, number)
                continue
            else:
                told = reader.ended(element)
            if told is not None:
                yield told
        if source.usual.are_left:
            raise malformed("transactions stand where none can be", 1)
    except etree.XMLSyntaxError as wrong:
        line, _ = wrong.position
        raise malformed(f"not well-formed XML: {wrong.msg[:200]}", line) from wrong


def _line(element: Element) -> int:
    line: Any = element.sourceline  # lxml-stubs have no type for it
    return int(line or 0)


class _LocalNames(dict[str, str]):
    """The names of elements without their namespaces."""

    def __missing__(self, tag: str) -> str:
        name = tag[tag.rfind("}") + 1 :]
        if len(self) < _NAMES_KEPT:
            self[tag] = name
        return name


class _XmlReader:
    """Turns elements into what the file says, and frees what has been read."""

    def __init__(self, source: _MendedSource) -> None:
        self._source, self._local = source, _LocalNames()
        self._before: Element | None = None  # the transaction before, which may go now
        self._is_checked = False

    def begun(self, element: Element) -> Told | None:
        """Return what the start of an element says."""
        if not self._is_checked:
            self._is_checked = True
            if element.getroottree().docinfo.internalDTD is not None:
                raise malformed("a document type is not accepted", 1)
        name = self._local[element.tag]
        return Told(name, {}, _line(element)) if name in _BOUNDS else None

    def ended(self, element: Element) -> Told | None:
        """Return what a whole element says."""
        name, line = self._local[element.tag], _line(element)
        if name in TRANSACTIONS:
            return self._transaction(name, element, line)
        if name in _BOUNDS:
            self._free(element)
            return Told(f"/{name}", {}, line)
        if name == "OFX":
            return None
        parent = element.getparent()
        if name in OWNERS and (parent is None or self._local[parent.tag] not in OWNERS[name]):
            return None
        fields = self._fields(element, line) if name in AGGREGATES else {"": element.text or ""}
        check_lengths(fields, line)
        return Told(name, fields, line)

    def run(self, element: Element, number: str) -> Run:
        """Return the transactions that an empty element stands for."""
        line = _line(element)
        self._check_place(element, line)
        run = self._source.usual.run(number)
        if run is None:
            raise malformed(f"the attribute {RUN} is not one of OFX", line)
        return Run(run, line)

    def _transaction(self, name: str, element: Element, line: int) -> Told:
        self._check_place(element, line)
        fields = self._fields(element, line)
        source = "\n".join(map("=".join, fields.items()))
        if len(source) > FIELD_CHARS_MAX:
            check_lengths(fields, line)
        return Told(name, fields, line, source)

    def _check_place(self, element: Element, line: int) -> None:
        """Check that a transaction stands in a list, and free the one before it."""
        parent = element.getparent()
        if parent is None or self._local[parent.tag] not in _LISTS:
            raise malformed("a transaction stands outside of a list of transactions", line)
        before, self._before = self._before, element
        if before is not None and before.getparent() is parent:
            parent.remove(before)
        self._source.passed = 0

    def _fields(self, element: Element, line: int) -> Fields:
        fields: Fields = {}
        local = self._local
        for child in element[:]:  # type: ignore[index]  # lxml-stubs do not know slices
            if len(child):
                self._nested(child, local[child.tag], fields, depth=1)
            else:
                fields.setdefault(local[child.tag], child.text or "")
        if len(fields) > FIELDS_MAX:
            raise TooLarge(f"more than {FIELDS_MAX} fields", position=f"line {line}")
        return fields

    def _nested(self, element: Element, path: str, fields: Fields, *, depth: int) -> None:
        if depth > _DEPTH_MAX:
            raise malformed(f"more than {_DEPTH_MAX} elements in one another",
                            _line(element))  # fmt: skip
        for child in element:
            name = f"{path}.{self._local[child.tag]}"
            if len(child):
                self._nested(child, name, fields, depth=depth + 1)
            else:
                fields.setdefault(name, child.text or "")

    def _free(self, element: Element) -> None:
        """Free a statement, and what stands before it and before its answer."""
        self._before, self._source.passed = None, 0
        element.clear()
        for _ in range(2):
            parent = element.getparent()
            if parent is None:
                break
            del parent[: parent.index(element)]
            element = parent


class _MendedSource:
    """Reads a file for the parser, as UTF-8, with stray ampersands made well-formed."""

    def __init__(self, stream: Source, findings: FindingLog) -> None:
        self.passed = 0  # characters since something was freed
        self.usual = UsualTransactions()
        self._findings = findings
        self._chunks = decoded(stream, findings)
        self._pending = next(self._chunks, "").lstrip(_BLANK)  # XML may not begin with a blank

    def read(self, _: int) -> bytes:
        """Return the next bytes, none at the end. Raises TooLarge."""
        ready = ""
        while not ready:
            chunk = next(self._chunks, None)
            ready, self._pending = self._split(self._pending + (chunk or ""), is_last=chunk is None)
            if len(self._pending) > BLOCK_CHARS_MAX:
                raise TooLarge(f"a comment or a text of more than {BLOCK_CHARS_MAX} characters",
                               position="after the last transaction")  # fmt: skip
            if chunk is None:
                break
        self.passed += len(ready)
        if self.passed > GAP_CHARS_MAX:
            raise TooLarge(f"more than {GAP_CHARS_MAX} characters without a transaction",
                           position="after the last transaction")  # fmt: skip
        return self.usual.taken_out(ready).encode()

    def _split(self, text: str, *, is_last: bool) -> tuple[str, str]:
        """Return the text that is complete, mended, and the rest."""
        begun = max(text.rfind("&", -_HELD_CHARS), text.rfind("<", -_HELD_CHARS))
        end = len(text) if is_last or begun < 0 else begun
        if "&" not in text and ("!" not in text or "<!" not in text):
            return text[:end], text[end:]
        out: list[str] = []
        place = 0
        for found in _AMPERSAND.finditer(text):
            start = found.start()
            if start >= end:
                break
            if found[0] in _OPENINGS:
                end = len(text) if is_last else start
                break
            if found[0][0] == "&":
                out += text[place:start], self._mended(found)
                place = found.end()
            end = max(end, found.end())
        return "".join(out) + text[place:end], text[end:]

    def _mended(self, found: re.Match[str]) -> str:
        self._findings.note("ampersand_bare", "text")
        characters = html5.get(f"{found[1]};") if found[1] else None
        if characters is None:
            return found[0].replace("&", "&amp;")
        return "".join(f"&#{ord(one)};" for one in characters)
