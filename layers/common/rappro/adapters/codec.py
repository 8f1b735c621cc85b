"""Dataclasses to JSON and back, exactly: the one form in which adapters store anything.

Knows no table, bucket or key. A field that has its default is left out, so a usual record takes a
few hundred bytes and a field added later reads as its default in what was stored before.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import (
    PydanticSerializationError,
    SchemaSerializer,
    SchemaValidator,
    core_schema,
    from_json,
    to_json,
)

from rappro.domain.errors import InvalidRequest, StoreUnavailable

D = TypeVar("D")

LARGE_BYTES: Final = 1_000_000
"""A document that becomes some thousand records, of which none is garbage."""


def dump(value: object, kind: type[Any] | None = None) -> bytes:
    """Return the JSON of a dataclass: ISO dates, UTC instants, enums by value, sets sorted.

    `kind` is the dataclass when `value` is not exactly of it. Raises InvalidRequest when a field
    holds a value of another type than it says (a float amount, say): nothing wrong is ever stored.
    """
    _, serializer = _codec(kind or type(value))
    try:
        return serializer.to_json(value, exclude_defaults=True, warnings="error")
    except PydanticSerializationError as error:
        raise InvalidRequest(f"a {type(value).__name__} cannot be stored: {error}") from error


def dump_record(record: object) -> bytes:
    """Return the JSON of a record after having read it: what is stored can be read again.

    Writing alone would let a None pass in a field that has no None. Raises InvalidRequest.
    """
    text = dump(record)
    validator, _ = _codec(type(record))
    try:
        validator.validate_json(text, strict=True)
    except ValidationError as error:
        raise InvalidRequest(f"a {type(record).__name__} cannot be stored: {error}") from error
    return text


def load(kind: type[D], text: bytes | str) -> D:
    """Return the dataclass that `dump` wrote. Raises StoreUnavailable when it is not one."""
    validator, _ = _codec(kind)
    try:
        with _collector_paused() if len(text) > LARGE_BYTES else nullcontext():
            value: D = validator.validate_json(text, strict=True)
    except ValidationError as error:
        raise StoreUnavailable(f"a stored {kind.__name__} does not read: {error}") from error
    return value


def to_jsonable(value: object) -> dict[str, Any]:
    """Return a dataclass as a dict of JSON values; the same choices as `dump`."""
    found: dict[str, Any] = from_json(dump(value))
    return found


def from_jsonable(kind: type[D], data: dict[str, Any]) -> D:
    """Return the dataclass that `to_jsonable` gave. Raises StoreUnavailable when it is not one."""
    return load(kind, to_json(data))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold back Python's cycle collector, which would walk all new records over and over.

    It is one switch for all threads: at worst another one turns it on again too early.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_CODECS: dict[Any, tuple[SchemaValidator, SchemaSerializer]] = {}


def _codec(kind: Any) -> tuple[SchemaValidator, SchemaSerializer]:
    """Return a type's reader and writer, built at first use (1 to 15 ms each), once a process."""
    known = _CODECS.get(kind)
    if known is None:
        schema = TypeAdapter(kind).core_schema
        known = SchemaValidator(schema), SchemaSerializer(_with_sorted_sets(schema))
        _CODECS[kind] = known
    return known


def _with_sorted_sets(node: Any) -> Any:
    """Return the schema with its sets written in order: the same value gives the same bytes."""
    if isinstance(node, list):
        return [_with_sorted_sets(item) for item in node]
    if not isinstance(node, dict):
        return node
    rebuilt = {name: _with_sorted_sets(part) for name, part in node.items()}
    if rebuilt.get("type") in ("frozenset", "set"):
        items = rebuilt.get("items_schema", core_schema.any_schema())
        rebuilt["serialization"] = core_schema.plain_serializer_function_ser_schema(
            sorted, return_schema=core_schema.list_schema(items)
        )
    return rebuilt
