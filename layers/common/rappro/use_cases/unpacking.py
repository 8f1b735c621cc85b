"""Packed files (gzip, zip): the files they hold, one after the other and within bounds.

Nothing that an archive says of itself is believed: sizes are counted while reading, names are
labels and never paths. Each file is unpacked to a nameless temporary file. What the files are,
statements or books, is not looked at here.
"""

from __future__ import annotations

import gzip
import io
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, BinaryIO, Final, cast

from rappro.domain.errors import EncryptedFile, MalformedStatement, TooLarge, UnknownFormat
from rappro.domain.frozen import dataclass

UNPACKED_BYTES_MAX: Final = 512 * 1024 * 1024
"""Of all files of an archive together: what the importing function reads and stores in its time."""
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
"""Of one file, as of one that is not packed. One at a time is unpacked: with the archive itself it
has to fit on the importing function's disk."""
FILES_MAX: Final = 1_000
"""Entries of an archive; each leaves a row in the import trace."""
DIRECTORY_BYTES_MAX: Final = 1024 * 1024
"""The list of a zip's entries, which is read at once: a kilobyte an entry."""
LABEL_CHARS_MAX: Final = 240
LABEL_BYTES_MAX: Final = 1_000
"""Of archive and file together: labels are keys of the store."""
MEMORY_BYTES_MAX: Final = 8 * 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # usual, empty, in parts
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_OFFICE: Final = "[Content_Types].xml"
_OPEN_DOCUMENT: Final = "mimetype"
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_BROKEN: Final = (
    zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, struct.error, ValueError,
    RuntimeError, OverflowError,
)  # fmt: skip
"""What reading a broken archive raises; a fault of the disk is none of them."""


class Packing(StrEnum):
    GZIP = "gzip"
    ZIP = "zip"


@dataclass(frozen=True, slots=True)
class Packed:
    """A file of an archive: its place in it, from 1, and its label `archive/name`.

    `unpack` returns its content, closed by whoever asks. It raises MalformedStatement, TooLarge,
    EncryptedFile and UnknownFormat, for this file alone.
    """

    ordinal: int
    label: str
    unpack: Callable[[], BinaryIO]


def packing_of(head: bytes) -> Packing | None:
    """Return how a file that begins so is packed, None when it is not."""
    if head.startswith(_GZIP):
        return Packing.GZIP
    return Packing.ZIP if head.startswith(_ZIP) else None


def files_in(stream: BinaryIO, packing: Packing, name: str) -> list[Packed]:
    """Return the files of an archive of that name; each is read only when it is unpacked.

    The stream is seekable and stays the archive's until the last one is. Directories and what a Mac
    adds are passed over. Raises MalformedStatement, TooLarge (FILES_MAX), and UnknownFormat for a
    document of an office suite, which is a zip too.
    """
    budget = _Budget()
    if packing is Packing.GZIP:
        return [Packed(1, _plain_name(name), lambda: _gunzipped(stream, budget))]
    archive = _opened(stream)
    infos = archive.infolist()
    if not infos:
        raise MalformedStatement("the archive holds no file", position="its directory")
    if len(infos) > FILES_MAX:
        raise TooLarge(f"more than {FILES_MAX} files in an archive")
    names = [info.filename for info in infos]
    if _OFFICE in names or names[0] == _OPEN_DOCUMENT:
        raise UnknownFormat("a document of an office suite: export it as CSV", position="byte 0")
    packed = [
        Packed(ordinal, _label(name, info.filename), _unzipper(archive, info, budget))
        for ordinal, info in enumerate(infos, 1)
        if not _is_passed_over(info)
    ]
    if not packed:
        raise MalformedStatement("the archive holds no file", position="its directory")
    return packed


def names_in(stream: BinaryIO) -> frozenset[str]:
    """Return what the files of a zip are called. Raises MalformedStatement, TooLarge."""
    stream.seek(0)
    return frozenset(info.filename for info in _opened(stream).infolist())


class _Budget:
    """What may still be unpacked of an archive, whatever becomes of it."""

    def __init__(self) -> None:
        self._left = UNPACKED_BYTES_MAX

    def take(self, size_bytes: int) -> None:
        """Raise TooLarge once more than UNPACKED_BYTES_MAX were taken."""
        self._left -= size_bytes
        if self._left < 0:
            raise TooLarge(f"an archive of more than {UNPACKED_BYTES_MAX} bytes unpacked")


