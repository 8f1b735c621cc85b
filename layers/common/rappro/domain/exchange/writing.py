"""Writes an archive, part after part, as it comes: nothing is held but what is being written.

The parts first, then the manifest that has their digests, then its signature. The same parts, and
the same instant, give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import BinaryIO, Final

from rappro.domain.errors import ArchiveOversized
from rappro.domain.exchange.canonical import to_line
from rappro.domain.exchange.model import (
    DOCUMENT_FOLDER,
    MANIFEST,
    SIGNATURE,
    Manifest,
    Part,
    revision_of,
)

ARCHIVE_BYTES_MAX: Final = 256 * 1024 * 1024
UNPACKED_BYTES_MAX: Final = 1024 * 1024 * 1024
PARTS_MAX: Final = 20_100
_CHUNK_BYTES: Final = 256 * 1024

Sign = Callable[[bytes], bytes]
"""Returns the signature of a SHA-256."""


class ArchiveWriter:
    """One archive being written to a seekable stream."""

    def __init__(self, stream: BinaryIO, at: datetime) -> None:
        self._stream = stream
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._at = at.astimezone(UTC).timetuple()[:6]
        self._parts: list[Part] = []

    @property
    def parts(self) -> tuple[Part, ...]:
        return tuple(self._parts)

    def lines(self, name: str, lines: Iterable[str]) -> Part:
        """Write a part of lines, each ended by a line feed."""
        return self.chunks(name, (f"{line}\n".encode() for line in lines))

    def chunks(self, name: str, chunks: Iterable[bytes], *, is_counted: bool = True) -> Part:
        """Write a part of pieces; each counts as one record, or all of them as one."""
        digest, size, count = hashlib.sha256(), 0, 0
        with self._zip.open(self._info(name), "w") as part:
            for chunk in chunks:
                part.write(chunk)
                digest.update(chunk)
                size, count = size + len(chunk), count + 1
                if self._stream.tell() > ARCHIVE_BYTES_MAX:
                    raise ArchiveOversized(f"an archive of more than {ARCHIVE_BYTES_MAX} bytes")
        written = Part(name, size, digest.hexdigest(), count if is_counted else 1)
        self._parts.append(written)
        return written

    def document(self, sha256: str, content: BinaryIO) -> Part:
        """Write a document under its hash."""
        chunks = iter(lambda: content.read(_CHUNK_BYTES), b"")
        return self.chunks(f"{DOCUMENT_FOLDER}{sha256}", chunks, is_counted=False)

    def finish(self, manifest: Manifest, sign: Sign) -> Manifest:
        """Write manifest and signature; return the manifest with its parts and revision."""
        whole = replace(manifest, parts=self.parts, revision=revision_of(self._parts))
        text = to_line(whole).encode()
        self._zip.writestr(self._info(MANIFEST), text)
        signature = sign(hashlib.sha256(text).digest())
        self._zip.writestr(self._info(SIGNATURE), base64.b64encode(signature))
        self._zip.close()
        return whole

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, date_time=self._at)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.create_system = 3
        info.external_attr = 0o600 << 16
        return info
