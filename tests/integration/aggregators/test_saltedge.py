"""What only Salt Edge does: rows by growing ids, doubts, signed requests, keys that open all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devstack.providers import saltedge as side
from devstack.providers.bank import Bank, Condition
from devstack.providers.saltedge import SaltEdgeSimulator
from devstack.providers.wire import Fault
from rappro.adapters.aggregators.saltedge import SIGNED_FOR, SaltEdgeConnector
from rappro.adapters.aggregators.saltedge_rows import SaltEdgeKeys
from rappro.domain.connectors import (
    FeedState,
    ProviderAccount,
    ProviderTransaction,
    Window,
    pages,
)
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    ConsentExpired,
    NotFound,
    RapproError,
    RateLimited,
    WebhookRefused,
)
from tests.integration.aggregators.driving import HOOK_URL, RETURN_URL, Driven, Kept, driving

DAY = date(2026, 10, 5)
NOVEMBER = Window(None, date(2026, 11, 1))


@pytest.fixture
def salt() -> Iterator[Driven]:
    """Give Salt Edge's connector and its simulator."""
    with driving("saltedge") as found:
        yield found


def simulated(driven: Driven) -> SaltEdgeSimulator:
    assert isinstance(driven.simulator, SaltEdgeSimulator)
    return driven.simulator


def since(
    driven: Driven, account: ProviderAccount, cursor: str | None
) -> tuple[list[ProviderTransaction], str | None]:
    """Return the rows since a cursor alone, and the next cursor."""
    read = list(pages(driven.connector, driven.kept, account, Window(cursor, None)))
    return [row for page in read for row in page.items], read[-1].cursor


def booked(rows: list[ProviderTransaction]) -> list[str]:
    return sorted(row.id for row in rows if row.status == "booked")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("add", "late", "pending", "book", "book_kept", "read")),
        st.integers(0, 1_000),
    ),
    min_size=1, max_size=40,
)  # fmt: skip


def step(bank: Bank, account: int, action: str, pick: int) -> None:
    """Let one thing arrive at the bank; nothing that is there is edited, nothing ends."""
    here = [one for one in bank.movements.values() if one.account == account and not one.is_deleted]
    pending, day = [one for one in here if one.is_future], DAY + timedelta(days=pick % 60)
    if action == "add":
        bank.add(account, day, Decimal(pick + 1), f"VIR {pick}")
    elif action == "late":
        bank.add(account, day - timedelta(days=400), Decimal(pick + 1), f"ANCIEN {pick}")
    elif action == "pending":
        bank.add(account, day, Decimal(-pick - 1), f"CB {pick}", is_future=True)
    elif action.startswith("book") and pending:
        bank.book(pending[pick % len(pending)].id, day, keeps_id=action == "book_kept")


def test_a_cursor_alone_misses_no_booked_row_whatever_arrives_and_whenever_it_is_booked() -> None:
    with driving("saltedge") as driven:
        link = driven.link()

        @settings(
            max_examples=40, deadline=None, derandomize=True, database=None,
            suppress_health_check=[HealthCheck.too_slow],
        )  # fmt: skip
        @given(steps=STEPS, page_size=st.integers(1, 5), seed=st.integers(0, 9))
        def holds(steps: list[tuple[str, int]], page_size: int, seed: int) -> None:
            driven.simulator.page_size, driven.simulator.order_seed = page_size, seed
            number = driven.bank.open(link.id, "Compte").id
            seen = driven.connector.accounts(driven.kept, str(link.id))
            account = next(one for one in seen if one.ref == str(number))
            rows: dict[str, ProviderTransaction] = {}
            cursor: str | None = None
            for action, pick in [*steps, ("read", 0)]:
                step(driven.bank, number, action, pick)
                if action == "read":
                    found, cursor = since(driven, account, cursor)
                    rows |= {row.id: row for row in found}

            assert booked(list(rows.values())) == sorted(driven.truth(account))
            driven.bank.accounts.pop(number)

        holds()


def test_a_cursor_asks_for_the_last_page_and_not_for_everything(salt: Driven) -> None:
    account = salt.account(salt.link())
    salt.simulator.page_size = 3
    ids = [str(salt.bank.add(int(account.ref), DAY, Decimal(1), "VIR").id) for _ in range(8)]
    found, cursor = since(salt, account, None)
    assert (booked(found), cursor) == (sorted(ids), ids[6])

    again, later = since(salt, account, cursor)

    assert (booked(again), later) == (ids[6:], ids[6])


