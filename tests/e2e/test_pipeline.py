"""The main job, as a tenant does it: files in the bucket, the rest over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import httpx
import pytest

from devstack.demo.client import DemoFailed, wait_for
from tests.camt_text import camt as any_camt

from .camt import NOVEMBER, camt
from .tenant import Tenant

NewTenant = Callable[[], Tenant]
UNKNOWN_IBAN = "FR7699999000020000000000298"


@pytest.fixture(scope="module")
def shared(new_tenant: NewTenant) -> Tenant:
    """A tenant with books, for tests that leave nothing accepted behind."""
    return new_tenant()


@pytest.fixture
def tenant(new_tenant: NewTenant) -> Tenant:
    return new_tenant()


def imported(tenant: Tenant, content: bytes | None = None) -> str:
    (row,) = tenant.drop("releve.xml", camt() if content is None else content)
    assert row["outcome"] == "imported", row["findings"]
    statement: str = row["statement"]
    tenant.settled(statement)
    return statement


def test_from_the_bucket_to_a_difference_of_zero(tenant: Tenant) -> None:
    statement = imported(tenant)
    client = tenant.client

    lines = tenant.lines(statement)
    assert [line["level"] for line in lines] == ["A", "A", "C", "C", "C"]
    assert client.get(f"/statements/{statement}")["status"] == "partly_matched"

    items = {item["number"]: item["id"] for item in client.items("/open-items")}
    match = client.post(
        "/matches",
        {
            "lines": [{"statement": statement, "position": p} for p in (4, 5)],
            "targets": [{"type": "open_item", "id": items["FA2026-0102"], "amount": "300.00"}],
        },
    )
    assert (match["level"], match["status"]) == ("AM", "confirmed")
    assert "FA2026-0102" not in {item["number"] for item in client.items("/open-items")}

    client.post(f"/matches/{match['id']}/undo")
    assert tenant.lines(statement)[3]["level"] is None
    assert "FA2026-0102" in {item["number"] for item in client.items("/open-items")}

    validated = client.post(f"/statements/{statement}/validation")
    assert validated["status"] == "validated"
    report = client.get("/journals/BQ1/reconciliation-report")
    assert report["difference"] == "0.00"
    assert report["bank_balance"] == report["ledger_balance"] == "957.66"
    paper = client.download("/journals/BQ1/reconciliation-report.pdf")
    assert paper.startswith(b"%PDF-1.7\n")
    assert client.download("/journals/BQ1/reconciliation-report.pdf") == paper
    (frozen,) = client.items("/journals/BQ1/reconciliation-reports")
    assert frozen["id"] == validated["reconciliation_report"]
    kept = client.get(f"/reconciliation-reports/{frozen['id']}")
    assert kept["report"] == report
    entries = [e for e in client.items("/entries", journal="BQ1") if e["statement"] == statement]
    assert sorted(entry["number"] for entry in entries) == [1, 2, 3, 4]

    with pytest.raises(DemoFailed, match="409"):
        client.post(f"/statements/{statement}/runs")


def test_the_same_file_dropped_twice_is_one_statement_and_a_traced_warning(tenant: Tenant) -> None:
    imported(tenant)

    (again,) = tenant.drop("encore.xml", camt())

    assert again["outcome"] == "already_imported"
    assert [f["code"] for f in again["findings"]] == ["already_imported"]
    assert len(list(tenant.client.items("/statements"))) == 1


def test_a_zip_is_taken_in_file_by_file_by_what_its_upload_chose(tenant: Tenant) -> None:
    tenant.client.put("/import-profiles/CALME", {"label": "Calme", "match_on_import": False})
    late = any_camt([("2026-11-21", "5.00", "DIVERS")], opening="957.66", number="12")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("a.xml", camt()), ("b.pdf", b"%PDF-1.7"), ("c.xml", late)):
            archive.writestr(name, content)

    rows = tenant.drop("releves.zip", packed.getvalue(), rows=3, import_profile="CALME")

    found = {row["name"]: row for row in rows}
    outcomes = {name: row["outcome"] for name, row in found.items()}
    assert outcomes == {
        "releves.zip/a.xml": "imported",
        "releves.zip/b.pdf": "refused",
        "releves.zip/c.xml": "imported",
    }
    statement = tenant.settled(found["releves.zip/a.xml"]["statement"])
    assert (statement["profile"]["code"], statement["status"]) == ("CALME", "imported")
    link = tenant.client.get(f"/statements/{statement['id']}/source")
    assert httpx.get(link["url"], timeout=30).content == camt()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("tronque.xml", camt()[:-200], "malformed_statement"),
        ("vide.xml", b"", "unknown_format"),
        ("facture.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj", "unknown_format"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_named_error_and_the_pipeline_lives(
    shared: Tenant, name: str, content: bytes, code: str
) -> None:
    (row,) = shared.drop(name, content)

    assert (row["outcome"], row["statement"]) == ("refused", None)
    assert [f["code"] for f in row["findings"]] == [code]
    assert name not in {s["source"]["name"] for s in shared.client.items("/statements")}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(camt(iban=UNKNOWN_IBAN), "unknown_account", id="unknown account"),
        pytest.param(camt(closing="1.00"), "balance_mismatch", id="unbalanced"),
    ],
)
def test_a_statement_that_does_not_fit_is_quarantined_whole_and_its_file_kept(
    shared: Tenant, content: bytes, code: str
) -> None:
    (row,) = shared.drop(f"{code}.xml", content)

    assert row["outcome"] == "quarantined"
    statement = shared.client.get(f"/statements/{row['statement']}")
    assert statement["status"] == "quarantined"
    assert code in [f["code"] for f in statement["findings"]]
    assert len(shared.lines(row["statement"])) == len(NOVEMBER)
    link = shared.client.get(f"/statements/{row['statement']}/source")["url"]
    assert httpx.get(link, timeout=30).content == content


def test_a_quarantined_statement_is_taken_in_with_a_reason(tenant: Tenant) -> None:
    (row,) = tenant.drop("ecart.xml", camt(closing="958.66"))

    tenant.client.post(
        f"/statements/{row['statement']}/override", {"reason": "écart confirmé par la banque"}
    )

    statement = tenant.settled(row["statement"])
    assert statement["status"] == "partly_matched"
    report = tenant.client.get("/journals/BQ1/reconciliation-report")
    assert report["difference"] == "1.00"


def test_two_tenants_with_the_same_company_and_file_never_see_each_other(
    new_tenant: NewTenant,
) -> None:
    ours, theirs = new_tenant(), new_tenant()

    statement = imported(ours)

    assert list(theirs.client.items("/statements")) == []
    with pytest.raises(DemoFailed, match="404"):
        theirs.client.get(f"/statements/{statement}")
    assert imported(theirs) == statement  # the same bytes have the same id, in another world
    ours.client.post(f"/statements/{statement}/validation")
    assert theirs.client.get(f"/statements/{statement}")["status"] == "partly_matched"
    assert len(ours.traces()) == len(theirs.traces())


def test_a_ticket_takes_one_name_and_no_more_than_its_size(shared: Tenant) -> None:
    ticket = shared.client.post("/uploads", {"name": "releve.xml"})

    other = dict(ticket["fields"], key=ticket["key"].replace(shared.name, "another-tenant"))
    answer = httpx.post(ticket["url"], data=other, files={"file": ("x", b"x")}, timeout=30)

    assert answer.status_code in {400, 403}
    with pytest.raises(DemoFailed, match=r"4\d\d"):
        shared.client.post("/uploads", {"name": "../releve.xml"})


def test_a_bank_connection_is_synchronised_and_says_what_it_lacks(shared: Tenant) -> None:
    connection = shared.client.put(
        "/connections/bank", {"provider": "ponto", "label": "Banque", "interval_seconds": 90}
    )
    assert connection["effective_interval_seconds"] == 120
    shared.client.post("/connections/bank/sync")

    def logged() -> object:
        return shared.client.get("/connections/bank/runs")["items"] or None

    rows = wait_for("the log", logged)
    assert [row["state"] for row in rows] == ["not_configured"]  # type: ignore[attr-defined]
