"""What fault simulation found, each as it happens: somebody comes in between, or somebody died."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from rappro.adapters.memory import MemoryStore
from rappro.domain.errors import StoreConflict, StoreUnavailable
from rappro.domain.ids import StatementId
from rappro.domain.operations import ImportOutcome, Lease, Run, Validation
from rappro.domain.records import (
    Intake,
    LineStatus,
    MatchStatus,
    StatementIdentity,
    StatementRecord,
    StatementStatus,
    UnfinishedMatch,
)
from rappro.domain.report_snapshot import ReportSnapshot
from rappro.domain.writes import Record
from rappro.use_cases import lease
from rappro.use_cases.gathering import gather_evidence
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import match_by_hand
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement

from .desk import AUTHOR, COMPANY, NOVEMBER, Desk, camt, item
from .faulty import Faulty
from .test_large_matches import NUMBERS, desk_with_many, request

R = TypeVar("R", bound=Record)


class Interrupted(Faulty):
    """A store in which something happens once, just before a kind of record is read."""

    def __init__(self) -> None:
        super().__init__()
        self.kind: type[Any] | None = None
        self.happens: Callable[[], object] = lambda: None

    def get(self, tenant: Any, company: Any, kind: type[R], key: str) -> R | None:
        if kind is self.kind:
            self.kind = None
            self.happens()
        return super().get(tenant, company, kind, key)


def dies(store: Faulty, step: int, work: Callable[[], object]) -> None:
    """Do some work that dies at a commit (from 1)."""
    store.fail_at, store.count = step, 0
    with pytest.raises(StoreUnavailable):
        work()
    store.fail_at = None


def test_the_same_bytes_under_two_names_at_once_are_imported_once() -> None:
    """The second import looked for its statements before the first one's were there."""
    store = Interrupted()
    desk = Desk(store=store).open_company()
    store.kind, store.happens = StatementIdentity, lambda: desk.drop(camt(NOVEMBER), "autre.xml")

    rows = desk.drop(camt(NOVEMBER), "releve.xml")

    assert [row.outcome for row in rows] == [ImportOutcome.ALREADY_IMPORTED]
    taken_in = store.get(desk.tenant, COMPANY, Intake, "BQ1")
    assert taken_in is not None
    assert taken_in.count == 1
    traced = {row.name: row.outcome for row in store.import_traces(desk.tenant, COMPANY).items}
    assert traced == {
        "autre.xml": ImportOutcome.IMPORTED,
        "releve.xml": ImportOutcome.ALREADY_IMPORTED,
    }
    imports = [
        e for e in store.audit_events(desk.tenant, COMPANY).items if e.action == "import_file"
    ]
    assert len(imports) == 1


@pytest.mark.parametrize("step", [2, 3])
def test_asking_again_for_a_large_match_that_died_finishes_it(step: int) -> None:
    store = Faulty()
    desk = desk_with_many(store)
    asked = request(desk)
    dies(store, step, lambda: match_by_hand(desk.ports, desk.tenant, COMPANY, asked, AUTHOR))

    made = match_by_hand(desk.ports, desk.tenant, COMPANY, asked, AUTHOR)

    assert made.status is MatchStatus.CONFIRMED
    assert all(desk.item(number).is_settled for number in NUMBERS)
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_undoing_a_large_match_that_died_finishes_it_first() -> None:
    store = Faulty()
    desk = desk_with_many(store)
    asked = request(desk)
    dies(store, 3, lambda: match_by_hand(desk.ports, desk.tenant, COMPANY, asked, AUTHOR))
    match = desk.lines()[0].match_id
    assert match is not None

    undone = undo_match(desk.ports, desk.tenant, COMPANY, match, AUTHOR)

    assert undone.status is MatchStatus.UNDONE
    assert not any(desk.item(number).is_settled for number in NUMBERS)


def test_asking_again_for_a_large_undo_that_died_finishes_it() -> None:
    store = Faulty()
    desk = desk_with_many(store)
    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)
    dies(store, 2, lambda: undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR))

    undone = undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR)

    assert undone.status is MatchStatus.UNDONE
    assert not any(desk.item(number).is_settled for number in NUMBERS)
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_a_validation_finishes_a_large_match_that_died_before_it_numbers_anything() -> None:
    store = Faulty()
    desk = desk_with_many(store)
    asked = request(desk)
    dies(store, 2, lambda: match_by_hand(desk.ports, desk.tenant, COMPANY, asked, AUTHOR))

    validate_statement(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    assert all(desk.item(number).is_settled for number in NUMBERS)
    assert all(desk.item(number).letter is not None for number in NUMBERS)
    assert store.all(desk.tenant, COMPANY, UnfinishedMatch) == []


def test_a_large_undo_that_begins_during_a_validation_is_never_half_of_it() -> None:
    """It died after its first commit; the validation that was planned before it is refused."""
    store = Interrupted()
    desk = desk_with_many(store)
    made = match_by_hand(desk.ports, desk.tenant, COMPANY, request(desk), AUTHOR)
    statement = desk.statement().id

    def undo() -> None:
        dies(store, 2, lambda: undo_match(desk.ports, desk.tenant, COMPANY, made.id, AUTHOR))

    store.kind, store.happens = Validation, undo
    with pytest.raises(StoreConflict):
        validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)
    assert desk.statement().status is not StatementStatus.VALIDATING

    validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)

    assert not any(desk.item(number).is_settled for number in NUMBERS)
    assert [line.status for line in desk.lines()] == [LineStatus.VALIDATED]


