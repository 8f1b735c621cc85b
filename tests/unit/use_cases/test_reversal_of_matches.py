"""Correction after validation: a reversal entry each, items open again, the line in the lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, Company, EntryStatus, JournalEntry
from rappro.domain.errors import InvalidRequest, NotAllowedInState, PeriodClosed
from rappro.domain.events import EventType, events_of
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import PieceCounter
from rappro.domain.records import LineStatus, Match, MatchStatus, StatementStatus
from rappro.domain.writes import change
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt
from .dumps import dump

WHY = Reversal("payé par un autre client")


@pytest.fixture
def desk() -> Desk:
    """A validated statement: a receipt, a payment in the books, an unknown debit on suspense."""
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    validate(desk)
    return desk


def validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def match_of(desk: Desk, position: int) -> Match:
    found = desk.store.get(desk.tenant, COMPANY, Match, desk.lines()[position].match_id or "")
    assert found is not None
    return found


def reverse(desk: Desk, match: Match, wanted: Reversal = WHY) -> Match:
    return reverse_match(desk.ports, desk.tenant, COMPANY, match.id, wanted, AUTHOR)


def entries(desk: Desk, ids: tuple[str, ...]) -> list[JournalEntry]:
    return list(desk.store.get_many(desk.tenant, COMPANY, JournalEntry, ids).values())


def numbers(desk: Desk) -> list[int]:
    found = desk.store.entries(desk.tenant, COMPANY, limit=200).items
    return sorted(entry.number for entry in found if entry.number is not None)


def difference(desk: Desk, on: date | None = None) -> int:
    return reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", on).difference_minor


def test_a_reversal_swaps_the_sides_and_takes_the_next_number(desk: Desk) -> None:
    (before,) = entries(desk, match_of(desk, 0).entry_ids)
    last = max(numbers(desk))

    reversed_match = reverse(desk, match_of(desk, 0))

    (made,) = entries(desk, reversed_match.reversal_ids)
    assert [(e.account, e.debit_minor, e.credit_minor) for e in made.lines] == [
        (e.account, e.credit_minor, e.debit_minor) for e in before.lines
    ]
    assert (made.number, made.status, made.date) == (
        last + 1,
        EntryStatus.VALIDATED,
        date(2026, 11, 30),
    )
    assert numbers(desk) == list(range(1, last + 2))
    counter = desk.store.get(desk.tenant, COMPANY, PieceCounter, "BQ1/2026")
    assert counter is not None
    assert counter.last_number == last + 1


def test_what_it_settled_is_open_again_and_entry_and_reversal_are_lettered_together(
    desk: Desk,
) -> None:
    match = match_of(desk, 0)

    reversed_match = reverse(desk, match)

    item = desk.item("FA2026-0101")
    assert (item.residual_minor, item.settled_by, item.letter) == (12_000, (), None)
    (entry,), (made,) = entries(desk, match.entry_ids), entries(desk, reversed_match.reversal_ids)
    assert entry.lines[1].letter == made.lines[1].letter == "AAB"
    assert [entry.lines[0].letter, made.lines[0].letter] == [None, None]


def test_the_line_is_back_in_the_lists_and_its_statement_open(desk: Desk) -> None:
    reverse(desk, match_of(desk, 0))

    line = desk.lines()[0]
    assert (line.status, line.match_id, line.level) == (LineStatus.REVERSED, None, None)
    assert desk.statement().status is StatementStatus.PARTLY_MATCHED


def test_the_report_stays_explained_on_every_day(desk: Desk) -> None:
    for position in (0, 1, 2):
        reverse(desk, match_of(desk, position))
        days = [date(2026, 11, day) for day in range(1, 31)]
        assert [difference(desk, on) for on in days] == [0] * 30
    report = reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", None)
    assert [i.amount_minor for i in report.lines_not_in_books] == [12_000, -45_000, -1_234]
    assert [i.amount_minor for i in report.entries_not_on_bank] == [-45_000]


def test_an_entry_that_was_there_before_is_unpointed_and_not_reversed(desk: Desk) -> None:
    reversed_match = reverse(desk, match_of(desk, 1))

    side = desk.store.get(desk.tenant, COMPANY, BankEntry, "be_vir")
    assert side is not None
    assert (side.match_id, side.pointed_on) == (None, None)
    assert reversed_match.reversal_ids == ()


def test_a_line_that_was_on_suspense_is_matched_again_and_validated_in_another_round(
    desk: Desk,
) -> None:
    report_before = desk.statement().report_id
    first = numbers(desk)
    reverse(desk, match_of(desk, 2))
    amount = desk.lines()[2].line.amount_minor
    made = match_by_hand(
        desk.ports, desk.tenant, COMPANY,
        ManualMatch(
            ((desk.statement().id, desk.lines()[2].line.position),),
            (Settle(TargetType.ACCOUNT, "627000", amount),),
        ),
        AUTHOR,
    )  # fmt: skip

    validate(desk)

    assert [line.status for line in desk.lines()] == [LineStatus.VALIDATED] * 3
    assert desk.statement().status is StatementStatus.VALIDATED
    assert desk.statement().report_id not in {None, report_before}
    (entry,) = entries(desk, made.entry_ids)
    assert numbers(desk) == [*first, len(first) + 1, len(first) + 2]
    assert entry.number == len(first) + 2
    assert difference(desk) == 0


def test_reversing_twice_makes_one_reversal(desk: Desk) -> None:
    match = match_of(desk, 0)
    once = reverse(desk, match)
    there = dump(desk.store, desk.tenant, COMPANY, ["oi_FA2026-0101"])

    assert reverse(desk, match) == once
    assert dump(desk.store, desk.tenant, COMPANY, ["oi_FA2026-0101"]) == there


def test_two_at_once_make_one_reversal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one commits between this one's reading and its commit."""
    match = match_of(desk, 0)
    commit = desk.store.commit
    others: list[Match] = []

    def overtaken(*args: object, **more: object) -> None:
        monkeypatch.setattr(desk.store, "commit", commit)
        others.append(reverse(desk, match))
        commit(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.store, "commit", overtaken)
    mine = reverse(desk, match)

    assert [mine] == others
    assert len(entries(desk, mine.reversal_ids)) == 1
    assert numbers(desk) == list(range(1, len(numbers(desk)) + 1))


