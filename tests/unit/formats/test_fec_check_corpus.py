"""Real FEC files, where a folder of them is named by RAPPRO_CORPUS; nothing is collected without.

The folder's fec/INDEX.tsv says what each file holds, and what the administration's tester says.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from rappro.formats.fec_check import FecReport, check_fec
from tests.unit.formats.fec_text import NAME

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere"))
INDEX = ROOT / "fec" / "INDEX.tsv"
LINES = INDEX.read_text(encoding="utf-8").splitlines() if INDEX.exists() else []
CASES = list(csv.DictReader(LINES, delimiter="	"))

if CASES:

    def checked(case: dict[str, str], name: str) -> FecReport:
        with (ROOT / case["path"]).open("rb") as stream:
            return check_fec(stream, name)

    @pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["path"]))
    def test_a_real_file_is_read_to_its_end(case: dict[str, str]) -> None:
        report = checked(case, Path(case["path"]).name)

        assert report.row_count == int(case["lines"])
        gap = report.debit_minor - report.credit_minor
        assert gap == int(case["total_gap_cents"])
        assert ("file_not_balanced" in report.counts) is (gap != 0)
        assert ("column_extra" in report.counts) is (int(case["columns"]) > 18)
        assert ("byte_order_mark" in report.counts) is (case["encoding"] == "utf-8-sig")

    @pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["path"]))
    def test_what_the_tester_refuses_is_not_conformant(case: dict[str, str]) -> None:
        """Under a name that is right, and apart from the year that such a name would say."""
        report = checked(case, NAME)

        blocking = {f.code for f in report.findings if f.severity == "blocking"}
        if case["tester_verdict_BIC"].startswith("NON CONFORME"):
            assert blocking - {"entry_outside_exercise"}
