"""Single cases of line identity; the laws are in tests/property/test_line_identity.py."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.bank import StatementLine
from rappro.domain.ids import StatementId
from rappro.domain.line_identity import LineKey, family_of, line_key, may_be_same, pair

DAY = date(2026, 11, 5)


def key(position: int, *, of: str = "st_a", form: str = "camt.053", **fields: object) -> LineKey:
    line = StatementLine(position, DAY, 10_000, "EUR")
    for name, value in fields.items():
        object.__setattr__(line, name, value)
    return line_key(line, StatementId(of), form)


def paired(here: list[LineKey], there: list[LineKey]) -> dict[int, str]:
    return {position: other.at for position, other in pair(here, there).items()}


def test_two_equal_payments_of_one_day_stay_two() -> None:
    here = [key(1, of="st_b"), key(2, of="st_b")]

    assert paired(here, [key(7)]) == {1: "st_a/7"}
    assert paired(here, [key(7), key(8)]) == {1: "st_a/7", 2: "st_a/8"}


def test_equal_lines_with_other_references_of_the_bank_are_two_payments() -> None:
    here = [key(1, of="st_b", form="camt.052", entry_ref="BANK-2")]

    assert paired(here, [key(1, entry_ref="BANK-1")]) == {}


def test_references_of_two_families_are_not_compared() -> None:
    here = [key(1, of="st_b", form="mt940", entry_ref="F26110500042")]

    assert paired(here, [key(1, entry_ref="BANK-1")]) == {1: "st_a/1"}


def test_the_reference_pairs_before_the_order_does() -> None:
    here = [key(1, of="st_b", entry_ref="BANK-2"), key(2, of="st_b", entry_ref="BANK-1")]

    found = paired(here, [key(1, entry_ref="BANK-1"), key(2, entry_ref="BANK-2")])

    assert found == {1: "st_a/2", 2: "st_a/1"}


def test_of_two_equal_lines_the_one_of_the_same_text_is_the_known_one() -> None:
    here = [key(1, of="st_b", label="VIR DURAND"), key(2, of="st_b", label="VIR. Dupônd")]

    assert paired(here, [key(1, form="mt940", label="VIR DUPOND")]) == {2: "st_a/1"}


@pytest.mark.parametrize("number", ["1", "000123", "NONREF", "0000000"])
def test_a_number_within_a_file_is_no_reference_of_the_bank(number: str) -> None:
    assert may_be_same(key(1, entry_ref=number), key(1, of="st_b", entry_ref="BANK-1"))


def test_two_end_to_end_ids_that_differ_are_two_lines() -> None:
    one, other = key(1, end_to_end_id="E1"), key(1, of="st_b", form="mt940", end_to_end_id="E2")

    assert not may_be_same(one, other)
    assert may_be_same(one, key(1, of="st_b", form="mt940", end_to_end_id="NOTPROVIDED"))


def test_many_equal_lines_without_references_are_paired_in_order() -> None:
    here = [key(n, of="st_b") for n in range(1, 3_001)]
    there = [key(n) for n in range(1, 3_001)]

    assert paired(here, there) == {n: f"st_a/{n}" for n in range(1, 3_001)}


@pytest.mark.parametrize(
    ("name", "family"),
    [("camt.052", "camt"), ("mt942", "mt"), ("ofx2", "ofx"), ("manual", "manual"), ("a-b", "a-b")],
)
def test_formats_have_families(name: str, family: str) -> None:
    assert family_of(name) == family
