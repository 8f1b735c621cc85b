"""Warnings that no sum can give: references twice, another holder, numbers out of order."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from rappro.domain import controls, plausibility
from rappro.domain.bank import (
    Balance,
    BankAccountRef,
    Finding,
    LineStatusAtBank,
    Severity,
    StatementClosed,
    StatementLine,
)
from rappro.domain.books import Company
from rappro.domain.controls import LineTotals, control_books, control_continuity, control_file
from rappro.domain.ids import CompanyId, StatementId
from rappro.domain.records import StatementRecord, StatementStatus

from .builders import IBAN, JOURNAL, statement

COMPANY = Company(CompanyId("lac"), "Menuiserie du Lac")


def closed(
    number: str | None = "12", last: date = date(2026, 11, 30), holder: str | None = None
) -> StatementClosed:
    return StatementClosed(
        BankAccountRef(iban=IBAN, holder=holder), 1, "EUR", number=number,
        period_from=last - timedelta(days=9), period_to=last, opening=None, closing=None,
        line_count=1,
    )  # fmt: skip


def entry(position: int, ref: str | None, amount: int = 100, day: int = 5) -> StatementLine:
    return StatementLine(position, date(2026, 11, day), amount, "EUR", entry_ref=ref)


def repeated(format_name: str, *lines: StatementLine) -> list[Finding]:
    totals = LineTotals(format_name)
    for line in lines:
        totals.add(line, "EUR")
    totals.references.forget()
    balance = Balance(date(2026, 11, 30), totals.booked_minor)
    whole = replace(closed(), opening=Balance(date(2026, 10, 31), 0), closing=balance)
    return control_file(whole, totals)


@pytest.mark.parametrize("format_name", ["ofx1", "ofx2", "camt.052", "camt.053", "camt.054"])
def test_an_entry_given_twice_under_one_reference_is_a_warning(format_name: str) -> None:
    """`repeated_reference`: the lines are kept, and somebody looks."""
    (finding,) = repeated(format_name, entry(1, "A"), entry(2, "B"), entry(3, "A"))

    assert (finding.code, finding.severity) == ("repeated_reference", Severity.WARNING)
    assert finding.position == "statement 1 line 3"
    assert finding.message.startswith("a line repeats")


def test_all_lines_that_repeat_a_reference_are_one_finding() -> None:
    (finding,) = repeated("ofx2", *(entry(rank, "A") for rank in range(1, 5)))

    assert finding.message.startswith("3 lines repeat")


def test_an_ofx_id_is_unique_whatever_the_amount_says() -> None:
    assert len(repeated("ofx1", entry(1, "A"), entry(2, "A", amount=-7))) == 1


def test_one_iso_reference_for_all_entries_of_a_contract_is_no_repetition() -> None:
    """Swiss banks write the participant's number there; a charge has that of its transfer."""
    first = entry(1, "41107767420881932")

    assert repeated("camt.053", first, entry(2, "41107767420881932", amount=-100)) == []
    assert repeated("camt.053", first, entry(2, "41107767420881932", day=6)) == []


@pytest.mark.parametrize(
    "format_name", ["cfonb120", "mt940", "mt942", "bai2", "coda", "csv", "qif"]
)
def test_formats_that_promise_no_unique_reference_are_not_held_to_it(format_name: str) -> None:
    assert repeated(format_name, entry(1, "A"), entry(2, "A")) == []


def test_lines_without_reference_repeat_nothing() -> None:
    assert repeated("ofx2", entry(1, None), entry(2, None), entry(3, ""), entry(4, "")) == []


