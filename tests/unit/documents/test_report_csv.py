"""The report as CSV: the same bytes for the same report, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rappro.documents.report_csv import HEADING, report_csv, safe

from .samples import item, january, report

GOLDEN = Path(__file__).resolve().parents[2] / "fixtures" / "reports" / "january.csv"


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=";"))


def test_a_usual_report_is_the_golden_file_byte_for_byte() -> None:
    assert report_csv(january(), rows_max=100).encode() == GOLDEN.read_bytes()


def test_a_spreadsheet_in_french_reads_it_at_once() -> None:
    """UTF-8 with its mark, semicolons, CRLF, decimal commas."""
    content = report_csv(january(), rows_max=100).encode()

    assert content.startswith(b"\xef\xbb\xbfRubrique;")
    assert content.count(b"\r\n") == content.count(b"\n") == 1 + 5 + 7
    assert "Solde comptable;;31/01/2025;512100;Menuiserie Œuvre & Fils;1234567,89;EUR" in (
        content.decode("utf-8-sig")
    )


def test_every_row_has_the_columns_of_the_heading() -> None:
    assert {len(row) for row in rows(report_csv(january(), rows_max=100))} == {len(HEADING)}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33 1", "'+33 1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\r\n@x", "' @x"),
        ("\u00a0=1", "'\u00a0=1"),
        ("＝1", "'＝1"),
        ("a\u2028=1", "a =1"),
        ("VIR 2+3", "VIR 2+3"),
        ("", ""),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_led_by_an_apostrophe(
    text: str, written: str
) -> None:
    assert safe(text) == written


@given(st.text(max_size=40))
@example("-1,5")
def test_no_label_is_ever_a_formula_nor_more_than_a_cell(label: str) -> None:
    named = item("=i", -150, label=label or "x")

    found = rows(report_csv(report(entries=(named,)), rows_max=9))

    (row,) = [row for row in found if row[9] == "'=i"]
    assert row[5] == "-1,50"
    for cell in (row[3], row[4], row[9]):
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert not set(cell) & {"\r", "\n", "\t", "\x00"}


def test_what_is_beyond_the_bound_is_one_row_with_its_sum() -> None:
    many = tuple(item(f"e{n}", -100 - n) for n in range(5))

    found = rows(report_csv(report(entries=many), rows_max=2))

    listed = [row for row in found if row[0] == "Écritures non passées en banque"]
    assert [(row[4], row[5]) for row in listed] == [
        ("LIGNE e0", "-1,00"), ("LIGNE e1", "-1,01"), ("Non détaillées : 3", "-3,09"),
    ]  # fmt: skip
