"""A small file sent to the API itself: the bucket's event imports it as any other."""

from __future__ import annotations

from collections.abc import Callable
from gzip import compress

from devstack.demo.waiting import wait_for
from rappro_client import models

from .camt import camt
from .tenant import COMPANY, Tenant

NewTenant = Callable[[], Tenant]


def test_bytes_sent_to_the_api_become_a_statement_of_that_tenant(new_tenant: NewTenant) -> None:
    """Binary bytes, by the role that the function takes of the tenant; a choice goes with them."""
    tenant = new_tenant()
    api = tenant.api

    sent = api.upload_file(
        COMPANY, compress(camt()), name="relevé.xml.gz", journal="BQ1", format="camt.053"
    )

    def rows() -> list[models.ImportOutput]:
        return api.list_imports(COMPANY, object_version=sent["object_version"])["items"]

    (row,) = wait_for("import of the file", lambda: rows() or None)
    assert sent["key"] == f"{tenant.name}/{COMPANY}/BQ1/relevé.xml.gz"
    assert (row["outcome"], row["format"], row["name"]) == ("imported", "camt.053", "relevé.xml")
    assert row["statement"] is not None
    statement = tenant.settled(row["statement"])
    assert (statement["journal"], statement["line_count"]) == ("BQ1", 5)
