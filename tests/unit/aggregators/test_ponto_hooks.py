"""Ponto's signed webhooks: only its own key, of this body, for us, now; and which keys are its."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from devstack.providers.ponto_hooks import APPLICATION_ID, key_list, signed_event, signing_key
from rappro.adapters.aggregators.ponto_hooks import (
    FAILURE_PAUSE,
    KEYS_AGE_MAX,
    KEYS_AGE_MIN,
    KeyRing,
    from_base64url,
    hint_of,
    keys_of,
    to_base64url,
    verify,
)
from rappro.domain.connectors import WebhookRequest
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    InvalidRequest,
    WebhookRefused,
)

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
ISSUER = "https://api.ibanity.test"
EVENT = {
    "id": "evt-1", "type": "pontoConnect.account.transactionsCreated", "attributes": {"count": 2},
    "relationships": {
        "account": {"data": {"id": "acc-1"}}, "organization": {"data": {"id": "org-1"}},
        "synchronization": {"data": {"id": "sync-1"}},
    },
}  # fmt: skip
OTHER_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


class Provider:
    """The provider's list of keys, and a clock."""

    def __init__(self) -> None:
        self.now = NOW
        self.asked = 0
        self.document: Any = key_list()
        self.error: Exception | None = None
        self.ring = KeyRing(self.fetch, lambda: self.now)

    def fetch(self) -> Any:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return self.document


def checked(headers: dict[str, str], body: bytes, at: datetime = NOW) -> None:
    """Verify a webhook that arrives."""
    request = WebhookRequest("POST", "https://api.test/hooks", headers, body, at)
    verify(request, Provider().ring, audience=APPLICATION_ID, issuer=ISSUER)


def signed(**changes: Any) -> tuple[dict[str, str], bytes]:
    """Return a webhook that is signed as Ponto does, but for what changes."""
    return signed_event(EVENT, NOW, issuer=ISSUER, **changes)


def test_what_ponto_signed_is_taken() -> None:
    headers, body = signed()

    checked(headers, body)
    checked({"SIGNATURE": f" {headers['Signature']} "}, body)
    checked(*signed(aud=["other", APPLICATION_ID]))


@pytest.mark.parametrize(
    "changes",
    [
        {"key": OTHER_KEY}, {"key_id": "unknown"}, {"key_id": "encryption-1"},
        {"algorithm": "RS256"}, {"algorithm": "PS512"},
        {"aud": "another"}, {"aud": None}, {"aud": []}, {"aud": [["x"]]},
        {"iss": "https://evil.test"}, {"iss": ""}, {"iss": f"{ISSUER}/"},
        {"digest": None}, {"digest": ""}, {"digest": "é"}, {"digest": 5},
        {"exp": None}, {"exp": "2030"}, {"exp": True}, {"exp": 10**12},
        {"exp": int((NOW - timedelta(seconds=31)).timestamp())},
        {"iat": None}, {"iat": int((NOW + timedelta(seconds=31)).timestamp())},
        {"nbf": int((NOW + timedelta(seconds=31)).timestamp())}, {"nbf": "x"},
    ],
)  # fmt: skip
def test_a_token_that_is_not_quite_pontos_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(WebhookRefused):
        checked(*signed(**changes))


@pytest.mark.parametrize(
    "changes",
    [{"exp": int((NOW - timedelta(seconds=29)).timestamp())},
     {"iat": int((NOW + timedelta(seconds=29)).timestamp())}],
)  # fmt: skip
def test_clocks_may_be_some_seconds_apart(changes: dict[str, Any]) -> None:
    checked(*signed(**changes))


def test_a_body_that_was_changed_is_refused() -> None:
    headers, body = signed()

    for changed in (body + b" ", body[:-1], body.replace(b"acc-1", b"acc-2"), b""):
        with pytest.raises(WebhookRefused):
            checked(headers, changed)


def test_every_part_of_the_token_is_signed() -> None:
    headers, body = signed()
    parts = headers["Signature"].split(".")
    claims = json.loads(from_base64url(parts[1]))
    forged = to_base64url(json.dumps({**claims, "exp": claims["exp"] + 1}).encode())
    head = to_base64url(json.dumps({"alg": "RS512", "kid": "simulated-key-1", "x": 1}).encode())

    for changed in ([parts[0], forged, parts[2]], [head, *parts[1:]], [*parts[:2], "AAAA"],
                    [*parts[:2], ""], parts[:2], [*parts, "x"]):  # fmt: skip
        with pytest.raises(WebhookRefused):
            checked({"Signature": ".".join(changed)}, body)


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "..", "é.é.é", "x" * 9_000, "bnVsbA.bnVsbA.A"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(WebhookRefused):
        checked({"Signature": token}, signed()[1])


def test_no_token_at_all_is_refused() -> None:
    with pytest.raises(WebhookRefused):
        checked({}, signed()[1])


