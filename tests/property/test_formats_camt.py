"""The camt messages under generated files: what is written is read, both ways of reading agree.

The reader cuts entries of a known layout out of the file before the XML parser sees it
(`camt_source`). With that switched off, the parser reads everything. Whatever the file, whole or
broken, the two must give the same lines, or both refuse it.
"""

from __future__ import annotations

import io
from datetime import date
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rappro.domain.bank import StatementEvent, StatementLine
from rappro.domain.errors import RapproError
from rappro.domain.money import format_amount
from rappro.formats import camt_layouts, camt_source
from rappro.formats.camt053 import CAMT053
from rappro.formats.registry import detect
from tests.unit.formats.camt_writer import (
    MESSAGES,
    OTHER_IBAN,
    OWN_IBAN,
    Xml,
    amount,
    document,
    el,
    entry,
    iban,
    message,
    message_named,
    parties,
    party,
    stmt,
    ustrd,
)
from tests.unit.formats.reading import read_one

SETTINGS = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def read(data: bytes) -> list[StatementEvent] | None:
    """Return the events of a file, or None when it is refused; any other error is a failure."""
    try:
        return list(CAMT053.parse(io.BytesIO(data)))
    except RapproError:
        return None


def read_by_parser(data: bytes) -> list[StatementEvent] | None:
    """Return what the XML parser alone makes of a file."""
    with patch.object(camt_source, "_is_plain", return_value=False):
        return read(data)


def read_by_layouts(data: bytes, block: int) -> list[StatementEvent] | None:
    """Return what is read when every layout is learned at its first entry.

    With small blocks every entry is cut by the end of one, and most are too large to be waited for.
    """
    with (
        patch.object(camt_layouts, "LEARNED_AFTER", 1),
        patch.multiple(camt_source, _CHUNK_BYTES=block, _CUT_BYTES_MAX=2 * block),
    ):
        return read(data)


def agreed(data: bytes) -> list[StatementEvent] | None:
    """Return what a file gives, after checking that it gives it either way."""
    events = read_by_parser(data)
    for block in BLOCKS:
        assert read_by_layouts(data, block) == events
    return events


BLOCKS = (65_536, 500, 61)
XML_TEXT = st.text(
    st.one_of(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"),
                      exclude_characters="\ufffe\uffff"),
        st.sampled_from("<>&\"' \t\n#;é€"),
    ),
    max_size=30,
)  # fmt: skip
CENTS = st.integers(0, 10**9)


@st.composite
def details(draw: st.DrawFn) -> Xml:
    """Write a detail with any of its parts."""
    text = XML_TEXT
    parts: list[Xml] = []
    if draw(st.booleans()):
        parts.append(el("Refs", el("EndToEndId", draw(text)), el("TxId", draw(text))))
    if draw(st.booleans()):
        parts.append(
            amount(format_amount(draw(CENTS), "EUR"), draw(st.sampled_from(["EUR", "USD"])))
        )
    if draw(st.booleans()):
        debtor = party(draw(text), version=draw(st.sampled_from([2, 8])))
        account = iban(draw(st.sampled_from([OWN_IBAN, OTHER_IBAN])))
        parts.append(parties(Dbtr=debtor, DbtrAcct=account))
    parts.append(ustrd(*draw(st.lists(text, max_size=3))))
    if draw(st.booleans()):
        parts.append(el("Chrgs", amount("1.00")))
    if draw(st.booleans()):
        parts.append(el("RtrInf", el("Rsn", el("Cd", draw(text))), el("AddtlInf", draw(text))))
    return Xml("".join(parts))


@st.composite
def entries(draw: st.DrawFn) -> Xml:
    """Write an entry with any of its parts."""
    several = el(
        "NtryDtls", *(el("TxDtls", each) for each in draw(st.lists(details(), max_size=3)))
    )
    return entry(
        several,
        el("AddtlNtryInf", draw(XML_TEXT)) if draw(st.booleans()) else Xml(),
        amt=format_amount(draw(CENTS), "EUR") if draw(st.booleans()) else draw(XML_TEXT),
        sign=draw(st.sampled_from(["CRDT", "DBIT"])),
        ref=draw(st.one_of(st.none(), XML_TEXT)),
        valued=draw(st.sampled_from(["2024-03-16", None, " 2024-03-17 "])),
    )


def spread(data: bytes, indent: bytes) -> bytes:
    """Return a message with a line break between any two tags."""
    return data.replace(b"><", b">" + indent + b"<")


@SETTINGS
@given(
    st.lists(entries(), min_size=1, max_size=6),
    st.integers(1, 3),
    st.sampled_from([b"", b"\n  ", b"\r\n\t"]),
)
def test_any_entries_are_read_alike_with_and_without_layouts(
    some: list[Xml], times: int, indent: bytes
) -> None:
    events = agreed(spread(message(*some * times), indent))

    if events is not None:
        assert len(events) == len(some) * times + 2


