"""How a BAI2 transaction (16) and its continuations (88) become a statement line."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, StatementLine
from rappro.domain.errors import MalformedStatement
from rappro.formats.bai2 import Bai2Parser
from rappro.formats.bai2_codes import TYPE_CODES, Level, type_code
from rappro.formats.protocol import RAW_CHARS_MAX
from tests.unit.formats.bai2_writer import one
from tests.unit.formats.reading import Read, read_one


def line_of(transaction: str, **account: object) -> StatementLine:
    read = read_one(one(transaction, **account))
    assert (len(read.lines), read.codes) == (1, [])
    return read.lines[0]


def test_all_fields_of_a_transaction_have_their_place() -> None:
    assert line_of("16,475,12345,0,BANK9,CHQ17,CHECK PAID") == StatementLine(
        position=1,
        booking_date=date(2024, 3, 15),
        amount_minor=-123_45,
        currency="USD",
        value_date=date(2024, 3, 15),
        entry_ref="BANK9",
        label="CHECK PAID",
        remittance_ref="CHQ17",
        bank_code="475",
        nature=Nature.CHEQUE,
        raw="16,475,12345,0,BANK9,CHQ17,CHECK PAID",
    )


@pytest.mark.parametrize(
    "transaction",
    [
        "16,142,500,,REF,CUST/",
        "16,142,500,,REF,CUST",
        "16,142,500,,REF,CUST,/",
        "16,142,500,,REF,CUST,",
        "16,142,500,,REF,CUST,/   ",
        "16,142,500,,REF/\n88,CUST/",
        "16,142/\n88,500/\n88,,REF/\n88,CUST,/",
        "16,142,500,\n88,REF,CUST",
    ],
)
def test_fields_end_with_a_slash_or_the_line_and_go_on_in_continuations(transaction: str) -> None:
    data = one("16,142,1,,,,").replace(b"16,142,1,,,,", transaction.encode())
    line = list(Bai2Parser().parse(io.BytesIO(data)))[1]

    assert isinstance(line, StatementLine)
    assert (line.amount_minor, line.entry_ref, line.remittance_ref) == (500, "REF", "CUST")
    assert (line.label, line.label_more) == ("", "")


@pytest.mark.parametrize(
    ("transaction", "label", "more"),
    [
        ("16,195,1,,,,A, B/C, 12/24/", "A, B/C, 12/24", ""),
        ("16,195,1,,,,A, B/C", "A, B/C", ""),
        ("16,195,1,,,,ONE\n88,TWO,2/2\n88,/THREE ;", "ONE", "TWO,2/2 /THREE ;"),
        ("16,195,1,,,,/\n88,TEXT,/\n88,MORE/", "TEXT", "MORE"),
        ("16,195,1,,,\n88,TEXT", "TEXT", ""),
        ("16,195,1,,,,ONE\n88,\n88,/\n88,TWO", "ONE", "TWO"),
    ],
)
def test_a_text_may_hold_commas_and_slashes(transaction: str, label: str, more: str) -> None:
    line = read_one(one(transaction)).lines[0]

    assert (line.label, line.label_more) == (label, more)
    assert line.raw == transaction


def test_a_text_that_fills_its_record_goes_on_within_the_word() -> None:
    full = "88," + "TRANSFER TO CLIE".rjust(77, "X")

    assert line_of(f"16,195,1,,,,/\n{full}\n88,NT\n88,END").label == full[3:] + "NT"


@pytest.mark.parametrize(
    ("funds", "value_date", "comment"),
    [
        ("", None, ""),
        ("0", date(2024, 3, 15), ""),
        ("1", None, ""),
        ("2", None, ""),
        ("Z", None, ""),
        ("z", None, ""),
        ("S,3000,2000,0", None, "available 0d 30.00, 1d 20.00"),
        ("S,,,5000", None, "available 2d 50.00"),
        ("V,240318,", date(2024, 3, 18), ""),
        ("V,20240318,2400", date(2024, 3, 18), ""),
        ("V,240318,9999", date(2024, 3, 18), ""),
        ("v,,", None, ""),
        ("D,3,0,1000,1,1500,7,2500", None, "available 0d 10.00, 1d 15.00, 7d 25.00"),
        ("D,0", None, ""),
    ],
)
@pytest.mark.parametrize("is_split", [False, True])
def test_the_fields_of_a_funds_type_are_taken(
    funds: str, value_date: date | None, comment: str, is_split: bool
) -> None:
    text = funds.replace(",", "/\n88,") if is_split else funds

    line = line_of(f"16,174,5000,{text},BREF,CREF,TEXT")

    assert (line.value_date, line.comment) == (value_date, comment)
    assert (line.entry_ref, line.remittance_ref, line.label) == ("BREF", "CREF", "TEXT")


def test_an_unknown_funds_type_is_noted() -> None:
    read = read_one(one("16,174,5000,X,BREF,CREF,TEXT"))

    assert (read.lines[0].entry_ref, read.codes) == ("BREF", ["funds_type_unknown"])


@pytest.mark.parametrize(
    "code", [c for c, kind in TYPE_CODES.items() if kind.level is Level.DETAIL]
)
def test_the_type_code_says_the_sign(code: str) -> None:
    is_out = 400 <= int(code) < 700

    assert line_of(f"16,{code},100,,,,").amount_minor == (-100 if is_out else 100)


def test_the_table_has_every_listed_code() -> None:
    levels = [kind.level for kind in TYPE_CODES.values()]

    assert len(TYPE_CODES) == 468 + 1  # the message, 890, is described apart
    assert {level: levels.count(level) for level in Level} == {
        Level.STATUS: 54, Level.SUMMARY: 155, Level.DETAIL: 259, Level.NON_MONETARY: 1
    }  # fmt: skip
    assert [type_code(text) for text in ("", "1", "10000", "1a2", "²00")] == [None] * 5


@pytest.mark.parametrize(
    ("code", "minor", "status"),
    [("187", 1, "booked"), ("999", -1, "booked"), ("960", -1, "booked"), ("920", 1, "booked"),
     ("199", 1, "booked"), ("699", -1, "booked"), ("725", 1, "booked")],
)  # fmt: skip
def test_directions_by_range(code: str, minor: int, status: str) -> None:
    line = read_one(one(f"16,{code},1,,,,")).lines[0]

    assert (line.amount_minor, line.status.value, line.bank_code) == (minor, status, code)


def test_an_unlisted_type_code_is_a_line_with_a_finding() -> None:
    read = read_one(one("16,199,700,,,,NEW", "16,199,1,,,,", "16,498,1,,,,", "16,970,5,,,,"))

    assert [line.amount_minor for line in read.lines] == [700, 1, -1, -5]
    assert [line.nature for line in read.lines] == [None, None, Nature.OTHER, None]
    assert read.codes == ["unlisted_type_code", "unlisted_type_code"]
    assert [finding.message for finding in read.closed.findings] == [
        "the type code 199 is not listed; read by the range it is in (2 times)",
        "the type code 970 is not listed; read by the range it is in",
    ]


@pytest.mark.parametrize("code", ["005", "730", "905"])
def test_a_code_without_direction_counts_in_no_balance(code: str) -> None:
    read = read_one(one(f"16,{code},700,,,,WHAT"))

    assert [line.status for line in read.lines] == [LineStatusAtBank.INFORMATION]
    assert read.lines[0].amount_minor == 700
    assert read.codes == ["unlisted_type_code", "direction_unknown"]


@pytest.mark.parametrize("amount", ["", "0"])
def test_a_message_is_information(amount: str) -> None:
    line = line_of(f"16,890,{amount},,,,CALL YOUR BRANCH")

    assert (line.amount_minor, line.status) == (0, LineStatusAtBank.INFORMATION)
    assert line.label == "CALL YOUR BRANCH"


@pytest.mark.parametrize("code", ["010", "045", "100", "400", "720", "760", "701"])
def test_totals_and_balances_are_never_lines(code: str) -> None:
    read = read_one(one(f"16,{code},700,,,,TOTAL", "16,142,1,,,,"))

    assert [line.amount_minor for line in read.lines] == [1]
    assert read.codes == ["summary_in_detail"]


@pytest.mark.parametrize(
    ("code", "nature", "is_reversal"),
    [("142", Nature.TRANSFER, False), ("451", Nature.DIRECT_DEBIT, False),
     ("475", Nature.CHEQUE, False), ("115", Nature.CHEQUE_DEPOSIT, False),
     ("147", Nature.CARD_DEPOSIT, False), ("698", Nature.FEE, False),
     ("354", Nature.INTEREST, False), ("481", Nature.LOAN, False), ("722", Nature.LOAN, False),
     ("557", Nature.RETURN, False), ("558", Nature.RETURN, True), ("252", Nature.OTHER, True),
     ("595", Nature.CASH, False), ("399", None, False)],
)  # fmt: skip
def test_the_type_code_says_the_nature(code: str, nature: Nature | None, is_reversal: bool) -> None:
    line = line_of(f"16,{code},100,,,,")

    assert (line.nature, line.is_reversal) == (nature, is_reversal)


def test_a_minus_is_money_out_whatever_the_code() -> None:
    read = read_one(one("16,142,-700,,,,", "16,475,-700,,,,", "16,475,+700,,,,"))

    assert [line.amount_minor for line in read.lines] == [-700, -700, -700]
    assert [finding.message for finding in read.closed.findings] == [
        "a transaction amount has a minus sign; read as money out (2 times)"
    ]


def test_an_amount_with_a_point_is_read_in_its_currency() -> None:
    data = one("16,142,1250,,,,").replace(b"16,142,1250", b"16,142,12.50")

    read = read_one(data)

    assert (read.lines[0].amount_minor, read.codes) == (1250, ["amount_has_point"])


def test_an_amount_that_is_missing_is_zero_and_noted() -> None:
    read = read_one(one("16,142,,,,,"))

    assert (read.lines[0].amount_minor, read.codes) == (0, ["amount_missing"])


@pytest.mark.parametrize(
    ("currency", "minor"), [("JPY", 5000), ("TND", 5000), ("USD", 5000), ("EUR", 5000)]
)
def test_amounts_are_in_the_minor_unit_of_the_account(currency: str, minor: int) -> None:
    line = line_of("16,142,5000,,,,", currency=currency)

    assert (line.amount_minor, line.currency) == (minor, currency)


def test_availability_is_told_with_the_decimals_of_the_currency() -> None:
    assert line_of("16,174,5,S,5,0,0,,,", currency="JPY").comment == "available 0d 5"


def wire(code: str) -> Read:
    return read_one(
        one(
            f"16,{code},100,,,,FED NO: 2024\n88,SENDER BNK:=SOME BANK\n88,ORG:=PAYER CO, INC\n"
            "88,ORG ID:=FR7630006000011234567890189\n88,ORG ADDRESS:=2/AV MAIN\n"
            "88,BNF NAME:=PAYEE LLC\n88,BNF ID:=778899\n88,OBI:=INVOICE 12:30 /A,B\n"
            "88,EREF:=E2E-1\n88,SENDER BIC:=BANKUS33"
        )
    )


def test_the_keywords_of_a_wire_name_the_payer_of_money_in() -> None:
    line = wire("195").lines[0]

    assert line.counterparty == Counterparty(
        "PAYER CO, INC", "FR7630006000011234567890189", "BANKUS33", None
    )
    assert line.ordering_account == "FR7630006000011234567890189"
    assert line.end_to_end_id == "E2E-1"


def test_the_keywords_of_a_wire_name_the_payee_of_money_out() -> None:
    line = wire("495").lines[0]

    assert line.counterparty == Counterparty("PAYEE LLC")
    assert line.ordering_account == "778899"


def test_the_keywords_of_ach_stand_in_one_text() -> None:
    line = line_of(
        "16,451,100,Z,,,ORIG CO NAME:ACME CORP ORIG ID:9111 DESC DATE:0315 CO ENTRY DESCR:PAYMENT"
        " SEC:CCD FOO:BAR EREF:A:B MREF=M 7 CRED:FR12ZZZ123456 RETURN REASON:R01"
    )

    assert line.counterparty == Counterparty("ACME CORP", id="9111")
    assert (line.end_to_end_id, line.mandate_id) == ("A:B", "M 7")
    assert (line.creditor_id, line.return_reason) == ("FR12ZZZ123456", "R01")


def test_placeholders_are_no_references() -> None:
    line = line_of("16,142,100,,000000,0000,EREF:NOTPROVIDED")

    assert (line.entry_ref, line.remittance_ref, line.end_to_end_id) == (None, "", None)


def test_the_raw_text_is_bounded() -> None:
    line = read_one(one("16,195,1,,,,A" + "\n88,".join(["B" * 100] * 100))).lines[0]

    assert len(line.raw) == RAW_CHARS_MAX
    assert len(line.label_more) == 99 * 101 - 1


@pytest.mark.parametrize(
    ("transaction", "sentence"),
    [
        ("16,ABC,100,,,,", "not a type code: 'ABC'"),
        ("16,10000,100,,,,", "not a type code: '10000'"),
        ("16", "no record begins with '16'"),
        ("16,", "not a type code: ''"),
        ("16,142,NaN,,,,", "amount: not an amount: 'NaN'"),
        ("16,142,1e9,,,,", "amount: not an amount: '1e9'"),
        ("16,142,٣,,,,", "amount: not an amount: '٣'"),
        ("16,142,1.234,,,,", "amount: more decimals than USD has: '1.234'"),
        ("16,142," + "9" * 19 + ",,,,", f"amount: amount of more than 18 digits: '{'9' * 19}'"),
        ("16,142,1,V,241301,,,,", "value date: not a date YYMMDD: '241301'"),
        ("16,142,1,V,00000101,,,,", "value date: not a date YYMMDD: '00000101'"),
        ("16,142,1,S,1,x,3,,,", "available amount: not an amount: 'x'"),
        ("16,142,1,D,x,,,", "number of availabilities: not a number: 'x'"),
        ("16,142,1,D,101,,,", "more than 100 availabilities"),
        ("16,142,1,D,1,x,1,,,", "days of availability: not a number: 'x'"),
    ],
)
def test_what_is_no_transaction_is_refused_with_its_line(transaction: str, sentence: str) -> None:
    data = one("16,475,1,,,,").replace(b"16,475,1,,,,", b"16,475,1,,,,\n" + transaction.encode())
    with pytest.raises(MalformedStatement) as caught:
        list(Bai2Parser().parse(io.BytesIO(data)))

    assert (caught.value.detail, caught.value.position) == (sentence, "line 5")
