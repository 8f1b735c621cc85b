"""The controls of a statement: each failure is a named finding with its severity."""

from collections.abc import Sequence
from datetime import date

from rappro.domain.bank import Balance, BankAccountRef, Finding, Severity, StatementClosed
from rappro.domain.books import (
    Company,
    Journal,
    JournalType,
)
from rappro.domain.controls import (
    LineTotals,
    control_books,
    control_continuity,
    control_file,
    journal_of,
)
from rappro.domain.ids import CompanyId

from .builders import COMPANY, IBAN, JOURNAL, day, line, statement


def closed(opening: int | None, closing: int | None, currency: str = "EUR") -> StatementClosed:
    return StatementClosed(
        account=BankAccountRef(iban=IBAN),
        ordinal=1,
        currency=currency,
        number="12",
        period_from=date(2026, 12, 1),
        period_to=date(2026, 12, 31),
        opening=None if opening is None else Balance(date(2026, 11, 30), opening),
        closing=None if closing is None else Balance(date(2026, 12, 31), closing),
        line_count=1,
    )


def totals(*amounts: int) -> LineTotals:
    found = LineTotals()
    for position, amount in enumerate(amounts, 1):
        found.add(line(position, amount, date(2026, 12, 5)).line, "EUR")
    return found


def said(findings: Sequence[Finding]) -> list[tuple[str, Severity]]:
    return [(f.code, f.severity) for f in findings]


def test_a_statement_that_adds_up_has_nothing_to_say() -> None:
    assert control_file(closed(1_000, 1_300), totals(500, -200)) == []


def test_a_cent_off_is_blocking_and_says_by_how_much() -> None:
    (finding,) = control_file(closed(1_000, 1_301), totals(300))

    assert (finding.code, finding.severity) == ("balance_mismatch", Severity.BLOCKING)
    assert "-0.01 EUR" in finding.message


def test_a_file_without_balances_is_only_noted() -> None:
    assert said(control_file(closed(None, 1_300), totals(300))) == [
        ("balance_missing", Severity.INFO)
    ]


def test_an_account_that_no_journal_has_is_blocking() -> None:
    found = control_books(closed(0, 0), totals(), COMPANY, None, today=date(2027, 1, 1))
    assert said(found) == [("unknown_account", Severity.BLOCKING)]


def test_currency_locked_period_and_future_dates_are_named() -> None:
    locked = Company(CompanyId("acme"), "Acme", closed_until=date(2026, 12, 31))

    found = control_books(
        closed(0, 0, "USD"), totals(100), locked, JOURNAL, today=date(2026, 12, 1)
    )

    assert said(found) == [
        ("wrong_currency", Severity.BLOCKING),
        ("period_closed", Severity.BLOCKING),
        ("future_date", Severity.WARNING),
    ]


def test_an_opening_that_is_not_the_previous_closing_warns_of_the_gap() -> None:
    (finding,) = control_continuity(closed(1_250, 0), [statement(0, 1_300)])

    assert (finding.code, finding.severity) == ("balance_gap", Severity.WARNING)
    assert "-0.50 EUR" in finding.message


def test_the_first_statement_of_a_journal_has_nothing_to_follow() -> None:
    assert control_continuity(closed(1_250, 0), []) == []


def test_a_journal_is_found_by_iban_by_its_bban_or_by_the_banks_number() -> None:
    by_number = Journal("BQ2", "B", JournalType.TREASURY, "512200", bank_number="99999 00001 42")
    journals = [JOURNAL, by_number]

    assert journal_of(BankAccountRef(iban=f" {IBAN.lower()}"), journals) == JOURNAL
    assert journal_of(BankAccountRef(number=IBAN[4:]), journals) == JOURNAL
    assert journal_of(BankAccountRef(number="999990000142"), journals) == by_number
    assert journal_of(BankAccountRef(), journals) is None


def test_an_account_that_two_journals_claim_is_nobodys() -> None:
    twin = Journal("BQ9", "B", JournalType.TREASURY, "512900", iban=IBAN)

    assert journal_of(BankAccountRef(iban=IBAN), [JOURNAL, twin]) is None


def test_two_lines_of_a_day_count_twice_and_other_currencies_are_found() -> None:
    found = totals(100, 100)
    assert found.booked_minor == 200

    found.add(line(3, 5, day(5)).line, "USD")
    assert said(control_file(closed(0, 205), found)) == [("line_currency", Severity.BLOCKING)]
