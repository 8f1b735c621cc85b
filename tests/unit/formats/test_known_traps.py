"""The traps that readers of bank statements are known to fall into: one test each, by its name.

Each reads a whole small file, as a bank would send it. The tests of the formats have the details.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.errors import MalformedStatement
from rappro.formats.registry import detect
from tests.unit.formats import camt_writer as camt
from tests.unit.formats import cfonb_writer as cfonb
from tests.unit.formats import coda_writer as coda
from tests.unit.formats.reading import Read, read_all, read_one

# --- MT940 -------------------------------------------------------------------------------------


def mt940(*entries: str, details: str = "VIR") -> bytes:
    told = "".join(f":61:{entry}NTRFNONREF//B1\r\n:86:{details}\r\n" for entry in entries)
    return (
        ":20:STMT\r\n:25:FR7630006000011234567890189\r\n:28C:1/1\r\n:60F:C240101EUR100,00\r\n"
        f"{told}:62F:C240131EUR100,00\r\n-\r\n"
    ).encode()


def test_mt940_reversal_of_a_credit_is_money_out_and_of_a_debit_money_in() -> None:
    lines = read_one(mt940("240115RC12,00", "240115RD13,00", "240115C14,00", "240115D15,00")).lines

    assert [line.amount_minor for line in lines] == [-12_00, 13_00, 14_00, -15_00]
    assert [line.is_reversal for line in lines] == [True, True, False, False]


def test_mt940_entry_date_0102_of_a_value_date_31_december_is_in_the_next_year() -> None:
    forth, back = read_one(mt940("2312310102C1,00", "2401021231C1,00")).lines

    assert (forth.value_date, forth.booking_date) == (date(2023, 12, 31), date(2024, 1, 2))
    assert (back.value_date, back.booking_date) == (date(2024, 1, 2), date(2023, 12, 31))


def test_mt940_amount_with_a_decimal_point_is_not_a_hundred_times_as_much() -> None:
    lines = read_one(mt940("240115C1234.56", "240115C1234,56", "240115C1234,")).lines

    assert [line.amount_minor for line in lines] == [1234_56, 1234_56, 1234_00]


# --- OFX ---------------------------------------------------------------------------------------

OFX_HEADER = "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nCHARSET:1252\r\n\r\n"


def stmttrnrs(account: str, *transactions: str) -> str:
    return (
        "<STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR"
        f"<BANKACCTFROM><BANKID>30004<ACCTID>{account}<ACCTTYPE>CHECKING</BANKACCTFROM>"
        f"<BANKTRANLIST><DTSTART>20240101<DTEND>20240131{''.join(transactions)}</BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>10.00<DTASOF>20240131</LEDGERBAL></STMTRS></STMTTRNRS>"
    )


def ofx(*statements: str) -> bytes:
    body = f"<OFX><BANKMSGSRSV1>{''.join(statements)}</BANKMSGSRSV1></OFX>"
    return (OFX_HEADER + body).encode("cp1252")


def stmttrn(amount: str, *, posted: str = "20240102", rest: str = "<NAME>VIR") -> str:
    return (
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{posted}<TRNAMT>{amount}<FITID>F{amount}{rest}</STMTTRN>"
    )


def test_ofx_two_statements_of_one_file_are_two_with_their_own_account_and_lines() -> None:
    data = ofx(stmttrnrs("111", stmttrn("1.00")), stmttrnrs("222", stmttrn("2.00"), stmttrn("3")))

    reads = read_all(data)

    assert [read.closed.account.number for read in reads] == ["111", "222"]
    assert [[line.amount_minor for line in read.lines] for read in reads] == [[1_00], [2_00, 3_00]]


def test_ofx_unclosed_empty_memo_swallows_neither_its_neighbour_nor_the_next_transaction() -> None:
    first = stmttrn("1.00", rest="<NAME>UN<MEMO><CHECKNUM>7")
    second = stmttrn("2.00", rest="<NAME>DEUX<MEMO>")
    third = stmttrn("3.00", rest="<NAME>TROIS<MEMO>SUITE")

    lines = read_one(ofx(stmttrnrs("111", first, second, third))).lines

    assert [(line.label, line.label_more, line.remittance_ref) for line in lines] == [
        ("UN", "", "7"), ("DEUX", "", ""), ("TROIS", "SUITE", ""),
    ]  # fmt: skip


def test_ofx_late_in_the_evening_in_another_zone_is_still_the_day_of_the_bank() -> None:
    late = stmttrn("1.00", posted="20240102233000[-5:EST]")
    early = stmttrn("2.00", posted="20240102003000.000[+9:JST]")

    lines = read_one(ofx(stmttrnrs("111", late, early))).lines

    assert [line.booking_date for line in lines] == [date(2024, 1, 2)] * 2


# --- CFONB 120 ---------------------------------------------------------------------------------

AMOUNTS = (*range(20), *range(-19, 0))
"""Every last digit with either sign."""


def cfonb_movements(change: Callable[[str], str] = str) -> str:
    """Write a statement whose amounts end in every character there is, changed in them all."""
    records = [
        cfonb.balance("01", 0, cfonb.FIRST),
        *(cfonb.movement(minor, cfonb.DAY) for minor in AMOUNTS),
        cfonb.balance("07", sum(AMOUNTS), cfonb.LAST),
    ]
    changed = (one[:103] + change(one[103]) + one[104:] for one in records)
    return "".join(f"{one}\r\n" for one in changed)


def amounts_of(read: Read) -> list[int]:
    return [line.amount_minor for line in read.lines]


def test_cfonb_last_digit_in_lower_case_is_that_of_the_capital() -> None:
    read = read_one(cfonb_movements(str.lower).encode())

    assert amounts_of(read) == list(AMOUNTS)
    assert set(read.codes) == {"sign_variant"}


def test_cfonb_plain_last_digit_is_a_credit_with_a_warning() -> None:
    data = cfonb.statement(cfonb.movement(1, cfonb.DAY, amount="00000000001234"))

    read = read_one(data)

    assert (amounts_of(read), read.codes) == ([12_34], ["sign_missing"])


def from_ebcdic_297(character: str) -> str:
    """Return what the French EBCDIC (297, 1147 with the euro) shows where 037 shows a character."""
    return {b"\xc0": "é", b"\xd0": "è"}.get(character.encode("cp037"), character)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "iso8859-15"])
def test_cfonb_translated_from_french_ebcdic_keeps_its_signs_and_zeros(charset: str) -> None:
    """There the codes of { and } are é and è; A to R are where they are everywhere."""
    text = cfonb_movements(from_ebcdic_297)
    assert ("é" in text, "è" in text, "{" in text, "}" in text) == (True, True, False, False)

    data = text.encode(charset)
    read = read_one(data)

    assert detect(data).format == "cfonb120"
    assert amounts_of(read) == list(AMOUNTS)
    assert read.closed.closing is not None
    assert read.closed.closing.amount_minor == sum(AMOUNTS)
    assert set(read.codes) == {"sign_variant"}


def test_cfonb_blank_decimals_are_those_of_the_currency() -> None:
    read = read_one(cfonb.statement(cfonb.movement(12_34, cfonb.DAY, decimals=" ")))

    assert (amounts_of(read), read.codes) == ([12_34], ["decimals_blank"])


@pytest.mark.parametrize("tail", ["\r\n", "\n\n", " " * 120 + "\r\n", "\x1a"])
def test_cfonb_blank_line_at_the_end_is_no_record(tail: str) -> None:
    read = read_one(cfonb.statement(cfonb.movement(1, cfonb.DAY)) + tail.encode())

    assert (amounts_of(read), read.codes) == ([1], [])


# --- BAI2 --------------------------------------------------------------------------------------


def bai2(*transactions: str, day: str = "240315") -> bytes:
    total, count = 20000 + sum(int(each.split(",")[2]) for each in transactions), len(transactions)
    records = [
        f"01,BANK,CUST,{day},0600,1,,,2/", f"02,CUST,BANK,1,{day},2400,USD,2/",
        "03,55501,USD,010,10000,,,015,10000,,/", *transactions, f"49,{total},{count + 2}/",
        f"98,{total},1,{count + 4}/", f"99,{total},1,{count + 6}/",
    ]  # fmt: skip
    return "".join(f"{record}\r\n" for record in records).encode()


@pytest.mark.parametrize("day", ["240315", "20240315"])
def test_bai2_dates_of_eight_digits_are_dates(day: str) -> None:
    read = read_one(bai2("16,195,500,V,20240318,,B1,C1,WIRE", day=day))

    (line,) = read.lines
    assert (line.booking_date, line.value_date) == (date(2024, 3, 15), date(2024, 3, 18))
    assert (read.closed.period_to, line.label) == (date(2024, 3, 15), "WIRE")


def test_bai2_text_holds_commas_and_slashes_and_ends_with_its_line() -> None:
    read = read_one(bai2("16,195,500,,B1,C1,INV 12/24, 13/24, O'BRIEN & CO/", "16,495,7,,,,A/B"))

    assert [line.label for line in read.lines] == ["INV 12/24, 13/24, O'BRIEN & CO", "A/B"]
    assert (amounts_of(read), read.codes) == ([5_00, -7], [])


def test_bai2_items_of_a_deposit_are_lines_for_nothing_ties_them_to_it() -> None:
    read = read_one(
        bai2("16,115,1000,,B1,,DEPOSIT", "16,116,600,,B2,,ITEM", "16,116,400,,B3,,ITEM")
    )

    assert amounts_of(read) == [10_00, 6_00, 4_00]
    assert [line.details for line in read.lines] == [(), (), ()]


# --- CODA --------------------------------------------------------------------------------------


def test_coda_details_of_a_movement_count_neither_as_lines_nor_in_the_balance() -> None:
    batch = coda.movement(-30_00, code="10101000", text="SALAIRES", globalisation="1")
    parts = [
        coda.movement(-10_00, 1, 1, code="50101000", text="DUPONT"),
        coda.movement(-20_00, 1, 2, code="50101000", text="DURAND", globalisation="1"),
    ]

    read = read_one(coda.statement(batch, *parts, opening=100_00, closing=70_00))

    assert amounts_of(read) == [-30_00]
    assert [part.amount_minor for part in read.lines[0].details] == [-10_00, -20_00]
    assert read.closed.opening is not None
    assert read.closed.closing is not None
    assert read.closed.opening.amount_minor - 30_00 == read.closed.closing.amount_minor
    assert read.codes == []


def test_coda_amounts_have_three_decimals() -> None:
    euros = read_one(coda.statement(coda.movement(0, **coda.signed(12_340)), closing=112_34))
    zone = coda.account(coda.IBAN, "TND")
    dinars = read_one(coda.file_of(*coda.whole(
        coda.old_balance(0, account=zone), coda.movement(0, **coda.signed(12_345)),
        coda.new_balance(0, account=zone, **coda.signed(12_345)),
    )))  # fmt: skip

    assert (amounts_of(euros), amounts_of(dinars)) == ([12_34], [12_345])
    assert (euros.codes, dinars.closed.currency) == ([], "TND")


# --- CAMT --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", camt.MESSAGES)
def test_camt_reversal_indicator_does_not_turn_the_sign(name: str) -> None:
    entries = [camt.entry(sign=sign, reversal="true") for sign in ("CRDT", "DBIT")]

    read = read_one(camt.message_named(name, *entries, version=2))

    assert amounts_of(read) == [12_34, -12_34]
    assert [line.is_reversal for line in read.lines] == [True, True]


@pytest.mark.parametrize("version", [2, 6, 7, 8, 13])
@pytest.mark.parametrize("name", camt.MESSAGES)
def test_camt_pending_entries_are_apart_from_booked_ones(name: str, version: int) -> None:
    entries = [camt.entry(sts=camt.status(code, version)) for code in ("BOOK", "PDNG", "INFO")]

    read = read_one(camt.message_named(name, *entries, version=version))

    assert [line.status for line in read.lines] == [
        LineStatusAtBank.BOOKED, LineStatusAtBank.PENDING, LineStatusAtBank.INFORMATION,
    ]  # fmt: skip


@pytest.mark.parametrize("version", range(2, 15))
def test_camt_party_is_a_choice_of_person_and_bank_from_version_seven_on(version: int) -> None:
    person = camt.parties(Dbtr=camt.party("GARAGE MARTIN", version=version))
    bank = camt.el("FinInstnId", camt.el("BICFI", "AGRIFRPP"), camt.el("Nm", "BANQUE VERTE"))
    as_bank = camt.parties(Dbtr=camt.el("Agt", bank)) if version >= 7 else person

    read = read_one(
        camt.message(*(camt.entry(camt.tx(each)) for each in (person, as_bank)), version=version)
    )

    names = [line.counterparty.name for line in read.lines]
    assert names == ["GARAGE MARTIN", "BANQUE VERTE" if version >= 7 else "GARAGE MARTIN"]


@pytest.mark.parametrize("name", camt.MESSAGES)
def test_camt_entry_of_several_transactions_is_one_line_with_its_parts_as_details(
    name: str,
) -> None:
    parts = [camt.el("TxDtls", camt.amount(text), camt.ustrd(text)) for text in ("10.00", "2.34")]

    read = read_one(camt.message_named(name, camt.entry(camt.el("NtryDtls", *parts)), version=4))

    assert amounts_of(read) == [12_34]
    assert [(part.amount_minor, part.label) for part in read.lines[0].details] == [
        (10_00, "10.00"), (2_34, "2.34")
    ]  # fmt: skip


# --- Charsets and line ends, in every format ---------------------------------------------------

LABEL = "ÉCHÉANCE PRÊT À TAUX ZÉRO"
TEXTS: dict[str, str] = {
    "cfonb120": cfonb.statement(cfonb.movement(-1_00, cfonb.DAY, label=LABEL)).decode("latin-1"),
    "coda": coda.statement(coda.movement(-1_00, text=LABEL)).decode(),
    "mt940": mt940("240115D1,00", details=LABEL).decode(),
    "bai2": bai2(f"16,495,100,,B1,C1,{LABEL}").decode(),
    "ofx1": ofx(stmttrnrs("111", stmttrn("-1.00", rest=f"<NAME>{LABEL}"))).decode("cp1252"),
    "ofx2": (
        '<?xml version="1.0"?>\r\n<?OFX OFXHEADER="200" VERSION="211"?>\r\n<OFX><BANKMSGSRSV1>'
        "<STMTTRNRS><STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>111</ACCTID></BANKACCTFROM>"
        "<BANKTRANLIST><STMTTRN><TRNTYPE>OTHER</TRNTYPE><DTPOSTED>20240115</DTPOSTED>"
        f"<TRNAMT>-1.00</TRNAMT><FITID>1</FITID><NAME>{LABEL}</NAME></STMTTRN></BANKTRANLIST>"
        "</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\r\n"
    ),
    "qif": f"!Type:Bank\r\nD15/01/2024\r\nT-1,00\r\nP{LABEL}\r\n^\r\n",
    "csv": f"Date;Libellé;Débit euros;Crédit euros\r\n15/01/2024;{LABEL};1,00;\r\n",
    "camt.053": camt.message(
        camt.entry(camt.el("AddtlNtryInf", LABEL), amt="1.00", sign="DBIT")
    ).decode().replace("\n", "\r\n"),
}  # fmt: skip


def in_charset(name: str, charset: str) -> bytes:
    """Encode the file of a format; XML says which charset it is in."""
    declared = {"utf-8-sig": "UTF-8", "cp1252": "windows-1252", "iso8859-15": "ISO-8859-15"}
    text = TEXTS[name]
    if text.startswith("<?xml"):
        rest = text.partition("?>")[2]
        text = f'<?xml version="1.0" encoding="{declared.get(charset, charset)}"?>{rest}'
    return text.encode(charset)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso8859-15"])
@pytest.mark.parametrize("name", TEXTS)
def test_any_format_is_read_in_any_charset(name: str, charset: str) -> None:
    """UTF-8 with and without its mark, UTF-16, Windows-1252 and Latin-9."""
    data = in_charset(name, charset)

    assert detect(data).format == name
    (line,) = read_one(data).lines
    assert (line.label, line.amount_minor) == (LABEL, -1_00)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("name", TEXTS)
def test_any_format_is_read_with_any_line_end(name: str, end: str) -> None:
    data = TEXTS[name].replace("\r\n", end).encode()

    assert detect(data).format == name
    assert [(line.label, line.amount_minor) for line in read_one(data).lines] == [(LABEL, -1_00)]


@pytest.mark.parametrize("name", ["cfonb120", "coda", "camt.053", "ofx2"])
def test_formats_that_need_no_line_ends_are_read_without_any(name: str) -> None:
    data = TEXTS[name].replace("\r\n", "").encode()

    assert detect(data).format == name
    assert [(line.label, line.amount_minor) for line in read_one(data).lines] == [(LABEL, -1_00)]


LARGE: dict[str, str] = {
    "cfonb120": cfonb.statement(*[cfonb.movement(1, cfonb.DAY, label="ÉTÉ")] * 1_500).decode(
        "latin-1"
    ),
    "coda": coda.statement(
        *(coda.movement(1_00, rank, text="ÉTÉ") for rank in range(1, 1_501))
    ).decode(),
    "bai2": bai2(*["16,195,100,,B1,C1,ÉTÉ"] * 4_000).decode(),
}


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-be"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("name", LARGE)
def test_large_files_in_utf_16_are_read_across_blocks(name: str, end: str, charset: str) -> None:
    mark = "\ufeff" if charset == "utf-16-be" else ""
    data = (mark + LARGE[name].replace("\r\n", end)).encode(charset)

    assert len(data) > 150_000
    assert detect(data).format == name
    assert {line.label for line in read_one(data).lines} == {"ÉTÉ"}


@pytest.mark.parametrize("name", LARGE)
def test_broken_utf_16_is_refused_at_its_byte(name: str) -> None:
    data = LARGE[name].encode("utf-16")
    broken = data[:-2] + b"\xd8\xd8\xd8\xd8" + data[-2:]

    with pytest.raises(MalformedStatement, match="begins as UTF-16") as caught:
        read_one(broken)

    assert caught.value.position == f"byte {len(data) - 2}"
