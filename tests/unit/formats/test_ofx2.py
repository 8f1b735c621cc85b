"""What is particular to OFX 2: XML, safe and in flat memory, and XML that is none."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from rappro.domain.errors import MalformedStatement, TooLarge
from rappro.formats import ofx_xml
from rappro.formats.ofx2 import Ofx2Parser
from rappro.formats.ofx_names import BLOCK_CHARS_MAX
from rappro.formats.ofx_usual import RUN
from rappro.formats.registry import detect
from tests.unit.formats.ofx_writer import (
    HEADER2,
    balance,
    document,
    listed,
    sgml_of,
    statement,
    trn,
    written,
    xml,
    xml_of,
)
from tests.unit.formats.reading import read_one

ACCENTS = statement(listed(trn(NAME="VIR HÉLÈNE", MEMO="Réf. n° 5 €")), balance())
ROOT = written(document(ACCENTS), is_closed=True)
PI = '<?OFX OFXHEADER="200" VERSION="220" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>'


def refusal(data: bytes) -> str:
    with pytest.raises((MalformedStatement, TooLarge)) as caught:
        list(Ofx2Parser().parse(io.BytesIO(data)))
    assert caught.value.position is not None
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        xml(ACCENTS), b"\xef\xbb\xbf" + xml(ACCENTS), b"\r\n \n" + xml(ACCENTS),
        (PI + ROOT).encode(), ('<?xml version="1.0"?>' + ROOT).encode(),
        ('<?xml version="1.0"?><!-- <A> -->\n' + PI + "<!-- b -->" + ROOT).encode(),
        ROOT.replace("<OFX>", '<OFX xmlns="http://ofx.net/types/2003/04">').encode(),
        ROOT.replace("<OFX>", '<o:OFX xmlns:o="urn:x">').replace("</OFX>", "</o:OFX>").encode(),
        xml(ACCENTS).replace(b"\n", b"\r\n"), xml(ACCENTS).replace(b"\n", b""),
    ],
)  # fmt: skip
def test_files_are_recognised_by_their_xml(data: bytes) -> None:
    assert detect(data).format == "ofx2"
    assert read_one(data).lines[0].label == "VIR HÉLÈNE"


def test_elements_may_be_in_any_namespace() -> None:
    text = ROOT.replace("</", "<@/").replace("<", "<o:").replace("<o:@/", "</o:")
    data = text.replace("<o:OFX>", '<o:OFX xmlns:o="urn:ofx">').encode()

    assert detect(data).format == "ofx2"
    read = read_one(data)
    assert (read.lines[0].label, read.closed.account.iban) == (
        "VIR HÉLÈNE", "FR7630004008230001023456728"
    )  # fmt: skip


@pytest.mark.parametrize("head", [b"", b"<?xml", b"<?xml version='1.0'?><Document>", b"<OFX>",
                                  b"<html>", b"OFXHEADER:200", b"<?xml?><ofc><OFX>"])  # fmt: skip
def test_other_files_are_not_recognised(head: bytes) -> None:
    assert not Ofx2Parser().recognises(head)
    assert not Ofx2Parser().recognises(sgml_of(trn()))


@pytest.mark.parametrize(
    ("encoding", "coding", "codes"),
    [
        ("UTF-8", "utf-8", []), ("UTF-8", "cp1252", ["charset_differs"]),
        ("US-ASCII", "utf-8", ["charset_differs"]), ("USASCII", "utf-8", ["charset_differs"]),
        ("ISO-8859-1", "cp1252", []), ("windows-1252", "cp1252", []),
        ("ISO-8859-15", "iso8859-15", []), ("UTF-16", "utf-16", []), ("KLINGON", "cp1252", []),
    ],
)  # fmt: skip
def test_the_declaration_names_the_encoding_and_the_content_decides(
    encoding: str, coding: str, codes: list[str]
) -> None:
    data = xml(ACCENTS, encoding=encoding, coding=coding)

    read = read_one(data)

    assert (read.lines[0].label, read.lines[0].label_more) == ("VIR HÉLÈNE", "Réf. n° 5 €")
    assert read.codes == codes


def test_a_bare_ampersand_is_noted() -> None:
    read = read_one(xml_of(trn(NAME="@")).replace(b"@", b"M & S &eacute; &amp; R&D&"))

    assert read.lines[0].label == "M & S é & R&D&"
    assert read.codes == ["ampersand_bare"]


def test_an_ampersand_anywhere_in_a_chunk_is_mended_once() -> None:
    names = [f"R&D n°{rank} " + "x" * (rank % 91) for rank in range(1500)]
    pieces = xml_of(*(trn(NAME="@@") for _ in names)).decode().split("@@")
    data = "".join(piece + name for piece, name in zip(pieces, [*names, ""], strict=True))

    read = read_one(data.encode())

    assert [line.label for line in read.lines] == [name.strip() for name in names]


def test_an_ampersand_in_cdata_or_a_comment_is_not_mended() -> None:
    data = xml_of(trn(MEMO="@")).replace(b"@", b"<![CDATA[A & B &eacute;]]>")
    read = read_one(data.replace(b"<LEDGERBAL>", b"<!-- & &eacute; --><LEDGERBAL>"))

    assert (read.lines[0].label_more, read.codes) == ("A & B &eacute;", [])


def test_the_sgml_of_ofx_1_under_the_header_of_ofx_2_is_read() -> None:
    data = HEADER2.format(encoding="UTF-8").encode() + sgml_of(trn()).partition(b"\n\n")[2]

    assert detect(data).format == "ofx2"
    read = read_one(data)
    assert (read.lines[0].label, read.codes) == ("VIR DUPONT", ["header_differs"])


LAUGHS = """<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY a "{}">{}]>"""


def test_billion_laughs_are_refused() -> None:
    nested = "".join(
        f'<!ENTITY a{rank} "{f"&a{rank - 1};" * 10}">' for rank in range(1, 12)
    ).replace("&a0;", "&a;")
    data = (LAUGHS.format("ha", nested) + PI + ROOT.replace("VIR", "&a11;")).encode()

    assert detect(data).format == "ofx2"
    refusal(data)


def test_an_external_entity_is_refused_and_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET", encoding="utf-8")
    kinds = (f'<!ENTITY a SYSTEM "{secret.as_uri()}">', f'<!ENTITY % a SYSTEM "{secret.as_uri()}">')
    for entity in kinds:
        data = f"<!DOCTYPE OFX [{entity}]>{ROOT.replace('VIR', '&a;')}".encode()

        assert detect(data).format == "ofx2"
        assert "SECRET" not in refusal(data)


def test_a_document_type_alone_is_refused() -> None:
    assert "a document type is not accepted" in refusal(f"<!DOCTYPE OFX []>{ROOT}".encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("</NAME>", ""), ("</STMTTRN>", ""), ("<NAME>", "<NAME"), ("</OFX>", "</OFX><A/>"),
        ("</STMTRS>", "</STMTRS></STMTRS>"), ("VIR", "V\0R"), ("VIR", "V\x01R"), ("VIR", "<"),
        ("VIR", "&#0;"), ("</OFX>", ""),
    ],
)  # fmt: skip
def test_xml_that_is_not_well_formed_is_refused_with_its_place(old: str, new: str) -> None:
    assert "line" in refusal(xml(ACCENTS).replace(old.encode(), new.encode()))


def test_a_line_is_told_for_every_refusal() -> None:
    data = xml_of(trn(), trn(TRNAMT="x"))
    line = data[: data.index(b"<TRNAMT>x")].rpartition(b"<STMTTRN>")[0].count(b"\n") + 1

    assert refusal(data).endswith(f"(at line {line} (transaction 2))")


@pytest.mark.parametrize("where", ["<BANKTRANLIST>", "</BANKTRANLIST>"])
def test_nothing_in_a_file_can_pass_for_transactions_that_were_taken_out(where: str) -> None:
    """The reader's own mark for a run of transactions is not one that a file may use."""
    forged = f'<STMTTRN {RUN}="0"/>'.encode()
    put = forged + where.encode() if where[1] == "/" else where.encode() + forged

    assert RUN in refusal(xml_of(trn(), trn()).replace(where.encode(), put))


