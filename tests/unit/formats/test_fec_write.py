"""A FEC is written as article A47 A-1 wants it, byte by byte."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from rappro.domain.books import EntryLine, EntrySource, EntryStatus, JournalEntry
from rappro.domain.errors import InputError
from rappro.domain.ids import EntryId, ThirdPartyId
from rappro.formats.fec_write import COLUMNS, FecNames, FecWriter, file_name, order_of, rows_of

MARTIN = ThirdPartyId("tp_martin")
NAMES = FecNames(
    {"BQ1": "Banque"}, {"512100": "Crédit du Nord", "411000": "Clients"}, {MARTIN: ("C1", "Martin")}
)
ENTRY = JournalEntry(
    id=EntryId("en_1"),
    journal="BQ1",
    date=date(2026, 3, 9),
    piece_ref="FA12",
    piece_date=date(2026, 2, 1),
    label="VIR MARTIN",
    lines=(
        EntryLine("512100", "VIR MARTIN", debit_minor=123_456),
        EntryLine(
            "411000", "FA12 VIR MARTIN", credit_minor=123_456, third_party=MARTIN, letter="AAA",
            lettered_on=date(2026, 4, 2), foreign_amount_minor=-135_000, foreign_currency="USD",
        ),
    ),
    source=EntrySource.ENGINE,
    status=EntryStatus.VALIDATED,
    number=7,
    validated_on=date(2026, 4, 2),
)  # fmt: skip


def written(*entries: JournalEntry, names: FecNames = NAMES) -> list[list[str]]:
    """Return the fields of the lines behind the header."""
    stream = BytesIO()
    writer = FecWriter(stream)
    for entry in entries:
        writer.write(rows_of(entry, names))
    lines = stream.getvalue().decode("utf-8").split("\r\n")
    assert lines[-1] == ""
    return [line.split("\t") for line in lines[1:-1]]


def test_the_bytes_are_the_law_s() -> None:
    stream = BytesIO()
    FecWriter(stream).write(rows_of(ENTRY, NAMES))

    assert stream.getvalue().decode("utf-8") == (
        "JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum\t"
        "CompAuxLib\tPieceRef\tPieceDate\tEcritureLib\tDebit\tCredit\tEcritureLet\tDateLet\t"
        "ValidDate\tMontantdevise\tIdevise\r\n"
        "BQ1\tBanque\t1\t20260309\t512100\tCrédit du Nord\t\t\tFA12\t20260201\tVIR MARTIN\t"
        "1234,56\t0,00\t\t\t20260402\t\t\r\n"
        "BQ1\tBanque\t1\t20260309\t411000\tClients\tC1\tMartin\tFA12\t20260201\tFA12 VIR MARTIN\t"
        "0,00\t1234,56\tAAA\t20260402\t20260402\t1350,00\tUSD\r\n"
    )


def test_numbers_run_from_one_over_the_file() -> None:
    lines = written(ENTRY, replace(ENTRY, journal="OD", number=1), ENTRY)

    assert [line[2] for line in lines] == ["1", "1", "2", "2", "3", "3"]


def test_what_the_law_wants_filled_is_never_empty() -> None:
    bare = replace(
        ENTRY, piece_ref="", label="", validated_on=None,
        lines=(EntryLine("471000", "", debit_minor=1), EntryLine("999", " \t", credit_minor=1)),
    )  # fmt: skip

    lines = written(bare, names=FecNames({}, {}, {}))

    needed = [name for name in COLUMNS[:11] if not name.startswith("CompAux")] + ["ValidDate"]
    for line in lines:
        fields = dict(zip(COLUMNS, line, strict=True))
        assert [name for name in needed if not fields[name]] == []
        assert fields["PieceRef"] == fields["EcritureNum"] == "1"
        assert fields["EcritureLib"] == fields["JournalLib"] == "BQ1"
        assert fields["ValidDate"] == fields["EcritureDate"]


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("two\twords", "two words"),
        (" several \r\n lines ", "several lines"),
        ('"quoted" text', "'quoted' text"),
        ("nul\x00 and \x85 and \u2028", "nul and and"),
        ("a | bar; and , others", "a | bar; and , others"),
        ("É€œŁ漢", "É€œŁ漢"),
        ("lone \ud800", "lone ?"),
        ("x" * 1_200, "x" * 1_000),
        ("\ufeffmark", "mark"),
    ],
)
def test_a_text_stays_in_its_field(label: str, field: str) -> None:
    entry = replace(ENTRY, lines=(EntryLine("471000", label),))

    (line,) = written(entry)

    assert line[10] == field
    assert len(line) == 18


def test_a_line_s_own_piece_stands_before_the_entry_s() -> None:
    own = EntryLine("471000", "x", piece_ref="FA99", piece_date=date(2025, 12, 31))

    assert written(replace(ENTRY, lines=(own,)))[0][8:10] == ["FA99", "20251231"]


def test_amounts_have_the_decimals_of_their_currency() -> None:
    line = EntryLine("471000", "x", debit_minor=5, foreign_amount_minor=1500,
                     foreign_currency="JPY")  # fmt: skip
    dinars = FecNames({}, {}, {}, "TND")

    (fields,) = written(replace(ENTRY, lines=(line,), is_unbalanced_at_source=True), names=dinars)

    assert fields[11:13] == ["0,005", "0,000"]
    assert fields[16:] == ["1500", "JPY"]


def test_the_file_is_named_by_siren_and_closing_date() -> None:
    assert file_name("732829320", date(2026, 6, 30)) == "732829320FEC20260630.txt"
    with pytest.raises(InputError):
        file_name("73282932", date(2026, 6, 30))


LOADED = replace(
    ENTRY, id=EntryId("en_0"), source=EntrySource.FEC, number=None, source_number="12",
    statement_id=None,
)  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (order_of(replace(LOADED, validated_on=date(2026, 5, 1)), is_opening=True),
         order_of(LOADED, is_opening=False)),
        (order_of(ENTRY, is_opening=False),
         order_of(replace(LOADED, validated_on=date(2026, 4, 3)), is_opening=False)),
        (order_of(LOADED, is_opening=False), order_of(ENTRY, is_opening=False)),
        (order_of(replace(LOADED, source_number="9"), is_opening=False),
         order_of(LOADED, is_opening=False)),
        (order_of(LOADED, is_opening=False),
         order_of(replace(LOADED, source_number="OD-1"), is_opening=False)),
        (order_of(replace(ENTRY, number=9), is_opening=False),
         order_of(replace(ENTRY, number=10), is_opening=False)),
        (order_of(replace(ENTRY, number=9), is_opening=False),
         order_of(replace(ENTRY, journal="BQ2", number=1), is_opening=False)),
        (order_of(ENTRY, is_opening=False),
         order_of(replace(ENTRY, id=EntryId("en_2")), is_opening=False)),
    ],
    ids=["opening", "validation-day", "loaded-first", "source-number", "no-number", "number",
         "journal", "id"],
)  # fmt: skip
def test_entries_are_in_the_order_of_the_law(first: str, second: str) -> None:
    assert first < second
