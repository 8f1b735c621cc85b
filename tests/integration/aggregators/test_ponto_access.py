"""Ponto's access: a refresh token works once, and losing its successor loses everything."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier
from urllib.parse import parse_qsl, urlsplit

import pytest

from devstack.providers.wire import Fault
from rappro.adapters.aggregators.ponto_tokens import EXCHANGE_MAX, LOST, REFUSED, grant_of
from rappro.domain.connectors import Credentials, ErrorOrigin, FeedState
from rappro.domain.errors import (
    AggregatorUnavailable,
    ConsentExpired,
    InvalidRequest,
    StoreUnavailable,
)
from tests.integration.aggregators.driving import RETURN_URL, Driven, Kept, ponto_side_of

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


def breaking(driven: Driven, *failures: BaseException | None) -> Breaking:
    """Return the credentials as they are, in a store that fails."""
    return Breaking(driven.kept.load(), failures=list(failures))


def consent_again(driven: Driven, kept: Kept, ref: str) -> None:
    """Let the user repair a connection whose access is lost."""
    ponto_side_of(driven).adds_banks = False
    page = driven.connector.connect_link(
        kept, return_url=RETURN_URL, nonce="again", connection_ref=ref, contact=CONTACT
    )
    hint = driven.connector.callback(driven.server.visit(page.url))
    driven.connector.redeem(kept, hint, return_url=RETURN_URL)


def test_two_refreshes_at_once_use_each_token_once(ponto: Driven) -> None:
    """Whoever is slower either waits or uses what the faster one kept; nobody tries it again."""
    link, together = ponto.link(), Barrier(4)
    ponto_side_of(ponto).revoke_tokens()

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
        ponto_side_of(ponto).revoke_tokens()

    sent = ponto_side_of(ponto).exchanged
    assert len(sent) == len(set(sent)) == 5
    ponto.connector.connections(ponto.kept)  # and the last one still works


def test_two_marks_of_the_same_instant_are_two(ponto: Driven) -> None:
    """A store takes the same content again for the same save: it must never be the same."""
    ponto.link()
    ponto_side_of(ponto).revoke_tokens()

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

    assert ponto_side_of(ponto).exchanged == []


def test_new_tokens_are_kept_before_they_are_used(ponto: Driven) -> None:
    ponto.link()
    kept = breaking(ponto)
    ponto_side_of(ponto).revoke_tokens()
    sent = len(ponto.server.requests)

    ponto.connector.connections(kept)

    mark, fresh = (grant_of(one.secret) for one in kept.saved)
    assert (mark.exchanging_since, fresh.exchanging_since) == (ponto.bank.now, None)
    asked = [one.headers["authorization"] for one in ponto.server.requests[sent:]]
    is_basic = [one.startswith("Basic ") for one in asked]
    assert is_basic[:2] == [False, True]  # refused, exchanged, and only then used
    assert set(asked[2:]) == {f"Bearer {fresh.access}"}
    assert fresh.refresh not in ponto_side_of(ponto).exchanged


def test_a_crash_between_exchange_and_save_is_told_as_the_users_to_mend(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    kept = breaking(ponto, None, Crash())
    ponto_side_of(ponto).revoke_tokens()
    with pytest.raises(Crash):
        ponto.connector.connections(kept)
    with pytest.raises(AggregatorUnavailable):  # it may still be at work
        ponto.again().connections(kept)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    found = ponto.again().connection(kept, ref)

    told = (found.state, found.provider_code, found.origin)
    assert told == (FeedState.USER_ACTION, LOST, ErrorOrigin.PROVIDER_RAPPRO)
    tried = len(ponto_side_of(ponto).exchanged)
    with pytest.raises(ConsentExpired, match=LOST):
        ponto.again().connections(kept)
    assert (
        len(ponto_side_of(ponto).exchanged) == tried == 2
    )  # known to be lost, and not tried for ever
    consent_again(ponto, kept, ref)
    states = [(one.ref, one.state) for one in ponto.connector.connections(kept)]
    assert states == [(ref, FeedState.OK)]


def test_a_crash_before_the_exchange_loses_nothing(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    kept = breaking(ponto)
    ponto_side_of(ponto).revoke_tokens()
    ponto.server.faults.append(Fault(503, path="oauth2/token"))
    with pytest.raises(AggregatorUnavailable):
        ponto.connector.connections(kept)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    assert ponto.again().connection(kept, ref).state is FeedState.OK


def test_an_exchange_whose_answer_broke_off_is_tried_once_more_and_then_lost(
    ponto: Driven,
) -> None:
    ref = str(ponto.link().id)
    ponto_side_of(ponto).revoke_tokens()
    ponto.server.faults.append(Fault(is_cut=True, path="oauth2/token"))
    with pytest.raises(AggregatorUnavailable):
        ponto.connector.connection(ponto.kept, ref)
    ponto.bank.wait(seconds=EXCHANGE_MAX.total_seconds())

    found = ponto.connector.connection(ponto.kept, ref)

    assert (found.state, found.provider_code) == (FeedState.USER_ACTION, LOST)


def test_an_access_that_was_taken_back_is_told_from_a_lost_one(ponto: Driven) -> None:
    ref = str(ponto.link().id)
    ponto_side_of(ponto).revoke_access()

    found = ponto.connector.connection(ponto.kept, ref)

    assert (found.state, found.provider_code) == (FeedState.USER_ACTION, REFUSED)
    consent_again(ponto, ponto.kept, ref)
    assert ponto.connector.connection(ponto.kept, ref).state is FeedState.OK


def test_a_busy_store_is_asked_again_and_no_token_is_lost(ponto: Driven) -> None:
    ponto.link()
    kept = breaking(ponto, None, StoreUnavailable("busy"), StoreUnavailable("busy"))
    ponto_side_of(ponto).revoke_tokens()

    assert len(ponto.connector.connections(kept)) == 1
    ponto_side_of(ponto).revoke_tokens()
    assert len(ponto.again().connections(kept)) == 1


def test_who_granted_again_meanwhile_is_not_written_over(ponto: Driven) -> None:
    ponto.link()
    ponto_side_of(ponto).revoke_tokens()
    ponto_side_of(ponto).adds_banks = False
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
    assert kept.user_ref == ponto_side_of(ponto).visitor


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
    ponto.server.faults += [Fault(503, path="userinfo"), Fault(403, path="userinfo")]
    ponto.came_back(page)
    unnamed = ponto.kept.load().user_ref
    assert len(ponto.connector.connections(ponto.kept)) == 1  # which do not need it

    ponto.connector.connections(ponto.kept)

    assert (unnamed, ponto.kept.load().user_ref) == ("tenant-1", ponto_side_of(ponto).visitor)


def test_an_organisation_that_is_not_known_by_name_is_asked_for_before_it_ends(
    ponto: Driven,
) -> None:
    page = ponto.connector.connect_link(ponto.kept, return_url=RETURN_URL, nonce="n")
    ponto.server.faults += [Fault(503, path="userinfo"), Fault(503, path="userinfo")]
    ponto.came_back(page)
    with pytest.raises(AggregatorUnavailable):  # another's name would be nobody's: no success
        ponto.connector.delete_user(ponto.kept)

    ponto.connector.delete_user(ponto.kept)

    assert ponto_side_of(ponto).users == set()
