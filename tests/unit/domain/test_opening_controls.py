"""Controls of a FEC that the administration's tester leaves out, and the bound on findings."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.bank import Finding, Severity
from rappro.domain.errors import InputError, UnsupportedCurrency
from rappro.domain.opening import open_books
from tests.fixtures.fec.builder import books, codes, entry

PAIR = (("606300", 100), ("471000", -100))
YEAR = (date(2024, 1, 1), date(2024, 12, 31))


def numbered_gaps(*numbers: tuple[str, str]) -> list[str]:
    opened = books(*(entry(number, *PAIR, journal=journal) for journal, number in numbers))
    return [f.message for f in opened.findings if f.code == "numbering_gap"]


def test_a_gap_in_global_numbers_is_named() -> None:
    assert numbered_gaps(("VE", "1"), ("AC", "2"), ("VE", "3"), ("AC", "7"), ("AC", "9")) == [
        "EcritureNum 4 to 6 missing in the file",
        "EcritureNum 8 missing in the file",
    ]


def test_a_gap_in_numbers_per_journal_is_named() -> None:
    assert numbered_gaps(("VE", "1"), ("VE", "2"), ("VE", "4"), ("AC", "1"), ("AC", "2")) == [
        "EcritureNum 3 missing in journal VE"
    ]


def test_a_gap_in_one_journal_is_not_filled_by_another_s_numbers() -> None:
    numbers = [("VE", str(n)) for n in range(1, 9)] + [("AC", "1"), ("AC", "2"), ("AC", "4")]

    assert numbered_gaps(*numbers) == ["EcritureNum 3 missing in journal AC"]


def test_an_entry_over_two_journals_takes_one_global_number() -> None:
    opened = books(
        entry("1", *PAIR, journal="VE"),
        entry("2", PAIR[0], journal="AC"),
        entry("3", *PAIR, journal="AC"),
        entry("2", PAIR[1], journal="OD"),
        entry("4", *PAIR, journal="OD"),
    )

    assert "numbering_gap" not in codes(opened)


def test_each_prefix_is_a_sequence_of_its_own() -> None:
    assert numbered_gaps(
        ("VE", "VE2401-001"), ("VE", "VE2401-002"), ("VE", "VE2402-001"), ("VE", "VE2402-003"),
        ("OD", "manual"),
    ) == ["EcritureNum VE2402-2 missing in journal VE"]  # fmt: skip


def test_numbers_in_another_order_have_no_gap() -> None:
    assert numbered_gaps(("VE", "3"), ("VE", "1"), ("AC", "2")) == []


def test_dates_outside_the_exercise_are_noted() -> None:
    opened = books(
        entry("1", *PAIR, entry_date=date(2023, 12, 31)),
        entry("2", *PAIR, entry_date=date(2024, 12, 31)),
        entry("3", *PAIR, entry_date=date(2025, 1, 1)),
        entry("4", *PAIR, entry_date=date(2023, 6, 1), journal="AN", journal_label="A nouveaux"),
        exercise=YEAR,
    )

    assert [(f.position, f.severity) for f in opened.findings
            if f.code == "date_outside_exercise"] == [
        ("line 2", Severity.WARNING), ("line 3", Severity.WARNING),
        ("line 6", Severity.WARNING), ("line 7", Severity.WARNING),
    ]  # fmt: skip


def test_without_an_exercise_two_years_before_the_last_day_is_outside() -> None:
    opened = books(
        entry("1", *PAIR, entry_date=date(2022, 11, 30)),
        entry("2", *PAIR, entry_date=date(2022, 12, 1)),
        entry("3", *PAIR, entry_date=date(2024, 12, 31)),
    )

    assert codes(opened)["date_outside_exercise"] == 2
    assert (opened.first_date, opened.last_date) == (date(2022, 11, 30), date(2024, 12, 31))


def test_the_period_leaves_opening_journals_out() -> None:
    opened = books(
        entry("1", *PAIR, entry_date=date(2024, 1, 1), journal="AN"),
        entry("2", *PAIR, entry_date=date(2024, 2, 1)),
    )

    assert (opened.first_date, opened.last_date) == (date(2024, 2, 1), date(2024, 2, 1))


def test_an_account_that_starts_otherwise_than_with_three_digits_is_noted() -> None:
    opened = books(entry("1", ("60", 100), ("471000", -100)), entry("2", ("X12345", 0)))

    assert codes(opened)["unusual_account"] == 2


def test_totals_are_of_the_rows() -> None:
    opened = books(entry("1", *PAIR), entry("2", ("606300", 50), ("471000", -50)))

    assert (opened.total_debit_minor, opened.total_credit_minor, opened.row_count) == (150, 150, 4)


def test_findings_are_bounded_and_counted() -> None:
    opened = books(*(entry(str(2 * n), *PAIR) for n in range(302)))

    found = [f for f in opened.findings if f.code == "numbering_gap"]

    assert len(found) == 201
    assert found[-1] == Finding("numbering_gap", Severity.WARNING, "and 101 more")
    assert codes(opened)["numbering_gap"] == 301


def test_the_reader_s_findings_are_among_them_and_may_block() -> None:
    refused = Finding("unreadable_amount", Severity.BLOCKING, "'x' is no amount", "line 9")

    opened = open_books([*entry("1", PAIR[0]), refused])

    assert refused in opened.findings
    assert opened.is_blocked
    assert not books(entry("1", *PAIR)).is_blocked


def test_no_row_makes_empty_books() -> None:
    opened = open_books([])

    assert (opened.entries, opened.open_items, opened.findings) == ((), (), ())
    assert (opened.first_date, opened.row_count) == (None, 0)


def test_settings_out_of_bounds_are_refused() -> None:
    with pytest.raises(InputError):
        open_books([], payment_terms_days=367)
    with pytest.raises(InputError):
        open_books([], fiscal_year_start_month=13)
    with pytest.raises(UnsupportedCurrency):
        open_books([], company_currency="EURO")
