"""OFX, SGML and XML: what is written is read back, and no file, however broken, breaks a parser."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.bank import LineStatusAtBank, Nature, StatementClosed, StatementLine
from rappro.domain.errors import InputError
from rappro.domain.money import format_amount
from rappro.formats.ofx1 import Ofx1Parser
from rappro.formats.ofx2 import Ofx2Parser
from rappro.formats.ofx_usual import UsualTransactions
from rappro.formats.protocol import StatementParser
from rappro.formats.registry import detect
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
from tests.unit.formats.reading import read_all, read_one

HEADER = HEADER1.format(encoding="UTF-8", charset="NONE")
KINDS = {"OTHER": None, "INT": Nature.INTEREST, "XFER": Nature.TRANSFER, "POS": Nature.CARD}
LETTERS = st.characters(min_codepoint=33, max_codepoint=0x2FFF, exclude_categories=("C", "Z"))
WORDS = st.text(LETTERS, min_size=1, max_size=40)
TEXTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31))


@st.composite
def lines(draw: st.DrawFn) -> StatementLine:
    """Draw the line that a transaction is, apart from its position and source."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    label, more = draw(TEXTS), draw(TEXTS | st.just(""))
    return StatementLine(
        position=1,
        booking_date=draw(DAYS),
        amount_minor=draw(st.integers(-(10**15), 10**15)),
        currency="EUR",
        value_date=draw(st.none() | DAYS),
        entry_ref=draw(st.none() | WORDS.filter(lambda text: text.strip("0"))),
        label=label,
        label_more="" if more == label else more,
        remittance_ref=draw(WORDS.filter(lambda text: text.strip("0")) | st.just("")),
        bank_code=kind,
        nature=KINDS[kind],
        status=LineStatusAtBank.BOOKED,
    )


def transaction(line: StatementLine) -> Element:
    """Return the transaction that says what a line says."""
    return trn(
        TRNTYPE=line.bank_code,
        DTPOSTED=f"{line.booking_date:%Y%m%d}120000[-5:EST]",
        TRNAMT=format_amount(line.amount_minor, "EUR"),
        FITID=line.entry_ref,
        DTAVAIL=f"{line.value_date:%Y%m%d}" if line.value_date else None,
        CHECKNUM=line.remittance_ref or None,
        NAME=line.label,
        MEMO=line.label_more,
    )


@given(written=st.lists(lines(), max_size=5), form=st.sampled_from(["sgml", "closed", "xml"]))
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_back(written: list[StatementLine], form: str) -> None:
    answer = statement(listed(*map(transaction, written)), balance())
    if form == "xml":
        read = read_one(xml(answer))
    else:
        data = sgml(answer, is_closed=form == "closed", header=HEADER, coding="utf-8")
        read = read_one(data)

    assert read.codes == []
    assert [replace(line, raw="") for line in read.lines] == [
        replace(line, position=position) for position, line in enumerate(written, 1)
    ]


SEEDS = [
    sgml_of(trn(), trn(PAYEE=[("NAME", "DUPONT")], MEMO="R&D é"), trn(FITID="F3")),
    xml_of(trn(), trn(PAYEE=[("NAME", "DUPONT")], MEMO="R&D é"), trn(FITID="F3")),
    xml(statement(listed(trn()), balance()), coding="utf-16", encoding="UTF-16"),
]
PIECES = st.sampled_from(
    [b"<", b">", b"</", b"&", b"&amp;", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?", b"\0",
     b"\xe9", b"\xff\xfe", b"<STMTTRN>", b"</STMTTRN>", b"</OFX>", b"<OFX>", b"<STMTRS>", b"<MEMO>",
     b"NaN", b"9" * 40, b"-", b"<!DOCTYPE OFX", b"<INVSTMTRS>", b"\r", b" "]
)  # fmt: skip


@given(
    seed=st.sampled_from(SEEDS),
    cuts=st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(0, 60), PIECES | st.binary(max_size=8)),
        min_size=1, max_size=4,
    ),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_a_damaged_file_is_read_or_refused_with_its_place(
    seed: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    data = seed
    for place, length, piece in cuts:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]

    for parser in (Ofx1Parser(), Ofx2Parser()):
        parser.recognises(data)
        assert is_whole_or_refused(parser, data)


@given(
    chosen=st.lists(
        st.sampled_from([trn(), trn(MEMO="R&D"), trn(NAME="A > B", CHECKNUM="7"), trn("STMTTRNP"),
                         trn(NAME="\u00a0"), trn(MEMO=""), trn(PAYEE=[("NAME", "DUPONT")])]),
        min_size=1, max_size=6,
    ),
    cuts=st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(0, 60), PIECES), max_size=2
    ),
)  # fmt: skip
@settings(max_examples=400, deadline=None)
def test_transactions_taken_out_of_the_text_are_what_the_xml_parser_reads(
    chosen: list[Element], cuts: list[tuple[int, int, bytes]]
) -> None:
    data = xml_of(*chosen)
    for place, length, piece in cuts:
        start = place % (len(data) + 1)
        data = data[:start] + piece + data[start + length :]

    taken_out = outcome(data)

    with patch.object(UsualTransactions, "taken_out", lambda _, text: text):
        assert taken_out == outcome(data)


def outcome(data: bytes) -> list[object]:
    """Return what a file says, or up to where it says it and how it is refused."""
    said: list[object] = []
    try:
        said.extend(Ofx2Parser().parse(io.BytesIO(data)))
    except InputError as refused:
        return [*said, type(refused), refused.position]
    return said


def is_whole_or_refused(parser: StatementParser, data: bytes) -> bool:
    """Say whether a file is read to the end of a statement, or refused with its place."""
    try:
        events = list(parser.parse(io.BytesIO(data)))
    except InputError as refused:
        return refused.position is not None
    return isinstance(events[-1], StatementClosed)


@given(amounts=st.lists(st.integers(-(10**9), 10**9), max_size=30))
@settings(max_examples=50, deadline=None)
def test_sgml_and_xml_of_the_same_transactions_say_the_same(amounts: list[int]) -> None:
    parts = [trn(TRNTYPE="OTHER", TRNAMT=format_amount(one, "EUR")) for one in amounts]
    (first,), (second,) = read_all(sgml_of(*parts)), read_all(xml_of(*parts))

    assert [replace(line, raw="") for line in first.lines] == [
        replace(line, raw="") for line in second.lines
    ]
    assert first.closed == second.closed
    assert (detect(sgml_of()).format, detect(xml_of()).format) == ("ofx1", "ofx2")
