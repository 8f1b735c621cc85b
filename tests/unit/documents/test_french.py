"""Amounts, days and identifiers as a French reader writes them."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.documents import french

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (123_456_789, "EUR", f"1{NBSP}234{NBSP}567,89"),
        (-123_456, "EUR", f"-1{NBSP}234,56"),
        (99_999, "EUR", "999,99"),
        (100_000, "EUR", f"1{NBSP}000,00"),
        (-5, "EUR", "-0,05"),
        (0, "EUR", "0,00"),
        (1_234, "JPY", f"1{NBSP}234"),
        (1_234_567, "TND", f"1{NBSP}234,567"),
    ],
)
def test_thousands_are_parted_and_decimals_have_a_comma(
    amount_minor: int, currency: str, text: str
) -> None:
    assert french.amount(amount_minor, currency) == text


def test_a_spreadsheet_gets_no_groups() -> None:
    assert french.amount(-123_456_789, "EUR", group="") == "-1234567,89"


def test_days_and_identifiers() -> None:
    assert french.day(date(2025, 1, 3)) == "03/01/2025"
    assert french.siren("732829320") == f"732{NBSP}829{NBSP}320"
    assert french.iban("FR763000600001") == f"FR76{NBSP}3000{NBSP}6000{NBSP}01"