@pytest.mark.parametrize("algorithm", ["none", "None", "HS512", "HS256", "RS512"])
def test_a_token_does_not_choose_how_it_is_checked(algorithm: str) -> None:
    """Unsigned, or signed by HMAC with the public key, which everybody has."""
    headers, body = signed()
    claims = headers["Signature"].split(".")[1]
    head = to_base64url(json.dumps({"alg": algorithm, "kid": "simulated-key-1"}).encode())
    key, shape = signing_key().public_key(), PublicFormat.SubjectPublicKeyInfo
    content = f"{head}.{claims}".encode()
    for signature in (b"", hmac.digest(key.public_bytes(Encoding.PEM, shape), content, "sha512")):
        token = f"{head}.{claims}.{to_base64url(signature)}"
        with pytest.raises(WebhookRefused):
            checked({"Signature": token}, body)


def test_an_extension_that_must_be_understood_is_refused() -> None:
    headers, body = signed()
    claims = from_base64url(headers["Signature"].split(".")[1])
    token = jwt.encode(
        json.loads(claims), signing_key(), algorithm="RS512",
        headers={"kid": "simulated-key-1", "crit": ["exp"]},
    )  # fmt: skip

    with pytest.raises(WebhookRefused):
        checked({"Signature": token}, body)


def test_the_base64_of_a_token_has_one_spelling() -> None:
    assert from_base64url("YQ") == b"a"
    for text in ("YR", "YQ==", "Y", "a b", "a+b", "a\n"):
        with pytest.raises(ValueError, match=r"base64|padded|characters"):
            from_base64url(text)


def row(key: rsa.RSAPrivateKey, **changes: Any) -> dict[str, Any]:
    """Return a key as a list of keys has it."""
    told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    sound = {"kty": "RSA", "n": told["n"], "e": told["e"], "kid": "k", "use": "sig", "alg": "RS512"}
    return {**sound, **changes}


@pytest.mark.parametrize(
    "changes",
    [
        {"kty": "EC"}, {"kty": "oct", "k": "AAAA"}, {"use": "enc"}, {"alg": "RS256"}, {"kid": ""},
        {"kid": None}, {"status": "REVOKED"}, {"n": None}, {"n": "AQAB"}, {"n": "!"}, {"e": "AA"},
        {"e": "Ag"}, {"n": base64.urlsafe_b64encode(b"\xff" * 2_000).rstrip(b"=").decode()},
    ],
)  # fmt: skip
def test_only_a_sound_key_that_signs_is_one(changes: dict[str, Any]) -> None:
    assert keys_of({"keys": [row(OTHER_KEY, **changes)]}) == {}
    assert set(keys_of({"keys": [row(OTHER_KEY, **changes), row(OTHER_KEY, kid="fine")]})) == {
        "fine"
    }


def test_a_short_key_signs_nothing() -> None:
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)

    assert keys_of({"keys": [row(weak)]}) == {}


def test_a_list_without_keys_is_no_answer() -> None:
    with pytest.raises(AggregatorRejected):
        keys_of({"key": []})


def test_keys_are_kept_and_asked_for_again_when_they_are_old() -> None:
    provider = Provider()
    for _ in range(3):
        assert provider.ring.find("simulated-key-1") is not None
    assert provider.asked == 1
    provider.now += KEYS_AGE_MAX + timedelta(seconds=1)

    provider.ring.find("simulated-key-1")

    assert provider.asked == 2


def test_an_unknown_key_asks_again_once_in_a_while_and_a_new_one_is_found() -> None:
    provider = Provider()
    for _ in range(5):
        assert provider.ring.find("new") is None
    assert provider.asked == 1
    provider.document = {"keys": [row(OTHER_KEY, kid="new")]}
    provider.now += KEYS_AGE_MIN + timedelta(seconds=1)

    assert provider.ring.find("new") is not None
    assert provider.ring.find("simulated-key-1") is None  # withdrawn
    assert provider.asked == 2


def test_a_list_that_cannot_be_had_is_asked_for_again_after_a_pause() -> None:
    provider = Provider()
    provider.error = AggregatorUnavailable("down")
    for _ in range(3):
        with pytest.raises(AggregatorUnavailable):
            provider.ring.find("simulated-key-1")
    assert provider.asked == 1
    provider.now, provider.error = provider.now + FAILURE_PAUSE + timedelta(seconds=1), None

    assert provider.ring.find("simulated-key-1") is not None


def test_a_known_key_holds_while_the_list_cannot_be_had() -> None:
    provider = Provider()
    provider.ring.find("simulated-key-1")
    provider.now += KEYS_AGE_MAX + timedelta(seconds=1)
    provider.error = AggregatorUnavailable("down")

    assert provider.ring.find("simulated-key-1") is not None
    with pytest.raises(AggregatorUnavailable):
        provider.ring.find("other")


def test_an_event_points_to_its_account_and_organisation() -> None:
    found = hint_of(json.dumps({"data": EVENT}).encode())

    assert (found.event_id, found.kind) == ("evt-1", "pontoConnect.account.transactionsCreated")
    assert (found.user_ref, found.connection_ref, found.account_ref) == ("org-1", None, "acc-1")


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"data":[]}', b'{"data":{"id":"1"}}', b'{"data":{"type":"x"}}'],
)
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        hint_of(body)
