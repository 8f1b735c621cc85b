"""The demo's statements, read by the product's own parsers, say what their bank meant."""

import io
from datetime import date
from itertools import pairwise

import pytest

from devstack.demo_data import DemoData, DemoFile
from devstack.demo_data.model import Statement
from rappro.domain.bank import Nature, Severity, StatementClosed, StatementLine
from rappro.domain.books import (
    Company,
    Journal,
    JournalType,
)
from rappro.domain.controls import LineTotals, control_books, control_file
from rappro.domain.ids import CompanyId
from rappro.domain.money import format_amount
from rappro.formats import registry

TODAY = date(2026, 11, 22)
Read = tuple[StatementClosed, list[StatementLine]]


def _read(file: DemoFile) -> list[Read]:
    found: list[Read] = []
    lines: list[StatementLine] = []
    for event in registry.detect(file.content).parse(io.BytesIO(file.content)):
        if isinstance(event, StatementLine):
            lines.append(event)
        elif isinstance(event, StatementClosed):
            found.append((event, lines))
            lines = []
    return found


@pytest.fixture(scope="module")
def read(demo: DemoData) -> dict[str, list[Read]]:
    return {file.name: _read(file) for file in demo.statements}


def _good(demo: DemoData) -> list[tuple[DemoFile, Statement]]:
    return [(file, file.statements[0]) for file in demo.statements[:2]]


def _controls(demo: DemoData, closed: StatementClosed, lines: list[StatementLine]) -> list[str]:
    totals = LineTotals()
    for line in lines:
        totals.add(line, closed.currency)
    company = Company(CompanyId("demo"), demo.company.name)
    journals = {
        journal["iban"]: Journal(
            journal["code"], journal["label"], JournalType.TREASURY, journal["account"],
            iban=journal["iban"],
        )
        for journal in demo.settings["journals"]
    }  # fmt: skip
    journal = journals.get(closed.account.iban or "")
    found = control_file(closed, totals)
    found += control_books(closed, totals, company, journal, today=TODAY)
    return [f.code for f in found if f.severity is not Severity.INFO]


def test_each_file_is_recognised_as_what_it_is(demo: DemoData) -> None:
    formats = [registry.detect(file.content).format for file in demo.statements]

    assert formats == ["camt.053", "cfonb120", "camt.053"]


def test_parsers_read_every_movement_with_its_day_and_amount(
    demo: DemoData, read: dict[str, list[Read]]
) -> None:
    for file in demo.statements:
        assert len(read[file.name]) == len(file.statements)
        for (closed, lines), written in zip(read[file.name], file.statements, strict=True):
            assert closed.findings == ()
            assert closed.account.iban == written.account.iban
            assert [(line.booking_date, line.amount_minor) for line in lines] == [
                (movement.booked_on, movement.amount_minor) for movement in written.movements
            ]


def test_the_two_good_statements_add_up_and_start_at_the_reconciled_balance(
    demo: DemoData, read: dict[str, list[Read]]
) -> None:
    for (file, written), journal in zip(_good(demo), demo.settings["journals"], strict=True):
        ((closed, lines),) = read[file.name]
        assert closed.opening is not None
        assert closed.closing is not None
        total = sum(line.amount_minor for line in lines)
        assert closed.opening.amount_minor + total == closed.closing.amount_minor
        assert format_amount(written.opening_minor, "EUR") == journal["reconciled_balance"]
        assert closed.opening.amount_minor == written.opening_minor
        assert _controls(demo, closed, lines) == []


def test_the_third_file_is_stopped_for_its_balance_its_date_and_its_account(
    demo: DemoData, read: dict[str, list[Read]]
) -> None:
    first, second = read[demo.statements[2].name]

    assert _controls(demo, *first) == ["balance_mismatch", "future_date"]
    assert _controls(demo, *second) == ["unknown_account"]
    october = read[demo.statements[0].name][0][0]
    assert first[0].opening is not None
    assert october.closing is not None
    assert first[0].opening.amount_minor == october.closing.amount_minor


def test_there_are_about_as_many_lines_as_a_month_of_such_a_company_has(demo: DemoData) -> None:
    counts = [len(written.movements) for _, written in _good(demo)]

    assert 110 <= counts[0] <= 130
    assert 70 <= counts[1] <= 90


def test_lines_come_by_day_within_the_month_and_never_on_a_bank_holiday(demo: DemoData) -> None:
    for _, written in _good(demo):
        days = [movement.booked_on for movement in written.movements]
        assert all(before <= after for before, after in pairwise(days))
        assert written.first_day <= days[0]
        assert days[-1] <= written.last_day
        assert all(day.weekday() < 5 for day in days)


def test_batches_keep_their_details_and_details_never_count(
    demo: DemoData, read: dict[str, list[Read]]
) -> None:
    ((_, lines),) = read[demo.statements[0].name]
    batches = [line for line in lines if line.details]

    assert len(batches) >= 3
    for line in batches:
        assert len(line.details) >= 2
        assert sum(part.amount_minor for part in line.details) == line.amount_minor


def test_the_bank_codes_give_every_means_of_payment(
    demo: DemoData, read: dict[str, list[Read]]
) -> None:
    ((_, first),), ((_, second),) = (read[file.name] for file, _ in _good(demo))

    assert {line.nature for line in first} >= {
        Nature.TRANSFER, Nature.DIRECT_DEBIT, Nature.CARD_DEPOSIT, Nature.CARD, Nature.FEE,
        Nature.RETURN, Nature.LOAN,
    }  # fmt: skip
    assert {line.nature for line in second} >= {
        Nature.TRANSFER, Nature.DIRECT_DEBIT, Nature.CHEQUE, Nature.CHEQUE_DEPOSIT, Nature.CASH,
        Nature.BILL, Nature.LOAN, Nature.FEE, Nature.INTEREST, Nature.CARD, Nature.RETURN,
    }  # fmt: skip


def test_the_cfonb_file_uses_the_usual_qualifiers_several_to_a_line(demo: DemoData) -> None:
    records = demo.statements[1].content.decode("ascii").split("\r\n")
    qualifiers = {record[45:48] for record in records if record.startswith("05")}
    runs = "".join(record[1:2] for record in records)

    assert qualifiers == {"NPY", "NBE", "IBE", "LCC", "RCN", "RUM", "LIB"}
    assert "4555" in runs
    assert all(len(record) == 120 for record in records[:-1])
