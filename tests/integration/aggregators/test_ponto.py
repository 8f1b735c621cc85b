"""What is Ponto's alone beside its tokens: reading backwards, refreshes, ends."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devstack.providers import ponto as ponto_side
from devstack.providers.wire import Fault
from rappro.adapters.aggregators.ponto import PontoConnector
from rappro.adapters.aggregators.ponto_pages import OVERLAP
from rappro.adapters.aggregators.ponto_tokens import PontoKeys
from rappro.domain.connectors import FeedState, ProviderAccount, Window, pages
from rappro.domain.errors import ConsentExpired, InvalidRequest, NotFound, RateLimited
from tests.integration.aggregators.driving import Driven, Kept, driving, ponto_side_of

DAY = date(2026, 10, 5)


def filled(driven: Driven, days: int) -> ProviderAccount:
    """Return an account with a movement on each of some days, read in pages of five."""
    account = driven.account(driven.link())
    driven.simulator.page_size = 5
    for number in range(days):
        driven.bank.add(
            int(account.ref), DAY - timedelta(days=number), Decimal(number + 1), f"VIR {number}"
        )
    return account


def read(driven: Driven, account: ProviderAccount, window: Window) -> tuple[set[str], str | None]:
    """Return the ids of a window's rows, and the cursor that they earned."""
    found = list(pages(driven.connector, driven.kept, account, window))
    return {row.id for page in found for row in page.items}, found[-1].cursor


def test_reading_stops_at_what_is_known_and_some_days_more(ponto: Driven) -> None:
    account = filled(ponto, 60)
    everything, cursor = read(ponto, account, Window(None, None))
    new = ponto.bank.add(int(account.ref), DAY, Decimal(7), "NOUVELLE")
    sent = len(ponto.server.requests)

    again, after = read(ponto, account, Window(cursor, None))

    assert len(everything) == 60
    assert str(new.id) in again
    days = {ponto.bank.movements[int(ref)].day for ref in again}
    assert {DAY - timedelta(days=number) for number in range(11)} <= days
    assert len(ponto.server.requests) - sent <= 6  # of thirteen and the pending ones
    assert after is not None
    assert after.startswith(DAY.isoformat())


def test_what_comes_within_the_overlap_is_read_in_whatever_order_rows_stand() -> None:
    """The simulated order is off by up to JITTER: so much less of the overlap is certain."""
    certain = OVERLAP - ponto_side.JITTER
    with driving("ponto") as driven:
        link = driven.link()

        @settings(max_examples=12, deadline=None, derandomize=True, database=None)
        @given(
            known=st.lists(st.integers(0, 60), min_size=1, max_size=25),
            new=st.lists(st.integers(-certain.days, 30), min_size=1, max_size=8),
            page_size=st.integers(2, 7), seed=st.integers(0, 9),
        )  # fmt: skip
        def holds(known: list[int], new: list[int], page_size: int, seed: int) -> None:
            driven.simulator.page_size, driven.simulator.order_seed = page_size, seed
            number = driven.bank.open(link.id, "Compte").id
            listed = driven.connector.accounts(driven.kept, str(link.id))
            account = next(one for one in listed if one.ref == str(number))
            for days in known:
                driven.bank.add(number, DAY - timedelta(days=days), Decimal(1), "CONNUE")
            _, cursor = read(driven, account, Window(None, None))
            newest = DAY - timedelta(days=min(known))
            added = {
                str(driven.bank.add(number, newest + timedelta(days=days), Decimal(2), "N").id)
                for days in new
            }

            again, _ = read(driven, account, Window(cursor, None))

            assert added <= again
            driven.bank.accounts.pop(number)

        holds()


def test_a_row_that_came_late_or_was_edited_within_the_overlap_is_read_again(
    ponto: Driven,
) -> None:
    account = filled(ponto, 40)
    _, cursor = read(ponto, account, Window(None, None))
    late = ponto.bank.add(int(account.ref), DAY - timedelta(days=9), Decimal(7), "TARDIVE")

    again, _ = read(ponto, account, Window(cursor, None))

    assert str(late.id) in again


def test_where_the_known_row_vanished_everything_is_read(ponto: Driven) -> None:
    account = filled(ponto, 30)
    _, cursor = read(ponto, account, Window(None, None))
    assert cursor is not None
    ponto.bank.remove(int(cursor.partition("/")[2]))

    again, _ = read(ponto, account, Window(cursor, None))
    bounded, _ = read(ponto, account, Window(cursor, DAY - timedelta(days=3)))

    assert len(again) == 29
    assert 3 < len(bounded) < 29


def test_a_window_of_days_ends_the_reading_too(ponto: Driven) -> None:
    account, first = filled(ponto, 60), DAY - timedelta(days=4)
    sent = len(ponto.server.requests)

    found, _ = read(ponto, account, Window(None, first))

    days = sorted(ponto.bank.movements[int(ref)].day for ref in found)
    assert days == [first + timedelta(days=number) for number in range(5)]
    assert len(ponto.server.requests) - sent <= 6


