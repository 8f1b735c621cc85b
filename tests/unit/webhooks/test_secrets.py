"""Secrets and signatures: told once, two at a time at most, and as Standard Webhooks signs."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.errors import InvalidRequest, NotFound, TooLarge
from rappro.domain.events import EventType
from rappro.domain.webhooks import (
    WEBHOOKS_MAX,
    OffReason,
    body_of,
    carried,
    headers_of,
    message_id,
    signature,
)
from rappro.use_cases.companies import COMMON
from rappro.use_cases.webhooks import delete_webhook, list_webhooks, rotate_secret

from .conftest import NOW, TENANT, Desk, event

HOUR = timedelta(hours=1)


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Verify as a receiver does, by the words of the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{digest}" in headers["webhook-signature"].split(" ")


def test_the_signature_is_the_one_of_the_specification_s_scheme() -> None:
    """A vector computed by hand with openssl: HMAC-SHA256 of `msg_1.1674087231.{"a":1}`."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")

    found = signature(secret, "msg_1", 1674087231, b'{"a":1}')

    assert found == VECTOR


VECTOR = "v1,ufv45WIonjonlsB4RtxC24Ig4CisWfbJI1o6/4Uarps="


@settings(max_examples=50)
@given(st.binary(min_size=24, max_size=64), st.binary(max_size=500), st.integers(0, 2**33))
def test_what_is_changed_anywhere_is_not_signed(secret: bytes, body: bytes, at: int) -> None:
    made = signature(secret, "msg_1", at, body)

    assert made == signature(secret, "msg_1", at, body)
    assert made not in {
        signature(secret, "msg_1", at, body + b" "), signature(secret, "msg_1", at + 1, body),
        signature(secret, "msg_2", at, body), signature(secret + b"x", "msg_1", at, body),
    }  # fmt: skip


@settings(max_examples=50)
@given(st.sampled_from(EventType), st.integers(0, 10**6), st.integers(1, 9))
def test_the_id_that_is_signed_has_no_dot_and_names_one_event(
    kind: EventType, row: int, part: int
) -> None:
    name = f"au_{row}/{kind.value}" + (f"/{part}" if part > 1 else "")
    others = {f"au_{row}/{other.value}" for other in EventType if other is not kind}

    assert "." not in message_id(name)
    assert message_id(name) not in {message_id(other) for other in others}
    assert message_id(name).startswith(f"au_{row}-")


def test_a_secret_is_told_when_it_is_made_and_never_again(desk: Desk) -> None:
    made = desk.save()
    again = desk.save(description="ERP")

    assert made.secret is not None
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    assert again.secret is None
    assert [one.id for one in list_webhooks(desk.ports, TENANT)] == ["erp"]
    assert len({desk.save(f"w{n}").secret for n in range(5)}) == 5


def test_no_row_of_the_audit_trail_holds_a_secret_or_a_query(desk: Desk) -> None:
    made = desk.save(url="https://erp.client.fr/hook?key=s3cr3t")
    rotated = rotate_secret(desk.ports, TENANT, "erp", "lea", overlap=HOUR)
    delete_webhook(desk.ports, TENANT, "erp", "lea")

    rows = desk.store.audit_events(TENANT, COMMON).items
    told = repr(rows)
    sealed = [one.sealed for one in rotated.webhook.secrets]
    assert {row.action for row in rows} == {
        "save_webhook", "rotate_webhook_secret", "delete_webhook",
    }  # fmt: skip
    assert "https://erp.client.fr/hook" in told
    assert [
        one for one in (made.secret, rotated.secret, *sealed, "s3cr3t") if str(one) in told
    ] == []


def test_during_a_rotation_both_secrets_sign_and_then_the_new_one_alone(desk: Desk) -> None:
    old = desk.save().secret
    new = rotate_secret(desk.ports, TENANT, "erp", "lea", overlap=24 * HOUR).secret
    assert old is not None
    assert new is not None

    def signs() -> tuple[bool, bool]:
        desk.publish(event(int(desk.clock.now().timestamp())))
        desk.work_off()
        _, headers, body = desk.sender.sent[-1]
        return is_signed(old, headers, body), is_signed(new, headers, body)

    assert signs() == (True, True)
    desk.clock.set(NOW + 24 * HOUR - timedelta(seconds=1))
    assert signs() == (True, True)
    desk.clock.set(NOW + 24 * HOUR)
    assert signs() == (False, True)


def test_without_an_overlap_the_secret_before_signs_no_more(desk: Desk) -> None:
    old = desk.save().secret
    assert old is not None
    rotate_secret(desk.ports, TENANT, "erp", "lea", overlap=timedelta(0))
    desk.publish()
    desk.work_off()

    _, headers, body = desk.sender.sent[-1]
    assert not is_signed(old, headers, body)


def test_two_secrets_sign_at_most(desk: Desk) -> None:
    desk.save()
    for _ in range(3):
        rotate_secret(desk.ports, TENANT, "erp", "lea", overlap=24 * HOUR)

    assert len(desk.webhook().secrets) == 2


@pytest.mark.parametrize("overlap", [timedelta(hours=-1), timedelta(days=8)])
def test_an_overlap_has_a_bound(desk: Desk, overlap: timedelta) -> None:
    desk.save()

    with pytest.raises(InvalidRequest):
        rotate_secret(desk.ports, TENANT, "erp", "lea", overlap=overlap)


def test_webhooks_of_a_tenant_have_a_bound(desk: Desk) -> None:
    for number in range(WEBHOOKS_MAX):
        desk.save(f"w{number}")

    with pytest.raises(TooLarge):
        desk.save("one-more")
    assert desk.save("w0", description="changed").webhook.version == 2


def test_turned_off_by_hand_and_on_again_it_starts_afresh(desk: Desk) -> None:
    desk.save()
    off = desk.save(is_on=False).webhook
    on = desk.save(is_on=True, failing_since=NOW).webhook

    assert (off.off_reason, off.off_at) == (OffReason.USER, NOW)
    assert (on.is_on, on.off_reason, on.off_at, on.failing_since) == (True, None, None, None)


def test_a_url_that_we_do_not_send_to_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidRequest):
        desk.save(url="https://169.254.169.254/latest/meta-data/")
    with pytest.raises(NotFound):
        desk.webhook()


def test_an_event_too_large_for_a_message_goes_without_its_data() -> None:
    large = carried(event(data={"x": "é" * 200_000}))

    assert (large["data"], large["is_cut"], large["link"]) == ({}, True, event()["link"])
    assert carried(event()) == event()


def test_the_headers_say_what_came_and_when(desk: Desk) -> None:
    body = body_of(event())

    headers = headers_of(event(), body, [b"k" * 32], NOW)

    assert headers["content-type"] == "application/json"
    assert sorted(name for name in headers if name.startswith("webhook-")) == [
        "webhook-event-type", "webhook-id", "webhook-signature", "webhook-timestamp",
    ]  # fmt: skip
