"""What a line takes from an entry (:61:) of MT940: dates, sign, amount, type, references."""

from __future__ import annotations

from datetime import date

import pytest

from rappro.domain.bank import LineStatusAtBank, Nature, OriginalAmount, StatementLine
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.mt940 import MT940
from tests.unit.formats.mt_writer import entry, mt940
from tests.unit.formats.reading import Read, read_one


def read_entry(text: str, details: str | None = None, *, currency: str = "EUR") -> Read:
    """Read a statement of one entry."""
    opening, closing = f"C240101{currency}0,", f"C240131{currency}0,"
    data = mt940(entry(text, details), opening=opening, closing=closing)
    return read_one(data.encode(), MT940)


def line_of(text: str, details: str | None = None, *, currency: str = "EUR") -> StatementLine:
    """Read the line of one entry, which nothing was said against."""
    read = read_entry(text, details, currency=currency)
    assert read.codes == []
    return read.lines[0]


def test_an_entry_alone_gives_its_own_subfields() -> None:
    line = line_of("2401150116DR1234,56NDDTREF 42//BANK-7\nPRELEVEMENT EDF")

    assert line == StatementLine(
        position=1,
        booking_date=date(2024, 1, 16),
        amount_minor=-1234_56,
        currency="EUR",
        value_date=date(2024, 1, 15),
        entry_ref="BANK-7",
        label="PRELEVEMENT EDF",
        remittance_ref="REF 42",
        bank_code="NDDT",
        nature=Nature.DIRECT_DEBIT,
        raw=":61:2401150116DR1234,56NDDTREF 42//BANK-7\nPRELEVEMENT EDF",
    )


@pytest.mark.parametrize(
    ("mark", "amount", "is_reversal", "status"),
    [
        ("C", 12_00, False, LineStatusAtBank.BOOKED),
        ("D", -12_00, False, LineStatusAtBank.BOOKED),
        ("RC", -12_00, True, LineStatusAtBank.BOOKED),
        ("RD", 12_00, True, LineStatusAtBank.BOOKED),
        ("EC", 12_00, False, LineStatusAtBank.PENDING),
        ("ED", -12_00, False, LineStatusAtBank.PENDING),
        ("CR", 12_00, False, LineStatusAtBank.BOOKED),
        ("DR", -12_00, False, LineStatusAtBank.BOOKED),
        ("CD", 12_00, False, LineStatusAtBank.BOOKED),
        ("DD", -12_00, False, LineStatusAtBank.BOOKED),
        ("RCR", -12_00, True, LineStatusAtBank.BOOKED),
        ("RDR", 12_00, True, LineStatusAtBank.BOOKED),
        ("EDR", -12_00, False, LineStatusAtBank.PENDING),
    ],
)
def test_the_mark_gives_the_sign_and_a_letter_behind_it_is_the_funds_code(
    mark: str, amount: int, is_reversal: bool, status: LineStatusAtBank
) -> None:
    line = line_of(f"2401150115{mark}12,00NTRFNONREF")

    assert (line.amount_minor, line.is_reversal, line.status) == (amount, is_reversal, status)


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12,00", 1200), ("12,", 1200), ("12", 1200), ("12,5", 1250), ("12.34", 1234), ("12.", 1200),
     ("000000001213,28", 121328), ("12,3400", 1234), ("0,07", 7)],
)  # fmt: skip
def test_an_amount_has_a_comma_or_a_point_and_any_decimals_of_its_currency(
    text: str, minor: int
) -> None:
    assert line_of(f"240115C{text}NTRFNONREF").amount_minor == minor


def test_an_amount_of_a_currency_with_other_decimals_is_in_its_minor_unit() -> None:
    assert line_of("240115C500,NTRFNONREF", currency="JPY").amount_minor == 500
    assert line_of("240115C1,234NTRFNONREF", currency="TND").amount_minor == 1234
    assert line_of("240115C1,2NTRFNONREF", currency="TND").amount_minor == 1200


@pytest.mark.parametrize(
    "text",
    ["1.234,56", "1,234,56", "12,345", ",50", "NaN", "-5,00", "1e5", "9" * 31, "9" * 19 + ",00"],
)
def test_an_amount_that_is_none_is_refused_where_it_stands(text: str) -> None:
    with pytest.raises(MalformedStatement) as caught:
        read_entry(f"240115C{text}NTRFNONREF")

    assert caught.value.position == "line 5"