def test_a_pending_row_holds_the_cursor_until_it_is_booked(salt: Driven) -> None:
    account = salt.account(salt.link())
    salt.simulator.page_size = 1
    bank, ref = salt.bank, int(account.ref)
    first = bank.add(ref, DAY, Decimal(1), "AVANT")
    pending = bank.add(ref, DAY, Decimal(-2), "CB", is_future=True)
    bank.add(ref, DAY, Decimal(3), "APRES")
    _, cursor = since(salt, account, None)
    assert cursor == str(first.id)

    bank.book(pending.id, DAY, keeps_id=True)
    found, cursor = since(salt, account, cursor)

    assert str(pending.id) in booked(found)
    assert cursor != str(first.id)


def test_a_row_that_is_booked_while_it_is_read_is_not_missed(salt: Driven) -> None:
    account = salt.account(salt.link())
    pending = salt.bank.add(int(account.ref), DAY, Decimal(-2), "CB", is_future=True)
    rows: list[ProviderTransaction] = []

    for page in pages(salt.connector, salt.kept, account, Window(None, None)):
        rows += page.items
        if salt.bank.movements[pending.id].is_future:
            salt.bank.book(pending.id, DAY, keeps_id=True)

    assert [(row.id, row.status) for row in rows] == [
        (str(pending.id), "pending"), (str(pending.id), "booked")
    ]  # fmt: skip


def test_edits_and_ends_of_old_rows_show_in_windows_of_days_alone(salt: Driven) -> None:
    account = salt.account(salt.link())
    salt.simulator.page_size = 1
    old, gone, _ = [
        salt.bank.add(int(account.ref), DAY, Decimal(n + 1), f"VIR {n}") for n in range(3)
    ]
    _, cursor = since(salt, account, None)
    salt.bank.edit(old.id, label="CORRIGE")
    salt.bank.remove(gone.id)

    feed, _ = since(salt, account, cursor)
    swept = salt.rows(account, Window(None, DAY))

    assert not salt.connector.capabilities.has_change_feed
    assert not salt.connector.capabilities.reports_deletions
    assert {row.line.label for row in feed} == {"VIR 2"}
    assert {row.line.label for row in swept} == {"CORRIGE", "VIR 2"}


def test_a_window_with_a_cursor_is_what_either_asks_for(salt: Driven) -> None:
    account = salt.account(salt.link())
    salt.simulator.page_size = 1
    bank, ref = salt.bank, int(account.ref)
    bank.add(ref, DAY, Decimal(1), "VIEILLE")
    recent = bank.add(ref, date(2026, 11, 2), Decimal(2), "RECENTE")
    _, cursor = since(salt, account, None)
    late = bank.add(ref, DAY - timedelta(days=300), Decimal(3), "HISTOIRE TARDIVE")

    only_days = salt.rows(account, NOVEMBER)
    both = salt.rows(account, Window(cursor, NOVEMBER.booked_from))

    assert booked(only_days) == [str(recent.id)]
    assert booked(both) == [str(recent.id), str(late.id)]


def test_what_the_provider_doubts_is_told_as_a_doubt_also_when_it_doubts_late(
    salt: Driven,
) -> None:
    account = salt.account(salt.link())
    one, other = [salt.bank.add(int(account.ref), DAY, Decimal(-9), "PRLV TWIN") for _ in range(2)]
    rows = salt.rows(account, Window(None, None))
    assert [row.is_suspected_double for row in rows] == [False, False]

    simulated(salt).doubles.add(other.id)
    rows = salt.rows(account, Window(None, DAY))

    assert {row.id: row.is_suspected_double for row in rows} == {
        str(one.id): False, str(other.id): True
    }  # fmt: skip
    assert {row.status for row in rows} == {"booked"}


def connector(driven: Driven, keys: SaltEdgeKeys, ahead: timedelta) -> SaltEdgeConnector:
    def now() -> datetime:
        return driven.bank.now + ahead

    return SaltEdgeConnector(keys, now, base_url=driven.server.url)


@pytest.mark.parametrize(
    ("whose", "ahead", "code"),
    [
        ("", timedelta(0), "ExpiresAtInvalid"),
        ("nobody", timedelta(0), "SignatureNotMatch"),
        ("ours", -SIGNED_FOR - timedelta(seconds=1), "ExpiresAtInvalid"),
        ("ours", timedelta(hours=1), "ExpiresAtInvalid"),
    ],
)
def test_a_request_that_is_not_well_signed_is_refused(
    salt: Driven, whose: str, ahead: timedelta, code: str
) -> None:
    private = side.private_pem(whose) if whose else ""
    wrong = connector(salt, SaltEdgeKeys(side.APP_ID, side.SECRET, private), ahead)

    with pytest.raises(AggregatorRejected, match=code):
        wrong.connections(salt.kept)
    with pytest.raises(AggregatorRejected, match=code):
        wrong.create_user("tenant-ä")

    wrong.close()


