"""Webhooks over the API: a secret is told once, deliveries are shown, events are sent again."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rappro.adapters.memory import MemoryReplies
from rappro.adapters.memory.webhooks import MemoryCourier
from rappro.domain.ids import TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.webhooks import Answer, Parcel
from rappro.domain.writes import create
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.webhook_deliveries import deliver

from .client import Client
from .seeds import NOW, World

PATH = "/v1/webhooks/crm"
URL = {"url": "https://crm.client.fr/rappro"}
YEAR = {"company": ids.COMPANY, "from": "2025-01-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}


class Answering:
    """Port Sender: one answer for all."""

    def __init__(self, status: int) -> None:
        self.status = status

    def send(self, *_: object) -> Answer:
        return Answer(self.status, start="x")


def parcels(world: World) -> list[Parcel]:
    courier = world.webhooks.courier
    assert isinstance(courier, MemoryCourier)
    taken, courier.parcels = courier.parcels, []
    return [parcel for parcel, _ in taken]


def test_a_secret_is_told_when_it_is_made_and_by_nothing_else(alpha: Client) -> None:
    made = alpha.put(PATH, URL)
    told = made.body["secret"]

    assert told.startswith("whsec_")
    assert alpha.put(PATH, {"description": "CRM"}).body["secret"] is None
    rotated = alpha.post(f"{PATH}/secret", {}).body
    assert rotated["secret"] not in {None, told}
    assert [one["until"] is None for one in rotated["secrets"]] == [True, False]
    for shown in (alpha.get(PATH), alpha.get("/v1/webhooks"), alpha.get(f"{PATH}/deliveries")):
        assert "whsec_" not in shown.text
        assert "sealed" not in shown.text


def test_a_repeated_request_tells_no_secret_as_none_is_kept(alpha: Client) -> None:
    key = {"Idempotency-Key": "k-1"}
    body = '{"url": "https://crm.client.fr/rappro"}'

    first = alpha.send("PUT", PATH, body=body, headers=key)
    again = alpha.send("PUT", PATH, body=body, headers=key)

    assert first.body["secret"].startswith("whsec_")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.body == {**first.body, "secret": None}


def test_what_is_left_out_stays_and_an_empty_list_means_all(alpha: Client) -> None:
    alpha.put(PATH, {**URL, "companies": [ids.COMPANY], "types": ["run.failed"], "on": False})

    kept = alpha.put(PATH, {"description": "CRM"}).body
    opened = alpha.put(PATH, {"companies": [], "types": [], "on": True}).body

    assert (kept["companies"], kept["types"], kept["on"]) == ([ids.COMPANY], ["run.failed"], False)
    assert kept["off_reason"] == "user"
    assert (opened["companies"], opened["types"], opened["off_reason"]) == ([], [], None)
    assert opened["version"] == 3


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/url"),
        ({"url": "http://crm.client.fr/"}, "/url"),
        ({"url": "https://169.254.169.254/"}, "/url"),
        ({"url": "https://crm.client.fr:22/"}, "/url"),
        ({**URL, "types": ["no.such"]}, "/types/0"),
        ({**URL, "companies": ["No Company"]}, "/companies/0"),
        ({**URL, "secret": "mine"}, "/secret"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused_by_its_field(
    alpha: Client, body: dict[str, Any], pointer: str
) -> None:
    answer = alpha.put(PATH, body)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [pointer]


def test_the_one_and_twentieth_is_too_many(alpha: Client) -> None:
    taken = [alpha.put(f"/v1/webhooks/w{number}", URL).status for number in range(19)]

    assert set(taken) == {200}  # beside the one that the tenant has
    assert alpha.put("/v1/webhooks/one-more", URL).problem == "too_large"


def test_a_test_is_sent_and_told_of(world: World, alpha: Client) -> None:
    alpha.put(PATH, URL)

    delivery = alpha.post(f"{PATH}/ping").body["delivery"]
    (parcel,) = parcels(world)
    deliver(world.ports, Answering(404), parcel)
    (shown,) = alpha.get(f"{PATH}/deliveries").body["items"]

    assert (shown["id"], shown["type"], shown["state"]) == (delivery, "webhook.ping", "dead")
    assert [(one["status"], one["answer"]) for one in shown["attempts"]] == [(404, "x")]


def test_a_delivery_of_the_log_is_sent_again_as_the_trail_has_it(
    world: World, alpha: Client
) -> None:
    alpha.put(PATH, URL)
    assert alpha.post(f"{PATH}/replay", YEAR).body["count"] == 1
    (first,) = parcels(world)
    deliver(world.ports, Answering(200), replace(first, asked_at=None))
    (shown,) = alpha.get(f"{PATH}/deliveries").body["items"]

    world.clock.advance(timedelta(hours=1))
    answer = alpha.post(f"{PATH}/replay", {"delivery": shown["id"]})
    (again,) = parcels(world)

    assert answer.body == {"count": 1, "next_cursor": None}
    assert again.event == first.event
    assert again.asked_at == NOW + timedelta(hours=1)


def test_a_test_of_the_log_is_not_sent_again(world: World, alpha: Client) -> None:
    alpha.put(PATH, URL)
    delivery = alpha.post(f"{PATH}/ping").body["delivery"]
    deliver(world.ports, Answering(200), parcels(world)[0])

    assert alpha.post(f"{PATH}/replay", {"delivery": delivery}).problem == "not_found"


def test_a_period_is_sent_again_page_by_page_with_what_is_wanted_alone(
    world: World, alpha: Client
) -> None:
    tenant = TenantId("alpha")
    for number in range(120):
        at = datetime(2025, 3, 1, tzinfo=UTC) + timedelta(minutes=number)
        action = "confirm_match" if number % 2 else "start_run"
        row = AuditEvent(f"au_{number:03}", at, "lea", action, f"ma_{number:03}", {}, {})
        world.store.commit(tenant, ids.COMPANY, [create(row)])
    alpha.put(PATH, {**URL, "types": ["match.confirmed"]})
    asked = {**YEAR, "from": "2025-03-01T00:10:00Z", "until": "2025-03-01T01:50:00Z"}

    counts, cursor = [], None
    while True:
        body = asked if cursor is None else {**asked, "cursor": cursor}
        page = alpha.post(f"{PATH}/replay", body).body
        counts.append(page["count"])
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert sum(counts) == 50
    assert max(counts) <= 50
    found = [parcel.event["id"] for parcel in parcels(world)]
    assert found == [f"au_{number:03}/match.confirmed" for number in range(109, 10, -2)]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"company": "acme"}, {"company": "acme", "from": "2025-01-01T00:00:00Z"},
        {**YEAR, "delivery": "2025-01-01T00:00:00+00:00/au_1/run.failed"},
        {**YEAR, "from": "2026-01-01T00:00:00Z"}, {**YEAR, "from": 1735689600},
        {**YEAR, "from": "2025-01-01T00:00:00"}, {"delivery": "x"}, {"delivery": "x/y"},
    ],
)  # fmt: skip
def test_a_replay_that_says_neither_one_nor_the_other_is_refused(
    alpha: Client, body: dict[str, Any]
) -> None:
    alpha.put(PATH, URL)

    assert alpha.post(f"{PATH}/replay", body).problem == "invalid_request"


def test_nothing_is_sent_again_to_a_webhook_that_is_off(alpha: Client) -> None:
    alpha.put(PATH, {**URL, "on": False})

    assert alpha.post(f"{PATH}/replay", YEAR).problem == "not_allowed_in_state"


def test_a_deleted_webhook_is_gone_and_may_be_made_anew_with_another_secret(
    world: World, alpha: Client
) -> None:
    first = alpha.put(PATH, URL).body["secret"]

    assert alpha.send("DELETE", PATH).status == 204
    assert alpha.get(PATH).problem == "not_found"
    world.clock.advance(timedelta(seconds=1))
    assert alpha.put(PATH, URL).body["secret"] not in {None, first}


def test_no_kept_answer_holds_a_secret(alpha: Client) -> None:
    alpha.send(
        "PUT", PATH, body='{"url": "https://crm.client.fr/"}', headers={"Idempotency-Key": "k-2"}
    )

    replies = alpha.guards.replies
    assert isinstance(replies, MemoryReplies)
    kept = [one.standing.reply for one in replies._kept.values()]
    assert kept
    assert not any(b"whsec_" in zlib.decompress(reply[1:]) for reply in kept if reply)
