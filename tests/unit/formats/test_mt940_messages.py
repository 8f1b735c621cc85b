"""Files of MT940: messages, accounts, balances, envelopes, charsets, and what is refused."""

from __future__ import annotations

import io
from datetime import date

import pytest

from rappro.domain.bank import Balance
from rappro.domain.errors import InputError, MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats.mt940 import MT940
from rappro.formats.mt942 import MT942
from rappro.formats.protocol import STATEMENTS_PER_FILE_MAX
from rappro.formats.registry import detect
from tests.unit.formats.mt_writer import ACCOUNT, entry, mt940, mt942
from tests.unit.formats.reading import read_all, read_one

ENTRY = entry(details="VIR SEPA")


def refused(data: str | bytes) -> InputError:
    """Return why a file is refused; it always says where."""
    raw = data.encode() if isinstance(data, str) else data
    with pytest.raises(InputError) as caught:
        list(MT940.parse(io.BytesIO(raw)))
    assert caught.value.position is not None
    return caught.value


def test_a_statement_has_account_number_period_and_balances() -> None:
    read = read_one(mt940(ENTRY, opening="D240101EUR5,", closing="C240131EUR5,").encode())

    closed = read.closed
    assert read.opened.account == closed.account
    assert (closed.account.iban, closed.account.currency) == (ACCOUNT, "EUR")
    assert (closed.number, closed.currency, closed.line_count) == ("1/1", "EUR", 1)
    assert closed.opening == Balance(date(2024, 1, 1), -5_00)
    assert closed.closing == Balance(date(2024, 1, 31), 5_00)
    assert (closed.period_from, closed.period_to) == (date(2024, 1, 1), date(2024, 1, 31))
    assert closed.findings == ()


@pytest.mark.parametrize(
    ("field", "iban", "number", "bic"),
    [
        ("50880050/0194774600888", None, "50880050/0194774600888", None),
        ("FR14 2004 1010 0505 0001 3M02 606", ACCOUNT, None, None),
        (f"{ACCOUNT}EUR", ACCOUNT, None, None),
        (f"{ACCOUNT} EUR", ACCOUNT, None, None),
        (f"/{ACCOUNT}", ACCOUNT, None, None),
        (f"PSSTFRPPPAR/{ACCOUNT}", ACCOUNT, None, "PSSTFRPPPAR"),
        ("1291.99.348EUR", None, "1291.99.348", None),
        ("DABADKKK/1234567890", None, "1234567890", "DABADKKK"),
        ("UBRTHUHB/123456789150ABCDEF002/EUR", None, "123456789150ABCDEF002", "UBRTHUHB"),
        ("20041/01005/0500013M026/06", ACCOUNT, None, None),
        ("20041010050500013M02606", ACCOUNT, None, None),
        ("20041/01005/0500013M026", ACCOUNT, None, None),
        ("20041010050500013M02607", None, "20041010050500013M02607", None),
    ],
)
def test_an_account_is_an_iban_a_rib_or_the_banks_own_number(
    field: str, iban: str | None, number: str | None, bic: str | None
) -> None:
    account = read_one(mt940(head=f":20:R\n:25:{field}\n:28C:1").encode()).closed.account

    assert (account.iban, account.number, account.bic) == (iban, number, bic)


def test_the_account_may_come_with_a_bic_on_a_second_line() -> None:
    account = read_one(mt940(head=f":20:R\n:25P:{ACCOUNT}\nPSSTFRPPPAR\n:28C:1").encode())

    assert (account.closed.account.iban, account.closed.account.bic) == (ACCOUNT, "PSSTFRPPPAR")


def test_an_iban_with_a_wrong_check_is_kept_with_a_finding() -> None:
    read = read_one(mt940(head=":20:R\n:25:NL81ASNB9999999999\n:28C:1").encode())

    assert (read.closed.account.iban, read.codes) == ("NL81ASNB9999999999", ["account_check"])


def test_the_field_ns_names_the_account_holder() -> None:
    read = read_one(
        mt940(head=":20:R\n:25:1\n:28:1\n:NS:22DUPONT SA\n23Compte\n3137010000").encode()
    )

    assert read.opened.account.holder == "DUPONT SA"


