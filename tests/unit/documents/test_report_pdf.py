"""The report as PDF: what stands on which sheet, and the same bytes for the same report."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from pypdf import PdfReader

from rappro.documents.pdf_sheet import Style, encoded, width_of, wrapped
from rappro.documents.report_pdf import Seal, report_pdf
from rappro.domain.report import ReconciliationReport

from .samples import flat, item, january, report

NBSP = "\u00a0"


def sheets(
    found: ReconciliationReport, *, rows_max: int = 5_000, seal: Seal | None = None
) -> list[str]:
    """Return the text of each sheet, no-break spaces as they are."""
    reader = PdfReader(io.BytesIO(report_pdf(found, rows_max=rows_max, seal=seal)), strict=True)
    return [page.extract_text() for page in reader.pages]


def test_the_first_sheet_says_whose_account_it_is_and_both_balances() -> None:
    first = sheets(january())[0]

    for said in (
        "État de rapprochement bancaire", "au 31/01/2025", "Menuiserie Œuvre & Fils",
        f"SIREN 732{NBSP}829{NBSP}320", "BQ1 – Banque principale", "512100", "2025-01",
        f"FR76{NBSP}3000{NBSP}6000{NBSP}0112{NBSP}3456{NBSP}7890{NBSP}189",
        "Solde comptable débiteur au 31/01/2025", f"1{NBSP}234{NBSP}567,89",
        "Solde bancaire créditeur au 31/01/2025", "Établi par", "Visa", "Page 1/2",
    ):  # fmt: skip
        assert said in first
    assert first.count(f"1{NBSP}234{NBSP}654,55") == 2  # both reconciled balances
    assert "0,00 EUR" in first
    assert "les deux soldes rapprochés sont égaux" in first


def test_the_lists_follow_with_their_subtotals() -> None:
    second = sheets(january())[1]

    for said in (
        "Écritures non passées en banque (3)", "Antérieures à la période du relevé (1)",
        "28/10/2024", "CHEQUE 1042", "450,00", "De la période du relevé (2)",
        "Chèque 1051; Étude « Dupont »", f"1{NBSP}200,50", f"2{NBSP}500,00", "Sous-total",
        f"849,50{NBSP}EUR".replace(NBSP, " "), "Opérations bancaires non comptabilisées (2)",
        "12,34", "99,00", "86,66 EUR", "Page 2/2",
    ):  # fmt: skip
        assert said in second


def test_a_report_without_open_items_is_one_sheet() -> None:
    (only,) = sheets(report(history=flat(60)))

    assert "Page 1/1" in only
    assert "Encaissements non comptabilisés (0)" in only


def test_four_hundred_items_go_over_sheets_that_each_name_the_list_and_its_columns() -> None:
    entries = tuple(item(f"e{n:03}", 100 + n, n % 40) for n in range(210))
    lines = tuple(item(f"l{n:03}", -100 - n, n % 40) for n in range(190))

    found = sheets(report(entries, lines, history=flat(91)))

    assert len(found) == 9
    for number, text in enumerate(found[1:], start=2):
        assert f"Page {number}/9" in text
        assert text.count("Décaissement") >= 1
        assert re.search(r"(Écritures non passées|Opérations bancaires).*\(\d+\)", text)
    assert "(suite)" in found[2]
    every = "\n".join(found)
    for named in (*entries, *lines):
        assert len(re.findall(rf"LIGNE {named.id}\b", every)) == 1


def test_a_difference_is_to_be_explained_before_anybody_signs() -> None:
    first = sheets(report(ledger_minor=-500, difference_minor=-1))[0]

    assert "-0,01 EUR" in first
    assert "à justifier avant signature" in first
    assert "Solde comptable créditeur" in first
    assert "Solde bancaire débiteur" in first


def test_what_is_beyond_the_bound_is_one_row_with_its_sum() -> None:
    second = sheets(report(tuple(item(f"e{n}", -100 - n) for n in range(5))), rows_max=2)[1]

    assert "LIGNE e1" in second
    assert "LIGNE e2" not in second
    assert "Non détaillées : 3" in second
    assert "3,09" in second
    assert "5,10" in second


def test_a_frozen_report_says_when_by_whom_and_its_hash() -> None:
    seal = Seal(date(2025, 2, 3), "comptable", "ab" * 32)

    text = sheets(january(), seal=seal)[1]

    assert "arrêté à la validation du relevé le 03/02/2025 par comptable" in text
    assert "ab" * 32 in text
    assert "non arrêté" in sheets(january())[1]


def test_the_same_report_is_the_same_bytes_and_says_it_was_made_on_its_day() -> None:
    content = report_pdf(january(), rows_max=100)

    assert report_pdf(january(), rows_max=100) == content
    about = PdfReader(io.BytesIO(content)).metadata
    assert about is not None
    assert about.title == "État de rapprochement bancaire BQ1 au 31/01/2025"
    assert about.get("/CreationDate") == about.get("/ModDate") == "D:20250131000000Z"


def test_every_sheet_is_a4() -> None:
    pages = PdfReader(io.BytesIO(report_pdf(january(), rows_max=100))).pages

    assert {(round(p.mediabox.width), round(p.mediabox.height)) for p in pages} == {(595, 842)}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Œuvre à 10 € « été »", "Œuvre à 10 € « été »"),
        ("Łódź ěš", "Lódz eš"),
        ("1\u202f000 − 2", "1\u00a0000 - 2"),
        ("Ω\n中", "? ?"),
        ("e\u0301", "é"),
    ],
)
def test_letters_that_the_fonts_lack_are_written_as_what_is_nearest(
    text: str, written: str
) -> None:
    assert encoded(text).decode("cp1252") == written


@pytest.mark.parametrize("text", ["X" * 400, "mot " * 90, "Œ€" * 90, "a " + "Y" * 300])
def test_a_long_label_takes_two_lines_within_its_column_and_is_cut_with_an_ellipsis(
    text: str,
) -> None:
    lines = wrapped(text, Style(8), 200, 2)

    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(width_of(line, Style(8)) <= 200 for line in lines)


def test_a_label_that_fits_stays_as_it_is() -> None:
    assert wrapped("VIR DUPONT", Style(8), 200, 2) == ["VIR DUPONT"]
    assert wrapped("", Style(8), 200, 2) == [""]
