"""The main job, as a tenant does it: files in the bucket, the rest over HTTP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import httpx
import pytest

from devstack.demo.waiting import wait_for
from rappro_client import ProblemError, models
from tests.camt_text import camt as any_camt

from .camt import NOVEMBER, camt
from .tenant import COMPANY, Tenant

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
    statement = row["statement"]
    assert statement is not None
    tenant.settled(statement)
    return statement


def test_from_the_bucket_to_a_difference_of_zero(tenant: Tenant) -> None:
    statement = imported(tenant)
    api = tenant.api

    lines = tenant.lines(statement)
    assert [line["level"] for line in lines] == ["A", "A", "C", "C", "C"]
    assert api.get_statement(COMPANY, statement)["status"] == "partly_matched"

    items = {item["number"]: item["id"] for item in api.every(api.list_open_items, COMPANY)}
    match = api.match_by_hand(
        COMPANY,
        {
            "lines": [{"statement": statement, "position": p} for p in (4, 5)],
            "targets": [{"type": "open_item", "id": items["FA2026-0102"], "amount": "300.00"}],
        },
    )
    assert (match["level"], match["status"]) == ("AM", "confirmed")
    assert "FA2026-0102" not in open_numbers(tenant)

    api.undo_match(COMPANY, match["id"])
    assert tenant.lines(statement)[3]["level"] is None
    assert "FA2026-0102" in open_numbers(tenant)

    validated = api.validate(COMPANY, statement)
    assert validated["status"] == "validated"
    report = api.get_reconciliation_report(COMPANY, "BQ1")
    assert report["difference"] == "0.00"
    assert report["bank_balance"] == report["ledger_balance"] == "957.66"
    paper = api.get_reconciliation_report_pdf(COMPANY, "BQ1")
    assert paper.startswith(b"%PDF-1.7\n")
    assert api.get_reconciliation_report_pdf(COMPANY, "BQ1") == paper
    (frozen,) = api.every(api.list_frozen_reports, COMPANY, "BQ1")
    assert frozen["id"] == validated["reconciliation_report"]
    kept = api.get_frozen_report(COMPANY, frozen["id"])
    assert kept["report"] == report
    listed = api.every(api.list_entries, COMPANY, journal="BQ1")
    entries = [entry for entry in listed if entry["statement"] == statement]
    assert sorted(entry["number"] or 0 for entry in entries) == [1, 2, 3, 4]

    with pytest.raises(ProblemError) as refused:
        api.start_run(COMPANY, statement)
    assert refused.value.status == 409


def open_numbers(tenant: Tenant) -> set[str]:
    return {item["number"] for item in tenant.api.every(tenant.api.list_open_items, COMPANY)}


def statements(tenant: Tenant) -> list[models.StatementOutput]:
    return list(tenant.api.every(tenant.api.list_statements, COMPANY))


def test_the_same_file_dropped_twice_is_one_statement_and_a_traced_warning(tenant: Tenant) -> None:
    imported(tenant)

    (again,) = tenant.drop("encore.xml", camt())

    assert again["outcome"] == "already_imported"
    assert [f["code"] for f in again["findings"]] == ["already_imported"]
    assert len(statements(tenant)) == 1


def test_a_zip_is_taken_in_file_by_file_by_what_its_upload_chose(tenant: Tenant) -> None:
    calm: models.ImportProfileInput = {"label": "Calme", "match_on_import": False}
    tenant.api.save_import_profile(COMPANY, "CALME", calm)
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
    statement = tenant.settled(found["releves.zip/a.xml"]["statement"] or "")
    assert (statement["profile"]["code"], statement["status"]) == ("CALME", "imported")
    link = tenant.api.get_statement_source(COMPANY, statement["id"])
    assert tenant.api.download(link["url"]) == camt()


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
    assert name not in {s["source"]["name"] for s in statements(shared)}


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
    assert row["statement"] is not None
    statement = shared.api.get_statement(COMPANY, row["statement"])
    assert statement["status"] == "quarantined"
    assert code in [f["code"] for f in statement["findings"]]
    assert len(shared.lines(row["statement"])) == len(NOVEMBER)
    link = shared.api.get_statement_source(COMPANY, row["statement"])["url"]
    assert shared.api.download(link) == content


def test_a_quarantined_statement_is_taken_in_with_a_reason(tenant: Tenant) -> None:
    (row,) = tenant.drop("ecart.xml", camt(closing="958.66"))

    assert row["statement"] is not None
    tenant.api.override_quarantine(
        COMPANY, row["statement"], {"reason": "écart confirmé par la banque"}
    )

    statement = tenant.settled(row["statement"])
    assert statement["status"] == "partly_matched"
    report = tenant.api.get_reconciliation_report(COMPANY, "BQ1")
    assert report["difference"] == "1.00"


def test_two_tenants_with_the_same_company_and_file_never_see_each_other(
    new_tenant: NewTenant,
) -> None:
    ours, theirs = new_tenant(), new_tenant()

    statement = imported(ours)

    assert statements(theirs) == []
    with pytest.raises(ProblemError) as refused:
        theirs.api.get_statement(COMPANY, statement)
    assert refused.value.status == 404
    assert imported(theirs) == statement  # the same bytes have the same id, in another world
    ours.api.validate(COMPANY, statement)
    assert theirs.api.get_statement(COMPANY, statement)["status"] == "partly_matched"
    assert len(ours.traces()) == len(theirs.traces())


def test_a_ticket_takes_one_name_and_no_more_than_its_size(shared: Tenant) -> None:
    ticket = shared.api.request_upload(COMPANY, {"name": "releve.xml"})

    other = dict(ticket["fields"], key=ticket["key"].replace(shared.name, "another-tenant"))
    answer = httpx.post(ticket["url"], data=other, files={"file": ("x", b"x")}, timeout=30)

    assert answer.status_code in {400, 403}
    with pytest.raises(ProblemError) as refused:
        shared.api.request_upload(COMPANY, {"name": "../releve.xml"})
    assert refused.value.status == 422


def test_a_bank_connection_is_synchronised_and_says_what_it_lacks(shared: Tenant) -> None:
    connection = shared.api.save_connection(
        COMPANY, "bank", {"provider": "ponto", "label": "Banque", "interval_seconds": 90}
    )
    assert connection["effective_interval_seconds"] == 120
    shared.api.sync_now(COMPANY, "bank")

    rows = wait_for("the log", lambda: shared.api.list_feed_runs(COMPANY, "bank")["items"] or None)
    assert {row["state"] for row in rows} == {"not_linked"}
