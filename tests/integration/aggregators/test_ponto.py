"""What is Ponto's alone: a refresh token that works once, reading backwards, refreshes, ends."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest

from devstack.providers import ponto as ponto_side
from devstack.providers.ponto import PontoSimulator
from devstack.providers.wire import Fault
from rappro.adapters.aggregators.ponto import PontoConnector
from rappro.adapters.aggregators.ponto_tokens import (
    EXCHANGE_MAX,
    LOST,
    REFUSED,
    PontoKeys,
    grant_of,
)
from rappro.domain.connectors import (
    Credentials,
    ErrorOrigin,
    FeedState,
    ProviderAccount,
    Window,
    pages,
)
from rappro.domain.errors import (
    AggregatorUnavailable,
    ConsentExpired,
    InvalidRequest,
    NotFound,
    RateLimited,
    StoreUnavailable,
)
from tests.integration.aggregators.driving import RETURN_URL, Driven, Kept, driving

DAY = date(2026, 10, 5)
CONTACT = "compta@example.test"


class Crash(BaseException):
    """The worker is no more."""


@dataclass
class Breaking(Kept):
    """Credentials whose saves go wrong, each as told; what is not told goes well."""

    failures: list[BaseException | None] = field(default_factory=list)
    saved: list[Credentials] = field(default_factory=list)

    def save(self, credentials: Credentials) -> None:
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        super().save(credentials)
        self.saved.append(credentials)


@pytest.fixture
def ponto() -> Iterator[Driven]:
    with driving("ponto") as found:
        yield found


def side(driven: Driven) -> PontoSimulator:
    """Return the provider's side."""
    assert isinstance(driven.simulator, PontoSimulator)
    return driven.simulator


def breaking(driven: Driven, *failures: BaseException | None) -> Breaking:
    """Return the credentials as they are, in a store that fails."""
    return Breaking(driven.kept.load(), failures=list(failures))


def consent_again(driven: Driven, kept: Kept, ref: str) -> None:
    """Let the user repair a connection whose access is lost."""
    side(driven).adds_banks = False
    page = driven.connector.connect_link(
        kept, return_url=RETURN_URL, nonce="again", connection_ref=ref, contact=CONTACT
    )
    hint = driven.connector.callback(driven.server.visit(page.url))
    driven.connector.redeem(kept, hint, return_url=RETURN_URL)


def test_two_refreshes_at_once_use_each_token_once(ponto: Driven) -> None:
    """Whoever is slower either waits or uses what the faster one kept; nobody tries it again."""
    link, together = ponto.link(), Barrier(4)
    side(ponto).revoke_tokens()

    def work(_: int) -> str:
        connector = ponto.again()
        together.wait()
        try:
            return connector.connection(ponto.kept, str(link.id)).state
        except AggregatorUnavailable:
            return "later"

    for _ in range(5):
        with ThreadPoolExecutor(4) as workers:
            results = set(workers.map(work, range(4)))
        assert results <= {"ok", "later"}
        assert "ok" in results
        side(ponto).revoke_tokens()

    sent = side(ponto).exchanged
    assert len(sent) == len(set(sent)) == 5
    ponto.connector.connections(ponto.kept)  # and the last one still works


def test_two_marks_of_the_same_instant_are_two(ponto: Driven) -> None:
    """A store takes the same content again for the same save: it must never be the same."""
    ponto.link()
    side(ponto).revoke_tokens()

    @dataclass
    class Between(Kept):
        """Another worker marks the token, and is not done, just before the first save."""

        is_first: bool = True

        def save(self, credentials: Credentials) -> None:
            if self.is_first:
                self.is_first = False
                ponto.server.faults.append(Fault(503, path="oauth2/token"))
                with pytest.raises(AggregatorUnavailable):
                    ponto.again().connections(self)
            super().save(credentials)

    with pytest.raises(AggregatorUnavailable):
        ponto.connector.connections(Between(ponto.kept.load()))

    assert side(ponto).exchanged == []


