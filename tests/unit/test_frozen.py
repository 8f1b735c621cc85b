"""The project's dataclass decorator does what the standard library's does."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import FrozenInstanceError, field, replace
from typing import Any, get_type_hints

import pytest
from pydantic import TypeAdapter, ValidationError

from rappro.domain import frozen
from rappro.domain.books import Company
from rappro.domain.ids import CompanyId


@frozen.dataclass(frozen=True, slots=True)
class Cheap:
    """A class like many."""

    name: str
    amounts: tuple[int, ...] = ()
    said: dict[str, str] = field(default_factory=dict, compare=False)
    is_open: bool = field(default=True, kw_only=True)
    hidden: int = field(default=3, repr=False, init=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")


@dataclasses.dataclass(frozen=True, slots=True)
class Usual:
    """The same class, as the standard library makes it."""

    name: str
    amounts: tuple[int, ...] = ()
    said: dict[str, str] = field(default_factory=dict, compare=False)
    is_open: bool = field(default=True, kw_only=True)
    hidden: int = field(default=3, repr=False, init=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise ValueError("no name")


@frozen.dataclass(frozen=True, slots=True)
class Empty:
    pass


@frozen.dataclass(frozen=True, slots=True)
class Narrow:
    only: int

    def __repr__(self) -> str:
        return "its own"


BOTH = pytest.mark.parametrize("made", [Cheap, Usual])
Made = type[Any]


@BOTH
def test_an_object_is_its_fields(made: Made) -> None:
    one = made("a", (1,), is_open=False)

    assert dataclasses.asdict(one) == {
        "name": "a", "amounts": (1,), "said": {}, "is_open": False, "hidden": 3
    }  # fmt: skip
    assert repr(one) == f"{made.__name__}(name='a', amounts=(1,), said={{}}, is_open=False)"
    assert made.__match_args__ == ("name", "amounts", "said")
    assert not hasattr(one, "__dict__")


@BOTH
def test_objects_are_equal_by_the_fields_that_compare(made: Made) -> None:
    assert made("a", (1,), {"x": "y"}) == made("a", (1,))
    assert hash(made("a", (1,), {"x": "y"})) == hash(made("a", (1,)))
    assert made("a") != made("b")
    assert made("a") != "a"


def test_objects_of_two_classes_are_never_equal() -> None:
    others: list[object] = [Usual("a"), Empty()]

    assert Cheap("a") not in others
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())


@BOTH
def test_nothing_changes_an_object(made: Made) -> None:
    one = made("a")

    with pytest.raises(FrozenInstanceError, match="cannot assign to field 'name'"):
        one.name = "b"
    with pytest.raises(FrozenInstanceError, match="cannot delete field 'name'"):
        del one.name
    assert one.name == "a"


@BOTH
def test_a_changed_copy_is_checked_again(made: Made) -> None:
    assert replace(made("a"), name="b") == made("b")
    with pytest.raises(ValueError, match="no name"):
        replace(made("a"), name="")


@BOTH
@pytest.mark.parametrize(
    ("given", "named"),
    [((), {}), (("a", (), {}, True), {}), (("a",), {"other": 1}), (("a",), {"hidden": 1})],
)
def test_what_no_object_is_made_of_is_named(
    made: Made, given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    with pytest.raises(TypeError, match=rf"^{made.__name__}\.__init__\(\) "):
        made(*given, **named)


@BOTH
def test_copies_and_pickles_are_equal(made: Made) -> None:
    one = made("a", (1,), {"x": "y"}, is_open=False)

    for other in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert other == one
        assert other.said == {"x": "y"}


@BOTH
def test_what_is_stored_is_checked_as_it_is_read(made: Made) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(made)

    assert adapter.validate_json('{"name": "a", "amounts": [1]}') == made("a", (1,))
    with pytest.raises(ValidationError):
        adapter.validate_json('{"name": 1}', strict=True)


def test_who_looks_at_a_class_sees_how_its_objects_are_made() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Unused:
        name: str
        amount: int = 0

    assert str(inspect.signature(Unused)) == "(name: 'str', amount: 'int' = 0) -> None"
    assert get_type_hints(Cheap.__init__) == get_type_hints(Usual.__init__)


def test_a_class_without_methods_of_its_own_may_be_built_on() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Unused:
        name: str

    class Plain(Unused):
        __slots__ = ()

    assert Plain("a").name == "a"
    assert Unused("b").name == "b"


def test_what_a_class_says_itself_stays() -> None:
    assert repr(Narrow(1)) == "its own"
    assert Narrow.__doc__ == "Narrow"


def test_a_class_that_is_built_on_another_is_made_by_the_library() -> None:
    @frozen.dataclass(frozen=True, slots=True)
    class Wider(Usual):
        more: int = 0

    assert Wider("a", more=2).more == 2
    with pytest.raises(FrozenInstanceError):
        Wider("a").more = 3  # type: ignore[misc]


def test_a_record_is_made_with_the_code_of_the_library() -> None:
    company = Company(CompanyId("acme"), "Acme")

    assert dataclasses.is_dataclass(company)
    assert company.__init__.__func__.__code__.co_varnames[1:3] == ("id", "name")  # type: ignore[misc]
