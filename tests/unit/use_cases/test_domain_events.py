"""Domain events of real work: of the published schema, each under an id of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from rappro.domain.events import ITEMS_MAX, DomainEvent, EventType, events_of
from rappro.domain.ids import CompanyId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import AuditEvent
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, CLIENT, COMPANY, NOVEMBER, Desk, camt

DOCS = Path(__file__).parents[3] / "docs"
SCHEMA = json.loads((DOCS / "schemas/event.schema.json").read_text("utf-8"))
AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def errors(event: DomainEvent) -> list[str]:
    """Return what the schema has against an event as it stands on the bus."""
    detail = json.loads(json.dumps(event.detail(TenantId("alpha"), CompanyId("acme"))))
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(detail)]


def worked() -> Desk:
    """A statement that is matched, undone, matched again, validated and partly reversed."""
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    here = (desk.ports, desk.tenant, COMPANY)
    statement, first = desk.statement().id, desk.lines()[0].match_id
    assert first is not None
    desk.clock.advance(timedelta(minutes=1))
    undo_match(*here, first, AUTHOR)
    edit_line(*here, statement, 3, LineEdit(third_party=ThirdPartyId(CLIENT.id)), AUTHOR)
    targets = (Settle(TargetType.OPEN_ITEM, "oi_FA2026-0101", 12_000),)
    match = match_by_hand(*here, ManualMatch(((statement, 1),), targets), AUTHOR)
    start_run(*here, statement, AUTHOR)
    validate_statement(*here, statement, AUTHOR)
    desk.clock.advance(timedelta(days=1))
    reverse_match(*here, match.id, Reversal("payé deux fois"), AUTHOR)
    return desk


def trail(desk: Desk) -> list[AuditEvent]:
    return list(desk.store.audit_events(desk.tenant, COMPANY, limit=1000).items)


def test_events_of_a_statement_s_life_are_of_the_schema_and_have_ids_of_their_own() -> None:
    events = [event for row in trail(worked()) for event in events_of(row)]

    assert {event.type for event in events} >= {
        EventType.BOOKS_LOADED, EventType.STATEMENT_IMPORTED, EventType.RUN_FINISHED,
        EventType.LINE_MATCHED, EventType.ENTRY_DRAFTED, EventType.MATCH_UNDONE,
        EventType.ENTRY_REMOVED, EventType.LINE_EDITED, EventType.RUN_STARTED,
        EventType.MATCH_VALIDATED, EventType.ENTRY_VALIDATED, EventType.VAT_RELEASED,
        EventType.STATEMENT_VALIDATED, EventType.MATCH_REVERSED, EventType.VAT_TAKEN_BACK,
    }  # fmt: skip
    assert [(event.type, errors(event)) for event in events if errors(event)] == []
    assert len({event.id for event in events}) == len(events)


def test_a_quarantined_statement_is_told_and_so_is_that_it_was_accepted() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER, closing="1.00"))
    held = desk.statement()
    override_quarantine(desk.ports, desk.tenant, COMPANY, held.id, "vu avec la banque", AUTHOR)

    events = [event for row in trail(desk) for event in events_of(row) if row.subject == held.id]

    kinds = {event.type for event in events}
    assert kinds == {EventType.STATEMENT_QUARANTINED, EventType.STATEMENT_ACCEPTED}
    assert [errors(event) for event in events] == [[], []]


def row(action: str, **after: Any) -> AuditEvent:
    return AuditEvent("au_1", AT, "lea", action, "ma_1", after=after)


def test_a_row_is_always_the_same_events() -> None:
    for each in trail(worked()):
        assert events_of(replace(each, version=9)) == events_of(each)


def test_many_receipts_are_several_events_that_lose_none() -> None:
    rows = [{"number": str(n)} for n in range(2 * ITEMS_MAX + 1)]

    found = events_of(row("validate_match", lines={"s/1": "validated"}, receipts=rows))

    told = [event for event in found if event.type is EventType.VAT_RELEASED]
    assert [len(event.data["receipts"]) for event in told] == [ITEMS_MAX, ITEMS_MAX, 1]
    assert [one for event in told for one in event.data["receipts"]] == rows
    name = "au_1/vat_on_receipts.released"
    assert [event.id for event in told] == [name, f"{name}/2", f"{name}/3"]


@pytest.mark.parametrize("action", ["save_company", "import_file", "forget_lesson", "unheard_of"])
def test_settings_are_no_events(action: str) -> None:
    assert events_of(row(action, label="x")) == ()


def test_any_action_that_makes_a_match_is_told_alike() -> None:
    made = {"lines": {"s/1": "AM"}, "entries": ["je_1"], "settled": [], "status": "to_confirm"}

    kinds = [event.type for event in events_of(row("an_action_to_come", **made))]

    assert kinds == [EventType.LINE_MATCHED, EventType.ENTRY_DRAFTED]


def test_a_payment_that_bounced_takes_back_and_its_reversal_releases_again() -> None:
    told = {"lines": {"s/1": "x"}, "bounced": [{"number": "FA1"}], "entries": {}}

    kinds = [
        [event.type for event in events_of(row(action, **told))][-1]
        for action in ("validate_match", "reverse_match")
    ]

    assert kinds == [EventType.VAT_TAKEN_BACK, EventType.VAT_RELEASED]


@pytest.mark.parametrize("action", ["mark_entries", "unmark_entries", "erase_pointing"])
def test_pointing_by_hand_says_what_is_marked(action: str) -> None:
    (told,) = events_of(row(action, marked={"be_1": "2026-11-30"}))

    assert (told.type, errors(told)) == (EventType.JOURNAL_POINTED, [])
    assert told.data == {"before": {}, "after": {"marked": {"be_1": "2026-11-30"}}}


def test_every_type_is_in_the_schema_and_on_the_page() -> None:
    page = (DOCS / "events.md").read_text("utf-8")

    assert SCHEMA["properties"]["type"]["enum"] == sorted(kind.value for kind in EventType)
    assert [kind.value for kind in EventType if f"`{kind.value}`" not in page] == []