def test_several_messages_and_accounts_follow_each_other() -> None:
    other = mt940(ENTRY, ENTRY, head=":20:B\n:25:OTHER\n:28C:7", opening="C240101USD0,",
                  closing="C240131USD20,")  # fmt: skip

    reads = read_all((mt940(ENTRY) + other + mt940()).encode())

    assert [read.closed.account.iban or read.closed.account.number for read in reads] == [
        ACCOUNT, "OTHER", ACCOUNT
    ]  # fmt: skip
    assert [(r.closed.currency, len(r.lines)) for r in reads] == [
        ("EUR", 1),
        ("USD", 2),
        ("EUR", 0),
    ]


def test_statements_of_one_message_need_no_reference_of_their_own() -> None:
    second = f":28C:2/1\n:60F:C240201EUR0,\n{ENTRY}\n:62F:C240229EUR0,\n"
    third = ":25:OTHER\n:28C:3/1\n:60F:C240201EUR0,\n:62F:C240229EUR0,\n-\n"

    reads = read_all((mt940(ENTRY, tail="") + second + third).encode())

    assert [(r.closed.account.iban, r.closed.number) for r in reads] == [
        (ACCOUNT, "1/1"), (ACCOUNT, "2/1"), (None, "3/1")
    ]  # fmt: skip


def test_the_pages_of_a_statement_stay_statements_as_the_file_has_them() -> None:
    first = mt940(ENTRY, closing="X").replace(":62F:X", ":62M:C240115EUR10,")
    second = mt940(
        ENTRY, opening="X", closing="C240131EUR20,", head=f":20:R\n:25:{ACCOUNT}\n:28C:1/2"
    ).replace(":60F:X", ":60M:C240115EUR10,")

    reads = read_all((first + second).encode())

    assert [read.closed.number for read in reads] == ["1/1", "1/2"]
    assert reads[0].closed.closing == reads[1].closed.opening
    assert [read.codes for read in reads] == [["page"], ["page"]]
    assert "page 2" in reads[1].closed.findings[0].message


def test_details_after_the_closing_balance_are_of_the_statement() -> None:
    read = read_one(mt940(ENTRY, tail=":64:C240131EUR0,\n:86:AVIS\nDE LA BANQUE\n-").encode())

    assert read.lines[0].label == "VIR SEPA"
    assert read.codes == ["statement_information"]
    assert read.closed.findings[0].message.endswith(": AVIS DE LA BANQUE")


def test_details_before_the_first_entry_are_of_the_statement() -> None:
    data = mt940(":86:For your information", ENTRY)

    assert read_one(data.encode()).codes == ["statement_information"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{1:F01BANKFRPPAXXX0000000000}{2:I940CLIEFRPPXXXXN}{4:\n", "-}"),
        ("{1:F01BANKFRPPAXXX0000000000}\n{2:I940CLIEFRPPXXXXN}\n{4:\n", "-}{5:{MAC:0}{CHK:1}}"),
        ("ABNANL2A\n940\nABNANL2A\n", "-"),
        (":940:\n", ""),
        ("0000 01INGBNL2AXXXX00001\n0000 01INGBNL2AXXXX00001\n940 00\n", "-XXX"),
        ("ä4:\n", "-å"),
        ("\x01{1:F01POFICHBEAXXX0000000000}{2:I940XXXXXXXXXXXXN}{4:\n", "-}\x03"),
        ("\n\n", "-\n\n\x1a"),
    ],
)
def test_envelopes_and_headers_of_banks_are_passed_over(before: str, after: str) -> None:
    data = f"{before}{mt940(ENTRY, tail=after)}" * 2

    reads = read_all(data.encode())

    assert [(len(read.lines), read.codes) for read in reads] == [(1, []), (1, [])]


def test_text_outside_of_messages_is_named() -> None:
    message = mt940(ENTRY, tail="-\nBonne journée")
    read = read_one(f"Voici vos relevés\n{message}".encode())

    assert read.codes == ["text_outside", "text_outside"]
    assert read.closed.findings[0].position == "line 1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "@@"])
def test_lines_end_in_any_way(end: str) -> None:
    data = mt940(entry(details="VIR SEPA RECU\nDE DUPONT SA"), ENTRY).replace("\n", end)

    read = read_one(f"{end}{data}".encode())

    assert [line.label for line in read.lines] == ["VIR SEPA RECU DE DUPONT SA", "VIR SEPA"]


def test_at_signs_in_texts_stay_where_they_end_no_line() -> None:
    assert read_one(mt940(entry(details="a@@b")).encode()).lines[0].label == "a@@b"


