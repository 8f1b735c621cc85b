"""docs/formats/fec-out.md lists every finding of a check and of an export, and every column."""

from __future__ import annotations

import re
from pathlib import Path

from rappro.formats import fec_write, journal_csv
from rappro.formats.fec_check_codes import CODES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "formats" / "fec-out.md").read_text("utf-8")
EXPORT = (ROOT / "layers/common/rappro/use_cases/export_fec.py").read_text("utf-8")
ROW = re.compile(r"^\| (\w+) \| (blocking|warning|info) \|", re.MULTILINE)
MADE = re.compile(r'(?:\(|Finding\()"(\w+)", Severity\.(\w+)')


def test_the_page_has_the_findings_with_their_severities_and_no_other() -> None:
    made = {code: severity.lower() for code, severity in MADE.findall(EXPORT)}
    checks = {code: severity.value for code, severity in CODES.items()}

    assert len(made) == 6
    assert dict(ROW.findall(PAGE)) == made | checks
    assert len(ROW.findall(PAGE)) == len(made) + len(checks)


def test_the_page_tells_every_column_of_both_files() -> None:
    told = set(re.findall(r"\w+", PAGE))

    assert set(fec_write.COLUMNS) <= told
    assert set(journal_csv.COLUMNS) <= told
