"""How a CFONB file becomes statements: records, accounts, balances, and what is refused."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import Balance, BankAccountRef, LineStatusAtBank, Severity
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats import cfonb120, cfonb_movement
from rappro.formats.cfonb120 import Cfonb120Parser
from rappro.formats.cfonb_movement import COMPLEMENTS_PER_MOVEMENT_MAX
from rappro.formats.protocol import LINE_TEXT_CHARS_MAX, RAW_CHARS_MAX
from rappro.formats.registry import detect
from tests.unit.formats.cfonb_writer import (
    DAY,
    FIRST,
    LAST,
    balance,
    complement,
    file_of,
    movement,
    record,
    signed,
    statement,
)
from tests.unit.formats.reading import read_all, read_one

RECORDS = (
    balance("01", 100_00, FIRST),
    movement(50_00, DAY, label="VIR DUPONT"),
    complement(movement(50_00, DAY), "NPY", "DUPONT"),
    movement(-20_01, DAY, label="PRLV EDF"),
    balance("07", 129_99, LAST),
)


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(Cfonb120Parser().parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_a_statement_has_account_period_and_balances() -> None:
    read = read_one(file_of(*RECORDS))

    account = BankAccountRef(
        iban="FR7630004008230001023456728", number="300040082300010234567", currency="EUR"
    )
    assert read.opened.account == account
    closed = read.closed
    assert (closed.account, closed.currency, closed.number) == (account, "EUR", None)
    assert closed.opening == Balance(date(2024, 2, 29), 100_00)
    assert closed.closing == Balance(date(2024, 3, 31), 129_99)
    assert (closed.period_from, closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))
    assert (closed.line_count, closed.findings) == (2, ())
    assert [line.amount_minor for line in read.lines] == [50_00, -20_01]
    assert {line.status for line in read.lines} == {LineStatusAtBank.BOOKED}


def test_a_statement_without_movement_is_a_statement() -> None:
    read = read_one(statement())

    assert (read.lines, read.closed.line_count) == ([], 0)


def test_a_statement_that_does_not_balance_is_reported_as_it_is() -> None:
    read = read_one(statement(movement(1_00, DAY), opening=0, closing=999_00))

    assert read.closed.closing == Balance(LAST, 999_00)
    assert read.codes == []


@pytest.mark.parametrize(
    ("bank", "branch", "account", "iban"),
    [
        ("20041", "01005", "0500013M026", "FR1420041010050500013M02606"),
        ("30006", "00001", "12345678901", "FR7630006000011234567890189"),
    ],
)
def test_the_iban_is_computed_from_the_rib(bank: str, branch: str, account: str, iban: str) -> None:
    read = read_one(statement(bank=bank, branch=branch, account=account))

    assert read.opened.account.iban == iban
    assert read.opened.account.number == bank + branch + account


def test_an_account_that_is_no_rib_has_its_number_only() -> None:
    read = read_one(statement(account="1234567"))

    assert (read.opened.account.iban, read.opened.account.number) == (None, "30004008231234567")


@pytest.mark.parametrize("minor", [*range(10), *range(-9, 0), 12345678901, -12345678901])
def test_the_last_character_of_an_amount_is_a_digit_and_the_sign(minor: int) -> None:
    read = read_one(statement(movement(minor, DAY)))

    assert read.lines[0].amount_minor == minor
    assert read.codes == []


@pytest.mark.parametrize(
    ("zone", "minor", "code"),
    [
        ("000000000123d", 1234, "sign_variant"),
        ("000000000123m", -1234, "sign_variant"),
        ("000000000123é", 1230, "sign_variant"),
        ("000000000123è", -1230, "sign_variant"),
        ("0000000001234", 1234, "sign_missing"),
    ],
)
def test_variants_of_the_sign_are_read_and_noted(zone: str, minor: int, code: str) -> None:
    data = statement(movement(1, DAY, amount=zone.rjust(14, "0")))

    read = read_one(data)

    assert read.lines[0].amount_minor == minor
    assert [(f.code, f.severity, f.position) for f in read.closed.findings] == [
        (code, Severity.WARNING, "line 2")
    ]


def test_a_zero_with_a_minus_is_zero_and_still_a_debit() -> None:
    of = movement(0, DAY, amount="0000000000000}")

    read = read_one(statement(of, complement(of, "NBE", "BENEFICIAIRE")))

    assert (read.lines[0].amount_minor, read.lines[0].counterparty.name) == (0, "BENEFICIAIRE")


def test_an_amount_may_be_padded_with_blanks() -> None:
    read = read_one(statement(movement(1, DAY, amount="         1234D")))

    assert (read.lines[0].amount_minor, read.codes) == (12344, [])


@pytest.mark.parametrize("zone", ["0000000000123Z", "00000000 0123A", "00000000-0123A", " " * 14,
                                  "0000000000123²", "٠٠٠٠٠٠٠٠٠٠١٢٣A"])  # fmt: skip
def test_an_amount_that_is_none_is_refused_with_its_line(zone: str) -> None:
    data = file_of(RECORDS[0], movement(1, DAY, amount=zone), RECORDS[-1], encoding="utf-8")

    assert refusal(data) == (f"not a signed amount: {zone!r}", "line 2")


def test_blank_decimals_are_those_of_the_currency() -> None:
    read = read_one(statement(movement(1, DAY, decimals=" ", amount=signed(12_34))))

    assert read.lines[0].amount_minor == 12_34
    assert read.codes == ["decimals_blank"]


def test_decimals_are_brought_to_the_currency_s_own() -> None:
    units = movement(1, DAY, decimals="0", amount=signed(12))
    thousandths = movement(1, DAY, decimals="3", amount=signed(-12_340))

    read = read_one(statement(units, thousandths))

    assert [line.amount_minor for line in read.lines] == [12_00, -12_34]


def test_an_amount_with_more_decimals_than_the_currency_has_is_refused() -> None:
    data = statement(movement(1, DAY, decimals="3", amount=signed(12_345)))

    assert refusal(data) == ("amount has more than 2 decimals: 12345E-3", "line 2")


def test_a_currency_without_decimals() -> None:
    read = read_one(
        statement(movement(1500, DAY, currency="XPF", decimals="0"), currency="XPF", decimals="0",
                  opening=100, closing=1600)
    )  # fmt: skip

    assert (read.closed.currency, read.lines[0].currency) == ("XPF", "XPF")
    assert (read.lines[0].amount_minor, read.closed.closing) == (1500, Balance(LAST, 1600))


def test_a_blank_currency_of_the_balances_is_that_of_the_movements() -> None:
    read = read_one(
        file_of(
            balance("01", 100, FIRST, currency="", decimals=""),
            movement(5, DAY, currency="CHF"),
            balance("07", 105, LAST, currency="", decimals=""),
        )
    )

    assert read.opened.account.currency is None
    assert (read.closed.currency, read.closed.account.currency) == ("CHF", "CHF")
    assert read.lines[0].currency == "CHF"
    assert read.codes == ["decimals_blank"]


def test_without_any_currency_euros_are_assumed_with_a_warning() -> None:
    read = read_one(statement(movement(5, DAY, currency=""), currency=""))

    assert (read.closed.currency, read.lines[0].currency) == ("EUR", "EUR")
    assert read.codes == ["currency_assumed"]


def test_an_unknown_currency_is_refused_with_its_line() -> None:
    with pytest.raises(UnsupportedCurrency) as caught:
        read_one(statement(movement(5, DAY, currency="ABC")))

    assert caught.value.position == "line 2"


def test_a_movement_in_another_currency_keeps_it() -> None:
    assert read_one(statement(movement(5, DAY, currency="USD"))).lines[0].currency == "USD"


def test_a_new_balance_in_another_currency_is_refused() -> None:
    data = file_of(balance("01", 1, FIRST), balance("07", 1, LAST, currency="USD"))

    assert refusal(data) == ("the new balance is in USD, the old one in EUR", "line 2")


def test_several_statements_and_accounts_follow_each_other() -> None:
    other = "99999999999"
    data = (
        statement(movement(1, DAY))
        + statement(movement(2, DAY), movement(3, DAY), opening=7)
        + statement(movement(4, DAY, account=other), account=other)
    )

    reads = read_all(data)

    assert [read.closed.ordinal for read in reads] == [1, 2, 3]
    assert [[line.amount_minor for line in read.lines] for read in reads] == [[1], [2, 3], [4]]
    assert reads[2].closed.account.number == "300040082399999999999"


def test_findings_belong_to_the_statement_they_were_made_in() -> None:
    reads = read_all(statement(movement(1, DAY, operation="Z9")) + statement(movement(1, DAY)))

    assert [read.codes for read in reads] == [["operation_code_unknown"], []]


def test_a_movement_of_another_branch_is_read_with_a_warning() -> None:
    read = read_one(statement(movement(1, DAY, branch="00999")))

    assert read.codes == ["bank_code_differs"]


def test_a_movement_without_booking_date_takes_its_value_date() -> None:
    read = read_one(statement(movement(1, DAY, date="", value="160324")))

    assert (read.lines[0].booking_date, read.lines[0].value_date) == (date(2024, 3, 16),) * 2
    assert read.codes == ["booking_date_missing"]


@pytest.mark.parametrize("zone", ["", "000000"])
def test_a_value_date_may_be_missing(zone: str) -> None:
    assert read_one(statement(movement(1, DAY, value=zone))).lines[0].value_date is None


def test_years_of_two_digits_are_of_this_century_below_eighty() -> None:
    data = file_of(balance("01", 1, FIRST, date="311299"), balance("07", 1, FIRST, date="010100"))

    closed = read_one(data).closed

    assert closed.opening == Balance(date(1999, 12, 31), 1)
    assert closed.closing == Balance(date(2000, 1, 1), 1)


@pytest.mark.parametrize(
    ("records", "sentence", "position"),
    [
        ((), "the file holds no statement", "line 1"),
        (("", ""), "the file holds no statement", "line 1"),
        ((RECORDS[1],), "a movement (04) outside of a statement", "line 1"),
        ((RECORDS[2],), "a complement (05) without its movement (04)", "line 1"),
        ((RECORDS[0], RECORDS[2]), "a complement (05) without its movement (04)", "line 2"),
        ((RECORDS[4],), "a new balance (07) without a statement", "line 1"),
        ((RECORDS[0], RECORDS[0]),
         "a statement begins (01) before the new balance (07) of the one before", "line 2"),
        ((RECORDS[0], record("06")), "no record begins with '06'", "line 2"),
        ((*RECORDS, "garbage"), "no record begins with 'ga'", "line 6"),
        ((RECORDS[0], movement(1, DAY, date="310224")),
         "booking date: not a date DDMMYY: '310224'", "line 2"),
        ((RECORDS[0], movement(1, DAY, date="", value="")),
         "booking date: not a date DDMMYY: '      '", "line 2"),
        ((balance("01", 1, FIRST, date="  CART"),),
         "balance date: not a date DDMMYY: '  CART'", "line 1"),
        ((RECORDS[0], movement(1, DAY, account="99999999999")),
         "a record of another account than its statement", "line 2"),
        ((RECORDS[0], movement(1, DAY, decimals="X")), "not a number of decimals: 'X'", "line 2"),
    ],
)  # fmt: skip
def test_what_breaks_the_format_is_refused_with_its_place(
    records: tuple[str, ...], sentence: str, position: str
) -> None:
    closing = () if len(records) in {0, 1, 5, 6} or not records[0] else (RECORDS[-1],)

    assert refusal(file_of(*records, *closing)) == (sentence, position)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_a_file_cut_after_a_record_is_refused(count: int) -> None:
    sentence, position = refusal(file_of(*RECORDS[:count]))

    assert sentence == "the file ends before the new balance (07) of its statement"
    assert position == f"line {count}, end of file"


def test_a_file_cut_within_its_last_record_is_refused() -> None:
    whole = file_of(*RECORDS, end="\n")

    for cut in range(len(whole) - 121, len(whole) - 17):  # the amount ends at position 104
        refusal(whole[:cut])


def test_lines_and_complements_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cfonb120, "LINES_PER_STATEMENT_MAX", 2)
    monkeypatch.setattr(cfonb_movement, "COMPLEMENTS_PER_MOVEMENT_MAX", 3)
    one = movement(1, DAY)
    grown = (one, *[complement(one, "LIB", "X")] * 2)

    read_one(statement(*grown, *grown))
    with pytest.raises(TooLarge, match="lines in a statement"):
        read_one(statement(one, one, one))
    with pytest.raises(TooLarge, match="complements of a movement"):
        read_one(statement(*grown, grown[1]))


def test_the_raw_text_and_the_findings_are_bounded() -> None:
    of = movement(1, DAY)
    full = [complement(of, f"X{rank:02d}", "Y" * 70) for rank in range(100)]

    read = read_one(statement(of, *full))

    assert len(read.lines[0].raw) == RAW_CHARS_MAX
    assert len(read.lines[0].comment) == 100 * 75 - 1
    assert read.codes.count("qualifier_unknown") == 50
    assert read.codes[-1] == "more_findings"


def test_the_longest_texts_a_movement_can_have_are_within_the_bound() -> None:
    of, most = movement(1, DAY), COMPLEMENTS_PER_MOVEMENT_MAX - 1

    labels = read_one(statement(of, *[complement(of, "LIB", "Y" * 70)] * most)).lines[0]
    comments = read_one(statement(of, *[complement(of, "XXX", "Y" * 70)] * most)).lines[0]

    assert len(labels.label_more) == 70 * most < LINE_TEXT_CHARS_MAX
    assert len(comments.comment) < LINE_TEXT_CHARS_MAX


def test_the_first_record_is_recognised_by_its_zones() -> None:
    parser = Cfonb120Parser()

    for one in RECORDS:
        assert parser.recognises(file_of(one))
    assert parser.recognises(file_of(*RECORDS, end=""))
    assert parser.recognises(b"\xef\xbb\xbf\r\n" + file_of(*RECORDS))
    assert detect(file_of(*RECORDS)).format == "cfonb120"


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"01",
        b"01,122099999,123456789,150623,0200,1,,,2/",
        b"0000012011205        0938409934CODELICIOUS               GEBABEBB   09029308273",
        b"JournalCode\tJournalLib\tEcritureNum\tEcritureDate\tCompteNum\tCompteLib\tCompAuxNum",
        b":20:STARTUMS\r\n:25:30004/00823\r\n",
        b"<?xml version='1.0'?><Document/>",
        b"OFXHEADER:100\r\nDATA:OFXSGML\r\n",
        b"0404;2024-01-01;VIREMENT;12,00" + b" " * 100,
    ],
)
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not Cfonb120Parser().recognises(head)
