"""The audit trail of a line and of an entry, through a match, its undo and the next match."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from rappro.domain.books import Journal
from rappro.domain.errors import InvalidRequest
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import AuditEvent
from rappro.domain.records import Match
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.companies import save_journal
from rappro.use_cases.delete_line import delete_line
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.undo_match import undo_match

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    return desk


def rows(desk: Desk, limit: int = 100, **ask: Any) -> list[AuditEvent]:
    page = list_audit_events(
        desk.ports, desk.tenant, COMPANY, TrailAsk(**ask), limit=limit, cursor=None
    )
    assert page.cursor is None
    return list(page.items)


def actions(desk: Desk, **ask: Any) -> list[str]:
    return [row.action for row in rows(desk, **ask)]


def matched(desk: Desk, position: int = 1) -> Match:
    match = desk.store.get(desk.tenant, COMPANY, Match, desk.lines()[position - 1].match_id or "")
    assert match is not None
    return match


def rematched(desk: Desk) -> tuple[Match, Match]:
    """Undo the match of the first line, and match it with the same invoice by hand."""
    first = matched(desk)
    desk.clock.advance(timedelta(minutes=1))
    undo_match(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR)
    desk.clock.advance(timedelta(minutes=1))
    targets = (Settle(TargetType.OPEN_ITEM, "oi_FA2026-0101", 12_000),)
    ask = ManualMatch(((desk.statement().id, 1),), targets)
    return first, match_by_hand(desk.ports, desk.tenant, COMPANY, ask, AUTHOR)


def test_a_match_says_what_the_line_was_and_what_it_took(desk: Desk) -> None:
    (row,) = rows(desk, line=desk.lines()[0].key)
    match = matched(desk)

    assert (row.author, row.action, row.subject) == ("engine", "match", match.id)
    assert row.before == {"lines": {desk.lines()[0].key: None}}
    assert row.after == {
        "lines": {desk.lines()[0].key: "A"},
        "entries": list(match.entry_ids),
        "settled": [{
            "type": "open_item", "id": "oi_FA2026-0101", "amount": "120.00",
            "number": "FA2026-0101", "third_party": desk.lines()[0].third_party,
            "left_before": "120.00", "left": "0.00",
        }],
        "status": "confirmed",
    }  # fmt: skip


def test_a_line_s_trail_goes_on_with_the_matches_that_it_was_in(desk: Desk) -> None:
    first, second = rematched(desk)

    found = rows(desk, line=desk.lines()[0].key)

    assert [(row.action, row.subject) for row in found] == [
        ("match_by_hand", second.id), ("undo_match", first.id), ("match", first.id),
    ]  # fmt: skip
    assert actions(desk, line=desk.lines()[1].key) == ["match"]


def test_an_undo_keeps_the_drafts_that_go(desk: Desk) -> None:
    first, _ = rematched(desk)
    undone = rows(desk, subject=first.id)[0]

    assert undone.before is not None
    assert undone.after is not None
    (kept,) = undone.before["entries"]
    assert (kept["id"], kept["piece_ref"]) == (first.entry_ids[0], "FA2026-0101")
    assert [(leg["account"], leg["debit"], leg["credit"]) for leg in kept["legs"]] == [
        ("512100", "120.00", "0.00"), ("411000", "0.00", "120.00"),
    ]  # fmt: skip
    assert undone.after == {"lines": {desk.lines()[0].key: None}, "status": "undone"}


def test_an_entry_s_trail_is_its_match_s_also_when_it_is_gone(desk: Desk) -> None:
    first, second = rematched(desk)

    assert actions(desk, entry=second.entry_ids[0]) == ["match_by_hand"]
    assert actions(desk, entry=first.entry_ids[0]) == ["undo_match", "match"]
    assert actions(desk, entry="je_never") == []


def test_days_are_the_company_s_own(desk: Desk) -> None:
    """23:30 in universal time is the next day in Paris, and rows of one day are all its rows."""
    before = len(rows(desk))
    late = desk.clock.now().replace(hour=23, minute=30)
    desk.clock.set(late)
    undo_match(desk.ports, desk.tenant, COMPANY, matched(desk).id, AUTHOR)
    following = late.date() + timedelta(days=1)

    assert actions(desk, first=following) == ["undo_match"]
    assert actions(desk, first=following, last=following) == ["undo_match"]
    assert len(rows(desk, last=late.date())) == before


def test_an_author_s_rows_are_chosen_from_any_question(desk: Desk) -> None:
    first, _ = rematched(desk)
    line = desk.lines()[0].key

    assert actions(desk, line=line, author="engine") == ["match"]
    assert actions(desk, subject=first.id, author=AUTHOR) == ["undo_match"]
    assert actions(desk, author=AUTHOR)[:2] == ["match_by_hand", "undo_match"]


def test_two_questions_at_once_are_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        rows(desk, line="s/1", entry="e")


def test_a_deleted_line_still_has_its_trail(desk: Desk) -> None:
    line = desk.lines()[0]
    first = matched(desk)
    desk.clock.advance(timedelta(minutes=1))
    undo_match(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR)
    desk.clock.advance(timedelta(minutes=1))
    delete_line(desk.ports, desk.tenant, COMPANY, line.statement_id, 1, AUTHOR)

    assert actions(desk, line=line.key) == ["delete_line", "undo_match", "match"]


def test_a_setting_says_what_was_and_what_is(desk: Desk) -> None:
    journal = desk.store.get(desk.tenant, COMPANY, Journal, "BQ1")
    assert journal is not None
    desk.clock.advance(timedelta(minutes=1))
    moved = replace(journal, reconciled_on=date(2026, 9, 30), label="Autre")
    save_journal(desk.ports, desk.tenant, COMPANY, moved, AUTHOR)

    row = rows(desk, subject="BQ1")[0]

    assert row.before == {"label": journal.label, "reconciled_on": str(journal.reconciled_on)}
    assert row.after == {"label": "Autre", "reconciled_on": "2026-09-30"}
