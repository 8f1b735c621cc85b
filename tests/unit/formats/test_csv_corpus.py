"""CSV files of other projects, where a folder is named by RAPPRO_CORPUS; nothing is collected else.

No bank wrote them, so no built-in profile may take them; some are read by a profile of a tenant's
own, as data. What is expected was counted by hand.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any, Final

import pytest

from rappro.domain.errors import MalformedStatement, UnknownFormat
from rappro.formats.csv_bank import CsvParser
from rappro.formats.csv_profile import profile_of
from rappro.formats.registry import detect
from tests.unit.formats.reading import read_all

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere")) / "csv"
FILES = sorted([*ROOT.glob("**/*.csv"), *ROOT.glob("**/*.tsv")])

AMERICAN: Final = {"separator": ",", "dates": "mdy", "decimal": "."}
SHEET: Final = [
    ["date", "Date"], ["label", "Label"], ["currency", "Currency"], ["amount", "Amount"],
    ["ignored", "Amount Currency"], ["counterparty", "Partner Name"],
    ["counterparty_account", "Bank Account"],
]  # fmt: skip
READ: dict[str, tuple[dict[str, Any], list[tuple[str, int, int]]]] = {
    "sample_statement_en.csv": (
        {**AMERICAN, "columns": SHEET}, [("USD", 1, -33_50), ("EUR", 1, 1525_00)]
    ),
    "empty_statement_en.csv": ({**AMERICAN, "columns": SHEET}, [("EUR", 0, 0)]),
    "empty_lines_statement.csv": (
        {**AMERICAN, "columns": SHEET}, [("EUR", 3, 2291_50)]
    ),
    "balance.csv": (
        {**AMERICAN, "columns": [["date", "Date"], ["label", "Label"], ["amount", "Amount"],
                                 ["balance", "Balance"], ["counterparty", "Partner Name"],
                                 ["counterparty_account", "Bank Account"]]},
        [("EUR", 2, 1500_00)],
    ),
    "meta_data_separated_credit_debit.csv": (
        {"separator": ",",
         "preamble": [{"fact": "account", "starts": "Account Number :"},
                      {"fact": "opening", "starts": "Balance at start of period"},
                      {"fact": "closing", "starts": "Balance at end of period"}],
         "footer": ["Balance at start"],
         "columns": [["date", "Date"], ["entry_ref", "Operation Number"], ["label", "Label"],
                     ["debit", "Debit"], ["credit", "Credit"], ["comment", "Detail"]]},
        [("EUR", 4, 1069_32)],
    ),
    "csv_european_decimals.csv": (
        {"columns": [["date", "Buchungstag"], ["label", "Verwendungszweck"], ["amount", "Betrag"],
                     ["currency", "CCY"], ["account", "IBAN"], ["entry_ref", "Ref"]]},
        [("EUR", 3, 2260_94)],
    ),
    "csv_french_headers.csv": (
        {"columns": [["date", "Date opération"], ["label", "Libellé"], ["debit", "Débit"],
                     ["credit", "Crédit"], ["currency", "Devise"], ["entry_ref", "Référence"]]},
        [("EUR", 3, 2260_94)],
    ),
    "csv_spanish_headers.csv": (
        {"columns": [["date", "Fecha"], ["label", "Concepto"], ["amount", "Importe"],
                     ["currency", "Moneda"], ["account", "Cuenta"], ["reference", "Referencia"]]},
        [("EUR", 3, 2260_94)],
    ),
    "sample_split_amounts.csv": (
        {"columns": [["date", "Booking Date"], ["label", "Details"], ["credit", "Credit"],
                     ["debit", "Debit"], ["currency", "CCY"], ["balance", "Running Balance"],
                     ["account", "IBAN"], ["entry_ref", "Ref"]]},
        [("EUR", 2, 1050_25)],
    ),
    "sample_statement.csv": (
        {"separator": ",", "decimal": ".",
         "columns": [["date", "Date"], ["label", "Description"], ["amount", "Amount"],
                     ["currency", "Currency"], ["balance", "Balance"], ["account", "Account"],
                     ["entry_ref", "Reference"]]},
        [("EUR", 2, 1300_00)],
    ),
    "sample.fr.cp1252.csv": (
        {**AMERICAN, "columns": [["date", "Date"], ["label", "Remarque"], ["amount", "Montant"]]},
        [("EUR", 3, 20_00)],
    ),
    "sample.fr.utf8.csv": (
        {**AMERICAN, "columns": [["date", "Date"], ["label", "Remarque"], ["amount", "Montant"]]},
        [("EUR", 3, 20_00)],
    ),
}  # fmt: skip
GARBLED: Final = {"separator": ",", "decimal": ".",
                  "columns": [["date", "Date"], ["label", "Description"], ["amount", "Amount"],
                              ["currency", "Currency"]]}  # fmt: skip


def with_profile(data: dict[str, Any]) -> CsvParser:
    return CsvParser([profile_of({"name": "own", "bank": "own", **data})])


if FILES:

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_what_no_bank_wrote_is_of_an_unknown_format(path: Path) -> None:
        with pytest.raises(UnknownFormat):
            detect(path.read_bytes())

    @pytest.mark.parametrize("name", READ)
    def test_a_tenants_own_profile_reads_what_was_counted(name: str) -> None:
        profile, expected = READ[name]
        (path,) = (path for path in FILES if path.name == name)

        found = read_all(path.read_bytes(), with_profile(profile))

        assert [
            (one.closed.currency, len(one.lines), sum(line.amount_minor for line in one.lines))
            for one in found
        ] == expected
        for one in found:
            closed = one.closed
            if closed.opening is not None and closed.closing is not None:
                total = sum(line.amount_minor for line in one.lines)
                assert closed.opening.amount_minor + total == closed.closing.amount_minor

    def test_a_garbled_amount_is_refused_where_it_stands() -> None:
        (path,) = (path for path in FILES if path.name == "csv_garbled_amount.csv")

        with pytest.raises(MalformedStatement) as caught:
            list(with_profile(GARBLED).parse(io.BytesIO(path.read_bytes())))

        assert caught.value.position == "row 3"
