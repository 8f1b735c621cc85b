"""Frozen slotted dataclasses that cost little until they are used (docs/decisions/0023).

The standard library writes, compiles and runs the source of six methods for each dataclass as its
module is imported: a millisecond a class, and a cold start of a function imports 150 of them and
makes objects of a few. Here `__init__` alone is made so, by the standard library, when the first
object is made. The rest needs no source: it goes through the fields.

What one sees is the same: fields, `replace`, equality, hash, text, errors, copies and pickles. Type
checkers see the standard library's own decorator.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from reprlib import recursive_repr
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(cls: type | None = None, /, **asked: bool) -> Any:
        """Make a dataclass; with `frozen=True, slots=True` alone one that costs little."""
        if cls is None:
            return lambda given: dataclass(given, **asked)
        if asked != _CHEAP or any(map(dataclasses.is_dataclass, cls.__mro__)):
            return dataclasses.dataclass(cls, **asked)
        return _made(cls)


__all__ = ["dataclass"]

_CHEAP = {"frozen": True, "slots": True}

T = TypeVar("T")


def _made(cls: type[T]) -> type[T]:
    own = vars(cls)
    has_hash = own.get("__hash__") is not None
    cls.__doc__ = cls.__doc__ or cls.__name__  # else the library works out a signature for it
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    fields = dataclasses.fields(made)
    methods: dict[str, Any] = {
        "__init__": _Unmade(made),
        "__repr__": _repr_of([field.name for field in fields if field.repr]),
        "__eq__": _eq_of(_values_of([field.name for field in fields if field.compare])),
        "__setattr__": _refuse_to_set,
        "__delattr__": _refuse_to_delete,
        "__getstate__": _state,
        "__setstate__": _set_state,
    }
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    if not has_hash:
        hashed = [f.name for f in fields if (f.compare if f.hash is None else f.hash)]
        made.__hash__ = _hash_of(_values_of(hashed))
    params = made.__dataclass_params__
    params.init = params.repr = params.eq = params.frozen = True
    return made  # type: ignore[no-any-return]


class _Unmade:
    """Stands for an `__init__` until somebody looks at it; then the real one takes its place.

    Two threads may look at once: they put the same there.
    """

    def __init__(self, cls: Any) -> None:
        self._cls = cls

    def __get__(self, instance: object, owner: type) -> Any:
        real = self._cls.__init__ = _real_init(self._cls)
        return real.__get__(instance, owner)


def _real_init(cls: Any) -> Any:
    """Return the `__init__` that the standard library makes for a class like this one."""
    body: dict[str, Any] = {
        field.name: dataclasses.field(
            default=field.default, default_factory=field.default_factory, init=field.init,
            kw_only=field.kw_only,
        )
        for field in dataclasses.fields(cls)
    }  # fmt: skip
    body["__annotations__"] = {field.name: field.type for field in dataclasses.fields(cls)}
    body |= {name: getattr(cls, name) for name in ("__module__", "__qualname__", "__doc__")}
    if hasattr(cls, "__post_init__"):
        body["__post_init__"] = cls.__post_init__
    twin: Any = type(cls.__name__, (), body)
    return dataclasses.dataclass(frozen=True, slots=True, repr=False, eq=False)(twin).__init__


def _values_of(names: list[str]) -> Any:
    """Return what gives the values of some fields, together comparable and hashable."""
    return attrgetter(*names) if names else lambda _: ()


def _repr_of(names: list[str]) -> Any:
    @recursive_repr()
    def __repr__(self: Any) -> str:  # noqa: N807 - it is one
        said = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
        return f"{type(self).__qualname__}({said})"

    return __repr__


def _eq_of(values: Any) -> Any:
    def __eq__(self: Any, other: object) -> bool:  # noqa: N807 - it is one
        if type(other) is not type(self):
            return NotImplemented
        return bool(values(self) == values(other))

    return __eq__


def _hash_of(values: Any) -> Any:
    def __hash__(self: Any) -> int:  # noqa: N807 - it is one
        return hash(values(self))

    return __hash__


def _refuse_to_set(self: Any, name: str, value: object) -> None:  # noqa: ARG001 - as it is called
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ARG001 - as it is called
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)
