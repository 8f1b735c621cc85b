"""Webhooks: only what a provider signed, of this time, counts, and a repetition is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rappro.domain.connectors import WebhookRequest
from rappro.domain.errors import WebhookRefused
from tests.integration.aggregators.driving import HOOK_PATH, SIGNS_ADDRESS, Driven
from tests.webhook_receiver import Receiver


def test_a_webhook_points_to_its_connection_and_user(driven: Driven) -> None:
    link = driven.link()
    headers, body = driven.webhook(link)

    hints = driven.connector.webhook(driven.arrived(headers, body))

    told = [(hint.connection_ref, hint.user_ref, hint.account_ref) for hint in hints]
    assert told == [driven.pointed(link)]
    kinds = {
        "bridge": "item.refreshed", "powens": "CONNECTION_SYNCED",
        "ponto": "pontoConnect.account.transactionsCreated", "saltedge": "success",
    }  # fmt: skip
    assert hints[0].kind == kinds[driven.connector.provider]


def test_a_webhook_that_came_over_http_is_verified_on_its_bytes(driven: Driven) -> None:
    headers, body = driven.webhook(driven.link())
    with Receiver() as receiver:
        url = receiver.url.replace("/hook", HOOK_PATH)
        assert driven.server.send(url, headers, body) == 200
    got = receiver.received[0]

    hints = driven.connector.webhook(
        WebhookRequest("POST", f"https://api.test{got.path}", got.headers, got.body,
                       driven.bank.now)
    )  # fmt: skip

    assert len(hints) == 1


@pytest.mark.parametrize("change", ["body", "signature", "no header", "short", "other secret"])
def test_a_forged_webhook_is_refused(driven: Driven, change: str) -> None:
    headers, body = driven.webhook(driven.link())
    name = next(one for one in headers if one.lower().endswith("signature"))
    if change == "body":
        body = body.replace(b"{", b"{ ", 1)
    elif change == "signature":
        headers[name] = headers[name][:-6] + "A" * 6
    elif change == "no header":
        del headers[name]
    elif change == "short":
        headers[name] = headers[name][:10]
    else:
        headers[name] = headers[name].rpartition(",")[0] or "A" * 44
    sound, content = driven.webhook(driven.link())
    driven.connector.webhook(driven.arrived(sound, content))

    with pytest.raises(WebhookRefused):
        driven.connector.webhook(driven.arrived(headers, body))


def test_a_replay_has_the_same_event_id_and_another_event_another(driven: Driven) -> None:
    first, second = driven.link(), driven.link()
    headers, body = driven.webhook(first)
    once = driven.connector.webhook(driven.arrived(headers, body))
    later = driven.bank.now + timedelta(hours=20)

    again = driven.connector.webhook(driven.arrived(headers, body, at=later))

    assert again == once
    others = driven.connector.webhook(driven.arrived(*driven.webhook(second)))
    assert others[0].event_id != once[0].event_id


@pytest.mark.parametrize("away", [timedelta(days=4), timedelta(hours=-1)])
def test_a_signed_webhook_of_another_time_is_refused(driven: Driven, away: timedelta) -> None:
    headers, body = driven.webhook(driven.link())

    with pytest.raises(WebhookRefused):
        driven.connector.webhook(driven.arrived(headers, body, at=driven.bank.now + away))


def test_a_webhook_to_another_path_is_refused_where_the_path_is_signed(driven: Driven) -> None:
    headers, body = driven.webhook(driven.link())
    elsewhere = driven.arrived(headers, body, path="/v1/hooks/other")

    if driven.connector.provider in SIGNS_ADDRESS:
        with pytest.raises(WebhookRefused):
            driven.connector.webhook(elsewhere)
    else:
        assert len(driven.connector.webhook(elsewhere)) == 1


def test_headers_are_found_in_any_case(driven: Driven) -> None:
    headers, body = driven.webhook(driven.link())
    shouted = {name.upper(): value for name, value in headers.items()}

    assert len(driven.connector.webhook(driven.arrived(shouted, body))) == 1
