"""Webhooks end to end: what becomes of a statement reaches a receiver, signed and told of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable

from devstack.demo.waiting import wait_for
from devstack.stack import LocalStack
from rappro_client import models
from tests.webhook_receiver import Receiver, status

from .camt import camt
from .tenant import COMPANY, Tenant

DISABLED = "webhook.disabled"


def test_what_becomes_of_a_statement_reaches_a_receiver_that_failed_at_first(
    local_stack: LocalStack, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    with Receiver(answers=[status(503)]) as receiver:
        made = tenant.api.save_webhook(
            "erp", {"url": receiver.url, "types": ["statement.imported", "statement.validated"]}
        )
        (row,) = tenant.drop("releve.xml", camt())
        statement = tenant.settled(row["statement"] or "")
        tenant.api.validate(COMPANY, statement["id"])

        def delivered() -> list[models.DeliveryOutput] | None:
            found = tenant.api.list_deliveries("erp")["items"]
            is_done = len(found) == 2 and {one["state"] for one in found} == {"delivered"}
            return found if is_done else None

        deliveries = wait_for("both events at the receiver", delivered)

    assert [one["type"] for one in deliveries] == ["statement.validated", "statement.imported"]
    attempts = [attempt["status"] or 0 for one in deliveries for attempt in one["attempts"]]
    assert sorted(attempts) == [200, 200, 503]
    secret = base64.b64decode((made["secret"] or "").removeprefix("whsec_"))
    for came in receiver.received:
        headers, event = came.headers, json.loads(came.body)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + came.body
        digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert (event["tenant"], event["subject"]) == (tenant.name, statement["id"])
    assert len({came.headers["webhook-id"] for came in receiver.received}) == 2
    assert tenant.api.get_webhook("erp")["failing_since"] is None
    assert "whsec_" not in "".join(local_stack.logs_of("Api"))


def test_a_receiver_that_is_gone_is_told_of_at_the_tenant_s_other_one(
    local_stack: LocalStack,
) -> None:
    tenant = Tenant(local_stack)
    with tenant.api, Receiver() as receiver, Receiver(usual=status(410)) as gone:
        tenant.api.save_webhook("old", {"url": gone.url, "types": ["run.failed"]})
        tenant.api.save_webhook("erp", {"url": receiver.url, "types": ["webhook.disabled"]})
        local_stack.client("events").put_events(Entries=[{
            "Source": "rappro", "DetailType": "run.failed", "EventBusName": local_stack.event_bus,
            "Detail": json.dumps({
                "id": "au_1/run.failed", "type": "run.failed", "tenant": tenant.name,
                "company": "garage", "at": "2026-11-22T08:30:00+00:00", "author": "engine",
                "subject": "run_1", "data": {}, "link": "/v1/x",
            }),
        }])  # fmt: skip
        wait_for("the other receiver", lambda: receiver.received or None)
        shown = tenant.api.get_webhook("old")

    (told,) = (json.loads(came.body) for came in receiver.received)
    assert (told["type"], told["subject"], told["link"]) == (DISABLED, "old", "/v1/webhooks/old")
    assert (shown["on"], shown["off_reason"], len(gone.received)) == (False, "gone", 1)