class _Guarded(io.BufferedIOBase):
    """An archive as `zipfile` sees it, which reads a directory of any size and offset at once."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._stream.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence == io.SEEK_SET and offset < 0:
            raise zipfile.BadZipFile("an offset before the beginning")
        return self._stream.seek(offset, whence)

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or size < 0:  # its very end, 64 KiB
            return self._stream.read(DIRECTORY_BYTES_MAX)
        if size > DIRECTORY_BYTES_MAX:
            raise TooLarge(f"a list of files of more than {DIRECTORY_BYTES_MAX} bytes")
        return self._stream.read(size)


def _opened(stream: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(cast("IO[bytes]", _Guarded(stream)))
    except _BROKEN as error:
        raise MalformedStatement(f"a broken zip: {error}", position="its directory") from error


def _is_passed_over(info: zipfile.ZipInfo) -> bool:
    """True for a directory, and for what a Mac adds to an archive."""
    parts = info.filename.split("/")
    is_directory = info.filename.endswith("/")  # `is_dir` fails for a file without a name
    return is_directory or parts[0] == "__MACOSX" or parts[-1] == ".DS_Store"


def _plain_name(name: str) -> str:
    """Return the name of what a gzip file holds: `releve.xml` of `releve.xml.gz`."""
    return name[:-3] if name.lower().endswith(".gz") and len(name) > len(".gz") else name


def _label(archive: str, name: str) -> str:
    """Return a text to show: without control characters, its end kept when it is too long."""
    shown = "".join("?" if unicodedata.category(c) in ("Cc", "Cs") else c for c in name or "?")
    room = max(0, LABEL_BYTES_MAX - len(f"{archive}/".encode(errors="replace")))
    end = shown[-LABEL_CHARS_MAX:].encode()
    return f"{archive}/{end[max(0, len(end) - room) :].decode(errors='ignore')}"


def _unzipper(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget
) -> Callable[[], BinaryIO]:
    def unpack() -> BinaryIO:
        if info.flag_bits & _ENCRYPTED:
            raise EncryptedFile("the file needs a password: pack it without one")
        if info.compress_type not in _METHODS:
            raise UnknownFormat(f"packed by method {info.compress_type}; only deflate is read")
        try:
            content = archive.open(info)
        except _BROKEN as error:
            raise _malformed(error, 0) from error
        with content:
            return _spooled(content, budget, size_bytes=info.file_size)

    return unpack


def _gunzipped(stream: BinaryIO, budget: _Budget) -> BinaryIO:
    """Unpack all members of a gzip file (RFC 1952), which may be padded with zeros."""
    stream.seek(0)
    # Named, as the mode of a spooled file is that of its making: written.
    with gzip.GzipFile(fileobj=stream, mode="rb") as content:
        return _spooled(cast("IO[bytes]", content), budget)


def _spooled(content: IO[bytes], budget: _Budget, *, size_bytes: int | None = None) -> BinaryIO:
    """Return what is unpacked, as a file at its beginning; `size_bytes` is what it should have."""
    file = SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX)  # noqa: SIM115 - handed to the caller
    try:
        _copy(content, cast("BinaryIO", file), budget)
        _check_size(file.tell(), size_bytes)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast("BinaryIO", file)


def _copy(content: IO[bytes], file: BinaryIO, budget: _Budget) -> None:
    size_bytes = 0
    while chunk := _next(content, size_bytes):
        size_bytes += len(chunk)
        budget.take(len(chunk))
        if size_bytes > FILE_BYTES_MAX:
            raise TooLarge(f"a file of more than {FILE_BYTES_MAX} bytes unpacked")
        file.write(chunk)


def _check_size(found: int, said: int | None) -> None:
    if said is not None and found != said:
        raise MalformedStatement(f"{found} bytes unpacked, where its archive says {said}")


def _next(content: IO[bytes], done: int) -> bytes:
    try:
        return content.read(_CHUNK_BYTES)
    except _BROKEN as error:
        raise _malformed(error, done) from error


def _malformed(error: Exception, done: int) -> MalformedStatement:
    return MalformedStatement(f"cannot be unpacked: {error}", position=f"byte {done} unpacked")
