"""Content codings: gzip of answers that are worth it, and of bodies within their bounds."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Mapping
from typing import Any, Final

from rappro.edge.api.limits import PLAIN_BYTES_MAX
from rappro.edge.problem import INVALID_JSON, TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, HttpProblem

_TEXTS: Final = ("application/json", "application/problem+json", "text/")
"""What compresses; a PDF is compressed in itself."""
_LEVEL: Final = 6
_GZIP_WINDOW: Final = 31  # of zlib: 15 bits, with gzip's header and trailer
_CHARS_MAX: Final = 60


def coded(answer: Mapping[str, Any], *, takes_gzip: bool) -> dict[str, Any]:
    """Return the answer, compressed when the caller takes that and it is worth it.

    Its tag stays: it names a version of the resource, and `If-Match` has to know it again.
    """
    body = answer["body"].encode()
    media_type = answer["headers"].get("Content-Type", "")
    is_worth_it = len(body) > PLAIN_BYTES_MAX and media_type.startswith(_TEXTS)
    if not takes_gzip or answer.get("isBase64Encoded") or not is_worth_it:
        return dict(answer)
    packed = gzip.compress(body, compresslevel=_LEVEL, mtime=0)
    return {
        **answer,
        "headers": {**answer["headers"], "Content-Encoding": "gzip"},
        "body": base64.b64encode(packed).decode(),
        "isBase64Encoded": True,
    }


GZIP: Final = frozenset({"gzip", "x-gzip"})
"""The names of the one coding that a body may come with."""


def decoded(content: bytes, coding: str, *, bytes_max: int) -> bytes:
    """Return a body without its content coding, never more than `bytes_max` bytes of it.

    Raises HttpProblem: 413 for more, 400 for what is no gzip, 415 for another coding.
    """
    if coding in {"", "identity"}:
        return content
    if coding not in GZIP:
        raise HttpProblem(UNSUPPORTED_MEDIA_TYPE, f"no such coding: {coding[:_CHARS_MAX]}")
    machine = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = machine.decompress(content, bytes_max + 1)
    except zlib.error as error:
        raise HttpProblem(INVALID_JSON, "the body is no gzip") from error
    if len(plain) > bytes_max:
        raise HttpProblem(TOO_LARGE, f"unpacked, the body has more than {bytes_max} bytes")
    if not machine.eof or machine.unused_data:
        raise HttpProblem(INVALID_JSON, "the gzip is cut, or more follows it")
    return plain