@pytest.mark.parametrize(
    ("value", "entry_day", "booking"),
    [("231231", "0102", date(2024, 1, 2)), ("240102", "1231", date(2023, 12, 31)),
     ("240115", "0116", date(2024, 1, 16)), ("240701", "0102", date(2024, 1, 2)),
     ("000101", "1231", date(1999, 12, 31)), ("991231", "0101", date(2000, 1, 1))],
)  # fmt: skip
def test_an_entry_date_takes_the_year_that_is_nearest_to_the_value_date(
    value: str, entry_day: str, booking: date
) -> None:
    assert line_of(f"{value}{entry_day}C1,00NTRFNONREF").booking_date == booking


def test_without_an_entry_date_the_value_date_is_the_booking_date() -> None:
    line = line_of("240115C1,00NTRFNONREF")

    assert (line.booking_date, line.value_date) == (date(2024, 1, 15), date(2024, 1, 15))


def test_the_30th_of_february_is_the_last_day_with_a_finding_each_time() -> None:
    data = mt940(entry("1602300301D6,00N024NONREF"), entry("1602300230D6,00N024NONREF"))
    read = read_one(data.encode())

    assert read.lines[0].value_date == date(2016, 2, 29)
    assert read.lines[0].booking_date == date(2016, 3, 1)
    assert read.lines[1].booking_date == date(2016, 2, 29)
    assert read.codes == ["date_clamped", "date_clamped"]
    assert "160230" in read.closed.findings[0].message


@pytest.mark.parametrize("text", ["241315", "240100", "240132", "000000", "24O115", "362268"])
def test_a_date_that_no_calendar_has_is_refused(text: str) -> None:
    with pytest.raises(MalformedStatement) as caught:
        read_entry(f"{text}C1,00NTRFNONREF")

    assert caught.value.position == "line 5"


def test_an_entry_date_that_no_calendar_has_is_refused() -> None:
    with pytest.raises(MalformedStatement):
        read_entry("2401151300C1,00NTRFNONREF")


@pytest.mark.parametrize(
    ("references", "remittance", "bank"),
    [
        ("NONREF", "", None),
        ("", "", None),
        ("NONREF//NONREF", "", None),
        ("KREF+//1234", "", "1234"),
        ("FACT 2024/17", "FACT 2024/17", None),
        ("2024/17/A//B/7//8", "2024/17/A", "B/7//8"),
        ("//ONLY-THE-BANK", "", "ONLY-THE-BANK"),
        ("A REFERENCE LONGER THAN SIXTEEN//X", "A REFERENCE LONGER THAN SIXTEEN", "X"),
    ],
)
def test_references_may_be_long_empty_or_hold_slashes(
    references: str, remittance: str, bank: str | None
) -> None:
    line = line_of(f"240115C1,00NTRF{references}")

    assert (line.remittance_ref, line.entry_ref) == (remittance, bank)


def test_a_reference_padded_to_sixteen_characters_has_a_name_behind_it() -> None:
    line = line_of("110527D1213,28N0440121470966      W.P. Jansen   ", "Terugboeking")

    assert (line.remittance_ref, line.label, line.label_more) == (
        "0121470966", "Terugboeking", "W.P. Jansen"
    )  # fmt: skip


def test_a_reference_that_is_an_iban_is_the_counterparty_and_its_name_follows() -> None:
    line = line_of("240115D1,00NOVBNL91ABNA0417164300\nhr j jansen", "Contributie")

    assert line.remittance_ref == ""
    assert line.counterparty.iban == line.ordering_account == "NL91ABNA0417164300"
    assert line.counterparty.name == "hr j jansen"


def test_a_creditor_reference_is_no_iban() -> None:
    line = line_of("240115C1,00NTRFRF18539007547034\nX")

    assert (line.remittance_ref, line.counterparty.iban) == ("RF18539007547034", None)


def test_the_supplementary_line_holds_original_amount_rate_and_charges() -> None:
    line = line_of("240115C1402,00NTRFNONREF//1\n/OCMT/USD1500,00//EXCH/1,0699//CHGS/EUR3,50/")

    assert line.original == OriginalAmount(1500_00, "USD", "1.0699")
    assert line.comment == "CHGS EUR3,50"


def test_an_original_amount_has_the_sign_of_its_line() -> None:
    line = line_of("240115D10,00NMSCNONREF\n/OCMT/CAD14,71")

    assert line.original == OriginalAmount(-14_71, "CAD", None)


