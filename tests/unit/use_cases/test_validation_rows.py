"""What a validation leaves on the trail: numbers of entries, and what was paid of invoices."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rappro.domain.books import JournalEntry, PastPayment
from rappro.domain.events import EventType, events_of
from rappro.domain.ids import EntryId, MatchId, OpenItemId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import AuditEvent
from rappro.domain.records import Allocation, LineSettle, Match
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from rappro.use_cases.validation_rows import paid_by

from .desk import AUTHOR, CLIENT, COMPANY, NOVEMBER, Desk, camt


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    return desk


DAY = date(2026, 12, 31)


def validate(desk: Desk) -> None:
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)


def rows(desk: Desk, **ask: Any) -> list[AuditEvent]:
    page = list_audit_events(
        desk.ports, desk.tenant, COMPANY, TrailAsk(**ask), limit=100, cursor=None
    )
    return list(page.items)


def validated(desk: Desk, position: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the row of a line's validation says, before and after."""
    key = desk.lines()[position - 1].key
    (row,) = [row for row in rows(desk, line=key) if row.action == "validate_match"]
    assert row.before is not None
    assert row.after is not None
    return row.before, row.after


def match_of(desk: Desk, position: int) -> Match:
    match_id = desk.lines()[position - 1].match_id
    match = desk.store.get(desk.tenant, COMPANY, Match, match_id or "")
    assert match is not None
    return match


def test_each_match_says_its_entries_and_their_numbers(desk: Desk) -> None:
    validate(desk)

    for position, line in enumerate(desk.lines(), 1):
        before, after = validated(desk, position)
        match = match_of(desk, position)
        entries = desk.store.get_many(desk.tenant, COMPANY, JournalEntry, match.entry_ids)
        assert before == {"lines": {line.key: "not_validated"}}
        assert after["lines"] == {line.key: "validated"}
        assert after["entries"] == {entry.id: entry.number for entry in entries.values()}
        for entry_id in match.entry_ids:
            assert "validate_match" in {row.action for row in rows(desk, entry=entry_id)}


def test_a_validation_begins_and_ends_on_its_statement(desk: Desk) -> None:
    validate(desk)

    told = {row.action: row for row in rows(desk, subject=desk.statement().id)}
    begun, ended = told["validate_statement"], told["close_validation"]
    assert told.keys() == {"import_statement", "validate_statement", "close_validation"}
    assert begun.after == {
        "status": "validating",
        "numbers": [{"fiscal_year": "2026", "first_number": 1, "count": 2, "journal": None}],
    }
    assert ended.before == {"status": "validating"}
    assert ended.after == {
        "status": "validated", "journal": "BQ1", "report": desk.statement().report_id,
    }  # fmt: skip


def test_validating_again_says_nothing_twice(desk: Desk) -> None:
    validate(desk)
    before = rows(desk)

    validate(desk)

    assert rows(desk) == before


def test_a_paid_invoice_releases_its_vat_on_the_day_of_the_bank(desk: Desk) -> None:
    validate(desk)

    _, after = validated(desk, 1)
    (receipt,) = after["receipts"]
    assert receipt == {
        "item": "oi_FA2026-0101", "type": "invoice", "number": "FA2026-0101",
        "third_party": CLIENT.id, "account": CLIENT.account,
        "on": str(desk.lines()[0].line.booking_date), "amount": "120.00", "currency": "EUR",
        "invoiced": "120.00", "share": "1.000000", "vat": None,
    }  # fmt: skip
    assert "receipts" not in validated(desk, 3)[1]  # suspense pays no invoice


def test_a_part_payment_releases_its_share(desk: Desk) -> None:
    undo_match(desk.ports, desk.tenant, COMPANY, match_of(desk, 1).id, AUTHOR)
    targets = (Settle(TargetType.OPEN_ITEM, "oi_FA2026-0102", 12_000),)
    ask = ManualMatch(((desk.statement().id, 1),), targets)
    match_by_hand(desk.ports, desk.tenant, COMPANY, ask, AUTHOR)
    validate(desk)

    (row,) = [
        row for row in rows(desk, subject=match_of(desk, 1).id) if row.action == "validate_match"
    ]
    (told,) = [event for event in events_of(row) if event.type is EventType.VAT_RELEASED]
    (receipt,) = told.data["receipts"]
    paid = (receipt["number"], receipt["amount"], receipt["invoiced"], receipt["share"])
    assert paid == ("FA2026-0102", "120.00", "300.00", "0.400000")


def test_what_a_payment_that_bounced_had_paid_is_taken_back(desk: Desk) -> None:
    line = desk.lines()[0]
    payment = PastPayment("pp1", CLIENT.id, 12_000, date(2026, 10, 1), invoice_number="FA1")
    bounced = Settle(TargetType.PAST_PAYMENT, "pp1", -12_000)
    match = Match(
        id=MatchId("ma_1"), statement_ids=(line.statement_id,), lines=(line.key,),
        settles=(LineSettle(line.id, bounced),), adjustments=(), level=match_of(desk, 1).level,
        status=match_of(desk, 1).status, author=AUTHOR, created_at=desk.clock.now(),
        pointed_on=line.line.booking_date, amount_minor=-12_000,
        allocations=(Allocation(OpenItemId("oi_FA2026-0102"), EntryId("je_1"), 5_000),),
    )  # fmt: skip
    items = {"oi_FA2026-0102": desk.item("FA2026-0102")}

    paid = paid_by(match, [line], items, {"pp1": payment}, currency="EUR")
    back = paid_by(match, [line], items, {"pp1": payment}, currency="EUR", reversed_on=DAY)
    elsewhere = paid_by(match, desk.lines()[1:2], items, {"pp1": payment}, currency="EUR")

    assert [r["on"] for r in back["receipts"] + back["bounced"]] == [str(DAY)] * 2
    on = str(line.line.booking_date)
    assert paid["bounced"] == [{
        "payment": "pp1", "number": "FA1", "third_party": CLIENT.id, "on": on, "currency": "EUR",
        "amount": "-120.00",
    }]  # fmt: skip
    assert [(r["number"], r["amount"]) for r in paid["receipts"]] == [("FA2026-0102", "50.00")]
    assert [(r["number"], r["amount"]) for r in back["receipts"]] == [("FA2026-0102", "-50.00")]
    assert [r["amount"] for r in back["bounced"]] == ["120.00"]
    assert elsewhere == {}