def test_an_account_with_nothing_new_keeps_its_cursor(ponto: Driven) -> None:
    account = ponto.account(ponto.link())

    assert read(ponto, account, Window(None, None)) == (set(), None)
    assert read(ponto, account, Window("2026-10-05/x", None)) == (set(), "2026-10-05/x")


@pytest.mark.parametrize("cursor", ["", "x", "2026-10-05", "2026-10-05/", "2026-13-05/a"])
def test_a_cursor_of_another_provider_is_refused(ponto: Driven, cursor: str) -> None:
    account = filled(ponto, 1)

    with pytest.raises(InvalidRequest):
        read(ponto, account, Window(cursor, None))


def test_a_refresh_is_only_for_a_user_who_is_there(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    sent = len(ponto.server.requests)

    assert not ponto.connector.refresh(ponto.kept, ref, is_user_present=False)
    assert len(ponto.server.requests) == sent
    assert ponto.connector.refresh(ponto.kept, ref, is_user_present=True)
    told = [one.body for one in ponto.server.requests if one.path.endswith("/synchronizations")]
    assert [one["data"]["type"] for one in told] == ["synchronization"] * 4
    ponto_side_of(ponto).is_fresh = True
    assert not ponto.connector.refresh(ponto.kept, ref, is_user_present=True)


def test_too_many_refreshes_are_a_quota_unless_some_were_taken(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    ponto_side_of(ponto).synchronisations_left = 1

    assert ponto.connector.refresh(ponto.kept, ref, is_user_present=True)
    with pytest.raises(RateLimited) as refused:
        ponto.connector.refresh(ponto.kept, ref, is_user_present=True)

    assert refused.value.retry_after_seconds == 3_600


def test_one_bank_of_several_ends_alone(ponto: Driven) -> None:
    first, second = ponto.link(), ponto.link()

    ponto.connector.delete_connection(ponto.kept, str(first.id))

    assert [one.ref for one in ponto.connector.connections(ponto.kept)] == [str(second.id)]
    assert ponto.connector.connection(ponto.kept, str(first.id)).state is FeedState.REVOKED


def test_an_organisation_leaves_even_when_its_tokens_are_lost(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    ponto_side_of(ponto).revoke_access()
    assert ponto.connector.connection(ponto.kept, ref).state is FeedState.USER_ACTION

    ponto.connector.delete_user(ponto.kept)

    assert ponto_side_of(ponto).users == set()
    assert ponto.bank.links == {}


def test_who_never_consented_has_nothing_and_is_told_so(ponto: Driven) -> None:
    account = ponto.account(ponto.link())
    nobody = Kept(ponto.connector.create_user("tenant-2"))

    assert ponto.connector.connections(nobody) == []
    with pytest.raises(NotFound):
        ponto.connector.transactions(nobody, account, Window(None, None))
    ponto.connector.delete_connection(nobody, "1")
    ponto.connector.delete_user(nobody)
    assert ponto_side_of(ponto).users == {ponto_side_of(ponto).visitor}


def test_keys_of_webhooks_are_asked_for_once(ponto: Driven) -> None:
    link = ponto.link()
    for _ in range(3):
        ponto.connector.webhook(ponto.arrived(*ponto.webhook(link)))

    paths = [one.path for one in ponto.server.requests]
    assert paths.count("/webhooks/keys") == 1


@pytest.mark.parametrize("code", ["authorizationRevoked", "authorizationExpired", "accessDenied"])
def test_what_only_the_user_can_mend_is_told_as_it_is(ponto: Driven, code: str) -> None:
    ref = str(ponto.link().id)
    ponto.server.faults += [Fault(403, code=code, path="/accounts") for _ in range(2)]

    found = ponto.connector.connection(ponto.kept, ref)

    assert found.state is FeedState.USER_ACTION
    with pytest.raises(ConsentExpired, match=code):
        ponto.connector.connections(ponto.kept)
    assert ponto.connector.connection(ponto.kept, ref).state is FeedState.OK


def test_a_bank_without_a_name_is_called_by_its_id(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    ponto.server.faults.append(Fault(404, path="financial-institutions"))

    names = [ponto.connector.connections(ponto.kept)[0].bank_name for _ in range(2)]

    assert names == [ref, "Banque du Port"]


def test_the_users_address_goes_along_with_a_refresh_where_it_is_known(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    keys = PontoKeys(ponto_side.CLIENT_ID, ponto_side.CLIENT_SECRET)
    connector = PontoConnector(
        keys, ponto.bank.clock, base_url=ponto.server.url, customer_ip=lambda: "192.0.2.7"
    )

    connector.refresh(ponto.kept, ref, is_user_present=True)
    connector.close()

    sent = [one.body for one in ponto.server.requests if one.path.endswith("/synchronizations")]
    told = [one["data"]["attributes"]["customerIpAddress"] for one in sent]
    assert told == ["192.0.2.7"] * 4
