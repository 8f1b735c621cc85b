"""A statement that leaves nothing to decide validates itself, where the policy says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rappro.domain.books import Company, Journal
from rappro.domain.errors import StoreUnavailable
from rappro.domain.ids import RunId
from rappro.domain.operations import Lease, PieceCounter
from rappro.domain.records import StatementStatus
from rappro.domain.writes import change
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.validation_policy import validate_by_policy

from .desk import COMPANY, NOVEMBER, Desk, camt
from .faulty import Faulty

CERTAIN = NOVEMBER[:2]


def policy(desk: Desk, *, company: bool, journal: bool | None) -> None:
    books = desk.store.get(desk.tenant, COMPANY, Company, "COMPANY")
    bank = desk.store.get(desk.tenant, COMPANY, Journal, "BQ1")
    assert books is not None
    assert bank is not None
    writes = [
        change(books, replace(books, auto_validation=company)),
        change(bank, replace(bank, auto_validation=journal)),
    ]
    desk.store.commit(desk.tenant, COMPANY, writes)


def last_number(desk: Desk) -> int:
    counter = desk.store.get(desk.tenant, COMPANY, PieceCounter, "BQ1/2026")
    return counter.last_number if counter else 0


def request_of(desk: Desk) -> RunRequest:
    statement = desk.statement()
    run: RunId = run_id_of(desk.tenant, COMPANY, statement.id, statement.run_number)
    return RunRequest(desk.tenant, COMPANY, statement.id, run, statement.run_number)


@pytest.mark.parametrize(
    ("company", "journal", "expected"),
    [
        (False, None, StatementStatus.MATCHED),
        (True, None, StatementStatus.VALIDATED),
        (True, False, StatementStatus.MATCHED),
        (False, True, StatementStatus.VALIDATED),
    ],
)
def test_the_journal_s_policy_goes_before_the_company_s_and_the_default_is_off(
    *, company: bool, journal: bool | None, expected: StatementStatus
) -> None:
    desk = Desk().open_company()
    policy(desk, company=company, journal=journal)

    desk.drop(camt(CERTAIN))

    assert desk.levels() == ["A", "A"]
    assert desk.statement().status is expected


def test_a_line_that_is_left_to_a_person_leaves_the_statement_to_one() -> None:
    desk = Desk().open_company()
    policy(desk, company=True, journal=None)

    desk.drop(camt(NOVEMBER))

    assert desk.statement().status is StatementStatus.PARTLY_MATCHED
    assert last_number(desk) == 0


def test_a_repeated_step_validates_nothing_twice() -> None:
    desk = Desk().open_company()
    policy(desk, company=True, journal=None)
    desk.drop(camt(CERTAIN))
    before = desk.statement(), last_number(desk)

    validate_by_policy(desk.ports, request_of(desk))

    assert (desk.statement(), last_number(desk)) == before
    assert last_number(desk) == 1


def test_a_locked_period_leaves_it_to_a_person() -> None:
    desk = Desk().open_company()
    policy(desk, company=True, journal=None)
    books = desk.store.get(desk.tenant, COMPANY, Company, "COMPANY")
    assert books is not None
    locked = replace(books, closed_until=date(2026, 11, 6))
    desk.store.commit(desk.tenant, COMPANY, [change(books, locked)])

    desk.drop(camt(CERTAIN))

    assert desk.statement().status is not StatementStatus.VALIDATED
    assert last_number(desk) == 0


def test_another_writer_leaves_it_to_a_person() -> None:
    desk = Desk().open_company()
    desk.drop(camt(CERTAIN))
    policy(desk, company=True, journal=None)
    lease = desk.store.get(desk.tenant, COMPANY, Lease, "WRITER")
    assert lease is not None
    later = desk.clock.now().replace(hour=23)
    held = replace(lease, holder="load:x", expires_at=later, token=lease.token + 1)
    desk.store.commit(desk.tenant, COMPANY, [change(lease, held)])

    assert validate_by_policy(desk.ports, request_of(desk)) == []
    assert desk.statement().status is StatementStatus.MATCHED


@pytest.mark.parametrize("is_after", [False, True])
@pytest.mark.parametrize("fail_at", range(1, 6))
def test_a_validation_that_died_is_finished_by_the_step_that_is_repeated(
    fail_at: int, *, is_after: bool
) -> None:
    store = Faulty()
    desk = Desk(store=store).open_company()
    desk.drop(camt(CERTAIN))
    policy(desk, company=True, journal=None)
    store.count, store.fail_at, store.is_after = 0, fail_at, is_after
    try:
        validate_by_policy(desk.ports, request_of(desk))
    except StoreUnavailable:
        store.fail_at = None

    validate_by_policy(desk.ports, request_of(desk))

    assert desk.statement().status is StatementStatus.VALIDATED
    assert last_number(desk) == 1
