"""Reads the SGML of OFX 1, in which texts have no end tag, or have one, as the bank likes.

A tag with a text is an element, whether it is closed or not. A tag without one is an aggregate if
its name is known as one, or if its own end tag comes later; otherwise it is an empty element. So
an unclosed `<MEMO>` swallows nothing. What the elements mean is the business of `ofx_statement`.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from typing import Final

from rappro.formats.findings import FindingLog
from rappro.formats.ofx_names import (
    AGGREGATES,
    BLOCK_CHARS_MAX,
    CONTAINERS,
    LEAVES,
    LEFT_OUT,
    LISTS,
    OWNERS,
    PARTS,
    STATEMENTS,
    TRANSACTIONS,
    Fields,
    Told,
    check_lengths,
    malformed,
    too_large,
)
from rappro.formats.ofx_text import Source, read_text
from rappro.formats.ofx_values import unescaped
from rappro.formats.protocol import FIELD_CHARS_MAX

_TRANSACTION: Final = re.compile(r"<(STMTTRNP?)\s*>")
_QUICK: Final = re.compile(r"<([^<>]*)>([^<]*)")
_TAG: Final = r"<(/?[A-Za-z][\w.]*)(?:\s[^<>]{0,400})?(/?)>"
# A text goes on over a "<" that begins no tag.
_CAREFUL: Final = re.compile(_TAG + r"([^<]*+(?:<(?!/?[A-Za-z][\w.]*[\s/>])[^<]*+)*+)")
_QUICK_NAMES: Final = LEAVES | {f"/{name}" for name in LEAVES}
_AFTER_LIST: Final = AGGREGATES | LISTS
_DEPTH_MAX: Final = 50


def read_sgml(stream: Source, findings: FindingLog) -> Iterator[Told]:
    """Yield what a file says, in its order. Raises MalformedStatement and TooLarge."""
    return _SgmlReader(findings).told(read_text(stream, findings))


class _SgmlReader:
    """Where the reader is in the file, and what is open there."""

    def __init__(self, findings: FindingLog) -> None:
        self._findings = findings
        self._line = 1
        self._open: list[str] = []  # containers, from the outermost
        self._fields: Fields | None = None  # of the aggregate that is being read
        self._has_ofx = False

    def told(self, chunks: Iterator[str]) -> Iterator[Told]:
        pending = ""
        for chunk in chunks:
            pending += chunk
            used = yield from self._part(pending, is_last=False)
            pending = pending[used:]
            if len(pending) > BLOCK_CHARS_MAX:
                raise too_large("a transaction or a text", BLOCK_CHARS_MAX, self._line)
        yield from self._part(pending, is_last=True)
        if self._open:
            raise malformed(f"the file ends before the end of {self._open[-1]}", self._line)
        if not self._has_ofx:
            raise malformed("the file holds no OFX element", self._line)

    def _part(self, text: str, *, is_last: bool) -> Generator[Told, None, int]:
        """Read what is complete in a text; return how much of it that is."""
        place = 0
        while True:
            found = _TRANSACTION.search(text, place)
            if found is not None:
                start = found.start()
            else:
                start = len(text) if is_last else max(text.rfind("<", place), place)
            if start > place:
                between = text[place:start]
                if not between.isspace():
                    yield from self._between(between)
                self._line += between.count("\n")
            if found is None:
                return start
            name = found[1]
            end = text.find(f"</{name}>", found.end())
            if end < 0:
                if is_last:
                    raise malformed("the file ends within a transaction", self._line)
                return start
            block = text[found.end() : end]
            yield Told(name, transaction_fields(block, self._line), self._line, block)
            self._line += block.count("\n")
            place = end + len(name) + 3

    def _between(self, text: str) -> Iterator[Told]:
        """Read the tags around transactions."""
        line, place = self._line, 0
        for found in _CAREFUL.finditer(text):
            line += text.count("\n", place, found.start())
            place = found.start()
            name, slash, content = found.groups()
            if slash:  # an empty element of XML
                continue
            if name[0] == "/":
                if name[1:] in CONTAINERS:
                    yield from self._ended(name[1:], line)
            elif name in CONTAINERS:
                yield from self._begun(name, line)
            elif self._fields is not None:
                self._fields.setdefault(name, _text(content, line))
            elif name in OWNERS and self._open and self._open[-1] in OWNERS[name]:
                yield Told(name, {"": _text(content, line)}, line)

    def _begun(self, name: str, line: int) -> Iterator[Told]:
        if self._fields is not None:
            raise malformed(f"{name} begins within {self._open[-1]}", line)
        if name in _AFTER_LIST:
            self._end_list(line)
        if not self._has_ofx and name != "OFX":
            raise malformed(f"{name} stands before OFX", line)
        if len(self._open) >= _DEPTH_MAX:
            raise malformed(f"more than {_DEPTH_MAX} elements in one another", line)
        self._has_ofx = True
        self._open.append(name)
        if name in AGGREGATES:
            self._fields = {}
        elif name in STATEMENTS or name in LEFT_OUT:
            yield Told(name, {}, line)

    def _ended(self, name: str, line: int) -> Iterator[Told]:
        if name not in LISTS:
            self._end_list(line)
        if not self._open or self._open[-1] != name:
            within = self._open[-1] if self._open else "nothing"
            raise malformed(f"{name} ends within {within}", line)
        self._open.pop()
        if name in AGGREGATES:
            fields, self._fields = self._fields or {}, None
            owner = self._open[-1] if self._open else ""
            if name not in OWNERS or owner in OWNERS[name]:
                yield Told(name, fields, line)
        elif name in STATEMENTS or name in LEFT_OUT:
            yield Told(f"/{name}", {}, line)

    def _end_list(self, line: int) -> None:
        """End a list of transactions whose end tag is missing: what comes cannot be in it."""
        if self._open and self._open[-1] in LISTS:
            self._findings.note("end_missing", f"line {line}", about=self._open.pop())


def _text(content: str, line: int) -> str:
    text = content.strip()
    if len(text) > FIELD_CHARS_MAX:
        raise too_large("a field", FIELD_CHARS_MAX, line)
    return unescaped(text) if "&" in text else text


def transaction_fields(block: str, line: int) -> Fields:
    """Return the fields of a transaction. Raises MalformedStatement and TooLarge.

    Almost all transactions hold known elements only, each once; the others are read with care.
    """
    found = _QUICK.findall(block)
    fields: Fields = dict(found)
    if not (len(fields) == len(found) == block.count("<") and fields.keys() <= _QUICK_NAMES):
        fields = _careful_fields(block, line)
    if len(block) > FIELD_CHARS_MAX:
        check_lengths(fields, line)
    if "&" in block:
        for name, text in fields.items():
            if "&" in text:
                fields[name] = unescaped(text)
    return fields


def _careful_fields(block: str, line: int) -> Fields:
    """Read a transaction with aggregates in it, or with elements of other names."""
    tags = _CAREFUL.findall(block)
    last_end = {tag[0]: rank for rank, tag in enumerate(tags) if tag[0][0] == "/"}
    fields: Fields = {}
    path: list[str] = []
    for rank, (name, slash, content) in enumerate(tags):
        if name in CONTAINERS or name in TRANSACTIONS:
            raise malformed(f"{name} begins within a transaction", line)
        if name[0] == "/":
            if path and path[-1] == name[1:]:
                path.pop()
            elif name[1:] in path or name[1:] in CONTAINERS:
                raise malformed(f"{name[1:]} ends within {path[-1] if path else 'nothing'}", line)
            continue
        end = last_end.get(f"/{name}", -1)
        is_closed = end > rank if name in PARTS else end > rank + 1 and name not in LEAVES
        if is_closed and not slash and not content.strip():
            path.append(name)
            if len(path) > _DEPTH_MAX:
                raise malformed(f"more than {_DEPTH_MAX} elements in one another", line)
        else:
            fields.setdefault(".".join([*path, name]), content)
    if path:
        raise malformed(f"{path[-1]} does not end within its transaction", line)
    return fields
