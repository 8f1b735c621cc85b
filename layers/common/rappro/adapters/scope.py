"""What a caller may name: tenants, companies, keys, files. Checked the same by every adapter.

Keys and object names are put together from these names, so a name that could leave its own
tenant's part is refused here, whoever sends it.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import BinaryIO, Final

from rappro.domain.errors import InvalidRequest

_SCOPE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_DOCUMENT_NAME = re.compile(
    r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LINE_KEY = re.compile(r"(.+)/([1-9][0-9]{0,6})", re.ASCII)

KEY_BYTES_MAX: Final = 980
"""DynamoDB's sort keys stop at 1,024 bytes; an amount, its currency and more stand before some."""
DOCUMENT_NAME_MAX: Final = 512
FILE_NAME_BYTES_MAX: Final = 255
PAGE_LIMIT_MAX: Final = 1000
INTERVAL_MINUTES_MAX: Final = 60 * 24 * 31
_CHUNK_BYTES: Final = 1024 * 1024


def check_tenant(tenant: str) -> None:
    """Raise InvalidRequest unless the tenant's id is 2 to 40 of a-z, 0-9 and inner hyphens."""
    if _SCOPE_NAME.fullmatch(tenant) is None:
        raise InvalidRequest(f"not a tenant id: {tenant[:50]!r}")


def check_scope(tenant: str, company: str) -> None:
    """Raise InvalidRequest unless both ids are 2 to 40 of a-z, 0-9 and inner hyphens."""
    check_tenant(tenant)
    if _SCOPE_NAME.fullmatch(company) is None:
        raise InvalidRequest(f"not a company id: {company[:50]!r}")


def check_key(key: str) -> None:
    """Raise InvalidRequest unless a record's key is 1 to KEY_BYTES_MAX bytes."""
    if not key or len(key) > KEY_BYTES_MAX or len(key.encode(errors="replace")) > KEY_BYTES_MAX:
        raise InvalidRequest(f"a record's key has 1 to {KEY_BYTES_MAX} bytes")


def split_line_key(key: str) -> tuple[str, int]:
    """Return statement id and position of a line's key ("statement/position").

    Raises InvalidRequest when it is not one.
    """
    found = _LINE_KEY.fullmatch(key)
    if found is None:
        raise InvalidRequest(f"not the key of a statement line: {key[:80]!r}")
    return found[1], int(found[2])


def split_event_key(key: str) -> tuple[str, datetime, str]:
    """Return subject, instant and id of an audit event's key ("subject/instant/id").

    Raises InvalidRequest when it is not one.
    """
    subject, _, rest = key.rpartition("/")[0].rpartition("/")
    try:
        at = datetime.fromisoformat(rest)
    except ValueError as error:
        raise InvalidRequest(f"not the key of an audit event: {key[:80]!r}") from error
    if not subject or at.tzinfo is None:
        raise InvalidRequest(f"not the key of an audit event: {key[:80]!r}")
    return subject, at, key.rpartition("/")[2]


def check_limit(limit: int) -> None:
    """Raise InvalidRequest unless a page holds 1 to PAGE_LIMIT_MAX records."""
    if not 1 <= limit <= PAGE_LIMIT_MAX:
        raise InvalidRequest(f"a page holds 1 to {PAGE_LIMIT_MAX} records, not {limit}")


def check_interval(minutes: int) -> None:
    """Raise InvalidRequest unless a schedule runs every 1 minute to 31 days."""
    if not 1 <= minutes <= INTERVAL_MINUTES_MAX:
        raise InvalidRequest(f"an interval of 1 to {INTERVAL_MINUTES_MAX} minutes, not {minutes}")


def check_sha256(sha256: str) -> None:
    """Raise InvalidRequest unless it is a SHA-256 in lower-case hex."""
    if _SHA256.fullmatch(sha256) is None:
        raise InvalidRequest("not a SHA-256 in hex")


def check_content(content: BinaryIO, sha256: str) -> None:
    """Raise InvalidRequest unless what is left of a seekable file has that SHA-256 (in hex).

    The file is put back to where it stood.
    """
    check_sha256(sha256)
    start, digest = content.tell(), hashlib.sha256()
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
    content.seek(start)
    if digest.hexdigest() != sha256:
        raise InvalidRequest("the file's bytes do not have the SHA-256 it is archived under")


def check_document_name(name: str) -> None:
    """Raise InvalidRequest unless it is a path of plain names, none of which starts with a dot."""
    if len(name) > DOCUMENT_NAME_MAX or _DOCUMENT_NAME.fullmatch(name) is None:
        raise InvalidRequest(f"not a document name: {name[:80]!r}")


def check_file_name(name: str) -> None:
    """Raise InvalidRequest unless it names one file: no folder, no control character.

    `${` is refused: S3 replaces `${filename}` in a posted form's key by what the poster says.
    """
    if (
        name in ("", ".", "..")
        or "/" in name
        or "\\" in name
        or "${" in name
        or _CONTROL.search(name) is not None
        or len(name.encode(errors="replace")) > FILE_NAME_BYTES_MAX
    ):
        raise InvalidRequest(f"not a file name: {name[:80]!r}")


def drop_key(tenant: str, company: str, journal: str | None, name: str) -> str:
    """Return a drop's key, `{tenant}/{company}/[{journal}/]{name}`. Raises InvalidRequest."""
    check_scope(tenant, company)
    parts = [name] if journal is None else [journal, name]
    for part in parts:
        check_file_name(part)
    return "/".join([tenant, company, *parts])
