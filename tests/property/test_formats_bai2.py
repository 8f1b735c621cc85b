"""BAI2 under generated files: what is written is read, and broken files are refused."""

from __future__ import annotations

import io
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.domain.bank import StatementClosed, StatementEvent, StatementLine
from rappro.domain.errors import InputError, RapproError
from rappro.formats.bai2 import Bai2Parser
from rappro.formats.bai2_codes import TYPE_CODES, Level
from tests.unit.formats.bai2_writer import Account, Group, file_of
from tests.unit.formats.reading import read_one

SETTINGS = settings(max_examples=80, deadline=None)
PARSER = Bai2Parser()
DETAILS = sorted(code for code, kind in TYPE_CODES.items() if kind.level is Level.DETAIL)

# Beyond ASCII letters alone: in Windows-1252 two signs can be one letter of UTF-8.
REFERENCES = st.text("ABCXYZ-129", max_size=20).filter(lambda text: not text or text.strip("0"))
TEXTS = st.text("ABC xyz,/.()É129", min_size=1, max_size=70).filter(
    lambda text: text.strip() == text and text[-1] not in ",/" and text[0] not in "/,"
)
AMOUNTS = st.integers(0, 10**15)
DATES = st.dates(date(1980, 1, 1), date(2079, 12, 31))


def read(data: bytes) -> list[StatementEvent] | None:
    """Return the events of a file, or None when it is refused; any other error is a failure."""
    try:
        return list(PARSER.parse(io.BytesIO(data)))
    except RapproError:
        return None


@st.composite
def written(draw: st.DrawFn) -> tuple[StatementLine, str]:
    """Make a line, and the records that say it, cut between any of their fields."""
    code, amount = draw(st.sampled_from(DETAILS)), draw(AMOUNTS)
    day = draw(DATES)
    funds, value_date, comment = draw(
        st.sampled_from(
            [("", None, ""), ("Z", None, ""), ("2", None, ""), (f"V,{day:%y%m%d},", day, ""),
             (f"V,{day:%Y%m%d},2400", day, ""), ("S,100,,5", None, "available 0d 1.00, 2d 0.05"),
             ("D,2,0,1,9,200", None, "available 0d 0.01, 9d 2.00")]
        )
    )  # fmt: skip
    texts = draw(st.lists(TEXTS, min_size=1, max_size=4))
    line = StatementLine(
        position=1,
        booking_date=date(2024, 3, 15),
        amount_minor=amount * TYPE_CODES[code].direction,
        currency="USD",
        value_date=value_date,
        entry_ref=draw(REFERENCES) or None,
        label=texts[0],
        label_more=" ".join(texts[1:]),
        comment=comment,
        remittance_ref=draw(REFERENCES),
        bank_code=code,
        nature=TYPE_CODES[code].nature,
        is_reversal=TYPE_CODES[code].is_reversal,
    )
    fields = [code, str(amount), *funds.split(","), line.entry_ref or "", line.remittance_ref]
    record = "16," + fields[0]
    for place, text in enumerate(fields[1:]):
        # The control total of the writer reads the amount in the first record.
        record += draw(st.sampled_from([",", "/\n88,", "\n88,"]) if place else st.just(",")) + text
    first = draw(st.sampled_from([",", ",/\n88,", "/\n88,"]))
    return line, record + first + "\n88,".join(texts)


COMPARED = ("booking_date", "amount_minor", "currency", "value_date", "entry_ref", "label",
            "label_more", "comment", "remittance_ref", "bank_code", "nature",
            "is_reversal")  # fmt: skip


@SETTINGS
@given(
    st.lists(written(), max_size=8),
    st.integers(-(10**15), 10**15),
    st.integers(-(10**15), 10**15),
    st.sampled_from(["\r\n", "\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
)
def test_what_is_written_is_read(
    some: list[tuple[StatementLine, str]], opening: int, closing: int, end: str, encoding: str
) -> None:
    account = Account(
        amounts=(("010", str(opening)), ("015", f"{closing:+}")),
        transactions=[text for _, text in some],
    )
    text = file_of(Group((account,))).decode().replace("\n", end)

    found = read_one(text.encode(encoding), PARSER)

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


BASE = file_of(
    *(
        Group(
            (
                Account(
                    amounts=(("010", "100"), ("015", "200"), ("100", "100")),
                    transactions=(
                        "16,195,100,V,240315,2400,REF,CUST,ORG:=PAYER É\n88,BNF NAME:=PAYEE A:B=C",
                        "16,174,5,S,1,2,2,R,C,TEXT/",
                        "16,475,7,D,1,0,7,R\n88,C,/",
                    ),
                ),
            ),
            as_of=day,
        )
        for day in ("240315", "20240316")
    )
)
OFFSETS = st.integers(0, len(BASE))
WORDS = "\r\n|\n|\r|\0|\x1a| |0|,|/|,/|-|01,|02,|03,|16,|49,|88,|98,|99,|S|V|D|:|=|999"
TOKENS = st.sampled_from([*WORDS.encode().split(b"|"), b"\xff", b"\xc3", b"9" * 30_000])


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


@settings(SETTINGS, max_examples=250)
@given(mutations())
def test_any_broken_file_is_refused_or_gives_whole_statements(data: bytes) -> None:
    PARSER.recognises(data)

    events = read(data)

    if events is not None:
        assert isinstance(events[-1], StatementClosed)


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    assert not PARSER.recognises(data)
    assert read(data) is None


@SETTINGS
@given(st.integers(0, BASE.rindex(b"99,") + 2))
def test_a_file_cut_before_its_trailer_is_refused(cut: int) -> None:
    with pytest.raises(InputError) as refused:
        list(PARSER.parse(io.BytesIO(BASE[:cut])))

    assert refused.value.position is not None
