"""Files of other projects, where RAPPRO_CORPUS names a folder of them; nothing without it.

ORACLE.tsv counts every movement record (2.1), details as well, and adds up the movements alone. A
file whose sum is finer than the currency cannot be right, and has to be refused.
"""

from __future__ import annotations

import csv
import os
from decimal import Decimal
from pathlib import Path

import pytest

from rappro.domain.errors import MalformedStatement
from rappro.formats.registry import detect
from tests.unit.formats.reading import read_one

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere"))
ORACLE = ROOT / "ORACLE.tsv"
LINES = ORACLE.read_text(encoding="utf-8").splitlines() if ORACLE.exists() else []
CASES = [row for row in csv.DictReader(LINES, delimiter="\t") if row["path"].startswith("coda/")]
SUM = "sum_booked(per statement)"


def is_exact(case: dict[str, str]) -> bool:
    return Decimal(case[SUM]) * 100 % 1 == 0


if CASES:

    @pytest.mark.parametrize(
        "case", [case for case in CASES if is_exact(case)], ids=lambda case: str(case["path"])
    )
    def test_a_file_gives_what_the_oracle_counted(case: dict[str, str]) -> None:
        data = (ROOT / case["path"]).read_bytes()
        assert detect(data).format == "coda"

        read = read_one(data)

        assert int(case["statements"]) == 1
        assert len(read.lines) + sum(len(line.details) for line in read.lines) == int(
            case["entries"]
        )
        booked = sum(line.amount_minor for line in read.lines)
        assert Decimal(booked) / 100 == Decimal(case[SUM])
        opening, closing = read.closed.opening, read.closed.closing
        assert opening is not None
        if closing is None:  # finer than a cent
            assert "balance_decimals" in read.codes
        else:
            balances = opening.amount_minor + booked == closing.amount_minor
            assert balances is (case["statements_reconciling"] == "1")

    @pytest.mark.parametrize(
        "case", [case for case in CASES if not is_exact(case)], ids=lambda case: str(case["path"])
    )
    def test_a_file_with_tenths_of_cents_is_refused_at_their_line(case: dict[str, str]) -> None:
        with pytest.raises(MalformedStatement, match="finer than EUR") as caught:
            read_one((ROOT / case["path"]).read_bytes())

        assert caught.value.position is not None
