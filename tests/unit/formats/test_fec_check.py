"""The check of a FEC finds each thing that is wrong, says where, and nothing else."""

from __future__ import annotations

import codecs
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from rappro.domain.bank import Severity
from rappro.formats.fec_check import Exercise, check_fec
from rappro.formats.fec_check_codes import CODES
from rappro.formats.fec_write import COLUMNS
from tests.unit.formats.fec_text import NAME, Rows, as_bytes, changed, checked, good, row


def test_a_file_as_the_law_wants_it_has_no_finding() -> None:
    report = checked(as_bytes(good()))

    assert report.findings == ()
    assert report.is_conformant
    assert (report.row_count, report.entry_count) == (7, 3)
    assert (report.debit_minor, report.credit_minor) == (74_000, 74_000)
    assert (report.first_day, report.last_day) == (date(2026, 1, 1), date(2026, 1, 20))


@pytest.mark.parametrize("encoding", ["ascii", "iso8859-15", "utf-8"])
@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_what_the_law_leaves_open_is_no_finding(
    encoding: str, separator: str, line_end: str
) -> None:
    rows = good() if encoding != "ascii" else changed(6, CompteLib="TVA collectee")
    content = as_bytes(rows, separator=separator, encoding=encoding, line_end=line_end)

    assert checked(content).findings == ()


def test_amount_and_side_may_stand_for_debit_and_credit() -> None:
    rows = good()
    rows[0][11:13] = ["Montant", "Sens"]
    for fields in rows[1:]:
        side = "D" if fields[12] == "0,00" else "C"
        fields[11:13] = [fields[11] if side == "D" else fields[12], side]

    assert checked(as_bytes(rows)).findings == ()


def without_column(name: str) -> Rows:
    index = COLUMNS.index(name)
    return [fields[:index] + fields[index + 1 :] for fields in good()]


def swapped(first: int, second: int) -> Rows:
    rows = good()
    for fields in rows:
        fields[first], fields[second] = fields[second], fields[first]
    return rows


def with_rows(*extra: list[str]) -> Rows:
    return [*good(), *extra]


def moved(line: int, to: int) -> Rows:
    rows = good()
    rows.insert(to - 1, rows.pop(line - 1))
    return rows


SALE = {"JournalCode": "VE", "EcritureNum": "2"}
ONE_THING = [
    ("column_missing", "line 1", without_column("ValidDate")),
    ("column_order", "line 1", swapped(0, 1)),
    ("column_spelling", "line 1", changed(1, CompAuxNum="CompteAuxNum")),
    ("column_extra", "line 1", [[*fields, ""] for fields in good()]),
    ("field_count", "line 5", [*good()[:4], row()[:-1], *good()[4:]]),
    ("field_padded", "line 4", changed(4, CompteLib="Clients   ")),
    ("field_quoted", "line 4", changed(4, EcritureLib='"Facture" FA1')),
    *(
        ("field_empty", "line 5", changed(5, **{name: ""}))
        for name in ("EcritureLib", "PieceRef", "PieceDate", "ValidDate")
    ),
    ("date_invalid", "line 5", changed(5, PieceDate="20260230")),
    ("date_invalid", "line 5", changed(5, PieceDate="2026-01-05")),
    ("date_invalid", "line 4", changed(4, DateLet="20261301")),
    ("amount_invalid", "line 8", changed(8, Montantdevise="1 000,00", Idevise="USD")),
    ("amount_point", "line 5", changed(5, Credit="100.00")),
    ("amount_empty", "line 5", changed(5, Debit="")),
    ("amount_signed", "line 5", changed(5, Debit="-100,00", Credit="0,00")),
    ("amount_on_both_sides", "line 5", changed(5, Debit="10,00", Credit="110,00")),
    ("amount_zero", "line 9", with_rows(row(**{**SALE, "JournalCode": "BQ", "EcritureNum": "3",
     "JournalLib": "Banque", "EcritureDate": "20260120"}))),
    ("account_digits", "line 5", changed(5, CompteNum="VENTES")),
    ("account_not_in_chart", "line 5", changed(5, CompteNum="999000")),
    ("auxiliary_pair", "line 5", changed(5, CompAuxNum="C9")),
    ("lettering_pair", "line 4", changed(4, DateLet="")),
    ("currency_pair", "line 7", changed(7, Idevise="")),
    ("currency_pair", "line 7", changed(7, Montantdevise="")),
    ("currency_code", "line 7", changed(7, Idevise="XYZ")),
    ("validated_before_entry", "line 5", changed(5, ValidDate="20260104")),
    ("journal_label_differs", "line 8", changed(8, JournalLib="Caisse")),
    ("account_label_differs", "line 8", changed(8, CompteLib="Client")),
    ("auxiliary_label_differs", "line 8", changed(8, CompAuxLib="Martine")),
    ("lettering_not_balanced", "line 4", changed(8, EcritureLet="", DateLet="")),
    ("number_gap", "line 7", [*good()[:6], *([*fields[:2], "5", *fields[3:]]
                                             for fields in good()[6:])]),
    ("validation_order", "line 7", [*good()[:6], *([*fields[:15], "20260130", *fields[16:]]
                                                   for fields in good()[6:])]),
    ("entry_scattered", "line 8", moved(6, 8)),
]  # fmt: skip