def test_new_tokens_are_kept_before_they_are_used(ponto: Driven) -> None:
    ponto.link()
    kept = breaking(ponto)
    side(ponto).revoke_tokens()
    sent = len(ponto.server.requests)

    ponto.connector.connections(kept)

    mark, fresh = (grant_of(one.secret) for one in kept.saved)
    assert (mark.exchanging_since, fresh.exchanging_since) == (ponto.bank.now, None)
    asked = [one.headers["authorization"] for one in ponto.server.requests[sent:]]
    is_basic = [one.startswith("Basic ") for one in asked]
    assert is_basic[:2] == [False, True]  # refused, exchanged, and only then used
    assert set(asked[2:]) == {f"Bearer {fresh.access}"}
    assert fresh.refresh not in side(ponto).exchanged


def test_a_crash_between_exchange_and_save_is_told_as_the_users_to_mend(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    kept = breaking(ponto, None, Crash())
    side(ponto).revoke_tokens()
    with pytest.raises(Crash):
        ponto.connector.connections(kept)
    with pytest.raises(AggregatorUnavailable):  # it may still be at work
        ponto.again().connections(kept)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    found = ponto.again().connection(kept, ref)

    told = (found.state, found.provider_code, found.origin)
    assert told == (FeedState.USER_ACTION, LOST, ErrorOrigin.PROVIDER_RAPPRO)
    tried = len(side(ponto).exchanged)
    with pytest.raises(ConsentExpired, match=LOST):
        ponto.again().connections(kept)
    assert len(side(ponto).exchanged) == tried == 2  # known to be lost, and not tried for ever
    consent_again(ponto, kept, ref)
    states = [(one.ref, one.state) for one in ponto.connector.connections(kept)]
    assert states == [(ref, FeedState.OK)]


def test_a_crash_before_the_exchange_loses_nothing(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    kept = breaking(ponto)
    side(ponto).revoke_tokens()
    ponto.server.faults.append(Fault(503, path="oauth2/token"))
    with pytest.raises(AggregatorUnavailable):
        ponto.connector.connections(kept)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    assert ponto.again().connection(kept, ref).state is FeedState.OK


def test_an_exchange_whose_answer_broke_off_is_tried_once_more_and_then_lost(
    ponto: Driven,
) -> None:
    ref = str(ponto.link().id)
    side(ponto).revoke_tokens()
    ponto.server.faults.append(Fault(is_cut=True, path="oauth2/token"))
    with pytest.raises(AggregatorUnavailable):
        ponto.connector.connection(ponto.kept, ref)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    found = ponto.connector.connection(ponto.kept, ref)

    assert (found.state, found.provider_code) == (FeedState.USER_ACTION, LOST)


def test_an_access_that_was_taken_back_is_told_from_a_lost_one(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    side(ponto).revoke_access()

    found = ponto.connector.connection(ponto.kept, ref)

    assert (found.state, found.provider_code) == (FeedState.USER_ACTION, REFUSED)
    consent_again(ponto, ponto.kept, ref)
    assert ponto.connector.connection(ponto.kept, ref).state is FeedState.OK


def test_a_busy_store_is_asked_again_and_no_token_is_lost(ponto: Driven) -> None:
    ponto.link()
    kept = breaking(ponto, None, StoreUnavailable("busy"), StoreUnavailable("busy"))
    side(ponto).revoke_tokens()

    assert len(ponto.connector.connections(kept)) == 1
    side(ponto).revoke_tokens()
    assert len(ponto.again().connections(kept)) == 1


def test_who_granted_again_meanwhile_is_not_written_over(ponto: Driven) -> None:
    ponto.link()
    side(ponto).revoke_tokens()
    side(ponto).adds_banks = False
    page = ponto.connector.connect_link(ponto.kept, return_url=RETURN_URL, nonce="meanwhile")
    hint = ponto.connector.callback(ponto.server.visit(page.url))

    @dataclass
    class Between(Kept):
        """Another worker redeems a callback just before the first save after the exchange."""

        saves: int = 0

        def save(self, credentials: Credentials) -> None:
            self.saves += 1
            if self.saves == 2:
                ponto.again().redeem(self, hint, return_url=RETURN_URL)
            super().save(credentials)

    kept = Between(ponto.kept.load())

    ponto.connector.connections(kept)

    asked = ponto.server.requests[-1].headers["authorization"]
    assert asked == f"Bearer {grant_of(kept.load().secret).access}"
    assert grant_of(kept.load().secret).redeemed != grant_of(ponto.kept.load().secret).redeemed


def test_a_callback_that_comes_twice_is_redeemed_once(ponto: Driven) -> None:
    page = ponto.connector.connect_link(ponto.kept, return_url=RETURN_URL, nonce="n")
    hint = ponto.connector.callback(ponto.server.visit(page.url))
    ponto.connector.redeem(ponto.kept, hint, return_url=RETURN_URL)
    kept = ponto.kept.load()

    ponto.again().redeem(ponto.kept, hint, return_url=RETURN_URL)

    assert ponto.kept.load().secret == kept.secret
    assert kept.user_ref == side(ponto).visitor


def test_a_code_is_worth_nothing_with_another_state(ponto: Driven) -> None:
    """The proof key is made of the state: a code that was slipped in has another one."""
    pages_seen = [
        ponto.connector.connect_link(ponto.kept, return_url=RETURN_URL, nonce=nonce)
        for nonce in ("mine", "theirs")
    ]
    asked = dict(parse_qsl(urlsplit(pages_seen[0].url).query))
    stolen = ponto.server.visit(pages_seen[1].url) | {"state": "mine"}

    with pytest.raises(ConsentExpired):
        ponto.connector.redeem(ponto.kept, ponto.connector.callback(stolen), return_url=RETURN_URL)

    assert (asked["code_challenge_method"], len(asked["code_challenge"])) == ("S256", 43)
    assert ponto.connector.connections(ponto.kept) == []
    with pytest.raises(InvalidRequest):
        ponto.connector.redeem(
            ponto.kept, ponto.connector.callback({"code": "c"}), return_url=RETURN_URL
        )


def test_a_name_that_could_not_be_asked_for_is_asked_for_later(ponto: Driven) -> None:
    page = ponto.connector.connect_link(ponto.kept, return_url=RETURN_URL, nonce="n")
    ponto.server.faults.append(Fault(503, path="userinfo"))
    ponto.came_back(page)
    unnamed = ponto.kept.load().user_ref

    ponto.connector.connections(ponto.kept)

    assert (unnamed, ponto.kept.load().user_ref) == ("tenant-1", side(ponto).visitor)


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
    side(ponto).is_fresh = True
    assert not ponto.connector.refresh(ponto.kept, ref, is_user_present=True)


def test_too_many_refreshes_are_a_quota_unless_some_were_taken(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    side(ponto).synchronisations_left = 1

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
    side(ponto).revoke_access()
    assert ponto.connector.connection(ponto.kept, ref).state is FeedState.USER_ACTION

    ponto.connector.delete_user(ponto.kept)

    assert side(ponto).users == set()
    assert ponto.bank.links == {}


def test_who_never_consented_has_nothing_and_is_told_so(ponto: Driven) -> None:
    account = ponto.account(ponto.link())
    nobody = Kept(ponto.connector.create_user("tenant-2"))

    assert ponto.connector.connections(nobody) == []
    with pytest.raises(NotFound):
        ponto.connector.transactions(nobody, account, Window(None, None))
    ponto.connector.delete_connection(nobody, "1")
    ponto.connector.delete_user(nobody)
    assert side(ponto).users == {side(ponto).visitor}


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