def test_a_signature_is_over_accents_and_addresses_as_they_are_sent(salt: Driven) -> None:
    found = salt.connector.create_user("société à l'été & co?")

    assert simulated(salt).users[found.user_ref] == "société à l'été & co?"
    assert salt.connector.create_user("société à l'été & co?") == found


def test_keys_that_nobody_knows_do_not_make_a_connection_gone(salt: Driven) -> None:
    """The provider answers 404 to them, as to what is no more."""
    ref = str(salt.link().id)
    wrong = connector(
        salt, SaltEdgeKeys("other", side.SECRET, side.private_pem("ours")), timedelta(0)
    )

    with pytest.raises(AggregatorRejected, match="ApiKeyNotFound"):
        wrong.connection(salt.kept, ref)
    with pytest.raises(AggregatorRejected, match="ApiKeyNotFound"):
        wrong.delete_connection(salt.kept, ref)
    with pytest.raises(AggregatorRejected, match="ApiKeyNotFound"):
        wrong.delete_user(salt.kept)

    wrong.close()
    assert len(salt.bank.links) == 1


def test_a_404_that_does_not_say_what_is_gone_makes_nothing_gone(salt: Driven) -> None:
    ref = str(salt.link().id)
    salt.server.faults += [Fault(404, code="no_route") for _ in range(3)]

    with pytest.raises(AggregatorRejected, match="no_route"):
        salt.connector.connection(salt.kept, ref)
    with pytest.raises(AggregatorRejected, match="no_route"):
        salt.connector.delete_connection(salt.kept, ref)
    with pytest.raises(AggregatorRejected, match="no_route"):
        salt.connector.delete_user(salt.kept)


def test_a_customer_is_found_by_its_reference_among_many(salt: Driven) -> None:
    for number in range(5):
        salt.connector.create_user(f"other-{number}")
    wanted = salt.connector.create_user("tenant-2")
    salt.connector.create_user("other-5")
    salt.simulator.page_size = 1

    assert salt.connector.create_user("tenant-2") == wanted


def test_another_customers_connection_is_nobodys_though_the_keys_open_it(salt: Driven) -> None:
    link = salt.link()
    account, ref = salt.account(link), str(link.id)
    salt.bank.add(int(account.ref), DAY, Decimal(1), "VIR")
    other, again = Kept(salt.connector.create_user("tenant-2")), salt.again()

    with pytest.raises(NotFound):
        again.accounts(other, ref)
    with pytest.raises(NotFound):
        again.transactions(other, account, Window(None, None))
    with pytest.raises(NotFound):
        again.refresh(other, ref, is_user_present=False)
    with pytest.raises(NotFound):
        again.connect_link(other, return_url=RETURN_URL, nonce="n", connection_ref=ref)
    assert again.connection(other, ref).state is FeedState.REVOKED
    again.delete_connection(other, ref)

    assert salt.connector.connection(salt.kept, ref).state is FeedState.OK


def test_rows_of_others_are_left_out_should_a_filter_not_be_known_there(salt: Driven) -> None:
    first, second = salt.link(), salt.link()
    account, other = salt.account(first), salt.account(second)
    salt.bank.add(int(account.ref), DAY, Decimal(1), "VIR")
    salt.bank.add(int(other.ref), DAY, Decimal(1), "VIR")
    simulated(salt).ignores_filters = True

    accounts = salt.connector.accounts(salt.kept, str(first.id))

    assert {one.connection_ref for one in accounts} == {str(first.id)}
    assert booked(salt.rows(account, Window(None, None))) == sorted(salt.truth(account))


def test_a_callback_that_names_no_connection_is_no_success(salt: Driven) -> None:
    told = salt.connector.callback({"state": "n"})

    assert (told.nonce, told.connection_ref, told.is_success) == ("n", None, False)
    failed = salt.connector.callback({"state": "n", "connection_id": "5", "error_message": "no"})
    assert (failed.connection_ref, failed.is_success, failed.code) == ("5", False, None)


def test_whose_a_connection_is_is_asked_once(salt: Driven) -> None:
    account = salt.account(salt.link())
    sent = len(salt.server.requests)

    salt.rows(account, Window(None, None))

    asked = [one.path for one in salt.server.requests[sent:]]
    assert asked == ["/api/v6/transactions"] * 3


