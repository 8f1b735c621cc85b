"""Records as lines of JSON, in one form only: equal records are equal lines, and read back equal.

Fields in alphabetical order, those of their default left out, days and instants in ISO 8601,
amounts as whole minor units in fields that end in `_minor`. What is one side's own business is
left out (LOCAL): versions, and ids of statements and matches, which the other side has not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from rappro.domain.errors import ArchiveBroken, RapproError

D = TypeVar("D")

LOCAL: Final = frozenset({
    "version", "statement_id", "match_id", "pointed_on", "letter_count",
    "profile", "import_profile", "auto_validation", "pointings", "reconciled_on",
    "reconciled_balance_minor",
})  # fmt: skip
"""Fields that one side keeps to itself: its versions, its bank reconciliation, its settings."""
LINE_CHARS_MAX: Final = 400_000
_AS_THEY_ARE: Final = frozenset({str, int, bool})


def to_line(record: object) -> str:
    """Return a record as one line of JSON, without the line's end."""
    return text_of(_plain(record))


def text_of(value: Any) -> str:
    """Return a JSON value in canonical form: sorted keys, no spaces, text as it is."""
    return _ENCODER.encode(value)


def parsed(text: str, *, at: str, chars_max: int = LINE_CHARS_MAX) -> dict[str, Any]:
    """Return the object that a text is. Raises ArchiveBroken for anything else, at a position."""
    if len(text) > chars_max:
        raise ArchiveBroken(f"a line of more than {chars_max} characters", position=at)
    try:
        found = _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise ArchiveBroken("not a line of JSON", position=at) from error
    if not isinstance(found, dict):
        raise ArchiveBroken("not an object", position=at)
    return found


def from_line(kind: type[D], text: str, *, at: str, chars_max: int = LINE_CHARS_MAX) -> D:
    """Return the record that a line is. Raises ArchiveBroken, at a position."""
    return from_plain(kind, parsed(text, at=at, chars_max=chars_max), at=at)


def from_plain(kind: type[D], said: Mapping[str, Any], *, at: str) -> D:
    """Return the record of an object's fields; unknown ones are refused. Raises ArchiveBroken."""
    try:
        made: D = _made(kind, said)
    except (TypeError, ValueError, RapproError) as error:
        raise ArchiveBroken(f"not a {kind.__name__}: {error}", position=at) from error
    return made


def _no_float(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is there twice")
    return found


def _plain(value: Any) -> Any:
    kind = type(value)
    if value is None or kind in _AS_THEY_ARE:
        return value
    if is_dataclass(value):
        return {
            name: _plain(found)
            for name, default in _written(kind)  # type: ignore[arg-type]  # a class may be hashed
            if (found := getattr(value, name)) is not default and found != default
        }
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


@cache
def _written(kind: Any) -> tuple[tuple[str, Any], ...]:
    """Return the fields of a class that are written, with the default that is left out."""
    return tuple((part.name, part.default) for part in fields(kind) if part.name not in LOCAL)


def _made(kind: type[Any], said: Any) -> Any:
    """Return a dataclass of its fields, each of its own type. Raises ValueError, TypeError."""
    if not isinstance(said, Mapping):
        raise TypeError(f"{kind.__name__} is an object")
    readers = _readers(kind)  # type: ignore[arg-type]  # a class may be hashed
    if unknown := sorted(said.keys() - readers.keys()):
        raise ValueError(f"unknown field {unknown[0][:60]!r}")
    return kind(**{name: readers[name](value) for name, value in said.items()})


Reader = Callable[[Any], Any]


@cache
def _readers(kind: Any) -> dict[str, Reader]:
    """Return what reads each field of a class."""
    hints = get_type_hints(kind, vars(sys.modules[kind.__module__]))
    return {f.name: _reader(hints[f.name]) for f in fields(kind) if f.name not in LOCAL}


def _reader(hint: Any) -> Reader:
    """Return what reads a value of a type."""
    if isinstance(hint, NewType):
        return _reader(hint.__supertype__)
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        (inner,) = (_reader(one) for one in get_args(hint) if one is not NoneType)
        return lambda said: None if said is None else inner(said)
    if origin is tuple:
        each = _reader(get_args(hint)[0])
        return lambda said: tuple(map(each, _list(said)))
    if is_dataclass(hint):
        return lambda said: _made(hint, said)  # type: ignore[arg-type]  # a class
    return _SCALARS.get(hint) or (lambda said: hint(_text(said)))


def _list(said: Any) -> list[Any]:
    if not isinstance(said, list):
        raise TypeError("a list is wanted")
    return said


def _text(said: Any) -> str:
    if not isinstance(said, str):
        raise TypeError("a text is wanted")
    return said


def _int(said: Any) -> int:
    if type(said) is not int:
        raise TypeError("a whole number is wanted")
    return said


def _bool(said: Any) -> bool:
    if type(said) is not bool:
        raise TypeError("true or false is wanted")
    return said


def _instant(said: Any) -> datetime:
    found = datetime.fromisoformat(_text(said))
    if found.tzinfo is None:
        raise ValueError("an instant without its time zone")
    return found


_SCALARS: Final[dict[Any, Reader]] = {
    str: _text, int: _int, bool: _bool, datetime: _instant,
    date: lambda said: date.fromisoformat(_text(said)),
}  # fmt: skip
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_DECODER: Final = json.JSONDecoder(object_pairs_hook=_each_once, parse_float=_no_float)