def test_books_that_are_sent_again_after_a_crash_still_re_examine_the_lines_that_waited() -> None:
    """Nothing is new the second time, but the lines were not examined the first time."""
    store = Faulty()
    desk = Desk(store=store).open_company()
    desk.drop(camt([("2026-11-05", "42.00", "VIR MENUISERIE DUPOND FA2026-0200")]))
    assert desk.levels() != ["A"]
    sent = BookRecords(open_items=(item("FA2026-0200", 4_200),))
    count = len(desk.runs.started)
    dies(store, 5, lambda: load_document(desk.ports, desk.tenant, COMPANY, sent, AUTHOR))
    assert len(desk.runs.started) == count

    load_document(desk.ports, desk.tenant, COMPANY, sent, AUTHOR)

    assert desk.levels() == ["A"]


def test_an_undo_behind_the_back_of_a_run_sends_the_run_back_to_gather() -> None:
    """Its line would be left out: the run saw it matched, and its own decision was not asked."""
    desk = Desk().open_company()
    desk.runs.on_start = None
    desk.drop(camt(NOVEMBER))
    asked = run_request(desk)
    gather_evidence(desk.ports, asked)
    decide(desk.ports, asked)
    post(desk.ports, asked)
    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)
    again = run_request(desk)
    gather_evidence(desk.ports, again)
    decide(desk.ports, again)
    match = desk.lines()[0].match_id
    assert match is not None
    undo_match(desk.ports, desk.tenant, COMPANY, match, AUTHOR)

    with pytest.raises(StoreConflict):
        post(desk.ports, again)

    gather_evidence(desk.ports, again)
    decide(desk.ports, again)
    post(desk.ports, again)
    assert desk.levels()[0] is not None


def test_a_step_that_comes_behind_the_end_of_its_run_changes_nothing_and_keeps_no_lease() -> None:
    """Lambda may start a step twice; the second one may be late."""
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    asked = run_request(desk)

    def ended() -> tuple[Any, Any]:
        kept = desk.store.get(desk.tenant, COMPANY, Run, asked.run_id)
        held = desk.store.get(desk.tenant, COMPANY, Lease, "WRITER")
        return kept, held and held.holder

    before = ended()
    assert before[1] is None
    assert gather_evidence(desk.ports, asked) == ()
    decide(desk.ports, asked)
    post(desk.ports, asked)

    assert ended() == before


def test_a_post_that_is_late_by_a_moment_gives_the_lease_back() -> None:
    """The run's other worker ended it between the first look and the lease."""
    store = Interrupted()
    desk = Desk(store=store).open_company()
    desk.runs.on_start = None
    desk.drop(camt(NOVEMBER))
    asked = run_request(desk)
    gather_evidence(desk.ports, asked)
    decide(desk.ports, asked)
    store.kind, store.happens = StatementRecord, lambda: post(desk.ports, asked)

    post(desk.ports, asked)

    held = store.get(desk.tenant, COMPANY, Lease, "WRITER")
    assert held is not None
    assert held.holder is None


def run_request(desk: Desk) -> RunRequest:
    """Return the request of the run that was started last."""
    payload = desk.runs.started[-1].payload
    ids = (payload["statement_id"], payload["run_id"], payload["run_number"])
    return RunRequest(desk.tenant, COMPANY, *ids)


def test_the_next_validation_of_a_journal_first_finishes_one_that_died() -> None:
    """Else its frozen report would hold half of the other statement."""
    store = Faulty()
    desk = Desk(store=store).open_company()
    desk.drop(camt(NOVEMBER, last_day="2026-11-15"), "a.xml")
    later = [("2026-11-20", "5.00", "VIREMENT")]
    desk.drop(camt(later, opening="657.66", number="12", last_day="2026-11-30"), "b.xml")
    second, first = store.statements(desk.tenant, COMPANY).items
    assert (first.source_name, second.source_name) == ("a.xml", "b.xml")

    def validate(statement: StatementId) -> StatementRecord:
        return validate_statement(desk.ports, desk.tenant, COMPANY, statement, AUTHOR)

    dies(store, 3, lambda: validate(first.id))
    assert desk.statement(first.id).status is StatementStatus.VALIDATING
    done = validate(second.id)

    assert desk.statement(first.id).status is StatementStatus.VALIDATED
    frozen = store.get(desk.tenant, COMPANY, ReportSnapshot, done.report_id or "")
    assert frozen is not None
    assert (frozen.lines_count, frozen.difference_minor) == (0, 0)
    assert validate(first.id) == desk.statement(first.id)


def test_a_lease_is_given_back_even_if_the_store_was_in_conflict_once() -> None:
    class Conflicting(MemoryStore):
        is_next = False

        def commit(self, *given: Any, **named: Any) -> None:
            if self.is_next:
                self.is_next = False
                raise StoreConflict("another transaction looked at it")
            super().commit(*given, **named)

    store = Conflicting()
    desk = Desk(store=store).open_company()
    lease.acquire(desk.ports, desk.tenant, COMPANY, "one")
    store.is_next = True

    lease.release(desk.ports, desk.tenant, COMPANY, "one")

    lease.acquire(desk.ports, desk.tenant, COMPANY, "another")
