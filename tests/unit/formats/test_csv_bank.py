"""How a bank's CSV export becomes statements: accounts, order, balances, and what is refused."""

from __future__ import annotations

import io
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rappro.domain.bank import Balance, LineStatusAtBank, Nature, OriginalAmount
from rappro.domain.errors import (
    InputError,
    MalformedStatement,
    TooLarge,
    UnknownFormat,
    UnsupportedCurrency,
)
from rappro.formats import csv_rows
from rappro.formats.csv_bank import CsvParser, built_in_profiles
from rappro.formats.csv_profile import profile_of
from rappro.formats.protocol import FIELD_CHARS_MAX, RAW_CHARS_MAX
from rappro.formats.registry import detect
from rappro.formats.rereading import head_text
from tests.unit.formats.reading import Read, read_all, read_one

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "statements" / "csv").glob("*.csv"))
HEADER = "Date;Label;Amount"
COLUMNS: list[list[str]] = [["date", "Date"], ["label", "Label"], ["amount", "Amount"]]


def parser(columns: list[list[str]] = COLUMNS, **keys: Any) -> CsvParser:
    """Make a parser whose own profile has these columns."""
    own = profile_of({"name": "own", "bank": "A bank", "columns": columns, **keys})
    return CsvParser([own])


def text(*rows: str, header: str = HEADER, end: str = "\n") -> bytes:
    return "".join(row + end for row in (header, *rows)).encode()


def read(*rows: str, header: str = HEADER, columns: list[list[str]] = COLUMNS, **keys: Any) -> Read:
    return read_one(text(*rows, header=header), parser(columns, **keys))


