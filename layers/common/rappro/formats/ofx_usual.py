"""Takes transactions of the usual form out of the text of an OFX 2 file, before the XML parser.

Most transactions are a flat row of known elements with plain text, and reading them needs no tree:
it takes a third of the time. What stands for a run of them is one empty element with the number of
the run, so that the parser still says whether the file is well-formed, and where a run stands. A
transaction is taken only when its text is surely what the parser would have read: names and end
tags agree, and there is no entity, no CDATA, no attribute and no character but printable ones.
All other ones are left to the parser. What fields mean is not decided here.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

from rappro.formats.ofx_names import LEAVES, Fields

RUN: Final = "rappro-run"
"""The attribute that an element which stands for a run has; its value is the number of the run."""

_BEGIN, _END = "<STMTTRN>", "</STMTTRN>"
_SHAPE: Final = re.compile(r"[ \t\r\n]*(?:/[A-Z0-9]+>[ \t\r\n]*)+")
_NAME: Final = re.compile(r"/([A-Z0-9]+)>")
_SHAPES_MAX: Final = 500  # rows of elements, with their white space; a bank has few of them


Usual = tuple[Fields, str, int]
"""A transaction, its text, and how many lines after the first one of its run it begins. Plain,
because one is made for most transactions."""


class _Shape(NamedTuple):
    """The names of a row of elements, none if it is not usual, and the lines that it ends."""

    names: tuple[str, ...]
    line_count: int


class UsualTransactions:
    """The runs that were taken out of a file and not asked for yet."""

    def __init__(self) -> None:
        self._runs: deque[list[Usual]] = deque()
        self._begun = self._given = 0
        self._shapes: dict[str, _Shape] = {}

    @property
    def are_left(self) -> bool:
        """Say whether runs were taken out that nobody asked for."""
        return bool(self._runs)

    def run(self, number: str) -> list[Usual] | None:
        """Return the next run, if it has this number; runs come in the order of the file."""
        if not self._runs or number != str(self._given):
            return None
        self._given += 1
        return self._runs.popleft()

    def taken_out(self, text: str) -> str:
        """Return a text with an empty element in the place of each run of usual transactions.

        Where a comment, CDATA or an instruction may be, nothing is taken; lines stay where they
        are. (To look for one character first is much faster.)
        """
        if _BEGIN not in text or ("!" in text and "<!" in text):
            return text
        kept = text.rfind("?>") + 2 if "?" in text and "<?" in text else 0
        if kept and "<?" in text[kept:]:
            return text
        before, *parts = text[kept:].split(_BEGIN)
        before = text[:kept] + before
        out, run, lines, columns = [before], list[Usual](), 0, 0
        for part in parts:
            body, end, after = part.partition(_END)
            found = self._read(body) if end else None
            if found is not None:
                fields, source, line_count = found
                run.append((fields, source, lines))
                lines += line_count
                if after == "\n":
                    lines, columns = lines + 1, 0
                    continue
                if not after or after.isspace():
                    lines += after.count("\n")
                    columns = _columns(f"{body}{_END}{after}", columns)
                    continue
                columns = _columns(f"{body}{_END}", columns)
            if run:
                out.append(self._stand_in(run, lines, columns))
                run, lines, columns = [], 0, 0
            out.append(after if found is not None else f"{_BEGIN}{part}")
        if run:
            out.append(self._stand_in(run, lines, columns))
        return "".join(out)

    def _stand_in(self, run: list[Usual], lines: int, columns: int) -> str:
        self._runs.append(run)
        element = f'<STMTTRN {RUN}="{self._begun}"/>'
        self._begun += 1
        ends = "\n" * lines
        return f"{element}{ends}{' ' * (columns if ends else columns - len(element))}"

    def _read(self, body: str) -> Usual | None:
        """Return a transaction and the lines that it ends, None when it is not usual."""
        pieces = body.split("<")
        row, leaves = "".join(pieces[::2]), pieces[1::2]
        shape = self._shapes.get(row) or self._shape(row)
        texts = "".join(leaves)
        if "&" in texts or not texts.isprintable():
            return None
        try:
            fields: Fields = dict([leaf.split(">") for leaf in leaves])
        except ValueError:  # a bare > in a text, or an element that is empty or holds others
            return None
        if tuple(fields) != shape.names:
            return None
        return fields, "\n".join(leaves).replace(">", "="), shape.line_count

    def _shape(self, row: str) -> _Shape:
        names: tuple[str, ...] = ()
        if _SHAPE.fullmatch(row):
            names = tuple(_NAME.findall(row))
            if not LEAVES.issuperset(names):
                names = ()
        if len(self._shapes) >= _SHAPES_MAX:
            self._shapes.clear()
        shape = self._shapes[row] = _Shape(names, row.count("\n"))
        return shape


def _columns(text: str, before: int) -> int:
    """Return how many characters stand in the last line after a transaction."""
    end = text.rfind("\n")
    return before + len(_BEGIN) + len(text) if end < 0 else len(text) - end - 1
