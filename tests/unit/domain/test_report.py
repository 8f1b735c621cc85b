"""The reconciliation report: both sides recomputed; a difference is exactly what is wrong."""

from dataclasses import replace

import pytest

from rappro.domain.bank import Balance, LineStatusAtBank
from rappro.domain.books import (
    BankEntry,
)
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.report import ReconciliationReport, accepted, build_report
from rappro.domain.report_balances import BankSide

from .builders import MATCH, bank_entry, day, line, statement

RECONCILED = Balance(day(1).replace(month=10, day=31), 1_000)
CARRIED = bank_entry("old", 1_000, day(1).replace(month=10), is_carried_over=True)


def report(
    statements: list[StatementRecord],
    lines: list[LineRecord],
    ledger: list[BankEntry],
    on: int = 30,
) -> ReconciliationReport:
    return build_report(
        journal="BQ1",
        account="512100",
        currency="EUR",
        on=day(on),
        bank=BankSide(accepted(statements), tuple(lines)),
        ledger=ledger,
        reconciled=RECONCILED,
    )


def test_a_line_matched_with_its_entry_explains_itself() -> None:
    found = report(
        [statement(1_000, 1_300)],
        [line(1, 300, match_id=MATCH)],
        [CARRIED, bank_entry("e", 300, match_id=MATCH)],
    )

    assert (found.bank_balance_minor, found.ledger_balance_minor) == (1_300, 1_300)
    assert (found.lines_not_in_books, found.entries_not_on_bank) == ((), ())
    assert found.difference_minor == 0


def test_what_one_side_misses_is_listed_and_leaves_no_difference() -> None:
    found = report([statement(1_000, 1_300)], [line(1, 300)], [CARRIED, bank_entry("e", -70)])

    assert [i.amount_minor for i in found.lines_not_in_books] == [300]
    assert [i.amount_minor for i in found.entries_not_on_bank] == [-70]
    assert found.difference_minor == 0


def test_an_entry_that_vanished_from_a_match_shows_as_exactly_its_amount() -> None:
    lines = [line(1, 300, match_id=MATCH, status=LineStatus.VALIDATED)]

    found = report([statement(1_000, 1_300)], lines, [CARRIED])

    assert found.difference_minor == 300


def test_a_closing_balance_moved_by_a_cent_shows_as_exactly_a_cent() -> None:
    lines = [line(1, 300, match_id=MATCH)]
    ledger = [CARRIED, bank_entry("e", 300, match_id=MATCH)]

    assert report([statement(1_000, 1_301)], lines, ledger).difference_minor == 1


def test_a_draft_is_not_in_the_ledger_so_its_line_is_not_in_the_books() -> None:
    draft = bank_entry("d", 300, match_id=MATCH, is_in_ledger=False)

    found = report([statement(1_000, 1_300)], [line(1, 300, match_id=MATCH)], [CARRIED, draft])

    assert found.ledger_balance_minor == 1_000
    assert [i.amount_minor for i in found.lines_not_in_books] == [300]
    assert found.difference_minor == 0


@pytest.mark.parametrize("on", [4, 10, 19, 20, 30])
def test_at_any_date_in_between_the_two_sides_explain_each_other(on: int) -> None:
    """The entry is dated the 5th and the bank shows it on the 20th."""
    lines = [line(1, 300, day(20), match_id=MATCH)]
    ledger = [CARRIED, bank_entry("e", 300, day(5), match_id=MATCH)]

    found = report([statement(1_000, 1_300)], lines, ledger, on=on)

    assert found.difference_minor == 0
    assert len(found.entries_not_on_bank) == (1 if 5 <= on < 20 else 0)


def test_pending_lines_and_quarantined_statements_do_not_count() -> None:
    pending = line(2, 999)
    pending = replace(pending, line=replace(pending.line, status=LineStatusAtBank.PENDING))
    quarantined = statement(1_300, 9_999, id="st_2", status=StatementStatus.QUARANTINED)

    found = report(
        [statement(1_000, 1_300), quarantined],
        [line(1, 300, match_id=MATCH), pending],
        [CARRIED, bank_entry("e", 300, match_id=MATCH)],
    )

    assert found.bank_balance_minor == 1_300
    assert found.difference_minor == 0


def daily(number: int, opening: int, closing: int) -> StatementRecord:
    """The statement of one day, `st_d<number>`."""
    made = statement(
        opening, closing, id=f"st_d{number}", period_from=day(number), period_to=day(number)
    )
    return replace(made, closing=Balance(day(number), closing))


@pytest.mark.parametrize("on", [9, 10, 15, 20, 25, 30])
@pytest.mark.parametrize("is_month_first", [True, False])
def test_days_and_their_month_tell_of_each_movement_once(on: int, *, is_month_first: bool) -> None:
    """Two daily statements and the month over them; whichever came second is known."""
    days = [
        line(1, 300, day(10), statement_id="st_d10"),
        line(1, -50, day(20), statement_id="st_d20"),
    ]
    month = [
        line(1, 300, day(10)), line(2, -50, day(20)), line(3, 7, day(25)), line(4, 4, day(30))
    ]  # fmt: skip
    if is_month_first:
        days = [replace(d, known_as=m.key) for d, m in zip(days, month, strict=False)]
    else:
        month = [replace(m, known_as=d.key) for d, m in zip(days, month, strict=False)] + month[2:]

    found = report(
        [statement(1_000, 1_261), daily(10, 1_000, 1_300), daily(20, 1_300, 1_250)],
        [*days, *month],
        [CARRIED],
        on=on,
    )

    dated = {10: 300, 20: -50, 25: 7, 30: 4}
    expected = [amount for number, amount in dated.items() if number <= on]
    assert found.bank_balance_minor == 1_000 + sum(expected)
    assert sorted(i.amount_minor for i in found.lines_not_in_books) == sorted(expected)
    assert found.difference_minor == 0
