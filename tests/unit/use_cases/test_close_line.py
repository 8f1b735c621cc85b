"""Closing a line by hand: settled outside, nothing posted, no way back."""

from __future__ import annotations

import pytest

from rappro.domain.books import BankEntry, JournalEntry
from rappro.domain.errors import NotAllowedInState
from rappro.domain.records import LineRecord, LineStatus, Match, MatchStatus, StatementStatus
from rappro.use_cases.close_line import close_line
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    return desk


def close(desk: Desk, rank: int) -> LineRecord:
    line = desk.lines()[rank]
    return close_line(
        desk.ports, desk.tenant, COMPANY, line.statement_id, line.line.position,
        reason="réglé en caisse", author=AUTHOR,
    )  # fmt: skip


def match_of(desk: Desk, rank: int) -> Match:
    found = desk.store.get(desk.tenant, COMPANY, Match, desk.lines()[rank].match_id or "")
    assert found is not None
    return found


def test_closing_posts_nothing_and_leaves_the_invoice_settled(desk: Desk) -> None:
    match = match_of(desk, 0)

    closed = close(desk, 0)

    assert (closed, closed.status) == (desk.lines()[0], LineStatus.CLOSED_MANUALLY)
    assert match_of(desk, 0).status is MatchStatus.CLOSED
    assert desk.store.get_many(desk.tenant, COMPANY, JournalEntry, match.entry_ids) == {}
    ledger = desk.store.ledger(desk.tenant, COMPANY, "512100")
    assert [side.id for side in ledger] == ["be_old", "be_vir"]
    item = desk.item("FA2026-0101")
    assert (item.residual_minor, item.settled_by) == (0, ())


def test_an_entry_that_the_match_points_stays_pointed(desk: Desk) -> None:
    match = match_of(desk, 1)

    close(desk, 1)

    side = desk.store.get(desk.tenant, COMPANY, BankEntry, "be_vir")
    assert side is not None
    assert side.match_id == match.id


def test_a_closed_line_is_not_posted_at_validation_and_the_rest_is(desk: Desk) -> None:
    close(desk, 0)

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    assert [line.status for line in desk.lines()] == [
        LineStatus.CLOSED_MANUALLY,
        LineStatus.VALIDATED,
        LineStatus.VALIDATED,
    ]
    assert match_of(desk, 0).status is MatchStatus.CLOSED
    assert desk.statement().status is StatementStatus.VALIDATED
    assert [e.number for e in desk.store.entries(desk.tenant, COMPANY, limit=50).items] == [1]


def test_unmatched_closed_and_validated_lines_are_not_closed(desk: Desk) -> None:
    with pytest.raises(NotAllowedInState):
        close(desk, 2)
    close(desk, 0)
    with pytest.raises(NotAllowedInState):
        close(desk, 0)
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    with pytest.raises(NotAllowedInState):
        close(desk, 1)


def test_closing_cannot_be_undone(desk: Desk) -> None:
    close(desk, 0)

    with pytest.raises(NotAllowedInState):
        undo_match(desk.ports, desk.tenant, COMPANY, match_of(desk, 0).id, AUTHOR)


def test_the_trail_keeps_the_drafts_that_went_and_the_reason(desk: Desk) -> None:
    match = match_of(desk, 0)
    close(desk, 0)

    (told,) = [
        event
        for event in desk.store.audit_events(desk.tenant, COMPANY).items
        if event.action == "close_line"
    ]
    assert told.before is not None
    assert told.after is not None
    assert [entry["id"] for entry in told.before["entries"]] == list(match.entry_ids)
    assert told.after == {
        "lines": {desk.lines()[0].key: "closed_manually"},
        "match": match.id,
        "reason": "réglé en caisse",
    }
