"""What a report says beside its lists: ages, items of before, both balances over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.aging import AgeBucket, Subtotal, age_bucket, by_age, subtotal
from rappro.domain.bank import Balance
from rappro.domain.books import BankEntry
from rappro.domain.ids import StatementId
from rappro.domain.records import LineRecord, StatementRecord
from rappro.domain.report import ReconciliationReport, accepted, build_report
from rappro.domain.report_balances import HISTORY_DAYS, BankSide

from .builders import MATCH, bank_entry, day, line, statement

RECONCILED = Balance(date(2026, 10, 31), 1_000)
CARRIED = bank_entry("old", 1_000, date(2026, 10, 1), is_carried_over=True)


def report(
    statements: list[StatementRecord],
    lines: list[LineRecord],
    ledger: list[BankEntry],
    on: date = date(2026, 11, 30),
) -> ReconciliationReport:
    return build_report(
        journal="BQ1",
        account="512100",
        currency="EUR",
        on=on,
        bank=BankSide(accepted(statements), tuple(lines)),
        ledger=ledger,
        reconciled=RECONCILED,
    )


@pytest.mark.parametrize(
    ("days", "bucket"),
    [(0, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"),
     (91, "over-90"), (4_000, "over-90")],
)  # fmt: skip
def test_an_age_is_in_one_of_the_four_classes_of_french_practice(days: int, bucket: str) -> None:
    assert age_bucket(days) == bucket


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(-(10**9), 10**9)), max_size=30))
def test_the_classes_of_age_add_up_to_the_list(rows: list[tuple[int, int]]) -> None:
    on = date(2026, 11, 30)
    entries = [
        bank_entry(f"e{number}", amount, on - timedelta(days=age))
        for number, (age, amount) in enumerate(rows)
    ]
    found = report([], [], entries, on).entries_not_on_bank

    classes = by_age(found)
    assert list(classes) == list(AgeBucket)
    assert sum(one.count for one in classes.values()) == len(rows)
    assert sum(one.amount_minor for one in classes.values()) == sum(a for _, a in rows)
    assert subtotal(found) == Subtotal(len(rows), sum(a for _, a in rows))


def test_what_is_open_since_before_the_statements_period_is_told_apart() -> None:
    found = report(
        [statement(1_000, 1_300)],
        [line(1, 300)],
        [CARRIED, bank_entry("before", -70, date(2026, 10, 31)), bank_entry("in", -5, day(1))],
    )

    assert found.period_from == day(1)
    assert [(i.id, i.is_carried_in) for i in found.entries_not_on_bank] == [
        ("before", True),
        ("in", False),
    ]
    assert [i.is_carried_in for i in found.lines_not_in_books] == [False]


def test_without_a_statement_nothing_is_of_before() -> None:
    found = report([], [], [bank_entry("e", -70, date(2025, 1, 1))])

    assert (found.period_from, found.entries_not_on_bank[0].is_carried_in) == (None, False)


def test_reconciled_balances_differ_by_the_difference_alone() -> None:
    found = report([statement(1_000, 1_301)], [line(1, 300)], [CARRIED, bank_entry("e", -70)])

    assert found.reconciled_ledger_minor == 930 + 300
    assert found.reconciled_bank_minor == 1_301 - 70
    assert found.difference_minor == 1


def test_lists_are_in_the_order_of_dates_whatever_statement_brings_the_lines() -> None:
    found = report(
        [statement(1_000, 1_300)], [line(1, 100, day(20)), line(2, 200, day(3))], [CARRIED]
    )

    assert [item.date for item in found.lines_not_in_books] == [day(3), day(20)]


def test_the_picture_has_both_balances_of_each_day_since_the_first_that_is_known() -> None:
    found = report(
        [statement(1_000, 1_300)],
        [line(1, 300, day(20), match_id=MATCH)],
        [CARRIED, bank_entry("e", 300, day(5), match_id=MATCH)],
    )

    points = {point.on: (point.bank_minor, point.ledger_minor) for point in found.history}
    assert list(points) == [date(2026, 10, 31) + timedelta(days=n) for n in range(31)]
    assert points[date(2026, 10, 31)] == (1_000, 1_000)
    assert points[day(4)] == (1_000, 1_000)
    assert points[day(5)] == (1_000, 1_300)
    assert points[day(19)] == (1_000, 1_300)
    assert points[day(20)] == points[day(30)] == (1_300, 1_300)


def test_the_picture_goes_back_a_quarter_at_most() -> None:
    on = date(2027, 6, 30)

    found = report([statement(1_000, 1_300)], [], [CARRIED], on)

    assert (found.history[0].on, found.history[-1].on) == (on - timedelta(days=HISTORY_DAYS), on)


@given(
    st.lists(
        st.tuples(st.integers(1, 30), st.integers(-500, 500), st.booleans()), min_size=1, max_size=8
    )
)
def test_the_picture_says_of_any_day_what_a_report_of_that_day_says(
    rows: list[tuple[int, int, bool]],
) -> None:
    """Also where a second statement tells of the same movements."""
    lines = [line(n, amount, day(on)) for n, (on, amount, _) in enumerate(rows, start=1)]
    told = [
        replace(one, statement_id=StatementId("st_2"), known_as=one.key)
        for one, (_, _, is_twice) in zip(lines, rows, strict=True)
        if is_twice
    ]
    closing = 1_000 + sum(amount for _, amount, _ in rows)
    both = [statement(1_000, closing), statement(1_000, closing, id="st_2")]
    ledger = [CARRIED, *(bank_entry(f"e{n}", a, day(on)) for n, (on, a, _) in enumerate(rows))]

    history = report(both, lines + told, ledger).history

    for point in history[1::7]:
        alone = report(both, lines + told, ledger, point.on)
        assert (alone.bank_balance_minor, alone.ledger_balance_minor) == (
            point.bank_minor,
            point.ledger_minor,
        )
        moved = sum(amount for on, amount, _ in rows if day(on) <= point.on)
        assert point.bank_minor == 1_000 + moved
