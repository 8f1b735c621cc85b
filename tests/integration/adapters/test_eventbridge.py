"""The bus: requests within EventBridge's limits, in order, and what it refuses."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rappro.adapters.eventbridge import DETAIL_BYTES_MAX, REQUEST_BYTES_MAX, EventBridgeBus
from rappro.domain.events import DomainEvent, EventType
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports_events import Outgoing

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


class Client:
    """Answers as the service does; takes all but the entries of one number."""

    def __init__(self, refused: int | None = None) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        self._refused = refused

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - theirs
        start = sum(len(request) for request in self.requests)
        self.requests.append(Entries)
        told = [
            {"ErrorCode": "ThrottlingException"} if start + n == self._refused else {"EventId": "x"}
            for n in range(len(Entries))
        ]
        return {"Entries": told, "FailedEntryCount": sum("ErrorCode" in one for one in told)}


def out(number: int, chars: int = 1) -> Outgoing:
    event = DomainEvent(
        f"au_{number}/line.edited", EventType.LINE_EDITED, AT, "lea", "s/1", {"text": "é" * chars}
    )
    return Outgoing(TenantId("alpha"), CompanyId("acme"), event)


def bus(client: Client) -> EventBridgeBus:
    return EventBridgeBus(client, "events")  # type: ignore[arg-type]  # the part of it that is used


def test_events_go_out_in_order_ten_a_request() -> None:
    client = Client()

    assert bus(client).publish([out(n) for n in range(23)]) == 23

    assert [len(request) for request in client.requests] == [10, 10, 3]
    entries = [entry for request in client.requests for entry in request]
    assert [json.loads(e["Detail"])["id"] for e in entries] == [
        f"au_{n}/line.edited" for n in range(23)
    ]
    assert {(e["Source"], e["DetailType"], e["EventBusName"], e["Time"]) for e in entries} == {
        ("rappro", "line.edited", "events", AT)
    }


@pytest.mark.parametrize("refused", [0, 9, 10, 22])
def test_what_comes_behind_a_refused_event_is_not_counted(refused: int) -> None:
    client = Client(refused)

    assert bus(client).publish([out(n) for n in range(23)]) == refused
    assert len(client.requests) == refused // 10 + 1


def test_a_request_stays_within_its_bytes() -> None:
    client = Client()

    assert bus(client).publish([out(n, chars=40_000) for n in range(7)]) == 7

    sizes = [sum(len(e["Detail"].encode()) for e in request) for request in client.requests]
    assert max(sizes) <= REQUEST_BYTES_MAX
    assert [len(request) for request in client.requests] == [2, 2, 2, 1]


def test_an_event_that_is_too_large_goes_without_its_data_and_with_its_link() -> None:
    client = Client()

    assert bus(client).publish([out(1, chars=DETAIL_BYTES_MAX)]) == 1

    detail = json.loads(client.requests[0][0]["Detail"])
    assert (detail["data"], detail["is_cut"]) == ({}, True)
    assert (detail["id"], detail["link"]) == (
        "au_1/line.edited", "/v1/companies/acme/audit?subject=s%2F1",
    )  # fmt: skip
