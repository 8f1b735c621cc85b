"""docs/formats/fec.md lists every finding that reading and opening a FEC can make."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
PACKAGE = ROOT / "layers" / "common" / "rappro"
READER = ("fec", "fec_fields", "fec_header", "fec_lines", "fec_row")
SOURCES = [
    *(PACKAGE / "formats" / f"{name}.py" for name in READER),
    *PACKAGE.glob("domain/opening/*.py"),
]
MADE = re.compile(
    r'(?:notes\.(?:info|warn)|Finding|_finding|FieldError)\(\s*"(\w+)"'
    r'|^    "(\w+)": \(\s*Severity|return amount, "(\w+)"|"(\w+)" if point|, "(date_format)"',
    re.MULTILINE,
)


def test_the_page_names_every_code_and_no_other() -> None:
    in_code = {
        name
        for source in SOURCES
        for found in MADE.findall(source.read_text(encoding="utf-8"))
        for name in found
        if name
    }
    page = (ROOT / "docs" / "formats" / "fec.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z_, ]+) \| (?:blocking|warning|info) \|", page, re.MULTILINE)
    in_page = [code for row in rows for code in row.split(", ")]

    assert len(in_code) > 25
    assert sorted(in_page) == sorted(in_code)
