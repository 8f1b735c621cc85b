"""How a camt.053 file becomes statements: recognition, accounts, balances, and what is refused."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

from rappro.domain.bank import Balance, BankAccountRef, Severity
from rappro.domain.errors import MalformedStatement, TooLarge, UnsupportedCurrency
from rappro.formats import camt_source, camt_statement
from rappro.formats.camt053 import CAMT053
from rappro.formats.camt_message import message_of
from rappro.formats.registry import detect
from tests.unit.formats.camt_writer import (
    BALANCES,
    NAMESPACE,
    OWN_IBAN,
    Xml,
    account,
    amount,
    balance,
    document,
    el,
    entry,
    message,
    stmt,
    tx,
    ustrd,
)
from tests.unit.formats.reading import Read, read_all, read_one

ENTRY = entry(ref="N1")


def closed_with(*head: Xml, acct: Xml | None = None, entries: tuple[Xml, ...] = ()) -> Read:
    return read_one(document(stmt(*entries, head=head, acct=acct)))


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(CAMT053.parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def test_a_statement_has_account_number_period_and_balances() -> None:
    owner = el("Ownr", el("Nm", "ACME SAS"))
    bank = el("Svcr", el("FinInstnId", el("BIC", "AGRIFRPPXXX"), el("Nm", "BANQUE")))
    period = el("FrToDt", el("FrDtTm", "2024-03-01T00:00:00"), el("ToDtTm", "2024-03-31T23:59:59"))

    read = closed_with(period, *BALANCES, acct=account(owner, bank), entries=(ENTRY,))

    expected = BankAccountRef(OWN_IBAN, None, "AGRIFRPPXXX", "EUR", "ACME SAS")
    assert (read.opened.account, read.closed.account) == (expected, expected)
    closed = read.closed
    assert (closed.number, closed.currency, closed.line_count) == ("7", "EUR", 1)
    assert closed.opening == Balance(date(2024, 3, 1), 100_00)
    assert closed.closing == Balance(date(2024, 3, 31), 112_34)
    assert (closed.period_from, closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))
    assert closed.findings == ()


def test_a_statement_without_entry_is_a_statement() -> None:
    assert read_one(message()).closed.line_count == 0


def test_the_holder_may_be_the_name_of_the_account() -> None:
    assert closed_with(acct=account(el("Nm", "COMPTE"))).opened.account.holder == "COMPTE"


def test_an_account_may_have_a_number_or_be_missing() -> None:
    other = account(number=el("Id", el("Othr", el("Id", "12345"))))
    oldest = account(number=el("Id", el("BBAN", "20041010050500013M026")))
    disguised = account(number=el("Id", el("Othr", el("Id", OWN_IBAN))))

    assert closed_with(acct=other).opened.account.number == "12345"
    assert closed_with(acct=oldest).opened.account.number == "20041010050500013M026"
    assert closed_with(acct=disguised).opened.account.iban == OWN_IBAN
    assert closed_with(*BALANCES, acct=Xml()).opened.account == BankAccountRef(currency="EUR")


@pytest.mark.parametrize(
    ("acct", "head", "entries", "currency", "codes"),
    [
        ("CHF", (), (), "CHF", []),
        (None, (balance("OPBD", "1.00", "2024-03-01", ccy="USD"),), (), "USD", []),
        (None, (balance("CLAV", "1", "2024-03-01", ccy="JPY"),), (ENTRY,), "EUR", []),
        (None, (), (ENTRY,), "EUR", []),
        (None, (), (), "EUR", ["currency_assumed"]),
    ],
)
def test_the_currency_is_the_account_s_or_else_what_the_amounts_say(
    acct: str | None, head: tuple[Xml, ...], entries: tuple[Xml, ...], currency: str,
    codes: list[str],
) -> None:  # fmt: skip
    read = closed_with(*head, acct=account(currency=acct), entries=entries)

    assert (read.closed.currency, read.closed.account.currency) == (currency, currency)
    assert read.codes == codes


def ends(*types: tuple[str, str]) -> tuple[int | None, int | None]:
    """Return opening and closing of a statement with these balances, by type and amount."""
    closed = closed_with(*(balance(code, text, "2024-03-01") for code, text in types)).closed
    return (
        closed.opening.amount_minor if closed.opening else None,
        closed.closing.amount_minor if closed.closing else None,
    )


@pytest.mark.parametrize(
    ("types", "expected"),
    [
        ([("OPBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("CLBD", "2"), ("OPBD", "1")], (100, 200)),
        ([("PRCD", "1"), ("CLBD", "2")], (100, 200)),
        ([("PRCD", "9"), ("OPBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("OPBD", "1"), ("ITBD", "2")], (100, 200)),
        ([("ITBD", "1"), ("CLBD", "2")], (100, 200)),
        ([("ITBD", "1"), ("ITBD", "2")], (100, 200)),
        ([("ITBD", "2")], (None, 200)),
        ([("CLBD", "2"), ("CLAV", "3"), ("FWAV", "4"), ("INFO", "5")], (None, 200)),
        ([("OPAV", "3"), ("XPCD", "4")], (None, None)),
        ([("OPBD", "1"), ("CLAV", "3")], (100, None)),
    ],
)
def test_opening_and_closing_are_the_booked_balances(
    types: list[tuple[str, str]], expected: tuple[int | None, int | None]
) -> None:
    assert ends(*types) == expected


def test_a_balance_has_the_sign_of_its_direction() -> None:
    read = closed_with(balance("CLBD", "5.00", "2024-03-31", sign="DBIT"))

    assert read.closed.closing == Balance(date(2024, 3, 31), -5_00)


def test_a_balance_of_version_one_and_one_with_a_time() -> None:
    old = el("Bal", el("Tp", el("Cd", "PRCD")), amount("1.00"), el("CdtDbtInd", "CRDT"),
             el("Dt", el("DtTm", "2024-02-29T23:59:59+01:00")))  # fmt: skip

    read = closed_with(old, balance("CLBD", "1.00", "2024-03-31"))

    assert read.closed.opening == Balance(date(2024, 2, 29), 1_00)
    assert (read.closed.period_from, read.closed.period_to) == (date(2024, 3, 1), date(2024, 3, 31))


def test_a_balance_in_another_currency_is_left_out_and_noted() -> None:
    read = closed_with(balance("CLBD", "1500", "2024-03-31", ccy="JPY"))

    assert (read.closed.closing, read.codes) == (None, ["balance_currency"])


def test_a_balance_given_twice_with_different_amounts_is_noted() -> None:
    twice = [balance("CLBD", text, "2024-03-31") for text in ("1.00", "1.00", "2.00")]

    assert closed_with(*twice[:2]).codes == []
    read = closed_with(*twice)
    assert read.closed.closing == Balance(date(2024, 3, 31), 1_00)
    assert [(f.code, f.severity) for f in read.closed.findings] == [
        ("balance_repeated", Severity.WARNING)
    ]


def test_a_balance_without_date_takes_the_day_of_the_statement() -> None:
    undated = el("Bal", el("Tp", el("CdOrPrtry", el("Cd", "CLBD"))), amount("1.00"),
                 el("CdtDbtInd", "CRDT"))  # fmt: skip

    read = closed_with(undated)

    assert read.closed.closing == Balance(date(2024, 4, 1), 1_00)
    assert read.codes == ["balance_date_missing"]


def test_a_statement_that_does_not_balance_is_reported_as_it_is() -> None:
    read = closed_with(*BALANCES, entries=(entry(amt="999.99"),))

    assert read.codes == []


def test_the_summary_is_compared_with_the_entries() -> None:
    summary = el("TxsSummry", el("TtlNtries", el("NbOfNtries", "3")))

    read = closed_with(*BALANCES, summary, entries=(ENTRY,))

    assert read.codes == ["entries_differ"]
    assert "announces 3 entries" in read.closed.findings[0].message


@pytest.mark.parametrize("mark", ["COPY", "DUPL", "CODU"])
def test_a_statement_marked_as_a_copy_is_noted(mark: str) -> None:
    assert closed_with(el("CpyDplctInd", mark)).codes == ["copy"]


def test_the_number_is_the_electronic_one_the_legal_one_or_the_id() -> None:
    bare = (el("Id", "STMT-1"), el("LglSeqNb", "12"), el("ElctrncSeqNb", "7"))

    numbers = [
        read_one(document(el("Stmt", *bare[:count], account()))).closed.number
        for count in (1, 2, 3)
    ]

    assert numbers == ["STMT-1", "12", "7"]


def test_several_statements_follow_each_other() -> None:
    second = el("Stmt", el("Id", "S2"), account(currency="CHF"), entry(ccy="CHF", booked=None))

    reads = read_all(document(stmt(ENTRY, ENTRY), second, stmt()))

    assert [read.closed.ordinal for read in reads] == [1, 2, 3]
    assert [len(read.lines) for read in reads] == [2, 1, 0]
    assert [read.closed.currency for read in reads] == ["EUR", "CHF", "EUR"]
    assert [read.codes for read in reads] == [[], ["booking_date_missing"], []]


@pytest.mark.parametrize("version", range(1, 15))
def test_every_version_is_recognised_and_read(version: int) -> None:
    container = "BkToCstmrStmtV01" if version == 1 else "BkToCstmrStmt"
    data = document(stmt(ENTRY), version=version, container=container)

    assert detect(data) is CAMT053
    assert read_one(data).closed.line_count == 1


def bare(data: bytes) -> bytes:
    """Return a message without its namespace."""
    return data.replace(f' xmlns="{NAMESPACE.format(version="02")}"'.encode(), b"")


def prefixed(data: bytes) -> bytes:
    """Return a message whose elements have a prefix."""
    body = bare(data.partition(b"\n")[2]).replace(b"</", b"\0").replace(b"<", b"<ns2:")
    body = body.replace(b"\0", b"</ns2:")
    return body.replace(b"<ns2:Document", b'<ns2:Document xmlns:ns2="urn:any"', 1)


def undeclared(data: bytes) -> bytes:
    """Return a message without its declaration."""
    return data.partition(b"\n")[2]


ENVELOPE = b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'>%b</s:Envelope>"
WRAPPED: dict[str, Callable[[bytes], bytes]] = {
    "no namespace": bare,
    "a prefix": prefixed,
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "blank lines first": lambda data: b"\r\n  \n" + data,
    "no declaration": undeclared,
    "an envelope": lambda data: ENVELOPE % undeclared(data),
    "a business header": lambda data: b"<m><AppHdr><Sgntr/></AppHdr>%b</m>" % undeclared(data),
    "a comment before": lambda data: b"<!-- <BkToCstmrAcctRpt> -->" + undeclared(data),
    "an instruction before": lambda data: b"<?a <Ntry> ?>" + undeclared(data),
    "UTF-16": lambda data: data.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "Latin-1": lambda data: data.decode().replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "Windows-1252": lambda data: data.decode().replace("UTF-8", "windows-1252").encode("cp1252"),
}  # fmt: skip


@pytest.mark.parametrize("wrapping", WRAPPED)
@pytest.mark.parametrize("count", [1, 60])
def test_a_message_may_come_in_many_guises(wrapping: str, count: int) -> None:
    entries = [
        entry(tx(ustrd(f"ÉCHÉANCE N° {rank} & CIE")), ref=str(rank)) for rank in range(count)
    ]
    data = WRAPPED[wrapping](message(*entries))

    assert detect(data) is CAMT053
    read = read_one(data)

    assert [line.label for line in read.lines] == [f"ÉCHÉANCE N° {r} & CIE" for r in range(count)]
    assert read.opened.account.iban == OWN_IBAN


def test_the_container_says_which_message_it_is() -> None:
    for container, name in [("BkToCstmrAcctRpt", "camt.052"), ("BkToCstmrStmt", "camt.053"),
                            ("BkToCstmrDbtCdtNtfctn", "camt.054")]:  # fmt: skip
        assert message_of(document(stmt(), container=container)) == name
        assert message_of(document(stmt(), container=f"{container}V01")) == name


def test_in_a_long_envelope_the_namespace_says_it() -> None:
    assert message_of(b"<e><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'>") == (
        "camt.053"
    )


@pytest.mark.parametrize(
    "head",
    [b"", b"<", b"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:pain.001.001.03'>",
     b"BkToCstmrStmt <BkToCstmrStmt>", b"<!-- <BkToCstmrStmt> --><x/>", b"<BkToCstmrStmtX>",
     b"JournalCode\tJournalLib\tEcritureNum\t<BkToCstmrStmt>"],
)  # fmt: skip
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not CAMT053.recognises(head)


@pytest.mark.parametrize(
    ("data", "sentence", "position"),
    [
        (document(), "the message holds no statement", "end of file"),
        (b"<Document><BkToCstmrStmt/></Document>", "the message holds no statement", "end of file"),
        (document(ENTRY), "an entry outside of a statement (Stmt)", "XML line 2"),
        (document(el("Rpt", ENTRY)), "an entry outside of a statement (Stmt)", "XML line 2"),
        (document(el("Stmt", ENTRY, stmt(ENTRY))), "an entry outside of a statement (Stmt)",
         "XML line 2"),
        (document(el("Stmt", ENTRY, el("Stmt"))), "a statement within another", "XML line 2"),
        (document(stmt(el("RapproCutNtry"))), "an element with a name that only this reader uses",
         "XML line 2"),
        (message(entry(el("NtryDtls", el("RapproCutTxDtls")))), "an element RapproCutTxDtls",
         "XML line 2"),
        (document(stmt(head=(balance("CLBD", "x", "2024-03-31"),))),
         "not a decimal amount: 'x'", "statement 1 balance CLBD, XML line 2"),
        (document(stmt(head=(balance("CLBD", "1", "2024-03-31", sign="?"),))),
         "not a direction (CdtDbtInd): '?'", "statement 1 balance CLBD, XML line 2"),
        (document(stmt(head=(balance("CLBD", "1", "31/03"),))),
         "not a date: '31/03'", "statement 1 balance CLBD, XML line 2"),
        (document(stmt(head=(el("FrToDt", el("ToDtTm", "hier")),))),
         "ToDtTm: not a date: 'hier'", "statement 1"),
        (document(el("Stmt", balance("CLBD", "1", ""))), "a balance without a date",
         "statement 1 balance CLBD, XML line 2"),
        (document(el("Stmt", entry(booked=None, valued=None))),
         "neither booking date nor value date", "statement 1 line 1, XML line 2"),
    ],
)  # fmt: skip
def test_what_breaks_the_message_is_refused_with_its_place(
    data: bytes, sentence: str, position: str
) -> None:
    assert refusal(data) == (sentence, position)


def test_a_balance_in_an_unknown_currency_is_refused_with_its_place() -> None:
    with pytest.raises(UnsupportedCurrency) as caught:
        closed_with(balance("CLBD", "1", "2024-03-31", ccy="XXX"), acct=account(currency="XXX"))

    assert caught.value.position == "statement 1 balance CLBD, XML line 2"


def test_a_closing_day_that_is_none_is_refused_with_its_place() -> None:
    head = (balance("CLBD", "112.34", "2024-02-30"),)

    assert refusal(document(stmt(ENTRY, head=head))) == (
        "not a date: '2024-02-30'", "statement 1 balance CLBD, XML line 2"
    )  # fmt: skip


def test_a_balance_of_the_last_day_there_is_has_no_day_after_it() -> None:
    found = closed_with(balance("PRCD", "1.00", "9999-12-31"))

    assert found.closed.period_from == date.max


@pytest.mark.parametrize("count", [1, 60])
def test_a_file_cut_anywhere_is_refused(count: int) -> None:
    whole = message(*[entry(ref=str(rank)) for rank in range(count)])

    for cut in range(0, len(whole) - 1, 7 if count == 1 else 997):
        assert refusal(whole[:cut])[0].startswith("not well-formed XML")


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"")[0].startswith("not well-formed XML")


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE Document>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE Document [<!ENTITY x "y">]>',
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Document [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
        '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9)) + "]>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("reference", ["", "&x;", "&j;"])
def test_a_document_type_is_refused_whatever_it_declares(doctype: str, reference: str) -> None:
    plain = message(entry(el("AddtlNtryInf", "MARK"))).partition(b"\n")[2].decode()
    data = (doctype + plain.replace("MARK", f"MARK{reference}")).encode()

    sentence, _ = refusal(data)

    assert sentence.startswith(("a document type is not accepted", "not well-formed XML"))


def test_an_undeclared_entity_is_refused() -> None:
    data = message(entry(el("AddtlNtryInf", "MARK"))).replace(b"MARK", b"&nbsp;")

    assert refusal(data)[0].startswith("not well-formed XML")


def test_what_is_escaped_reads_as_it_was() -> None:
    text = "R&D <b> \"A\" 'B' > é €"
    escaped = message(entry(el("AddtlNtryInf", text)))
    numeric = escaped.replace("é €".encode(), b"&#233; &#x20AC;")
    cdata = message(entry(el("AddtlNtryInf", "MARK"))).replace(
        b"MARK", f"<![CDATA[{text}]]>".encode()
    )
    commented = escaped.replace(b"R&amp;D", b"R<!-- <Ntry></Ntry> -->&amp;D")

    for data in (escaped, numeric, cdata, commented):
        assert read_one(data).lines[0].label == text


def test_lines_and_entries_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt_statement, "LINES_PER_STATEMENT_MAX", 2)
    monkeypatch.setattr(camt_statement, "BALANCES_MAX", 2)
    monkeypatch.setattr(camt_source, "ENTRY_BYTES_MAX", 200_000)

    read_one(message(ENTRY, ENTRY))
    with pytest.raises(TooLarge, match="entries in a statement"):
        read_one(message(ENTRY, ENTRY, ENTRY))
    with pytest.raises(TooLarge, match="balances"):
        closed_with(*BALANCES, BALANCES[0])
    with pytest.raises(TooLarge, match="bytes of XML"):
        read_one(message(entry(el("SplmtryData", *[el("X", "Y" * 1000)] * 300))))


def test_details_of_an_entry_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("camt_lines", "camt_source"):
        monkeypatch.setattr(f"rappro.formats.{module}.DETAILS_PER_LINE_MAX", 500)
    few, many = ([el("TxDtls", amount("1.00"))] * count for count in (500, 3000))

    assert len(read_one(message(entry(el("NtryDtls", *few)))).lines[0].details) == 500
    with pytest.raises(TooLarge, match="500 details"):
        read_one(message(entry(el("NtryDtls", *many))))
