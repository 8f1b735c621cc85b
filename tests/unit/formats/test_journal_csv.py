"""Journals as CSV: every column, and no cell that a spreadsheet would calculate."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from rappro.domain.books import EntryLine, JournalEntry
from rappro.domain.ids import StatementId
from rappro.formats.journal_csv import COLUMNS, JournalCsvWriter
from tests.unit.formats.test_fec_write import ENTRY, MARTIN


def written(*entries: JournalEntry) -> str:
    """Return the text of a file behind its mark."""
    stream = io.BytesIO()
    writer = JournalCsvWriter(
        stream, currency="EUR", journals={"BQ1": "Banque"}, accounts={"411000": "Clients"},
        parties={MARTIN: ("C1", "Martin")},
    )  # fmt: skip
    for entry in entries:
        writer.write(entry)
    content = stream.getvalue()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    return content.decode("utf-8-sig")


def cells(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_a_line_of_an_entry_is_one_row_with_all_its_columns() -> None:
    entry = replace(ENTRY, source_number="4", statement_id=StatementId("st_1"))

    _, row = cells(written(entry))

    assert tuple(row) == COLUMNS
    assert row == {
        "journal": "BQ1", "journal_label": "Banque", "entry": "en_1", "number": "7",
        "source_number": "4", "status": "validated", "date": "2026-03-09", "piece_ref": "FA12",
        "piece_date": "2026-02-01", "line": "2", "account": "411000", "account_label": "Clients",
        "auxiliary": "C1", "third_party": "tp_martin", "third_party_name": "Martin",
        "label": "FA12 VIR MARTIN", "debit": "0,00", "credit": "1234,56", "letter": "AAA",
        "lettered_on": "2026-04-02", "validated_on": "2026-04-02", "foreign_amount": "1350,00",
        "foreign_currency": "USD", "source": "engine", "statement": "st_1", "match": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+33 1", "-5", "@SUM(A1)", "  =1", "\t=1", "\r\n=1", "\uff1d1", "=HYPERLINK(\"x\")"],
)  # fmt: skip
def test_a_text_that_looks_like_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    entry = replace(ENTRY, piece_ref=text, lines=(EntryLine("471000", text, debit_minor=0),))

    (row,) = cells(written(entry))

    for name in ("piece_ref", "label"):
        assert row[name].startswith("'")
        assert row[name].lstrip("' ") == text.strip()


@pytest.mark.parametrize("text", ["a;b", 'say "hi"', "VIR MARTIN -5", "é€漢", "1=1"])
def test_another_text_comes_back_as_it_was(text: str) -> None:
    (row,) = cells(written(replace(ENTRY, lines=(EntryLine("471000", text),))))

    assert row["label"] == text


def test_a_text_of_several_lines_is_one_line() -> None:
    text = written(replace(ENTRY, lines=(EntryLine("471000", "one\r\ntwo\x00"),)))

    assert text.count("\r\n") == 2
    assert cells(text)[0]["label"] == "one two "
