"""Reversals of many commits: the same as in one commit, whoever else works, whatever dies."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rappro.domain.books import JournalEntry
from rappro.domain.errors import StoreUnavailable
from rappro.domain.events import EventType, events_of
from rappro.domain.ids import MatchId, StatementId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import AuditEvent
from rappro.domain.records import LineStatus, Match, MatchStatus, StatementStatus, UnfinishedMatch
from rappro.domain.unfinished import UnfinishedValidation
from rappro.use_cases import reads, reverse_match
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.reverse_match import Reversal
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt, item
from .dumps import dump
from .faulty import Faulty
from .readers import everything

WHY = Reversal("payé deux fois", date(2026, 11, 30))
ITEMS = ["oi_FA2025-1", "oi_FA2025-2", "oi_FA2026-0101"]
LINES = 48


def desk_with_parts(store: Faulty | None = None, count: int = LINES) -> Desk:
    """Many receipts pay two invoices in one match; two more pay of one, each for itself."""
    desk = Desk(store=store or Faulty()).open_company()
    total = 1_000 * count
    records = BookRecords(open_items=(item("FA2025-1", total), item("FA2025-2", 3_000)))
    load_document(desk.ports, desk.tenant, COMPANY, records, AUTHOR)
    movements = [("2026-11-05", "10.00", f"ACOMPTE {n}") for n in range(count + 2)]
    desk.drop(camt(movements))
    statement = desk.statement().id
    lines = tuple((statement, n) for n in range(1, count + 1))
    _match(desk, lines, [("oi_FA2025-1", total - 1_000), ("oi_FA2025-2", 1_000)])
    for n in (count + 1, count + 2):
        _match(desk, ((statement, n),), [("oi_FA2025-2", 1_000)])
    validate(desk)
    return desk


def _match(desk: Desk, lines: tuple[Any, ...], targets: list[tuple[str, int]]) -> None:
    wanted = tuple(Settle(TargetType.OPEN_ITEM, key, amount) for key, amount in targets)
    match_by_hand(desk.ports, desk.tenant, COMPANY, ManualMatch(lines, wanted), AUTHOR)


def validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def reverse(desk: Desk, match_id: MatchId) -> Match:
    return reverse_match.reverse_match(desk.ports, desk.tenant, COMPANY, match_id, WHY, AUTHOR)


def matches(desk: Desk) -> list[MatchId]:
    return list(dict.fromkeys(line.match_id for line in desk.lines() if line.match_id))


def numbers(desk: Desk) -> list[int]:
    return sorted(entry["number"] for entry in everything(desk)["entries"])


def rows(desk: Desk, action: str) -> list[AuditEvent]:
    kept = desk.store.audit_events(desk.tenant, COMPANY, limit=500).items
    return sorted((row for row in kept if row.action == action), key=lambda row: row.id)


def november() -> Desk:
    desk = Desk(store=Faulty()).open_company()
    desk.drop(camt(NOVEMBER))
    validate(desk)
    return desk


def parts_of_one() -> Desk:
    """Two parts of an invoice in two matches: what is left of its group is lettered again."""
    desk = Desk(store=Faulty()).open_company()
    desk.drop(camt([("2026-11-06", "60.00", f"ACOMPTE {n}") for n in (1, 2)]))
    for n in (1, 2):
        _match(desk, ((desk.statement().id, n),), [("oi_FA2026-0101", 6_000)])
    validate(desk)
    return desk


@pytest.mark.parametrize("make", [november, parts_of_one])
def test_part_by_part_it_comes_to_what_one_commit_does(
    make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receipts, parts of an invoice, an entry that was there before, a line on suspense."""
    at_once, by_parts = make(), make()
    for match_id in matches(at_once):
        with monkeypatch.context() as patch:
            once = reverse(at_once, match_id)
            patch.setattr(reverse_match, "fits", lambda *_: False)
            parts = reverse(by_parts, match_id)

        assert parts.reversal_ids == once.reversal_ids
        assert dump(by_parts.store, by_parts.tenant, COMPANY, ITEMS) == dump(
            at_once.store, at_once.tenant, COMPANY, ITEMS
        )
        assert rows(by_parts, "reverse_match") == rows(at_once, "reverse_match")


