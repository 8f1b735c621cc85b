"""Validation: whole, numbered without a gap, once, and finished by whoever calls again."""

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import (
    Company,
    EntryLine,
    EntrySource,
    EntryStatus,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import PeriodClosed, StoreUnavailable
from rappro.domain.ids import EntryId
from rappro.domain.operations import (
    PieceCounter,
)
from rappro.domain.records import (
    LineStatus,
    Match,
    MatchStatus,
    StatementStatus,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.writes import (
    Write,
    change,
    create,
)
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt
from .dumps import dump
from .faulty import Faulty

ITEMS = ["oi_FA2026-0101", "oi_FA2026-0102", "oi_FE2026-77"]
MANY = (
    *NOVEMBER,
    *((f"2026-11-{day:02d}", f"{day}.50", f"RECU {day}") for day in range(13, 28)),
    ("2026-11-28", "100.00", "VIR MENUISERIE DUPOND FA2026-0102"),
    ("2026-11-29", "200.00", "VIR MENUISERIE DUPOND FA2026-0102"),
)


def validated(desk: Desk) -> Desk:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    return desk


def entries(desk: Desk) -> list[JournalEntry]:
    return list(desk.store.entries(desk.tenant, COMPANY, limit=200).items)


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(MANY))
    return desk


def test_every_line_is_in_the_books_and_the_report_ends_at_zero(desk: Desk) -> None:
    validated(desk)

    assert desk.statement().status is StatementStatus.VALIDATED
    assert {line.status for line in desk.lines()} == {LineStatus.VALIDATED}
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert (report.lines_not_in_books, report.entries_not_on_bank) == ((), ())
    assert report.difference_minor == 0
    assert report.bank_balance_minor == desk.statement().closing.amount_minor  # type: ignore[union-attr]


def test_numbers_have_no_gap_and_follow_the_lines(desk: Desk) -> None:
    validated(desk)

    numbered = sorted(
        (e for e in entries(desk) if e.number is not None), key=lambda e: e.number or 0
    )
    assert [e.number for e in numbered] == list(range(1, len(numbered) + 1))
    assert [e.date for e in numbered] == sorted(e.date for e in numbered)
    assert {e.status for e in entries(desk)} == {EntryStatus.VALIDATED}
    counter = desk.store.get(desk.tenant, COMPANY, PieceCounter, "BQ1/2026")
    assert counter is not None
    assert counter.last_number == len(numbered)


def test_what_is_not_matched_goes_to_suspense(desk: Desk) -> None:
    validated(desk)

    on_suspense = [e for e in entries(desk) if e.lines[1].account == "471000"]
    assert len(on_suspense) == 16
    assert sum(e.lines[1].balance_minor for e in on_suspense) == 1_234 - sum(
        day * 100 + 50 for day in range(13, 28)
    )


def test_with_intermediate_posting_skipped_unmatched_lines_stay_open() -> None:
    desk = Desk().open_company(ImportProfile(is_intermediate_posting_skipped=True))
    desk.drop(camt(NOVEMBER))

    validated(desk)

    assert [line.status for line in desk.lines()][2] is LineStatus.NOT_VALIDATED
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert [item.amount_minor for item in report.lines_not_in_books] == [-1_234]
    assert report.difference_minor == 0


def test_a_payment_and_its_invoice_share_a_letter(desk: Desk) -> None:
    validated(desk)

    item = desk.item("FA2026-0101")
    (payment,) = desk.store.get_many(desk.tenant, COMPANY, JournalEntry, item.settled_by).values()
    assert item.letter is not None
    assert [line.letter for line in payment.lines] == [None, item.letter]


def with_its_sale(desk: Desk, number: str) -> None:
    """Put an invoice's own entry in the books."""
    item = desk.item(number)
    sale = JournalEntry(
        EntryId(f"en_{number}"), "VE", item.issue_date, number, item.issue_date, number,
        (
            EntryLine(item.account, number, item.amount_minor, 0, item.third_party),
            EntryLine("706000", number, 0, item.amount_minor),
        ),
        EntrySource.FEC, EntryStatus.VALIDATED,
    )  # fmt: skip
    known = replace(item, entry_id=sale.id, entry_line=0)
    desk.store.commit(desk.tenant, COMPANY, [create(sale), change(item, known)])


def test_two_part_payments_end_in_one_full_letter(desk: Desk) -> None:
    with_its_sale(desk, "FA2026-0102")

    validated(desk)

    item = desk.item("FA2026-0102")
    payments = desk.store.get_many(desk.tenant, COMPANY, JournalEntry, item.settled_by).values()
    assert (item.is_settled, len(item.settled_by)) == (True, 2)
    assert item.letter is not None
    assert item.letter.isupper()
    assert {line.letter for p in payments for line in p.lines[1:]} == {item.letter}


def test_validating_again_changes_nothing(desk: Desk) -> None:
    before = dump(validated(desk).store, desk.tenant, COMPANY, ITEMS)

    assert dump(validated(desk).store, desk.tenant, COMPANY, ITEMS) == before


def test_matches_are_final(desk: Desk) -> None:
    validated(desk)

    ids = [line.match_id or "" for line in desk.lines()]
    found = desk.store.get_many(desk.tenant, COMPANY, Match, ids)
    assert {match.status for match in found.values()} == {MatchStatus.VALIDATED}
    assert len(found) == len(set(ids))


def test_a_locked_period_refuses_before_anything_changes(desk: Desk) -> None:
    company = desk.store.get(desk.tenant, COMPANY, Company, "COMPANY")
    assert company is not None
    locked = replace(company, closed_until=date(2026, 11, 30))
    desk.store.commit(desk.tenant, COMPANY, [change(company, locked)])
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    with pytest.raises(PeriodClosed):
        validated(desk)

    assert dump(desk.store, desk.tenant, COMPANY, ITEMS) == before


def undisturbed() -> dict[str, object]:
    desk = Desk().open_company()
    desk.drop(camt(MANY))
    return dump(validated(desk).store, desk.tenant, COMPANY, ITEMS)


@pytest.mark.parametrize("is_after", [False, True])
def test_a_validation_that_dies_at_any_commit_is_finished_by_calling_again(
    *, is_after: bool
) -> None:
    expected, died = undisturbed(), 0
    for step in range(1, 60):
        store = Faulty()
        desk = Desk(store=store).open_company()
        desk.drop(camt(MANY))
        store.fail_at, store.is_after, store.count = step, is_after, 0
        try:
            validated(desk)
        except StoreUnavailable:
            died += 1
            store.fail_at = None
            validated(desk)

        assert dump(store, desk.tenant, COMPANY, ITEMS) == expected
        if store.count < step:
            break
    assert died >= 5


def test_an_entry_that_vanishes_shows_in_the_report_as_exactly_its_amount(desk: Desk) -> None:
    validated(desk)
    item = desk.store.get(desk.tenant, COMPANY, OpenItem, "oi_FA2026-0101")
    assert item is not None
    entry = desk.store.get(desk.tenant, COMPANY, JournalEntry, item.settled_by[0])
    assert entry is not None

    desk.store.commit(desk.tenant, COMPANY, [Write(entry, None)])

    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert report.difference_minor == 12_000
