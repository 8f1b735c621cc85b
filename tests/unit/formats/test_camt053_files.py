"""camt.053 files as bytes: guises in which they come, and files that are broken or hostile."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date

import pytest

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
from tests.unit.formats.reading import Read, read_one

ENTRY = entry(ref="N1")


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(CAMT053.parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


def closed_with(*head: Xml, acct: Xml | None = None, entries: tuple[Xml, ...] = ()) -> Read:
    return read_one(document(stmt(*entries, head=head, acct=acct)))


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


def test_a_field_of_any_length_is_refused_beyond_the_bound() -> None:
    longest: Read = read_one(message(entry(el("AddtlNtryInf", "X" * 2000))))

    assert longest.lines[0].label == "X" * 2000
    for too_long in (el("AddtlNtryInf", "X" * 2001), tx(ustrd("X" * 2001)),
                     tx(el("AmtDtls", el("TxAmt", amount("1", "E" * 2001))))):  # fmt: skip
        with pytest.raises(TooLarge, match="more than 2000 characters"):
            read_one(message(entry(too_long)))


def test_the_texts_of_a_line_are_bounded_together() -> None:
    with pytest.raises(TooLarge, match="texts of more than") as caught:
        read_one(message(entry(tx(ustrd(*["X" * 1999] * 9)))))

    assert caught.value.position == "statement 1 line 1, XML line 2"


@pytest.mark.parametrize("name", ["Stmt", "Ntry"])
def test_a_namespace_without_end_is_refused_at_its_element(name: str) -> None:
    """Each element below it repeats it, and so would every table of names."""
    data = message(ENTRY).replace(
        f"<{name}".encode(), b'<%b xmlns="%b"' % (name.encode(), b"urn:" + b"a" * 200_000), 1
    )

    with pytest.raises(TooLarge, match="XML name") as caught:
        list(CAMT053.parse(io.BytesIO(data)))

    assert caught.value.position is not None
    assert len(caught.value.position) < 80


def test_what_a_refusal_says_is_bounded_whatever_the_file_holds() -> None:
    said, _ = refusal(
        message(ENTRY).replace(b"<Document", b'<Document xmlns:x="%b"' % (b"a " * 50_000), 1)
    )

    assert len(said) < 300
