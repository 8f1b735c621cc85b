"""Real FEC files, where a folder of them is named by RAPPRO_CORPUS; nothing is collected without.

The folder's fec/INDEX.tsv says what each file holds, counted by other means.
"""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from rappro.domain.bank import Severity
from rappro.domain.opening import open_books
from rappro.formats.fec import read_rows, recognises

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere"))
INDEX = ROOT / "fec" / "INDEX.tsv"
LINES = INDEX.read_text(encoding="utf-8").splitlines() if INDEX.exists() else []
CASES = list(csv.DictReader(LINES, delimiter="	"))

if CASES:

    @pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["path"]))
    def test_a_real_file_opens_with_what_its_index_says(case: dict[str, str]) -> None:
        path = ROOT / case["path"]
        with path.open("rb") as stream:
            assert recognises(stream.read(65536))
            stream.seek(0)
            opened = open_books(read_rows(stream))

        assert [f for f in opened.findings if f.severity is Severity.BLOCKING] == []
        assert opened.row_count == int(case["lines"])
        assert sum(len(entry.lines) for entry in opened.entries) == opened.row_count
        assert len(opened.journals) == int(case["journals"])
        on_bank = [entry for entry in opened.bank_entries if entry.account.startswith("512")]
        assert len(on_bank) == int(case["512_lines"])
        gap = opened.total_debit_minor - opened.total_credit_minor
        assert gap == int(case["total_gap_cents"])
        unbalanced = sum(entry.is_unbalanced_at_source for entry in opened.entries)
        assert unbalanced == int(case["unbalanced_entries"])
        if "no entry can be rebuilt" not in case["suspected_invalid"]:
            assert len(opened.entries) == int(case["entries"])
        days = [entry.date for entry in opened.entries]
        first, last = (_day(text) for text in case["exercise"].split("-"))
        assert first <= min(days)
        assert max(days) == last

    def _day(text: str) -> date:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
