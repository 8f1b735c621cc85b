"""Every way to corrupt an archive is refused, each with an error of its own."""

from __future__ import annotations

import hashlib
import json
import warnings
from io import BytesIO

import pytest

from rappro.domain import errors
from rappro.domain.exchange import reading
from rappro.domain.exchange.canonical import from_line, to_line
from rappro.domain.exchange.model import BOOKS, MANIFEST, SIGNATURE
from rappro.domain.exchange.reading import open_archive
from rappro.domain.exchange.writing import ArchiveWriter

from .archives import (
    AT,
    DOCUMENT,
    DOCUMENT_SHA256,
    archive,
    books,
    changed,
    entry,
    manifest,
    members,
    packed,
    sign,
    signed_again,
    verify,
)

PARTS = (*BOOKS, f"documents/{DOCUMENT_SHA256}")
ALL = (*PARTS, MANIFEST, SIGNATURE)


def refusal(content: bytes) -> type[Exception]:
    with pytest.raises(errors.ArchiveRefused) as caught:
        open_archive(BytesIO(content), verify)
    return caught.type


def test_an_archive_as_it_was_written_is_read() -> None:
    read = open_archive(BytesIO(archive()), verify)

    assert [key for key, _ in read.keyed("entries.jsonl")] == ["en_1", "en_2"]
    assert read.documents() == [DOCUMENT_SHA256]
    assert read.open_document(DOCUMENT_SHA256).read() == DOCUMENT


def test_the_same_books_are_the_same_bytes() -> None:
    assert archive() == archive()


@pytest.mark.parametrize("name", ALL)
def test_a_part_that_is_missing_is_refused(name: str) -> None:
    missing = {SIGNATURE: errors.ArchiveUnsigned}.get(name, errors.ArchivePartMissing)

    parts = members(archive())
    del parts[name]

    assert refusal(packed(parts)) is missing


@pytest.mark.parametrize("name", PARTS)
def test_a_part_that_is_altered_is_refused(name: str) -> None:
    assert refusal(changed(lambda p: p | {name: p[name] + b" "})) is errors.ArchivePartAltered


@pytest.mark.parametrize("name", ["entries.jsonl", f"documents/{DOCUMENT_SHA256}"])
def test_a_part_of_the_same_length_that_is_altered_is_refused(name: str) -> None:
    def flipped(parts: dict[str, bytes]) -> dict[str, bytes]:
        return parts | {name: parts[name][:-2] + b"~" + parts[name][-1:]}

    assert refusal(changed(flipped)) is errors.ArchivePartAltered


def test_a_manifest_that_is_altered_is_not_the_one_that_was_signed() -> None:
    def louder(parts: dict[str, bytes]) -> dict[str, bytes]:
        return parts | {MANIFEST: parts[MANIFEST].replace(b'"review"', b'"update"')}

    assert refusal(changed(louder)) is errors.ArchiveUnsigned


@pytest.mark.parametrize("signature", [b"", b"AAAA", b"not base64!", b"=" * 5_000])
def test_another_signature_is_refused(signature: bytes) -> None:
    found = refusal(changed(lambda parts: parts | {SIGNATURE: signature}))

    expected = errors.ArchiveOversized if len(signature) > 4_096 else errors.ArchiveUnsigned
    assert found is expected


def test_an_archive_signed_by_somebody_else_is_refused() -> None:
    def mallory(parts: dict[str, bytes]) -> dict[str, bytes]:
        text = parts[MANIFEST].replace(b'"tenant":"alpha"', b'"tenant":"mallory"')
        return signed_again(parts, text)  # with alpha's key, in mallory's name

    assert refusal(changed(mallory)) is errors.ArchiveUnsigned


@pytest.mark.parametrize("name", ALL)
def test_a_part_that_is_there_twice_is_refused(name: str) -> None:
    parts = members(archive())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile's own, on the second of one name
        twice = packed([*parts.items(), (name, parts[name])])

    assert refusal(twice) is errors.ArchivePartDoubled


@pytest.mark.parametrize(
    "name",
    [
        "../entries.jsonl", "/etc/passwd", "documents/../manifest.json", "documents//x", "./a",
        "..\\windows", "C:evil", "documents/", "a/../../b", "nul\x00.txt",
    ],
)  # fmt: skip
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    raw = packed(members(archive()) | {"X" * len(name): b"x"})
    renamed = raw.replace(b"X" * len(name), name.encode())  # zipfile itself would tidy it up

    assert refusal(renamed) is errors.ArchivePathRefused


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "documents/short", "ENTRIES.JSONL", "entries.jsonl "],
)
def test_a_part_that_no_archive_has_is_refused(name: str) -> None:
    assert refusal(changed(lambda parts: parts | {name: b"x"})) is errors.ArchivePartUnknown


