"""Derived ids: the same thing has the same id, different things never share one."""

from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.ids import derive_id

PARTS = st.lists(st.one_of(st.none(), st.text(max_size=8), st.integers()), max_size=4)


def test_an_id_says_its_kind_and_has_a_fixed_length() -> None:
    assert derive_id("st", "FR76", 1).startswith("st_")
    assert len(derive_id("st", "FR76", 1)) == 27


def test_where_a_part_ends_matters() -> None:
    assert derive_id("x", "ab", "c") != derive_id("x", "a", "bc")


def test_nothing_and_empty_text_are_different() -> None:
    assert derive_id("x", None) != derive_id("x", "")


@given(PARTS, PARTS)
def test_different_parts_give_different_ids(first: list[object], second: list[object]) -> None:
    def said(parts: list[object]) -> list[str | None]:
        return [None if part is None else str(part) for part in parts]

    same = said(first) == said(second)
    assert (derive_id("x", *first) == derive_id("x", *second)) is same  # type: ignore[arg-type]
