"""Where a search over a company goes on: places in its order, and cursors that hold one.

A cursor names a place in the caller's own lists and nothing else, so a made-up one reads nothing
that the search would not show. It is good for the very search that it was made for, of one company.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import date
from typing import Any, Final, NamedTuple

from rappro.domain.errors import InvalidRequest
from rappro.domain.records import LineRecord, StatementRecord

AT_END: Final = 10**9
"""Past the last line of any statement."""
_MARK_CHARS: Final = 16
_VALUE_MAX: Final = 10**30
_ID_CHARS_MAX: Final = 200


class Listed(NamedTuple):
    """The place of a statement in the lists of them: newest period first, then by id.

    `age` is minus the day that its period ends on; 0, and so behind all others, without one.
    """

    age: int
    statement: str

    @classmethod
    def of(cls, statement: StatementRecord) -> Listed:
        """Return the place of a statement."""
        ends = statement.period_to
        return cls(0 if ends is None else -ends.toordinal(), statement.id)

    @property
    def end(self) -> tuple[date | None, str]:
        """The end of the period and the id, as the store names the place."""
        return None if self.age == 0 else date.fromordinal(-self.age), self.statement


UNDATED: Final = Listed(-1, "")
"""Before the statements without a period, behind all others."""


class Place(NamedTuple):
    """A place in the order of what is found: by a value first, if one is asked for."""

    value: int
    listed: Listed
    position: int

    @classmethod
    def of_line(cls, statement: StatementRecord, line: LineRecord, value: int = 0) -> Place:
        """Return the place of a line."""
        return cls(value, Listed.of(statement), line.line.position)

    @classmethod
    def of_statement(cls, statement: StatementRecord, value: int = 0) -> Place:
        """Return the place behind all lines of a statement."""
        return cls(value, Listed.of(statement), AT_END)


class Start(NamedTuple):
    """Where to go on: behind a place; `before` is the statement in the list before that one."""

    place: Place
    before: Listed | None = None


def write_place(search: object, start: Start) -> str:
    """Return the cursor of a search that goes on from somewhere."""
    value, listed, position = start.place
    said = [_mark(search), value, *listed, position, *(start.before or ())]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def read_place(search: object, cursor: str | None) -> Start | None:
    """Return where a search goes on; None at its beginning. Raises InvalidRequest."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        said = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        mark, value, age, statement, position, *before = said
        _require(mark == _mark(search))
        _require(_is_whole(value, -_VALUE_MAX, _VALUE_MAX) and _is_whole(position, 0, AT_END))
        place = Place(value, _listed(age, statement), position)
        return Start(place, _listed(*before) if before else None)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        raise InvalidRequest("not a cursor of this list", position="cursor") from error


def _listed(age: Any, statement: Any) -> Listed:
    _require(_is_whole(age, -date.max.toordinal(), 0))
    _require(isinstance(statement, str) and len(statement) <= _ID_CHARS_MAX)
    statement.encode()  # a lone surrogate is no text, and no key
    return Listed(age, statement)


def _require(is_fine: bool) -> None:  # noqa: FBT001 - one condition
    if not is_fine:
        raise ValueError


def _is_whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _mark(search: object) -> str:
    return hashlib.sha256(repr(search).encode(errors="replace")).hexdigest()[:_MARK_CHARS]
