"""Packed drops: each file taken in for itself, none able to harm another, all within bounds."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from rappro.adapters.memory import MemoryRuns
from rappro.domain.errors import StoreUnavailable
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import SourceFile, StatementRecord
from rappro.ports import Ports
from rappro.use_cases import unpacking
from rappro.use_cases.import_drop import import_drop

from .archives import BROKEN, DECEMBER, JANUARY, codes, zipped
from .desk import COMPANY, NOVEMBER, Desk, camt
from .faulty import Faulty

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


# What an archive may try


def encrypted() -> bytes:
    """Return a zip that says its file needs a password, in both of its headers."""
    made = bytearray(zipped([("secret.xml", FIRST)]))
    made[6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def with_method(method: int) -> bytes:
    made = bytearray(zipped([("a.xml", FIRST)]))
    made[8:10] = made[(at := made.index(b"PK\x01\x02") + 10) : at + 2] = struct.pack("<H", method)
    return bytes(made)


def with_crc(crc: int) -> bytes:
    made = bytearray(zipped([("a.xml", FIRST)]))
    made[(at := made.index(b"PK\x01\x02") + 16) : at + 4] = struct.pack("<I", crc)
    return bytes(made)


def with_declared_size(size: int) -> bytes:
    """Return a zip whose file is not as long as both headers say."""
    made = bytearray(zipped([("a.xml", FIRST)]))
    made[22:26] = made[(at := made.index(b"PK\x01\x02") + 24) : at + 4] = struct.pack("<I", size)
    return bytes(made)


def office() -> bytes:
    return zipped([("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", FIRST)])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(zipped([("a.zip", zipped([("b.xml", FIRST)]))]), "archive_in_archive",
                     id="zip in zip"),
        pytest.param(zipped([("a.gz", gzip.compress(FIRST))]), "archive_in_archive",
                     id="gzip in zip"),
        pytest.param(gzip.compress(zipped([("b.xml", FIRST)])), "archive_in_archive",
                     id="zip in gzip"),
        pytest.param(gzip.compress(gzip.compress(FIRST)), "archive_in_archive", id="gzip in gzip"),
        pytest.param(encrypted(), "encrypted_file", id="encrypted"),
        pytest.param(with_method(12), "unknown_format", id="bzip2"),
        pytest.param(with_method(9), "unknown_format", id="deflate64"),
        pytest.param(with_crc(1), "malformed_statement", id="crc"),
        pytest.param(with_declared_size(10), "malformed_statement", id="declared too short"),
        pytest.param(with_declared_size(10**9), "malformed_statement", id="declared too long"),
        pytest.param(gzip.compress(FIRST)[:-9], "malformed_statement", id="truncated gzip"),
        pytest.param(gzip.compress(FIRST)[:5], "malformed_statement", id="gzip header only"),
        pytest.param(gzip.compress(FIRST) + b"garbage", "malformed_statement", id="after gzip"),
        pytest.param(gzip.compress(FIRST)[:-8] + b"\0" * 8, "malformed_statement", id="gzip crc"),
        pytest.param(zipped([("a.xml", FIRST)])[:-30], "malformed_statement", id="truncated zip"),
        pytest.param(b"PK\x03\x04", "malformed_statement", id="zip magic only"),
        pytest.param(zipped([]), "malformed_statement", id="empty zip"),
        pytest.param(zipped([("a/", b"")]), "malformed_statement", id="directories only"),
        pytest.param(office(), "unknown_format", id="xlsx"),
        pytest.param(zipped([("mimetype", b"application/vnd.oasis"), ("content.xml", FIRST)]),
                     "unknown_format", id="ods"),
    ],
)  # fmt: skip
def test_what_is_no_plain_archive_is_refused_by_name_and_kept(content: bytes, code: str) -> None:
    desk = Desk().open_company()

    rows = desk.drop(content, "envoi")

    assert (outcomes(rows), codes(rows)) == ([I.REFUSED], [[code]])
    assert statements(desk) == []
    digest = hashlib.sha256(content).hexdigest()
    assert desk.blobs.open_source(desk.tenant, COMPANY, digest).read() == content


def zip64() -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("nov.xml", "w", force_zip64=True) as file,
    ):
        file.write(FIRST)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(zip64(), id="zip64"),
        pytest.param(zipped([("a.xml", FIRST)], zipfile.ZIP_STORED), id="stored"),
        pytest.param(
            gzip.compress(FIRST[:99]) + gzip.compress(FIRST[99:]), id="gzip of two members"
        ),
        pytest.param(gzip.compress(FIRST) + b"\0" * 512, id="gzip padded with zeros"),
    ],
)
def test_what_the_formats_allow_is_read(content: bytes) -> None:
    desk = Desk().open_company()

    assert outcomes(desk.drop(content, "envoi")) == [I.IMPORTED]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "C:\\x.xml", "a\x01b.xml", "é" * 300, "..", "a\r\nb: c"],
)
def test_a_name_in_an_archive_is_a_label_and_never_a_path(name: str) -> None:
    desk = Desk().open_company()

    (row,) = desk.drop(zipped([(name, FIRST)]), "releves.zip")

    assert row.outcome is I.IMPORTED
    assert row.name.startswith("releves.zip/")
    assert len(row.name) <= len("releves.zip/") + unpacking.LABEL_CHARS_MAX
    assert row.name.isprintable()


# Bounds


def test_all_files_together_have_a_bound_and_what_came_before_it_is_taken_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(unpacking, "UNPACKED_BYTES_MAX", len(FIRST) + 10_000)
    desk = Desk().open_company()
    bomb = zipped([("nov.xml", FIRST), ("bombe", bytes(10**6)), ("dec.xml", DECEMBER)])

    rows = desk.drop(bomb, "releves.zip")

    assert outcomes(rows) == [I.IMPORTED, I.REFUSED, I.REFUSED]
    assert codes(rows)[1:] == [["too_large"], ["too_large"]]


@pytest.mark.parametrize("pack", [gzip.compress, lambda c: zipped([("a", c)])], ids=["gzip", "zip"])
def test_one_file_has_a_bound(
    monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(unpacking, "FILE_BYTES_MAX", 1_000)
    desk = Desk().open_company()

    rows = desk.drop(pack(bytes(1_001)), "bombe")

    assert codes(rows) == [["too_large"]]


def test_a_bomb_is_left_as_soon_as_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """50 MB of zeros behind 50 KB: a chunk past the bound, nothing more is unpacked."""
    monkeypatch.setattr(unpacking, "FILE_BYTES_MAX", 1_000)
    taken: list[int] = []
    monkeypatch.setattr(unpacking._Budget, "take", lambda _, size: taken.append(size))
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezer.compress(bytes(10**6)) for _ in range(50)) + squeezer.flush()

    rows = Desk().open_company().drop(bomb, "bombe.gz")

    assert codes(rows) == [["too_large"]]
    assert sum(taken) <= 1024 * 1024


def test_a_thousand_files_are_taken_and_one_more_is_too_many() -> None:
    desk = Desk()
    at_most = unpacking.FILES_MAX

    rows = desk.drop(zipped([(str(n), b"") for n in range(at_most)]), "beaucoup.zip")
    refused = desk.drop(zipped([(str(n), b"") for n in range(at_most + 1)]), "trop.zip")

    assert at_most == 1_000
    assert (len(rows), codes(refused)) == (at_most, [["too_large"]])


def test_a_list_of_files_of_any_length_is_never_read() -> None:
    """The names of a few files may be long enough to fill the memory."""
    packed = zipped([("x" * 60_000 + str(n), b"") for n in range(20)])

    rows = Desk().open_company().drop(packed, "noms.zip")

    assert codes(rows) == [["too_large"]]


def test_statements_of_an_archive_are_bounded_like_those_of_a_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rappro.use_cases.import_packed.STATEMENTS_PER_FILE_MAX", 2)
    desk = Desk().open_company()

    rows = desk.drop(zipped([("n", FIRST), ("d", DECEMBER), ("j", JANUARY)]), "releves.zip")

    assert outcomes(rows) == [I.IMPORTED, I.IMPORTED, I.REFUSED]
    assert codes(rows)[2] == ["too_large"]