def test_each_connection_has_its_own_consent_however_they_page(salt: Driven) -> None:
    first = salt.link()
    salt.bank.wait(days=3)
    second = salt.link()
    salt.simulator.page_size = 1

    found = salt.connector.connections(salt.kept)

    assert {one.ref: one.consent_expires_at for one in found} == {
        str(first.id): first.consent_until, str(second.id): second.consent_until
    }  # fmt: skip
    assert first.consent_until != second.consent_until


def test_a_days_refreshes_are_counted_and_the_next_time_is_told(salt: Driven) -> None:
    ref = str(salt.link().id)
    refresh = salt.connector.refresh
    assert [refresh(salt.kept, ref, is_user_present=False) for _ in range(4)] == [True] * 4
    assert salt.connector.capabilities.unattended_refreshes_per_day == 4

    with pytest.raises(RateLimited, match="BackgroundFetchLimitExceeded") as refused:
        refresh(salt.kept, ref, is_user_present=False)

    assert refused.value.retry_after_seconds == side.REFRESH_PAUSE.total_seconds()
    salt.bank.wait(minutes=90)
    with pytest.raises(RateLimited) as refused:
        refresh(salt.kept, ref, is_user_present=False)
    assert refused.value.retry_after_seconds == 0


def test_a_refresh_that_is_a_page_for_the_user_is_none(salt: Driven) -> None:
    ref = str(salt.link().id)
    simulated(salt).asks_user = True

    assert not salt.connector.refresh(salt.kept, ref, is_user_present=True)


def test_a_connection_whose_days_fetches_are_used_says_when_to_try_again(salt: Driven) -> None:
    link = salt.link()
    salt.bank.set(link.id, Condition.QUOTA)

    found = salt.connector.connection(salt.kept, str(link.id))

    assert (found.state, found.provider_code) == (FeedState.QUOTA, "BackgroundFetchLimitExceeded")
    assert found.next_try_at == link.refreshed_at + side.REFRESH_PAUSE


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "ConnectionNotFound", NotFound), (404, "CustomerNotFound", NotFound),
        (404, "ClientNotFound", AggregatorRejected), (406, "AispConsentExpired", ConsentExpired),
        (406, "ConsentRevoked", ConsentExpired), (406, "InvalidCredentials", ConsentExpired),
        (406, "ProviderUnavailable", AggregatorUnavailable),
        (406, "RateLimitExceeded", RateLimited), (403, "ClientRestricted", AggregatorRejected),
        (500, "InternalServerError", AggregatorUnavailable), (429, "Anything", RateLimited),
        (406, "WrongRequestFormat", AggregatorRejected),
    ],
)  # fmt: skip
def test_an_errors_class_says_more_than_its_status(
    salt: Driven, status: int, code: str, error: type[RapproError]
) -> None:
    salt.server.faults.append(Fault(status, code=code))

    with pytest.raises(error, match=code) as refused:
        salt.connector.connections(salt.kept)

    assert type(refused.value) is error


def test_a_link_ends_and_the_nonce_rides_in_the_return_address_beside_what_is_there(
    salt: Driven,
) -> None:
    page = salt.connector.connect_link(
        salt.kept, return_url=f"{RETURN_URL}?tenant=1", nonce="a b&c", bank="fakebank_xf"
    )

    told = salt.server.visit(page.url)

    assert page.expires_at == salt.bank.now + timedelta(hours=1)
    assert (told["tenant"], told["state"]) == ("1", "a b&c")
    assert salt.connector.callback(told).nonce == "a b&c"
    asked = salt.server.requests[-2].body["data"]
    assert asked["provider"] == {"include_sandboxes": True, "code": "fakebank_xf"}
    assert asked["attempt"]["custom_fields"] == {"nonce": "a b&c"}
    assert asked["consent"]["from_date"] == "2024-11-02"


def test_a_callback_signed_by_another_key_or_for_another_host_is_refused(salt: Driven) -> None:
    link = salt.link()
    by_nobody = simulated(salt).webhook(HOOK_URL, link.id, by="nobody")
    elsewhere = simulated(salt).webhook(HOOK_URL.replace("api.test", "evil.test"), link.id)

    for headers, body in (by_nobody, elsewhere):
        with pytest.raises(WebhookRefused):
            salt.connector.webhook(salt.arrived(headers, body))


def test_a_failure_is_a_reason_to_look_too(salt: Driven) -> None:
    link = salt.link()
    headers, body = simulated(salt).webhook(HOOK_URL, link.id, error_class="InvalidCredentials")

    hint = salt.connector.webhook(salt.arrived(headers, body))[0]

    assert (hint.kind, hint.connection_ref) == ("failure", str(link.id))