TAGS = (
    b"< > / <!-- --> <![CDATA[ ]]> <? ?> <!DOCTYPE <Ntry> </Ntry> <Ntry/> <TxDtls> </TxDtls> <Stmt>"
    b" </Stmt> <RapproCutNtry/> <RapproCutTxDtls/> <a:Ntry> </a:Ntry> Ccy= x='>'"
).split()
CHARACTERS = b"& &amp; &#60; &x; #7# \x00 \x01 \xff \xef\xbf\xbe \xc3 \xc3\xa9".split(b" ")
TOKENS = st.sampled_from([*TAGS, *CHARACTERS, b" ", b"\r", b"\n", b' Ccy="USD"', b"X" * 2100])


def batch(rank: int) -> Xml:
    """Write an entry with one or two details."""
    parts = [el("TxDtls", ustrd(f"FA-{rank}"), amount("1.00"))] * (1 + rank % 2)
    return entry(el("NtryDtls", *parts), amt=f"{rank}.00", ref=str(rank))


BASE = spread(message(*map(batch, range(8))), b"\n")
OFFSETS = st.integers(0, len(BASE))


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Break a file: insert tokens, cut, double or move pieces of it."""
    data = BASE
    for _ in range(draw(st.integers(1, 3))):
        first, second = sorted((draw(OFFSETS), draw(OFFSETS)))
        second = min(second, first + 400)
        piece = data[first:second]
        data = draw(
            st.sampled_from(
                [
                    data[:first] + draw(TOKENS) + data[first:],
                    data[:first] + draw(TOKENS) + data[second:],
                    data[:first] + data[second:],
                    data[:second] + piece + data[second:],
                    data[:first] + draw(st.binary(max_size=4)) + data[first:],
                    data[:first],
                ]
            )
        )
    return data


@settings(SETTINGS, max_examples=150)
@given(mutations())
def test_any_broken_file_is_refused_or_read_alike_with_and_without_layouts(data: bytes) -> None:
    agreed(data)


@settings(SETTINGS, max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    CAMT053.recognises(data)
    assert agreed(data) is None


LABEL = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"),
                  exclude_characters="\ufffe\uffff"), min_size=1, max_size=30,
)  # fmt: skip


@st.composite
def written_lines(draw: st.DrawFn) -> StatementLine:
    """Make a line such as an entry with one detail can say it."""
    return StatementLine(
        position=1,
        booking_date=draw(st.dates(date(1999, 1, 1), date(2099, 12, 31))),
        amount_minor=draw(st.integers(-(10**12), 10**12)),
        currency="EUR",
        value_date=draw(st.dates(date(1999, 1, 1), date(2099, 12, 31))),
        entry_ref=draw(LABEL),
        label=draw(LABEL),
        label_more=draw(LABEL),
        end_to_end_id=draw(LABEL),
        mandate_id=draw(LABEL),
    )


def written(line: StatementLine) -> Xml:
    """Write the entry that says a line."""
    magnitude = format_amount(abs(line.amount_minor), line.currency)
    refs = el(
        "Refs", el("EndToEndId", line.end_to_end_id or ""), el("MndtId", line.mandate_id or "")
    )
    return entry(
        el("NtryDtls", el("TxDtls", refs, ustrd(line.label, line.label_more))),
        amt=magnitude,
        sign="CRDT" if line.amount_minor >= 0 else "DBIT",
        booked=line.booking_date.isoformat(),
        valued=line.value_date.isoformat() if line.value_date else None,
        ref=line.entry_ref,
    )


@SETTINGS
@given(st.lists(written_lines(), min_size=1, max_size=20))
def test_what_is_written_is_read(lines: list[StatementLine]) -> None:
    entries = [written(line) for line in lines]

    for factor in (1, 4):  # four times as many come to be read by their layout
        assert_same(read_one(document(stmt(*entries * factor))).lines, lines)


@SETTINGS
@given(
    st.lists(written_lines(), min_size=1, max_size=20),
    st.sampled_from(sorted(MESSAGES)),
    st.integers(1, 14),
)
def test_what_is_written_is_read_in_any_message_and_version(
    lines: list[StatementLine], name: str, version: int
) -> None:
    data = message_named(name, *map(written, lines), version=version)

    assert detect(data).format == name
    assert_same(read_one(data).lines, lines)


def assert_same(found: list[StatementLine], lines: list[StatementLine]) -> None:
    """Check that the lines were read, again and again, with every field that was written."""
    assert len(found) % len(lines) == 0
    for rank, line in enumerate(found):
        expected = lines[rank % len(lines)]
        assert [getattr(line, name) for name in COMPARED] == [
            getattr(expected, name) for name in COMPARED
        ]


COMPARED = ("booking_date", "amount_minor", "currency", "value_date", "entry_ref", "label",
            "label_more", "end_to_end_id", "mandate_id")  # fmt: skip
