"""Files of other projects, when the variable RAPPRO_CORPUS names a folder of them.

The folder holds one subfolder a format, `ORACLE.tsv` with what an independent reading counted in
each file, and `INDEX.tsv` with notes. Nothing is collected without the variable.
"""

from __future__ import annotations

import csv
import io
import os
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest

from rappro.domain.bank import LineStatusAtBank, StatementLine, StatementOpened
from rappro.domain.errors import InputError, UnsupportedCurrency
from rappro.domain.money import format_amount
from rappro.formats.registry import detect

CORPUS = Path(os.environ["RAPPRO_CORPUS"]) if "RAPPRO_CORPUS" in os.environ else None
FOLDERS = {
    "camt052": "camt.052",
    "camt053": "camt.053",
    "camt054": "camt.054",
    "cfonb120": "cfonb120",
}


class Row(NamedTuple):
    """What is known of a file: the counts of the oracle, and whether it is broken on purpose."""

    path: str
    statements: str
    entries: str
    sums: str
    reconciling: str
    is_broken: bool


def table(name: str) -> list[dict[str, str]]:
    if CORPUS is None:
        return []
    with (CORPUS / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def rows() -> list[Row]:
    """Return the files of the formats that are read; broken are those said to be, or empty."""
    notes = {row["path"]: row["notes"] or "" for row in table("INDEX.tsv")}
    return [
        Row(
            row["path"], row["statements"], row["entries"], row["sum_booked(per statement)"] or "",
            row["statements_reconciling"] or "",
            "invalid" in notes[row["path"]] or not row["statements"].strip("0").isdigit(),
        )
        for row in table("ORACLE.tsv")
        if row["path"].partition("/")[0] in FOLDERS
    ]  # fmt: skip


def data_of(row: Row) -> bytes:
    assert CORPUS is not None
    return (CORPUS / row.path).read_bytes()


def has_no_currency(row: Row) -> bool:
    """Say whether a file was made anonymous by the currency XXX, which ISO 4217 gives to none."""
    return b'Ccy="XXX"' in data_of(row)


SOUND = [row for row in rows() if not row.is_broken and not has_no_currency(row)]
BROKEN = [row for row in rows() if row.is_broken]
WITHOUT_CURRENCY = [row for row in rows() if not row.is_broken and has_no_currency(row)]

if CORPUS is not None:

    @pytest.mark.parametrize("row", SOUND, ids=lambda row: row.path)
    def test_a_sound_file_gives_what_the_oracle_counted(row: Row) -> None:
        data = data_of(row)
        parser = detect(data)
        assert parser.format == FOLDERS[row.path.partition("/")[0]]
        sums: list[Decimal] = []
        booked = entries = reconciling = 0
        for event in parser.parse(io.BytesIO(data)):
            if isinstance(event, StatementOpened):
                booked = 0
            elif isinstance(event, StatementLine):
                entries += 1
                booked += event.amount_minor if event.status is LineStatusAtBank.BOOKED else 0
            else:
                sums.append(Decimal(format_amount(booked, event.currency)))
                if event.opening is not None and event.closing is not None:
                    both = event.opening.amount_minor + booked
                    reconciling += both == event.closing.amount_minor

        assert (len(sums), entries) == (int(row.statements), int(row.entries))
        assert sums == [Decimal(text) for text in row.sums.split(",")]
        assert reconciling == int(row.reconciling)

    @pytest.mark.parametrize("row", BROKEN, ids=lambda row: row.path)
    def test_a_broken_file_is_refused_with_its_place(row: Row) -> None:
        data = data_of(row)

        with pytest.raises(InputError) as caught:
            list(detect(data).parse(io.BytesIO(data)))

        assert caught.value.position is not None

    @pytest.mark.parametrize("row", WITHOUT_CURRENCY, ids=lambda row: row.path)
    def test_a_file_without_a_real_currency_is_refused(row: Row) -> None:
        data = data_of(row)

        with pytest.raises(UnsupportedCurrency):
            list(detect(data).parse(io.BytesIO(data)))

    def test_the_corpus_holds_files_of_every_kind() -> None:
        assert min(map(len, (SOUND, BROKEN))) > 0
