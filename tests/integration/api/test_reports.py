"""The reconciliation report as JSON, CSV and PDF, and the reports that validation freezes."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import pytest
from pypdf import PdfReader

from rappro.domain.books import BankEntry
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import limits
from rappro.edge.api import sample_ids as ids
from rappro.edge.api.routes import report_files

from .client import Client
from .seeds import World

COMPANY = "/v1/companies/acme"
REPORT = f"{COMPANY}/journals/BQ1/reconciliation-report"
ALPHA, ACME = TenantId("alpha"), CompanyId("acme")


def pdf_text(content: bytes) -> str:
    reader = PdfReader(io.BytesIO(content), strict=True)
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_three_forms_say_the_same(alpha: Client) -> None:
    said = alpha.get(REPORT, on="2025-01-31").body
    table = alpha.get(f"{REPORT}.csv", on="2025-01-31")
    paper = alpha.get(f"{REPORT}.pdf", on="2025-01-31")

    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert paper.headers["Content-Type"] == "application/pdf"
    rows = list(csv.reader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    figures = {row[0]: row[5] for row in rows}
    text = pdf_text(paper.content)
    for name, amount, in_french in (
        ("Solde bancaire", said["bank_balance"], "1125,00"),
        ("Solde comptable", said["ledger_balance"], "20,01"),
        ("Écart", said["difference"], "1000,00"),
        ("Solde bancaire rapproché", said["reconciled_bank"], "1185,01"),
        ("Solde comptable rapproché", said["reconciled_ledger"], "185,01"),
    ):
        assert amount.replace(".", ",") == figures[name] == in_french
        assert in_french in text.replace("\u00a0", "")


def test_a_file_has_the_name_of_its_journal_and_day(alpha: Client) -> None:
    for ending in ("csv", "pdf"):
        answer = alpha.get(f"{REPORT}.{ending}", on="2025-01-31")

        name = f"etat-de-rapprochement-BQ1-2025-01-31.{ending}"
        assert answer.headers["Content-Disposition"] == (
            f"attachment; filename=\"{name}\"; filename*=UTF-8''{name}"
        )


@pytest.mark.parametrize("ending", ["", ".csv", ".pdf"])
def test_an_unknown_journal_or_one_without_a_bank_is_refused(alpha: Client, ending: str) -> None:
    path = f"{COMPANY}/journals/{{}}/reconciliation-report{ending}"

    assert alpha.get(path.format("BQ9")).problem == "not_found"
    assert alpha.get(path.format("VE")).problem == "rule_violation"
    assert alpha.get(path.format("BQ1"), on="yesterday").pointers == ["query/on"]
    assert alpha.get(path.format("BQ1"), form="x").pointers == ["query/form"]


def test_files_stay_within_what_an_answer_can_hold_and_still_add_up(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_files, "PAGE_BYTES_MAX", 30_000)
    monkeypatch.setattr(report_files, "_PDF_BYTES_MAX", 9_000)
    entries = [
        BankEntry(f"long-{number:05}", "BQ1", "512100", date(2025, 1, 5), 100, "EUR", "x" * 900)
        for number in range(200)
    ]
    world.store.load(ALPHA, ACME, entries)

    table = alpha.get(f"{REPORT}.csv", on="2025-01-31")
    paper = alpha.get(f"{REPORT}.pdf", on="2025-01-31")

    assert len(table.content) <= 30_000
    assert len(paper.content) <= 9_000
    assert limits.PAGE_BYTES_MAX < limits.ANSWER_BYTES_MAX
    rows = list(csv.reader(io.StringIO(table.text.removeprefix("\ufeff")), delimiter=";"))
    listed = [row for row in rows if row[0] == "Écritures non passées en banque"]
    assert listed[-1][4].startswith("Non détaillées : ")
    cents = sum(int(row[5].replace(",", "")) for row in listed)
    assert cents == 200 * 100 + 7_000 - 999
    assert "260,01 EUR" in pdf_text(paper.content)
    assert "Non détaillées : " in pdf_text(paper.content)


def test_validation_freezes_a_report_that_the_statement_names(alpha: Client) -> None:
    done = alpha.post(f"{COMPANY}/statements/{ids.STATEMENT}/validation").body

    listed = alpha.get(f"{COMPANY}/journals/BQ1/reconciliation-reports").body["items"]
    assert [row["id"] for row in listed] == [done["reconciliation_report"]]
    (row,) = listed
    assert (row["statement"], row["on"], row["author"]) == (
        ids.STATEMENT, "2025-01-31", "user-1",
    )  # fmt: skip
    whole = alpha.get(f"{COMPANY}/reconciliation-reports/{row['id']}").body
    assert whole["frozen"] == row
    assert whole["report"]["bank_balance"] == row["bank_balance"] == "1125.00"
    live = alpha.get(REPORT, on="2025-01-31").body
    assert whole["report"] == live


def test_a_frozen_report_stays_as_it_was_in_every_form(world: World, alpha: Client) -> None:
    done = alpha.post(f"{COMPANY}/statements/{ids.STATEMENT}/validation").body
    path = f"{COMPANY}/reconciliation-reports/{done['reconciliation_report']}"
    paths = (path, f"{path}/report.csv", f"{path}/report.pdf")
    before = [alpha.get(one) for one in paths]
    late = BankEntry("late", "BQ1", "512100", date(2025, 1, 5), -123_400, "EUR", "OUBLI")

    world.store.load(ALPHA, ACME, [late])

    assert [alpha.get(one) for one in paths] == before
    assert "OUBLI" in alpha.get(f"{REPORT}.csv", on="2025-01-31").text
    sealed = pdf_text(before[2].content)
    assert before[0].body["frozen"]["sha256"] in sealed
    assert "par user-1" in sealed


def test_a_report_frozen_late_in_the_evening_has_the_day_of_paris(
    world: World, alpha: Client
) -> None:
    world.clock.advance(timedelta(hours=15))  # 23:30 in UTC on 1 February
    done = alpha.post(f"{COMPANY}/statements/{ids.STATEMENT}/validation").body

    path = f"{COMPANY}/reconciliation-reports/{done['reconciliation_report']}/report.pdf"

    assert "du relevé le 02/02/2025 par user-1" in pdf_text(alpha.get(path).content)


def test_an_unknown_frozen_report_is_not_found(alpha: Client) -> None:
    for end in ("", "/report.csv", "/report.pdf"):
        answer = alpha.get(f"{COMPANY}/reconciliation-reports/rr_none{end}")
        assert answer.problem == "not_found"
    found = alpha.get(f"{COMPANY}/reconciliation-reports/{ids.REPORT}")
    assert found.status == 200
    assert alpha.get(f"{COMPANY}/journals/BQ9/reconciliation-reports").problem == "not_found"
