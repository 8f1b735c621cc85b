"""Files of other projects, when the variable RAPPRO_CORPUS names a folder of them.

Its `ORACLE.tsv` says what an independent reading counted in each file; nothing is collected without
the variable. A file in which the oracle found no statement, or whose dates no calendar has, is
refused.
"""

from __future__ import annotations

import csv
import io
import os
from decimal import Decimal
from pathlib import Path

import pytest

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import InputError
from rappro.domain.money import format_amount
from rappro.formats.mt942 import MT942
from rappro.formats.registry import detect
from tests.unit.formats.reading import Read, read_all

CORPUS = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere"))
ORACLE = CORPUS / "ORACLE.tsv"
IMPOSSIBLE_DATES = "mt940-headers.txt"
ROWS = [
    row
    for row in csv.DictReader(
        ORACLE.read_text(encoding="utf-8").splitlines() if ORACLE.exists() else [], delimiter="\t"
    )
    if row["path"].startswith("mt940/")
]
BROKEN = [r for r in ROWS if r["statements"] == "0" or r["path"].endswith(IMPOSSIBLE_DATES)]
SOUND = [row for row in ROWS if row not in BROKEN]
INTERIM = sorted(CORPUS.glob("mt942/**/*.sta"))


def booked(read: Read) -> int:
    return sum(line.amount_minor for line in read.lines if line.status is LineStatusAtBank.BOOKED)


def reconciles(read: Read) -> bool:
    opening, closing = read.closed.opening, read.closed.closing
    assert opening is not None
    assert closing is not None
    return opening.amount_minor + booked(read) == closing.amount_minor


if ROWS:

    @pytest.mark.parametrize("row", SOUND, ids=lambda row: row["path"])
    def test_a_sound_file_gives_what_the_oracle_counted(row: dict[str, str]) -> None:
        data = (CORPUS / row["path"]).read_bytes()
        assert detect(data).format == "mt940"

        reads = read_all(data)

        sums = [Decimal(format_amount(booked(read), read.closed.currency)) for read in reads]
        assert len(reads) == int(row["statements"])
        assert sum(len(read.lines) for read in reads) == int(row["entries"])
        assert sums == [Decimal(text) for text in row["sum_booked(per statement)"].split(",")]
        assert sum(map(reconciles, reads)) == int(row["statements_reconciling"])

    @pytest.mark.parametrize("row", BROKEN, ids=lambda row: row["path"])
    def test_a_broken_file_is_refused_with_its_place(row: dict[str, str]) -> None:
        data = (CORPUS / row["path"]).read_bytes()

        with pytest.raises(InputError) as caught:
            list(detect(data).parse(io.BytesIO(data)))

        assert caught.value.position is not None

    @pytest.mark.parametrize("path", INTERIM, ids=lambda path: path.name)
    def test_an_interim_report_is_read_without_balances(path: Path) -> None:
        data = path.read_bytes()
        assert detect(data) is MT942

        for read in read_all(data):
            assert read.lines
            assert (read.closed.opening, read.closed.closing) == (None, None)

    def test_the_corpus_holds_files_of_every_kind() -> None:
        assert min(len(SOUND), len(BROKEN), len(INTERIM)) > 0
