"""What the FEC reader refuses: lines one by one, and files as a whole."""

from __future__ import annotations

import io

import pytest

from rappro.domain.bank import Severity
from rappro.domain.errors import MalformedBooks, TooLarge, UnsupportedCurrency
from rappro.formats import fec, fec_lines
from rappro.formats.fec import read_rows, recognises
from tests.fixtures.fec.builder import COLUMNS, fields, file_of, read


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Debit": "1 234,56"}, "unreadable_amount"),
        ({"Debit": "1.234,56"}, "unreadable_amount"),
        ({"Debit": "1,234.56"}, "unreadable_amount"),
        ({"Debit": "1,234"}, "unreadable_amount"),
        ({"Debit": "31.320000000000004"}, "unreadable_amount"),
        ({"Debit": "1E3"}, "unreadable_amount"),
        ({"Debit": "-"}, "unreadable_amount"),
        ({"Debit": ","}, "unreadable_amount"),
        ({"Debit": "-1,00-"}, "unreadable_amount"),
        ({"Debit": "١٢٠"}, "unreadable_amount"),
        ({"Debit": "1" * 19}, "unreadable_amount"),
        ({"Credit": "abc"}, "unreadable_amount"),
        ({"EcritureDate": ""}, "unreadable_date"),
        ({"EcritureDate": "20241301"}, "unreadable_date"),
        ({"EcritureDate": "20240230"}, "unreadable_date"),
        ({"EcritureDate": "00010101"}, "unreadable_date"),
        ({"EcritureDate": "99990101"}, "unreadable_date"),
        ({"EcritureDate": "15012024"}, "unreadable_date"),
        ({"CompteNum": " "}, "missing_value"),
        ({"JournalCode": ""}, "missing_value"),
        ({"EcritureLib": "x" * 1001}, "field_too_long"),
    ],
)
def test_a_line_that_cannot_be_understood_is_a_blocking_finding(
    change: dict[str, str], code: str
) -> None:
    rows, findings = read(file_of({}, change, {}))

    assert [row.line for row in rows] == [2, 4]
    assert [(f.code, f.severity, f.position) for f in findings] == [
        (code, Severity.BLOCKING, "line 3")
    ]


def test_a_side_that_is_neither_debit_nor_credit_is_refused() -> None:
    columns = (*COLUMNS[:11], "Montant", "Sens", *COLUMNS[13:])
    content = file_of(
        {"Montant": "1,00", "Sens": "D"}, {"Montant": "1,00", "Sens": "X"},
        {"Montant": "1,00", "Sens": ""}, columns=columns,
    )  # fmt: skip

    rows, findings = read(content)

    assert len(rows) == 1
    assert [(f.code, f.position) for f in findings] == [
        ("unreadable_amount", "line 3"),
        ("unreadable_amount", "line 4"),
    ]


@pytest.mark.parametrize(
    "line",
    ["\t".join(fields()[:12]), "\t".join([*fields(), "more"]), "no separator at all"],
)
def test_a_line_with_another_number_of_fields_is_refused(line: str) -> None:
    rows, findings = read(file_of({}) + f"{line}\r\n".encode() + b"\r\n")

    assert len(rows) == 1
    assert [(f.code, f.severity, f.position) for f in findings] == [
        ("wrong_field_count", Severity.BLOCKING, "line 3")
    ]


def test_an_amount_cut_by_a_comma_that_separates_is_refused() -> None:
    """With commas for both, the rest of the line stands in other columns than its own."""
    content = file_of({"Debit": "1.00", "Credit": ""}, {}, separator=",")

    rows, findings = read(content)

    assert len(rows) == 1
    assert [(f.code, f.position) for f in findings][-1] == ("wrong_field_count", "line 3")


def test_a_separator_inside_a_label_is_refused() -> None:
    """One field too many and an empty last column: everything after the label would be shifted."""
    rows, findings = read(file_of({}, {"EcritureLib": "Facture\t12"}, {}))

    assert [row.line for row in rows] == [2, 4]
    assert [(f.code, f.position) for f in findings] == [("wrong_field_count", "line 3")]


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b"", "line 1"),
        (b"\xef\xbb\xbf", "line 1"),
        (b"\r\n  \r\n\x1a", "line 1"),
        (b"hello\r\nworld\r\n", "line 1"),
        (b"\r\n\r\nhello\r\n", "line 3"),
        ("\t".join(fields()).encode(), "line 1"),
        ("\t".join(COLUMNS).encode(), "line 1"),
        ("\t".join(COLUMNS).encode() + b"\r\n", "line 1"),
        ("\t".join(COLUMNS[:12]).encode() + b"\r\n", "line 1"),
        ("\t".join([*COLUMNS, "debit"]).encode() + b"\r\n", "line 1"),
        (file_of({}, {}, {})[:-60], "line 4"),
        (file_of({}, {}, {}).removesuffix(b"\t\r\n"), "line 4"),
        (file_of({"Debit": "x"}), "line 1"),
        (b"PK\x03\x04\x00\x00", "byte 0"),
        (file_of().decode().encode("utf-16"), "byte 0"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_where_it_breaks(content: bytes, position: str) -> None:
    with pytest.raises(MalformedBooks) as refused:
        list(read_rows(io.BytesIO(content)))

    assert refused.value.position == position


def test_a_header_with_a_column_twice_is_a_fec_and_is_refused() -> None:
    content = "\t".join([*COLUMNS, "debit"]).encode() + b"\r\n"

    assert recognises(content)
    with pytest.raises(MalformedBooks, match="debit is there twice"):
        list(read_rows(io.BytesIO(content)))


def test_a_quoted_field_that_never_ends_is_refused() -> None:
    header = ";".join(f'"{name}"' for name in COLUMNS)
    line = ";".join(f'"{text}"' for text in fields())
    content = f'{header}\n{line}\n"VE\n' + f"{line}\n" * 30

    with pytest.raises(MalformedBooks) as refused:
        list(read_rows(io.BytesIO(content.encode())))

    assert refused.value.position == "line 3"


def test_an_endless_line_is_refused() -> None:
    content = file_of({}, {"EcritureLib": "x" * fec_lines.LINE_BYTES_MAX})

    with pytest.raises(MalformedBooks) as refused:
        list(read_rows(io.BytesIO(content)))

    assert refused.value.position == "line 3"


def test_a_file_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fec_lines, "FILE_BYTES_MAX", 1000)

    with pytest.raises(TooLarge):
        list(read_rows(io.BytesIO(file_of(*[{}] * 10))))


def test_more_rows_than_the_bound_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fec, "ROWS_MAX", 3)

    with pytest.raises(TooLarge) as refused:
        list(read_rows(io.BytesIO(file_of(*[{}] * 10))))

    assert refused.value.position == "line 5"


def test_a_file_of_unreadable_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fec, "REFUSED_ROWS_MAX", 2)

    with pytest.raises(MalformedBooks) as refused:
        list(read_rows(io.BytesIO(file_of({}, *[{"Debit": "x"}] * 5))))

    assert refused.value.position == "line 5"


def test_an_unknown_company_currency_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency):
        list(read_rows(io.BytesIO(file_of()), currency="EURO"))
