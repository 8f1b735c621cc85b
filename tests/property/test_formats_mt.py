"""MT940 and MT942 under generated files: what is written is read, and broken files are refused."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmarks.formats_data import mt940 as mt940_data
from benchmarks.formats_data import mt942 as mt942_data
from rappro.domain.bank import Counterparty, StatementEvent, StatementLine
from rappro.domain.errors import RapproError
from rappro.formats import mt_usual as usual
from rappro.formats.findings import FindingLog
from rappro.formats.mt940 import MT940
from rappro.formats.mt942 import MT942
from rappro.formats.mt_catalogue import CATALOGUE
from rappro.formats.mt_fields import Block, Place
from rappro.formats.mt_line import LineMaker
from rappro.formats.mt_subfields import _KINDS, _mended, read_any, read_regular
from rappro.formats.mt_told import Told
from rappro.formats.registry import detect
from tests.unit.formats.mt_writer import entry, mt940, mt942, wrapped
from tests.unit.formats.reading import read_all, read_one

PLACE: Place = (Block(1, ["61:"]), 0)
SETTINGS = settings(max_examples=80, deadline=None)
FIXTURES = Path(__file__).parents[1] / "fixtures" / "statements"
FILES = [path.read_bytes() for path in sorted(FIXTURES.glob("mt94*/*.sta"))]


def read(data: bytes, parser: object = MT940) -> list[StatementEvent] | None:
    """Return the events of a file, or None when it is refused; any other error is a failure."""
    try:
        return list((MT942 if parser is MT942 else MT940).parse(io.BytesIO(data)))
    except RapproError:
        return None


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.,()éèàÉçô"
AMOUNTS = st.integers(-(10**13), 10**13)
DAYS = st.dates(date(1980, 1, 8), date(2079, 12, 24))
GAPS = st.integers(-7, 7)


def words(longest: int) -> st.SearchStrategy[str]:
    """Generate a text of words with single blanks between them."""
    word = st.text(LETTERS, min_size=1, max_size=12)
    return st.lists(word, min_size=1, max_size=8).map(
        lambda found: " ".join(found)[:longest].strip()
    )


def identifiers(longest: int) -> st.SearchStrategy[str]:
    """Generate a reference; it begins with a letter, as no code or placeholder does."""
    return st.text("XYZ0123456789", max_size=longest - 1).map(lambda text: f"Q{text}")


def decimal(minor: int) -> str:
    return f"{abs(minor) // 100},{abs(minor) % 100:02d}"


@st.composite
def written(draw: st.DrawFn) -> tuple[StatementLine, str]:
    """Make a line, and the fields that say it: in subfields, in code words or as free text."""
    booked = draw(DAYS)
    value = date.fromordinal(booked.toordinal() + draw(GAPS))
    amount, label, name = draw(AMOUNTS), draw(words(90)), draw(words(54))
    ends, mandate, bank = draw(identifiers(35)), draw(identifiers(35)), draw(identifiers(16))
    style = draw(st.sampled_from(["subfields", "words", "free"]))
    is_free = style == "free"
    line = StatementLine(
        position=1,
        booking_date=booked,
        amount_minor=amount,
        currency="EUR",
        value_date=value,
        entry_ref=bank,
        label=label,
        remittance_ref=draw(identifiers(16)),
        counterparty=Counterparty() if is_free else Counterparty(name=name),
        end_to_end_id=None if is_free else ends,
        mandate_id=None if is_free else mandate,
    )
    if style == "subfields":
        details = subfields(ends, mandate, label, name)
    elif style == "words":
        details = f"/TRTP/X/NAME/{name}/MARF/{mandate}/REMI/{label}/EREF/{ends}"
    else:
        details = label
    # Only booking and value dates within some days of each other determine the year.
    head = (
        f"{value:%y%m%d}{booked:%m%d}{'C' if amount >= 0 else 'D'}{decimal(amount)}NTRF"
        f"{line.remittance_ref}//{bank}"
    )
    return line, entry(head, wrapped(details))


def subfields(ends: str, mandate: str, label: str, name: str) -> str:
    """Write subfields of 27 characters, each key in one of its own."""
    parts = []
    for text in (f"EREF+{ends}", f"MREF+{mandate}", f"SVWZ+{label}"):
        parts += [text[at : at + 27] for at in range(0, len(text), 27)]
    purpose = "".join(f"?{20 + rank}{part}" for rank, part in enumerate(parts))
    names = "".join(
        f"?{32 + rank}{name[at : at + 27]}" for rank, at in enumerate(range(0, len(name), 27))
    )
    return f"166?00TEXT?10931{purpose}{names}"


COMPARED = ("booking_date", "amount_minor", "currency", "value_date", "entry_ref", "label",
            "remittance_ref", "counterparty", "end_to_end_id", "mandate_id")  # fmt: skip


@SETTINGS
@given(
    st.lists(written(), max_size=4),
    AMOUNTS,
    st.sampled_from(["\n", "\r\n", "\r", "@@"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_what_is_written_is_read(
    lines: list[tuple[StatementLine, str]], opening: int, end: str, charset: str
) -> None:
    closing = opening + sum(line.amount_minor for line, _ in lines)
    sides = ["C" if minor >= 0 else "D" for minor in (opening, closing)]
    text = mt940(
        *(text for _, text in lines),
        opening=f"{sides[0]}240101EUR{decimal(opening)}",
        closing=f"{sides[1]}240131EUR{decimal(closing)}",
    )
    data = text.replace("\n", end if charset != "utf-16" else "\n").encode(charset)

    found = read_one(data, MT940)

    assert detect(data) is MT940
    assert found.closed.opening is not None
    assert found.closed.closing is not None
    assert (found.closed.opening.amount_minor, found.closed.closing.amount_minor) == (
        opening, closing
    )  # fmt: skip
    for line, (expected, _) in zip(found.lines, lines, strict=True):
        for name in COMPARED:
            assert getattr(line, name) == getattr(expected, name), name


@SETTINGS
@given(st.lists(written(), max_size=4))
def test_what_is_written_in_a_report_is_read(lines: list[tuple[StatementLine, str]]) -> None:
    found = read_one(mt942(*(text for _, text in lines)).encode(), MT942)

    assert [line.amount_minor for line in found.lines] == [one.amount_minor for one, _ in lines]
    assert [line.label for line in found.lines] == [one.label for one, _ in lines]


PIECES = st.sampled_from(
    ["EREF+", "MREF+", "CRED+", "KREF+", "SVWZ+", "ABWA+", "MTLG:", "BIC+", " ", "+", "RECHNUNG",
     "wort", "17", "S", "VWZ+", "x" * 22, "A-B", "?"]
)  # fmt: skip
CODES = st.sampled_from(
    ["00", "10", "20", "21", "22", "23", "29", "30", "31", "32", "33", "34", "60", "11"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(CODES, st.lists(PIECES, max_size=3).map("".join)), min_size=1))
@example([("00", "X"), ("20", "EREF+1"), ("21", "SVWZ+" + "x" * 22), ("22", "17"), ("32", "N")])
def test_the_quick_reading_of_subfields_is_the_thorough_one(parts: list[tuple[str, str]]) -> None:
    flat = "166" + "".join(f"?{code}{text}" for code, text in parts)
    quick: Told = {}
    thorough: Told = {"code": "166"}

    is_regular = read_regular(flat, quick)
    read_any(_mended(flat[4:].split("?"), "?"), thorough, _KINDS)

    said = {name: text for name, text in thorough.items() if text and name != "journal"}
    assert quick == (said if is_regular else {})


HEADS = st.sampled_from(
    ["CR1,01NTRFNONREF//77", "D12,30NMSCINV 7", "RDR0,00FDDTKREF+", "EC5,10NTRF  ", "C1,1NTRFX",
     "C1,01N193NONREF", "D7,00NXYZ1234567890123456789", "D1,01NDDTE2E-0000000001// "]
)  # fmt: skip
EDITS = st.sampled_from(
    ["", " ", "\n", "\x0c", "+", "?", "/", "//", "USTD//", "/RTRN/MD01", "/NAME/", "/BENM/", "LIB ",
     "?20MTLG:", "?2", "x" * 36, "?21KREF+R7", "/KREF/R7/", "901", "999", "MTLG:", "EREF+", "é",
     "\u00a0", "KREF+E2E-0000000001"]
)  # fmt: skip


def usual_details(number: int) -> str:
    text = "".join(mt940_data.entry(number, date(2024, 1, 2), mt940_data.amount_of(number)))
    return text.replace("\r\n", "\n").partition(":86:")[2].rstrip("\n")


@settings(max_examples=600, deadline=None)
@given(HEADS, st.integers(0, 40), st.lists(st.tuples(st.integers(0, 400), EDITS), max_size=3),
       st.integers(0, 3))  # fmt: skip
def test_the_usual_path_makes_the_line_of_the_general_one(
    head: str, number: int, edits: list[tuple[int, str]], width: int
) -> None:
    details = usual_details(number)
    for at, text in edits:
        place = at % (len(details) + 1)
        details = details[:place] + text + details[place + width :]
    quick, thorough = (LineMaker("EUR", FindingLog(CATALOGUE)) for _ in range(2))
    for mark in ("C", "D"):  # the usual path begins once the date is known
        quick.line(f"61:2401020102{mark}1,01NTRFX", None, PLACE)
        thorough.line(f"61:2401020102{mark}1,01NTRFX", None, PLACE)

    line = quick.line(f"61:2401020102{head}", details, PLACE)
    thorough.count += 1

    assert line == thorough._any_line(f"61:2401020102{head}", details)
    assert [quick.sums(side) for side in "DC"] == [thorough.sums(side) for side in "DC"]
    assert quick._findings.take() == thorough._findings.take()


def test_the_usual_path_is_taken_by_usual_details() -> None:
    for number in range(40):
        assert usual.usual_details(usual_details(number), is_credit=number % 3 == 0) is not None


@settings(max_examples=300, deadline=None)
@given(st.data(), st.sampled_from(FILES))
def test_a_damaged_file_is_read_or_refused_and_nothing_else(
    data: st.DataObject, file: bytes
) -> None:
    broken = bytearray(file)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(broken)))
        kind = data.draw(st.sampled_from(["cut", "put", "drop", "double"]))
        if kind == "cut":
            del broken[at:]
        elif kind == "put":
            broken[at:at] = data.draw(
                st.binary(max_size=6)
                | st.sampled_from([b"\n:61:", b"\n:20:", b"\n-\n", b"?20", b"//"])
            )
        elif kind == "drop":
            del broken[at : at + data.draw(st.integers(1, 30))]
        else:
            broken[at:at] = broken[at : at + data.draw(st.integers(1, 80))]

    for parser in (MT940, MT942):
        parser.recognises(bytes(broken[:65_536]))
        read(bytes(broken), parser)


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for parser in (MT940, MT942):
        parser.recognises(data)
        assert read(data, parser) is None or b":" in data
    read(mt940(entry()).encode()[:60] + data)


@pytest.mark.parametrize(("parser", "writer"), [(MT940, mt940_data), (MT942, mt942_data)])
@pytest.mark.parametrize("transactions", [0, 1, 251, 700])
def test_the_benchmark_writer_makes_what_it_says(
    parser: object, writer: object, transactions: int, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    (mt942_data if parser is MT942 else mt940_data).write(path, transactions)
    if transactions == 0:
        assert path.read_bytes() == b""
        return

    reads = read_all(path.read_bytes())

    assert sum(len(found.lines) for found in reads) == transactions
    assert {code for found in reads for code in found.codes} == set()
    for found in reads:
        if found.closed.opening is not None and found.closed.closing is not None:
            booked = sum(line.amount_minor for line in found.lines)
            assert found.closed.opening.amount_minor + booked == found.closed.closing.amount_minor
