"""Helpers of the format tests: reading bytes into events, and what is expected to be refused."""

from __future__ import annotations

import io
from dataclasses import dataclass

from rappro.domain.bank import StatementClosed, StatementEvent, StatementLine, StatementOpened
from rappro.formats.protocol import StatementParser
from rappro.formats.registry import detect


@dataclass(frozen=True, slots=True)
class Read:
    """One statement as it was read."""

    opened: StatementOpened
    lines: list[StatementLine]
    closed: StatementClosed

    @property
    def codes(self) -> list[str]:
        return [finding.code for finding in self.closed.findings]


def events_of(data: bytes, parser: StatementParser | None = None) -> list[StatementEvent]:
    """Read all events of a file with the parser that recognises it, or with the one given."""
    return list((parser or detect(data)).parse(io.BytesIO(data)))


def read_all(data: bytes, parser: StatementParser | None = None) -> list[Read]:
    """Read every statement, and check that the events come in the order of the protocol."""
    reads: list[Read] = []
    opened: StatementOpened | None = None
    lines: list[StatementLine] = []
    for event in events_of(data, parser):
        if isinstance(event, StatementOpened):
            assert opened is None
            opened, lines = event, []
        elif isinstance(event, StatementLine):
            assert opened is not None
            lines.append(event)
            assert event.position == len(lines)
        else:
            assert opened is not None
            assert (event.ordinal, event.line_count) == (opened.ordinal, len(lines))
            assert event.ordinal == len(reads) + 1
            reads.append(Read(opened, lines, event))
            opened = None
    assert opened is None
    return reads


def read_one(data: bytes, parser: StatementParser | None = None) -> Read:
    """Read a file that holds one statement."""
    reads = read_all(data, parser)
    assert len(reads) == 1
    return reads[0]
