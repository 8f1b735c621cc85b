"""How transactions of OFX become lines: the same for SGML and XML, unless a test says which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rappro.domain.bank import Counterparty, LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.ofx1 import Ofx1Parser
from rappro.formats.ofx2 import Ofx2Parser
from rappro.formats.protocol import FIELD_CHARS_MAX, LINE_TEXT_CHARS_MAX, RAW_CHARS_MAX
from tests.unit.formats.ofx_writer import (
    HEADER1,
    Element,
    balance,
    listed,
    sgml,
    sgml_of,
    statement,
    trn,
    xml,
    xml_of,
)
from tests.unit.formats.reading import Read, events_of, read_one

Reader = Callable[..., Read]
UTF8 = HEADER1.format(encoding="UTF-8", charset="NONE")


@pytest.fixture(params=["ofx1", "ofx1 closed", "ofx2"])
def read(request: pytest.FixtureRequest) -> Reader:
    """Give a function that writes transactions in a format and reads them back."""

    def reading(*transactions: Element) -> Read:
        answer = statement(listed(*transactions), balance())
        if request.param == "ofx2":
            return read_one(xml(answer), Ofx2Parser())
        is_closed = request.param == "ofx1 closed"
        data = sgml(answer, is_closed=is_closed, coding="utf-8", header=UTF8)
        return read_one(data, Ofx1Parser())

    return reading


def line_of(read: Reader, **texts: str | list[Element] | None) -> StatementLine:
    """Return the line of one transaction that deserves no finding."""
    found = read(trn(**texts))
    assert found.codes == []
    return found.lines[0]


def test_each_element_goes_to_its_field(read: Reader) -> None:
    line = line_of(
        read, TRNTYPE="CHECK", DTPOSTED="20240315", DTUSER="20240313", DTAVAIL="20240318",
        TRNAMT="-12.34", FITID="2024-77", SRVRTID="S1", CHECKNUM="1234567", REFNUM="R9",
        NAME="CHEQUE 1234567", MEMO="LOYER MARS",
    )  # fmt: skip

    assert line.raw != ""
    assert line == StatementLine(
        position=1,
        booking_date=date(2024, 3, 15),
        amount_minor=-12_34,
        currency="EUR",
        value_date=date(2024, 3, 18),
        entry_ref="2024-77",
        label="CHEQUE 1234567",
        label_more="LOYER MARS",
        comment="R9",
        remittance_ref="1234567",
        bank_code="CHECK",
        nature=Nature.CHEQUE,
        raw=line.raw,
    )


@pytest.mark.parametrize(
    ("written", "minor"),
    [
        ("50.00", 50_00), ("-50.00", -50_00), ("+50.00", 50_00), ("50,00", 50_00),
        ("-530,86", -530_86), ("+0,5", 50), ("50", 50_00), ("-.5", -50), (",50", 50),
        ("-00000000001500.0000", -1500_00), ("  -11,76  ", -11_76), ("0", 0), ("-0.00", 0),
    ],
)  # fmt: skip
def test_an_amount_has_a_point_or_a_comma_and_perhaps_a_sign(
    read: Reader, written: str, minor: int
) -> None:
    assert line_of(read, TRNTYPE="OTHER", TRNAMT=written).amount_minor == minor


@pytest.mark.parametrize(
    ("written", "minor", "code"),
    [
        ("1.234,56", 1234_56, "amount_grouped"), ("-1,234.56", -1234_56, "amount_grouped"),
        ("1 234,56", 1234_56, "amount_grouped"), ("1.234.567", 1234567_00, "amount_grouped"),
        ("1'234'567.8", 1234567_80, "amount_grouped"), ("   .  ", 0, "amount_without_digits"),
        ("R$ 5.326,43", 5326_43, "amount_marked"), ("-$12.00", -12_00, "amount_marked"),
        ("€ -12,00", -12_00, "amount_marked"),
    ],
)  # fmt: skip
def test_other_clear_ways_to_write_an_amount_are_read_and_noted(
    read: Reader, written: str, minor: int, code: str
) -> None:
    found = read(trn(TRNTYPE="OTHER", TRNAMT=written))

    assert (found.lines[0].amount_minor, found.codes) == (minor, [code])


@pytest.mark.parametrize(
    "written",
    ["", "NaN", "Infinity", "1e5", "12.345", "1,234", "1.2.3", "--1.00", "12.00-", "0x10", "١٢.٠٠",
     "1" * 19, "9" * 300, "1,23,456", "$", "12.3 4"],
)  # fmt: skip
def test_what_is_no_amount_is_refused_with_its_place(read: Reader, written: str) -> None:
    with pytest.raises(MalformedStatement) as caught:
        read(trn(), trn(TRNAMT=written, FITID="F2"))

    assert "(transaction 2)" in str(caught.value.position)


def test_an_amount_is_in_the_decimals_of_its_currency() -> None:
    yen = read_one(sgml(statement(listed(trn(TRNAMT="-1500")), currency="JPY")))
    dinar = read_one(xml(statement(listed(trn(TRNAMT="1.234")), currency="tnd")))

    assert (yen.lines[0].amount_minor, yen.lines[0].currency) == (-1500, "JPY")
    assert (dinar.lines[0].amount_minor, dinar.closed.currency) == (1234, "TND")


def test_a_currency_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency, match=r"unknown currency 'ZZZ' \(at line \d+\)"):
        events_of(sgml(statement(listed(trn()), currency="ZZZ")))


@pytest.mark.parametrize(
    "written",
    [
        "20240102", "20240102120000", "202401021200", "20240102233000[-5:EST]",
        "20240102233000.000[-5:EST]", "20240102000000[+1:CET]", "20240102120000[-5]",
        "20240102093914:014", "20240102000000.000[+05.30:IST]", " 20240102 ",
        "20240102120000 [-3:GMT]",
    ],
)  # fmt: skip
def test_a_date_is_the_day_of_the_bank_whatever_its_time_and_zone(
    read: Reader, written: str
) -> None:
    assert line_of(read, DTPOSTED=written).booking_date == date(2024, 1, 2)


def test_a_date_with_dashes_is_read_and_noted(read: Reader) -> None:
    found = read(trn(DTPOSTED="2024-01-02T10:00:00"))

    assert (found.lines[0].booking_date, found.codes) == (date(2024, 1, 2), ["date_variant"])


@pytest.mark.parametrize(
    "written",
    ["00000000", "00000102", "20240230", "20241301", "201120000000", "2024010", "hier", "٢٠٢٤٠١٠٢",
     "20240102x", "02/01/2024", "20240102" + "9" * 3000],
)  # fmt: skip
def test_what_is_no_day_of_posting_is_refused_with_its_place(read: Reader, written: str) -> None:
    with pytest.raises((MalformedStatement, TooLarge)) as caught:
        read(trn(DTPOSTED=written))

    assert caught.value.position is not None


@pytest.mark.parametrize("missing", [None, ""])
def test_a_transaction_without_day_of_posting_takes_the_day_of_its_user(
    read: Reader, missing: str | None
) -> None:
    found = read(trn(DTPOSTED=missing, DTUSER="20240312"))

    assert found.lines[0].booking_date == date(2024, 3, 12)
    assert found.codes == ["booking_date_missing"]
    with pytest.raises(MalformedStatement, match="no date of posting"):
        read(trn(DTPOSTED=missing))


def test_a_day_of_availability_that_is_none_is_left_out_and_noted(read: Reader) -> None:
    found = read(trn(DTAVAIL="00000000"))

    assert (found.lines[0].value_date, found.codes) == (None, ["value_date_unreadable"])


@pytest.mark.parametrize(
    ("kind", "amount", "nature"),
    [
        ("CREDIT", "1.00", None), ("DEBIT", "-1.00", None), ("INT", "1.00", Nature.INTEREST),
        ("INT", "-1.00", Nature.INTEREST), ("DIV", "1.00", Nature.OTHER),
        ("FEE", "-1.00", Nature.FEE), ("SRVCHG", "-1.00", Nature.FEE), ("DEP", "1.00", None),
        ("ATM", "-1.00", Nature.CASH), ("POS", "-1.00", Nature.CARD),
        ("XFER", "-1.00", Nature.TRANSFER), ("CHECK", "-1.00", Nature.CHEQUE),
        ("CHECK", "1.00", Nature.CHEQUE_DEPOSIT), ("PAYMENT", "-1.00", None),
        ("CASH", "-1.00", Nature.CASH), ("DIRECTDEP", "1.00", Nature.TRANSFER),
        ("DIRECTDEBIT", "-1.00", Nature.DIRECT_DEBIT), ("REPEATPMT", "-1.00", Nature.TRANSFER),
        ("OTHER", "-1.00", None), ("Credit", "1.00", None),
    ],
)  # fmt: skip
def test_the_type_says_the_nature(
    read: Reader, kind: str, amount: str, nature: Nature | None
) -> None:
    line = line_of(read, TRNTYPE=kind, TRNAMT=amount)

    assert (line.bank_code, line.nature) == (kind, nature)


@pytest.mark.parametrize(
    ("kind", "nature"),
    [("VIREMENT", Nature.TRANSFER), ("PRELEVEMENT", Nature.DIRECT_DEBIT), ("PIX", None)],
)
def test_an_unknown_type_is_kept_and_noted(read: Reader, kind: str, nature: Nature | None) -> None:
    found = read(trn(TRNTYPE=kind))

    assert (found.lines[0].bank_code, found.lines[0].nature) == (kind, nature)
    assert found.codes == ["type_unknown"]


@pytest.mark.parametrize(("kind", "amount"), [("DEBIT", "5.00"), ("CREDIT", "-5.00")])
def test_the_sign_comes_from_the_amount_and_a_type_that_disagrees_is_noted(
    read: Reader, kind: str, amount: str
) -> None:
    found = read(trn(TRNTYPE=kind, TRNAMT=amount))

    assert found.lines[0].amount_minor == (5_00 if amount == "5.00" else -5_00)
    assert found.codes == ["sign_differs"]


def test_without_a_name_the_memo_is_the_label(read: Reader) -> None:
    line = line_of(read, NAME=None, MEMO="SEUL TEXTE")

    assert (line.label, line.label_more) == ("SEUL TEXTE", "")


def test_a_memo_that_repeats_the_name_says_nothing_more(read: Reader) -> None:
    line = line_of(read, NAME="MEME TEXTE", MEMO="MEME TEXTE")

    assert (line.label, line.label_more) == ("MEME TEXTE", "")


def test_the_reference_is_the_cheque_number_else_the_banks_reference(read: Reader) -> None:
    assert line_of(read, CHECKNUM="0000", REFNUM="R1").remittance_ref == "R1"
    assert line_of(read, CHECKNUM="77").remittance_ref == "77"
    both = line_of(read, CHECKNUM="77", REFNUM="R1")
    assert (both.remittance_ref, both.comment) == ("77", "R1")


@pytest.mark.parametrize("written", ["", "0", "000"])
def test_an_identifier_of_zeros_is_none(read: Reader, written: str) -> None:
    assert line_of(read, FITID=written).entry_ref is None


def test_a_payee_is_the_counterparty(read: Reader) -> None:
    payee: list[Element] = [("NAME", "DUPONT SARL"), ("ADDR1", "1 RUE X"), ("CITY", "PARIS")]
    line = line_of(read, NAME=None, PAYEE=payee, PAYEEID="P7", EXTDNAME="DUPONT ET FILS SARL")

    assert line.counterparty == Counterparty("DUPONT SARL", None, None, "P7")
    assert (line.label, line.comment) == ("DUPONT SARL", "DUPONT ET FILS SARL")


def test_a_name_alone_is_no_counterparty(read: Reader) -> None:
    """NAME is the payee or any description; only PAYEE is surely a name."""
    assert line_of(read, NAME="PRLV SEPA EDF").counterparty == Counterparty()


@pytest.mark.parametrize(
    ("account", "ordering", "iban"),
    [
        ([("BANKID", "30006"), ("BRANCHID", "00001"), ("ACCTID", "12345678901"),
          ("ACCTTYPE", "CHECKING"), ("ACCTKEY", "89")],
         "FR7630006000011234567890189", "FR7630006000011234567890189"),
        ([("BANKID", "AGRIFRPP"), ("ACCTID", "FR76 3000 6000 0112 3456 7890 189")],
         "FR7630006000011234567890189", "FR7630006000011234567890189"),
        ([("BANKID", "987654321"), ("ACCTID", "098-121")], "098-121", None),
    ],
)  # fmt: skip
def test_the_account_at_the_other_end_is_the_ordering_account(
    read: Reader, account: list[Element], ordering: str, iban: str | None
) -> None:
    line = line_of(read, BANKACCTTO=account)

    assert (line.ordering_account, line.counterparty.iban) == (ordering, iban)
    assert line.label == "VIR DUPONT"
    assert line.counterparty.bic == ("AGRIFRPP" if account[0][1] == "AGRIFRPP" else None)


def test_a_card_at_the_other_end_is_the_ordering_account(read: Reader) -> None:
    assert line_of(read, CCACCTTO=[("ACCTID", "4970XXXX")]).ordering_account == "4970XXXX"


def rated(currency: str, rate: str | None) -> list[Element]:
    return [("CURRATE", rate), ("CURSYM", currency)] if rate is not None else [("CURSYM", currency)]


def test_an_original_amount_is_worked_out_from_its_rate(read: Reader) -> None:
    """CURRATE says what one unit of the original currency is worth: 92 EUR are 100 USD."""
    found = read(trn(TRNTYPE="DEBIT", TRNAMT="-92.00", ORIGCURRENCY=rated("USD", "0.92")))

    assert found.lines[0].amount_minor == -92_00
    assert found.lines[0].original == OriginalAmount(-100_00, "USD", "0.92")
    assert found.codes == ["original_derived"]


def test_an_amount_in_another_currency_is_converted_at_the_banks_rate(read: Reader) -> None:
    found = read(trn(TRNAMT="1000", CURRENCY=rated("JPY", "0,0061")))

    line = found.lines[0]
    assert (line.amount_minor, line.currency) == (6_10, "EUR")
    assert line.original == OriginalAmount(1000, "JPY", "0,0061")
    assert found.codes == ["amount_converted"]


@pytest.mark.parametrize("rate", [None, "0", "", "x", "-1", "1e3"])
def test_without_a_usable_rate_nothing_is_converted(read: Reader, rate: str | None) -> None:
    found = read(
        trn(TRNAMT="10.00", CURRENCY=rated("USD", rate)),
        trn(TRNAMT="10.00", ORIGCURRENCY=rated("USD", rate)),
    )

    foreign, own = found.lines
    assert (foreign.amount_minor, foreign.currency, foreign.original) == (10_00, "USD", None)
    assert (own.amount_minor, own.currency, own.original) == (10_00, "EUR", None)
    assert found.codes == ["rate_missing"]


def test_the_statements_own_currency_in_a_transaction_changes_nothing(read: Reader) -> None:
    line = line_of(read, CURRENCY=rated("EUR", "1.00"), TRNAMT="12.00")

    assert (line.amount_minor, line.currency, line.original) == (12_00, "EUR", None)


def test_pending_transactions_are_pending(read: Reader) -> None:
    waiting: Element = ("BANKTRANLISTP", [
        ("DTASOF", "20240401"),
        trn("STMTTRNP", DTPOSTED=None, DTTRAN="20240401", FITID=None, TRNTYPE="HOLD",
            TRNAMT="-9.00"),
    ])  # fmt: skip
    for data in (
        sgml(statement(listed(trn()), balance(), waiting)),
        xml(statement(listed(trn()), balance(), waiting)),
    ):
        found = read_one(data)

        booked, pending = found.lines
        assert booked.status is LineStatusAtBank.BOOKED
        assert (pending.status, pending.booking_date, pending.amount_minor) == (
            LineStatusAtBank.PENDING, date(2024, 4, 1), -9_00
        )  # fmt: skip
        assert found.codes == []


def test_a_hold_among_posted_transactions_is_pending_and_noted(read: Reader) -> None:
    found = read(trn(TRNTYPE="HOLD", TRNAMT="-9.00"))

    assert found.lines[0].status is LineStatusAtBank.PENDING
    assert found.codes == ["hold_listed"]


@pytest.mark.parametrize(
    ("action", "status"),
    [("DELETE", LineStatusAtBank.INFORMATION), ("REPLACE", LineStatusAtBank.BOOKED)],
)
def test_a_correction_names_what_it_corrects(
    read: Reader, action: str, status: LineStatusAtBank
) -> None:
    found = read(trn(CORRECTFITID="F0", CORRECTACTION=action))

    assert (found.lines[0].comment, found.lines[0].status) == (f"{action} F0", status)
    assert found.codes == ["correction"]


def test_an_unknown_element_goes_to_the_comment(read: Reader) -> None:
    extra: list[Element] = [("NAME", "AUTRE"), ("DEEP", [("A", "x")])]
    found = read(trn(CATEGORY="Loyer", FOREIGN=extra))

    assert (found.lines[0].label, found.lines[0].comment) == ("VIR DUPONT", "Loyer AUTRE x")
    assert set(found.codes) == {"tag_unknown"}


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("R&amp;D &lt;3 &gt; 2", "R&D <3 > 2"), ("D&eacute;p&ocirc;t", "Dépôt"),
        ("A&nbsp;B", "A\u00a0B"), ("H&#233;l&#xE8;ne", "Hélène"), ("M & S", "M & S"),
        ("AT&T; Z", "AT&T; Z"), ("&amp;lt;", "&lt;"), ("&#0;", "&#0;"),
    ],
)  # fmt: skip
def test_entities_become_characters_and_a_bare_ampersand_stays(written: str, text: str) -> None:
    for data in (sgml_of(trn(NAME="@")), xml_of(trn(NAME="@"))):
        if written == "&#0;" and data.startswith(b"<?xml"):
            continue  # XML knows no such character, and refuses it
        line = read_one(data.replace(b"<NAME>@", b"<NAME>" + written.encode())).lines[0]

        assert line.label == text


def test_cdata_is_text(read: Reader) -> None:
    for data in (sgml_of(trn(MEMO="@")), xml_of(trn(MEMO="@"))):
        found = read_one(data.replace(b"@", b"<![CDATA[a & <b> </STMTTRN> &amp; c]]>"))

        assert found.lines[0].label_more == "a & <b> </STMTTRN> &amp; c"
        assert found.codes == []


def test_a_text_of_several_lines_becomes_one(read: Reader) -> None:
    assert line_of(read, MEMO="premier\n  second\r\ntiers").label_more == "premier second tiers"


def test_a_field_that_is_too_long_is_refused(read: Reader) -> None:
    assert len(line_of(read, MEMO="x" * FIELD_CHARS_MAX).label_more) == FIELD_CHARS_MAX
    with pytest.raises(TooLarge, match="a field of more than"):
        read(trn(MEMO="x" * (FIELD_CHARS_MAX + 1)))


def test_texts_that_are_too_long_together_are_refused(read: Reader) -> None:
    many = {f"X{rank}": "x" * FIELD_CHARS_MAX for rank in range(9)}

    assert LINE_TEXT_CHARS_MAX < 9 * FIELD_CHARS_MAX
    with pytest.raises(TooLarge):
        read(trn(**many))


def test_the_source_of_a_line_is_kept_within_its_bound(read: Reader) -> None:
    line = line_of(read, SIC="5912", MEMO="m" * 2000, NAME="n" * 2000)

    assert len(line.raw) <= RAW_CHARS_MAX
    assert "5912" in line_of(read, SIC="5912").raw
