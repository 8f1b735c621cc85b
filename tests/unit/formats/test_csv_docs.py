"""The pages of QIF and CSV list every finding of their parsers, and every built-in profile."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rappro.formats import csv_catalogue, qif_catalogue
from rappro.formats.csv_bank import built_in_profiles
from rappro.formats.findings import Catalogue

PAGES = Path(__file__).parents[3] / "docs" / "formats"


@pytest.mark.parametrize(
    ("page", "catalogue"),
    [("qif.md", qif_catalogue.CATALOGUE), ("csv.md", csv_catalogue.CATALOGUE)],
)
def test_the_page_has_each_finding_with_its_severity(page: str, catalogue: Catalogue) -> None:
    text = (PAGES / page).read_text(encoding="utf-8")

    rows = re.findall(r"^\| ([a-z_]+) \| (info|warning|blocking) \|", text, re.MULTILINE)

    assert dict(rows) == {code: severity.value for code, (severity, _) in catalogue.items()}


def test_the_page_of_csv_names_every_built_in_profile() -> None:
    text = (PAGES / "csv.md").read_text(encoding="utf-8")

    cells = re.findall(r"^\| ([a-z-]+(?:, [a-z-]+)*) \| ", text, re.MULTILINE)
    named = [name for cell in cells for name in cell.split(", ")]

    for profile in built_in_profiles():
        assert profile.name.replace("credit-mutuel-cic-amount", "-amount") in named