def refusal(data: bytes, of: CsvParser | None = None) -> tuple[str, str | None]:
    with pytest.raises(MalformedStatement) as caught:
        list((of or parser()).parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_bank_is_recognised_by_one_profile_only(path: Path) -> None:
    head = path.read_bytes()

    fitting = [p for p in built_in_profiles() if csv_rows.fitting(head_text(head), [p])]

    assert detect(head).format == "csv"
    assert len(fitting) == 1


def test_every_built_in_profile_has_a_fixture() -> None:
    found = {
        finding.message
        for path in FIXTURES
        if "refused" not in path.stem
        for one in read_all(path.read_bytes())
        for finding in one.closed.findings
        if finding.code == "profile_applied"
    }

    assert found == {f"read by the profile {p.name!r}" for p in built_in_profiles()}


def test_a_row_becomes_a_line() -> None:
    found = read("15/01/2024;VIR  DUPONT;1 234,50", "16/01/2024;EDF;-5")

    assert [(line.position, line.booking_date, line.amount_minor, line.label, line.currency)
            for line in found.lines] == [
        (1, date(2024, 1, 15), 1234_50, "VIR DUPONT", "EUR"),
        (2, date(2024, 1, 16), -5_00, "EDF", "EUR"),
    ]  # fmt: skip
    assert found.lines[0].raw == "15/01/2024;VIR  DUPONT;1 234,50"
    assert (found.closed.period_from, found.closed.period_to) == (
        date(2024, 1, 15), date(2024, 1, 16)
    )  # fmt: skip
    assert (found.closed.opening, found.closed.closing, found.closed.line_count) == (None, None, 2)
    assert found.codes == ["profile_applied", "currency_assumed", "account_missing"]


def test_every_role_goes_to_its_field() -> None:
    roles = ["value_date", "label_more", "comment", "reference", "entry_ref", "counterparty",
             "counterparty_account", "counterparty_bic", "counterparty_id", "end_to_end", "mandate",
             "creditor", "kind", "status", "reason", "account", "currency", "holder", "bic",
             "original_amount", "original_currency", "rate"]  # fmt: skip
    row = ["16/01/2024", "more", "note", "REF", "E1", "DUPONT", "FR76 3000 4008 2300 0102 3456 728",
           "BNPAFRPP", "ID", "E2E", "M1", "ICS", "Carte bleue", "waiting", "AC04", "00012345678",
           "usd", "ME", "AGRIFRPP", "-4,50", "GBP", "1.11"]  # fmt: skip
    found = read(
        ";".join(["15/01/2024", "VIR", "-5,00", *row]),
        header=";".join([HEADER, *roles]),
        columns=[*COLUMNS, *([role, role] for role in roles)],
        natures={"carte": "card", "carte b": "fee", "cart": "cash"},
        statuses={"waiting": "pending"},
    )

    (line,) = found.lines
    assert line.texts == ("VIR", "more", "note", "REF", "FR76 3000 4008 2300 0102 3456 728")
    assert (line.value_date, line.entry_ref) == (date(2024, 1, 16), "E1")
    counterparty = line.counterparty
    assert (counterparty.name, counterparty.iban) == ("DUPONT", "FR7630004008230001023456728")
    assert (counterparty.bic, counterparty.id) == ("BNPAFRPP", "ID")
    assert (line.end_to_end_id, line.mandate_id, line.creditor_id) == ("E2E", "M1", "ICS")
    assert (line.bank_code, line.nature) == ("Carte bleue", Nature.FEE)
    assert (line.status, line.return_reason) == (LineStatusAtBank.PENDING, "AC04")
    assert line.original == OriginalAmount(-4_50, "GBP", "1.11")
    account = found.closed.account
    assert (account.number, account.currency) == ("00012345678", "USD")
    assert (account.holder, account.bic) == ("ME", "AGRIFRPP")


def test_an_account_that_is_no_iban_is_the_ordering_account_only() -> None:
    found = read("15/01/2024;;5;12345", header=f"{HEADER};To",
                 columns=[*COLUMNS, ["counterparty_account", "To"]])  # fmt: skip

    assert (found.lines[0].ordering_account, found.lines[0].counterparty.iban) == ("12345", None)


def test_several_columns_of_a_text_are_joined_and_a_name_stands_for_a_missing_label() -> None:
    columns = [*COLUMNS, ["label", "Second"], ["counterparty", "Who"]]
    found = read("15/01/2024;A;5;B;DUPONT", "15/01/2024;;5;;DUPONT",
                 header=f"{HEADER};Second;Who", columns=columns)  # fmt: skip

    assert [line.label for line in found.lines] == ["A B", "DUPONT"]


@pytest.mark.parametrize(
    ("debit", "credit", "minor"),
    [("5,00", "", -5_00), ("-5,00", "", -5_00), ("", "5,00", 5_00), ("0,00", "5,00", 5_00),
     ("5,00", "0", -5_00), ("", "-5,00", -5_00), ("0", "", 0)],
)  # fmt: skip
def test_debit_and_credit_have_columns_of_their_own(debit: str, credit: str, minor: int) -> None:
    columns = [["date", "Date"], ["debit", "Out"], ["credit", "In"]]

    found = read(f"15/01/2024;{debit};{credit}", header="Date;Out;In", columns=columns)

    assert found.lines[0].amount_minor == minor


@pytest.mark.parametrize(
    ("cells", "detail"),
    [(";", "neither debit nor credit"), ("5;5", "a debit and a credit in one row"),
     ("x;", "not an amount: 'x'")],
)  # fmt: skip
def test_a_row_has_one_amount(cells: str, detail: str) -> None:
    columns = [["date", "Date"], ["debit", "Out"], ["credit", "In"]]

    found = refusal(text("15/01/2024;1;", f"15/01/2024;{cells}", header="Date;Out;In"),
                    parser(columns))  # fmt: skip

    assert found == (detail, "row 3")


def test_a_side_gives_the_sign() -> None:
    columns = [*COLUMNS, ["side", "Sens"]]
    rows = ("15/01/2024;x;5,00;D", "15/01/2024;x;5,00;C", "15/01/2024;x;-5,00;D")

    found = read(*rows, header=f"{HEADER};Sens", columns=columns, debits=["d"])

    assert [line.amount_minor for line in found.lines] == [-5_00, 5_00, 5_00]


@pytest.mark.parametrize(
    ("decimal", "given", "minor"),
    [(",", "1.234,56", 1234_56), (",", "1\u00a0234,56", 1234_56), (",", "1'234,5", 1234_50),
     (".", "1,234.56", 1234_56), (",", "1.234", 1234_00), (".", "1,234", 1234_00),
     ("", "1,234.56", 1234_56), ("", "1.234,56", 1234_56), ("", "12.5", 12_50), ("", "7", 7_00),
     (",", "(5,00)", -5_00), (",", "5,00-", -5_00), (",", "\u22125,00 €", -5_00),
     (",", "5,00 EUR", 5_00)],
)  # fmt: skip
def test_amounts_have_the_profiles_decimal_mark(decimal: str, given: str, minor: int) -> None:
    assert read(f"15/01/2024;x;{given}", decimal=decimal).lines[0].amount_minor == minor


@pytest.mark.parametrize(
    ("decimal", "given"),
    [(",", "1.23"), (".", "1,23"), ("", "1.234"), (",", "12.34,56"), (",", ""), (",", "NaN"),
     (",", "1e3"), (",", "5,00 USD"), (",", "5,001"), (",", "9" * 19), (",", "1_0,00"),
     (",", "=1+1")],
)  # fmt: skip
def test_an_amount_of_other_habits_is_refused(decimal: str, given: str) -> None:
    assert refusal(text(f"15/01/2024;x;{given}"), parser(decimal=decimal))[1] == "row 2"


def test_currencies_have_their_own_decimals() -> None:
    columns = [*COLUMNS, ["currency", "Cur"]]
    found = read_all(text("15/01/2024;x;500;JPY", "15/01/2024;x;1,234;TND", header=f"{HEADER};Cur"),
                     parser(columns))  # fmt: skip

    assert [(one.closed.currency, one.lines[0].amount_minor) for one in found] == [
        ("JPY", 500), ("TND", 1234)
    ]  # fmt: skip
    with pytest.raises(UnsupportedCurrency) as caught:
        read("15/01/2024;x;5;XYZ", header=f"{HEADER};Cur", columns=columns)
    assert caught.value.position == "row 2"


def test_the_newest_first_is_turned_round_and_noted() -> None:
    found = read("17/01/2024;c;3", "16/01/2024;b2;2", "16/01/2024;b1;2", "15/01/2024;a;1")

    assert [line.label for line in found.lines] == ["a", "b1", "b2", "c"]
    assert [line.position for line in found.lines] == [1, 2, 3, 4]
    assert "newest_first" in found.codes


BALANCED = [["date", "Date"], ["label", "Label"], ["amount", "Amount"], ["balance", "Balance"]]


@pytest.mark.parametrize("is_newest_first", [False, True])
@pytest.mark.parametrize("is_one_day", [False, True])
def test_a_column_of_balances_gives_opening_and_closing(
    is_newest_first: bool, is_one_day: bool
) -> None:
    rows = [f"{15 if is_one_day else 15 + n}/01/2024;{n};{n},00;{10 + n * (n + 1) // 2},00"
            for n in range(1, 5)]  # fmt: skip
    given = rows[::-1] if is_newest_first else rows

    found = read(*given, header=f"{HEADER};Balance", columns=BALANCED)

    first, last = (15, 15) if is_one_day else (16, 19)
    assert [line.label for line in found.lines] == ["1", "2", "3", "4"]
    assert found.closed.opening == Balance(date(2024, 1, first - 1), 10_00)
    assert found.closed.closing == Balance(date(2024, 1, last), 20_00)
    assert ("newest_first" in found.codes) is is_newest_first


def test_balances_that_cannot_be_read_are_left_out() -> None:
    found = read("15/01/2024;a;1;", "16/01/2024;b;1;x", header=f"{HEADER};Balance",
                 columns=BALANCED)  # fmt: skip

    assert (found.closed.opening, found.closed.closing) == (None, None)
    assert "balance_unreadable" in found.codes


def test_a_balance_on_the_first_day_of_all_is_no_crash() -> None:
    found = read("0001-01-01;a;1;5", header=f"{HEADER};Balance", columns=BALANCED)

    assert found.closed.opening == Balance(date.min, 4_00)


def test_accounts_that_are_mixed_are_statements_of_their_own() -> None:
    columns = [*COLUMNS, ["account", "Account"], ["currency", "Cur"]]
    rows = [f"{28 - n:02d}/01/2024;{n};1;{'AB'[n % 2]}1234;{'EUR' if n % 3 else 'USD'}"
            for n in range(12)]  # fmt: skip

    found = read_all(text(*rows, header=f"{HEADER};Account;Cur"), parser(columns))

    assert [(one.closed.account.number, one.closed.currency) for one in found] == [
        ("A1234", "USD"), ("B1234", "EUR"), ("A1234", "EUR"), ("B1234", "USD")
    ]  # fmt: skip
    assert [[line.label for line in one.lines] for one in found] == [
        ["6", "0"], ["11", "7", "5", "1"], ["10", "8", "4", "2"], ["9", "3"]
    ]  # fmt: skip


@pytest.mark.parametrize("size", [16, 100, 1_000])
def test_where_the_blocks_end_makes_no_difference(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    columns = [*COLUMNS, ["account", "Account"]]
    rows = [
        f'{28 - n // 4:02d}/01/2024;"É{n}\r\n""x"";{"y" * chance.randrange(60)}";{n};{"AB"[n % 2]}'
        for n in range(100)
    ]
    data = text(*rows, header=f"{HEADER};Account", end="\r\n")
    whole = read_all(data, parser(columns))

    monkeypatch.setattr(csv_rows, "CHUNK_BYTES", size)

    assert read_all(data, parser(columns)) == whole
    assert sum(len(one.lines) for one in whole) == 100


def test_quoted_cells_hold_separators_line_breaks_and_quotes() -> None:
    found = read('15/01/2024;"A;B\r\nC ""D""";5')

    assert found.lines[0].label == 'A;B C "D"'


def test_quotes_are_letters_where_the_profile_says_so() -> None:
    assert read('15/01/2024;"A;5', quoted=False).lines[0].label == '"A'


def test_a_file_without_movements_is_a_statement() -> None:
    found = read()

    assert (found.lines, found.closed.line_count) == ([], 0)
    assert (found.closed.period_from, found.closed.currency) == (None, "EUR")


def test_blank_rows_and_empty_cells_behind_are_passed_over() -> None:
    found = read("", "15/01/2024;a;1;;", ";;", "   ", "16/01/2024;b;2;", header=f"{HEADER};;")

    assert [line.label for line in found.lines] == ["a", "b"]


def test_a_short_row_is_read_when_what_it_needs_is_there() -> None:
    columns = [["date", "Date"], ["amount", "Amount"], ["label", "Label"]]

    found = read("15/01/2024;5", header="Date;Amount;Label", columns=columns)

    assert (found.lines[0].amount_minor, found.lines[0].label) == (5_00, "")


@pytest.mark.parametrize(
    ("rows", "detail", "position"),
    [
        (["15/01/2024;a;1", "x;b;1"], "a row without a date that can be read", "row 3"),
        (["15/01/2024;a;1", ";b;1"], "a row without a date that can be read", "row 3"),
        (["31/02/2024;a;1"], "a row without a date that can be read", "row 2"),
        (["0000-01-01;a;1"], "a row without a date that can be read", "row 2"),
        (["Total;1;"], "a row without a date that can be read", "row 2"),
        (["15/01/2024;a;b;1"], "a row of 4 cells below a header of 3", "row 2"),
        (["15/01/2024;a"], "a row of 2 cells below a header of 3", "row 2"),
        (['15/01/2024;"a;1'], "not CSV: unexpected end of data", "row 2"),
        (['15/01/2024;"a"b;1'], "not CSV: ';' expected after '\"'", "row 2"),
    ],
)
def test_a_row_that_is_no_movement_is_refused(rows: list[str], detail: str, position: str) -> None:
    assert refusal(text(*rows)) == (detail, position)


def test_a_footer_is_passed_over_with_a_finding() -> None:
    found = read("15/01/2024;a;1", "TOTAL général;;1", footer=["total"])

    assert (len(found.lines), "footer_passed_over" in found.codes) == (1, True)


def test_a_footer_may_say_the_balances() -> None:
    facts = [{"fact": "opening", "starts": "Solde initial"},
             {"fact": "closing", "starts": "Solde final"}]  # fmt: skip
    found = read("15/01/2024;a;1", "Solde initial;;10,00", "Solde final 31/01/2024;;11,00",
                 footer=["solde"], preamble=facts)  # fmt: skip

    assert found.closed.opening == Balance(date(2024, 1, 14), 10_00)
    assert found.closed.closing is None
    assert "preamble_unreadable" in found.codes


def test_a_second_table_has_facts_and_lines_of_its_own() -> None:
    own = parser(tables=True, preamble=[{"fact": "account", "after": "n°"}])
    data = ("compte n° 111\n" + HEADER + "\n15/01/2024;a;1\n\ncompte n° 222;\n" + HEADER
            + "\n16/01/2024;b;2\n" + HEADER + "\n17/01/2024;c;3\n").encode()  # fmt: skip

    found = read_all(data, own)

    assert [(one.closed.account.number, one.lines[0].label) for one in found] == [
        ("111", "a"), ("222", "b"), (None, "c")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "detail", "position"),
    [
        (["15/01/2024;a;1", "broken;row;1"], "a row without a date that can be read", "row 3"),
        (["15/01/2024;a;1", "a note"], "rows that are no movements, and no header below them",
         "row 3"),
        (["15/01/2024;a;1", "a note", "16/01/2024;b;1", HEADER],
         "a movement without a header above it", "row 4"),
    ],
)  # fmt: skip
def test_movements_between_tables_are_never_lost(
    rows: list[str], detail: str, position: str
) -> None:
    assert refusal(text(*rows), parser(tables=True)) == (detail, position)


FACTS = [
    {"fact": "account", "starts": "Compte"}, {"fact": "holder", "starts": "Titulaire"},
    {"fact": "currency", "starts": "Devise"}, {"fact": "closing", "starts": "Solde"},
    {"fact": "closing_on", "starts": "Date du solde"}, {"fact": "count", "starts": "Nombre"},
    {"fact": "period", "after": "opérations du"}, {"fact": "bic", "after": "BIC"},
]  # fmt: skip


def with_preamble(*above: str) -> Read:
    data = "\n".join([*above, HEADER, "15/01/2024;a;1,00", ""]).encode()
    return read_one(data, parser(preamble=FACTS))


def test_the_preamble_says_what_the_rows_do_not() -> None:
    found = with_preamble(
        'Compte;="00012345678"', "Titulaire : SARL X", "Devise;;USD", "Solde;1.234,56",
        "Date du solde;31/01/2024", "Nombre;1", "Opérations du 01/01/2024 au 31/01/2024",
        "code BIC AGRIFRPP",
    )  # fmt: skip

    account = found.closed.account
    assert (account.number, account.holder, account.bic) == ("00012345678", "SARL X", "AGRIFRPP")
    assert (found.closed.currency, found.lines[0].currency) == ("USD", "USD")
    assert found.closed.closing == Balance(date(2024, 1, 31), 1234_56)
    assert (found.closed.period_from, found.closed.period_to) == (
        date(2024, 1, 1), date(2024, 1, 31)
    )  # fmt: skip
    assert found.codes == ["profile_applied"]


@pytest.mark.parametrize(
    ("above", "code"),
    [
        (["Solde;5,00"], "balance_undated"),
        (["Solde;many"], "preamble_unreadable"),
        (["Solde;5,00", "Date du solde;never"], "preamble_unreadable"),
        (["Solde 31/02/2024 5,00"], "preamble_unreadable"),
        (["Opérations du 01/01/2024"], "preamble_unreadable"),
        (["Nombre;2"], "count_differs"),
        (["Nombre;two"], "preamble_unreadable"),
        (["Compte;****1234"], "account_masked"),
        (["Compte;FR76XXXXXXXX1234"], "account_masked"),
        (["Compte;"], "account_missing"),
    ],
)
def test_a_preamble_that_says_too_little_is_noted(above: list[str], code: str) -> None:
    found = with_preamble(*above)

    assert code in found.codes
    assert (found.closed.account.number, found.closed.closing) == (None, None)


def test_a_balance_with_its_day_in_front_is_the_closing_one() -> None:
    found = with_preamble("Solde 31/01/2024 -1 234,56 €")

    assert found.closed.closing == Balance(date(2024, 1, 31), -1234_56)


def test_the_balance_above_several_accounts_is_of_none_of_them() -> None:
    columns = [*COLUMNS, ["account", "Account"]]
    data = "Solde 31/01/2024 5,00\n" + HEADER + ";Account\n15/01/2024;a;1;A1\n15/01/2024;b;1;B1\n"

    found = read_all(data.encode(), parser(columns, preamble=FACTS))

    assert [one.closed.closing for one in found] == [None, None]
    assert all("balance_of_several" in one.codes for one in found)


def test_unknown_words_are_kept_and_noted() -> None:
    columns = [*COLUMNS, ["kind", "Kind"], ["status", "State"], ["original_amount", "Orig"],
               ["original_currency", "Cur"]]  # fmt: skip
    found = read("15/01/2024;a;1;gift;odd;much;USD", header=f"{HEADER};Kind;State;Orig;Cur;Extra",
                 columns=columns, natures={"vir": "transfer"}, statuses={"ok": "booked"},
                 others=True)  # fmt: skip

    (line,) = found.lines
    assert (line.bank_code, line.nature, line.status) == ("gift", None, LineStatusAtBank.BOOKED)
    assert (line.original, line.comment) == (None, "much USD")
    assert set(found.codes) >= {"kind_unknown", "status_unknown", "original_unreadable",
                                "column_unknown"}  # fmt: skip


def test_another_date_stands_for_a_missing_one() -> None:
    columns = [*COLUMNS, ["other_date?", "Other"]]
    found = read("15/01/2024;a;1;", ";b;1;16/01/2024", header=f"{HEADER};Other", columns=columns)

    assert [str(line.booking_date) for line in found.lines] == ["2024-01-15", "2024-01-16"]
    assert "booking_date_missing" in found.codes


LOCKBOX = (
    "Deposit Date,Check Number,Check Amount,Customer Name,Invoice Number,Invoice Amount,Currency"
)


def test_the_invoices_of_a_cheque_are_the_details_of_one_line() -> None:
    found = read_one(text(
        "2024-03-04,1001,150.00,DUPONT,F-1,100.00,EUR", "2024-03-04,1001,150.00,DUPONT,F-2,50,EUR",
        "2024-03-05,1002,20.00,MARTIN,F-3,20.00,EUR", header=LOCKBOX,
    ))  # fmt: skip

    one, two = found.lines
    assert (one.amount_minor, one.label, one.entry_ref) == (150_00, "F-1 F-2", "1001")
    assert [(d.position, d.label, d.amount_minor) for d in one.details] == [
        (1, "F-1", 100_00), (2, "F-2", 50_00)
    ]  # fmt: skip
    assert (one.nature, one.remittance_ref) == (Nature.CHEQUE_DEPOSIT, "1001")
    assert (two.position, two.label, two.details) == (2, "F-3", ())
    assert "details_differ" not in found.codes


def test_payments_without_a_number_are_never_joined() -> None:
    row = "2024-03-04,,20.00,MARTIN,F-3,20.00,EUR"

    found = read_one(text(row, row, header=LOCKBOX))

    assert [line.amount_minor for line in found.lines] == [20_00, 20_00]


def test_parts_that_do_not_add_up_are_noted_and_unreadable_ones_refused() -> None:
    found = read_one(text("2024-03-04,1,20.00,MARTIN,F-3,19.00,EUR", header=LOCKBOX))
    data = text("2024-03-04,1,20.00,MARTIN,F-3,19;00,EUR", header=LOCKBOX)

    assert "details_differ" in found.codes
    assert refusal(data) == ("not an amount: '19;00'", "row 2")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_line_ends_and_charsets_make_no_difference(end: str, charset: str) -> None:
    rows = "Date;Libellé;Débit euros;Crédit euros\n15/01/2024;Été;5,00;\n14/01/2024;Noël;;7,00\n"

    found = read_one(rows.replace("\n", end).encode(charset))

    assert [(line.label, line.amount_minor) for line in found.lines] == [
        ("Noël", 7_00), ("Été", -5_00)
    ]  # fmt: skip


def test_a_stream_that_cannot_go_back_is_read_all_the_same() -> None:
    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

    data = text("16/01/2024;b;2", "15/01/2024;a;1")

    assert list(parser().parse(OneWay(data))) == list(parser().parse(io.BytesIO(data)))


@pytest.mark.parametrize(
    "head",
    [
        b"", b"x", b"Date;Label;Amount\n", b"Date,Description,Amount\n2024-01-01,x,1\n",
        b"Date;Libell\xe9\n", b"Date;Libell\xe9;D\xe9bit euros;Cr\xe9dit euros;Surprise\n",
        b"\x00" * 100, b'"' * 500, b";" * 20_000, b"\xff\xfe", b"!Type:Bank\n",
        b"\n" * 70 + b"Date;Libell\xe9;Montant(EUROS)",
    ],
)  # fmt: skip
def test_what_no_profile_fits_is_not_recognised(head: bytes) -> None:
    if head.startswith(b"\n"):  # blank rows do not count: the header may stand low
        assert CsvParser().recognises(head)
        return
    assert not CsvParser().recognises(head)
    with pytest.raises(UnknownFormat) as caught:
        list(CsvParser().parse(io.BytesIO(head)))
    assert caught.value.position == "row 1"


def test_a_header_too_far_down_is_not_looked_for() -> None:
    data = b"note;;\n" * 70 + b"Date;Libelle;Montant(EUROS)\n"

    assert not CsvParser().recognises(data)


@pytest.mark.parametrize("separator", ["\t", "|", ";", ","])
def test_a_fec_is_never_taken_whatever_the_profiles_are(separator: str) -> None:
    names = ("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
             "EcritureLib", "Debit", "Credit")  # fmt: skip
    columns = [["date", "EcritureDate"], ["debit", "Debit"], ["credit", "Credit"]]
    greedy = parser(columns, separator=separator, others=True, dates="ymd")
    entry = ("BQ", "Banque", "1", "20240102", "512", "B", "x", "1", "0")
    data = "".join(separator.join(row) + "\r\n" for row in (names, entry)).encode()

    assert not greedy.recognises(data)
    with pytest.raises(UnknownFormat):
        list(greedy.parse(io.BytesIO(data)))


def test_a_tenants_own_profile_comes_before_the_built_in_ones() -> None:
    header = "Date;Libellé;Montant(EUROS)"
    own = parser([["date", "Date"], ["comment", "Libellé"], ["amount", "Montant(EUROS)"]])

    assert read_one(text("15/01/2024;x;1", header=header), own).lines[0].comment == "x"


def test_giant_cells_rows_and_statements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = text(f"15/01/2024;{'x' * (FIELD_CHARS_MAX + 1)};1")
    row = text("15/01/2024;" + ";".join(["x" * 1_900] * 9) + ";1", header="Date;" + "L;" * 9 + "Am")
    wide = parser([["date", "Date"], ["label", "L"], ["amount", "Am"]], others=True)
    endless = text('15/01/2024;"' + "x\n" * 700_000)
    for data, own in ((cell, parser()), (row, wide)):
        with pytest.raises(TooLarge) as caught:
            list(own.parse(io.BytesIO(data)))
        assert caught.value.position == "row 2"
    with pytest.raises(InputError):
        list(parser().parse(io.BytesIO(endless)))
    accounts = text(*(f"15/01/2024;x;1;{n}" for n in range(300)), header=f"{HEADER};Account")
    with pytest.raises(TooLarge, match="accounts in a file"):
        list(parser([*COLUMNS, ["account", "Account"]]).parse(io.BytesIO(accounts)))
    tables = text(*[HEADER] * 300)
    with pytest.raises(TooLarge, match="tables in a file"):
        list(parser(tables=True).parse(io.BytesIO(tables)))
    monkeypatch.setattr(csv_rows, "LINES_PER_STATEMENT_MAX", 2)
    with pytest.raises(TooLarge, match="lines in a statement"):
        read(*["15/01/2024;x;1"] * 3)


def test_raw_is_bounded() -> None:
    columns = [*COLUMNS, *(["comment", f"c{n}"] for n in range(5))]
    header = ";".join([HEADER, *(f"c{n}" for n in range(5))])

    found = read("15/01/2024;x;1;" + ";".join(["y" * 1_500] * 5), header=header, columns=columns)

    assert len(found.lines[0].raw) == RAW_CHARS_MAX
    assert len(found.lines[0].comment) == 5 * 1_501 - 1


def test_what_begins_with_an_equals_sign_is_text() -> None:
    assert read("15/01/2024;=CMD();1").lines[0].label == "=CMD()"
