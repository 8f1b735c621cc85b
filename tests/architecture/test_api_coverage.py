"""The table of what the API covers names every row of the specification, and real operations."""

from __future__ import annotations

import json
import re

from tests.architecture.source import ROOT

ROWS = {"BOOK": 2, "VIEW": 2, "IMP": 16, "MAT": 16, "ACT": 10, "POS": 7, "SYN": 10, "EXC": 3}
_ROW = re.compile(r"^\| ([A-Z]+-\d+) \|([^|]*)\|", re.MULTILINE)
_NAME = re.compile(r"`([a-z]+[A-Z]\w*)`")


def table() -> dict[str, list[str]]:
    text = (ROOT / "docs" / "api-coverage.md").read_text("utf-8")
    return {row: _NAME.findall(operations) for row, operations in _ROW.findall(text)}


def test_every_row_of_the_specification_is_in_the_table() -> None:
    wanted = {f"{area}-{number}" for area, last in ROWS.items() for number in range(1, last + 1)}

    assert set(table()) == wanted


def test_every_operation_in_the_table_exists() -> None:
    document = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))
    known = {one["operationId"] for path in document["paths"].values() for one in path.values()}
    named = {name for names in table().values() for name in names}

    assert len(named) > 60
    assert named - known == set()
