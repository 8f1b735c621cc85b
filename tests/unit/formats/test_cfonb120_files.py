"""CFONB files as bytes: line breaks, lengths, charsets, and what is refused."""

from __future__ import annotations

import io

import pytest

from rappro.domain.errors import MalformedStatement
from rappro.formats.cfonb120 import Cfonb120Parser
from tests.unit.formats.cfonb_writer import (
    DAY,
    FIRST,
    LAST,
    balance,
    complement,
    file_of,
    movement,
    statement,
)
from tests.unit.formats.reading import read_all, read_one

RECORDS = (
    balance("01", 100_00, FIRST),
    movement(50_00, DAY, label="VIR DUPONT"),
    complement(movement(50_00, DAY), "NPY", "DUPONT"),
    movement(-20_01, DAY, label="PRLV EDF"),
    balance("07", 129_99, LAST),
)


def refusal(data: bytes) -> tuple[str, str | None]:
    """Return the sentence and the position with which a file is refused."""
    with pytest.raises(MalformedStatement) as caught:
        list(Cfonb120Parser().parse(io.BytesIO(data)))
    return caught.value.detail, caught.value.position


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\r\n\r\n", ""])
def test_records_may_end_in_any_line_break_or_none(end: str) -> None:
    assert read_one(file_of(*RECORDS, end=end)).lines == read_one(file_of(*RECORDS)).lines


@pytest.mark.parametrize("tail", ["\n", "\r\n\r\n", "\x1a", "\r\n\x1a\x00\x00", "   \n"])
def test_a_file_may_end_in_blank_lines_or_the_end_mark_of_dos(tail: str) -> None:
    assert read_one(file_of(*RECORDS) + tail.encode()).closed.line_count == 2


def test_trailing_blanks_may_be_stripped() -> None:
    stripped = file_of(*(one.rstrip() for one in RECORDS))

    assert read_one(stripped).lines == read_one(file_of(*RECORDS)).lines


def test_a_121st_character_is_left_out_and_noted() -> None:
    blank = read_one(file_of(*(one + " " for one in RECORDS)))
    odd = read_one(file_of(RECORDS[0], RECORDS[1] + "X", *RECORDS[2:]))

    assert (blank.closed.line_count, blank.codes) == (2, [])
    assert (odd.closed.line_count, odd.codes) == (2, ["record_too_long"])
    assert odd.closed.findings[0].position == "line 2"


def test_records_of_several_statements_may_be_glued_to_a_line_each() -> None:
    data = file_of("".join(RECORDS), "".join(RECORDS), end="\n")

    reads = read_all(data)

    assert [len(read.lines) for read in reads] == [2, 2]


def test_a_record_of_any_other_length_is_refused() -> None:
    assert refusal(file_of(RECORDS[0], RECORDS[1] + "XXXX")) == (
        "a record of 124 characters, not 120", "line 2",
    )  # fmt: skip


def test_a_line_without_end_is_refused_without_being_read_whole() -> None:
    endless = io.BytesIO(file_of(*RECORDS[:3]) + b"04" + b"X" * 3_000_000)

    with pytest.raises(MalformedStatement, match="too long"):
        list(Cfonb120Parser().parse(endless))

    assert endless.tell() < 500_000


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_positions_count_characters_in_any_charset(encoding: str) -> None:
    of = movement(50_00, DAY, label="ÉCHÉANCE PRÊT À TAUX ZÉRO")
    records = (RECORDS[0], of, complement(of, "NPY", "SOCIÉTÉ GÉNÉRALE D'ÉTÉ"), RECORDS[-1])
    data = file_of(*records).decode("latin-1").encode(encoding)

    line = read_one(data).lines[0]

    assert (line.label, line.amount_minor) == ("ÉCHÉANCE PRÊT À TAUX ZÉRO", 50_00)
    assert line.counterparty.name == "SOCIÉTÉ GÉNÉRALE D'ÉTÉ"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_file_without_line_breaks_is_cut_by_characters_too(encoding: str) -> None:
    many = [movement(1, DAY, label="ÉTÉ €") for _ in range(2000)]
    data = file_of(RECORDS[0], *many, RECORDS[-1], end="", encoding=encoding)

    read = read_one(data)

    assert {(line.label, line.amount_minor) for line in read.lines} == {("ÉTÉ €", 1)}
    assert len(read.lines) == 2000


def test_a_record_that_is_not_utf8_is_windows_1252_even_in_a_file_that_is() -> None:
    good, odd = movement(1, DAY, label="ÉTÉ").encode("utf-8"), movement(2, DAY, label="ÉTÉ – €")
    data = b"\n".join([RECORDS[0].encode(), good, odd.encode("cp1252"), RECORDS[-1].encode()])

    assert [line.label for line in read_one(data).lines] == ["ÉTÉ", "ÉTÉ – €"]


def test_large_files_are_read_across_blocks() -> None:
    amounts = [(rank * 7919) % 100_000 - 50_000 for rank in range(5_000)]

    read = read_one(statement(*(movement(amount, DAY) for amount in amounts)))

    assert [line.amount_minor for line in read.lines] == amounts
