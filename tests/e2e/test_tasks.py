"""Long works over HTTP: begun, polled, done by their machine."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

from devstack.demo.client import wait_for

from .tenant import Tenant

NewTenant = Callable[[], Tenant]


def test_a_fec_is_written_as_a_long_work_and_fetched_by_its_link(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    begun = tenant.client.post("/fec", {"fiscal_year": "2026"})

    def over() -> dict[str, Any] | None:
        task: dict[str, Any] = tenant.client.get(f"/tasks/{begun['id']}")
        return task if task["state"] in {"done", "failed"} else None

    task = wait_for("the task", over)

    assert task["state"] == "done", task
    with urllib.request.urlopen(task["file"]["url"]) as answer:
        content = answer.read()
    assert len(content) == task["file"]["size_bytes"]
    assert content.decode().count("\r\n") == task["rows"] + 1
    assert tenant.client.get("/tasks")["items"][0]["id"] == begun["id"]
    assert tenant.client.get("/entry-changes", consumer="erp")["items"] == []
    sent = {"external_id": "F1", "external_version": 1, "kind": "supplier", "name": "Zinc"}
    bulk = tenant.client.post("/bulk/third-parties", {"items": [sent]})
    assert bulk["created"] == 1
