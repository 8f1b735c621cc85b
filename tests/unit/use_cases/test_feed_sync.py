"""What a synchronisation makes of a bank's movements, against the simulated providers."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest

from devstack.providers.bank import Condition
from rappro.adapters.memory.providers import MemoryMailer
from rappro.domain.bank import StatementLine
from rappro.domain.books import Company
from rappro.domain.feed_staging import missed
from rappro.domain.feeds import (
    FeedConnection,
    FeedRun,
    MailOn,
    PendingTransactions,
    StagedState,
    StagedTransaction,
    StatementMode,
)
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.writes import change
from rappro.use_cases.feed_statements import last_day, make_statement
from rappro.use_cases.manual_document import ManualStatement
from rappro.use_cases.manual_statement import create_statement
from simulation.feeds.world import COMPANY, CONNECTION, JOURNAL, TENANT, World, cents


def world_of(provider: str = "bridge", mode: StatementMode = StatementMode.EACH_SYNC) -> World:
    return World(provider, mode)


def add(world: World, amount: int, label: str = "VIR DURAND", *, days_ago: int = 0) -> int:
    """Let the bank book a movement; return its number."""
    day = world.bank.now.date() - timedelta(days=days_ago)
    return world.bank.add(world.at_bank.id, day, cents(amount), label).id


def statements(world: World) -> list[StatementRecord]:
    return world.store.statements_of_journal(TENANT, COMPANY, JOURNAL)


def runs(world: World) -> list[FeedRun]:
    return list(world.store.feed_runs(TENANT, COMPANY, CONNECTION).items)


def sync(world: World) -> FeedRun:
    """Let some time pass and synchronise; return the run."""
    world.bank.wait(minutes=10)
    world.sync()
    return runs(world)[0]


def save_account(world: World, **changes: object) -> None:
    before = world.account
    world.store.commit(TENANT, COMPANY, [change(before, replace(before, **changes))])  # type: ignore[arg-type]  # fields by name


def test_a_statement_carries_the_balances_before_and_after_its_lines() -> None:
    world = world_of()
    add(world, 10_000)
    sync(world)
    add(world, -2_500)
    add(world, -500)

    sync(world)

    first, second = sorted(statements(world), key=lambda one: one.number or "")
    assert first.opening is not None
    assert first.closing is not None
    assert second.opening is not None
    assert second.closing is not None
    assert (first.opening.amount_minor, first.closing.amount_minor) == (0, 10_000)
    assert (second.opening.amount_minor, second.closing.amount_minor) == (10_000, 7_000)
    assert second.findings == ()


def test_a_movement_that_a_statement_by_hand_brought_is_recognised() -> None:
    world = world_of()
    today = world.bank.now.date()
    line = StatementLine(1, today, 12_000, "EUR", label="VIR DURAND")
    create_statement(world.ports, TENANT, COMPANY, ManualStatement(JOURNAL, (line,)), "u1")
    add(world, 12_000)
    add(world, -700, "FRAIS")

    sync(world)

    fed = next(one for one in statements(world) if one.format == "feed-bridge")
    lines = {line.line.label: line.known_as for line in world.store.lines(TENANT, COMPANY, fed.id)}
    assert fed.known_count == 1
    assert lines["FRAIS"] is None
    assert lines["VIR DURAND"] is not None


def test_what_is_before_the_start_date_is_kept_and_never_stated() -> None:
    world = world_of()
    save_account(world, start_on=world.bank.now.date() - timedelta(days=1))
    add(world, 100, "AVANT", days_ago=2)
    add(world, 200, "APRES", days_ago=1)

    sync(world)

    states = {one.line.label: one.state for one in world.staged()}
    assert states == {"AVANT": StagedState.IGNORED, "APRES": StagedState.PLACED}
    assert [s.line_count for s in statements(world)] == [1]


def test_what_is_dated_in_a_locked_period_comes_on_a_statement_of_its_own() -> None:
    world = world_of()
    company = world.store.get(TENANT, COMPANY, Company, "COMPANY")
    assert company is not None
    locked = replace(company, closed_until=world.bank.now.date() - timedelta(days=2))
    world.store.commit(TENANT, COMPANY, [change(company, locked)])
    add(world, 100, days_ago=3)
    add(world, 200)

    sync(world)

    found = {one.status: one.booked_minor for one in statements(world)}
    assert found == {StatementStatus.QUARANTINED: 100, StatementStatus.IMPORTED: 200}


def test_an_announced_movement_is_listed_and_never_staged() -> None:
    world = world_of()
    day = world.bank.now.date() + timedelta(days=2)
    world.bank.add(world.at_bank.id, day, cents(-900), "PRLV EDF", is_future=True)

    sync(world)

    pending = world.store.get(TENANT, COMPANY, PendingTransactions, world.account_id)
    assert pending is not None
    assert [line.label for line in pending.lines] == ["PRLV EDF"]
    assert world.staged() == []


def test_a_line_on_a_statement_is_annotated_and_never_altered() -> None:
    world = world_of()
    movement = add(world, 4_200)
    sync(world)
    (before,) = world.lines().values()
    world.bank.wait(hours=1)
    world.bank.edit(movement, amount=cents(4_300))

    sync(world)

    (staged,) = world.staged()
    (after,) = world.lines().values()
    assert after == before
    assert staged.differs is not None
    assert staged.differs.amount_minor == 4_300
    trail = world.store.audit_events(TENANT, COMPANY, subjects=[staged.id]).items
    assert [row.action for row in trail] == ["note_feed_line"]


@pytest.mark.parametrize("provider", ["saltedge", "ponto"])
def test_where_nothing_tells_of_a_removal_it_is_gone_when_the_balance_says_so_too(
    provider: str,
) -> None:
    world = world_of(provider, StatementMode.BY_HAND)
    movement = add(world, 4_200)
    sync(world)
    world.bank.remove(movement)

    sync(world)

    assert world.staged()[0].state is StagedState.REMOVED
    assert world.account.gap_minor == 0


@pytest.mark.parametrize("provider", ["bridge", "powens", "saltedge", "ponto"])
def test_after_a_renewal_with_other_ids_nothing_comes_twice(provider: str) -> None:
    world = world_of(provider)
    add(world, 100, "CB CAFE")
    add(world, 100, "CB CAFE")
    add(world, -5_000, "LOYER", days_ago=3)
    sync(world)
    world.bank.renew(world.link_id, keeps_ids=False)
    add(world, 777, "NOUVEAU")

    sync(world)

    assert sum(one.line_count for one in statements(world)) == 4
    assert runs(world)[0].renamed_count == 3
    assert world.kept() == world.truth()


def test_a_gap_between_balance_and_transactions_is_told_until_it_closes() -> None:
    world = world_of()
    add(world, 1_000)
    sync(world)
    account = world.bank.accounts[world.at_bank.id]
    world.bank.accounts[account.id] = replace(account, opening=account.opening + cents(300))

    told = sync(world)
    world.bank.accounts[account.id] = account
    closed = sync(world)

    assert any("gap" in finding for finding in told.findings)
    assert world.account.gap_minor == 0
    assert closed.findings == ()


def test_a_bank_that_waits_for_its_user_is_a_state_and_is_mailed_once_a_run() -> None:
    world = world_of()
    connection = world.store.get(TENANT, COMPANY, FeedConnection, CONNECTION)
    assert connection is not None
    mailed = replace(connection, mail_to=("compta@client.example",), mail_on=MailOn.ERRORS)
    world.store.commit(TENANT, COMPANY, [change(connection, mailed)])
    sync(world)
    world.bank.set(world.link_id, Condition.NEEDS_CODE)

    world.bank.wait(minutes=10)
    message = world.sync()
    world.sync(message=message)

    sent = cast("MemoryMailer", world.ports.providers.mailer).sent
    assert runs(world)[0].state == "user_action"
    assert runs(world)[0].provider_code == "1010 OTP_REQUIRED"
    assert len(sent) == 1


def test_the_end_of_a_consent_is_announced_thirty_ten_one_and_zero_days_ahead() -> None:
    world = world_of()
    connection = world.store.get(TENANT, COMPANY, FeedConnection, CONNECTION)
    assert connection is not None
    mailed = replace(connection, mail_to=("compta@client.example",), mail_on=MailOn.NONE)
    world.store.commit(TENANT, COMPANY, [change(connection, mailed)])

    outbox = cast("MemoryMailer", world.ports.providers.mailer).sent
    until = world.bank.links[world.link_id].consent_until
    days = []
    while world.bank.now < until:
        before = len(outbox)
        sync(world)
        if len(outbox) > before:
            days.append((until - world.bank.now).days)
        world.bank.wait(hours=12)

    assert days == [30, 10, 1, 0]


def test_a_statement_by_hand_takes_what_is_dated_until_a_day() -> None:
    world = world_of(mode=StatementMode.BY_HAND)
    add(world, 100, days_ago=4)
    add(world, 200)
    sync(world)
    until = world.bank.now.date() - timedelta(days=1)

    made = make_statement(
        world.ports, TENANT, COMPANY, world.account_id, until=until, author="u1", holder="h1"
    )

    assert [(one.id, one.booked_minor) for one in statements(world)] == [(made, 100)]
    assert [one.state for one in world.staged()] == [StagedState.PLACED, StagedState.WAITING]


@pytest.mark.parametrize(
    ("mode", "last"),
    [
        (StatementMode.EACH_SYNC, None),
        (StatementMode.DAILY, date(2026, 11, 17)),
        (StatementMode.WEEKLY, date(2026, 11, 15)),
        (StatementMode.MONTHLY, date(2026, 10, 31)),
    ],
)
def test_a_mode_puts_whole_days_weeks_or_months_on_a_statement(
    mode: StatementMode, last: date | None
) -> None:
    assert last_day(mode, date(2026, 11, 18)) == last  # a Wednesday


def test_a_transaction_that_two_readings_do_not_tell_of_is_gone_even_without_a_balance() -> None:
    known = StagedTransaction(
        "st_1", "fa_1", "7", StatementLine(1, date(2026, 11, 2), 100, "EUR"), StagedState.WAITING,
        "0", datetime(2026, 11, 2, tzinfo=UTC),
    )  # fmt: skip

    once = missed(known)

    assert once.state is StagedState.WAITING
    assert missed(once).state is StagedState.REMOVED
