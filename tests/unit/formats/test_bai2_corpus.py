"""Real BAI2 files, where a folder of them is named by RAPPRO_CORPUS; nothing is collected without.

A plain count of the records is the measure: of the transactions, and of what they add up to.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import InputError
from rappro.formats.registry import detect
from tests.unit.formats.reading import read_all

ROOT = Path(os.environ.get("RAPPRO_CORPUS", "/nowhere")) / "bai2"
FILES = sorted(path for path in ROOT.rglob("*") if path.is_file())


def records_of(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]


def is_broken(path: Path) -> bool:
    """Say whether a file has no end, or a group without a date."""
    records = records_of(path)
    dates = [record.split(",")[4] for record in records if record.startswith("02,")]
    return records[-1][:3] != "99," or any(len(text) not in {6, 8} for text in dates)


SOUND = [path for path in FILES if not is_broken(path)]
BROKEN = [path for path in FILES if is_broken(path)]

if FILES:

    @pytest.mark.parametrize("path", SOUND, ids=lambda path: path.name)
    def test_a_real_file_gives_its_transactions_and_balances(path: Path) -> None:
        data = path.read_bytes()
        assert detect(data).format == "bai2"

        reads = read_all(data)

        records = records_of(path)
        transactions = [record.split(",") for record in records if record.startswith("16,")]
        assert len(reads) == sum(record.startswith("03,") for record in records)
        assert [(line.bank_code, abs(line.amount_minor)) for r in reads for line in r.lines] == [
            (fields[1], int(fields[2])) for fields in transactions
        ]
        for read in reads:
            opening, closing = read.closed.opening, read.closed.closing
            if opening and closing and not path.name.startswith(UNBALANCED):
                booked = sum(
                    line.amount_minor
                    for line in read.lines
                    if line.status is LineStatusAtBank.BOOKED
                )
                assert opening.amount_minor + booked == closing.amount_minor
        has_wrong_trailers = path.name.startswith(WRONG_TRAILERS)
        assert has_wrong_trailers == any("control_total_differs" in r.codes for r in reads)

    @pytest.mark.parametrize("path", BROKEN, ids=lambda path: path.name)
    def test_a_broken_file_is_refused_with_its_line(path: Path) -> None:
        with pytest.raises(InputError) as caught:
            read_all(path.read_bytes())

        assert (caught.value.position or "").startswith("line ")


UNBALANCED = ("citi_example", "svb_us_example", "daily_with_summary")
WRONG_TRAILERS = ("test.bai", "test2.bai", "invalid_checksum")
