"""Long works over HTTP: begun, polled, done by their machine."""

from __future__ import annotations

from collections.abc import Callable

from .tenant import COMPANY, Tenant

NewTenant = Callable[[], Tenant]


def test_a_fec_is_written_as_a_long_work_and_fetched_by_its_link(new_tenant: NewTenant) -> None:
    tenant = new_tenant()
    api = tenant.api
    begun = api.start_fec_export(COMPANY, {"fiscal_year": "2026"})

    task = api.wait_for_task(COMPANY, begun["id"])

    assert task["file"] is not None
    content = api.download(task["file"]["url"])
    assert len(content) == task["file"]["size_bytes"]
    assert content.decode().count("\r\n") == (task["rows"] or 0) + 1
    assert api.list_tasks(COMPANY)["items"][0]["id"] == begun["id"]
    assert api.list_entry_changes(COMPANY, consumer="erp")["items"] == []
    bulk = api.save_third_parties_in_bulk(
        COMPANY,
        {
            "items": [
                {"external_id": "F1", "external_version": 1, "kind": "supplier", "name": "Zinc"}
            ]
        },
    )
    assert bulk["created"] == 1
