"""What is particular to OFX 1: its header, its charsets, and SGML as banks write it."""

from __future__ import annotations

import io

import pytest

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats.ofx1 import Ofx1Parser
from rappro.formats.ofx_names import BLOCK_CHARS_MAX
from rappro.formats.registry import detect
from tests.unit.formats.ofx_writer import (
    HEADER1,
    balance,
    listed,
    sgml,
    sgml_of,
    statement,
    trn,
    written,
    xml,
)
from tests.unit.formats.reading import read_all, read_one

ACCENTS = statement(listed(trn(NAME="VIR HÉLÈNE", MEMO="Réf. n° 5 œuf €")), balance())
BODY = sgml_of(trn()).partition(b"\n\n")[2]
LINES = HEADER1.format(encoding="USASCII", charset="1252").split("\n")


def refusal(data: bytes) -> str:
    with pytest.raises((MalformedStatement, TooLarge)) as caught:
        list(Ofx1Parser().parse(io.BytesIO(data)))
    assert caught.value.position is not None
    return str(caught.value)


@pytest.mark.parametrize(
    "header",
    [
        "\n".join(LINES), "\r\n".join(LINES), "\r".join(LINES), "\n\n\n\n" + "\n".join(LINES),
        "\n".join(LINES).rstrip(), " ".join(LINES), "".join(LINES), "\n   ".join(LINES),
        "OFXHEADER:100\n", "OFXHEADER: 100\nDATA:OFXSGML\nVERSION:\nSECURITY:\n",
        "DATA:OFXSGML\n", "", "\n\n", "\ufeff", "\ufeff" + "\n".join(LINES),
        "<!--\nOFXHEADER:100\nDATA:OFXSGML\n-->\n", "OFXHEADER:200\nVERSION:211\n",
    ],
)  # fmt: skip
def test_headers_are_recognised_in_any_form(header: str) -> None:
    data = header.encode() + BODY

    assert detect(data).format == "ofx1"
    assert read_one(data).lines[0].label == "VIR DUPONT"


@pytest.mark.parametrize("head", [b"", b"<", b"<OFC>", b"<html><OFX>", b"OFX", b"hello <OFX>",
                                  b"<!-- <OFX>", b"<!--" * 10_000])  # fmt: skip
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not Ofx1Parser().recognises(head)
    assert not Ofx1Parser().recognises(xml(ACCENTS))


@pytest.mark.parametrize(
    ("encoding", "charset", "coding", "codes"),
    [
        ("USASCII", "1252", "cp1252", []), ("USASCII", "1252", "utf-8", ["charset_differs"]),
        ("UTF-8", "NONE", "utf-8", []), ("UTF-8", "NONE", "cp1252", ["charset_differs"]),
        ("UNICODE", "NONE", "utf-8", []), ("USASCII", "NONE", "cp1252", []),
        ("USASCII", "NONE", "utf-8", []), ("USASCII", "ISO-8859-1", "cp1252", []),
        ("USASCII", "8859-1", "cp1252", []), ("USASCII", "ISO-8859-15", "iso8859-15", []),
        ("", "", "cp1252", []), ("USASCII", "KLINGON", "cp1252", []),
        ("UNICODE", "NONE", "utf-16", []), ("USASCII", "1252", "utf-8-sig", ["charset_differs"]),
    ],
)  # fmt: skip
def test_the_header_names_the_charset_and_the_content_decides(
    encoding: str, charset: str, coding: str, codes: list[str]
) -> None:
    header = HEADER1.format(encoding=encoding, charset=charset)
    texts = ("VIR HÉLÈNE", "Réf. n° 5 œuf €")
    if coding == "iso8859-15":
        texts = ("VIR HÉLÈNE", "œuf €")
    answer = statement(listed(trn(NAME=texts[0], MEMO=texts[1])), balance())
    data = sgml(answer, header=header, coding=coding)

    assert detect(data).format == "ofx1"
    read = read_one(data)
    assert (read.lines[0].label, read.lines[0].label_more) == texts
    assert read.codes == codes


def test_utf_16_without_a_mark_is_read() -> None:
    for coding in ("utf-16-le", "utf-16-be"):
        assert read_one(sgml(ACCENTS, coding=coding)).lines[0].label == "VIR HÉLÈNE"


