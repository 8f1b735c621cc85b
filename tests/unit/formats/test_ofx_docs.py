"""The page of OFX names every finding, with its severity."""

from __future__ import annotations

import re
from pathlib import Path

from rappro.formats.ofx_catalogue import CATALOGUE

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "ofx1.md"


def test_the_page_lists_the_findings_and_their_severities() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(rows) == {code: str(severity) for code, (severity, _) in CATALOGUE.items()}
    assert len(rows) == len(CATALOGUE)
