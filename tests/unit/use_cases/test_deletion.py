"""What was created twice is deleted, unless something relies on it; nothing is lost by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.errors import (
    LeaseHeld,
    NotAllowedInState,
    NotFound,
    StatementReadOnly,
    StoreUnavailable,
)
from rappro.domain.ids import StatementId
from rappro.domain.operations import ImportOutcome
from rappro.domain.records import LineRecord, Origin, StatementRecord, StatementStatus
from rappro.domain.settings import Flow, ImportProfile
from rappro.domain.writes import change
from rappro.use_cases import lease
from rappro.use_cases.delete_line import delete_line
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.mark_known import mark_known
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import COMPANY, NOVEMBER, Desk, camt
from .faulty import Faulty
from .two_sources import by_format, lines, mt940, override, unmatched

QUIET = ImportProfile(is_matched_on_import=False)
AUTHOR = "comptable"


def delete(desk: Desk, statement: StatementRecord) -> None:
    delete_statement(desk.ports, desk.tenant, COMPANY, statement.id, AUTHOR)


def quiet_desk(store: Faulty | None = None) -> Desk:
    """A desk where nothing is matched by itself."""
    return Desk(store=store).open_company(QUIET)


def statements(desk: Desk) -> list[StatementRecord]:
    return list(desk.store.statements(desk.tenant, COMPANY).items)


def test_a_deleted_statement_is_gone_with_its_lines_and_its_file_may_come_again() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))
    first = desk.statement()

    delete(desk, first)

    assert statements(desk) == []
    assert desk.store.get(desk.tenant, COMPANY, LineRecord, f"{first.id}/1") is None
    (trace,) = desk.drop(camt(NOVEMBER))
    again = desk.statement()
    assert trace.outcome is ImportOutcome.IMPORTED
    assert again.id != first.id
    assert [line.line.amount_minor for line in desk.lines()] == [12_000, -45_000, -1_234]
    assert not {line.id for line in desk.lines()} & {f"{first.id}"}


def test_what_comes_again_is_matched_by_a_run_of_its_own() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    for line in desk.lines():
        if line.match_id is not None:
            undo_match(desk.ports, desk.tenant, COMPANY, line.match_id, AUTHOR)
    delete(desk, desk.statement())

    desk.drop(camt(NOVEMBER))

    assert desk.levels() == ["A", "A", "C"]


def test_the_trace_and_the_trail_stay() -> None:
    desk = quiet_desk()
    (trace,) = desk.drop(camt(NOVEMBER))
    statement = desk.statement()

    delete(desk, statement)

    assert trace.id in [row.id for row in desk.store.import_traces(desk.tenant, COMPANY).items]
    (event,) = [
        event
        for event in desk.store.audit_events(desk.tenant, COMPANY).items
        if event.action == "delete_statement"
    ]
    assert (event.subject, event.author) == (statement.id, AUTHOR)
    assert event.before is not None
    assert event.before["line_count"] == 3


def test_a_matched_line_keeps_its_statement() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    with pytest.raises(NotAllowedInState, match="is matched"):
        delete(desk, desk.statement())

    assert len(desk.lines()) == 3


def test_a_validated_statement_stays() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    with pytest.raises(StatementReadOnly):
        delete(desk, desk.statement())


def test_what_a_connector_made_stays() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))
    statement = desk.statement()
    fed = change(statement, replace(statement, origin=Origin.FEED))
    desk.store.commit(desk.tenant, COMPANY, [fed])

    with pytest.raises(NotAllowedInState, match="connector"):
        delete(desk, statement)
    with pytest.raises(NotAllowedInState, match="connector"):
        delete_line(desk.ports, desk.tenant, COMPANY, statement.id, 1, AUTHOR)


def test_while_a_run_works_nothing_is_deleted() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))
    lease.acquire(desk.ports, desk.tenant, COMPANY, "run_x")

    with pytest.raises(LeaseHeld):
        delete(desk, desk.statement())


def test_a_quarantined_statement_may_go() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER, closing="1.00"))

    delete(desk, desk.statement())

    assert statements(desk) == []
    assert desk.drop(camt(NOVEMBER))[0].outcome is ImportOutcome.IMPORTED


def test_a_transferred_statement_may_go_and_its_lines_follow() -> None:
    desk = Desk().open_company(ImportProfile(flow=Flow.RECONCILIATION_ONLY))
    desk.drop(camt(NOVEMBER))
    desk.drop(mt940(NOVEMBER), name="releve.sta")
    second = override(desk, by_format(desk, "mt940"))
    assert (second.status, second.known_count) == (StatementStatus.TRANSFERRED, 3)

    delete(desk, by_format(desk, "camt.053"))

    (left,) = statements(desk)
    assert (left.status, left.known_count) == (StatementStatus.TRANSFERRED, 0)
    assert [line.known_as for line in lines(desk, left)] == [None] * 3


def test_the_other_statements_of_the_file_stay_and_only_the_deleted_one_comes_again() -> None:
    desk = quiet_desk()
    other = camt([("2026-12-02", "5.00", "X")], opening="657.66", number="12")
    second = other[other.index(b"<Stmt>") : other.index(b"</BkToCstmrStmt>")]
    second = second.replace(b"2026-11-01", b"2026-12-01").replace(b"2026-11-30", b"2026-12-31")
    both = camt(NOVEMBER).replace(b"</BkToCstmrStmt>", second + b"</BkToCstmrStmt>")
    desk.drop(both)
    december, november = statements(desk)
    start_run(desk.ports, desk.tenant, COMPANY, november.id, AUTHOR)
    before = lines(desk, november)

    delete(desk, december)
    desk.drop(both)

    again, kept = statements(desk)
    assert (kept.id, again.number) == (november.id, "12")
    assert again.id != december.id
    assert lines(desk, kept) == before
    assert [line.line.amount_minor for line in lines(desk, again)] == [500]


def test_lines_known_as_deleted_ones_are_ordinary_again() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))
    desk.drop(mt940(NOVEMBER), name="releve.sta")
    second = override(desk, by_format(desk, "mt940"))
    assert second.status is StatementStatus.RECONCILED

    delete(desk, by_format(desk, "camt.053"))

    (left,) = statements(desk)
    assert (left.status, left.known_count) == (StatementStatus.IMPORTED, 0)
    assert unmatched(desk) == [-45_000, -1_234, 12_000]


def three_sources(store: Faulty | None = None) -> tuple[Desk, list[StatementRecord]]:
    """A month, and two of its weeks in other files: the weeks' lines are known as the month's."""
    desk = quiet_desk(store)
    desk.drop(camt(NOVEMBER))
    for number, name in (("71", "a.xml"), ("72", "b.xml")):
        desk.drop(camt(NOVEMBER[:2], number=number), name=name)
        second = next(s for s in statements(desk) if s.number == number)
        if second.status is StatementStatus.QUARANTINED:  # the same balances once more
            override(desk, second)
    by_number = {s.number: s for s in statements(desk)}
    return desk, [by_number[number] for number in ("11", "71", "72")]


def test_of_several_known_lines_one_follows_and_the_others_are_known_as_it() -> None:
    desk, (month, first, second) = three_sources()

    delete(desk, month)

    first, second = desk.statement(first.id), desk.statement(second.id)
    assert [line.known_as for line in lines(desk, first)] == [None, None]
    assert [line.known_as for line in lines(desk, second)] == [f"{first.id}/1", f"{first.id}/2"]
    assert (first.status, second.status) == (StatementStatus.IMPORTED, StatementStatus.RECONCILED)
    assert (first.known_count, second.known_count) == (0, 2)


def test_a_line_that_a_validated_statement_relies_on_stays() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER[:1], last_day="2026-11-05"))
    desk.drop(mt940(NOVEMBER), name="mois.sta")
    first, month = by_format(desk, "camt.053"), by_format(desk, "mt940")
    validate_statement(desk.ports, desk.tenant, COMPANY, month.id, AUTHOR)

    with pytest.raises(NotAllowedInState, match="would be nowhere"):
        delete(desk, first)
    with pytest.raises(NotAllowedInState, match="would be nowhere"):
        delete_line(desk.ports, desk.tenant, COMPANY, first.id, 1, AUTHOR)


@pytest.mark.parametrize("is_after", [True, False])
def test_a_deletion_that_dies_at_any_commit_is_finished_by_calling_again(*, is_after: bool) -> None:
    store = Faulty()
    desk, (month, first, second) = three_sources(store)
    start, at = store.count, 1
    delete(desk, month)
    total = store.count - start
    expected = snapshot(desk, first.id, second.id)

    for at in range(1, total + 1):
        store = Faulty()
        desk, (month, first, second) = three_sources(store)
        store.fail_at, store.is_after = store.count + at, is_after
        with pytest.raises(StoreUnavailable):
            delete(desk, month)
        store.fail_at = None
        try:
            delete(desk, month)
        except NotFound:
            assert at >= total - 1  # it was done, only its answer was lost
        assert snapshot(desk, first.id, second.id) == expected


def snapshot(desk: Desk, *ids: StatementId) -> list[object]:
    return [
        [s.id for s in statements(desk)],
        *[(s.status, s.known_count) for s in map(desk.statement, ids)],
        *[line.known_as for name in ids for line in lines(desk, desk.statement(name))],
    ]


def test_a_deleted_line_shows_in_the_figures_and_in_the_trail() -> None:
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))

    after = delete_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 3, AUTHOR)

    assert after == desk.statement()
    assert (after.line_count, after.deleted_count, after.deleted_minor) == (2, 1, -1_234)
    assert after.opening is not None
    assert after.closing is not None
    total = after.opening.amount_minor + after.booked_minor + after.deleted_minor
    assert total == after.closing.amount_minor
    assert [line.line.position for line in desk.lines()] == [1, 2]
    (event,) = [
        event
        for event in desk.store.audit_events(desk.tenant, COMPANY).items
        if event.action == "delete_line"
    ]
    assert event.before is not None
    assert (event.before["amount"], event.before["label"]) == ("-12.34", "COTISATION INCONNUE")


def test_a_matched_line_is_not_deleted() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))

    with pytest.raises(NotAllowedInState, match="is matched"):
        delete_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 1, AUTHOR)
    with pytest.raises(NotFound):
        delete_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 9, AUTHOR)


def test_a_line_known_as_a_deleted_one_follows_it() -> None:
    desk, (month, first, second) = three_sources()

    delete_line(desk.ports, desk.tenant, COMPANY, month.id, 2, AUTHOR)

    first, second = desk.statement(first.id), desk.statement(second.id)
    assert [line.known_as for line in lines(desk, first)] == [f"{month.id}/1", None]
    assert [line.known_as for line in lines(desk, second)] == [f"{month.id}/1", f"{first.id}/2"]
    assert (first.status, first.known_count) == (StatementStatus.IMPORTED, 1)


def test_a_statement_whose_line_was_deleted_is_still_the_same_one() -> None:
    """Its identity is what it claimed, not what its lines add up to now."""
    desk = quiet_desk()
    desk.drop(camt(NOVEMBER))
    delete_line(desk.ports, desk.tenant, COMPANY, desk.statement().id, 3, AUTHOR)

    (trace,) = desk.drop(camt(NOVEMBER) + b"\n", name="copie.xml")

    assert trace.outcome is ImportOutcome.QUARANTINED
    delete(desk, next(s for s in statements(desk) if s.deleted_count))
    (left,) = statements(desk)
    taken = override(desk, left)
    assert (taken.status, taken.known_count) == (StatementStatus.IMPORTED, 0)


def test_a_released_line_is_matched_and_a_marked_one_is_not() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER[2:], opening="1000.00"))
    desk.drop(mt940(NOVEMBER[2:]), name="releve.sta")
    second = override(desk, by_format(desk, "mt940"))
    first = by_format(desk, "camt.053")

    released = mark_known(desk.ports, desk.tenant, COMPANY, second.id, 1, None, AUTHOR)
    start_run(desk.ports, desk.tenant, COMPANY, second.id, AUTHOR)

    assert released.known_as is None
    assert [str(line.level) for line in lines(desk, second)] == ["C"]
    assert unmatched(desk) == [-1_234, -1_234]

    key = f"{first.id}/1"
    marked = mark_known(desk.ports, desk.tenant, COMPANY, second.id, 1, key, AUTHOR)

    assert marked == lines(desk, second)[0]
    assert (marked.known_as, marked.level) == (key, None)
    assert desk.statement(second.id).known_count == 1
    assert unmatched(desk) == [-1_234]


def test_a_line_that_others_are_known_as_stays_the_first() -> None:
    desk, (month, first, _) = three_sources()
    later = camt([("2026-11-30", "120.00", "AUTRE")], opening="657.66", number="12").replace(
        b"2026-11-01", b"2026-11-30"
    )
    desk.drop(later, name="fin.xml")
    (end,) = (s for s in statements(desk) if s.number == "12")

    with pytest.raises(NotAllowedInState, match=f"{first.id}/1 is known as"):
        mark_known(desk.ports, desk.tenant, COMPANY, month.id, 1, f"{end.id}/1", AUTHOR)


def test_only_an_unmatched_line_of_the_same_amount_can_be_the_first() -> None:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER[:1], last_day="2026-11-05"))
    december = camt(
        [("2026-11-20", "120.00", "AUTRE"), ("2026-11-21", "-7.00", "X")],
        opening="1120.00", number="12",
    ).replace(b"2026-11-01", b"2026-11-06")  # fmt: skip
    desk.drop(december, name="suite.xml")
    later, first = statements(desk)

    def mark(position: int, key: str) -> None:
        mark_known(desk.ports, desk.tenant, COMPANY, later.id, position, key, AUTHOR)

    with pytest.raises(NotAllowedInState, match="is matched"):
        mark(1, f"{first.id}/1")
    with pytest.raises(NotFound):
        mark(1, f"{first.id}/9")
    with pytest.raises(Exception, match="one statement"):
        mark(2, f"{later.id}/1")
    match = lines(desk, first)[0].match_id
    assert match is not None
    undo_match(desk.ports, desk.tenant, COMPANY, match, AUTHOR)
    with pytest.raises(Exception, match="amount"):
        mark(2, f"{first.id}/1")
    mark(1, f"{first.id}/1")
    with pytest.raises(NotAllowedInState, match="itself known as"):
        mark_known(desk.ports, desk.tenant, COMPANY, first.id, 1, f"{later.id}/1", AUTHOR)
    assert date(2026, 11, 20) == lines(desk, later)[0].line.booking_date