def test_an_original_amount_that_cannot_be_read_is_a_finding_and_stays_in_the_comment() -> None:
    read = read_entry("240115D10,00NMSCNONREF\n/OCMT/CADxx/")

    assert read.codes == ["original_unreadable"]
    assert read.lines[0].original is None
    assert "CADxx" in read.lines[0].comment


def test_a_full_supplementary_line_goes_on_in_the_details() -> None:
    full = read_entry("240115C1,00NMSCNONREF\nTEST BENEFICIARY       DDPAYMENTRE", "FERENCE34")
    short = read_entry("240115C1,00NMSCNONREF\nSHORT TEXT", "FERENCE34")

    assert full.lines[0].label == "TEST BENEFICIARY DDPAYMENTREFERENCE34"
    assert (short.lines[0].label, short.lines[0].label_more) == ("FERENCE34", "SHORT TEXT")


@pytest.mark.parametrize(
    ("kind", "nature"),
    [("NCHK", Nature.CHEQUE), ("NCHG", Nature.FEE), ("NINT", Nature.INTEREST),
     ("NRTI", Nature.RETURN), ("FTRF", Nature.TRANSFER), ("S051", None), ("NMSC", None),
     ("NVIR", Nature.TRANSFER), ("NPRL", Nature.DIRECT_DEBIT), ("NTAX", Nature.TAX)],
)  # fmt: skip
def test_the_transaction_type_says_the_nature(kind: str, nature: Nature | None) -> None:
    line = line_of(f"240115D1,00{kind}NONREF")

    assert (line.bank_code, line.nature) == (kind, nature)


def test_a_cheque_that_comes_in_was_remitted() -> None:
    assert line_of("240115C1,00NCHK123").nature is Nature.CHEQUE_DEPOSIT
    assert line_of("240115RC1,00NCHK123").nature is Nature.CHEQUE_DEPOSIT


def test_an_unknown_or_missing_type_is_kept_with_a_finding() -> None:
    assert read_entry("240115C1,00NXYZNONREF").codes == ["type_unknown"]
    assert read_entry("240115C1,00").codes == ["type_missing"]
    read = read_entry("240115C50,00 NTRFNONREF")
    assert (read.codes, read.lines[0].bank_code) == ([], "NTRF")


def test_numbered_lines_of_ns_are_texts_of_the_entry() -> None:
    line = line_of(
        "240115C1,00S05168790452\n:NS:01Verwendungszweck 1\n02Rechnung 7\n15Empfaenger GmbH\n"
        "17Gutschrift\n1812345\n3370050000\n34123456"
    )

    assert line.label == "Verwendungszweck 1 Rechnung 7"
    assert line.counterparty.name == "Empfaenger GmbH"
    assert line.ordering_account == "70050000/123456"
    assert line.comment == "Gutschrift 1812345"


def test_an_entry_that_is_none_is_refused_with_its_place() -> None:
    with pytest.raises(MalformedStatement) as caught:
        read_entry("240115X1,00NTRFNONREF")

    assert caught.value.position == "line 5"
    assert "240115X1,00" in caught.value.detail


def test_texts_beyond_their_bounds_are_refused() -> None:
    with pytest.raises(TooLarge) as caught:
        read_entry("240115C1,00NTRFNONREF", "\n".join(["x" * 65] * 300))
    assert caught.value.position == "line 5"
    with pytest.raises(TooLarge):
        read_entry("240115C1,00NTRFNONREF", "166?00X?20EREF+1?32" + "N" * 2_001)
    with pytest.raises(TooLarge):
        read_entry("240115C1,00NTRFNONREF\n" + "\n".join(["x" * 65] * 300))


def test_a_currency_that_is_none_is_refused() -> None:
    with pytest.raises(UnsupportedCurrency) as caught:
        read_entry("240115C1,00NTRFNONREF", currency="XXX")

    assert caught.value.position == "line 4"


def test_raw_keeps_both_fields_as_they_are_and_is_bounded() -> None:
    line = line_of("240115C1,00NTRFNONREF", "one\n  two")
    long = line_of("240115C1,00NTRFNONREF", "\n".join(["y" * 65] * 100))

    assert line.raw == ":61:240115C1,00NTRFNONREF\n:86:one\n  two"
    assert len(long.raw) == 4_000
