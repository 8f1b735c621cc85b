"""Webhooks end to end: what becomes of a statement reaches a receiver, signed and told of."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import httpx

from devstack.demo.client import wait_for
from devstack.stack import LocalStack
from tests.webhook_receiver import Receiver, status

from .camt import camt
from .tenant import Tenant

DISABLED = "webhook.disabled"


def api(stack: LocalStack, tenant: Tenant, method: str, path: str, body: Any = None) -> Any:
    answer = httpx.request(
        method, f"{stack.api_url}/v1/webhooks{path}", json=body, timeout=30,
        headers={"Authorization": f"Bearer {stack.token(tenant.name)}"},
    )  # fmt: skip
    assert answer.status_code in {200, 202}, answer.text
    return answer.json()


def test_what_becomes_of_a_statement_reaches_a_receiver_that_failed_at_first(
    local_stack: LocalStack, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    with Receiver(answers=[status(503)]) as receiver:
        made = api(local_stack, tenant, "PUT", "/erp", {
            "url": receiver.url, "types": ["statement.imported", "statement.validated"],
        })  # fmt: skip
        (row,) = tenant.drop("releve.xml", camt())
        statement = tenant.settled(row["statement"])
        tenant.client.post(f"/statements/{statement['id']}/validation")

        def delivered() -> list[dict[str, Any]] | None:
            found = api(local_stack, tenant, "GET", "/erp/deliveries")["items"]
            is_done = len(found) == 2 and {one["state"] for one in found} == {"delivered"}
            return found if is_done else None

        deliveries = wait_for("both events at the receiver", delivered)

    assert [one["type"] for one in deliveries] == ["statement.validated", "statement.imported"]
    assert sorted(a["status"] for one in deliveries for a in one["attempts"]) == [200, 200, 503]
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    for came in receiver.received:
        headers, event = came.headers, json.loads(came.body)
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + came.body
        digest = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{digest}"
        assert (event["tenant"], event["subject"]) == (tenant.name, statement["id"])
    assert len({came.headers["webhook-id"] for came in receiver.received}) == 2
    assert api(local_stack, tenant, "GET", "/erp")["failing_since"] is None
    assert "whsec_" not in "".join(local_stack.logs_of("Api"))


def test_a_receiver_that_is_gone_is_told_of_at_the_tenant_s_other_one(
    local_stack: LocalStack,
) -> None:
    tenant = Tenant(local_stack)
    with tenant.client, Receiver() as receiver, Receiver(usual=status(410)) as gone:
        api(local_stack, tenant, "PUT", "/old", {"url": gone.url, "types": ["run.failed"]})
        api(local_stack, tenant, "PUT", "/erp", {"url": receiver.url, "types": [DISABLED]})
        local_stack.client("events").put_events(Entries=[{
            "Source": "rappro", "DetailType": "run.failed", "EventBusName": local_stack.event_bus,
            "Detail": json.dumps({
                "id": "au_1/run.failed", "type": "run.failed", "tenant": tenant.name,
                "company": "garage", "at": "2026-11-22T08:30:00+00:00", "author": "engine",
                "subject": "run_1", "data": {}, "link": "/v1/x",
            }),
        }])  # fmt: skip
        wait_for("the other receiver", lambda: receiver.received or None)

    (told,) = (json.loads(came.body) for came in receiver.received)
    assert (told["type"], told["subject"], told["link"]) == (DISABLED, "old", "/v1/webhooks/old")
    shown = api(local_stack, tenant, "GET", "/old")
    assert (shown["on"], shown["off_reason"], len(gone.received)) == (False, "gone", 1)
