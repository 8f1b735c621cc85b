"""The publisher on the local stack: what the stream gives twice goes out twice, under one id."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any

from devstack.demo.waiting import wait_for
from devstack.stack import LocalStack
from rappro.adapters.dynamodb.items import placed_record
from rappro.domain.operations import AuditEvent
from tests.bus_consumer import Consumer

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def record(tenant: str, row: AuditEvent, sequence: str) -> dict[str, Any]:
    """Return a row as the table's stream gives it."""
    placed = placed_record(tenant, "garage", row)
    return {
        "eventID": sequence, "eventName": "INSERT", "eventSource": "aws:dynamodb",
        "dynamodb": {"SequenceNumber": sequence, "NewImage": placed.item},
    }  # fmt: skip


def deliver(stack: LocalStack, *records: dict[str, Any]) -> dict[str, Any]:
    answer = stack.functions.invoke(
        FunctionName=stack.function_name("PublishEvents"),
        Payload=json.dumps({"Records": records}).encode(),
    )
    told: dict[str, Any] = json.loads(answer["Payload"].read())
    return told


def confirmed(number: int) -> AuditEvent:
    return AuditEvent(
        f"au_{number}", AT, "lea", "confirm_match", "ma_1",
        {"status": "to_confirm"}, {"status": "confirmed"},
    )  # fmt: skip


def test_a_row_given_again_is_the_same_event(local_stack: LocalStack) -> None:
    tenant = f"t-{uuid.uuid4().hex[:12]}"
    silent = AuditEvent("au_3", AT, "lea", "save_company", "garage")
    batch = [record(tenant, row, str(100 + n)) for n, row in enumerate([confirmed(1), silent])]
    with Consumer(local_stack, tenant) as consumer:
        answers = [deliver(local_stack, *batch), deliver(local_stack, *batch)]

        messages = wait_for("both", lambda: consumer.messages if len(consumer.take()) > 1 else None)

    assert answers == [{"batchItemFailures": []}] * 2
    assert [message["detail"] for message in messages] == 2 * [
        {
            "id": "au_1/match.confirmed", "type": "match.confirmed", "tenant": tenant,
            "company": "garage", "at": "2026-11-20T08:30:00+00:00", "author": "lea",
            "subject": "ma_1",
            "data": {"before": {"status": "to_confirm"}, "after": {"status": "confirmed"}},
            "link": "/v1/companies/garage/audit?subject=ma_1",
        }
    ]  # fmt: skip


def test_a_batch_that_cannot_be_read_is_an_error_that_the_stream_parts(
    local_stack: LocalStack,
) -> None:
    broken = record("t-broken", confirmed(1), "100")
    broken["dynamodb"]["NewImage"]["doc"] = {"S": '{"id": 1}'}

    assert deliver(local_stack, broken)["errorType"] == "StoreUnavailable"
