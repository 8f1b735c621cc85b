"""Packed drops: each file taken in for itself, none able to harm another, all within bounds."""

from __future__ import annotations

import gzip
import hashlib
import warnings
from dataclasses import replace

import pytest

from rappro.adapters.memory import MemoryRuns
from rappro.domain.errors import StoreUnavailable
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import SourceFile, StatementRecord
from rappro.ports import Ports
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.import_drop import import_drop

from .archives import BROKEN, DECEMBER, JANUARY, codes, zipped
from .desk import COMPANY, NOVEMBER, Desk, camt
from .faulty import Faulty
from .storing import begin, run_machine

I = ImportOutcome  # noqa: E741 - read as a word's first letter
FIRST = camt(NOVEMBER)
_COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib",
    "CompAuxNum", "CompAuxLib", "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit",
    "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip


def fec() -> bytes:
    """Return books of one entry."""
    rows = [_COLUMNS]
    for account, debit, credit in (("512100", "10,00", "0,00"), ("101000", "0,00", "10,00")):
        start = ("AN", "A nouveaux", "1", "20260101", account, account, "", "")
        rows.append((*start, "AN", "20260101", "AN", debit, credit, "", "", "20260101", "", ""))
    return "\r\n".join("\t".join(row) for row in [*rows, ()]).encode()


def outcomes(rows: tuple[ImportTrace, ...]) -> list[ImportOutcome]:
    return [row.outcome for row in rows]


def statements(desk: Desk) -> list[StatementRecord]:
    return list(desk.store.statements(desk.tenant, COMPANY).items)


def source(desk: Desk, sha256: str) -> SourceFile:
    found = desk.store.get(desk.tenant, COMPANY, SourceFile, sha256)
    assert found is not None
    return found


def archive_of(desk: Desk, rows: tuple[ImportTrace, ...], content: bytes) -> SourceFile:
    """Return the source file of the archive itself, and check that its bytes are kept."""
    digest = hashlib.sha256(content).hexdigest()
    assert desk.blobs.open_source(desk.tenant, COMPANY, digest).read() == content
    assert all(row.sha256 != digest for row in rows)
    return source(desk, digest)


def test_a_gzip_is_taken_in_under_its_name_without_gz_and_comes_back_byte_for_byte() -> None:
    desk, packed = Desk().open_company(), gzip.compress(FIRST)

    rows = desk.drop(packed, "releve.xml.gz")

    assert (outcomes(rows), rows[0].name, rows[0].format) == (
        [I.IMPORTED],
        "releve.xml",
        "camt.053",
    )
    (statement,) = statements(desk)
    kept = desk.blobs.open_source(desk.tenant, COMPANY, statement.source_sha256).read()
    assert (kept, statement.source_name) == (FIRST, "releve.xml")
    archive = archive_of(desk, rows, packed)
    assert (archive.format, archive.statement_ids) == ("gzip", (statement.id,))


def test_each_file_of_a_zip_has_its_row_its_source_and_its_name() -> None:
    desk = Desk().open_company()
    packed = zipped([("nov.xml", FIRST), ("sub/dec.xml", DECEMBER)])

    rows = desk.drop(packed, "releves.zip")

    assert outcomes(rows) == [I.IMPORTED, I.IMPORTED]
    assert [row.name for row in rows] == ["releves.zip/nov.xml", "releves.zip/sub/dec.xml"]
    assert len({row.id for row in rows}) == 2
    for row, content in zip(rows, (FIRST, DECEMBER), strict=True):
        assert desk.blobs.open_source(desk.tenant, COMPANY, row.sha256).read() == content
        assert source(desk, row.sha256).statement_ids == (row.statement_id,)
    archive = archive_of(desk, rows, packed)
    assert archive.statement_ids == tuple(row.statement_id for row in rows)
    assert (archive.format, archive.error_code) == ("zip", None)


def test_books_and_statements_come_in_one_archive() -> None:
    desk = Desk().open_company()

    rows = desk.drop(zipped([("732829320FEC20261231.txt", fec()), ("nov.xml", FIRST)]), "envoi.zip")

    assert outcomes(rows) == [I.BOOKS_LOADED, I.IMPORTED]


def test_directories_and_what_a_mac_adds_are_passed_over() -> None:
    desk = Desk().open_company()
    packed = zipped([
        ("releves/", b""), ("__MACOSX/releves/._nov.xml", b"\x00\x05\x16\x07"),
        ("releves/.DS_Store", b"\x00"), ("releves/nov.xml", FIRST),
    ])  # fmt: skip

    rows = desk.drop(packed, "releves.zip")

    assert [(row.name, row.outcome) for row in rows] == [
        ("releves.zip/releves/nov.xml", I.IMPORTED)
    ]


def test_a_broken_file_is_refused_by_its_own_row_and_harms_no_other() -> None:
    desk = Desk().open_company()
    packed = zipped([("nov.xml", FIRST), ("casse.xml", BROKEN), ("dec.xml", DECEMBER)])

    rows = desk.drop(packed, "releves.zip")

    assert outcomes(rows) == [I.IMPORTED, I.REFUSED, I.IMPORTED]
    assert codes(rows)[1] == ["malformed_statement"]
    assert desk.blobs.open_source(desk.tenant, COMPANY, rows[1].sha256).read() == BROKEN
    assert len(archive_of(desk, rows, packed).statement_ids) == 2


def test_the_same_archive_again_is_already_imported() -> None:
    desk, packed = Desk().open_company(), zipped([("nov.xml", FIRST), ("dec.xml", DECEMBER)])
    desk.drop(packed, "releves.zip")

    again = desk.drop(packed, "encore.zip")

    assert (outcomes(again), codes(again)) == ([I.ALREADY_IMPORTED], [["already_imported"]])
    assert again[0].name == "encore.zip"
    assert len(statements(desk)) == 2