@pytest.mark.parametrize(("code", "position", "rows"), ONE_THING, ids=[c[0] for c in ONE_THING])
def test_one_thing_wrong_is_one_finding_at_its_line(code: str, position: str, rows: Rows) -> None:
    report = checked(as_bytes(rows))

    assert [(found.code, found.position) for found in report.findings] == [(code, position)]
    assert report.is_conformant is (CODES[code] is not Severity.BLOCKING)


@pytest.mark.parametrize(
    "text", ["1 000,00", "1.000,00", "12,0,0", "abc", "1e3", "100,001", "--5,00", "1\u00a0000,00"]
)
def test_an_amount_that_is_no_number_is_blocking_and_counts_as_none(text: str) -> None:
    report = checked(as_bytes(changed(5, Credit=text)))

    assert report.counts["amount_invalid"] == 1
    assert report.counts["entry_not_balanced"] == 1
    assert not report.is_conformant


@pytest.mark.parametrize(
    "name",
    ["fec.txt", "73282932FEC20261231.txt", "732829320FEC20261301.txt", "732829320fec20261231.txt",
     "732829320FEC2026123.txt", "732829320FEC20261231.txt.gz", "FEC20261231.txt", ""],
)  # fmt: skip
def test_a_name_that_is_not_siren_fec_and_date_is_blocking(name: str) -> None:
    report = checked(as_bytes(good()), name)

    assert list(report.counts) == ["file_name"]
    assert not report.is_conformant


@pytest.mark.parametrize("siren", ["732829321", "000000000", "123456789"])
def test_a_siren_with_a_wrong_key_is_told(siren: str) -> None:
    report = checked(as_bytes(good()), f"{siren}FEC20261231.txt")

    assert list(report.counts) == ["siren_key"]


def test_entries_outside_the_exercise_of_the_name_are_blocking() -> None:
    report = checked(as_bytes(good()), "732829320FEC20260110.txt")
    earlier = checked(as_bytes(good()), "732829320FEC20281231.txt")

    assert [f.position for f in report.findings] == ["line 7", "line 8"]
    assert report.counts == {"entry_outside_exercise": 2}
    assert earlier.counts == {"entry_outside_exercise": 7}


def test_an_exercise_that_is_known_is_held_to_the_day() -> None:
    exercise = Exercise(date(2026, 1, 2), date(2026, 12, 31))

    report = check_fec(BytesIO(as_bytes(good())), NAME, exercise=exercise)

    assert [f.position for f in report.findings] == ["line 2", "line 3"]


