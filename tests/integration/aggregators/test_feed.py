"""What a connector lists is what the bank has, whatever happens in between and however it pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.domain.connectors import Window
from tests.integration.aggregators.driving import (
    NO_VALUE_DAYS,
    PROVIDERS,
    RETURN_URL,
    Driven,
    Staged,
    driving,
)

DAY = date(2026, 10, 5)
ACTIONS = ("add", "late", "future", "book", "book_kept", "edit", "remove", "wait", "read")
CENTS = st.integers(-9_999_999, 9_999_999).filter(bool)
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTIONS), st.integers(0, 1_000), CENTS), min_size=1, max_size=30
)


def step(driven: Driven, account: int, action: str, pick: int, cents: int) -> None:
    """Let one thing happen at the bank."""
    bank = driven.bank
    here = [one for one in bank.movements.values() if one.account == account and not one.is_deleted]
    amount, day = Decimal(cents) / 100, DAY + timedelta(days=pick % 60)
    future = [one for one in here if one.is_future]
    if action == "add":
        bank.add(account, day, amount, f"VIR {pick}", value_day=day)
    elif action == "late":
        bank.add(account, day - timedelta(days=400), amount, f"ANCIEN {pick}")
    elif action == "future":
        bank.add(account, day, amount, f"A VENIR {pick}", is_future=True)
    elif action == "wait":
        bank.wait(hours=pick % 90)
    elif action.startswith("book") and future:
        chosen = future[pick % len(future)].id
        bank.book(chosen, day, keeps_id=action == "book_kept")
    elif action == "edit" and here:
        bank.edit(here[pick % len(here)].id, label=f"CORRIGE {pick}", amount=amount)
    elif action == "remove" and here:
        bank.remove(here[pick % len(here)].id)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_staged_rows_are_the_banks_truth_after_any_history(provider: str) -> None:
    with driving(provider) as driven:
        link = driven.link()

        @settings(
            max_examples=20, deadline=None, derandomize=True, database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        @given(steps=STEPS, page_size=st.integers(1, 7), seed=st.integers(0, 9))
        def holds(steps: list[tuple[str, int, int]], page_size: int, seed: int) -> None:
            driven.simulator.page_size, driven.simulator.order_seed = page_size, seed
            number = driven.bank.open(link.id, "Compte").id
            seen = driven.connector.accounts(driven.kept, str(link.id))
            account = next(one for one in seen if one.ref == str(number))
            staged = Staged()
            for action, pick, cents in steps:
                step(driven, number, action, pick, cents)
                if action == "read":
                    staged.read(driven, account)
            staged.read(driven, account)

            assert staged.booked() == driven.truth(account)
            driven.bank.accounts.pop(number)

        holds()


def test_the_balance_is_the_sum_of_the_booked_rows(driven: Driven) -> None:
    link = driven.link()
    account = driven.account(link)
    driven.simulator.page_size = 2
    for cents in (-8_640, 145_000, -1, 30):
        driven.bank.add(int(account.ref), DAY, Decimal(cents) / 100, "MOUVEMENT")
    driven.bank.add(int(account.ref), DAY, Decimal(-5), "A VENIR", is_future=True)
    staged = Staged()
    staged.read(driven, account)

    told = driven.account(link).balance_minor

    assert told == sum(amount for _, amount, _ in staged.booked().values()) == 136_389


def test_another_worker_goes_on_from_a_page_with_the_same_result(driven: Driven) -> None:
    account = driven.account(driven.link())
    driven.simulator.page_size = 3
    for number in range(10):
        driven.bank.wait(minutes=1)
        driven.bank.add(int(account.ref), DAY, Decimal(number + 1), f"VIR {number}")
    first = driven.connector.transactions(driven.kept, account, Window(None, None))
    assert first.next_page is not None
    assert first.cursor is None
    whole = Staged()
    whole.read(driven, account)

    found = {row.id for row in first.items}
    page: str | None = first.next_page
    cursor: str | None = None
    while page is not None:
        later = driven.again().transactions(driven.kept, account, Window(None, None), page=page)
        found |= {row.id for row in later.items}
        page, cursor = later.next_page, later.cursor

    assert found == set(driven.truth(account))
    assert cursor == whole.cursor


def test_a_row_stamped_a_day_before_the_cursor_is_not_missed(driven: Driven) -> None:
    account, staged = driven.account(driven.link()), Staged()
    driven.bank.add(int(account.ref), DAY, Decimal(1), "VU")
    staged.read(driven, account)
    late = driven.bank.add(int(account.ref), DAY, Decimal(2), "ESTAMPILLE AVANT")
    before = driven.bank.now - timedelta(hours=47)
    driven.bank.movements[late.id] = replace(late, changed_at=before)

    staged.read(driven, account)

    assert staged.booked() == driven.truth(account)


@pytest.mark.parametrize("seed", range(4))
def test_a_cursor_is_the_newest_change_of_all_pages(fed: Driven, seed: int) -> None:
    account, staged = fed.account(fed.link()), Staged()
    fed.simulator.page_size, fed.simulator.order_seed = 1, seed
    for number in range(5):
        fed.bank.wait(hours=1)
        fed.bank.add(int(account.ref), DAY, Decimal(number + 1), "VIR")

    staged.read(fed, account)

    assert staged.cursor == fed.bank.now.isoformat()


def test_a_cursor_asks_for_changes_and_not_for_everything(fed: Driven) -> None:
    account, staged = fed.account(fed.link()), Staged()
    fed.bank.add(int(account.ref), DAY, Decimal(1), "ANCIENNE")
    fed.bank.wait(days=5)
    changed = fed.bank.add(int(account.ref), DAY, Decimal(2), "NOUVELLE")
    staged.read(fed, account)

    again = fed.rows(account, Window(staged.cursor, None))

    assert [row.id for row in again] == [str(changed.id)]


def test_a_window_of_days_bounds_what_is_read(driven: Driven) -> None:
    account = driven.account(driven.link())
    driven.bank.add(int(account.ref), DAY, Decimal(1), "AVANT")
    kept = driven.bank.add(int(account.ref), DAY + timedelta(days=1), Decimal(2), "DEDANS")
    window = Window(None, DAY + timedelta(days=1))

    found = driven.rows(account, window)

    assert [row.id for row in found] == [str(kept.id)]


def test_what_is_to_come_is_never_booked_and_its_end_is_told(driven: Driven) -> None:
    account, staged = driven.account(driven.link()), Staged()
    coming = driven.bank.add(int(account.ref), DAY, Decimal("-12.5"), "CB", is_future=True)
    staged.read(driven, account)
    assert staged.booked() == {}
    booked = driven.bank.book(coming.id, DAY)

    staged.read(driven, account)

    assert set(staged.booked()) == {str(booked.id)}
    if driven.connector.capabilities.reports_deletions:
        assert staged.rows[str(coming.id)].is_removed
    else:
        assert str(coming.id) not in staged.rows


def test_a_day_is_the_banks_day_in_any_zone(driven: Driven) -> None:
    account = driven.account(driven.link())
    driven.bank.now = driven.bank.now.replace(hour=23, minute=30)  # tomorrow already, in Paris
    driven.bank.add(int(account.ref), DAY, Decimal(1), "VIR", value_day=DAY - timedelta(days=1))

    row = driven.rows(account, Window(None, None))[0]

    value_day = None if driven.connector.provider in NO_VALUE_DAYS else DAY - timedelta(days=1)
    assert (row.line.booking_date, row.line.value_date) == (DAY, value_day)
    assert row.changed_at == driven.bank.now.replace(second=0, microsecond=0)


def test_accounts_come_back_under_other_numbers_after_a_renewal(driven: Driven) -> None:
    link = driven.link()
    before = driven.account(link)
    driven.bank.add(int(before.ref), DAY, Decimal(7), "VIR")
    driven.simulator.keeps_ids = False
    page = driven.connector.connect_link(
        driven.kept, return_url=RETURN_URL, nonce="n2", connection_ref=str(link.id),
        contact="compta@example.test",
    )  # fmt: skip

    hint = driven.came_back(page)

    assert hint.connection_ref == driven.told(str(link.id))
    now = driven.connector.accounts(driven.kept, str(link.id))
    alive = [one for one in now if one.iban == before.iban and not one.is_deleted]
    assert [one.ref != before.ref for one in alive] == [True]
    staged = Staged()
    staged.read(driven, alive[0])
    assert staged.booked() == driven.truth(alive[0])
    assert len(staged.booked()) == 1