def test_a_locked_period_and_a_day_before_the_entry_are_refused(desk: Desk) -> None:
    company = desk.store.get(desk.tenant, COMPANY, Company, "COMPANY")
    assert company is not None
    locked = replace(company, closed_until=date(2026, 11, 20))
    desk.store.commit(desk.tenant, COMPANY, [change(company, locked)])
    there = dump(desk.store, desk.tenant, COMPANY, ["oi_FA2026-0101"])
    match = match_of(desk, 0)

    with pytest.raises(PeriodClosed):
        reverse(desk, match, Reversal("trop tard", date(2026, 11, 20)))
    with pytest.raises(InvalidRequest):
        reverse(desk, match, Reversal("trop tôt", date(2026, 11, 1)))
    assert dump(desk.store, desk.tenant, COMPANY, ["oi_FA2026-0101"]) == there
    assert reverse(desk, match, Reversal("ouvert", date(2026, 11, 21))).reversal_ids


def test_only_a_validated_match_is_reversed_and_a_reopened_statement_does_not_undo_the_others(
    desk: Desk,
) -> None:
    match, other = match_of(desk, 0), match_of(desk, 1)
    reverse(desk, match)

    with pytest.raises(NotAllowedInState):
        undo_match(desk.ports, desk.tenant, COMPANY, other.id, AUTHOR)
    fresh = Desk().open_company()
    fresh.drop(camt(NOVEMBER))
    with pytest.raises(NotAllowedInState):
        reverse(fresh, match_of(fresh, 0))


def test_the_trail_tells_the_reversal_before_and_after(desk: Desk) -> None:
    match = match_of(desk, 0)
    reverse(desk, match)

    (told,) = [
        event
        for event in desk.store.audit_events(desk.tenant, COMPANY).items
        if event.action == "reverse_match"
    ]
    assert told.before is not None
    assert told.after is not None
    assert (told.before["status"], told.after["status"]) == (
        MatchStatus.VALIDATED.value,
        MatchStatus.REVERSED.value,
    )
    assert told.after["reason"] == WHY.reason
    assert list(told.after["lines"].values()) == ["reversed"]


def test_a_reversal_takes_back_the_vat_that_the_payment_released(desk: Desk) -> None:
    match = match_of(desk, 0)
    reverse(desk, match)

    events = [
        event
        for row in desk.store.audit_events(desk.tenant, COMPANY, subjects=[match.id]).items
        for event in events_of(row)
        if event.type in {EventType.VAT_RELEASED, EventType.VAT_TAKEN_BACK}
    ]
    told = {event.type: event.data["receipts"] for event in events}
    (released,), (back,) = told[EventType.VAT_RELEASED], told[EventType.VAT_TAKEN_BACK]
    assert len(events) == 2
    assert (released["item"], released["amount"]) == (back["item"], back["amount"].lstrip("-"))
    assert (released["share"], back["share"]) == ("1.000000", "-1.000000")
    assert back["on"] > released["on"]
