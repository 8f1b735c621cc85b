"""The pages of the formats name every finding, with its severity, and nothing that is none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rappro.formats import camt_catalogue, cfonb_catalogue
from rappro.formats.cfonb_codes import KEEPS_ORIGINAL_ROLES, REVERSALS
from rappro.formats.cfonb_movement import COMPLEMENTS_PER_MOVEMENT_MAX
from rappro.formats.findings import KINDS_MAX, Catalogue
from rappro.formats.protocol import (
    DETAILS_PER_LINE_MAX,
    FIELD_CHARS_MAX,
    LINES_PER_STATEMENT_MAX,
    RAW_CHARS_MAX,
)
from rappro.formats.registry import formats

DOCS = Path(__file__).parents[3] / "docs" / "formats"
FINDING = re.compile(r"\| `(\w+)` (info|warning|blocking)(?:, one each)? \|$", re.MULTILINE)


@pytest.mark.parametrize(
    ("page", "catalogue"),
    [("camt.053.md", camt_catalogue.CATALOGUE), ("cfonb120.md", cfonb_catalogue.CATALOGUE)],
)
def test_a_page_lists_the_findings_of_its_format(page: str, catalogue: Catalogue) -> None:
    written = dict(FINDING.findall((DOCS / page).read_text(encoding="utf-8")))

    expected = {code: str(severity) for code, (severity, _) in catalogue.items()}
    assert written == {**expected, "more_findings": "info"}


def test_the_pages_state_the_bounds_that_hold() -> None:
    camt, cfonb = ((DOCS / page).read_text(encoding="utf-8")
                   for page in ("camt.053.md", "cfonb120.md"))  # fmt: skip

    for bound in (FIELD_CHARS_MAX, DETAILS_PER_LINE_MAX, LINES_PER_STATEMENT_MAX):
        assert f"{bound:,} " in camt
    for bound in (COMPLEMENTS_PER_MOVEMENT_MAX, LINES_PER_STATEMENT_MAX, RAW_CHARS_MAX):
        assert f"{bound:,} " in cfonb
    assert f"more than {KINDS_MAX} kinds" in camt
    assert f"more than {KINDS_MAX} kinds" in cfonb


def test_every_format_has_its_page() -> None:
    pages = {page.stem for page in DOCS.glob("*.md")}

    assert set(formats()) <= pages


def test_the_page_of_cfonb_names_the_codes_whose_roles_stay() -> None:
    page = " ".join((DOCS / "cfonb120.md").read_text(encoding="utf-8").split())

    listed = re.search(r"goes back \(codes ([^)]*)\)", page)
    assert listed is not None
    codes: set[str] = set()
    for code in listed[1].replace(",", "").split():
        first, _, last = code.partition("-")
        codes |= {first} if not last else {
            f"{first[0]}{number}" for number in range(int(first[1]), int(last[1]) + 1)
        }  # fmt: skip
    assert codes == KEEPS_ORIGINAL_ROLES
    assert REVERSALS <= KEEPS_ORIGINAL_ROLES
