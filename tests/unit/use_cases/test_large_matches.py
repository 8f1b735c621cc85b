"""Matches larger than one commit: whole in the end, whoever dies on the way."""

from dataclasses import replace

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.errors import StoreUnavailable
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import (
    MatchStatus,
    UnfinishedMatch,
)
from rappro.domain.writes import (
    change,
)
from rappro.use_cases.large_matches import finish_matches
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, Desk, camt, item
from .dumps import dump
from .faulty import Faulty

COUNT = 48
NUMBERS = [f"FA2025-{n:04d}" for n in range(COUNT)]
ITEMS = [f"oi_{number}" for number in NUMBERS]


def desk_with_many(store: MemoryStore | None = None) -> Desk:
    desk = Desk(store=store).open_company()
    items = tuple(item(number, 1_000 + n) for n, number in enumerate(NUMBERS))
    load_document(desk.ports, desk.tenant, COMPANY, BookRecords(open_items=items), AUTHOR)
    total = sum(i.amount_minor for i in items)
    desk.drop(camt([("2026-11-05", f"{total // 100}.{total % 100:02d}", "REMISE GLOBALE")]))
    assert desk.levels() != ["A"]
    return desk


def request(desk: Desk) -> ManualMatch:
    targets = tuple(
        Settle(TargetType.OPEN_ITEM, f"oi_{number}", 1_000 + n) for n, number in enumerate(NUMBERS)
    )
    return ManualMatch(((desk.statement().id, 1),), targets)


def test_a_remittance_of_many_invoices_settles_them_all_in_one_match() -> None:
    desk = desk_with_many()

    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)

    assert made.status is MatchStatus.CONFIRMED
    assert all(desk.item(number).is_settled for number in NUMBERS)
    assert desk.store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_its_undo_gives_every_invoice_back() -> None:
    desk = desk_with_many()
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)["items"]
    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)

    undone = undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)

    assert undone.status is MatchStatus.UNDONE
    assert dump(desk.store, desk.tenant, COMPANY, ITEMS)["items"] == before
    assert desk.lines()[0].match_id is None


def test_its_validation_letters_every_invoice_once() -> None:
    desk = desk_with_many()
    match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    letters = [desk.item(number).letter for number in NUMBERS]
    assert len(set(letters)) == COUNT
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert report.difference_minor == 0


def test_a_target_taken_meanwhile_gives_the_whole_match_back() -> None:
    """The match dies after its claim; somebody settles its last invoice; then it is finished."""
    store = Faulty()
    desk = desk_with_many(store)
    store.fail_at, store.count = 2, 0
    with pytest.raises(StoreUnavailable):
        match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)
    store.fail_at = None
    taken = desk.item(NUMBERS[-1])
    settled = replace(taken, residual_minor=0, company_residual_minor=0)
    store.commit(desk.tenant, COMPANY, [change(taken, settled)])

    finish_matches(desk.ports, desk.tenant, COMPANY)

    assert [desk.item(number).is_settled for number in NUMBERS] == [False] * (COUNT - 1) + [True]
    assert desk.lines()[0].match_id is None
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []
    assert [e for e in store.entries(desk.tenant, COMPANY).items if e.match_id] == []


@pytest.mark.parametrize("is_after", [False, True])
def test_a_large_match_that_dies_at_any_commit_is_finished_by_whoever_comes_next(
    *, is_after: bool
) -> None:
    whole = desk_with_many()
    match_by_hand(whole.ports, whole.tenant, COMPANY, request(whole), AUTHOR)
    validate_statement(whole.ports, whole.tenant, COMPANY, whole.statement().id, AUTHOR)
    expected = dump(whole.store, whole.tenant, COMPANY, ITEMS)

    died = 0
    for step in range(1, 200):
        store = Faulty()
        desk = desk_with_many(store)
        store.fail_at, store.is_after, store.count = step, is_after, 0
        if not _attempt(desk):
            died += 1
            store.fail_at = None
            _attempt(desk)
        assert dump(store, desk.tenant, COMPANY, ITEMS) == expected
        if store.count < step:
            break
    assert died >= 8


def _attempt(desk: Desk) -> bool:
    """Do whatever is left to do, as the next caller would; say whether nothing failed."""
    try:
        finish_matches(desk.ports, desk.tenant, COMPANY)
        if desk.lines()[0].match_id is None:
            match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)
        validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    except StoreUnavailable:
        return False
    return True
