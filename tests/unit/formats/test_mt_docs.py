"""The pages of MT940 and MT942 name every finding, and the bounds that hold."""

from __future__ import annotations

import re
from pathlib import Path

from rappro.formats.findings import KINDS_MAX
from rappro.formats.mt_catalogue import CATALOGUE
from rappro.formats.mt_codes import RETURN_REASONS
from rappro.formats.mt_fields import FIELD_SIZE_MAX
from rappro.formats.mt_subfields import IDENTIFIER_CHARS
from rappro.formats.mt_text import LINE_SIZE_MAX
from rappro.formats.protocol import (
    FIELD_CHARS_MAX,
    LINE_TEXT_CHARS_MAX,
    LINES_PER_STATEMENT_MAX,
    RAW_CHARS_MAX,
    STATEMENTS_PER_FILE_MAX,
)

PAGE = (Path(__file__).parents[3] / "docs" / "formats" / "mt940.md").read_text(encoding="utf-8")
FINDING = re.compile(r"\| `(\w+)` (info|warning|blocking)(?:, one each)? \|$", re.MULTILINE)


def test_the_page_lists_the_findings_of_the_format() -> None:
    expected = {code: str(severity) for code, (severity, _) in CATALOGUE.items()}

    assert dict(FINDING.findall(PAGE)) == {**expected, "more_findings": "info"}


def test_the_page_states_the_bounds_that_hold() -> None:
    for bound in (
        FIELD_CHARS_MAX, FIELD_SIZE_MAX, LINE_TEXT_CHARS_MAX, LINES_PER_STATEMENT_MAX,
        LINE_SIZE_MAX, RAW_CHARS_MAX, IDENTIFIER_CHARS, STATEMENTS_PER_FILE_MAX,
    ):  # fmt: skip
        assert f"{bound:,} " in PAGE
    assert f"more than {KINDS_MAX} kinds" in PAGE


def test_the_page_lists_the_return_codes() -> None:
    assert dict(re.findall(r"\b(9\d\d) ([A-Z]{2}\d\d)\b", PAGE)) == RETURN_REASONS