def test_a_part_that_the_manifest_does_not_name_is_refused() -> None:
    more = f"documents/{hashlib.sha256(b'x').hexdigest()}"

    assert refusal(changed(lambda parts: parts | {more: b"x"})) is errors.ArchivePartUnknown


def test_a_document_under_another_hash_is_refused_though_it_is_signed() -> None:
    other = hashlib.sha256(b"x").hexdigest()

    def renamed(parts: dict[str, bytes]) -> dict[str, bytes]:
        text = parts[MANIFEST].replace(
            f"documents/{DOCUMENT_SHA256}".encode(), f"documents/{other}".encode()
        )
        content = parts.pop(f"documents/{DOCUMENT_SHA256}")
        return signed_again(parts | {f"documents/{other}": content}, text)

    assert refusal(changed(renamed)) is errors.ArchivePartAltered


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = packed(members(archive()) | {"situation.jsonl": b"\0" * (16 * 1024 * 1024)})

    assert refusal(bomb) is errors.ArchiveOversized


def test_a_document_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "DOCUMENT_BYTES_MAX", len(DOCUMENT) - 1)

    assert refusal(archive()) is errors.ArchiveOversized


def test_a_part_that_lies_about_its_size_is_read_no_further_than_the_manifest_says() -> None:
    parts = members(archive())
    content = parts["entries.jsonl"]
    larger = packed(parts | {"entries.jsonl": content + b"\n" * 1_000_000})

    assert refusal(larger) is errors.ArchivePartAltered


def test_more_parts_than_an_archive_may_have_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "PARTS_MAX", 50)
    many = {f"documents/{number:064x}": b"" for number in range(51)}

    assert refusal(packed(many)) is errors.ArchiveOversized


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\x03\x04 and nothing", b"not a zip at all", b"\x1f\x8b\x08gzip"]
)
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert refusal(content) is errors.ArchiveBroken


def test_a_zip_with_something_before_it_is_refused() -> None:
    assert refusal(b"#!/bin/sh\n" + archive()) is errors.ArchiveBroken


@pytest.mark.parametrize("cut", [1, 10, 100, 1_000])
def test_an_archive_that_is_cut_is_refused(cut: int) -> None:
    assert refusal(archive()[:-cut]) is errors.ArchiveBroken


@pytest.mark.parametrize(
    "text",
    [
        b"[]", b"{", b"\xff", b'{"format":1}', b'{"format":"rappro-exchange"}',
        b'{"a":1,"a":2}', b'{"format_version":1.5}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_read_is_refused(text: bytes) -> None:
    def replaced(parts: dict[str, bytes]) -> dict[str, bytes]:
        return signed_again(parts, text)

    assert refusal(changed(replaced)) is errors.ArchiveBroken


@pytest.mark.parametrize(("field", "value"), [("format", "other"), ("format_version", 2)])
def test_an_archive_of_another_format_or_version_is_refused(field: str, value: object) -> None:
    def other(parts: dict[str, bytes]) -> dict[str, bytes]:
        said = json.loads(parts[MANIFEST])
        return signed_again(parts, json.dumps(said | {field: value}).encode())

    assert refusal(changed(other)) is errors.ArchiveBroken


def test_a_revision_that_is_not_that_of_the_parts_is_refused() -> None:
    def other(parts: dict[str, bytes]) -> dict[str, bytes]:
        said = json.loads(parts[MANIFEST])
        return signed_again(parts, json.dumps(said | {"revision": "0" * 64}).encode())

    assert refusal(changed(other)) is errors.ArchivePartAltered


@pytest.mark.parametrize(
    "line",
    [
        "{}", "[]", '{"number":1,"label":"x"}', '{"number":"1"}', '{"number":"1","label":null}',
        '{"label":"x","number":"1","rights":"all"}', '{"label":"x","label":"y","number":"1"}',
    ],
)  # fmt: skip
def test_a_line_that_is_no_record_is_refused_with_its_place(line: str) -> None:
    stream = BytesIO()
    writer = ArchiveWriter(stream, AT)
    for name, lines in (books() | {"accounts.jsonl": [line]}).items():
        writer.lines(name, lines)
    writer.finish(manifest(), sign)
    read = open_archive(stream, verify)

    with pytest.raises(errors.ArchiveBroken) as caught:
        list(read.keyed("accounts.jsonl"))
    assert caught.value.position == "accounts.jsonl, line 1"


def test_an_entry_that_does_not_balance_is_refused() -> None:
    lame = to_line(entry("en_1")).replace('"debit_minor":1200', '"debit_minor":1300')

    with pytest.raises(errors.ArchiveBroken):
        from_line(BOOKS["entries.jsonl"], lame, at="entries.jsonl, line 1")
