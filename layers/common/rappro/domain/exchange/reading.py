"""Reads an archive and believes nothing that it says of itself before it was proven.

    zip ─► names, flags, bounds ─► manifest ─► signature ─► every part read once: size and digest
        ─► whoever wants a part reads it again

`open_archive` returns only what passed all of it. Raises a class of errors.ArchiveRefused.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO, Final, TypeVar

from rappro.domain.errors import (
    ArchiveBroken,
    ArchiveOversized,
    ArchivePartAltered,
    ArchivePartDoubled,
    ArchivePartMissing,
    ArchivePartUnknown,
    ArchivePathRefused,
    ArchiveUnsigned,
)
from rappro.domain.exchange.canonical import from_line
from rappro.domain.exchange.model import (
    BOOKS,
    DOCUMENT_FOLDER,
    DOCUMENT_NAME,
    DOCUMENTS,
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    READ_ONLY,
    SIGNATURE,
    BookRecord,
    EntryDocuments,
    Manifest,
    Part,
    revision_of,
)
from rappro.domain.exchange.writing import ARCHIVE_BYTES_MAX, PARTS_MAX, UNPACKED_BYTES_MAX

MANIFEST_BYTES_MAX: Final = 8 * 1024 * 1024
SIGNATURE_BYTES_MAX: Final = 4_096
DOCUMENT_BYTES_MAX: Final = 32 * 1024 * 1024
"""One document is held in memory while it is kept."""
RATIO_MAX: Final = 200
"""Unpacked bytes for a packed one, of parts of some megabytes: books pack 5 to 40 times."""
RATIO_FROM_BYTES: Final = 8 * 1024 * 1024
DIRECTORY_BYTES_MAX: Final = 8 * 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError, RuntimeError, OSError,
    OverflowError,
)  # fmt: skip
"""What broken bytes raise here; a method of packing that is not known is a RuntimeError."""

T = TypeVar("T")
Verify = Callable[[Manifest, bytes, bytes], bool]
"""Says whether a signature is of a SHA-256, by the key that the manifest's sender signs with."""


class Archive:
    """An archive that was proven; the stream stays open as long as it is read."""

    def __init__(self, zipped: zipfile.ZipFile, manifest: Manifest) -> None:
        self._zip = zipped
        self.manifest = manifest

    def lines(self, name: str) -> Iterator[str]:
        """Yield the lines of a part, none when the archive has no such part."""
        if self.manifest.part(name) is None:
            return
        with _read(), self._zip.open(name) as part:
            for number, line in enumerate(_split(part), 1):
                try:
                    yield line.decode()
                except UnicodeDecodeError as error:
                    at = f"{name}, line {number}"
                    raise ArchiveBroken("not UTF-8", position=at) from error

    def keyed(self, name: str) -> Iterator[tuple[str, str]]:
        """Yield key and line of each record of a part of books, each read and held to its kind.

        Raises ArchiveBroken for a line that is no record.
        """
        kind = BOOKS[name]
        for number, line in enumerate(self.lines(name), 1):
            yield from_line(kind, line, at=f"{name}, line {number}").key, line

    def records(self, name: str) -> Iterator[BookRecord]:
        """Yield the records of a part of books, by key. Raises ArchiveBroken."""
        kind = BOOKS[name]
        for number, line in enumerate(self.lines(name), 1):
            yield from_line(kind, line, at=f"{name}, line {number}")

    def attached(self) -> Iterator[EntryDocuments]:
        """Yield which documents are attached to which entries. Raises ArchiveBroken."""
        for number, line in enumerate(self.lines(DOCUMENTS), 1):
            yield from_line(EntryDocuments, line, at=f"{DOCUMENTS}, line {number}")

    def documents(self) -> list[str]:
        """Return the hashes of the documents whose bytes are here."""
        names = (part.name for part in self.manifest.parts)
        return [n.removeprefix(DOCUMENT_FOLDER) for n in names if n.startswith(DOCUMENT_FOLDER)]

    def open_document(self, sha256: str) -> IO[bytes]:
        """Open a document's bytes."""
        return self._zip.open(f"{DOCUMENT_FOLDER}{sha256}")


def open_archive(stream: BinaryIO, verify: Verify) -> Archive:
    """Return an archive that is proven: whole, unaltered, signed. Raises ArchiveRefused."""
    stream.seek(0, 2)
    if stream.tell() > ARCHIVE_BYTES_MAX:
        raise ArchiveOversized(f"an archive of more than {ARCHIVE_BYTES_MAX} bytes")
    stream.seek(0)
    with _read():
        if stream.read(4) != b"PK\x03\x04":
            raise ArchiveBroken("not a zip", position="byte 0")
        stream.seek(0)
        zipped = zipfile.ZipFile(stream)
    if zipped.start_dir and stream.seek(0, 2) - zipped.start_dir > DIRECTORY_BYTES_MAX:
        raise ArchiveOversized("a directory of more than 8 MB")
    infos = _checked_infos(zipped)
    manifest, digest = _manifest(zipped, infos)
    signature = _signature(zipped, infos)
    if not verify(manifest, digest, signature):
        raise ArchiveUnsigned("the signature is not one of this manifest", position=SIGNATURE)
    _check_parts(zipped, infos, manifest)
    return Archive(zipped, manifest)


