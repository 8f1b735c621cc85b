"""CFONB 120 under generated files: what is written is read, and broken files are refused."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban

from rappro.domain.bank import StatementClosed, StatementEvent, StatementLine
from rappro.domain.errors import MalformedStatement, RapproError
from rappro.formats.cfonb120 import Cfonb120Parser
from rappro.formats.cfonb_catalogue import CATALOGUE
from rappro.formats.cfonb_movement import Movement, _any_line, told_line
from rappro.formats.findings import FindingLog
from rappro.formats.rib import iban_of
from tests.unit.formats.cfonb_writer import (
    DAY,
    FIRST,
    LAST,
    balance,
    complement,
    file_of,
    movement,
    statement,
    zones35,
)
from tests.unit.formats.reading import read_one

SETTINGS = settings(max_examples=80, deadline=None)
PARSER = Cfonb120Parser()
DAY_READ = date(2024, 1, 2)


def read(data: bytes) -> list[StatementEvent] | None:
    """Return the events of a file, or None when it is refused; any other error is a failure."""
    try:
        return list(PARSER.parse(io.BytesIO(data)))
    except RapproError:
        return None


# Letters alone, beyond ASCII: in Windows-1252 "É" and "°" together would be one letter of UTF-8.
PRINTABLE = st.sampled_from([chr(code) for code in range(33, 127)] + list("ÉÈÀÇÔéèàçôü"))
AMOUNTS = st.integers(-(10**14) + 1, 10**14 - 1)
DATES = st.dates(date(1980, 1, 1), date(2079, 12, 31))


def words(longest: int) -> st.SearchStrategy[str]:
    """Generate a text without blanks, which fits a zone."""
    return st.text(PRINTABLE, min_size=1, max_size=longest)


@st.composite
def written(draw: st.DrawFn) -> tuple[StatementLine, list[str]]:
    """Make a line, and the records that say it."""
    line = StatementLine(
        position=1,
        booking_date=draw(DATES),
        amount_minor=draw(AMOUNTS),
        currency="EUR",
        value_date=draw(DATES),
        entry_ref=draw(st.integers(1, 9_999_999).map(lambda number: f"{number:07d}")),
        label=draw(words(31)),
        label_more=draw(words(140)),
        remittance_ref=draw(words(35)),
        end_to_end_id=draw(words(35)),
        mandate_id=draw(words(35)),
        bank_code="B1",
    )
    value = line.value_date.strftime("%d%m%y") if line.value_date else ""
    head = movement(line.amount_minor, line.booking_date, operation="B1", value=value,
                    entry=line.entry_ref or "", label=line.label)  # fmt: skip
    told = [("LCC", line.label_more[:70]), ("LCS", zones35(line.remittance_ref)),
            ("RCN", zones35(line.end_to_end_id or "")),
            ("RUM", zones35(line.mandate_id or "", "RCUR"))]  # fmt: skip
    if len(line.label_more) > 70:
        told.append(("LC2", line.label_more[70:]))
    return line, [head, *(complement(head, *each) for each in draw(st.permutations(told)))]


COMPARED = ("booking_date", "amount_minor", "currency", "value_date", "entry_ref", "label",
            "label_more", "remittance_ref", "end_to_end_id", "mandate_id", "bank_code")  # fmt: skip


@SETTINGS
@given(
    st.lists(written(), max_size=8),
    AMOUNTS,
    AMOUNTS,
    st.sampled_from(["\r\n", "\n", "\r", ""]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
)
def test_what_is_written_is_read(
    some: list[tuple[StatementLine, list[str]]], opening: int, closing: int, end: str, encoding: str
) -> None:
    records = [record for _, told in some for record in told]
    first, last = balance("01", opening, FIRST), balance("07", closing, LAST)

    found = read_one(file_of(first, *records, last, end=end, encoding=encoding), PARSER)

    assert found.closed.opening is not None
    assert found.closed.closing is not None
    assert found.closed.opening.amount_minor == opening
    assert found.closed.closing.amount_minor == closing
    assert len(found.lines) == len(some)
    for line, (expected, _) in zip(found.lines, some, strict=True):
        assert [getattr(line, name) for name in COMPARED] == [
            getattr(expected, name) for name in COMPARED
        ]
    assert found.codes == []


BASE = statement(
    *(record for rank in range(6) for record in (
        movement(rank * 100 - 250, DAY, label=f"VIR {rank}"),
        complement(movement(rank * 100 - 250, DAY), "NPY", "PAYEUR"),
        complement(movement(rank * 100 - 250, DAY), "LIB", "TEXTE É"),
    ))
)  # fmt: skip
OFFSETS = st.integers(0, len(BASE))
TOKENS = st.sampled_from(
    [*b"\r\n \n \r \x00 \x1a \xff \xc3 0 { } 01 04 05 07 LIB EUR".split(b" "), b" ", b"X" * 30_000]
)


@st.composite
def mutations(draw: st.DrawFn) -> bytes:
    """Break a file: insert tokens, cut, double or overwrite pieces of it."""
    data = BASE
    for _ in range(draw(st.integers(1, 3))):
        first, second = sorted((draw(OFFSETS), draw(OFFSETS)))
        second = min(second, first + 400)
        token = draw(TOKENS)
        data = draw(
            st.sampled_from(
                [
                    data[:first] + token + data[first:],
                    data[:first] + token + data[first + len(token) :],
                    data[:first] + data[second:],
                    data[:second] + data[first:],
                    data[:first] + draw(st.binary(max_size=4)) + data[first:],
                ]
            )
        )
    return data


@settings(SETTINGS, max_examples=200)
@given(mutations())
def test_any_broken_file_is_refused_or_gives_whole_statements(data: bytes) -> None:
    events = read(data)

    if events is not None:
        assert isinstance(events[-1], StatementClosed)


QUALIFIERS = ["NPY", "IPY", "CPY", "NBE", "IBE", "CBE", "LIB", "LCC", "LC2", "RCN", "RUM", "REF",
              "NBU", "RET", "XYZ"]  # fmt: skip
INFORMATION = st.sampled_from(
    ["", " ", "A", "NOTPROVIDED", "LEMOINE  ET FILS", "FR7630006000011234567890189", " X".rjust(70),
     "E2E-1".ljust(35) + "SALA", "Y" * 70, "FR76 3000 6000 0112 3456 7890 189"]
)  # fmt: skip


@settings(SETTINGS, max_examples=400)
@given(
    st.lists(st.tuples(st.sampled_from(QUALIFIERS), INFORMATION), min_size=1, max_size=5),
    st.sampled_from(["05", "B1", "A3", "99", "??"]),
    st.booleans(),
    st.sampled_from(["    ", " X"]),
)
def test_the_usual_path_makes_the_line_of_the_general_one(
    told: list[tuple[str, str]], code: str, is_credit: bool, repeated: str
) -> None:
    head = movement(100 if is_credit else -100, DAY_READ)
    head = head[:32] + code + head[34:]
    records = [(1, head)]
    for number, (qualifier, text) in enumerate(told, 2):
        zones = f"05{head[2:40]}{repeated.ljust(5)}{qualifier}{text:70}"
        records.append((number, zones.ljust(120)))
    quick, thorough = (
        Movement(1, DAY_READ, DAY_READ, 100, is_credit, "EUR", records, FindingLog(CATALOGUE))
        for _ in range(2)
    )

    assert told_line(quick, head) == _any_line(thorough, head)
    assert quick.findings.take() == thorough.findings.take()


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    PARSER.recognises(data)
    assert read(data) is None


@SETTINGS
@given(st.integers(0, len(BASE) - 20))
def test_a_file_cut_before_its_last_amount_is_refused(cut: int) -> None:
    with pytest.raises(MalformedStatement) as refused:
        list(PARSER.parse(io.BytesIO(BASE[:cut])))

    assert refused.value.position is not None


@SETTINGS
@given(
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.from_regex(r"[0-9]{5}", fullmatch=True),
    st.from_regex(r"[0-9A-Z]{11}", fullmatch=True),
)
def test_computed_ibans_are_right(bank: str, branch: str, account: str) -> None:
    iban = iban_of(bank, branch, account)

    assert iban is not None
    assert iban[4:25] == bank + branch + account
    assert stdnum_iban.is_valid(iban)
