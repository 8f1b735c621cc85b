"""Receipts and disbursements made from lines: one, many, and of nobody known (ACT-1 to ACT-3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, BankEntrySource, Company
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    OpenItemAlreadySettled,
    PeriodClosed,
    RapproError,
    RuleViolation,
    StoreUnavailable,
    UnbalancedEntry,
)
from rappro.domain.ids import OpenItemId
from rappro.domain.learning import Lesson
from rappro.domain.operations import AuditEvent
from rappro.domain.posting.slips import Leg
from rappro.domain.records import Match, MatchStatus
from rappro.domain.writes import change
from rappro.use_cases.acting import LINES_MAX_PER_BATCH, LINES_MAX_PER_ENTRY
from rappro.use_cases.cash_movements import (
    UndefinedMovement,
    create_cash_movement,
    create_cash_movements,
    create_undefined_movement,
)
from rappro.use_cases.match_by_hand import confirm
from rappro.use_cases.validate_statement import validate_statement

from .acts import actor, edit, entries, key, keys, legs, match_of, picture, undo_whole
from .desk import AUTHOR, CLIENT, COMPANY, SUPPLIER, Desk, camt
from .faulty import Faulty

LINES = (
    ("2026-11-05", "200.00", "REMISE 1"),
    ("2026-11-06", "220.00", "REMISE 2"),
    ("2026-11-07", "-3.50", "FRAIS INCONNUS"),
    ("2026-11-09", "150.00", "REMISE 3"),
)
INVOICE = OpenItemId("oi_FA2026-0102")  # 300.00 of the customer


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(LINES))
    assert [line.third_party for line in desk.lines()] == [None] * 4
    return desk


def lock(desk: Desk, until: date) -> None:
    company = desk.store.get(desk.tenant, COMPANY, Company, "COMPANY")
    assert company is not None
    desk.store.commit(desk.tenant, COMPANY, [change(company, replace(company, closed_until=until))])


def test_a_receipt_without_an_invoice_is_a_payment_on_account_and_waits(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id)

    made = create_cash_movement(actor(desk), key(desk, 1))

    assert (made.status, made.level, made.author) == (MatchStatus.TO_CONFIRM, "AM", AUTHOR)
    (entry,) = entries(desk, made)
    assert legs(entry) == [("512100", 20_000), ("411000", -20_000)]
    assert (entry.date, entry.lines[1].third_party) == (date(2026, 11, 5), CLIENT.id)
    (side,) = [e for e in desk.store.ledger(desk.tenant, COMPANY, "512100") if e.match_id]
    assert (side.source, side.third_party, side.is_in_ledger) == (
        BankEntrySource.PAYMENT,
        CLIENT.id,
        False,
    )
    assert desk.lines()[0].match_id == made.id
    assert desk.statement().matched_minor == 20_000


def test_a_disbursement_is_made_of_a_debit_for_a_supplier(desk: Desk) -> None:
    edit(desk, 3, third_party=SUPPLIER.id)

    made = create_cash_movement(actor(desk), key(desk, 3))

    assert legs(entries(desk, made)[0]) == [("512100", -350), ("401000", 350)]


def test_with_an_invoice_the_movement_pays_it_on_the_operation_date(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id, invoice=INVOICE)

    made = create_cash_movement(actor(desk), key(desk, 1), operation_date=date(2026, 11, 8))

    (entry,) = entries(desk, made)
    assert (entry.date, entry.piece_ref) == (date(2026, 11, 8), "FA2026-0102")
    item = desk.item("FA2026-0102")
    assert (item.residual_minor, item.settled_by) == (10_000, (entry.id,))


def test_what_an_invoice_does_not_take_is_on_account(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id, invoice=OpenItemId("oi_FA2026-0101"))

    made = create_cash_movement(actor(desk), key(desk, 1))

    assert legs(entries(desk, made)[0]) == [
        ("512100", 20_000),
        ("411000", -12_000),
        ("411000", -8_000),
    ]
    assert desk.item("FA2026-0101").is_settled


def test_an_invoice_alone_says_whose_the_movement_is(desk: Desk) -> None:
    edit(desk, 1, invoice=INVOICE)

    made = create_cash_movement(actor(desk), key(desk, 1))

    assert entries(desk, made)[0].lines[1].third_party == CLIENT.id


def test_it_can_be_validated_only_once_it_is_confirmed_and_then_it_teaches(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id, invoice=INVOICE)
    made = create_cash_movement(actor(desk), key(desk, 1))
    statement = desk.statement().id

    with pytest.raises(NotAllowedInState):
        validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)
    confirmed = confirm(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)
    taught = desk.store.all(desk.tenant, COMPANY, Lesson)
    validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)

    assert confirmed.status is MatchStatus.CONFIRMED
    assert tuple(lesson.id for lesson in taught) == confirmed.lesson_ids
    assert match_of(desk, made.id).status is MatchStatus.VALIDATED
    assert entries(desk, made)[0].number == 1
    assert desk.item("FA2026-0102").letter == "aaa"


def test_undone_and_its_draft_deleted_all_is_exactly_as_before(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id, invoice=OpenItemId("oi_FA2026-0101"))
    before = picture(desk)
    made = create_cash_movement(actor(desk), key(desk, 1))

    undo_whole(desk, made)

    assert picture(desk) == before


def test_who_acted_on_what_is_in_the_audit_trail(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id)
    made = create_cash_movement(actor(desk), key(desk, 1))

    events = desk.store.audit_events(desk.tenant, COMPANY).items
    (told,) = [event for event in events if event.action == "create_cash_movement"]
    line = desk.lines()[0].key
    assert isinstance(told, AuditEvent)
    assert (told.author, told.subject) == (AUTHOR, made.id)
    assert told.before == {"lines": {line: "C"}}
    assert told.after == {
        "lines": {line: "AM"},
        "entries": list(made.entry_ids),
        "settled": [{"type": "third_party", "id": CLIENT.id, "amount": "200.00"}],
        "status": "to_confirm",
    }


REFUSALS: tuple[tuple[str, type[RapproError], Callable[[Desk], object]], ...] = (
    ("no third party", RuleViolation, lambda d: create_cash_movement(actor(d), key(d, 1))),
    ("an unknown line", NotFound, lambda d: create_cash_movement(actor(d), key(d, 9))),
    (
        "a day after the statement's end",
        InvalidRequest,
        lambda d: create_cash_movement(
            actor(d), key(d, 2), operation_date=date(2026, 12, 1)
        ),
    ),
    ("money out for a customer's invoice", RuleViolation,
     lambda d: create_cash_movement(actor(d), key(d, 3))),
)  # fmt: skip


@pytest.mark.parametrize(
    ("error", "act"), [one[1:] for one in REFUSALS], ids=[one[0] for one in REFUSALS]
)
def test_what_is_refused_changes_nothing(
    desk: Desk, error: type[RapproError], act: Callable[[Desk], object]
) -> None:
    edit(desk, 2, third_party=CLIENT.id)
    edit(desk, 3, invoice=INVOICE)
    before = picture(desk)

    with pytest.raises(error):
        act(desk)

    assert picture(desk) == before


def test_a_locked_period_a_matched_line_and_a_settled_invoice_are_refused(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id, invoice=OpenItemId("oi_FA2026-0101"))
    edit(desk, 2, third_party=CLIENT.id, invoice=OpenItemId("oi_FA2026-0101"))
    create_cash_movement(actor(desk), key(desk, 1))

    with pytest.raises(NotAllowedInState):
        create_cash_movement(actor(desk), key(desk, 1))
    with pytest.raises(OpenItemAlreadySettled):
        create_cash_movement(actor(desk), key(desk, 2))
    lock(desk, date(2026, 11, 30))
    edit(desk, 4, third_party=CLIENT.id)
    with pytest.raises(PeriodClosed):
        create_cash_movement(actor(desk), key(desk, 4))


def test_one_line_without_a_third_party_refuses_the_whole_batch_by_name(desk: Desk) -> None:
    edit(desk, 1, third_party=CLIENT.id)
    before = picture(desk)

    with pytest.raises(RuleViolation) as refused:
        create_cash_movements(actor(desk), keys(desk, 1, 2, 4))

    statement = desk.statement().id
    assert f"{statement}/2, {statement}/4" in refused.value.detail
    assert f"{statement}/1" not in refused.value.detail
    assert picture(desk) == before


def test_lines_of_one_invoice_take_from_it_the_earliest_first_until_it_is_settled(
    desk: Desk,
) -> None:
    for position in (1, 2, 4):
        edit(desk, position, third_party=CLIENT.id, invoice=INVOICE)

    results = create_cash_movements(actor(desk), keys(desk, 4, 2, 1))

    assert [r.error.code if r.error else None for r in results] == ["already_settled", None, None]
    first, second = match_of(desk, results[2].match_id), match_of(desk, results[1].match_id)
    assert [s.settle.amount_minor for s in first.settles] == [20_000]
    assert [s.settle.amount_minor for s in second.settles] == [10_000, 12_000]
    assert desk.lines()[3].match_id is None
    assert (desk.item("FA2026-0102").is_settled, desk.statement().matched_minor) == (True, 42_000)


def test_a_batch_asked_again_tells_the_same_and_changes_nothing(desk: Desk) -> None:
    for position in (1, 2):
        edit(desk, position, third_party=CLIENT.id)
    first = create_cash_movements(actor(desk), keys(desk, 1, 2))
    before = picture(desk)

    assert create_cash_movements(actor(desk), keys(desk, 1, 2)) == first
    assert picture(desk) == before


def test_a_batch_and_an_entry_are_bounded(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        create_cash_movements(actor(desk), keys(desk, *range(1, LINES_MAX_PER_BATCH + 2)))
    with pytest.raises(InvalidRequest):
        create_cash_movements(actor(desk), ())
    positions = tuple(range(1, LINES_MAX_PER_ENTRY + 2))
    with pytest.raises(InvalidRequest):
        create_undefined_movement(
            actor(desk), UndefinedMovement(desk.statement().id, positions, (Leg("627000", 1),))
        )


MANY = tuple((f"2026-11-{1 + n // 10:02d}", f"{100 + n}.00", f"RECU {n}") for n in range(30))


def many(store: Faulty | None = None) -> Desk:
    desk = Desk(store=store).open_company()
    desk.drop(camt(MANY))
    for position in range(1, 31):
        edit(desk, position, third_party=CLIENT.id)
    edit(desk, 7, invoice=INVOICE)
    return desk


@pytest.mark.parametrize("is_after", [False, True])
def test_a_batch_that_dies_at_any_commit_leaves_no_line_half_done_and_is_finished_again(
    *, is_after: bool
) -> None:
    undisturbed = many()
    create_cash_movements(actor(undisturbed), keys(undisturbed, *range(1, 31)))
    expected, died = picture(undisturbed), 0
    for step in range(1, 40):
        store = Faulty()
        desk = many(store)
        store.fail_at, store.is_after, store.count = step, is_after, 0
        try:
            create_cash_movements(actor(desk), keys(desk, *range(1, 31)))
        except StoreUnavailable:
            died += 1
            store.fail_at = None
            matched = [line for line in desk.lines() if line.match_id]
            made = {line.match_id: match_of(desk, line.match_id) for line in matched}
            assert all(len(entries(desk, match)) == 1 for match in made.values())
            total = sum(abs(line.line.amount_minor) for line in matched)
            assert desk.statement().matched_minor == total
            create_cash_movements(actor(desk), keys(desk, *range(1, 31)))
        assert picture(desk) == expected
        if store.count < step:
            break
    assert died >= 5


def undefined(desk: Desk, *positions: int, **fields: object) -> Match:
    given = {"legs": (Leg("706000", 42_000),)} | fields
    request = UndefinedMovement(desk.statement().id, positions, **given)  # type: ignore[arg-type]
    return create_undefined_movement(actor(desk), request)


def test_many_lines_of_nobody_known_make_one_receipt_with_its_defaults(desk: Desk) -> None:
    shares = (Leg("706000", 40_000), Leg("471000", 1_650, "Attente"))

    made = undefined(desk, 1, 2, 3, legs=shares)

    assert (made.status, made.level, made.amount_minor) == (MatchStatus.TO_CONFIRM, "AD", 41_650)
    (entry,) = entries(desk, made)
    assert legs(entry) == [("512100", 41_650), ("706000", -40_000), ("471000", -1_650)]
    assert [line.label for line in entry.lines] == ["REMISE 2", "REMISE 2", "Attente"]
    assert (entry.date, entry.label) == (date(2026, 11, 7), "REMISE 2")
    assert {line.match_id for line in desk.lines()[:3]} == {made.id}
    by_line = [sum(s.settle.amount_minor for s in made.settles if s.line_id == line.id)
               for line in desk.lines()[:3]]  # fmt: skip
    assert by_line == [20_000, 22_000, -350]


def test_a_debit_makes_a_disbursement(desk: Desk) -> None:
    made = undefined(desk, 3, legs=(Leg("627000", -350),))

    assert legs(entries(desk, made)[0]) == [("512100", -350), ("627000", 350)]


def test_date_drawer_and_piece_may_be_given_and_the_piece_follows_a_named_invoice(
    desk: Desk,
) -> None:
    edit(desk, 4, invoice=INVOICE)

    named = undefined(desk, 4, legs=(Leg("411000", 15_000),))
    given = undefined(
        desk, 1, 2, operation_date=date(2026, 11, 3), drawer="Garage du Port", piece="FA-9"
    )

    assert entries(desk, named)[0].piece_ref == "FA2026-0102"
    (entry,) = entries(desk, given)
    assert (entry.date, entry.label, entry.piece_ref) == (
        date(2026, 11, 3),
        "Garage du Port",
        "FA-9",
    )


def test_counterparts_that_do_not_come_to_the_total_are_refused_with_the_gap(desk: Desk) -> None:
    before = picture(desk)

    with pytest.raises(UnbalancedEntry) as refused:
        undefined(desk, 1, 2, legs=(Leg("706000", 41_999),))

    assert refused.value.detail == ("the counterparts are 419.99 of 420.00: 0.01 is left to share")
    assert picture(desk) == before


def test_a_known_third_party_an_unknown_account_and_a_total_of_nothing_are_refused(
    desk: Desk,
) -> None:
    with pytest.raises(NotFound):
        undefined(desk, 1, 2, legs=(Leg("999999", 42_000),))
    with pytest.raises(InvalidRequest):
        undefined(desk, 1, 2, legs=(Leg("706000", 42_000), Leg("627000", 0)))
    with pytest.raises(InvalidRequest):
        undefined(desk, 1, 2, operation_date=date(2026, 12, 1))
    edit(desk, 1, third_party=CLIENT.id)
    with pytest.raises(RuleViolation):
        undefined(desk, 1, 2)
    other = Desk().open_company()
    other.drop(camt([("2026-11-05", "5.00", "UN"), ("2026-11-05", "-5.00", "DEUX")]))
    with pytest.raises(RuleViolation):
        undefined(other, 1, 2, legs=(Leg("706000", 5), Leg("627000", -5)))


def test_a_movement_of_nobody_known_undone_and_deleted_leaves_the_exact_former_state(
    desk: Desk,
) -> None:
    before = picture(desk)
    made = undefined(desk, 1, 2)

    undo_whole(desk, made)

    assert picture(desk) == before
    assert desk.store.get(desk.tenant, COMPANY, BankEntry, "be_vir") is not None


def test_as_many_lines_as_an_entry_may_have_fit_one_commit() -> None:
    desk = Desk().open_company()
    desk.drop(camt(MANY))
    positions = tuple(range(1, LINES_MAX_PER_ENTRY + 1))
    total = sum(line.line.amount_minor for line in desk.lines()[:LINES_MAX_PER_ENTRY])

    made = undefined(desk, *positions, legs=(Leg("706000", total),))

    assert (len(made.lines), made.status) == (LINES_MAX_PER_ENTRY, MatchStatus.TO_CONFIRM)
    undo_whole(desk, made)
    assert desk.statement().matched_minor == 0
