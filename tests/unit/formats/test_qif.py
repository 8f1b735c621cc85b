"""How a QIF file becomes statements: dates, amounts, sections, splits, and what is refused."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import Balance, BankAccountRef, LineStatusAtBank, Nature
from rappro.domain.errors import InputError, MalformedStatement, TooLarge
from rappro.formats import qif, qif_records
from rappro.formats.protocol import FIELD_CHARS_MAX, RAW_CHARS_MAX
from rappro.formats.qif import QifParser
from rappro.formats.registry import detect
from tests.unit.formats.reading import Read, read_all, read_one

PARSER = QifParser()


def bank(*records: str, head: str = "!Type:Bank") -> bytes:
    """Write a section of records, each given as its fields between semicolons."""
    fields = "".join(record.replace(";", "\n") + "\n^\n" for record in records)
    return f"{head}\n{fields}".encode()


def read(*records: str, head: str = "!Type:Bank") -> Read:
    return read_one(bank(*records, head=head), PARSER)


def days(*dates: str) -> list[str]:
    return [str(line.booking_date) for line in read(*(f"D{day};T1.00" for day in dates)).lines]


def amounts(*texts: str) -> list[int]:
    return [line.amount_minor for line in read(*(f"D15/01/2024;T{t}" for t in texts)).lines]


def refusal(data: bytes) -> tuple[str, str | None]:
    with pytest.raises(MalformedStatement) as caught:
        list(PARSER.parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_a_transaction_becomes_a_line_field_by_field() -> None:
    found = read("D15/01/2024;T-12.34;U-12.34;N0001234;PEDF;MFacture 7;LÉnergie;A1 rue X;AParis;CR")

    (line,) = found.lines
    assert (line.booking_date, line.value_date) == (date(2024, 1, 15), None)
    assert (line.amount_minor, line.currency) == (-12_34, "EUR")
    assert line.texts == ("EDF", "Facture 7", "Énergie 1 rue X Paris", "0001234", "")
    assert (line.counterparty.name, line.nature) == ("EDF", Nature.CHEQUE)
    assert (line.status, line.details) == (LineStatusAtBank.BOOKED, ())
    assert line.raw.startswith("D15/01/2024\nT-12.34\n")
    assert found.opened.account == BankAccountRef()
    assert found.closed.account == BankAccountRef(currency="EUR")
    assert (found.closed.opening, found.closed.closing, found.closed.number) == (None, None, None)
    assert found.codes == ["currency_assumed"]


def test_a_memo_alone_is_the_label() -> None:
    (line,) = read("D15/01/2024;T1;MVIREMENT").lines

    assert (line.label, line.label_more, line.counterparty.name) == ("VIREMENT", "", None)


@pytest.mark.parametrize(
    ("number", "amount", "nature"),
    [("1234567", "-5", Nature.CHEQUE), ("1234567", "5", None), ("123456789", "-5", None),
     ("VIR", "-5", None)],
)  # fmt: skip
def test_a_short_number_on_money_out_is_a_cheque(
    number: str, amount: str, nature: Nature | None
) -> None:
    assert read(f"D15/01/2024;T{amount};N{number}").lines[0].nature is nature


@pytest.mark.parametrize(
    "text",
    ["31/12/2024", "31/12/24", "31/12'24", "31/12'2024", "31.12.2024", "31-12-2024", "31 12 2024",
     "2024-12-31", "2024/12/31", "20241231", " 31/12/2024 ", "31/12/2024 10:22"],
)  # fmt: skip
def test_a_date_is_read_in_every_usual_form(text: str) -> None:
    assert days(text) == ["2024-12-31"]


def test_quicken_pads_with_blanks_and_marks_the_century_by_an_apostrophe() -> None:
    assert days("1/ 2'00", "13/ 2' 5", "6/ 1/94") == ["2000-02-01", "2005-02-13", "1994-01-06"]


@pytest.mark.parametrize(
    ("dates", "expected", "is_assumed"),
    [
        (("01/02/2024", "13/02/2024"), ["2024-02-01", "2024-02-13"], False),
        (("01/02/2024", "02/13/2024"), ["2024-01-02", "2024-02-13"], False),
        (("01/02/2024", "03/04/2024"), ["2024-02-01", "2024-04-03"], True),
        (("02/02/2024", "2024-04-03"), ["2024-02-02", "2024-04-03"], False),
    ],
)
def test_the_whole_file_tells_day_from_month(
    dates: tuple[str, ...], expected: list[str], is_assumed: bool
) -> None:
    found = read(*(f"D{day};T1" for day in dates))

    assert [str(line.booking_date) for line in found.lines] == expected
    assert ("date_order_assumed" in found.codes) is is_assumed


def test_the_last_date_of_a_large_file_decides_for_the_first() -> None:
    many = ["D01/02/2024;T1.00;PSAME"] * 3_000

    found = read(*many, "D02/13/2024;T1.00")

    assert {str(line.booking_date) for line in found.lines[:-1]} == {"2024-01-02"}


def test_dates_that_contradict_each_other_are_refused() -> None:
    data = bank("D13/01/2024;T1", "D01/13/2024;T1")

    assert refusal(data) == ("some dates have the day first, others the month", "the whole file")


def test_what_looks_like_a_date_in_a_list_decides_nothing() -> None:
    data = b"!Type:Cat\nNX\nD01/13/2024\n^\n" + bank("D13/01/2024;T1")

    assert str(read_one(data, PARSER).lines[0].booking_date) == "2024-01-13"


def test_amounts_are_read_with_either_mark_and_all_thousands() -> None:
    assert amounts("1,234.56", "-1,000.00", "12.5", "7") == [1234_56, -1000_00, 12_50, 7_00]
    assert amounts("+3.10", "4.10-", "(5.00)", "\u22126.00") == [3_10, -4_10, -5_00, -6_00]
    assert amounts("1.234,56", "1 234,56", "1\u202f234,5", "12'345,00", "9,00 €", "EUR 8,00") == [
        1234_56, 1234_56, 1234_50, 12345_00, 9_00, 8_00
    ]  # fmt: skip


def test_three_digits_behind_the_only_mark_are_read_by_the_other_amounts() -> None:
    assert amounts("1,234", "5.00") == [1234_00, 5_00]
    assert amounts("1.234", "5,00") == [1234_00, 5_00]
    assert amounts("1,200,000", "1.00") == [1200000_00, 1_00]


def test_three_digits_behind_the_only_mark_are_thousands_where_nothing_tells() -> None:
    found = read("D15/01/2024;T1,234", "D15/01/2024;T-7")

    assert [line.amount_minor for line in found.lines] == [1234_00, -7_00]
    assert "decimal_mark_assumed" in found.codes


def test_both_marks_in_a_file_are_noted_and_an_amount_that_could_be_either_is_refused() -> None:
    found = read("D15/01/2024;T1,50", "D15/01/2024;T2.50")

    assert [line.amount_minor for line in found.lines] == [1_50, 2_50]
    assert "decimal_mark_mixed" in found.codes
    data = bank("D15/01/2024;T1,50", "D15/01/2024;T2.50", "D15/01/2024;T1,234")
    assert refusal(data) == ("thousands or decimals: '1,234' could be either", "line 8")


@pytest.mark.parametrize(
    "text",
    ["", "x", "NaN", "inf", "1e5", "1.234", "12.3.4", "1,23.45", "--1", "1-2", "$5.00", "5.00 USD",
     "9" * 19, "1" * 1_999, "٣.00", "1_0.00", "0x10", "- "],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_line(text: str) -> None:
    detail, position = refusal(bank("D15/01/2024;T1.00", f"D15/01/2024;T{text}"))

    assert position == "line 5"
    assert detail


@pytest.mark.parametrize(
    "text", ["", "x", "00/00/0000", "31/02/2024", "0000-01-01", "99999999", "1/2", "١/٢/٢٠٢٤"]
)
def test_what_is_no_date_is_refused_with_its_line(text: str) -> None:
    assert refusal(bank(f"D{text};T1.00"))[1] == "line 2"


def test_two_amounts_that_differ_are_refused() -> None:
    assert refusal(bank("D15/01/2024;T1.00;U2.00")) == ("two amounts: T '1.00' and U '2.00'",
                                                         "line 2")  # fmt: skip


def test_splits_are_details_and_never_change_the_line() -> None:
    found = read("D15/01/2024;T-100.00;PX;L--Split--;S[Caisse];Ecash;$-60.00;SLoyer;%40;$-40.00")

    (line,) = found.lines
    assert (line.amount_minor, line.comment) == (-100_00, "--Split--")
    assert [(d.position, d.amount_minor, d.label, d.comment) for d in line.details] == [
        (1, -60_00, "cash", "[Caisse]"), (2, -40_00, "", "Loyer")
    ]  # fmt: skip


def test_a_split_whose_amount_cannot_be_read_keeps_its_text() -> None:
    found = read("D15/01/2024;T-100.00;SLoyer;$=746.36;SReste;%10")

    assert [(d.amount_minor, d.comment) for d in found.lines[0].details] == [
        (0, "Loyer =746.36"), (0, "Reste 10")
    ]  # fmt: skip
    assert "split_amount_missing" in found.codes


def test_unknown_and_repeated_fields_are_kept_in_the_comment() -> None:
    found = read("D15/01/2024;T1;PFirst;PSecond;Qodd;C?;F1")

    assert found.lines[0].label == "First"
    assert found.lines[0].comment == "PSecond Qodd F1"
    assert {"field_repeated", "field_unknown", "cleared_unknown"} <= set(found.codes)


@pytest.mark.parametrize("payee", ["Opening Balance", "OPENING BALANCE", "Solde initial"])
def test_the_opening_balance_is_no_line(payee: str) -> None:
    found = read(f"D31/12/2023;T250.00;P{payee};L[Courant]", "D15/01/2024;T1.00")

    assert found.closed.opening == Balance(date(2023, 12, 31), 250_00)
    assert [line.position for line in found.lines] == [1]
    assert found.codes == ["opening_recognised", "account_named", "currency_assumed"]


def test_an_opening_balance_that_is_not_first_is_a_line() -> None:
    found = read("D15/01/2024;T1.00", "D31/12/2023;T250.00;POpening Balance")

    assert (found.closed.opening, len(found.lines)) == (None, 2)


def test_the_period_is_from_the_first_to_the_last_day_whatever_the_order() -> None:
    found = read("D20/01/2024;T1", "D15/01/2024;T1", "D18/01/2024;T1")

    assert (found.closed.period_from, found.closed.period_to) == (
        date(2024, 1, 15), date(2024, 1, 20)
    )  # fmt: skip


def account(name: str, *fields: str) -> bytes:
    return "\n".join(("!Account", f"N{name}", "TBank", *fields, "^\n")).encode()


@pytest.mark.parametrize(
    ("name", "iban", "number"),
    [
        ("FR76 3000 4008 2300 0102 3456 728", "FR7630004008230001023456728", None),
        ("FR76 3000 4008 2300 0102 3456 729", None, None),
        ("00010234567", None, "00010234567"),
        ("Compte courant 2024", None, None),
        ("CHECKING00010234567", None, None),
    ],
)
def test_an_account_is_known_when_its_name_is_an_iban_or_a_number(
    name: str, iban: str | None, number: str | None
) -> None:
    found = read_one(account(name) + bank("D15/01/2024;T1"), PARSER)

    assert (found.closed.account.iban, found.closed.account.number) == (iban, number)
    assert "account_named" in found.codes


def test_a_balance_of_the_account_is_the_closing_one_when_it_is_dated() -> None:
    dated = account("A", "$1,234.50", "/31/01/2024") + bank("D15/01/2024;T1.00")
    undated = account("A", "$1234.50") + bank("D15/01/2024;T1.00")

    assert read_one(dated, PARSER).closed.closing == Balance(date(2024, 1, 31), 1234_50)
    found = read_one(undated, PARSER)
    assert (found.closed.closing, "balance_undated" in found.codes) == (None, True)


def test_a_balance_that_cannot_be_read_is_refused() -> None:
    data = account("A", "$many", "/31/01/2024") + bank("D15/01/2024;T1.00")

    assert refusal(data)[0].startswith("the account's balance: not an amount")


def test_several_accounts_are_several_statements_and_a_list_of_accounts_is_none() -> None:
    accounts = b"!Option:AutoSwitch\n!Account\nNA\nTBank\n^\nNB\nTCCard\n^\n!Clear:AutoSwitch\n"
    data = (
        accounts
        + account("A") + bank("D15/01/2024;T1")
        + account("B") + bank("D16/01/2024;T2", "D17/01/2024;T3", head="!Type:CCard ")
        + bank(head="!Type:Oth L")
    )  # fmt: skip

    found = read_all(data, PARSER)

    assert [len(one.lines) for one in found] == [1, 2, 0]
    assert "account_type_other" in found[2].codes
    assert (found[2].closed.period_from, found[2].closed.period_to) == (None, None)


def test_lists_are_passed_over_with_a_finding() -> None:
    data = b"!Type:Cat\nNX\nD\n^\n" + bank("D15/01/2024;T1")

    assert "list_passed_over" in read_one(data, PARSER).codes


@pytest.mark.parametrize(
    ("data", "detail", "position"),
    [
        (b"!Type:Invst\nD15/01/2024\n^\n", "an investment account is no bank statement", "line 1"),
        (b"!Type:Bank\n^\n!Type:Odd\n", "no section is called '!Type:Odd'", "line 3"),
        (b"!Option:X\nD15/01/2024\nT1\n^\n",
         "a record outside of an account's section (!Type:)", "line 2"),
        (b"!Account\nTBank\n^\n!Type:Bank\n",
         "a record outside of an account's section (!Type:)", "line 2"),
        (b"D15/01/2024\nT1\n^\n", "a record outside of an account's section (!Type:)", "line 1"),
        (b"!Type:Bank\nD15/01/2024\nT1.2", "the file ends inside of a transaction", "line 2"),
        (b"!Type:Bank\nT1.00\n^\n", "a transaction without date (D)", "line 2"),
        (b"!Type:Bank\nD15/01/2024\n^\n", "a transaction without amount (T)", "line 2"),
        (b"!Type:Cat\nNX\n^\n", "the file holds no transactions of an account", "end of file"),
        (b"", "the file holds no transactions of an account", "end of file"),
        (b"\xff\xfe!", "not UTF-16, as its byte order mark says", "byte 3"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_where_they_break(data: bytes, detail: str, position: str) -> None:
    assert refusal(data) == (detail, position)


def test_a_missing_end_mark_is_noted_when_the_last_line_is_whole() -> None:
    found = read_one(b"!Type:Bank\nD15/01/2024\nT1.00\n", PARSER)

    assert len(found.lines) == 1
    assert "end_mark_missing" in found.codes
    two = b"!Type:Bank\nD15/01/2024\nT1.00\n!Type:Cash\nD15/01/2024\nT2.00\n^"
    assert [one.lines[0].amount_minor for one in read_all(two, PARSER)] == [1_00, 2_00]


def test_empty_records_comments_and_blank_lines_are_passed_over() -> None:
    data = b"# made by hand\n\n!Type:Bank\n^\n\n# one\nD15/01/2024\n\nT1.00\n^\n\x1a"

    found = read_one(data, PARSER)

    assert (len(found.lines), "record_empty" in found.codes) == (1, True)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be"])
def test_line_ends_and_charsets_make_no_difference(end: str, charset: str) -> None:
    mark = "\ufeff" if charset == "utf-16-be" else ""
    text = mark + "!Type:Bank\nD15/01/2024\nT-1,50\nPÉlectricité\n^\nD16/01/2024\nT2,00\n^\n"
    data = text.replace("\n", end).encode(charset)

    assert detect(data).format == "qif"
    found = read_one(data)

    assert [(line.amount_minor, line.label) for line in found.lines] == [
        (-1_50, "Électricité"), (2_00, "")
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 64])
def test_where_the_reads_end_makes_no_difference(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bank("D15/01/2024;T1.00;PÉté", "D16/01/2024;T2.00").replace(b"\n", b"\r\n")
    whole = read_one(data, PARSER)

    monkeypatch.setattr(qif_records, "CHUNK_BYTES", size)

    assert read_one(data, PARSER) == whole


def test_a_stream_that_cannot_go_back_is_read_all_the_same() -> None:
    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise io.UnsupportedOperation

        def tell(self) -> int:
            raise io.UnsupportedOperation

    data = bank("D15/01/2024;T1.00")

    assert list(PARSER.parse(OneWay(data))) == list(PARSER.parse(io.BytesIO(data)))


def test_a_stream_is_read_from_where_it_stands() -> None:
    stream = io.BytesIO(b"before" + bank("D15/01/2024;T1.00"))
    stream.seek(6)

    assert len(list(PARSER.parse(stream))) == 3


def test_giant_fields_records_and_statements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    giant = bank("D15/01/2024;T1.00;P" + "x" * FIELD_CHARS_MAX)
    endless = b"!Type:Bank\n" + b"x" * 400_000
    splits = bank("D15/01/2024;T1.00;" + "SX;$1;" * 300_000)
    texts = bank("D15/01/2024;T1.00;" + ";".join(f"A{rank:01999d}" for rank in range(9)))
    blanks = b"!Type:Bank\nD01/15" + b" " * 190_000 + b"\nT1.00\n^\n"
    for data in (giant, endless, splits, texts, blanks):
        with pytest.raises(TooLarge) as caught:
            list(PARSER.parse(io.BytesIO(data)))
        assert caught.value.position is not None
    monkeypatch.setattr(qif, "LINES_PER_STATEMENT_MAX", 2)
    with pytest.raises(TooLarge, match="more than 2 lines"):
        read(*["D15/01/2024;T1.00"] * 3)


def test_raw_is_bounded() -> None:
    found = read("D15/01/2024;T1.00;" + ";".join(["SX", "E" + "y" * 90, "$1"] * 100))

    assert len(found.lines[0].raw) == RAW_CHARS_MAX
    assert len(found.lines[0].details) == 100


@pytest.mark.parametrize(
    ("head", "is_qif"),
    [
        (b"!Type:Bank\n", True), (b"\n\n# x\n^\n!Account\r\n", True), (b"!type:bank", True),
        (b"!Option:AutoSwitch", True), (b"!Clear:AutoSwitch\n", True),
        (b"", False), (b"!", False), (b"Type:Bank", False), (b"Date;Libelle;!Type:Bank", False),
        (b"x\n!Type:Bank", False), (b"<?xml version='1.0'?>", False), (b"\xff\xfe", False),
    ],
)  # fmt: skip
def test_a_file_is_recognised_by_its_first_section(head: bytes, is_qif: bool) -> None:
    assert PARSER.recognises(head) is is_qif


def test_errors_are_of_the_tree() -> None:
    for data in (b"!Type:Bank\n" + bytes(range(256)) * 40, b"\x00" * 5_000, b"^\n" * 2_000):
        with pytest.raises(InputError):
            list(PARSER.parse(io.BytesIO(data)))
