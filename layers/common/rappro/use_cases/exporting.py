"""Exports: written to a scratch file, kept in the archive under their hash, given out by a link.

An answer of the API stops at some megabytes; a file does not.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, BinaryIO, Final, TypeVar, cast

from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import Ports

ROWS_MAX: Final = 100_000
"""Rows of one export by API: what fits well in the 29 seconds that a request has."""
LINES_PER_PART: Final = 10_000
_IN_MEMORY_BYTES: Final = 8 * 1024 * 1024

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in the archive: its hash and size, and a link that is valid a few minutes."""

    name: str
    sha256: str
    size_bytes: int
    url: str


def written_and_kept(
    ports: Ports, tenant: TenantId, company: CompanyId, name: str, write: Callable[[BinaryIO], T]
) -> tuple[StoredFile, T]:
    """Let `write` fill a scratch file, keep it, and return it with what `write` returned.

    The same bytes again are the same file.
    """
    with SpooledTemporaryFile(_IN_MEMORY_BYTES) as scratch:
        stream = cast("BinaryIO", scratch)
        found = write(stream)
        size = stream.tell()
        sha256 = _digest(stream)
        stream.seek(0)
        ports.blobs.archive(tenant, company, sha256, stream)
    url = ports.blobs.source_url(tenant, company, sha256, name)
    return StoredFile(name, sha256, size, url), found


def _digest(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(1024 * 1024):
        digest.update(chunk)
    return digest.hexdigest()


def sorted_lines(lines: Iterable[str], per_part: int = LINES_PER_PART) -> Iterator[str]:
    """Yield lines in order, with a part of them in memory at a time.

    More than a part is sorted part by part into scratch files, which are then merged. A line
    holds no line end.
    """
    source = iter(lines)
    with ExitStack() as parts:
        files: list[IO[str]] = []
        part = sorted(islice(source, per_part))
        while len(part) == per_part:
            file = parts.enter_context(TemporaryFile("w+", encoding="utf-8", newline="\n"))
            files.append(_filled(file, part))
            part = sorted(islice(source, per_part))
        streams = [map(_without_end, file) for file in files]
        yield from heapq.merge(*streams, part)


def _filled(file: IO[str], lines: list[str]) -> IO[str]:
    file.writelines(f"{line}\n" for line in lines)
    file.seek(0)
    return file


def _without_end(line: str) -> str:
    return line[:-1]
