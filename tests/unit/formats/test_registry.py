"""The registry: formats by content or by name, and the bounds of the protocol."""

from __future__ import annotations

import io
from dataclasses import FrozenInstanceError, fields, replace
from datetime import date

import pytest

from rappro.domain.bank import BankAccountRef, Counterparty, Severity, StatementLine
from rappro.domain.errors import AmbiguousFormat, UnknownFormat
from rappro.formats import registry
from rappro.formats.findings import KINDS_MAX, FindingLog
from rappro.formats.protocol import HEAD_BYTES
from rappro.formats.quick import new_counterparty, new_line
from rappro.formats.registry import (
    csv_profile,
    csv_profile_names,
    detect,
    formats,
    parser_for,
    parsers,
    peek,
)
from tests.unit.formats.camt_writer import message
from tests.unit.formats.cfonb_writer import statement


def test_formats_have_names_of_their_own_by_which_they_can_be_forced() -> None:
    assert len(set(formats())) == len(parsers())
    assert formats() == tuple(parser.format for parser in parsers())
    for parser in parsers():
        assert parser_for(parser.format) is parser


def test_an_unknown_format_cannot_be_forced() -> None:
    with pytest.raises(UnknownFormat, match=r"no statement format 'camt\.999'"):
        parser_for("camt.999")


def test_a_file_is_detected_by_its_content() -> None:
    assert detect(message()).format == "camt.053"
    assert detect(statement()).format == "cfonb120"


@pytest.mark.parametrize("head", [b"", b"hello", b"\x00" * 500, b"PK\x03\x04", b"%PDF-1.7"])
def test_a_file_that_no_parser_recognises_is_refused(head: bytes) -> None:
    with pytest.raises(UnknownFormat):
        detect(head)


def test_a_file_that_two_parsers_recognise_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = (*parsers(), parser_for("cfonb120"))
    monkeypatch.setattr(registry, "parsers", lambda: twice)

    with pytest.raises(AmbiguousFormat, match="cfonb120, cfonb120"):
        detect(statement())


def test_a_fec_file_is_no_statement() -> None:
    columns = ("JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|"
               "CompAuxLib|PieceRef|PieceDate|EcritureLib|Debit|Credit|EcritureLet|DateLet|"
               "ValidDate|Montantdevise|Idevise")  # fmt: skip
    line = "BQ|Banque|1|20240102|512000|Banque|||P1|20240102|VIR|12,00|0,00|||20240131||"

    for separator in ("|", "\t"):
        with pytest.raises(UnknownFormat):
            detect(f"{columns}\r\n{line}\r\n".replace("|", separator).encode("latin-1"))


def test_peeking_leaves_the_stream_where_it_was() -> None:
    stream = io.BytesIO(b"ab" + b"c" * (2 * HEAD_BYTES))
    stream.seek(1)

    assert peek(stream) == b"b" + b"c" * (HEAD_BYTES - 1)
    assert stream.tell() == 1


def test_a_parser_may_read_a_file_twice_and_two_files_at_once() -> None:
    for data in (message(), statement()):
        parser = detect(data)
        first, second = (parser.parse(io.BytesIO(data)) for _ in range(2))
        paired = list(zip(first, second, strict=True))
        assert all(one == other for one, other in paired)


def test_findings_are_counted_by_code_and_begin_anew_when_taken() -> None:
    log = FindingLog({"odd": (Severity.WARNING, "the {about} is odd")})
    log.note("odd", "line 1", about="date")
    log.note("odd", "line 2", about="sign")
    log.note("odd", "line 3", about="date")

    first, second = log.take()

    assert (first.code, first.severity, first.position) == ("odd", Severity.WARNING, "line 1")
    assert (first.message, second.message) == ("the date is odd (2 times)", "the sign is odd")
    assert log.take() == ()


def test_kinds_of_findings_are_bounded() -> None:
    log = FindingLog({"odd": (Severity.WARNING, "{about}")})
    for rank in range(3 * KINDS_MAX):
        log.note("odd", f"line {rank}", about=str(rank))

    found = log.take()

    assert len(found) == KINDS_MAX + 1
    assert (found[-1].code, found[-1].severity) == ("more_findings", Severity.INFO)
    assert found[-1].message.endswith(f"({2 * KINDS_MAX} times)")


def test_quick_records_are_the_ordinary_frozen_ones() -> None:
    plain = StatementLine(1, date(2024, 1, 2), 3, "EUR", label="x", counterparty=Counterparty("y"))
    quick = new_line(1, date(2024, 1, 2), 3, "EUR", label="x", counterparty=new_counterparty("y"))

    assert (type(quick), type(quick.counterparty)) == (StatementLine, Counterparty)
    assert (quick, hash(quick), repr(quick)) == (plain, hash(plain), repr(plain))
    assert [getattr(quick, f.name) for f in fields(quick)] == [
        getattr(plain, f.name) for f in fields(plain)
    ]
    assert replace(quick, position=2).position == 2
    with pytest.raises(FrozenInstanceError):
        quick.position = 2  # type: ignore[misc]  # that it cannot be set is the point


def test_quick_records_have_the_defaults_of_the_ordinary_ones() -> None:
    assert new_line(1, date(2024, 1, 2), 3, "EUR") == StatementLine(1, date(2024, 1, 2), 3, "EUR")
    assert new_counterparty() == Counterparty()
    assert BankAccountRef() == BankAccountRef(None, None, None, None, None)


OWN = {
    "name": "own", "bank": "A bank", "separator": "\t", "others": True,
    "columns": [["date", "EcritureDate"], ["label", "EcritureLib"], ["debit", "Debit"],
                ["credit", "Credit"]],
}  # fmt: skip


def test_a_companys_own_csv_profile_is_tried_for_its_files_only() -> None:
    own, head = csv_profile(OWN), b"EcritureDate\tEcritureLib\tDebit\tCredit\n"

    assert detect(head, [own]).format == "csv"
    assert parser_for("csv", [own]).recognises(head)
    assert not parser_for("csv").recognises(head)


def test_a_companys_own_csv_profile_never_takes_books() -> None:
    """Its columns are all there; a FEC is read as books or not at all."""
    fec = b"JournalCode\tEcritureDate\tCompteNum\tEcritureLib\tDebit\tCredit\n"

    with pytest.raises(UnknownFormat):
        detect(fec, [csv_profile(OWN)])


def test_a_csv_profile_is_forced_by_its_name_own_or_built_in() -> None:
    own = csv_profile({**OWN, "name": "boursobank"})
    head = b"EcritureDate\tEcritureLib\tDebit\tCredit\n"

    assert "boursobank" in csv_profile_names()
    assert parser_for("csv", [own], csv_profile="boursobank").recognises(head)
    assert not parser_for("csv", csv_profile="boursobank").recognises(head)
    with pytest.raises(UnknownFormat, match="no CSV profile 'none'"):
        parser_for("csv", [own], csv_profile="none")
