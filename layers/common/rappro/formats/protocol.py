"""What a parser of bank statements is, and the bounds that all of them keep.

No format lives here. A format is a module of this package with one class that fulfils
`StatementParser`, one line in `registry.py`, a page in `docs/formats/` and fixtures.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, Protocol

from rappro.domain.bank import StatementEvent

HEAD_BYTES: Final = 65_536
"""How much of a file's beginning `recognises` is given; signed envelopes can be long."""

STATEMENTS_PER_FILE_MAX: Final = 10_000
"""What a parser of small statements reads in one file; an import takes fewer."""

LINES_PER_STATEMENT_MAX: Final = 1_000_000
DETAILS_PER_LINE_MAX: Final = 50_000
"""Parts of one batch entry; they are held in memory together."""

FIELD_CHARS_MAX: Final = 2_000
"""One field of a file; the longest text of ISO 20022 statements has 500 characters."""

LINE_TEXT_CHARS_MAX: Final = 16_000
"""One of the five texts of a line, joined from all its fields."""

RAW_CHARS_MAX: Final = 4_000
"""`StatementLine.raw`; cut there, because the source file itself is kept."""


class StatementParser(Protocol):
    """Reads one format of bank statements.

    A parser is stateless: `parse` may run twice on the same file, and on several at once.
    """

    @property
    def format(self) -> str:
        """The name by which a journal or a request forces the format: "camt.053", "cfonb120"."""

    def recognises(self, head: bytes) -> bool:
        """Say whether a file that begins with these bytes (HEAD_BYTES at most) is of this format.

        By content only. Exactly one parser may recognise a file. Never raises.
        """

    def parse(self, stream: BinaryIO) -> Iterator[StatementEvent]:
        """Yield each statement: StatementOpened, its lines in file order, StatementClosed.

        Reads forward only, in flat memory, and reports what it reads: whether a statement balances
        is for the caller to control. Nothing may be kept of a file until the iterator has ended
        without an error. Raises MalformedStatement, UnsupportedCurrency and TooLarge, each with
        the position in the file.
        """
