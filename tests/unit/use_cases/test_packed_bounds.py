"""What archives may try: every bound and every trick has a name, and nothing is taken in by it."""

from __future__ import annotations

import gzip
import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from rappro.domain.errors import TooLarge
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import StatementRecord
from rappro.use_cases import unpacking
from rappro.use_cases.unpacking import Packing, files_in

from .archives import DECEMBER, JANUARY, codes, zipped
from .desk import COMPANY, NOVEMBER, Desk, camt

I = ImportOutcome  # noqa: E741 - read as a word's first letter
FIRST = camt(NOVEMBER)


def outcomes(rows: tuple[ImportTrace, ...]) -> list[ImportOutcome]:
    return [row.outcome for row in rows]


def statements(desk: Desk) -> list[StatementRecord]:
    return list(desk.store.statements(desk.tenant, COMPANY).items)


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
    [
        "",
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\x.xml",
        "a\x01b.xml",
        "é" * 300,
        "😀" * 300,
        "..",
        "a\r\nb: c",
    ],
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
    """8 MB of zeros behind 8 KB: a chunk past the bound, nothing more is unpacked."""
    monkeypatch.setattr(unpacking, "FILE_BYTES_MAX", 1_000)
    taken: list[int] = []
    monkeypatch.setattr(unpacking._Budget, "take", lambda _, size: taken.append(size))
    squeezer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezer.compress(bytes(10**6)) for _ in range(8)) + squeezer.flush()

    rows = Desk().open_company().drop(bomb, "bombe.gz")

    assert codes(rows) == [["too_large"]]
    assert sum(taken) <= 1024 * 1024


def test_a_thousand_files_are_taken_and_one_more_is_too_many() -> None:
    names = [(str(number), b"") for number in range(1_001)]

    assert len(files_in(io.BytesIO(zipped(names[1:])), Packing.ZIP, "a.zip")) == 1_000
    with pytest.raises(TooLarge, match="1000 files"):
        files_in(io.BytesIO(zipped(names)), Packing.ZIP, "a.zip")


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
