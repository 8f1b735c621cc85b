"""A file beyond what is stored at once, from the bucket through the import machine to its run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from devstack.demo.waiting import wait_for
from devstack.stack import LocalStack
from rappro_client import models
from tests.camt_text import camt

from .tenant import COMPANY, Tenant

NewTenant = Callable[[], Tenant]
LINES = 7
LINES_AT_ONCE = 3


@pytest.fixture
def low_limit(local_stack: LocalStack) -> Iterator[None]:
    """Lower what is stored at once for a while, so that a small file counts as large."""
    name = local_stack.function_name("ImportStatement")
    configured = local_stack.functions.get_function_configuration(FunctionName=name)
    variables = configured["Environment"]["Variables"]

    def configure(wanted: dict[str, str]) -> None:
        local_stack.functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": wanted}
        )

    configure({**variables, "LINES_AT_ONCE": str(LINES_AT_ONCE)})
    yield
    configure(variables)


def test_a_large_file_is_stored_in_chunks_and_ends_as_any_other(
    local_stack: LocalStack, new_tenant: NewTenant, low_limit: None
) -> None:
    del low_limit
    tenant = new_tenant()
    content = camt([("2026-11-05", "1.00", f"VIR CLIENT {n}") for n in range(LINES)])

    tenant.drop("releve.txt", content)
    row = ended(tenant, "releve.txt")

    assert row["outcome"] == "imported", row["findings"]
    assert row["line_count"] == LINES
    assert row["statement"] is not None
    statement = tenant.settled(row["statement"])
    assert statement["line_count"] == LINES
    positions = [line["position"] for line in tenant.lines(row["statement"])]
    assert positions == list(range(1, LINES + 1))
    (execution,) = executions(local_stack, tenant)
    assert execution["status"] == "SUCCEEDED"
    tenant.api.upload(COMPANY, "encore.txt", content)
    assert ended(tenant, "encore.txt")["outcome"] == "already_imported"
    assert len(executions(local_stack, tenant)) == 1


def ended(tenant: Tenant, name: str) -> models.ImportOutput:
    """Return a file's only trace row once its import has ended."""

    def found() -> models.ImportOutput | None:
        rows = [row for row in tenant.traces() if row["name"] == name]
        return rows[0] if len(rows) == 1 and rows[0]["outcome"] != "storing" else None

    return wait_for(f"end of the import of {name}", found)


def executions(stack: LocalStack, tenant: Tenant) -> list[dict[str, Any]]:
    """Return the import machine's executions for a tenant."""
    listed = stack.states.list_executions(stateMachineArn=stack.physical_id("LargeImport"))
    every = [
        stack.states.describe_execution(executionArn=execution["executionArn"])
        for execution in listed["executions"]
    ]
    return [dict(execution) for execution in every if tenant.name in execution["input"]]


def test_an_execution_whose_documents_are_gone_fails_and_records_it(
    local_stack: LocalStack, new_tenant: NewTenant
) -> None:
    """The steps run with their own roles: a missing document is not found, not forbidden."""
    tenant = new_tenant()
    given = {
        "tenant": tenant.name, "company": COMPANY, "import_id": "ip_gone", "sha256": "0" * 64,
        "trace_id": "tr_gone", "chunks": [1],
    }  # fmt: skip
    started = local_stack.states.start_execution(
        stateMachineArn=local_stack.physical_id("LargeImport"), input=json.dumps(given)
    )["executionArn"]

    def failed() -> str | None:
        found = local_stack.states.describe_execution(executionArn=started)
        return found.get("error") if found["status"] != "RUNNING" else None

    assert wait_for("end of the execution", failed) == "States.ExceedToleratedFailureThreshold"
    history = local_stack.states.get_execution_history(executionArn=started)["events"]
    last = [e["stateEnteredEventDetails"] for e in history if "stateEnteredEventDetails" in e][-1]
    assert last["name"] == "Failed"
    assert "unrecorded" not in json.loads(last["input"])
