"""The messages camt.053, .052 and .054: how they are recognised, and their statements in order.

The three differ in the names of their container and of their statements, and in what the bank
puts in; one reader serves all. The message may stand alone or in an envelope, such as a business
header or SOAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final

from rappro.domain.bank import (
    StatementClosed,
    StatementEvent,
    StatementLine,
    StatementOpened,
)  # fmt: skip
from rappro.domain.errors import MalformedStatement
from rappro.domain.frozen import dataclass
from rappro.formats.camt_catalogue import CATALOGUE
from rappro.formats.camt_lines import EntryReader
from rappro.formats.camt_source import CuttingSource
from rappro.formats.camt_statement import Statement
from rappro.formats.camt_tree import CUT_ENTRY, Element, ended_elements, local_name, xml_line
from rappro.formats.findings import FindingLog

_COMMENT: Final = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CONTAINER: Final = re.compile(
    r"<(?:[\w.-]+:)?(BkToCstmr(?:Stmt|AcctRpt|DbtCdtNtfctn))(?:V\d\d)?[\s/>]"
)
_NAMESPACE: Final = re.compile(r"camt\.(05[234])\.001")
_CONTAINERS: Final = {
    "BkToCstmrAcctRpt": "camt.052",
    "BkToCstmrStmt": "camt.053",
    "BkToCstmrDbtCdtNtfctn": "camt.054",
}


def message_of(head: bytes) -> str | None:
    """Return which of the three messages a file begins with: "camt.053"; None when it is none.

    The container decides; only if an envelope is so long that it does not come, the namespace.
    """
    text = _decoded(head).lstrip("\ufeff\r\n\t ")
    if not text.startswith("<"):
        return None
    text = _COMMENT.sub("", text)
    container = _CONTAINER.search(text)
    if container is not None:
        return _CONTAINERS[container[1]]
    namespace = _NAMESPACE.search(text)
    return f"camt.{namespace[1]}" if namespace is not None else None


def _decoded(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return head.decode("utf-16", errors="replace")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


@dataclass(frozen=True, slots=True)
class CamtParser:
    """Reads one of the messages; `statement` is the local name of its statements."""

    format: str
    statement: str

    def recognises(self, head: bytes) -> bool:
        """Say whether the file begins with this message."""
        return message_of(head) == self.format

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield the statements of a file; see `StatementParser.parse`.

        An entry is removed from the tree when the next one is read, so that memory stays flat.
        """
        message = _Message(stream, self.statement)
        for element in ended_elements(message.source, ("Ntry", CUT_ENTRY, self.statement)):
            if element.tag.endswith("Ntry"):
                parent = element.getparent()
                if parent is None or parent is not message.parent:
                    yield message.opened(parent, xml_line(element))
                yield message.line(element)
            else:
                if message.parent is None:
                    yield message.opened(element, xml_line(element))
                yield message.closed(element)
        message.end()


class _Message:
    """A message while its statements stream by, one after the other."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._reader = EntryReader()
        self.source = CuttingSource(stream, self._reader)
        self.parent: Element | None = None  # the statement that is open
        self._name, self._ordinal = name, 0
        self._findings = FindingLog(CATALOGUE)
        self._statement: Statement | None = None
        self._before: Element | None = None

    def opened(self, element: Element | None, position: str) -> StatementOpened:
        """Open the statement that an element is. Raises MalformedStatement when it is none."""
        if element is None or local_name(element) != self._name or self.parent is not None:
            raise MalformedStatement(f"an entry outside of a statement ({self._name})",
                                     position=position)  # fmt: skip
        self._ordinal += 1
        self.parent, self._before = element, None
        self._statement = Statement(
            element, self._ordinal, self._findings, has_pages=self._name == "Stmt"
        )
        return StatementOpened(self._statement.account, self._ordinal)

    def line(self, element: Element) -> StatementLine:
        """Return the line of an entry, and free the entry before it."""
        self.source.entry_ended()
        assert self._statement is not None
        assert self.parent is not None
        if not element.tag.endswith(CUT_ENTRY):
            entry = self._reader.entry(element, self.source.details)
        elif self.source.entries:
            entry = self.source.entries.popleft()
        else:
            raise _stray(xml_line(element))
        line = self._statement.line(entry, element)
        if self._before is not None:
            self.parent.remove(self._before)
        self._before = element
        return line

    def closed(self, element: Element) -> StatementClosed:
        """Close the open statement, and free it with what stands before it."""
        if element is not self.parent or self._statement is None:
            raise MalformedStatement("a statement within another", position=xml_line(element))
        closed = self._statement.closed(element)
        self.parent = self._statement = None
        element.clear()
        container = element.getparent()
        if container is not None:
            del container[: container.index(element)]
        return closed

    def end(self) -> None:
        """Check that the message held a statement, and that everything cut out was asked for."""
        if self._ordinal == 0:
            raise MalformedStatement("the message holds no statement", position="end of file")
        if self.source.entries or self.source.details:
            raise _stray("end of file")


def _stray(position: str) -> MalformedStatement:
    return MalformedStatement("an element with a name that only this reader uses",
                              position=position)  # fmt: skip
