"""Objects of S3 as seekable files: in memory while small, in a temporary file beyond."""

from __future__ import annotations

from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, Final, cast

from rappro.domain.errors import TooLarge

MEMORY_BYTES_MAX: Final = 8 * 1024 * 1024
_CHUNK_BYTES: Final = 1024 * 1024


def spooled(body: Any, *, size_bytes_max: int) -> BinaryIO:
    """Return a seekable copy of a streaming body, closed by whoever opened it. Raises TooLarge."""
    file = SpooledTemporaryFile(max_size=MEMORY_BYTES_MAX)  # noqa: SIM115 - handed to the caller
    try:
        _copy(body, cast("BinaryIO", file), size_bytes_max)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return cast("BinaryIO", file)


def _copy(body: Any, file: BinaryIO, size_bytes_max: int) -> None:
    while chunk := body.read(_CHUNK_BYTES):
        file.write(chunk)
        if file.tell() > size_bytes_max:
            raise TooLarge(f"a file of more than {size_bytes_max} bytes")