TEXT = "Hélène Dupré, Müller à Nîmes œuvre 5 €"


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("utf-8", TEXT), ("utf-8-sig", TEXT), ("utf-16", TEXT), ("utf-16-le", TEXT),
        ("utf-16-be", TEXT), ("cp1252", TEXT), ("iso8859-15", TEXT),
        ("latin-1", "Hélène Dupré, Müller à Nîmes"), ("cp850", "Hélène Dupré, Müller à Nîmes"),
    ],
)  # fmt: skip
def test_texts_are_read_in_the_charset_they_were_written_in(charset: str, text: str) -> None:
    read = read_one(mt940(entry(details=text)).encode(charset))

    assert read.lines[0].label == text
    is_unicode = charset.startswith("utf")
    assert read.codes == ([] if is_unicode else ["charset_guessed"])


@pytest.mark.parametrize("charset", ["cp852", "cp1250", "iso8859-2"])
@pytest.mark.parametrize(
    ("currency", "text"),
    [
        ("HUF", "Csoportos átutalás jóváírása, díj, jutalék, őű"),
        ("PLN", "Usługi księgowe, płatność"),
    ],
)
def test_central_european_charsets_are_told_by_their_letters(
    charset: str, currency: str, text: str
) -> None:
    data = mt940(
        entry(details=text), opening=f"C240101{currency}0,", closing=f"C240131{currency}0,"
    )

    read = read_one(data.encode(charset))

    assert read.lines[0].label == text
    assert read.codes == ["charset_guessed"]


def test_one_line_in_another_charset_does_not_spoil_the_others() -> None:
    data = mt940(entry(details="Hélène")).encode() + mt940(entry(details="Dupré")).encode("cp1252")

    assert [read.lines[0].label for read in read_all(data)] == ["Hélène", "Dupré"]


def test_a_time_of_day_wrapped_before_its_minutes_is_text() -> None:
    for minutes in ("12:11", "20:37", "25:00", "28:59", "26:37"):
        data = mt940(entry(details=f"805?00ABSCHLUSS?20SVWZ+2017-01-01T13\n:{minutes}"))
        assert read_one(data.encode()).lines[0].label == f"2017-01-01T13:{minutes}"


def test_a_field_that_may_not_stand_between_entries_is_text_with_a_finding() -> None:
    read = read_one(mt940(":61:240115C1,00NTRFNONREF\n:25:166?00GUTSCHRIFT", ENTRY).encode())

    assert (len(read.lines), read.codes) == (2, ["tag_misplaced"])
    assert "GUTSCHRIFT" in read.lines[0].label


def test_a_line_that_begins_with_a_dash_is_text_of_the_details() -> None:
    read = read_one(mt940(entry(details="RG.\n-NR. 17\n-")).encode())

    assert read.lines[0].label == "RG. -NR. 17 -"


def test_an_unknown_field_of_the_head_is_named() -> None:
    read = read_one(mt940(head=":20:R\n:25:1\n:28C:1\n:NSF:Hello").encode())

    assert read.codes == ["tag_unknown"]


def test_what_the_head_lacks_is_named() -> None:
    assert read_one(mt940(head=":20:R\n:28C:1").encode(), MT940).codes == ["account_missing"]
    assert read_one(mt940(head=":25:1\n:28C:1").encode()).codes == ["reference_missing"]


def test_more_text_than_a_field_may_have_is_named() -> None:
    assert read_one(mt940(head=":20:R\n:25:1\n:28C:1\nMORE").encode()).codes == ["text_ignored"]


def test_a_statement_that_does_not_balance_is_read() -> None:
    assert read_one(mt940(ENTRY).encode()).codes == []


def test_a_message_of_the_other_kind_in_the_file_is_read_with_a_finding() -> None:
    reads = read_all((mt940(ENTRY) + mt942(ENTRY)).encode(), MT940)

    assert [read.codes for read in reads] == [[], ["other_message"]]
    assert reads[1].closed.opening is None


