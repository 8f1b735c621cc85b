"""How a BAI2 file becomes statements: groups, accounts, balances, trailers, and what is refused."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest

from benchmarks.formats_data.bai2 import write
from rappro.domain.bank import Balance, BankAccountRef, Severity, StatementClosed, StatementLine
from rappro.domain.errors import MalformedStatement, RapproError, TooLarge, UnsupportedCurrency
from rappro.formats import bai2_transaction
from rappro.formats.bai2 import Bai2Parser
from rappro.formats.bai2_catalogue import CATALOGUE
from rappro.formats.bai2_records import CONTINUATIONS_MAX, LINE_CHARS_MAX
from rappro.formats.protocol import FIELD_CHARS_MAX
from rappro.formats.registry import detect
from tests.unit.formats.bai2_writer import Account, Group, file_of, one
from tests.unit.formats.reading import read_all, read_one

PAGE = Path(__file__).parents[3] / "docs" / "formats" / "bai2.md"
DATA = file_of(
    Group(
        (
            Account(
                amounts=(("010", "10000"), ("015", "9000"), ("040", "8000"), ("045", "7000"),
                         ("100", "500"), ("400", "1500")),
                transactions=("16,142,500,,R1,,IN", "16,475,1500,,R2,77,OUT\n88,MORE"),
            ),
        )
    )
)  # fmt: skip


def refused(data: bytes, error: type[RapproError] = MalformedStatement) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(error) as caught:
        list(Bai2Parser().parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_an_account_is_a_statement_with_ledger_balances() -> None:
    read = read_one(DATA)

    account = BankAccountRef(number="1234567890", bic="BANKUS33", currency="USD")
    assert read.opened.account == account
    assert read.closed == StatementClosed(
        account, 1, "USD", None, date(2024, 3, 15), date(2024, 3, 15),
        Balance(date(2024, 3, 14), 10000), Balance(date(2024, 3, 15), 9000), 2, (),
    )  # fmt: skip
    assert [line.amount_minor for line in read.lines] == [500, -1500]


def test_available_balances_are_not_taken_for_ledger_balances() -> None:
    read = read_one(one(amounts=(("040", "1"), ("045", "2"), ("060", "3"))))

    assert (read.closed.opening, read.closed.closing, read.lines) == (None, None, [])


def test_the_current_ledger_closes_a_report_without_closing_ledger() -> None:
    read = read_one(one(amounts=(("010", "100"), ("030", "-250"))))

    assert read.closed.closing == Balance(date(2024, 3, 15), -250)
    assert read_one(one(amounts=(("030", "5"), ("015", "7")))).closed.closing == Balance(
        date(2024, 3, 15), 7
    )


def test_several_groups_accounts_and_days_are_statements_of_their_own() -> None:
    first, second = Account("A1", amounts=(("015", "1"),)), Account("B2", "EUR", amounts=())
    data = file_of(
        Group((first, second)),
        Group((first,), as_of="20240316", currency="GBP"),
    )

    reads = read_all(data)

    assert [(r.closed.account.number, r.closed.currency, r.closed.period_to) for r in reads] == [
        ("A1", "USD", date(2024, 3, 15)),
        ("B2", "EUR", date(2024, 3, 15)),
        ("A1", "USD", date(2024, 3, 16)),
    ]
    assert [r.codes for r in reads] == [[], [], []]


def test_files_that_follow_each_other_are_read() -> None:
    assert [read.closed.ordinal for read in read_all(DATA + DATA)] == [1, 2]


@pytest.mark.parametrize(
    ("of_group", "of_account", "currency", "codes"),
    [("GBP", "", "GBP", []), ("GBP", "EUR", "EUR", []), ("", "eur", "EUR", []),
     ("", "", "USD", ["currency_assumed"]), ("jpy", "", "JPY", [])],
)  # fmt: skip
def test_the_currency_is_the_accounts_else_the_groups(
    of_group: str, of_account: str, currency: str, codes: list[str]
) -> None:
    read = read_one(file_of(Group((Account(currency=of_account),), currency=of_group)))

    assert (read.closed.currency, read.opened.account.currency) == (currency, currency)
    assert read.codes == codes


@pytest.mark.parametrize(
    ("number", "iban"),
    [("FR7630006000011234567890189", "FR7630006000011234567890189"), ("123 456/7", None)],
)
def test_the_account_number_may_be_an_iban(number: str, iban: str | None) -> None:
    account = read_one(one(number=number)).opened.account

    assert (account.number, account.iban) == (number, iban)


@pytest.mark.parametrize(
    "header",
    [
        "03,1,USD,010,100,,,015,300,,,100,200,1,S,0,100,100,400,0,,/",
        "03,1,USD,010,100,,/\n88,015,300,,/\n88,100,200,1,S,0,100,100/\n88,400,0,,/",
        "03,1,USD,010,100,,,015,300,,,/\n88,100,200,1,S,0,100,100,400,0,0,/",
        "03,1,USD\n88,010,100\n88,015,300,,,100\n88,200,1,S,0\n88,100,100,400,0,,/",
        "03,1\n88,USD,010,100,,/\n88,015,300/\n88,100,200,1,D,2,0,100,1,100,400,0,,V,240315,",
        "03,1,USD,010,100,,V,240315/\n88,015,300,,V,240315,2400,100,200,1,Z/\n88,400,0,,0/",
        "03,1,USD,,,,,010,100,,,015,300,/\n88,Z,100,+200,,/\n88,400,000,0,/",
        "03,1,USD,010,100,,/\n88,015,300,\n88,2,100,200,,D,1,0\n88,200,400,0,,\n88,,,,/",
    ],
)
def test_amounts_of_an_account_may_be_split_anywhere_between_fields(header: str) -> None:
    data = one("16,142,200,,,,", header=header, amounts=(("", "600"),))

    read = read_one(data)

    assert read.closed.opening == Balance(date(2024, 3, 14), 100)
    assert read.closed.closing == Balance(date(2024, 3, 15), 300)
    assert (read.codes, len(read.lines)) == ([], 1)


@pytest.mark.parametrize("header", ["03,1,USD/", "03,1/", "03,1", "03,1,,/", "03,1,USD,,,,/"])
def test_an_account_without_amounts_has_no_balance(header: str) -> None:
    read = read_one(one(header=header))

    assert (read.closed.opening, read.closed.closing, read.closed.currency) == (None, None, "USD")
    assert read.codes == []


def test_continuations_may_follow_headers_and_trailers() -> None:
    data = (
        b"01,A,B,240316\n88,0600,1,80\n88,1,2/\n02,B,A,1/\n88,240315,2400,EUR,2/\n03,1,,015,5,,/\n"
        b"49,5/\n88,3/\n98,5,1/\n88,7/\n99,5/\n88,1,12/\n"
    )

    read = read_one(data)

    assert (read.closed.currency, read.closed.period_to) == ("EUR", date(2024, 3, 15))
    assert read.codes == []


@pytest.mark.parametrize("time", ["", "0000", "2359", "2400", "9999", "14:59:35", "145935"])
@pytest.mark.parametrize("as_of", ["240315", "20240315"])
def test_a_day_that_ends_at_2400_or_9999_is_still_that_day(time: str, as_of: str) -> None:
    read = read_one(file_of(Group(time=time, as_of=as_of)))

    assert (read.closed.period_to, read.codes) == (date(2024, 3, 15), [])


@pytest.mark.parametrize(
    ("as_of", "day"), [("991231", date(1999, 12, 31)), ("000101", date(2000, 1, 1))]
)
def test_two_digit_years_are_of_the_formats_own_time(as_of: str, day: date) -> None:
    assert read_one(file_of(Group(as_of=as_of))).closed.period_to == day


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        (b"49,38000,5/", b"49,38001,5/", ["control_total_differs"]),
        (b"49,38000,5/", b"49,38000,4/", ["record_count_differs"]),
        (b"49,38000,5/", b"49,,5/", ["control_missing"]),
        (b"49,38000,5/", b"49,+0038000,005", []),
        (b"98,38000,1,7/", b"98,38001,1,7/", ["control_total_differs"]),
        (b"98,38000,1,7/", b"98,38000,2,7/", ["member_count_differs"]),
        (b"98,38000,1,7/", b"98,38000,1,8/", ["record_count_differs"]),
        (b"99,38000,1,9/", b"99,-38000,1,9/", ["control_total_differs"]),
        (b"99,38000,1,9/", b"99,38000,0,9/", ["member_count_differs"]),
        (b"99,38000,1,9/", b"99,38000,1/", ["control_missing"]),
        (b"99,38000,1,9/", b"99,38000,1,10/", ["record_count_differs"]),
    ],
)
def test_a_trailer_that_does_not_add_up_is_a_finding(
    old: bytes, new: bytes, codes: list[str]
) -> None:
    assert old in DATA
    number = DATA[: DATA.index(old)].count(b"\n") + 1

    read = read_one(DATA.replace(old, new))

    assert read.codes == codes
    assert {finding.position for finding in read.closed.findings} <= {f"line {number}"}
    assert [line.amount_minor for line in read.lines] == [500, -1500]


@pytest.mark.parametrize(("code", "amount"), [("100", "499"), ("400", "0")])
def test_totals_that_are_not_the_sum_of_the_lines_are_found(code: str, amount: str) -> None:
    read = read_one(one("16,142,500,,,,", "16,475,1,,,,", amounts=((code, amount),)))

    assert [finding.message for finding in read.closed.findings] == [
        f"the total {code} is not the sum of the transactions"
    ]


def test_a_balance_given_twice_counts_once() -> None:
    read = read_one(one(amounts=(("015", "5"), ("015", "5"), ("015", "6"))))

    assert read.closed.closing == Balance(date(2024, 3, 15), 5)
    assert read.codes == ["balance_repeated"]


def test_an_unlisted_type_code_of_an_account_is_a_finding() -> None:
    assert read_one(one(amounts=(("159", "5"),))).codes == ["unlisted_type_code"]


@pytest.mark.parametrize(
    ("status", "modifier", "code", "severity"),
    [("2", "2", "group_status", Severity.BLOCKING), ("3", "2", "group_status", Severity.BLOCKING),
     ("4", "2", "group_status", Severity.BLOCKING),
     ("7", "2", "group_status_unknown", Severity.WARNING),
     ("1", "1", "interim_data", Severity.INFO), ("1", "3", "interim_data", Severity.INFO),
     ("1", "9", "date_modifier_unknown", Severity.INFO)],
)  # fmt: skip
def test_what_a_group_says_of_itself_is_found_in_each_of_its_statements(
    status: str, modifier: str, code: str, severity: Severity
) -> None:
    group = Group((Account("A"), Account("B")), status=status, modifier=modifier)

    reads = read_all(file_of(group, Group((Account("C"),))))

    assert [read.codes for read in reads] == [[code], [code], []]
    assert reads[0].closed.findings[0].severity is severity


@pytest.mark.parametrize(
    ("first", "code"),
    [("01,A,B,240316,0600,1,,,3/", "version_unknown"),
     ("01,A,B,241399,0600,1,,,2/", "file_date_unreadable"),
     ("01,A,B,240316,99:0,1,,,2/", "time_unreadable")],
)  # fmt: skip
def test_oddities_of_the_file_header_are_found(first: str, code: str) -> None:
    assert read_one(file_of(Group(), first=first)).codes == [code]


def test_an_account_without_number_is_found() -> None:
    assert read_one(one(number="")).codes == ["account_missing"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \r\n", "\n\n"])
def test_any_line_end_is_read(end: str) -> None:
    data = file_of(
        Group((Account(transactions=("16,142,500,,R,,IN", "16,475,500,,R2,7/")),)), end=end
    )

    read = read_one(data)

    assert [(line.label, line.remittance_ref) for line in read.lines] == [("IN", ""), ("", "7")]
    assert read.codes == []


@pytest.mark.parametrize("is_fixed", [False, True])
def test_a_file_without_line_breaks_is_cut_into_records(is_fixed: bool) -> None:
    lines = ("16,142,500,,R,,IN 3/4, A/", "16,475,500,,R2,7/") * 2000
    first = "01,BANKUS33,CUST,240316,0600,1,80,1,2/" if is_fixed else "01,A,B,240316,0600,1,,,2/"
    records = file_of(Group((Account(transactions=lines),)), first=first).split(b"\n")
    data = b"".join(record.ljust(80) if is_fixed else record for record in records)

    assert len(data) > 65_536
    read = read_one(data)

    assert [line.label for line in read.lines] == ["IN 3/4, A", ""] * 2000
    assert read.codes == []


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "iso8859-15", "utf-16", "latin-1"]
)
def test_any_plausible_charset_is_read(encoding: str) -> None:
    text = one("16,142,1,,,,SOCIÉTÉ À ÉPERNAY").decode()

    assert read_one(text.encode(encoding)).lines[0].label == "SOCIÉTÉ À ÉPERNAY"


@pytest.mark.parametrize("lead", [b"", b"\n", b"\xef\xbb\xbf", b"\r\n \r\n"])
def test_it_is_recognised_by_its_header(lead: bytes) -> None:
    data = lead + DATA + b"\x1a"

    assert detect(data).format == "bai2"
    assert read_one(data).codes == []


@pytest.mark.parametrize(
    "data",
    [
        b"", b"01", b"01,", b"01,A,B\n", b"date,label,amount\n01,A,B,240316,0600,1\n",
        b"01,A,B,240316,0600,1,,,2\n01,A,B,240316,0600,1\n", b"01;A;B;240316;0600;1;;;2/\n02;",
        b"02,B,A,1,240315,,USD,2/\n", b"01,A,B,notadate,0600,1,,,2/\n02,B,A,1/\n",
        b"0130004    00823EUR2 00010234567  290224", b"\xff\xfe\x00", b"{1:F01", b"<?xml",
    ],
)  # fmt: skip
def test_other_files_are_not_recognised(data: bytes) -> None:
    assert not Bai2Parser().recognises(data)


@pytest.mark.parametrize("cut", range(1, len(DATA.split(b"\n")) - 1))
def test_a_file_that_ends_early_is_refused_at_its_end(cut: int) -> None:
    detail, position = refused(b"\n".join(DATA.split(b"\n")[:cut]))

    assert detail.startswith("the file ends before the trailer of ")
    assert position == f"line {cut}, end of file"


@pytest.mark.parametrize(
    ("old", "new", "sentence", "position"),
    [
        (b"02,", b"03,", "an account begins (03) outside of a group", "line 2"),
        (b"03,", b"16,", "a transaction (16) outside of an account (03)", "line 3"),
        (b"49,", b"98,", "a group trailer (98) without its group (02)", "line 7"),
        (b"49,", b"03,", "an account begins (03) outside of a group, or before", "line 7"),
        (b"98,", b"99,", "a file trailer (99) without its file (01), or before", "line 8"),
        (b"98,", b"49,", "an account trailer (49) without its account (03)", "line 8"),
        (b"99,", b"02,B,A,1,240315,", "the file ends before the trailer of its group", "line 9"),
        (b"99,", b"01,", "a file begins (01) before the trailer (99)", "line 9"),
        (b"01,", b"02,", "a group begins (02) outside of a file", "line 1"),
        (b"01,", b"88,", "a continuation (88) without its record", "line 1"),
        (b"16,142", b"17,142", "no record begins with '17,'", "line 4"),
        (b"16,142", b"wrapped text", "no record begins with 'wra'", "line 4"),
        (b"240315,2400", b",2400", "as-of date: not a date YYMMDD: ''", "line 2"),
        (b"240315,2400", b"240230,2400", "as-of date: not a date", "line 2"),
        (b"240315,2400", b"0250525,2400", "as-of date: not a date", "line 2"),
        (b"240315,2400", b"00000101,2400", "as-of date: not a date", "line 2"),
        (b",010,10000", b",010,NaN", "amount of 010: not an amount: 'NaN'", "line 3"),
        (b",010,10000", b",010," + b"9" * 30, "amount of 010: amount of more than 18", "line 3"),
        (b",010,10000,", b",010,10000,x", "item count of 010: not a number: 'x'", "line 3"),
        (b",010,10000", b",10,10000", "not a type code: '10'", "line 3"),
        (b",010,10000,,", b",010,10000,,D,x", "number of availabilities: not a number", "line 3"),
        (b",010,10000,,", b",010,10000,,V,x,", "value date: not a date YYMMDD: 'x'", "line 3"),
        (b"49,38", b"49,x38", "control total: not an amount: 'x38000'", "line 7"),
        (b"98,38000,1,", b"98,38000,1,x", "number of records: not a number: 'x7'", "line 8"),
        (b"99,38000,1,", b"99,38000,x,", "number of groups: not a number: 'x'", "line 9"),
    ],
)
def test_what_breaks_the_format_is_refused_with_its_line(
    old: bytes, new: bytes, sentence: str, position: str
) -> None:
    assert old in DATA

    detail, where = refused(b"\n" + DATA.replace(old, new, 1))

    assert detail.startswith(sentence)
    number = int(position.removeprefix("line ")) + 1
    assert (where or "").removesuffix(", end of file") == f"line {number}"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"01,A,B,240316,,1,,,2/\n99,0,0,2/\n"])
def test_a_file_without_a_statement_is_refused(data: bytes) -> None:
    assert refused(data) == ("the file holds no statement", "line 1")


def test_an_unknown_currency_is_refused() -> None:
    assert refused(one(currency="XYZ"), UnsupportedCurrency)[1] == "line 3"


def test_broken_utf16_is_refused() -> None:
    data = DATA.decode().encode("utf-16-le")

    assert refused(b"\xff\xfe" + data + b"A") == (
        "the file begins as UTF-16 but is not", f"byte {len(data) + 2}"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "where"),
    [
        (one("16,142,1,,,," + "A" * LINE_CHARS_MAX), "line 4"),
        (one("16,142,1,,,," + "A" * 200_000), "line 4"),
        (one("16,142,1,,,,A\n88," + "\n88,".join(["B" * 9_000] * 2)), "line 4"),
        (one("16,142,1,,,," + "\n88,B" * (CONTINUATIONS_MAX + 1)), f"line {CONTINUATIONS_MAX + 5}"),
        (
            one("16,142,1,,,," + "\n 88,B" * (CONTINUATIONS_MAX + 1)),
            f"line {CONTINUATIONS_MAX + 5}",
        ),
        (one("16,142,1,,,," + ("\n88," + "B" * 77) * CONTINUATIONS_MAX), "line 4"),
        (one("16,142,1,," + "R" * (FIELD_CHARS_MAX + 1) + ",,"), "line 4"),
        (one("16,142,1,,," + "R" * (FIELD_CHARS_MAX + 1) + ","), "line 4"),
        (one(number="9" * (FIELD_CHARS_MAX + 1)), "line 3"),
        (b"01,A,B,240316,,1,,,2/" + b"A" * 200_000, "line 1"),
    ],
    ids=str,
)
def test_what_exceeds_a_bound_is_too_large(data: bytes, where: str) -> None:
    assert refused(data, TooLarge)[1] == where


def test_a_statement_has_a_bounded_number_of_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bai2_transaction, "LINES_PER_STATEMENT_MAX", 1)

    assert refused(DATA, TooLarge) == ("more than 1 lines in a statement", "line 5")


def test_lines_go_out_before_the_rest_is_read() -> None:
    data = file_of(Group((Account(transactions=("16,142,1,,,,A",) * 50_000),)))
    stream = io.BytesIO(data)

    events = Bai2Parser().parse(stream)
    next(events)
    assert isinstance(next(events), StatementLine)

    assert stream.tell() < len(data) / 4


def test_a_generated_file_balances_and_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "file.bai"
    write(path, 6_000)

    reads = read_all(path.read_bytes())

    assert [len(read.lines) for read in reads] == [5_000, 1_000]
    assert [read.codes for read in reads] == [[], []]
    for read in reads:
        opening, closing = read.closed.opening, read.closed.closing
        assert opening is not None
        assert closing is not None
        moved = sum(line.amount_minor for line in read.lines)
        assert opening.amount_minor + moved == closing.amount_minor


def test_the_page_names_every_finding_and_no_other() -> None:
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (info|warning|blocking) \|", PAGE.read_text("utf-8"), re.MULTILINE
    )

    assert sorted(rows) == sorted((code, said[0].value) for code, said in CATALOGUE.items())
