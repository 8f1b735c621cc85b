"""Domain events, as another system gets them: over the bus, while a tenant does the main job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from devstack.demo.waiting import wait_for
from devstack.stack import LocalStack
from tests.bus_consumer import Consumer

from .camt import camt
from .tenant import COMPANY, Tenant


def test_what_becomes_of_a_statement_is_told_on_the_bus(
    local_stack: LocalStack, new_tenant: Callable[[], Tenant]
) -> None:
    tenant = new_tenant()
    with Consumer(local_stack, tenant.name) as consumer:
        (row,) = tenant.drop("releve.xml", camt())
        statement = tenant.settled(row["statement"] or "")
        tenant.api.validate(COMPANY, statement["id"])

        def told() -> dict[str, int] | None:
            found = consumer.types()
            return found if "statement.validated" in found else None

        found = wait_for("the statement's validation", told)
        messages: list[dict[str, Any]] = consumer.take()

    assert found["statement.imported"] == found["run.finished"] == 1
    assert (found["line.matched"], found["entry.drafted"]) == (2, 1)
    assert found["match.validated"] == found["entry.validated"] + 1 == 5
    assert found["vat_on_receipts.released"] == 1
    (validated,) = [m for m in messages if m["detail-type"] == "statement.validated"]
    assert validated["source"] == "rappro"
    assert validated["detail"]["subject"] == statement["id"]
    rows = tenant.api.every(tenant.api.list_audit_events, COMPANY, subject=statement["id"])
    assert validated["detail"]["id"].split("/")[0] in {row["id"] for row in rows}
