"""The messages camt.053, .052 and .054: how they are recognised, and their statements in order.

The three differ in the names of their container and of their statements, and in what the bank
puts in; one reader serves all. The message may stand alone or in an envelope, such as a business
header or SOAP.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from rappro.domain.bank import StatementEvent, StatementOpened
from rappro.domain.errors import MalformedStatement
from rappro.formats.camt_catalogue import CATALOGUE
from rappro.formats.camt_statement import Statement
from rappro.formats.camt_tree import Element, ended_elements, local_name, xml_line
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
        findings = FindingLog(CATALOGUE)
        statement: Statement | None = None
        parent: Element | None = None
        before: Element | None = None
        ordinal = 0
        for element in ended_elements(stream, ("Ntry", self.statement)):
            if element.tag.endswith("Ntry"):
                if element.getparent() is not parent:
                    parent, before = self._parent(element), None
                    ordinal += 1
                    statement = Statement(parent, ordinal, findings)
                    yield StatementOpened(statement.account, ordinal)
                assert statement is not None
                assert parent is not None
                yield statement.line(element)
                if before is not None:
                    parent.remove(before)
                before = element
            else:
                if element is not parent or statement is None:
                    ordinal += 1
                    statement = Statement(element, ordinal, findings)
                    yield StatementOpened(statement.account, ordinal)
                yield statement.closed(element)
                statement = parent = before = None
                _forget(element)
        if ordinal == 0:
            raise MalformedStatement("the message holds no statement", position="end of file")

    def _parent(self, entry: Element) -> Element:
        parent = entry.getparent()
        if parent is None or local_name(parent) != self.statement:
            raise MalformedStatement(f"an entry outside of a statement ({self.statement})",
                                     position=xml_line(entry))  # fmt: skip
        return parent


def _forget(statement: Element) -> None:
    """Free a statement that has ended, and what stands before it."""
    statement.clear()
    container = statement.getparent()
    if container is not None:
        del container[: container.index(statement)]