def test_what_is_left_of_a_group_has_one_letter_and_the_matches_are_reversed_one_by_one() -> None:
    desk = desk_with_parts()
    large, *others = matches(desk)

    reverse(desk, large)

    left = desk.item("FA2025-2")
    paid = desk.store.get_many(desk.tenant, COMPANY, JournalEntry, left.settled_by).values()
    letters = {line.letter for entry in paid for line in entry.lines if line.third_party}
    assert (left.residual_minor, len(paid), letters) == (1_000, 2, {left.letter})
    assert desk.statement().status is StatementStatus.PARTLY_MATCHED
    for match_id in others:
        reverse(desk, match_id)
    assert (desk.item("FA2025-2").residual_minor, desk.item("FA2025-2").letter) == (3_000, None)
    assert {line.status for line in desk.lines()} == {LineStatus.REVERSED}
    assert numbers(desk) == list(range(1, 2 * (LINES + 2) + 1))


def test_another_reversal_finishes_first_what_died_and_its_numbers_follow() -> None:
    desk = desk_with_parts()
    large, other, _ = matches(desk)
    store = desk.store
    assert isinstance(store, Faulty)
    store.count, store.fail_at = 0, 5
    with pytest.raises(StoreUnavailable):
        reverse(desk, large)
    assert numbers(desk) == list(range(1, LINES + 3))

    made = reverse(desk, other)

    (entry,) = store.get_many(desk.tenant, COMPANY, JournalEntry, made.reversal_ids).values()
    assert entry.number == 2 * LINES + 3
    assert numbers(desk) == list(range(1, 2 * LINES + 4))
    assert found(desk, large).status is MatchStatus.REVERSED


def test_somebody_who_takes_what_was_given_back_has_readers_finish_the_reversal() -> None:
    """An item is free in the books before readers are told; a match that takes it is not two."""
    desk = desk_with_parts()
    large = matches(desk)[0]
    other = another_statement(desk, "470.00")
    store = desk.store
    assert isinstance(store, Faulty)
    store.count, store.fail_at = 0, 5
    with pytest.raises(StoreUnavailable):
        reverse(desk, large)
    assert found(desk, large).status is MatchStatus.VALIDATED
    assert desk.item("FA2025-1").residual_minor == 1_000 * LINES

    _match(desk, ((other, 1),), [("oi_FA2025-1", 1_000 * LINES - 1_000)])

    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) != []
    assert large not in {match["id"] for match in everything(desk)["matches"]}
    assert found(desk, large).status is MatchStatus.REVERSED
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []
    assert desk.item("FA2025-1").residual_minor == 1_000


def test_a_validation_that_died_is_finished_before_a_large_reversal() -> None:
    desk = desk_with_parts()
    large = matches(desk)[0]
    other = another_statement(desk, "12.00")
    store = desk.store
    assert isinstance(store, Faulty)
    store.count, store.fail_at = 0, 3
    with pytest.raises(StoreUnavailable):
        validate_statement(desk.ports, desk.tenant, COMPANY, other, AUTHOR)
    assert store.all(desk.tenant, COMPANY, UnfinishedValidation)

    reverse(desk, large)

    assert store.all(desk.tenant, COMPANY, UnfinishedValidation) == []
    assert numbers(desk) == list(range(1, 2 * LINES + 4))


def another_statement(desk: Desk, amount: str) -> StatementId:
    """Return another statement, of one line."""
    desk.drop(camt([("2026-11-09", amount, "VIREMENT")], number="12"), "decembre.xml")
    (other,) = [s for s in desk.store.statements(desk.tenant, COMPANY).items if s.line_count == 1]
    return other.id


def found(desk: Desk, match_id: MatchId) -> Match:
    return reads.get_match(desk.ports, desk.tenant, COMPANY, match_id)


def test_many_receipts_are_told_in_rows_of_their_own() -> None:
    count = 250
    desk = desk_with_parts(count=count)
    reverse(desk, matches(desk)[0])

    for action, kind, told in (
        ("validate_match", EventType.VAT_RELEASED, count + 2),
        ("reverse_match", EventType.VAT_TAKEN_BACK, count),
    ):
        events = [event for row in rows(desk, action) for event in events_of(row)]
        receipts = [one for e in events if e.type is kind for one in e.data["receipts"]]
        assert len(receipts) == told
    reversed_events = [
        event
        for row in rows(desk, "reverse_match")
        for event in events_of(row)
        if event.type is EventType.MATCH_REVERSED
    ]
    assert len(rows(desk, "reverse_match")) == 2
    assert len(reversed_events) == 1
