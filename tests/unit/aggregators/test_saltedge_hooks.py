"""Only what Salt Edge signed for our own URL, and of this time, counts."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from devstack.providers.saltedge import private_pem, public_pem, signed
from rappro.adapters.aggregators import rsa as own_rsa
from rappro.adapters.aggregators.saltedge_hooks import hint_of, is_signed
from rappro.adapters.aggregators.saltedge_rows import SaltEdgeKeys
from rappro.domain.connectors import WebhookRequest
from rappro.domain.errors import InvalidRequest, WebhookRefused

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
URL = "https://api.test/v1/hooks/banks/saltedge?tenant=1"
BODY = b'{"data":{"connection_id":"5","customer_id":"9","stage":"finish"},"meta":{"version":"6"}}'


@pytest.fixture(scope="module")
def keys() -> SaltEdgeKeys:
    return SaltEdgeKeys("app", "secret", webhook_keys=(public_pem("theirs"),))


def hook(
    body: bytes = BODY, url: str = URL, *, signature: str | None = None, by: str = "theirs",
    over: bytes | None = None,
) -> WebhookRequest:  # fmt: skip
    """Return a webhook; its signature is over the sound URL and body unless told."""
    made = signed(by, over or f"{URL}|".encode() + BODY) if signature is None else signature
    headers = {"SIGNATURE": made, "Signature-key-version": "6.0"}
    return WebhookRequest("POST", url, headers, body, NOW)


def told(at: str | None = "2026-11-20T09:59:00Z", url: str = URL, **data: Any) -> WebhookRequest:
    body = {"data": {"connection_id": "5", "customer_id": "9", **data}, "meta": {"time": at}}
    return WebhookRequest("POST", url, {}, json.dumps(body).encode(), NOW)


def test_the_registered_url_and_the_bytes_are_signed(keys: SaltEdgeKeys) -> None:
    assert is_signed(hook(), keys)


@pytest.mark.parametrize(
    "changed",
    [
        {"body": BODY + b" "}, {"body": BODY.replace(b'"5"', b'"6"')}, {"body": b""},
        {"url": "https://api.test/v1/hooks/banks/saltedge"},
        {"url": "http://api.test/v1/hooks/banks/saltedge?tenant=1"},
        {"url": "https://api.test/v1/hooks/banks/saltedge?tenant=2"},
        {"url": f"{URL}/"}, {"by": "nobody"}, {"signature": ""}, {"signature": "AAAA"},
        {"signature": "é"}, {"signature": "not base64"}, {"over": BODY},
        {"over": f"{URL}".encode() + BODY},
    ],
)  # fmt: skip
def test_any_other_is_refused(changed: dict[str, Any], keys: SaltEdgeKeys) -> None:
    assert not is_signed(hook(**changed), keys)


def test_a_signature_with_anything_else_in_it_is_refused(keys: SaltEdgeKeys) -> None:
    sound = signed("theirs", f"{URL}|".encode() + BODY)

    assert is_signed(hook(signature=sound), keys)
    assert not is_signed(hook(signature=f"{sound[:9]} {sound[9:]}"), keys)


def test_what_another_hash_signed_is_refused(keys: SaltEdgeKeys) -> None:
    made = own_rsa.sign(f"{URL}|".encode() + BODY, private_pem("theirs"), hashed="sha512")

    assert not is_signed(hook(signature=base64.b64encode(made).decode()), keys)


def test_a_key_that_is_replaced_holds_as_long_as_it_is_configured(keys: SaltEdgeKeys) -> None:
    both = SaltEdgeKeys("app", "s", webhook_keys=(public_pem("their next"), public_pem("theirs")))
    after = SaltEdgeKeys("app", "s", webhook_keys=(public_pem("their next"),))

    assert [is_signed(hook(), one) for one in (keys, both, after)] == [True, True, False]
    later = hook(by="their next")
    assert [is_signed(later, one) for one in (keys, both, after)] == [False, True, True]


def test_without_a_key_nothing_is_signed() -> None:
    assert not is_signed(hook(), SaltEdgeKeys("app", "secret"))


def weak() -> str:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def elliptic() -> str:
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize("make", [str, lambda: "nonsense", weak, elliptic])
def test_a_configured_key_that_is_none_is_a_mistake_and_not_shown(
    make: Callable[[], str],
) -> None:
    pem = make()

    with pytest.raises(ValueError, match="no public RSA key") as refused:
        is_signed(hook(), SaltEdgeKeys("app", "secret", webhook_keys=(pem,)))

    assert "-----" not in str(refused.value)


@pytest.mark.parametrize("make", [str, lambda: "nonsense", lambda: public_pem("ours")])
def test_a_key_that_cannot_sign_is_a_mistake_too(make: Callable[[], str]) -> None:
    with pytest.raises(ValueError, match="no private RSA key"):
        own_rsa.sign(b"x", make())


@pytest.mark.parametrize(
    "at",
    ["2026-11-17T09:59:59Z", "2026-11-20T10:05:01Z", "2026-11-20T10:00:00", "hier", "", None],
)
def test_a_webhook_of_another_time_is_refused(at: str | None) -> None:
    with pytest.raises(WebhookRefused):
        hint_of(told(at))


@pytest.mark.parametrize("at", ["2026-11-17T10:00:00Z", "2026-11-20T10:05:00Z"])
def test_one_of_this_time_counts(at: str) -> None:
    assert hint_of(told(at)).connection_ref == "5"


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("hooks", {"stage": "finish"}, "success"), ("hooks", {"stage": "connect"}, "notify"),
        ("hooks", {"error_class": "InvalidCredentials", "stage": "finish"}, "failure"),
        ("hooks", {}, "destroy"), ("hooks/destroy/", {"stage": "finish"}, "destroy"),
        ("hooks/Interactive", {"stage": "interactive"}, "interactive"),
    ],
)  # fmt: skip
def test_a_callback_is_told_by_its_url_or_its_shape(
    path: str, data: dict[str, Any], kind: str
) -> None:
    found = hint_of(told(url=f"https://api.test/{path}", **data))

    assert (found.kind, found.user_ref, found.connection_ref, found.account_ref) == (
        kind, "9", "5", None
    )  # fmt: skip


def test_a_repetition_is_told_and_another_event_is_another() -> None:
    once, again = hint_of(told(stage="finish")), hint_of(told(stage="finish"))

    assert once.event_id == again.event_id
    assert hint_of(told(stage="start")).event_id != once.event_id
    assert hint_of(told("2026-11-20T09:58:00Z", stage="finish")).event_id != once.event_id


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        hint_of(WebhookRequest("POST", URL, {}, body, NOW))


def test_ids_that_are_blank_are_none() -> None:
    found = hint_of(told(connection_id=" ", customer_id=None))

    assert (found.connection_ref, found.user_ref) == (None, None)