def test_a_file_that_came_in_another_archive_is_already_imported_for_itself_alone() -> None:
    desk = Desk().open_company()
    desk.drop(zipped([("nov.xml", FIRST), ("dec.xml", DECEMBER)]), "a.zip")

    rows = desk.drop(zipped([("dec.xml", DECEMBER), ("jan.xml", JANUARY)]), "b.zip")

    assert outcomes(rows) == [I.ALREADY_IMPORTED, I.IMPORTED]
    assert len(statements(desk)) == 3


def test_the_same_bytes_twice_in_an_archive_are_one_statement_and_two_rows() -> None:
    desk = Desk().open_company()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the name
        packed = zipped([("nov.xml", FIRST), ("nov.xml", FIRST)])

    rows = desk.drop(packed, "releves.zip")

    assert outcomes(rows) == [I.IMPORTED, I.ALREADY_IMPORTED]
    assert len(statements(desk)) == 1
    assert len(desk.store.import_traces(desk.tenant, COMPANY).items) == 2


def test_a_plain_file_and_the_same_packed_are_one_statement() -> None:
    desk = Desk().open_company()
    desk.drop(FIRST)

    rows = desk.drop(gzip.compress(FIRST), "releve.xml.gz")

    assert (outcomes(rows), len(statements(desk))) == ([I.ALREADY_IMPORTED], 1)


def test_an_archive_with_a_refused_file_may_be_dropped_again_and_the_file_is_tried_again() -> None:
    desk = Desk()
    packed = zipped([("nov.xml", FIRST), ("dec.xml", DECEMBER)])
    refused = desk.drop(packed, "releves.zip")
    desk.open_company()

    rows = desk.drop(packed, "releves.zip")

    assert codes(refused) == [["unknown_company"]] * 2
    assert outcomes(rows) == [I.IMPORTED, I.IMPORTED]


def idle(desk: Desk) -> Ports:
    """Return the desk's ports with a state machine that does nothing."""
    return replace(desk.ports, runs=MemoryRuns())


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_redelivery_after_a_crash_at_any_commit_finishes_the_rest(*, is_after: bool) -> None:
    """Whatever commit fails, before or after it took effect, nothing is lost and nothing twice."""
    packed = zipped([("nov.xml", FIRST), ("casse.xml", BROKEN), ("dec.xml", DECEMBER)])
    counted = Faulty()
    straight = Desk(store=counted).open_company()
    begin = counted.count
    import_drop(idle(straight), straight.put(packed, "releves.zip"))
    expected = {s.id for s in statements(straight)}

    for fail_at in range(begin + 1, counted.count + 1):
        store = Faulty()
        desk = Desk(store=store).open_company()
        store.fail_at, store.is_after = fail_at, is_after
        drop = desk.put(packed, "releves.zip")
        with pytest.raises(StoreUnavailable):
            import_drop(idle(desk), drop)

        import_drop(idle(desk), drop)

        assert {s.id for s in statements(desk)} == expected
        rows = desk.store.import_traces(desk.tenant, COMPANY).items
        of_files = sorted((r.name, str(r.outcome)) for r in rows if r.name != "releves.zip")
        assert of_files == [
            ("releves.zip/casse.xml", "refused"),
            ("releves.zip/dec.xml", "imported"),
            ("releves.zip/nov.xml", "imported"),
        ]


def test_the_same_event_delivered_again_adds_no_row_for_any_file() -> None:
    desk = Desk().open_company()
    drop = desk.put(zipped([("nov.xml", FIRST), ("casse.xml", BROKEN)]), "releves.zip")

    first, second = import_drop(desk.ports, drop), import_drop(desk.ports, drop)

    assert [row.id for row in first] == [row.id for row in second]
    assert len(desk.store.import_traces(desk.tenant, COMPANY).items) == 2


def test_an_archive_of_a_name_that_came_before_is_warned_of() -> None:
    desk = Desk().open_company()
    desk.drop(zipped([("nov.xml", FIRST)]), "releves.zip")

    rows = desk.drop(zipped([("dec.xml", DECEMBER)]), "releves.zip")

    assert "same_file_name" in codes(rows)[0]


def test_a_statement_that_was_deleted_comes_back_with_its_archive() -> None:
    desk, packed = Desk().open_company(), zipped([("nov.xml", FIRST), ("dec.xml", DECEMBER)])
    first, second = desk.drop(packed, "releves.zip")
    assert second.statement_id is not None
    delete_statement(desk.ports, desk.tenant, COMPANY, second.statement_id, "comptable")

    rows = desk.drop(packed, "encore.zip")
    again = desk.drop(packed, "toujours.zip")

    assert outcomes(rows) == [I.ALREADY_IMPORTED, I.IMPORTED]
    assert len(statements(desk)) == 2
    assert outcomes(again) == [I.ALREADY_IMPORTED]
    assert first.statement_id in {statement.id for statement in statements(desk)}


def test_an_archive_is_whole_once_its_large_files_are_stored() -> None:
    desk, packed = Desk().open_company(), zipped([("nov.xml", FIRST), ("dec.xml", DECEMBER)])

    rows = begin(desk, packed, "releves.zip")
    left_out = archive_of(desk, rows, packed).error_code
    run_machine(desk)
    again = begin(desk, packed, "encore.zip")

    assert outcomes(rows) == [I.STORING, I.IMPORTED]
    assert left_out == "files_left_out"
    assert outcomes(again) == [I.ALREADY_IMPORTED, I.ALREADY_IMPORTED]
    whole = archive_of(desk, again, packed)
    assert whole.error_code is None
    assert set(whole.statement_ids) == {statement.id for statement in statements(desk)}
