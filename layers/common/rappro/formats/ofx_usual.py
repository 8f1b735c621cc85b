"""Takes transactions of the usual form out of the text of an OFX 2 file, before the XML parser.

Most transactions are a flat row of known elements with plain text, and reading them needs no tree:
it takes a third of the time. What stands for a run of them is one empty element with the number of
the run, so that the parser still says whether the file is well-formed, and where a run stands. A
transaction is taken only when its text is surely what the parser would have read: names and end
tags agree, no text is long, and there is no entity, no CDATA, no attribute and no control
character. All other ones are left to the parser. What fields mean is not decided here.
"""

from __future__ import annotations

import re
from collections import deque
from operator import itemgetter
from typing import Final, NamedTuple

from rappro.formats.ofx_names import EXTRA_LEAVES, LEAVES, Fields
from rappro.formats.protocol import FIELD_CHARS_MAX

RUN: Final = "rappro-run"
"""The attribute that an element which stands for a run has; its value is the number of the run."""

_BEGIN, _END = "<STMTTRN>", "</STMTTRN>"
_BLANK: Final = re.compile(r"[ \t\r\n]*")
_TEXT: Final = rf"([^<>&\x00-\x1f]{{0,{FIELD_CHARS_MAX}}}+)"
_SHAPES_MAX: Final = 200  # a bank has few; to make one takes as long as to read a hundred
_ROW_CHARS_MAX: Final = 1_000
_GUESSES_MAX: Final = 500
_GUESS_CHARS_MAX: Final = 60
_IN_ORDER: Final = (
    "TRNTYPE", "TRNAMT", "DTPOSTED", "DTAVAIL", "VALUEDATE", "NAME", "MEMO", "FITID", "CHECKNUM",
    "REFNUM",
)  # fmt: skip


class Shape:
    """A row of elements with the white space between them and up to the next transaction.

    `fullmatch` finds the texts of a transaction of this shape, with an empty one at the end;
    `in_order` picks those of `_IN_ORDER` out of them, the empty one for each that it has not.
    """

    __slots__ = ("_labels", "fullmatch", "has_extras", "in_order", "line_count", "names")

    def __init__(self, names: list[str], blanks: list[str]) -> None:
        elements = [f"<{name}>{_TEXT}</{name}>" for name in names]
        row = "".join(map("".join, zip(blanks, [*elements, f"{_END}"], strict=False)))
        self.fullmatch = re.compile(f"{row}{blanks[-1]}()").fullmatch
        self.names = tuple(names)
        self.has_extras = not EXTRA_LEAVES.isdisjoint(names)
        self.line_count = "".join(blanks).count("\n")
        ranks = {name: rank for rank, name in enumerate(names)}
        self.in_order = itemgetter(*(ranks.get(name, -1) for name in _IN_ORDER))
        self._labels = [part for name in names for part in (f"\n{name}=", "")] + ["", ""]
        self._labels[0] = f"{names[0]}="

    def source(self, texts: tuple[str, ...]) -> str:
        """Return the fields of a transaction as one text, a line each."""
        parts = self._labels[:]
        parts[1::2] = texts
        return "".join(parts)


Usual = tuple[re.Match[str], Shape]
"""A transaction, matched by its shape. Plain, because one is made for most transactions."""


class Run(NamedTuple):
    """Transactions that follow each other in a file, the first one beginning at this line."""

    transactions: list[Usual]
    line: int


def fields_of(usual: Usual) -> Fields:
    """Return the fields of a usual transaction."""
    found, shape = usual
    return dict(zip(shape.names, found.groups(), strict=False))


class UsualTransactions:
    """The runs that were taken out of a file and not asked for yet."""

    def __init__(self) -> None:
        self._runs: deque[list[Usual]] = deque()
        self._begun = self._given = 0
        self._shapes: dict[str, Shape] = {}
        self._guesses: dict[str, Shape] = {}  # by the first element, most often the type
        self._last: Shape | None = None

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

        Where a comment, CDATA or an instruction may be, nothing is taken, nor where there is a
        character that no XML has; lines stay where they are. (To look for one character first is
        much faster.)
        """
        if _BEGIN not in text or ("!" in text and "<!" in text):
            return text
        if "\ufffe" in text or "\uffff" in text:
            return text
        kept = text.rfind("?>") + 2 if "?" in text and "<?" in text else 0
        if kept and "<?" in text[kept:]:
            return text
        before, *parts = text[kept:].split(_BEGIN)
        out, run = [text[:kept] + before], list[Usual]()
        guess, last = self._guesses.get, self._last
        for part in parts:
            shape = guess(part[: part.find("</")], last)
            found = shape.fullmatch(part) if shape is not None else None
            if found is not None and shape is not None:
                run.append((found, shape))
                continue
            usual, after = self._read(part)
            if usual is not None:
                run.append(usual)
                last = usual[1]
                if not after:
                    continue
            if run:
                out.append(self._stand_in(run))
                run = []
            out.append(after)
        if run:
            out.append(self._stand_in(run))
        self._last = last
        return "".join(out)

    def _stand_in(self, run: list[Usual]) -> str:
        self._runs.append(run)
        element = f'<STMTTRN {RUN}="{self._begun}"/>'
        self._begun += 1
        ends = "\n" * sum(shape.line_count for _, shape in run)
        columns = _columns(run)
        return f"{element}{ends}{' ' * (columns if ends else columns - len(element))}"

    def _read(self, part: str) -> tuple[Usual | None, str]:
        """Return a transaction, None when it is not usual, and the text that is left."""
        body, end, after = part.partition(_END)
        if not end:
            return None, _BEGIN + part
        blank = _BLANK.match(after)
        if blank is not None and blank.end() == len(after):
            text, after = part, ""
        else:
            text = body + end
        shape = self._shape(text)
        found = shape.fullmatch(text) if shape is not None else None
        if found is None or shape is None:
            return None, _BEGIN + part
        guess = text[: text.find("</")]
        if len(guess) <= _GUESS_CHARS_MAX and len(self._guesses) < _GUESSES_MAX:
            self._guesses[guess] = shape
        return (found, shape), after

    def _shape(self, text: str) -> Shape | None:
        """Return the shape of a text, None when it is not usual."""
        pieces = text.split("<")
        end = pieces.pop()
        row = "".join(pieces[::2]) + end
        shape = self._shapes.get(row)
        if shape is not None or len(row) > _ROW_CHARS_MAX or len(self._shapes) >= _SHAPES_MAX:
            return shape
        names = [leaf.partition(">")[0] for leaf in pieces[1::2]]
        ends = [*names, _END[2:-1]]
        begun, *closed = [*pieces[::2], end]
        blanks = [begun]
        for name, piece in zip(ends, closed, strict=False):
            if not piece.startswith(f"/{name}>"):
                return None
            blanks.append(piece[len(name) + 2 :])
        is_usual = (
            names and len(closed) == len(ends) and LEAVES.issuperset(names)
            and len(set(names)) == len(names)
            and all(map(_BLANK.fullmatch, blanks))
        )  # fmt: skip
        if not is_usual:
            return None
        shape = self._shapes[row] = Shape(names, blanks)
        return shape


def _columns(run: list[Usual]) -> int:
    """Return how many characters stand in the last line of a run."""
    columns = 0
    for found, _ in reversed(run):
        text = found.string
        end = text.rfind("\n")
        if end >= 0:
            return columns + len(text) - end - 1
        columns += len(_BEGIN) + len(text)
    return columns