def test_transactions_within_a_comment_or_an_instruction_are_none() -> None:
    data = xml_of(trn(), trn(FITID="F2"))
    first = data.index(b"<STMTTRN>")
    end = data.index(b"</STMTTRN>") + len(b"</STMTTRN>")

    commented = data[:first] + b"<!--" + data[first:end] + b"-->" + data[end:]
    instructed = data[:first] + b"<?x " + data[first:end] + b"?>" + data[end:]

    for aside in (commented, instructed):
        assert [line.entry_ref for line in read_one(aside).lines] == ["F2"]


def test_a_transaction_in_a_transaction_is_refused() -> None:
    inner = trn("STMTTRN", NAME=[trn()])

    assert "outside of a list" in refusal(xml_of(inner))


def test_xml_without_a_transaction_for_too_long_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ofx_xml, "GAP_CHARS_MAX", 200_000)
    many = xml_of(*(trn(MEMO="x" * 1000) for _ in range(300)))
    noise = xml_of(trn()).replace(b"<OFX>", b"<OFX>" + b"<A>x</A>" * 40_000)

    assert len(read_one(many).lines) == 300
    assert "without a transaction" in refusal(noise)


def test_a_comment_without_bound_is_refused() -> None:
    data = xml_of(trn()).replace(b"<LEDGERBAL>", b"<!-- & " + b"x" * 2 * BLOCK_CHARS_MAX)

    refusal(data)


def test_many_fields_or_deep_ones_are_refused() -> None:
    many = xml_of(trn(**{f"X{rank}": "x" for rank in range(1_001)}))
    deep = xml_of(trn(MEMO="@")).replace(b"@", b"<A>" * 100 + b"x" + b"</A>" * 100)

    assert "fields" in refusal(many)
    assert "in one another" in refusal(deep)


def test_padding_after_the_end_is_no_text() -> None:
    assert len(read_one(xml_of(trn()) + b"\0\0").lines) == 1