def test_utf_16_that_breaks_off_is_refused() -> None:
    assert "UTF-16" in refusal(sgml(ACCENTS, coding="utf-16")[:-1])


def test_a_mixture_of_charsets_is_read_element_by_element() -> None:
    data = sgml_of(trn(NAME="@", MEMO="#"))
    data = data.replace(b"@", "Hélène".encode()).replace(b"#", "Noël".encode("cp1252"))

    read = read_one(data)

    assert (read.lines[0].label, read.lines[0].label_more) == ("Hélène", "Noël")
    assert "charset_mixed" in read.codes


def test_bytes_that_windows_1252_does_not_have_are_kept() -> None:
    read = read_one(sgml_of(trn(NAME="@")).replace(b"@", b"A\x81\xe9"))

    assert read.lines[0].label == "A\x81é"


def test_a_character_cut_by_the_end_of_a_chunk_is_whole() -> None:
    header = HEADER1.format(encoding="UTF-8", charset="NONE")
    for shift in range(4):
        names = ["é" * (1000 + shift)] * 70
        answer = statement(listed(*(trn(NAME=name) for name in names)), balance())
        read = read_one(sgml(answer, header=header, coding="utf-8"))

        assert [line.label for line in read.lines] == names
        assert read.codes == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("is_closed", [True, False])
def test_line_ends_do_not_matter(end: str, *, is_closed: bool) -> None:
    data = sgml(ACCENTS, end=end, is_closed=is_closed)

    line = read_one(data).lines[0]
    assert (line.label, line.label_more) == ("VIR HÉLÈNE", "Réf. n° 5 œuf €")


@pytest.mark.parametrize(
    ("block", "label", "more", "reference"),
    [
        ("<NAME>A\n<MEMO>\n<CHECKNUM>7\n", "A", "", "7"),
        ("<NAME>A<MEMO><CHECKNUM>7", "A", "", "7"),
        ("<MEMO>\n<NAME>A\n<CHECKNUM>7\n", "A", "", "7"),
        ("<NAME>A</NAME><MEMO></MEMO><CHECKNUM>7</CHECKNUM>", "A", "", "7"),
        ("<NAME>A</NAME><MEMO>B<CHECKNUM>7</CHECKNUM>", "A", "B", "7"),
        ("<NAME>A</NAME>\n<MEMO>\n<CHECKNUM></CHECKNUM>\n", "A", "", ""),
        ("<MEMO/>\n<NAME>A\n<CHECKNUM>7", "A", "", "7"),
        ("<NAME>A < B > C\n<MEMO>x <- y\n", "A < B > C", "x <- y", ""),
        ("<NAME>A\n<NAME>B\n", "A", "", ""),
        ("<NAME>\n<MEMO>M\n", "M", "", ""),
        ("<PAYEE>\n<MEMO>M\n<CHECKNUM>7", "M", "", "7"),
        ("<NAME >A\n<MEMO>B", "A", "B", ""),
    ],
)
def test_unclosed_elements_swallow_nothing(
    block: str, label: str, more: str, reference: str
) -> None:
    text = f"<TRNTYPE>CREDIT<DTPOSTED>20240315<TRNAMT>5.00<FITID>X1\n{block}"
    data = sgml_of(("STMTTRN", "@")).replace(b"<STMTTRN>@\n", f"<STMTTRN>{text}</STMTTRN>".encode())

    line = read_one(data).lines[0]

    assert (line.label, line.label_more, line.remittance_ref) == (label, more, reference)
    assert (line.amount_minor, line.entry_ref) == (5_00, "X1")


@pytest.mark.parametrize("leaf", ["CURDEF", "BANKID", "BRANCHID", "ACCTTYPE", "DTSTART", "DTEND"])
def test_any_element_may_be_empty_and_unclosed(leaf: str) -> None:
    data = sgml_of(trn())
    start = data.index(f"<{leaf}>".encode()) + len(leaf) + 2
    data = data[:start] + data[data.index(b"\n", start) :]

    read = read_one(data)

    assert read.lines[0].amount_minor == 50_00
    assert read.closed.closing is not None


