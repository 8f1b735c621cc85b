"""The FEC reader: every way of writing that packages have, read to the same rows."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest

from rappro.domain.bank import Finding, Severity
from rappro.domain.opening import FecRow
from rappro.formats.fec import name_facts, read_rows, recognises
from tests.fixtures.fec.builder import COLUMNS, PLAIN, fields, file_of, read

FIXTURES = Path(__file__).parents[2] / "fixtures" / "fec"

PLAIN_ROW = FecRow(
    line=2,
    journal="VE",
    entry_date=date(2024, 1, 15),
    account="411000",
    balance_minor=12000,
    journal_label="Ventes",
    number="1",
    account_label="Clients",
    auxiliary="C01",
    auxiliary_label="Durand SARL",
    piece_ref="FA2024-0001",
    piece_date=date(2024, 1, 15),
    label="Facture FA2024-0001",
    validated_on=date(2024, 1, 31),
)


def codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def test_a_line_of_the_law_is_read_whole() -> None:
    assert read(file_of()) == ([PLAIN_ROW], [])


@pytest.mark.parametrize("separator", ["\t", "|", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r\r\n", "\r"])
def test_separators_and_line_ends_make_no_difference(separator: str, end: str) -> None:
    content = file_of({}, {}, separator=separator, end=end)

    rows, findings = read(content)

    assert recognises(content)
    assert [row.label for row in rows] == [PLAIN_ROW.label] * 2
    assert [row.line for row in rows] == [2, 3]
    assert findings == []


def test_a_comma_separates_when_amounts_have_points() -> None:
    content = file_of({"Debit": "120.00", "Credit": "0.00"}, separator=",")

    rows, findings = read(content)

    assert recognises(content)
    assert rows == [PLAIN_ROW]
    assert codes(findings) == ["decimal_point"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "iso8859-15", "latin-1"])
def test_accents_are_read_in_every_charset_of_the_law(charset: str) -> None:
    content = file_of({"EcritureLib": "Été à Nîmes, reçu"}, charset=charset)

    rows, findings = read(content)

    assert recognises(content)
    assert rows[0].label == "Été à Nîmes, reçu"
    assert findings == []


def test_the_euro_sign_is_that_of_iso_8859_15() -> None:
    rows, findings = read(file_of({"EcritureLib": "Réglé 12 €"}, charset="iso8859-15"))

    assert rows[0].label == "Réglé 12 €"
    assert findings == []


def test_windows_text_is_read_and_said() -> None:
    """A dash or an apostrophe that only windows-1252 has tells the charset of all other bytes."""
    content = file_of(
        {"EcritureLib": "½ journée é"}, {"EcritureLib": "L’été – œuvre"}, charset="cp1252"
    )

    rows, findings = read(content)

    assert [row.label for row in rows] == ["½ journée é", "L’été – œuvre"]
    assert codes(findings) == ["windows_charset"]


def test_bytes_that_mean_nothing_in_windows_text_do_not_stop_the_file() -> None:
    content = file_of().replace(b"Facture", b"Fact\x81\x92ure \xe9")

    rows, _ = read(content)

    assert rows[0].label == "Fact\x81’ure é FA2024-0001"


def test_a_file_of_two_charsets_is_said() -> None:
    content = file_of({"EcritureLib": "été"}) + "\t".join(fields(EcritureLib="hiver passé")).encode(
        "latin-1"
    )

    rows, findings = read(content)

    assert [row.label for row in rows] == ["été", "hiver passé"]
    assert codes(findings) == ["mixed_charset"]


def test_padding_is_taken_off() -> None:
    padded = {name: f"  {text}   " for name, text in PLAIN.items()}
    header = "\t".join(f"{name}    " for name in COLUMNS)
    line = "\t".join(padded[name] for name in COLUMNS)
    content = f"{header}\r\n{line}\r\n".encode()

    assert recognises(content)
    assert read(content) == ([PLAIN_ROW], [])


@pytest.mark.parametrize("change", [str.upper, str.lower, lambda name: f'"{name}"'])
def test_columns_are_found_by_name_in_any_case(change: object) -> None:
    assert callable(change)
    content = file_of().decode().split("\r\n", 1)
    header = "\t".join(change(name) for name in COLUMNS)

    assert recognises(f"{header}\r\n".encode())
    assert read(f"{header}\r\n{content[1]}".encode())[0] == [PLAIN_ROW]


def test_columns_are_found_in_any_order() -> None:
    assert read(file_of(columns=tuple(reversed(COLUMNS))))[0] == [PLAIN_ROW]


@pytest.mark.parametrize(
    "extra",
    [
        ("DateRglt",),
        ("DateRglt", "ModeRglt", "NatOp"),
        ("DateRglt", "ModeRglt", "NatOp", "IdClient"),
    ],
)
def test_columns_of_cash_regimes_are_known(extra: tuple[str, ...]) -> None:
    rows, findings = read(file_of({"ModeRglt": "VIR"}, columns=(*COLUMNS, *extra)))

    assert rows[0].payment_mode == ("VIR" if "ModeRglt" in extra else "")
    assert findings == []


def test_columns_of_the_law_that_are_missing_are_named() -> None:
    columns = tuple(name for name in COLUMNS if name not in {"EcritureLet", "Idevise"})

    rows, findings = read(file_of(columns=columns))

    assert rows == [PLAIN_ROW]
    assert [(f.code, f.severity, f.message, f.position) for f in findings] == [
        ("missing_columns", Severity.WARNING, "not in the file: ecriturelet, idevise", "line 1")
    ]


def test_columns_that_no_fec_has_are_named() -> None:
    _, findings = read(file_of(columns=(*COLUMNS, "Analytique", "Section")))

    assert findings == [
        Finding("other_columns", Severity.INFO, "not of a FEC, left out: Analytique, Section",
                "line 1")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sens", "montant", "expected"),
    [("D", "120,00", 12000), ("C", "120,00", -12000), ("+1", "120,00", 12000),
     ("-1", "120,00", -12000), ("d", "-120,00", -12000), ("C", "-120,00", 12000),
     ("", "0,00", 0)],
)  # fmt: skip
def test_amount_and_side_stand_for_debit_and_credit(sens: str, montant: str, expected: int) -> None:
    columns = (*COLUMNS[:11], "Montant", "Sens", *COLUMNS[13:])

    rows, _ = read(file_of({"Montant": montant, "Sens": sens}, columns=columns))

    assert [row.balance_minor for row in rows] == [expected]


@pytest.mark.parametrize(
    ("debit", "credit", "expected", "deviation"),
    [
        ("120,00", "0,00", 12000, []),
        ("120", "", 12000, []),
        ("", "120,5", -12050, []),
        ("0,00", "0,00", 0, []),
        ("", "", 0, []),
        (",50", "0", 50, []),
        ("120.00", "0.00", 12000, ["decimal_point"]),
        ("80.0000", "", 8000, ["decimal_point"]),
        ("+000000069,40", "+000000000,00", 6940, ["signed_amount"]),
        ("-000003450,00", "+000000000,00", -345000, ["signed_amount"]),
        ("0,00", "-12,00", 1200, ["signed_amount"]),
        ("12,00-", "", -1200, ["signed_amount"]),
        ("100,00", "30,00", 7000, ["both_sides"]),
        ("30,00", "30,00", 0, ["both_sides"]),
    ],
)
def test_amounts_as_packages_write_them(
    debit: str, credit: str, expected: int, deviation: list[str]
) -> None:
    rows, findings = read(file_of({"Debit": debit, "Credit": credit}))

    assert [row.balance_minor for row in rows] == [expected]
    assert codes(findings) == deviation


def test_amounts_have_the_decimals_of_the_company_s_currency() -> None:
    rows, _ = read(file_of({"Debit": "1200", "Credit": "0"}), currency="XPF")

    assert rows[0].balance_minor == 1200


def test_a_deviation_is_said_once_at_its_first_line() -> None:
    lines = [{}, {"Debit": "1.00"}, {"Debit": "2.00"}, {"Debit": "3.00"}]

    rows, findings = read(file_of(*lines))

    assert len(rows) == 4
    assert [(f.code, f.severity, f.position) for f in findings] == [
        ("decimal_point", Severity.INFO, "line 3")
    ]


@pytest.mark.parametrize("text", ["2024-01-15", "15/01/2024"])
def test_dates_with_one_meaning_are_read(text: str) -> None:
    rows, findings = read(file_of({"EcritureDate": text}))

    assert rows == [PLAIN_ROW]
    assert codes(findings) == ["date_format"]


def test_an_optional_date_that_cannot_be_read_is_left_out_and_said() -> None:
    rows, findings = read(file_of({"DateLet": "{today}", "PieceDate": "20240230"}))

    assert (rows[0].lettered_on, rows[0].piece_date) == (None, None)
    assert rows[0].issue_date == date(2024, 1, 15)
    assert [(f.code, f.severity) for f in findings] == [
        ("optional_date_unreadable", Severity.WARNING)
    ]


def test_a_foreign_amount_has_the_side_of_its_line() -> None:
    foreign = {"Montantdevise": "130,00", "Idevise": "usd"}

    rows, _ = read(file_of(foreign, {**foreign, "Debit": "0", "Credit": "120,00"}))

    assert [(r.foreign_minor, r.foreign_currency) for r in rows] == [
        (13000, "USD"),
        (-13000, "USD"),
    ]


@pytest.mark.parametrize("currency", ["EUR", "€", "euros"])
def test_the_company_s_own_currency_is_no_foreign_amount(currency: str) -> None:
    rows, findings = read(file_of({"Montantdevise": "120,00", "Idevise": currency}))

    assert (rows[0].foreign_minor, rows[0].foreign_currency) == (None, None)
    assert findings == []


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [("10,00", "ZZZ", ["currency_unknown"]), ("10,00", "", ["currency_unknown"]),
     ("0,00", "", []), ("ten", "USD", ["currency_unknown"])],
)  # fmt: skip
def test_a_foreign_amount_without_a_known_currency_is_left_out_and_said(
    amount: str, currency: str, said: list[str]
) -> None:
    rows, findings = read(file_of({"Montantdevise": amount, "Idevise": currency}))

    assert rows == [PLAIN_ROW]
    assert codes(findings) == said


def test_blank_lines_and_a_closing_mark_are_nothing() -> None:
    content = b"\r\n\r\n" + file_of({}, {}) + b"\r\n" + b"\t" * 17 + b"\r\n   \r\n\x1a"

    rows, findings = read(content)

    assert recognises(content)
    assert [row.line for row in rows] == [4, 5]
    assert findings == []


def test_a_last_line_needs_no_end() -> None:
    assert read(file_of().removesuffix(b"\r\n"))[0] == [PLAIN_ROW]


def test_a_repeated_header_is_no_line_of_the_books() -> None:
    rows, findings = read(file_of({}) + file_of({}))

    assert [row.line for row in rows] == [2, 4]
    assert codes(findings) == ["repeated_header"]


def test_empty_columns_may_be_missing_at_the_end() -> None:
    short = "\t".join(fields()[:16])

    rows, findings = read(file_of() + f"{short}\r\n".encode())

    assert [row.validated_on for row in rows] == [date(2024, 1, 31)] * 2
    assert codes(findings) == ["short_line"]


def test_every_line_may_have_the_same_empty_columns_too_many() -> None:
    header, line = file_of().split(b"\r\n")[:2]
    content = b"\r\n".join([header, *[line + b"\t\t "] * 2, b""])

    rows, findings = read(content)

    assert [row.line for row in rows] == [2, 3]
    assert codes(findings) == ["long_line"]


def test_quoted_fields_may_hold_the_separator_and_a_line_end() -> None:
    header = ";".join(f'"{name}"' for name in COLUMNS)
    line = ";".join(f'"{text}"' for text in fields(EcritureLib='Vente ; ""lot""\r\n2'))
    content = f"{header}\r\n{line}\r\n{line}\r\n".encode()

    rows, findings = read(content)

    assert [(row.line, row.label) for row in rows] == [
        (2, 'Vente ; "lot"\n2'),
        (4, 'Vente ; "lot"\n2'),
    ]
    assert findings == []


def test_a_quote_alone_is_part_of_a_label() -> None:
    rows, _ = read(file_of({"EcritureLib": 'Tuyau 12" x 3'}, {"EcritureLib": '"Entre guillemets"'}))

    assert [row.label for row in rows] == ['Tuyau 12" x 3', "Entre guillemets"]


def test_a_quoted_separator_is_seen_in_a_file_whose_header_has_no_quotes() -> None:
    rows, findings = read(file_of({"EcritureLib": '"Vente|lot"'}, separator="|"))

    assert rows[0].label == "Vente|lot"
    assert findings == []


def test_a_file_is_read_forward_only_in_pieces() -> None:
    """A stream that cannot seek and gives few bytes at a time reads the same."""

    class Dripping(io.RawIOBase):
        def __init__(self, content: bytes) -> None:
            self.left = content

        def read(self, size: int = -1) -> bytes:
            taken, self.left = self.left[:7000], self.left[7000:]
            return taken

    content = file_of(*[{"EcritureNum": str(n)} for n in range(200)])

    rows = list(read_rows(Dripping(content)))  # type: ignore[arg-type]  # read is all it needs

    assert [row.number for row in rows if isinstance(row, FecRow)] == [str(n) for n in range(200)]


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\x00\x01\x02",
        b"date;label;debit;credit\r\n01/01/2024;x;1;2\r\n",
        b"01 30004 00001\r\n",
        b'<?xml version="1.0"?><Document/>',
        b"JournalCode\tEcritureDate\tCompteNum\r\n",
        b"JournalCode EcritureDate CompteNum Debit Credit\n",
    ],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not recognises(head)


def test_a_name_gives_siren_and_closing_day() -> None:
    assert name_facts("exports/123456789FEC20231231.txt") == ("123456789", date(2023, 12, 31))
    assert name_facts("123456789fec20231231_v2.csv") == ("123456789", date(2023, 12, 31))
    assert name_facts("123456789FEC20231331.txt") is None
    assert name_facts("books.txt") is None


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.txt")), ids=lambda path: path.stem)
def test_every_fixture_is_recognised_and_read_without_a_refusal(path: Path) -> None:
    rows, findings = read(path.read_bytes())

    assert recognises(path.read_bytes())
    assert sum(row.balance_minor for row in rows) == 0
    assert [f for f in findings if f.severity is Severity.BLOCKING] == []