def test_a_line_of_another_separator_is_told_as_such() -> None:
    lines = as_bytes(good()).split(b"\r\n")
    lines[4] = lines[4].replace(b"\t", b"|")

    report = checked(b"\r\n".join(lines))

    assert report.counts["separators_mixed"] == 1
    assert "field_count" not in report.counts


def test_semicolons_are_no_separator_of_the_law() -> None:
    report = checked(as_bytes(good(), separator=";"))

    assert report.counts == {"header_separator": 1}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (codecs.BOM_UTF8 + as_bytes(good()), "byte_order_mark"),
        (as_bytes(changed(4, EcritureLib="Œuvre à 10 €"), encoding="cp1252"),
         "encoding_not_allowed"),
        (as_bytes(good()[:4]) + as_bytes(good()[4:], encoding="iso8859-15")
         + "\r\n".join(["", ""]).encode(), None),
        (as_bytes(changed(4, EcritureLib="Réglé")[:4])
         + as_bytes(good()[4:], encoding="iso8859-15"), "encoding_not_allowed"),
        (as_bytes(good()[:4]) + as_bytes(good()[4:], line_end="\n"), "line_ends_mixed"),
        (as_bytes(good(), line_end="\r\r\n"), "line_ends_doubled"),
    ],
    ids=["mark", "windows", "one-charset", "mixed-charset", "mixed-ends", "doubled-ends"],
)  # fmt: skip
def test_bytes_that_the_law_does_not_allow_are_told(content: bytes, code: str | None) -> None:
    assert list(checked(content).counts) == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_unreadable"),
        (b"\x00\x01", "file_unreadable"),
        (as_bytes(good()[:1]), "file_unreadable"),
        (b"date;amount\r\n1;2\r\n", "header_missing"),
        (as_bytes([[*COLUMNS, "Debit"], *good()[1:]]), "header_missing"),
    ],
    ids=["empty", "binary", "no-line", "another-file", "column-twice"],
)
def test_a_file_that_is_no_fec_is_one_blocking_finding(content: bytes, code: str) -> None:
    report = checked(content)

    assert list(report.counts) == [code]
    assert not report.is_conformant


def test_an_unbalanced_entry_unbalances_its_day_its_journal_and_the_file() -> None:
    report = checked(as_bytes(changed(6, Credit="19,99")))

    assert [(f.code, f.message) for f in report.findings] == [
        ("entry_not_balanced", "entry 2 of journal VE: debits minus credits is 0.01"),
        ("day_not_balanced", "journal VE on 2026-01-05: debits minus credits is 0.01"),
        ("journal_not_balanced", "journal VE: debits minus credits is 0.01"),
        ("file_not_balanced", "debits minus credits is 0.01"),
    ]


def test_two_wrongs_that_make_a_balanced_file_are_found() -> None:
    rows = changed(6, Credit="19,99")
    rows[6][11] = "119,99"

    report = checked(as_bytes(rows))

    assert report.counts["entry_not_balanced"] == 2
    assert report.counts["journal_not_balanced"] == 2
    assert "file_not_balanced" not in report.counts


def test_the_same_entry_twice_is_blocking_though_it_balances() -> None:
    rows = good()

    report = checked(as_bytes([*rows, *rows[3:6]]))

    assert report.counts["entry_repeated"] == 1
    assert not report.is_conformant


def test_a_line_twice_in_its_entry_is_told() -> None:
    rows = good()
    rows[3][11] = "240,00"
    rows[7][12], rows[6][11] = "240,00", "240,00"

    report = checked(as_bytes([*rows[:6], rows[4], rows[5], *rows[6:]]))

    assert report.counts == {"row_duplicate": 2}


