"""A run over a statement: matched, drafted, explained; repeating any step changes nothing."""

from datetime import timedelta

import pytest

from rappro.domain.books import (
    EntryStatus,
    JournalEntry,
)
from rappro.domain.errors import LeaseHeld, NotFound, TooLarge
from rappro.domain.ids import RunId, StatementId
from rappro.domain.matching.model import Level
from rappro.domain.operations import (
    Run,
    RunState,
)
from rappro.domain.records import (
    Match,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.use_cases import gathering, lease
from rappro.use_cases.gathering import gather_evidence
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide, fail
from rappro.use_cases.start_run import start_run
from tests.camt_text import Movement

from .desk import AUTHOR, CLIENT, COMPANY, NOVEMBER, SUPPLIER, Desk, camt
from .dumps import dump

ITEMS = ["oi_FA2026-0101", "oi_FA2026-0102", "oi_FE2026-77"]


@pytest.fixture
def desk() -> Desk:
    desk = Desk().open_company()
    desk.drop(camt(NOVEMBER))
    return desk


def request_of(desk: Desk, number: int = 1) -> RunRequest:
    statement = desk.statement()
    run = desk.store.get(desk.tenant, COMPANY, Run, run_id(desk, number))
    assert run is not None
    return RunRequest(desk.tenant, COMPANY, statement.id, run.id, number)


def run_id(desk: Desk, number: int) -> RunId:
    return run_id_of(desk.tenant, COMPANY, desk.statement().id, number)


def test_what_is_certain_is_matched_and_the_rest_waits(desk: Desk) -> None:
    assert desk.levels() == ["A", "A", "C"]
    assert desk.statement().status is StatementStatus.PARTLY_MATCHED
    assert desk.statement().level_counts == {"A": 2, "C": 1}
    assert desk.statement().matched_minor == 57_000
    assert [line.third_party for line in desk.lines()] == [CLIENT.id, SUPPLIER.id, None]


def test_a_receipt_is_drafted_and_takes_the_invoices_residual(desk: Desk) -> None:
    match = desk.store.get(desk.tenant, COMPANY, Match, desk.lines()[0].match_id or "")
    assert match is not None
    entry = desk.store.get(desk.tenant, COMPANY, JournalEntry, match.entry_ids[0])
    assert entry is not None

    assert desk.item("FA2026-0101").residual_minor == 0
    assert (entry.status, entry.number, entry.piece_ref) == (
        EntryStatus.DRAFT,
        None,
        "FA2026-0101",
    )
    assert [(x.account, x.balance_minor) for x in entry.lines] == [
        ("512100", 12_000),
        ("411000", -12_000),
    ]


def test_an_existing_entry_is_pointed_and_nothing_is_booked_twice(desk: Desk) -> None:
    (waiting,) = [e for e in desk.store.ledger(desk.tenant, COMPANY, "512100") if e.id == "be_vir"]
    match = desk.store.get(desk.tenant, COMPANY, Match, desk.lines()[1].match_id or "")

    assert waiting.match_id == desk.lines()[1].match_id
    assert match is not None
    assert match.entry_ids == ()


def test_every_automatic_match_says_why(desk: Desk) -> None:
    for line in desk.lines()[:2]:
        assert line.explanation is not None
        assert line.explanation.evidence


def test_repeating_each_step_changes_nothing(desk: Desk) -> None:
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    post(desk.ports, request_of(desk))

    assert dump(desk.store, desk.tenant, COMPANY, ITEMS) == before


def test_a_second_run_on_an_unchanged_world_changes_nothing(desk: Desk) -> None:
    before = dump(desk.store, desk.tenant, COMPANY, ITEMS)

    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    after = dump(desk.store, desk.tenant, COMPANY, ITEMS)
    assert after["statements"][0].pop("run_number") == 2
    assert before["statements"][0].pop("run_number") == 1
    assert after == before


def test_without_matching_on_import_third_parties_are_found_and_nothing_is_matched() -> None:
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))

    desk.drop(camt(NOVEMBER))

    assert desk.levels() == [None, None, None]
    assert desk.statement().status is StatementStatus.IMPORTED
    assert desk.lines()[0].third_party == CLIENT.id
    assert desk.item("FA2026-0101").residual_minor == 12_000


def test_a_run_waits_while_another_writer_has_the_company(desk: Desk) -> None:
    lease.acquire(desk.ports, desk.tenant, COMPANY, "somebody")

    with pytest.raises(LeaseHeld):
        gather_evidence(desk.ports, request_of(desk))


