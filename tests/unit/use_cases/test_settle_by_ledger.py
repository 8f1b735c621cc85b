"""Differences settled through the ledger: only where there is one, and balanced (ACT-4)."""

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, BankEntrySource, EntryStatus, Journal, LedgerAccount
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    OpenItemAlreadySettled,
    PeriodClosed,
    RapproError,
    RuleViolation,
    UnbalancedEntry,
)
from rappro.domain.ids import OpenItemId
from rappro.domain.operations import PieceCounter
from rappro.domain.posting.slips import Leg
from rappro.domain.records import Match, MatchStatus
from rappro.domain.writes import create
from rappro.use_cases.acting import LINES_MAX_PER_ENTRY
from rappro.use_cases.companies import get_company, save_company
from rappro.use_cases.difference_types import delete_difference_type, get_difference_type
from rappro.use_cases.match_by_hand import confirm
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.settle_by_ledger import Settlement, settle_difference
from rappro.use_cases.validate_statement import validate_statement

from .acts import actor, edit, entries, legs, picture, undo_whole
from .desk import AUTHOR, COMPANY, Desk, camt

OWN = DifferenceType("fees", "Frais de virement", "627000")


def entry(name: str, amount: int, **fields: object) -> BankEntry:
    made = {"account": "512100", "date": date(2026, 11, 4)} | fields
    return BankEntry(
        id=name, journal="BQ1", amount_minor=amount, currency="EUR", label=name, **made  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(
        camt(
            [
                ("2026-11-05", "198.50", "REMISE 1"),
                ("2026-11-06", "220.00", "REMISE 2"),
                ("2026-11-07", "-3.50", "FRAIS INCONNUS"),
            ]
        )
    )
    books = [entry("be_1", 20_000), entry("be_2", 22_000), entry("be_5112", 500, account="511200")]
    desk.store.commit(desk.tenant, COMPANY, [*(create(one) for one in books), create(OWN)])
    assert [line.match_id for line in desk.lines()] == [None] * 3
    return desk


def settle(desk: Desk, positions: tuple[int, ...], *bank: str, **fields: object) -> Match:
    given = {"type": "bank_charges"} | fields
    request = Settlement(desk.statement().id, positions, bank, **given)  # type: ignore[arg-type]
    return settle_difference(actor(desk), request)


def test_a_negative_difference_debits_the_type_s_account_and_credits_the_bank(desk: Desk) -> None:
    made = settle(desk, (1,), "be_1")

    (written,) = entries(desk, made)
    assert legs(written) == [("512100", -150), ("627000", 150)]
    assert (written.transaction_code, written.piece_ref, written.label) == (
        "SCRAP",
        "Rapprochement",
        "Frais bancaires",
    )
    assert (written.date, written.journal) == (date(2026, 11, 5), "BQ1")
    assert (made.status, made.mark, made.difference_type) == (
        MatchStatus.TO_CONFIRM,
        "AAA",
        "bank_charges",
    )
    assert [(s.settle.id, s.settle.amount_minor) for s in made.settles] == [
        ("be_1", 20_000),
        ("627000", -150),
    ]
    pointed = desk.store.get(desk.tenant, COMPANY, BankEntry, "be_1")
    assert pointed is not None
    assert pointed.match_id == made.id


def test_a_positive_difference_debits_the_bank_and_credits_the_type_s_account(desk: Desk) -> None:
    made = settle(desk, (2,), "be_1", type="rounding_gain")

    assert legs(entries(desk, made)[0]) == [("512100", 2_000), ("758000", -2_000)]


def test_several_lines_and_entries_are_settled_under_the_statement_s_next_letter(
    desk: Desk,
) -> None:
    first = settle(desk, (3,))
    second = settle(desk, (1, 2), "be_1", "be_2")

    assert (first.mark, second.mark) == ("AAA", "AAB")
    assert legs(entries(desk, second)[0]) == [("512100", -150), ("627000", 150)]
    by_line = {
        line.id: sum(s.settle.amount_minor for s in second.settles if s.line_id == line.id)
        for line in desk.lines()[:2]
    }
    assert list(by_line.values()) == [19_850, 22_000]


def test_other_takes_counterparts_that_balance_to_the_cent(desk: Desk) -> None:
    before = picture(desk)

    with pytest.raises(UnbalancedEntry) as refused:
        settle(desk, (1,), "be_1", type="other", legs=(Leg("627000", -149),))
    assert refused.value.detail == "the counterparts are -1.49 of -1.50: -0.01 is left to share"
    assert picture(desk) == before
    shares = (Leg("627000", -100), Leg("471000", -50, "Reste"))
    made = settle(desk, (1,), "be_1", type="other", legs=shares)

    (written,) = entries(desk, made)
    assert legs(written) == [("512100", -150), ("627000", 100), ("471000", 50)]
    assert (written.transaction_code, made.difference_type) == ("SCRAP", "other")


@pytest.mark.parametrize(
    ("error", "positions", "bank", "fields"),
    [
        (RuleViolation, (2,), ("be_2",), {}),
        (RuleViolation, (1,), ("be_5112",), {}),
        (NotFound, (1,), ("be_none",), {}),
        (NotFound, (9,), (), {}),
        (OpenItemAlreadySettled, (1,), ("be_old",), {}),
        (InvalidRequest, (1,), ("be_1",), {"type": "unknown"}),
        (InvalidRequest, (1,), ("be_1",), {"legs": (Leg("627000", -150),)}),
        (InvalidRequest, (1,), ("be_1",), {"type": "other"}),
        (InvalidRequest, (1,), ("be_1",), {"journal": "XX"}),
        (InvalidRequest, (1,), ("be_1",), {"operation_date": date(2026, 12, 1)}),
        (InvalidRequest, (1,), ("be_1", "be_1"), {}),
        (NotFound, (1,), ("be_1",), {"type": "other", "legs": (Leg("999999", -150),)}),
    ],
)
def test_what_is_refused_changes_nothing(
    desk: Desk, error: type[RapproError], positions: tuple[int, ...], bank: tuple[str, ...],
    fields: dict[str, object],
) -> None:  # fmt: skip
    before = picture(desk)

    with pytest.raises(error):
        settle(desk, positions, *bank, **fields)

    assert picture(desk) == before


def test_a_locked_period_is_refused(desk: Desk) -> None:
    company = get_company(desk.ports, desk.tenant, COMPANY)
    locked = replace(company, closed_until=date(2026, 11, 30))
    save_company(desk.ports, desk.tenant, locked, AUTHOR)

    with pytest.raises(PeriodClosed):
        settle(desk, (1,), "be_1")


def test_a_line_that_names_an_invoice_is_bound_to_movements_here_too(desk: Desk) -> None:
    edit(desk, 1, invoice=OpenItemId("oi_FA2026-0102"))
    paid = entry("be_paid", 20_000, source=BankEntrySource.PAYMENT, third_party="tp_dupond")
    desk.store.commit(desk.tenant, COMPANY, [create(paid)])

    with pytest.raises(RuleViolation):
        settle(desk, (1,), "be_1")
    made = settle(desk, (1,), "be_paid")

    assert [(a.item, a.amount_minor) for a in made.allocations] == [("oi_FA2026-0102", 20_000)]
    assert desk.item("FA2026-0102").residual_minor == 10_000


def test_undone_and_its_draft_deleted_all_is_as_before_the_type_and_the_letter_free(
    desk: Desk,
) -> None:
    before = picture(desk)
    made = settle(desk, (1,), "be_1", type="fees")
    with pytest.raises(NotAllowedInState):
        delete_difference_type(desk.ports, desk.tenant, COMPANY, "fees", AUTHOR)

    undo_whole(desk, made)

    assert picture(desk) == before
    assert get_difference_type(desk.ports, desk.tenant, COMPANY, "fees").use_count == 0
    assert settle(desk, (1,), "be_1", type="fees").mark == "AAA"


def test_in_another_journal_the_entry_is_numbered_there_and_its_bank_leg_stays(desk: Desk) -> None:
    od = Journal("OD", "Opérations diverses")
    desk.store.commit(
        desk.tenant, COMPANY, [create(od), create(LedgerAccount("758000", "Produits divers"))]
    )
    made = settle(desk, (2,), "be_1", type="rounding_gain", journal="OD")
    other = settle(desk, (1,), type="rounding_gain")
    for match in (made, other):
        confirm(desk.ports, desk.tenant, COMPANY, match.id, AUTHOR)

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    (written,) = entries(desk, made)
    assert (written.journal, written.number, written.status) == ("OD", 1, EntryStatus.VALIDATED)
    assert written.lines[0].account == "512100"
    counters = desk.store.all(desk.tenant, COMPANY, PieceCounter)
    assert {one.key: one.last_number for one in counters} == {"BQ1/2026": 2, "OD/2026": 1}
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert report.difference_minor == 0


def test_a_settlement_larger_than_a_commit_still_waits_for_confirmation() -> None:
    desk = Desk().open_company()
    count = LINES_MAX_PER_ENTRY
    desk.drop(camt([(f"2026-11-{1 + n:02d}", "10.01", f"REMISE {n}") for n in range(count)]))
    books = [entry(f"be_{n:02d}", 1_000) for n in range(count)]
    for one in books:
        desk.store.commit(desk.tenant, COMPANY, [create(one)])
    desk.store.commit(desk.tenant, COMPANY, [create(OWN)])
    before = picture(desk)

    made = settle(desk, tuple(range(1, count + 1)), *(one.id for one in books), type="fees")

    assert made.status is MatchStatus.TO_CONFIRM
    assert legs(entries(desk, made)[0]) == [("512100", count), ("627000", -count)]
    undo_whole(desk, made)
    assert picture(desk) == before