def test_remembered_references_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound a line is only compared with the references already remembered."""
    monkeypatch.setattr(plausibility, "REFERENCES_MAX", 2)

    assert repeated("ofx2", *(entry(n, ref) for n, ref in enumerate("ABCC", 1))) == []
    assert len(repeated("ofx2", *(entry(n, ref) for n, ref in enumerate("ABCA", 1)))) == 1


def holder_codes(holder: str | None, company: Company = COMPANY) -> list[str]:
    found = control_books(closed(holder=holder), LineTotals(), company, JOURNAL,
                          today=date(2026, 12, 1))  # fmt: skip
    assert {each.severity for each in found} <= {Severity.WARNING}
    return [each.code for each in found]


@pytest.mark.parametrize("holder", ["GARAGE MARTIN SARL", "Mme Hélène Dupré", "SCI LES TILLEULS"])
def test_an_account_of_another_holder_is_a_warning(holder: str) -> None:
    assert holder_codes(holder) == ["other_holder"]


@pytest.mark.parametrize(
    "holder",
    [
        None, "", "MENUISERIE DU LAC", "SARL MENUISERIE DU LAC", "Menuiserie du lac S.A.R.L.",
        "MENUIS. DU LAC", "MENUISERIEDULAC", "STE LAC", "MENUSERIE LAC", "M. DUPONT / MENUISERIE",
        "LA MENUISERIE", "S.A.R.L.", "SAS", "30370100000", "Compte courant professionnel",
        "Geschäftskonto", "Business account",
    ],
)  # fmt: skip
def test_a_holder_that_may_be_the_company_is_none_to_warn_of(holder: str | None) -> None:
    assert holder_codes(holder) == []


def test_accents_and_ligatures_make_no_other_holder() -> None:
    company = Company(CompanyId("o"), "Œuvres Générales d'Électricité")

    assert holder_codes("OEUVRES GENERALES", company) == []
    assert holder_codes("ELECTRICITE", company) == []


def test_the_journal_may_name_another_holder() -> None:
    journal = replace(JOURNAL, label="Compte GARAGE MARTIN (factor)")
    found = control_books(closed(holder="GARAGE MARTIN SARL"), LineTotals(), COMPANY, journal,
                          today=date(2026, 12, 1))  # fmt: skip

    assert found == []


def test_a_pending_line_may_be_dated_after_today() -> None:
    totals = LineTotals("camt.052")
    totals.add(replace(entry(1, "A"), status=LineStatusAtBank.PENDING), "EUR")

    assert control_books(closed(), totals, COMPANY, JOURNAL, today=date(2026, 11, 1)) == []


def stored(number: str | None, last: date, **fields: object) -> StatementRecord:
    """A statement that was imported before, which ended on a day."""
    identity = StatementId(f"st_{number}_{last}")
    record = statement(0, 0, id=identity, number=number, period_to=last, **fields)
    return replace(record, closing=None)


def order_codes(new: StatementClosed, *earlier: StatementRecord) -> list[str]:
    found = control_continuity(new, list(earlier), "camt.053")
    assert {each.severity for each in found} <= {Severity.WARNING}
    return [each.code for each in found]


OCTOBER = date(2026, 10, 31)


@pytest.mark.parametrize(
    ("before", "number", "codes"),
    [
        ("11", "12", []),
        ("00011/001", "00012/001", []),
        ("00012/001", "00012/002", ["number_repeated"]),  # a page of another period
        ("11", "13", ["number_gap"]),
        ("11", "11", ["number_repeated"]),
        ("11", "10", ["number_repeated"]),
        ("11", None, []),
        (None, "12", []),
        ("R-11", "13", []),
        ("11", "20261130001", []),  # an id of the bank
        ("26010", "26012", []),  # a year and a count, or not: in doubt nothing
        ("0", "0", []),
        ("304", "334", []),  # the days of the year
        ("1031", "1130", []),  # month and day
    ],
)
def test_numbers_of_statements_follow_each_other(
    before: str | None, number: str | None, codes: list[str]
) -> None:
    assert order_codes(closed(number), stored(before, OCTOBER)) == codes


def test_a_gap_says_both_numbers() -> None:
    (finding,) = control_continuity(closed("13"), [stored("11", OCTOBER)], "camt.053")

    assert finding.message == "the number is 13, that of the statement before is 11"


@pytest.mark.parametrize("number", ["1", "13", "15"])
def test_a_new_year_may_begin_anew_or_go_on(number: str) -> None:
    january = closed(number, last=date(2027, 1, 31))

    assert order_codes(january, stored("12", date(2026, 12, 31))) == []


def test_pages_and_reports_of_one_day_go_on() -> None:
    assert order_codes(closed("142"), stored("141", date(2026, 11, 30))) == []
    assert order_codes(closed("12/002"), stored("12/001", date(2026, 11, 30))) == []


def test_a_statement_that_arrives_late_is_compared_with_the_one_before_it() -> None:
    later = stored("13", date(2026, 12, 31))

    assert order_codes(closed("12"), stored("11", OCTOBER), later) == []


def test_a_number_that_never_changes_counts_nothing() -> None:
    """It is warned of once; from the third statement on it says nothing."""
    first, second = stored("1", date(2026, 9, 30)), stored("1", OCTOBER)

    assert order_codes(closed("1"), first) == ["number_repeated"]
    assert order_codes(closed("1"), first, second) == []


def test_numbers_that_did_not_follow_before_either_count_something_else() -> None:
    """A bank may number the statements of all its customer's accounts together."""
    first, second = stored("3", date(2026, 9, 30)), stored("8", OCTOBER)

    assert order_codes(closed("12"), first, second) == []


@pytest.mark.parametrize(
    "other",
    [
        stored("9", OCTOBER, format="camt.052"),  # numbered in a sequence of its own
        stored("9", OCTOBER, currency="USD"),
        stored("9", OCTOBER, status=StatementStatus.QUARANTINED),
    ],
)
def test_only_accepted_statements_of_the_same_sequence_are_compared(other: StatementRecord) -> None:
    assert order_codes(closed("12"), other) == []


def test_the_page_has_the_findings_of_the_controls_and_the_bounds() -> None:
    page = (Path(__file__).parents[3] / "docs" / "controls.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| \w+ \| (?:blocking|warning|info) \| .+ \|$", re.MULTILINE)

    assert row.findall(page) == row.findall(controls.__doc__ or "")
    assert len(row.findall(page)) > 10
    assert f"{plausibility.REFERENCES_MAX:,} references" in page
    assert f"whole numbers up to {plausibility.NUMBER_MAX:,} " in page


def test_days_without_a_statement_are_no_finding() -> None:
    assert order_codes(closed("12"), stored("11", date(2026, 9, 1))) == []
