"""Cuts the text of FIN messages into fields: what stands between two tags.

A tag begins a line, as in `:61:`. But so may text, when a bank wraps lines at 65 characters within
a time such as 10:37:00; so the pieces made here are candidates, and the reader of messages joins
those that are none. Nothing is known here of what fields mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import BinaryIO, Final

from rappro.domain.errors import TooLarge
from rappro.formats.mt_text import read_text

FIELD_SIZE_MAX: Final = 100_000
"""What stands between two tags; above all the text between two messages can be long."""


@dataclass(slots=True)
class Block:
    """Some fields that follow each other, without the colon they begin with.

    The first field of a file is the text before the first tag.
    """

    first_line: int
    fields: list[str]
    _lines: list[int] | None = None  # where each field begins, once somebody asks

    def line(self, index: int) -> int:
        """Return the number of the line on which a field begins."""
        if self._lines is None:
            sizes = (field.count("\n") + 1 for field in self.fields)
            self._lines = list(accumulate(sizes, initial=self.first_line))
        return self._lines[index]


Place = tuple[Block, int]
"""A field: its block, and its index there."""


def where(place: Place) -> str:
    """Return the position of a field for a person."""
    block, index = place
    return f"line {max(1, block.line(index))}"


def read_blocks(stream: BinaryIO, note: Callable[[str, int], None]) -> Iterator[Block]:
    """Yield the fields of a file, block by block. Raises MalformedStatement and TooLarge.

    `note` is told the code page and the line when the file is not UTF-8.
    """
    pending, line = "\n", 0  # a tag on the first line follows a line end, too
    for text in read_text(stream, note):
        pending += text
        cut = pending.rfind("\n:")
        if cut < 0:
            if len(pending) > FIELD_SIZE_MAX:
                raise TooLarge(f"a field of more than {FIELD_SIZE_MAX} characters",
                               position=f"line {max(line, 1)}")  # fmt: skip
            continue
        whole = pending[:cut]
        yield Block(line, whole.split("\n:"))
        line += whole.count("\n") + 1
        pending = pending[cut + 2 :]
    yield Block(line, [pending])
