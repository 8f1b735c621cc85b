"""Amounts at the border: exact, in the currency's own precision, never rounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.errors import InputError, UnsupportedCurrency
from rappro.domain.money import exponent, format_amount, parse_amount

CURRENCIES = st.sampled_from(["EUR", "JPY", "TND", "CLF", "CHF"])


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.30", "EUR", 1230),
        ("-0.05", "EUR", -5),
        ("+7", "EUR", 700),
        (".5", "EUR", 50),
        ("5.", "EUR", 500),
        ("1.500", "EUR", 150),
        ("500", "JPY", 500),
        ("1.234", "TND", 1234),
        ("0", "EUR", 0),
    ],
)
def test_a_decimal_text_is_its_minor_units(text: str, currency: str, minor: int) -> None:
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize("text", ["", "1,50", "1e3", "NaN", "12 000", "0x10", "--1", "1.2.3", "٣"])
def test_what_is_no_decimal_text_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse_amount(text, "EUR")


def test_a_digit_below_the_minor_unit_is_refused_never_rounded() -> None:
    with pytest.raises(InputError):
        parse_amount("1.005", "EUR")


def test_an_amount_longer_than_the_standard_allows_is_refused() -> None:
    with pytest.raises(InputError):
        parse_amount("1" * 19, "JPY")


def test_an_unknown_currency_is_refused_by_name() -> None:
    with pytest.raises(UnsupportedCurrency):
        exponent("EUX")


@given(st.integers(-(10**17), 10**17), CURRENCIES)
def test_format_then_parse_gives_the_amount_back(minor: int, currency: str) -> None:
    assert parse_amount(format_amount(minor, currency), currency) == minor
