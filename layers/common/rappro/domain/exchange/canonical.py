"""Records as lines of JSON, in one form only: equal records are equal lines, and read back equal.

Fields in alphabetical order, those of their default left out, days and instants in ISO 8601,
amounts as whole minor units in fields that end in `_minor`. What is one side's own business is
left out (LOCAL): versions, and ids of statements and matches, which the other side has not.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
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


def to_line(record: object) -> str:
    """Return a record as one line of JSON, without the line's end."""
    return text_of(_plain(record))


def text_of(value: Any) -> str:
    """Return a JSON value in canonical form: sorted keys, no spaces, text as it is."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parsed(text: str, *, at: str, chars_max: int = LINE_CHARS_MAX) -> dict[str, Any]:
    """Return the object that a text is. Raises ArchiveBroken for anything else, at a position."""
    if len(text) > chars_max:
        raise ArchiveBroken(f"a line of more than {chars_max} characters", position=at)
    try:
        found = json.loads(text, object_pairs_hook=_each_once, parse_float=_no_float)
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
    if is_dataclass(value):
        return {
            part.name: _plain(getattr(value, part.name))
            for part in fields(value)
            if part.name not in LOCAL and not _is_default(part, getattr(value, part.name))
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


def _is_default(part: Field[Any], value: Any) -> bool:
    return part.default is not MISSING and part.default == value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, vars(sys.modules[kind.__module__]))


def _made(kind: type[Any], said: Any) -> Any:
    """Return a dataclass of its fields, each of its own type. Raises ValueError, TypeError."""
    if not isinstance(said, Mapping):
        raise TypeError(f"{kind.__name__} is an object")
    known = {part.name for part in fields(kind)} - LOCAL
    if unknown := sorted(said.keys() - known):
        raise ValueError(f"unknown field {unknown[0][:60]!r}")
    hints = _hints(kind)  # type: ignore[arg-type]  # a class may be hashed
    return kind(**{name: _value(hints[name], value) for name, value in said.items()})


def _value(hint: Any, said: Any) -> Any:
    if isinstance(hint, NewType):
        return _value(hint.__supertype__, said)
    origin = get_origin(hint)
    if origin in {Union, UnionType}:
        if said is None and NoneType in get_args(hint):
            return None
        (inner,) = (one for one in get_args(hint) if one is not NoneType)
        return _value(inner, said)
    if origin is tuple:
        if not isinstance(said, list):
            raise TypeError("a list is wanted")
        (inner, _) = get_args(hint)
        return tuple(_value(inner, one) for one in said)
    if is_dataclass(hint):
        return _made(hint, said)  # type: ignore[arg-type]  # a class, not one of its instances
    return _scalar(hint, said)


def _scalar(hint: Any, said: Any) -> Any:
    if hint is bool or hint is int:
        if type(said) is not hint:
            raise TypeError(f"{hint.__name__} is wanted")
        return said
    if not isinstance(said, str):
        raise TypeError("a text is wanted")
    if hint is datetime:
        instant = datetime.fromisoformat(said)
        if instant.tzinfo is None:
            raise ValueError("an instant without its time zone")
        return instant
    if hint is date:
        return date.fromisoformat(said)
    return said if hint is str else hint(said)
