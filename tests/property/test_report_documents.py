"""Every form of a report says the same: bank = ledger + lines - entries + difference."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given, settings
from pypdf import PdfReader

from rappro.documents.report_csv import report_csv
from rappro.documents.report_pdf import report_pdf
from rappro.domain.money import parse_amount
from rappro.domain.report import ReconciliationReport
from rappro.edge.api.models.reports import ReportOutput
from tests.unit.documents.samples import REPORTS

NUMBER = r"(-?\d[\d\u00a0]*(?:,\d+)?)"


def minor(text: str, currency: str) -> int:
    """Read an amount as French readers do."""
    return parse_amount(text.replace("\u00a0", "").replace(",", "."), currency)


@settings(deadline=None)
@given(REPORTS)
def test_in_json(report: ReconciliationReport) -> None:
    said = ReportOutput.of(report)

    def read(text: str) -> int:
        return parse_amount(text, report.currency)

    assert read(said.bank_balance) == (
        read(said.ledger_balance)
        + sum(read(item.amount) for item in said.lines_not_in_books.items)
        - sum(read(item.amount) for item in said.entries_not_on_bank.items)
        + read(said.difference)
    )
    assert read(said.reconciled_bank) - read(said.reconciled_ledger) == read(said.difference)
    for side in (said.lines_not_in_books, said.entries_not_on_bank):
        assert read(side.total) == sum(read(one.total) for one in side.by_age)
        assert read(side.total) == read(side.carried_in.total) + read(side.of_period.total)
        assert side.count == side.carried_in.count + side.of_period.count


@settings(deadline=None)
@given(REPORTS)
def test_in_csv_whatever_the_bound_of_its_rows(report: ReconciliationReport) -> None:
    for rows_max in (0, 2, 100):
        text = report_csv(report, rows_max=rows_max).removeprefix("\ufeff")
        sums: dict[str, int] = {}
        for row in list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))[1:]:
            sums[row[0]] = sums.get(row[0], 0) + minor(row[5], report.currency)

        lines = sums.get("Opérations bancaires non comptabilisées", 0)
        entries = sums.get("Écritures non passées en banque", 0)
        assert sums["Solde bancaire"] == (
            sums["Solde comptable"] + lines - entries + sums["Écart"]
        )  # fmt: skip
        assert lines == sums["Total des opérations bancaires non comptabilisées"]
        assert entries == sums["Total des écritures non passées en banque"]
        assert sums["Solde comptable rapproché"] == sums["Solde comptable"] + lines
        assert sums["Solde bancaire rapproché"] == sums["Solde bancaire"] + entries


@settings(max_examples=15, deadline=None)
@given(REPORTS)
def test_in_pdf(report: ReconciliationReport) -> None:
    reader = PdfReader(io.BytesIO(report_pdf(report, rows_max=100)), strict=True)
    text = "\n".join(page.extract_text() for page in reader.pages)

    def after(words: str) -> int:
        found = re.search(rf"{words}\s+{NUMBER}", text)
        assert found is not None, words
        return minor(found[1], report.currency)

    on = "31/01/2025"
    ledger = after(rf"Solde comptable (?:débiteur|créditeur) au {on}")
    bank = after(rf"Solde bancaire (?:débiteur|créditeur) au {on}")
    lines = after(r"\+ Encaissements non comptabilisés \(\d+\)")
    lines += after(r"– Décaissements non comptabilisés \(\d+\)")
    entries = after(r"\+ Encaissements non passés en banque \(\d+\)")
    entries += after(r"– Décaissements non passés en banque \(\d+\)")
    difference = after(
        r"Écart\s+(?:les deux soldes rapprochés sont égaux|à justifier avant signature)"
    )
    assert bank == ledger + lines - entries + difference
    assert after("Solde comptable rapproché") == ledger + lines
    assert after("Solde bancaire rapproché") == bank + entries
    for items, words in (
        (report.entries_not_on_bank, "Total des écritures non passées en banque"),
        (report.lines_not_in_books, "Total des opérations bancaires non comptabilisées"),
    ):
        if items:
            assert after(words) == sum(item.amount_minor for item in items)