def test_a_list_without_end_tag_ends_with_what_follows_it() -> None:
    data = sgml_of(trn(), trn(FITID="F2")).replace(b"</BANKTRANLIST>\n", b"")

    read = read_one(data)

    assert (len(read.lines), read.codes) == (2, ["end_missing"])
    assert read.closed.closing is not None


@pytest.mark.parametrize("name", ["STMTTRN", "LEDGERBAL", "STMTRS", "STMTTRNRS", "OFX", "SONRS"])
def test_other_aggregates_have_to_end(name: str) -> None:
    refusal(sgml_of(trn(), trn()).replace(f"</{name}>\n".encode(), b"", 1))


@pytest.mark.parametrize("name", ["STMTRS", "BANKTRANLIST", "LEDGERBAL", "OFX"])
def test_an_end_without_its_beginning_is_refused(name: str) -> None:
    refusal(sgml_of(trn()).replace(f"<{name}>\n".encode(), b"", 1))


def test_a_line_is_told_for_every_refusal() -> None:
    data = sgml_of(trn(), trn(TRNAMT="x"))
    line = data[: data.index(b"<TRNAMT>x")].rpartition(b"<STMTTRN>")[0].count(b"\n") + 1

    assert refusal(data).endswith(f"(at line {line} (transaction 2))")
    assert refusal(data.replace(b"\n", b"\r\n")).endswith(f"(at line {line} (transaction 2))")
    commented = data.replace(b"<BANKTRANLIST>", b"<!-- a\nb <STMTTRN>\n--><BANKTRANLIST>")
    assert refusal(commented).endswith(f"(at line {line + 2} (transaction 2))")


def test_comments_are_passed_over() -> None:
    data = sgml_of(trn()).replace(b"<TRNAMT>", b"<!-- <TRNAMT>7.00 & --><TRNAMT>")

    assert read_one(data).lines[0].amount_minor == 50_00


@pytest.mark.parametrize("mark", [b"<!-- ", b"<![CDATA[", b"<? "])
def test_a_comment_or_a_text_that_does_not_end_is_refused(mark: bytes) -> None:
    assert "ends within" in refusal(sgml_of(trn()).replace(b"<LEDGERBAL>", mark))
    refusal(sgml_of(trn()) + mark + b"x" * 2 * BLOCK_CHARS_MAX)


def test_a_declaration_is_refused() -> None:
    data = sgml_of(trn()).replace(b"<OFX>", b"<!DOCTYPE OFX [<!ENTITY a 'b'>]><OFX>")

    assert "a document type" in refusal(data)


def test_a_transaction_without_end_within_its_bound_is_refused() -> None:
    start = sgml_of(trn()).partition(b"</STMTTRN>")[0]

    assert "of more than" in refusal(start + b"<MEMO>x\n" * BLOCK_CHARS_MAX)
    assert "of more than" in refusal(b"OFXHEADER:100" + b"x" * 2 * BLOCK_CHARS_MAX)


def test_elements_in_one_another_without_end_are_refused() -> None:
    deep = "<A>" * 100 + "x" + "</A>" * 100

    assert "in one another" in refusal(sgml_of(trn(MEMO="@")).replace(b"@", deep.encode()))


def test_padding_after_the_end_is_no_text_but_a_binary_file_is_refused() -> None:
    data = sgml_of(trn())

    assert len(read_one(data + b"\0\0\x1a").lines) == 1
    assert "binary" in refusal(data.replace(b"VIR", b"V\0R"))


def test_two_files_in_one_are_read_one_after_the_other() -> None:
    assert len(read_all(sgml_of(trn()) + sgml_of(trn()))) == 2


def test_elements_of_quicken_and_quickbooks_are_passed_over() -> None:
    data = sgml_of(trn()).replace(b"</SONRS>", b"<INTU.BID>3000<INTU.USERID>x\n</SONRS>")

    assert read_one(data).codes == []


def test_the_source_of_a_line_is_its_text() -> None:
    read = read_one(sgml_of(trn(SIC="5912")))

    assert read.lines[0].raw == written(trn(SIC="5912"), is_closed=False)[10:-12]
