"""CODA under generated files: what is written is read, and broken files are refused."""

from __future__ import annotations

import io
import re
from datetime import date
from unittest.mock import patch

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum import iban as stdnum_iban

from rappro.domain.bank import Counterparty, StatementClosed, StatementEvent, StatementLine
from rappro.domain.errors import MalformedStatement, RapproError, UnsupportedCurrency
from rappro.formats import coda
from rappro.formats.coda import CodaParser
from rappro.formats.coda_fields import has_check_digits, iban_of, printed
from tests.unit.formats.coda_writer import (
    account,
    bban,
    ddmmyy,
    file_of,
    more,
    movement,
    new_balance,
    old_balance,
    statement,
    whole,
)
from tests.unit.formats.reading import read_one

SETTINGS = settings(max_examples=80, deadline=None)
PARSER = CodaParser()


def read(data: bytes) -> list[StatementEvent] | None:
    """Return the events of a file, or None when it is refused; any other error is a failure."""
    try:
        return list(PARSER.parse(io.BytesIO(data)))
    except RapproError:
        return None


# No slash, because a printed reference has some; letters alone beyond ASCII, see CFONB.
PRINTABLE = st.sampled_from(
    [chr(code) for code in range(33, 127) if code != ord("/")] + list("ÉÈÇÔéèàçôü")
)
AMOUNTS = st.integers(-(10**13), 10**13)  # their sum has a zone of 15 digits, too
DATES = st.dates(date(1980, 1, 1), date(2079, 12, 31))
BBANS = st.integers(0, 10**10 - 1).map(lambda number: f"{number:010d}{number % 97 or 97:02d}")


def words(longest: int) -> st.SearchStrategy[str]:
    """Generate a text without blanks, which fits a zone."""
    return st.text(PRINTABLE, min_size=1, max_size=longest)


@st.composite
def written(draw: st.DrawFn, sequence: int = 1, detail: int = 0) -> tuple[StatementLine, list[str]]:
    """Make a line, and the records that say it."""
    iban = iban_of(draw(BBANS)) or ""
    digits = draw(st.one_of(st.none(), BBANS))
    label = printed(digits) if digits else draw(words(149))
    line = StatementLine(
        position=1,
        booking_date=draw(DATES),
        amount_minor=draw(AMOUNTS),
        currency="EUR",
        value_date=draw(DATES),
        entry_ref=draw(words(21)),
        label=label,
        label_more=draw(words(268)),
        remittance_ref=label if digits else "",
        ordering_account=iban,
        counterparty=Counterparty(name=draw(words(35)), iban=iban, bic=draw(words(11))),
        end_to_end_id=draw(words(35)),
        bank_code="00150000",
    )
    text, more_text = f"101{digits}" if digits else label, line.label_more
    head = movement(
        line.amount_minor, sequence, detail, text=text[:53], flag="1" if digits else "0",
        entry=ddmmyy(line.booking_date), value=line.value_date.strftime("%d%m%y") if line.value_date
        else "", reference=line.entry_ref or "", code="00150000",
    )  # fmt: skip
    records = [
        head,
        more("22", sequence, detail, text="" if digits else text[53:106],
             end_to_end=line.end_to_end_id or "", bic=line.counterparty.bic or ""),
        more("23", sequence, detail, text="" if digits else text[106:], account=account(iban),
             name=line.counterparty.name or ""),
        more("31", sequence, detail, text=more_text[:73]),
    ]  # fmt: skip
    for kind, start, end in (("32", 73, 178), ("33", 178, 268)):
        if len(more_text) > start:
            records.append(more(kind, sequence, detail, text=more_text[start:end]))
    return line, records


@st.composite
def movements(draw: st.DrawFn, sequence: int) -> tuple[StatementLine, list[str]]:
    """Make a movement with some details."""
    line, records = draw(written(sequence))
    for rank in range(1, draw(st.integers(0, 2)) + 1):
        records += draw(written(sequence, rank))[1]
    return line, records


COMPARED = ("booking_date", "amount_minor", "currency", "value_date", "entry_ref", "label",
            "label_more", "remittance_ref", "ordering_account", "counterparty", "end_to_end_id",
            "bank_code")  # fmt: skip


@st.composite
def writings(draw: st.DrawFn) -> tuple[str, str]:
    """Choose how records end, and the charset."""
    ends = st.sampled_from(["\r\n", "\n", "\r", ""])
    return draw(ends), draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))


@SETTINGS
@given(st.data(), st.integers(0, 5), AMOUNTS, AMOUNTS, writings())
def test_what_is_written_is_read(
    data: st.DataObject, count: int, opening: int, closing: int, writing: tuple[str, str]
) -> None:
    end, encoding = writing
    some = [data.draw(movements(rank)) for rank in range(1, count + 1)]
    records = whole(
        old_balance(opening, description="Compte"), *(one for _, told in some for one in told),
        new_balance(closing),
    )  # fmt: skip

    found = read_one(file_of(*records, end=end, encoding=encoding), PARSER)

    assert found.closed.opening is not None
    assert found.closed.closing is not None
    assert found.closed.opening.amount_minor == opening
    assert found.closed.closing.amount_minor == closing
    assert len(found.lines) == count
    for line, (expected, told) in zip(found.lines, some, strict=True):
        assert [getattr(line, name) for name in COMPARED] == [
            getattr(expected, name) for name in COMPARED
        ]
        assert len(line.details) == sum(one[:2] == "21" for one in told) - 1
    assert set(found.codes) <= {"charset_guessed"}


