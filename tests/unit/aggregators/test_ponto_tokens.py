"""What is kept of a grant, and which page an organisation consents on."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.adapters.aggregators.http import ProviderHttp, Reply
from rappro.adapters.aggregators.ponto_tokens import (
    Grant,
    PontoKeys,
    PontoTokens,
    grant_of,
    secret_of,
)
from rappro.domain.connectors import Credentials
from rappro.domain.errors import AggregatorRejected

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
KEYS = PontoKeys("client", "very-secret", "app")


class Told(ProviderHttp):
    """A token endpoint that gives one answer."""

    def __init__(self, document: Any) -> None:
        super().__init__("ponto", "https://api.ibanity.test")
        self.document = document

    def ask(self, *_: Any, **__: Any) -> Reply:
        return Reply(200, self.document)


@dataclass
class Kept:
    """Port CredentialsKeeper, in memory."""

    credentials: Credentials

    def load(self) -> Credentials:
        return self.credentials

    def save(self, credentials: Credentials) -> None:
        self.credentials = credentials


def exchanged(document: Any) -> tuple[Grant, str | None]:
    """Return what is kept after an exchange with an answer, and the access token it gave."""
    kept = Kept(Credentials("org", secret_of(Grant("old", redeemed="c", is_named=True))))
    tokens = PontoTokens(KEYS, Told(document), lambda: AT, authorize="https://a.test")
    try:
        access: str | None = tokens.access(kept)
    except AggregatorRejected:
        access = None
    return grant_of(kept.credentials.secret), access


WORDS = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=40)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))


@given(
    st.builds(
        Grant, refresh=WORDS, access=WORDS, access_until=TIMES, exchanging_since=TIMES,
        claim=WORDS, lost=WORDS, redeemed=WORDS, is_named=st.booleans(),
    )
)  # fmt: skip
def test_a_grant_is_kept_whole(grant: Grant) -> None:
    assert grant_of(secret_of(grant)) == grant


def test_long_tokens_are_not_cut() -> None:
    grant = Grant("r" * 5_000, "a" * 5_000)

    assert grant_of(secret_of(grant)) == grant


@pytest.mark.parametrize("secret", ["x", "[]", "1", '"a"', '{"access_until":"hier"}'])
def test_another_providers_secret_is_refused(secret: str) -> None:
    with pytest.raises(AggregatorRejected):
        grant_of(secret)


def test_nothing_is_granted_at_first() -> None:
    assert grant_of("").is_none


@pytest.mark.parametrize(
    ("grant", "refused", "is_usable"),
    [
        (Grant("r", "a", AT.replace(minute=1)), "", True),
        (Grant("r", "a", AT.replace(minute=1)), "a", False),
        (Grant("r", "a", AT), "", False),
        (Grant("r", "a", None), "", False),
        (Grant("r", "", AT.replace(minute=1)), "", False),
    ],
)
def test_an_access_is_used_until_its_end_unless_it_was_refused(
    grant: Grant, refused: str, is_usable: bool
) -> None:
    assert grant.is_usable(AT, refused) == is_usable


def test_no_secret_is_shown() -> None:
    assert "very-secret" not in repr(KEYS)
    assert "tok" not in repr(Grant("tok-r", "tok-a"))


def test_a_consent_page_proves_a_key_that_only_we_can_make() -> None:
    http = ProviderHttp("ponto", "https://api.ibanity.test")
    tokens = PontoTokens(KEYS, http, lambda: AT, authorize="https://authorization.test/auth")
    url = tokens.consent_url("nonce-1", "https://app.test/back?x=1", "ai name")
    asked = dict(parse_qsl(urlsplit(url).query))

    verifier = base64.urlsafe_b64encode(hmac.digest(b"very-secret", b"pkce nonce-1", "sha256"))
    proof = hashlib.sha256(verifier.rstrip(b"=")).digest()
    assert asked == {
        "client_id": "client", "redirect_uri": "https://app.test/back?x=1", "scope": "ai name",
        "response_type": "code", "state": "nonce-1", "code_challenge_method": "S256",
        "code_challenge": base64.urlsafe_b64encode(proof).rstrip(b"=").decode(),
    }  # fmt: skip
    other = tokens.consent_url("nonce-2", "https://app.test/back?x=1", "ai name")
    assert dict(parse_qsl(urlsplit(other).query))["code_challenge"] != asked["code_challenge"]


@pytest.mark.parametrize(
    "life", [{}, {"expires_in": None}, {"expires_in": "x"}, {"expires_in": -1}]
)
def test_an_answer_that_is_odd_loses_no_refresh_token(life: dict[str, Any]) -> None:
    kept, access = exchanged({"access_token": "a", "refresh_token": "new", **life})

    assert (kept.refresh, access, kept.exchanging_since) == ("new", "a", None)
    assert (kept.redeemed, kept.is_named) == ("c", True)
    assert kept.access_until == AT + timedelta(minutes=28)
    kept, access = exchanged({"refresh_token": "new"})
    assert (kept.refresh, access) == ("new", None)


def test_a_refresh_token_without_a_successor_still_holds() -> None:
    kept, access = exchanged({"access_token": "a", "expires_in": 600})

    assert (kept.refresh, access, kept.access_until) == ("old", "a", AT + timedelta(minutes=8))


def test_an_answer_that_is_none_leaves_the_mark() -> None:
    kept, access = exchanged([])

    assert (kept.refresh, access, kept.exchanging_since) == ("old", None, AT)