def test_a_lease_that_expired_passes_on_with_a_higher_token(desk: Desk) -> None:
    first = lease.acquire(desk.ports, desk.tenant, COMPANY, "one")
    desk.clock.advance(timedelta(seconds=lease.LEASE_SECONDS + 1))

    second = lease.acquire(desk.ports, desk.tenant, COMPANY, "two")

    assert second.token == first.token + 1


def test_a_failed_run_leaves_its_statement_in_a_named_status_and_gives_the_lease_back(
    desk: Desk,
) -> None:
    request = request_of(desk)
    gather_evidence(desk.ports, request)

    fail(desk.ports, request, error="StoreThrottled", cause="too much")

    assert desk.statement().status is StatementStatus.RUN_FAILED
    assert desk.statement().last_run_error == "StoreThrottled"
    lease.acquire(desk.ports, desk.tenant, COMPANY, "next")


def test_a_new_run_after_a_failure_finishes_the_work(desk: Desk) -> None:
    fail(desk.ports, request_of(desk), error="StoreThrottled", cause="too much")

    start_run(desk.ports, desk.tenant, COMPANY, desk.statement().id, AUTHOR)

    assert desk.statement().status is StatementStatus.PARTLY_MATCHED
    assert desk.statement().last_run_error is None


def test_a_run_over_nothing_fails_and_is_recorded(desk: Desk) -> None:
    request = RunRequest(desk.tenant, COMPANY, StatementId("st_none"), RunId("run_x"), 1)

    with pytest.raises(NotFound):
        decide(desk.ports, request)
    fail(desk.ports, request, error="NotFound", cause="no statement")
    fail(desk.ports, request, error="NotFound", cause="no statement")

    run = desk.store.get(desk.tenant, COMPANY, Run, "run_x")
    assert run is not None
    assert (run.state, run.error_code) == (RunState.FAILED, "NotFound")


def test_levels_that_a_run_gives_are_those_of_the_specification(desk: Desk) -> None:
    assert {line.level for line in desk.lines()} <= set(Level)


DECEMBER: tuple[Movement, ...] = (
    ("2026-11-12", "300.00", "VIR MENUISERIE DUPOND FA2026-0102"),
    ("2026-11-13", "120.00", "VIR MENUISERIE DUPOND FA2026-0101"),
)


def two_statements() -> tuple[Desk, StatementRecord, StatementRecord]:
    """Return a desk with two statements of which only third parties were resolved so far."""
    desk = Desk().open_company(ImportProfile(is_matched_on_import=False))
    desk.drop(camt(NOVEMBER))
    desk.drop(camt(DECEMBER, number="12", opening="657.66"), "suite.xml")
    first, second = sorted(
        desk.store.statements(desk.tenant, COMPANY).items, key=lambda s: s.number or ""
    )
    return desk, first, second


def test_a_run_decides_further_statements_together_with_its_own() -> None:
    """The machine carries the run's name alone; which statements it is about, the run says."""
    desk, first, second = two_statements()

    start_run(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR, also=[second.id])

    levels = [
        [str(line.level) for line in desk.store.lines(desk.tenant, COMPANY, each.id)]
        for each in (first, second)
    ]
    assert levels == [["A", "A", "C"], ["A", "B"]]
    run = desk.store.get(desk.tenant, COMPANY, Run, run_id_of(desk.tenant, COMPANY, first.id, 2))
    assert run is not None
    assert (run.state, run.statements) == (RunState.POSTED, (first.id, second.id))
    assert run.matched_count == 3


def test_a_run_that_fails_fails_for_all_its_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    desk, first, second = two_statements()
    monkeypatch.setattr(gathering, "LINES_MAX_PER_RUN", 2)

    start_run(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR, also=[second.id])

    for each in (first, second):
        assert desk.statement(each.id).status is StatementStatus.RUN_FAILED
        assert desk.statement(each.id).last_run_error == TooLarge.__name__


def test_a_run_over_a_statement_that_is_not_there_does_not_start() -> None:
    desk, first, _ = two_statements()
    started = len(desk.runs.started)

    with pytest.raises(NotFound):
        start_run(desk.ports, desk.tenant, COMPANY, first.id, AUTHOR, also=[StatementId("st_none")])

    assert len(desk.runs.started) == started