@pytest.mark.parametrize(
    ("data", "position"),
    [
        (b"", "line 1"),
        (b"\n\n", "line 1"),
        (b"hello", "line 1"),
        (mt940(ENTRY)[:-10], "line 7"),
        (mt940(ENTRY).split(":62F:")[0], "line 6"),
        (":20:R\n:25:1\n:28C:1\n", "line 3"),
        (":20:R\n:25:1\n:28C:1\n:60F:C240101EUR0,\n-\n", "line 4"),
        (mt940(ENTRY).split(":62F:")[0] + mt940(ENTRY), "line 7"),
        (":20:R\n:25:1\n:61:240115C1,NTRFNONREF\n", "line 3"),
        (":61:240115C1,NTRFNONREF\n" + mt940(ENTRY), "line 1"),
        (mt940(ENTRY) + ENTRY, "line 9"),
        (mt940(ENTRY, tail=":62F:C240131EUR0,"), "line 8"),
        (mt940(":60F:C240101EUR0,", ENTRY), "line 5"),
        (mt940(ENTRY, ":60F:C240101EUR0,"), "line 7"),
        (mt940(ENTRY, closing="C240131USD0,"), "line 7"),
        (mt940(ENTRY, closing="C240131EURxx"), "line 7"),
        (mt940(ENTRY, closing="X240131EUR1,"), "line 7"),
        (mt940(ENTRY, closing="C241331EUR1,"), "line 7"),
        (mt940(ENTRY, closing="C240131EUR11 274,9"), "line 7"),
        (mt940(ENTRY, opening="C000000EUR1,"), "line 4"),
        (mt940(ENTRY, opening="C240101EURNaN"), "line 4"),
        (mt940(ENTRY, head=":20:R\n:25:1\n:25:2\n:28C:1"), "line 3"),
        (":62F:C240131EUR0,\n", "line 1"),
        (":86:text\n" + mt940(ENTRY), "line 1"),
        (":21:text\n" + mt940(ENTRY), "line 1"),
        ("{1:F01X}{2:I940X}{4:\n" + mt940(ENTRY, tail=""), "line 8"),
    ],
)  # fmt: skip
def test_a_file_that_breaks_the_format_is_refused_where_it_does(
    data: str | bytes, position: str
) -> None:
    error = refused(data)

    assert isinstance(error, MalformedStatement)
    assert error.position == position


def test_a_balance_in_no_currency_is_refused() -> None:
    assert isinstance(refused(mt940(ENTRY, opening="C240101XXX1,")), UnsupportedCurrency)


def test_huge_fields_and_lines_are_refused() -> None:
    head = f":20:R\n:25:{ACCOUNT}\n:28C:1\n:60F:C240101EUR0,\n"
    assert isinstance(refused(head + "x" * 300_000), TooLarge)
    assert isinstance(refused(head + "x\n" * 200_000), TooLarge)
    assert isinstance(
        refused(head.encode("utf-16") + ("x" * 300_000).encode("utf-16-le")), TooLarge
    )
    assert isinstance(refused(mt940(":61:240115C1,NTRF\n" + ":86:x\n" * 20_000)), TooLarge)


def test_broken_utf_16_is_refused() -> None:
    data = mt940(ENTRY).encode("utf-16") + b"\x00\xd8\x00"

    assert isinstance(refused(data), MalformedStatement)


def test_nothing_of_another_format_is_recognised() -> None:
    others = [
        b"", b":", b"<Document>:20:\n:25:1\n:60F:C240101EUR0,</Document>", b"date;amount\n1;2\n",
        b":20:x\n:23B:CRED\n:32A:240101EUR1,\n:50K:X\n", b"\xff\xfe", b"\x00" * 100,
    ]  # fmt: skip

    assert [MT940.recognises(data) or MT942.recognises(data) for data in others] == [False] * 7


def test_a_file_is_recognised_by_its_first_message() -> None:
    for data in (mt940(ENTRY), f"text\n{mt940()}", mt940().replace("\n", "@@"), "\ufeff" + mt940()):
        assert detect(data.encode()) is MT940
    assert detect(mt942(ENTRY).encode()) is MT942
    assert detect(mt940(ENTRY).encode("utf-16")) is MT940
    assert detect((mt940() + mt942()).encode()) is MT940
    assert detect((mt942() + mt940()).encode()) is MT942
    assert detect(b":20:R\n:25:1\n:28C:1\n:61:240115C1,NTRF\n") is MT940
    assert detect(b"{1:F01X}{2:O942X}{4:\n:20:R\n:25:1\n:28C:1\n-}") is MT942


def test_a_file_of_more_statements_than_any_bank_sends_is_refused_after_the_last_allowed() -> None:
    one = mt940(ENTRY)

    assert len(read_all((one * 3).encode())) == 3
    refusal = refused(one * (STATEMENTS_PER_FILE_MAX + 1))
    assert isinstance(refusal, TooLarge)
    assert str(STATEMENTS_PER_FILE_MAX) in refusal.detail
