"""Manual pointing: marks, the balance they come to, and that the report agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import BankEntry, EntryLine, EntrySource, JournalEntry
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    OpenItemAlreadySettled,
    StoreConflict,
    TotalsDiffer,
)
from rappro.domain.ids import EntryId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.report import ReconciliationReport
from rappro.domain.writes import create
from rappro.use_cases.match_by_hand import ManualMatch, match_by_hand
from rappro.use_cases.pointing import (
    Marking,
    Period,
    PointingSheet,
    erase_pointing,
    mark_entries,
    pointing_sheet,
    validate_pointing,
)
from rappro.use_cases.report import reconciliation_report

from .desk import AUTHOR, COMPANY, Desk, camt

END = date(2026, 11, 30)
BALANCE = 55_000
PERIOD = Period("BQ1", END, BALANCE)


@pytest.fixture
def desk() -> Desk:
    """Books with 1,000.00 of before, a transfer of -450.00 and two cheques of one remittance."""
    desk = Desk().open_company()
    cheques = [
        BankEntry(
            f"be_chq{number}", "BQ1", "512100", date(2026, 11, 20), 1_000 * number, "EUR", "CHQ",
            remittance_no="R7",
        )
        for number in (1, 2)
    ]  # fmt: skip
    desk.store.commit(desk.tenant, COMPANY, [create(cheque) for cheque in cheques])
    return desk


def mark(desk: Desk, *entries: str, **more: object) -> PointingSheet:
    marking = replace(Marking(entries), **more)  # type: ignore[arg-type]
    return mark_entries(desk.ports, desk.tenant, COMPANY, PERIOD, marking, AUTHOR)


def validate(desk: Desk, period: Period = PERIOD) -> PointingSheet:
    return validate_pointing(desk.ports, desk.tenant, COMPANY, period, AUTHOR)


def erase(desk: Desk, **what: object) -> list[str]:
    asked = {"account": None, "since": None, "entries": None, **what}
    return erase_pointing(desk.ports, desk.tenant, COMPANY, "BQ1", author=AUTHOR, **asked)  # type: ignore[arg-type]


def report(desk: Desk, on: date = END) -> ReconciliationReport:
    return reconciliation_report(desk.ports, desk.tenant, COMPANY, "BQ1", on)


def actions(desk: Desk) -> list[str]:
    return [event.action for event in desk.store.audit_events(desk.tenant, COMPANY).items]


def test_the_sheet_tells_what_is_missing_to_the_balance(desk: Desk) -> None:
    before = pointing_sheet(desk.ports, desk.tenant, COMPANY, PERIOD)
    after = mark(desk, "be_vir")

    assert (before.difference_minor, after.difference_minor) == (-45_000, 0)
    assert [(row.id, row.marked_on) for row in after.rows] == [
        ("be_vir", END),
        ("be_chq1", None),
        ("be_chq2", None),
    ]


def test_a_mark_is_taken_off_again_and_setting_it_twice_changes_nothing(desk: Desk) -> None:
    mark(desk, "be_vir")
    told = actions(desk)
    assert mark(desk, "be_vir").difference_minor == 0
    assert actions(desk) == told

    assert mark(desk, "be_vir", is_marked=False).difference_minor == -45_000


def test_a_remittance_is_marked_by_its_number(desk: Desk) -> None:
    sheet = mark(desk, remittance="R7", on=date(2026, 11, 25))

    assert {row.id: row.marked_on for row in sheet.rows if row.marked_on} == {
        "be_chq1": date(2026, 11, 25),
        "be_chq2": date(2026, 11, 25),
    }
    with pytest.raises(NotFound):
        mark(desk, remittance="R8")


def test_a_validated_pointing_is_the_reports_balance_and_nothing_is_left_over(desk: Desk) -> None:
    mark(desk, "be_vir")
    validate(desk)

    found = report(desk)
    assert (found.bank_balance_minor, found.difference_minor) == (BALANCE, 0)
    assert [item.id for item in found.entries_not_on_bank] == ["be_chq1", "be_chq2"]
    days = [date(2026, 11, day) for day in range(1, 31)]
    assert [report(desk, on).difference_minor for on in days] == [0] * 30


def test_a_pointing_is_not_validated_while_something_is_missing(desk: Desk) -> None:
    with pytest.raises(TotalsDiffer):
        validate(desk)


def test_a_validated_pointing_is_changed_by_erasing_alone(desk: Desk) -> None:
    mark(desk, "be_vir")
    validate(desk)

    with pytest.raises(NotAllowedInState):
        mark(desk, "be_vir", is_marked=False)
    with pytest.raises(NotAllowedInState):
        mark(desk, "be_chq1")
    with pytest.raises(NotAllowedInState):
        validate(desk)
    assert erase(desk, entries=("be_vir",)) == ["be_vir"]
    assert report(desk).bank_balance_minor == 100_000
    assert report(desk).difference_minor == 0
    assert mark(desk, "be_vir").difference_minor == 0


def test_all_or_a_part_of_the_marks_is_erased(desk: Desk) -> None:
    mark(desk, "be_chq1", on=date(2026, 11, 21))
    mark(desk, "be_vir", "be_chq2")

    assert erase(desk, since=date(2026, 11, 22)) == ["be_vir", "be_chq2"]
    assert erase(desk) == ["be_chq1"]
    assert erase(desk) == []
    with pytest.raises(NotFound):
        erase(desk, entries=("be_vir",))


def test_entries_of_a_person_that_are_not_validated_stop_the_pointing_the_engine_s_do_not(
    desk: Desk,
) -> None:
    for source in (EntrySource.ENGINE, EntrySource.PERSON):
        assert mark(desk, "be_vir").unvalidated_count == 0
        lines = (EntryLine("512100", "x", 100), EntryLine("471000", "x", 0, 100))
        draft = JournalEntry(
            EntryId(f"en_{source}"), "BQ1", END, "P", END, "x", lines, source
        )  # fmt: skip
        side = BankEntry(
            f"be_{source}", "BQ1", "512100", END, 100, "EUR", "x", entry_id=draft.id,
            is_in_ledger=False,
        )  # fmt: skip
        desk.store.commit(desk.tenant, COMPANY, [create(draft), create(side)])

    with pytest.raises(NotAllowedInState):
        mark(desk, "be_chq1")
    with pytest.raises(NotAllowedInState):
        validate(desk)


def test_a_marked_entry_is_not_matched_and_a_matched_one_not_marked(desk: Desk) -> None:
    mark(desk, "be_vir")
    desk.drop(camt((("2026-11-09", "-450.00", "VIR ELECTRICITE DU MIDI"),)))
    (line,) = desk.lines()
    wanted = ManualMatch(
        ((line.statement_id, line.line.position),),
        (Settle(TargetType.BANK_ENTRY, "be_vir", -45_000),),
    )

    assert line.match_id is None
    with pytest.raises(OpenItemAlreadySettled):
        match_by_hand(desk.ports, desk.tenant, COMPANY, wanted, AUTHOR)
    erase(desk)
    match_by_hand(desk.ports, desk.tenant, COMPANY, wanted, AUTHOR)
    with pytest.raises(NotAllowedInState):
        mark(desk, "be_vir")


def test_a_day_before_the_entry_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        mark(desk, "be_vir", on=date(2026, 11, 1))


def test_a_mark_made_meanwhile_stops_the_validation(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark(desk, "be_vir")
    commit = desk.store.commit

    def overtaken(*args: object, **more: object) -> None:
        monkeypatch.setattr(desk.store, "commit", commit)
        mark(desk, "be_chq1")
        commit(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.store, "commit", overtaken)
    with pytest.raises(StoreConflict):
        validate(desk)


def test_hundreds_of_entries_are_marked_and_erased_part_by_part(desk: Desk) -> None:
    many = [
        BankEntry(f"be_{n:03}", "BQ1", "512100", END, n, "EUR", f"VIR {n}") for n in range(1, 201)
    ]
    for start in range(0, 200, 20):
        desk.store.commit(desk.tenant, COMPANY, [create(one) for one in many[start : start + 20]])

    sheet = mark(desk, *(one.id for one in many))

    assert sheet.pointed_minor == 100_000 + sum(range(1, 201))
    assert len(erase(desk)) == 200


def test_the_trail_has_each_mark_before_and_after(desk: Desk) -> None:
    mark(desk, "be_vir")
    validate(desk)
    erase(desk)

    told = {e.action: e for e in desk.store.audit_events(desk.tenant, COMPANY).items}
    assert told["mark_entries"].before == {"marked": {"be_vir": None}}
    assert told["mark_entries"].after == {"marked": {"be_vir": "2026-11-30"}}
    assert told["validate_pointing"].after == {"pointed_until": "2026-11-30", "balance": "550.00"}
    assert told["reopen_pointing"].after == {"pointed_until": None}
    assert told["erase_pointing"].after == {"marked": {"be_vir": None}}