def test_a_number_used_again_on_another_day_is_blocking() -> None:
    other = [
        row(EcritureNum=number, EcritureDate="20260210", ValidDate="20260228", **side)
        for number in ("4", "2")
        for side in ({"Debit": "1,00"}, {"Credit": "1,00"})
    ]

    report = checked(as_bytes([*good(), *other]))

    assert report.counts == {"number_reused": 1}
    assert not report.is_conformant


def test_a_journal_with_one_number_for_all_is_blocking_once() -> None:
    days = ("20260105", "20260106", "20260107")
    rows = [
        row(EcritureNum="0", EcritureDate=day, PieceRef=day, **side)
        for day in days
        for side in ({"Debit": "5,00"}, {"Credit": "5,00"})
    ]

    report = checked(as_bytes([good()[0], *rows]))

    assert report.counts == {"entry_of_several_days": 1, "number_constant": 1}


def numbered(*places: tuple[str, str]) -> bytes:
    rows = [
        row(JournalCode=journal, JournalLib=journal, EcritureNum=number, **side)
        for journal, number in places
        for side in ({"Debit": "5,00"}, {"Credit": "5,00"})
    ]
    return as_bytes([good()[0], *rows])


@pytest.mark.parametrize(
    "places",
    [
        [("A", "1"), ("B", "2"), ("A", "3")],
        [("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")],
        [("A", "7"), ("A", "8")],
        [("A", "A-2026-0009"), ("A", "A-2026-0010")],
        [("A", "x"), ("A", "y")],
        [("A", "1"), ("A", "2"), ("B", "101"), ("B", "102")],
    ],
    ids=["of-the-file", "of-each-journal", "from-7", "prefixed", "letters", "own-ranges"],
)
def test_numbers_over_the_file_or_by_journal_are_continuous(places: list[tuple[str, str]]) -> None:
    assert checked(numbered(*places)).findings == ()


@pytest.mark.parametrize(
    ("places", "said"),
    [
        ([("A", "1"), ("B", "2"), ("A", "4")], "numbers of the file: 3 is missing"),
        (
            [("A", "1"), ("A", "5"), ("B", "1"), ("B", "2")],
            "numbers of journal A: 2-4 is missing",
        ),
        ([("A", "A-1"), ("A", "A-3")], "numbers 'A-' of the file: 2 is missing"),
    ],
)
def test_a_gap_is_told_with_the_numbers_that_are_missing(
    places: list[tuple[str, str]], said: str
) -> None:
    report = checked(numbered(*places))

    assert [(found.code, found.message) for found in report.findings] == [("number_gap", said)]


def test_numbers_that_fall_are_told_once_a_series() -> None:
    report = checked(numbered(("A", "2"), ("A", "1"), ("A", "4"), ("A", "3")))

    assert report.counts == {"number_falls": 1}


def test_a_partial_letter_in_lower_case_need_not_balance() -> None:
    rows = good()
    rows[3][13] = rows[7][13] = "aaa"
    rows[7][13] = rows[7][14] = ""

    assert checked(as_bytes(rows)).findings == ()


def test_the_mark_of_a_pointed_bank_line_need_not_balance() -> None:
    assert checked(as_bytes(changed(7, EcritureLet="P1", DateLet="20260131"))).findings == ()


def test_a_letter_is_of_one_account_and_auxiliary() -> None:
    report = checked(as_bytes(changed(8, CompAuxNum="C2", CompAuxLib="Durand")))

    assert report.counts == {"lettering_not_balanced": 2}


def test_of_a_thousand_findings_two_hundred_are_kept_and_all_are_counted() -> None:
    places = [("A", str(number)) for number in range(1, 600, 2)]

    report = checked(numbered(*places))

    assert report.counts == {"number_gap": 299}
    assert len(report.findings) == 201
    assert report.findings[-1].message == "and 99 more"


def test_every_code_is_found_by_a_test_of_this_file() -> None:
    source = Path(__file__).read_text("utf-8")

    assert [code for code in CODES if f'"{code}"' not in source] == []
