"""How a CODA file becomes statements: records, accounts, balances, and what is refused."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pytest

from rappro.domain.bank import Balance, BankAccountRef, LineStatusAtBank, Severity
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats import coda_statement
from rappro.formats.coda import CodaParser
from rappro.formats.coda_catalogue import CATALOGUE
from rappro.formats.coda_movement import RECORDS_PER_PART_MAX
from rappro.formats.registry import detect, parsers
from tests.unit.formats import cfonb_writer
from tests.unit.formats.coda_writer import (
    DAY,
    FIRST,
    IBAN,
    LAST,
    OTHER,
    account,
    bban,
    ddmmyy,
    file_of,
    header,
    message,
    more,
    movement,
    new_balance,
    old_balance,
    signed,
    statement,
    trailer,
    whole,
)
from tests.unit.formats.reading import read_all, read_one

RECORDS = whole(
    old_balance(100_00),
    movement(50_00, 1, text="FACTURE 12"),
    more("22", 1, end_to_end="E2E-1"),
    more("23", 1, account=account(OTHER), name="DUPONT"),
    movement(-20_01, 2, text="LOYER"),
    new_balance(129_99),
)


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(CodaParser().parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_a_statement_has_account_number_period_and_balances() -> None:
    read = read_one(file_of(*RECORDS))

    named = BankAccountRef(
        iban=IBAN, number=None, bic="GEBABEBB", currency="EUR", holder="ATELIERS DU PARC"
    )
    assert read.opened.account == named
    closed = read.closed
    assert (closed.account, closed.currency, closed.number) == (named, "EUR", "045")
    assert closed.opening == Balance(FIRST, 100_00)
    assert closed.closing == Balance(LAST, 129_99)
    assert (closed.period_from, closed.period_to) == (date(2024, 3, 1), LAST)
    assert (closed.line_count, closed.findings) == (2, ())
    assert [line.amount_minor for line in read.lines] == [50_00, -20_01]
    assert {line.status for line in read.lines} == {LineStatusAtBank.BOOKED}


def test_a_statement_without_movement_is_a_statement() -> None:
    read = read_one(statement())

    assert (read.lines, read.closed.line_count, read.codes) == ([], 0, [])


def test_a_statement_that_does_not_balance_is_reported_as_it_is() -> None:
    read = read_one(statement(movement(1_00), opening=0, closing=999_00))

    assert read.closed.closing == Balance(LAST, 999_00)
    assert read.codes == []


def test_a_debit_balance_is_negative() -> None:
    read = read_one(statement(opening=-1_23, closing=-4_56))

    assert read.closed.opening == Balance(FIRST, -1_23)
    assert read.closed.closing == Balance(LAST, -4_56)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", ""])
def test_records_end_in_anything_or_nothing(end: str) -> None:
    assert read_one(file_of(*RECORDS, end=end)) == read_one(file_of(*RECORDS))


def test_trailing_blanks_may_be_stripped_and_lines_may_be_blank() -> None:
    shorter = [record[:125].rstrip() for record in RECORDS]
    data = file_of(*shorter[:3], "", *shorter[3:], "", "\x1a")

    assert min(map(len, shorter)) < 128
    assert [line.label for line in read_one(data).lines] == ["FACTURE 12", "LOYER"]


def test_a_longer_line_is_read_when_only_blanks_are_beyond() -> None:
    assert len(read_one(file_of(*(f"{record}   " for record in RECORDS))).lines) == 2
    assert refusal(file_of(RECORDS[0], f"{RECORDS[1]}X", *RECORDS[2:])) == (
        "a record of 129 characters, not 128", "line 2"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "codes"),
    [("utf-8", []), ("utf-8-sig", []), ("cp1252", ["charset_guessed"]),
     ("latin-1", ["charset_guessed"]), ("cp850", ["charset_guessed"])],
)  # fmt: skip
def test_characters_are_read_in_the_charset_they_are_in(encoding: str, codes: list[str]) -> None:
    records = whole(
        old_balance(holder="SOCIÉTÉ À RESPONSABILITÉ" if encoding != "cp850" else "SOCIÉTÉ"),
        movement(1_00, text="Réglé à la caisse, café crème"),
        new_balance(101_00),
    )

    read = read_one(file_of(*records, encoding=encoding))

    assert read.lines[0].label == "Réglé à la caisse, café crème"
    assert read.codes == codes


def test_positions_count_characters_also_without_line_breaks() -> None:
    records = whole(
        old_balance(), *(movement(1_00, rank + 1, text="é" * 53) for rank in range(600)),
        new_balance(700_00),
    )  # fmt: skip

    read = read_one(file_of(*records, end="", encoding="utf-8"))

    assert {(line.label, line.amount_minor) for line in read.lines} == {("é" * 53, 1_00)}
    assert read.codes == []


@pytest.mark.parametrize(
    ("structure", "zone", "iban", "number", "currency"),
    [
        ("0", bban("539007547034"), "BE68539007547034", None, "EUR"),
        ("0", bban("539007547034", "USD"), "BE68539007547034", None, "USD"),
        ("1", account("20041 01005 0500013M026"), None, "20041 01005 0500013M026", "EUR"),
        ("2", account(OTHER, "GBP"), OTHER, None, "GBP"),
        ("3", account("FR1420041010050500013M02606"), "FR1420041010050500013M02606", None, "EUR"),
    ],
)
def test_each_account_structure_is_read(
    structure: str, zone: str, iban: str | None, number: str | None, currency: str
) -> None:
    data = file_of(
        *whole(old_balance(structure=structure, account=zone), new_balance(account=zone))
    )

    read = read_one(data)

    found = read.opened.account
    assert (found.iban, found.number, found.currency) == (iban, number, currency)
    assert read.codes == []


@pytest.mark.parametrize(
    ("structure", "zone", "number", "code"),
    [
        ("0", bban("539007547035"), "539007547035", "account_check"),
        ("2", account("BE68539007547035"), "BE68539007547035", "account_check"),
        ("7", account("12345"), "12345", "account_structure"),
    ],
)
def test_an_account_that_is_not_as_it_should_be_has_its_number(
    structure: str, zone: str, number: str, code: str
) -> None:
    data = file_of(
        *whole(old_balance(structure=structure, account=zone), new_balance(account=zone))
    )

    read = read_one(data)

    assert (read.opened.account.iban, read.opened.account.number) == (None, number)
    assert code in read.codes


def test_amounts_have_three_decimals_of_which_currencies_use_what_they_have() -> None:
    for currency, thousandths, minor in (("JPY", 1_234_000, 1_234), ("TND", 1_234_567, 1_234_567)):
        zone = account(IBAN, currency)
        line = movement(0, **signed(-thousandths))
        data = file_of(*whole(
            old_balance(account=zone, **signed(thousandths)), line, new_balance(0, account=zone)
        ))  # fmt: skip

        read = read_one(data)

        assert read.closed.opening == Balance(FIRST, minor)
        assert (read.lines[0].amount_minor, read.lines[0].currency) == (-minor, currency)


def test_an_amount_finer_than_its_currency_is_refused_and_never_rounded() -> None:
    data = statement(movement(1_00), movement(0, 2, **signed(12_345)))

    assert refusal(data) == ("an amount finer than EUR has", "line 4")


def test_a_balance_finer_than_its_currency_is_left_out_and_blocks_the_statement() -> None:
    data = file_of(*whole(old_balance(), movement(1_00), new_balance(**signed(-101_005))))

    read = read_one(data)

    assert read.closed.opening == Balance(FIRST, 100_00)
    assert (read.closed.closing, read.closed.period_to) == (None, LAST)
    assert [(f.code, f.severity, f.message) for f in read.closed.findings] == [
        ("balance_decimals", Severity.BLOCKING,
         "a balance is finer than its currency, -101.005 EUR; it is left out")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zones", "sentence"),
    [
        ({"amount": "00000000001234X"}, "not an amount: '00000000001234X'"),
        ({"amount": " " * 15}, f"not an amount: {' ' * 15!r}"),
        ({"amount": "NaN".rjust(15)}, "not an amount: '            NaN'"),
        ({"amount": "٠" * 15}, f"not an amount: {'٠' * 15!r}"),
        ({"amount": "-00000000001000"}, "not an amount: '-00000000001000'"),
        ({"sign": "2"}, "not a sign (0 or 1): '2'"),
        ({"sign": " "}, "not a sign (0 or 1): ' '"),
        ({"entry": "310224"}, "entry date: not a date DDMMYY: '310224'"),
        ({"entry": "AAAAAA"}, "entry date: not a date DDMMYY: 'AAAAAA'"),
        ({"value": "001324"}, "value date: not a date DDMMYY: '001324'"),
        ({"entry": "000000", "value": "000000"}, "a movement without any date"),
        ({"sequence": "0001", "detail": "0001"}, "a detail of a movement that is not there"),
    ],
)
def test_a_movement_that_cannot_be_read_is_refused_at_its_line(
    zones: dict[str, str], sentence: str
) -> None:
    assert refusal(statement(movement(1_00, **zones))) == (sentence, "line 3")


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        (old_balance(amount="X" * 15), "not an amount: 'XXXXXXXXXXXXXXX'"),
        (old_balance(sign="C"), "not a sign (0 or 1): 'C'"),
        (old_balance(date="320124"), "balance date: not a date DDMMYY: '320124'"),
    ],
)
def test_a_balance_that_cannot_be_read_is_refused_at_its_line(record: str, sentence: str) -> None:
    assert refusal(file_of(*whole(record, new_balance()))) == (sentence, "line 2")


def test_the_largest_amount_is_read() -> None:
    read = read_one(statement(movement(0, **signed(999_999_999_999_990))))

    assert read.lines[0].amount_minor == 99_999_999_999_999


def test_a_balance_without_date_takes_the_day_of_the_file() -> None:
    read = read_one(file_of(*whole(old_balance(date="000000"), new_balance())))

    assert read.closed.opening == Balance(LAST, 100_00)
    assert read.codes == ["balance_date_missing"]

    data = file_of(header(created="000000"), old_balance(date="000000"), new_balance(), trailer())
    assert refusal(data) == ("a balance without any date", "line 2")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency) as caught:
        read_one(file_of(*whole(old_balance(account=account(IBAN, "XYZ")), new_balance())))
    assert caught.value.position == "line 2"


def test_a_missing_currency_is_euro_with_a_finding() -> None:
    zone = account(IBAN, "   ")

    read = read_one(file_of(*whole(old_balance(account=zone), new_balance(account=zone))))

    assert (read.closed.currency, read.codes) == ("EUR", ["currency_assumed"])


def test_a_new_balance_in_another_currency_is_refused() -> None:
    data = file_of(*whole(old_balance(), new_balance(account=account(IBAN, "USD"))))

    assert refusal(data) == ("the new balance is in USD, the old one in EUR", "line 3")


def test_a_new_balance_of_another_account_blocks_the_statement() -> None:
    read = read_one(file_of(*whole(old_balance(), new_balance(account=account(OTHER)))))

    assert [(f.code, f.severity) for f in read.closed.findings] == [
        ("account_differs", Severity.BLOCKING)
    ]


def test_several_statements_of_several_accounts_follow_each_other_in_one_file() -> None:
    two = account(OTHER, "USD")
    data = file_of(*whole(
        old_balance(), movement(1_00), new_balance(101_00), message("PREMIER"),
        old_balance(0, account=two, number="007"), movement(2_00), new_balance(2_00, account=two),
    ))  # fmt: skip

    first, second = read_all(data)

    assert (first.opened.account.iban, first.codes) == (IBAN, ["bank_message"])
    assert (second.opened.account.iban, second.closed.number) == (OTHER, "007")
    assert (second.lines[0].currency, second.codes) == ("USD", [])


def test_whole_files_follow_each_other() -> None:
    one = whole(old_balance(), movement(1_00), new_balance(101_00), link="1")
    two = whole(old_balance(101_00, number="046"), new_balance(101_00))

    reads = read_all(file_of(*one, *two))

    assert [(read.closed.number, read.codes) for read in reads] == [("045", []), ("046", [])]


def test_what_a_trailer_says_of_a_next_file_is_checked() -> None:
    one, two = (whole(old_balance(), new_balance(), link=link) for link in "12")

    assert read_one(file_of(*one)).codes == ["more_announced"]
    assert [read.codes for read in read_all(file_of(*two, *two))] == [["more_unannounced"], []]


def test_the_number_is_the_coded_one_or_else_the_one_on_paper() -> None:
    for number, paper, expected in (("021", "045", "021"), ("000", "045", "045"),
                                    ("   ", "   ", None)):  # fmt: skip
        data = file_of(*whole(old_balance(number=number, paper=paper), new_balance()))

        assert read_one(data).closed.number == expected


def test_the_trailer_is_checked_against_the_records() -> None:
    body = RECORDS[1:-1]
    wrong = trailer(body, records="000009", debits=f"{1:015d}", credits="?" * 15)

    read = read_one(file_of(header(), *body, wrong))

    assert [(f.code, f.message, f.position) for f in read.closed.findings] == [
        ("trailer_records", "the trailer (9) counts 9 records, there are 6", "line 8"),
        ("trailer_debits",
         "the trailer's (9) total of debits is 0.001, the movements make 20.01", "line 8"),
        ("trailer_unreadable", "the trailer (9) has no readable credits", "line 8"),
    ]  # fmt: skip


def test_details_do_not_count_in_the_totals_of_the_trailer_but_in_its_records() -> None:
    body = (old_balance(), movement(-3_00), movement(-1_00, 1, 1), movement(-2_00, 1, 2),
            more("31", 1, 3, text="SUITE"), new_balance(97_00))  # fmt: skip

    read = read_one(file_of(header(), *body, trailer(body, debits=f"{3000:015d}")))

    assert (len(read.lines), len(read.lines[0].details), read.codes) == (1, 2, [])


def test_messages_of_the_bank_are_findings_and_linked_ones_are_one() -> None:
    records = whole(
        old_balance(), new_balance(), message("NOS CONDITIONS CHANGENT", "1"),
        message("AU 1er MAI", "0", 2), message("MERCI"),
    )  # fmt: skip

    read = read_one(file_of(*records))

    assert [(f.code, f.severity, f.message) for f in read.closed.findings] == [
        ("bank_message", Severity.INFO, "the bank says: NOS CONDITIONS CHANGENT AU 1er MAI"),
        ("bank_message", Severity.INFO, "the bank says: MERCI"),
    ]


def test_endless_messages_stay_bounded() -> None:
    records = whole(old_balance(), new_balance(), *[message("X" * 80, "1")] * 3_000)

    findings = read_one(file_of(*records)).closed.findings

    assert max(len(finding.message) for finding in findings) < 2_200
    assert len(findings) <= 51


def test_a_duplicate_and_an_unknown_version_are_noted() -> None:
    for zones, code in (({"duplicate": "D"}, "duplicate"), ({"version": "3"}, "version_unknown")):
        body = (old_balance(), new_balance())
        assert read_one(file_of(header(**zones), *body, trailer(body))).codes == [code]


def test_version_1_is_refused() -> None:
    body = (old_balance(), new_balance())

    assert refusal(file_of(header(version="1"), *body, trailer(body))) == (
        "not a header (0) of CODA version 2", "line 1"
    )  # fmt: skip


def test_a_missing_new_balance_is_tolerated_when_the_trailer_is_there() -> None:
    read = read_one(file_of(*whole(old_balance(), movement(1_00))))

    assert (read.closed.closing, read.closed.period_to) == (None, DAY)
    assert read.codes == ["new_balance_missing"]


@pytest.mark.parametrize(
    ("kept", "sentence", "position"),
    [
        (RECORDS[:1], "the file ends before its trailer (9)", "line 1, end of file"),
        (RECORDS[:4], "the file ends before its new balance (8)", "line 4, end of file"),
        (RECORDS[:-2], "the file ends before its new balance (8)", "line 6, end of file"),
        (RECORDS[:-1], "the file ends before its trailer (9)", "line 7, end of file"),
        ((), "the file holds no statement", "line 1"),
        ((header(), trailer()), "the file holds no statement", "line 2"),
        (RECORDS[1:], "an old balance (1) out of its order", "line 1"),
        ((header(), *RECORDS), "a header (0) out of its order", "line 2"),
        ((*RECORDS, *RECORDS[1:]), "an old balance (1) out of its order", "line 9"),
        (RECORDS[:2] + RECORDS[1:], "an old balance (1) out of its order", "line 3"),
        (RECORDS[:1] + RECORDS[2:], "a movement (2) out of its order", "line 2"),
        (RECORDS[:2] + RECORDS[3:], "a movement (2) out of its order", "line 3"),
        ((*RECORDS[:7], movement(1_00, 3), RECORDS[-1]), "a movement (2) out of its order",
         "line 8"),
        ((*RECORDS[:7], *RECORDS[6:]), "a new balance (8) out of its order", "line 8"),
        ((header(), message("?"), *RECORDS[1:]), "a message (4) out of its order", "line 2"),
        ((*RECORDS[:2], more("31"), *RECORDS[2:]),
         "information (3) without its movement out of its order", "line 3"),
        ((*RECORDS[:3], "5" * 128, *RECORDS[3:]), "no record begins with '5'", "line 4"),
        ((*RECORDS[:3], more("22", 7), *RECORDS[3:]), "a record of movement '0007' after '0001'",
         "line 3"),
        ((*RECORDS[:5], more("22", 1), *RECORDS[5:]), "a record 2.2 out of its order", "line 3"),
        ((*RECORDS[:4], more("32", 1), *RECORDS[4:]), "a record 3.2 out of its order", "line 3"),
        ((*RECORDS[:3], movement(1_00, 5, 1), *RECORDS[3:]),
         "a detail of a movement that is not there", "line 4"),
    ],
)  # fmt: skip
def test_a_file_that_is_cut_or_out_of_order_is_refused_with_its_place(
    kept: tuple[str, ...], sentence: str, position: str
) -> None:
    assert refusal(file_of(*kept)) == (sentence, position)


def test_a_file_of_one_endless_line_is_refused() -> None:
    detail, position = refusal(file_of(header()) + b"1" * 200_000)

    assert (detail, position) == ("a line is too long for a record", "after 128 characters")


def test_a_movement_of_too_many_records_is_refused() -> None:
    for count in (150, 151):
        data = statement(movement(1_00), more("22"), more("23"), *[more("31", text="X")] * count)
        if count + 3 <= RECORDS_PER_PART_MAX:
            assert len(read_one(data).lines) == 1
        else:
            with pytest.raises(TooLarge) as caught:
                read_one(data)
            assert caught.value.position == "line 156"


def test_too_many_details_and_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coda_statement, "DETAILS_PER_LINE_MAX", 2)
    monkeypatch.setattr(coda_statement, "LINES_PER_STATEMENT_MAX", 2)

    with pytest.raises(TooLarge) as details:
        read_one(statement(*(movement(1_00, 1, rank) for rank in range(4))))
    with pytest.raises(TooLarge) as lines:
        read_one(statement(*(movement(1_00, rank) for rank in range(1, 4))))

    assert (details.value.position, lines.value.position) == ("line 6", "line 5")


@pytest.mark.parametrize("lead", [b"", b"\xef\xbb\xbf", b"\r\n"])
def test_a_file_is_recognised_by_its_header_and_by_no_other_parser(lead: bytes) -> None:
    data = lead + file_of(*RECORDS)

    assert detect(data).format == "coda"
    assert [parser.format for parser in parsers() if parser.recognises(data)] == ["coda"]
    assert len(read_one(data).lines) == 2


@pytest.mark.parametrize(
    "head", [b"", b"0", b"0" * 200, cfonb_writer.statement(), b"00000ABCDEF30005", b"\xff" * 99]
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not CodaParser().recognises(head)


def test_the_page_names_every_finding_with_its_severity_and_no_other() -> None:
    page = Path(__file__).parents[3] / "docs" / "formats" / "coda.md"
    rows = re.findall(
        r"^\| `([a-z_]+)` \| (blocking|warning|info) \|",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )

    assert sorted(rows) == sorted((code, str(kind)) for code, (kind, _) in CATALOGUE.items())


def test_dates_before_the_pivot_are_of_this_century() -> None:
    read = read_one(statement(movement(1_00, entry=ddmmyy(date(1999, 12, 31)), value="010180")))

    assert read.lines[0].booking_date == date(1999, 12, 31)
    assert read.lines[0].value_date == date(1980, 1, 1)