BASE = statement(
    *(record for rank in range(1, 6) for record in (
        movement(rank * 100 - 250, rank, text=f"VIR {rank} É"),
        more("22", rank, end_to_end=f"E2E {rank}"),
        more("23", rank, name="DUPONT", account=account("BE68539007547034")),
        movement(rank * 100 - 250, rank, 1, flag="1", text="101090933755493"),
        more("31", rank, 2, flag="1", text="001DUPONT"),
    ))
)  # fmt: skip
OFFSETS = st.integers(0, len(BASE))
TOKENS = st.sampled_from(
    [*b"\r\n \n \r \x00 \x1a \xff \xc3 0 1 21 22 23 31 32 8 9 4 127 EUR".split(b" "), b" ",
     b"X" * 30_000]
)  # fmt: skip


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


TEXTS = st.text(st.sampled_from("0159 AX/é"), max_size=53)
ACCOUNTS = st.sampled_from(
    (account("BE68539007547034"), account("BE68539007547035"), account("FR761234"), bban("1"), "")
)


@st.composite
def usual_movements(draw: st.DrawFn, sequence: int) -> list[str]:
    """Draw a movement as banks write most of them, with records left out or added at times."""
    kind = draw(st.sampled_from(("101", "113", "127", "")))
    records = [
        movement(draw(st.integers(-9_99, 9_99)), sequence, text=kind + draw(TEXTS),
                 flag=str(int(bool(kind))), reference=draw(TEXTS)),
        more("22", sequence, text=draw(TEXTS), end_to_end=draw(TEXTS), bic=draw(TEXTS),
             r_type=draw(st.sampled_from(" 012345")), reason=draw(TEXTS), purpose=draw(TEXTS)),
        more("23", sequence, draw(st.sampled_from((0, 0, 0, 7))), account=draw(ACCOUNTS),
             name=draw(TEXTS), text=draw(TEXTS)),
        more("31", sequence, flag="1", text=draw(st.sampled_from(("001", "002"))) + draw(TEXTS)),
        more("32", sequence, text=draw(TEXTS) + draw(TEXTS)),
    ]  # fmt: skip
    whole_until = draw(st.sampled_from((1, 2, 3, 4, 5, 5, 5)))
    added = draw(
        st.sampled_from(([], [], [], [movement(1_00, sequence, 1)], [more("33", sequence)]))
    )
    return records[:whole_until] + (added if whole_until == 5 else [])


@settings(SETTINGS, max_examples=200)
@given(st.integers(1, 4).flatmap(lambda count: st.tuples(*map(usual_movements, range(count)))))
def test_a_movement_of_the_usual_form_is_read_as_its_records_are(
    movements: tuple[list[str], ...],
) -> None:
    """Movements found whole are the ones that are gathered record by record."""
    data = statement(*(record for each in movements for record in each))

    at_once = read(data)

    with patch.object(coda, "_PIECES", re.compile(r".{128}\n", re.DOTALL)):
        assert at_once == read(data)
    assert at_once is not None


@settings(SETTINGS, max_examples=200)
@given(
    st.text(st.sampled_from("0123456789 AX/é\x00٠"), max_size=146),
    st.sampled_from([*(str(kind) for kind in range(99, 129)), "127", "113", "105"]),
    st.text(st.sampled_from("01259 A"), min_size=8, max_size=8),
)
def test_any_structured_communication_is_read_or_kept(content: str, kind: str, code: str) -> None:
    content = content.ljust(146)

    found = read_one(statement(
        movement(1_00, text=kind + content[:50], flag="1", code=code),
        more("22", text=content[50:103]), more("23", text=content[103:]),
    ))  # fmt: skip

    assert [line.amount_minor for line in found.lines] == [1_00]


@SETTINGS
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    PARSER.recognises(data)
    assert read(data) is None


@SETTINGS
@example(170)
@given(st.integers(0, len(BASE) - 131))
def test_a_file_cut_before_its_trailer_is_refused(cut: int) -> None:
    """A cut inside the currency of the opening balance leaves a code that no currency has."""
    with pytest.raises((MalformedStatement, UnsupportedCurrency)) as refused:
        list(PARSER.parse(io.BytesIO(BASE[:cut])))

    assert refused.value.position is not None


@SETTINGS
@given(BBANS)
def test_computed_ibans_are_right(bban: str) -> None:
    iban = iban_of(bban)

    assert iban is not None
    assert (iban[:2], iban[4:]) == ("BE", bban)
    assert stdnum_iban.is_valid(iban, check_country=False)  # which knows banks, not numbers
    assert has_check_digits(bban)