def _checked_infos(zipped: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the members by name: bounded, plain names that are there once."""
    members = zipped.infolist()
    if len(members) > PARTS_MAX:
        raise ArchiveOversized(f"more than {PARTS_MAX} parts")
    infos: dict[str, zipfile.ZipInfo] = {}
    unpacked = 0
    for info in members:
        name = info.orig_filename
        if name in infos:
            raise ArchivePartDoubled(f"{name[:80]!r} is there twice", position=name[:80])
        if _leads_elsewhere(name, info):
            raise ArchivePathRefused("a name that leads elsewhere", position=repr(name[:80]))
        if not _is_known(name):
            raise ArchivePartUnknown(f"no part is called {name[:80]!r}", position=name[:80])
        if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
            raise ArchiveBroken("packed in a way that is not read", position=name)
        unpacked += info.file_size
        if _is_bomb(info) or unpacked > UNPACKED_BYTES_MAX:
            raise ArchiveOversized("it would unpack to too many bytes", position=name)
        infos[name] = info
    return infos


def _leads_elsewhere(name: str, info: zipfile.ZipInfo) -> bool:
    parts = name.split("/")
    is_link = (info.external_attr >> 16) & 0o170000 == 0o120000
    has_control = "\\" in name or "\x00" in name or ":" in name
    return has_control or is_link or "" in parts or "." in parts or ".." in parts


def _is_known(name: str) -> bool:
    is_named = name in BOOKS or name in READ_ONLY or name in {MANIFEST, SIGNATURE, DOCUMENTS}
    return is_named or DOCUMENT_NAME.fullmatch(name) is not None


def _is_bomb(info: zipfile.ZipInfo) -> bool:
    is_large = info.file_size > RATIO_FROM_BYTES
    return is_large and info.file_size > RATIO_MAX * max(1, info.compress_size)


def _manifest(zipped: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]) -> tuple[Manifest, bytes]:
    if MANIFEST not in infos:
        raise ArchivePartMissing("no manifest", position=MANIFEST)
    text = _whole(zipped, infos[MANIFEST], MANIFEST_BYTES_MAX)
    try:
        manifest = from_line(Manifest, text.decode(), at=MANIFEST, chars_max=MANIFEST_BYTES_MAX)
    except UnicodeDecodeError as error:
        raise ArchiveBroken("not UTF-8", position=MANIFEST) from error
    if (manifest.format, manifest.format_version) != (FORMAT, FORMAT_VERSION):
        raise ArchiveBroken(f"not {FORMAT} {FORMAT_VERSION}", position=MANIFEST)
    names = [part.name for part in manifest.parts]
    if len(set(names)) != len(names):
        raise ArchivePartDoubled("the manifest names a part twice", position=MANIFEST)
    return manifest, hashlib.sha256(text).digest()


def _signature(zipped: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo]) -> bytes:
    if SIGNATURE not in infos:
        raise ArchiveUnsigned("no signature", position=SIGNATURE)
    text = _whole(zipped, infos[SIGNATURE], SIGNATURE_BYTES_MAX)
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ArchiveUnsigned("the signature is no base64", position=SIGNATURE) from error


def _whole(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, size_max: int) -> bytes:
    with _read(), zipped.open(info) as part:
        text = part.read(size_max + 1)
    if len(text) > size_max:
        raise ArchiveOversized(f"more than {size_max} bytes", position=info.filename)
    return text


def _check_parts(
    zipped: zipfile.ZipFile, infos: dict[str, zipfile.ZipInfo], manifest: Manifest
) -> None:
    """Hold every part against the manifest, and the manifest against every part."""
    for part in manifest.parts:
        if part.name not in infos:
            raise ArchivePartMissing("the manifest names it", position=part.name[:80])
        if part.name in {MANIFEST, SIGNATURE}:
            raise ArchiveBroken("the manifest names itself", position=part.name)
    named = {part.name for part in manifest.parts} | {MANIFEST, SIGNATURE}
    for name in infos:
        if name not in named:
            raise ArchivePartUnknown("the manifest does not name it", position=name)
    for name in BOOKS:
        if name not in named:
            raise ArchivePartMissing("an archive has each part of books", position=name)
    for part in manifest.parts:
        _check_part(zipped, infos[part.name], part)
    if manifest.revision != revision_of(manifest.parts):
        raise ArchivePartAltered("the revision is not that of the parts", position=MANIFEST)


def _check_part(zipped: zipfile.ZipFile, info: zipfile.ZipInfo, part: Part) -> None:
    is_document = part.name.startswith(DOCUMENT_FOLDER)
    if is_document and part.size_bytes > DOCUMENT_BYTES_MAX:
        raise ArchiveOversized(f"a document of more than {DOCUMENT_BYTES_MAX} bytes")
    digest, size = hashlib.sha256(), 0
    try:
        with zipped.open(info) as content:
            while chunk := content.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > part.size_bytes:
                    break
                digest.update(chunk)
    except _BROKEN as error:
        raise ArchivePartAltered("it cannot be read", position=part.name) from error
    if (size, digest.hexdigest()) != (part.size_bytes, part.sha256):
        raise ArchivePartAltered("not the bytes that the manifest says", position=part.name)
    if is_document and not part.name.endswith(part.sha256):
        raise ArchivePartAltered("not the document that its name says", position=part.name)


def _split(part: IO[bytes]) -> Iterator[bytes]:
    for line in part:
        if not line.endswith(b"\n"):
            raise ArchiveBroken("the last line has no end", position=str(part.name))
        yield line[:-1]


@contextmanager
def _read() -> Iterator[None]:
    """Turn what a broken zip raises into ArchiveBroken."""
    try:
        yield
    except _BROKEN as error:
        raise ArchiveBroken(f"it cannot be read: {type(error).__name__}") from error
