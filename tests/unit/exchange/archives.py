"""Archives for tests: small books, a signature that is a digest, archives put together wrongly."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO

from rappro.domain.books import (
    EntryLine,
    EntrySource,
    JournalEntry,
    LedgerAccount,
)
from rappro.domain.exchange.canonical import to_line
from rappro.domain.exchange.model import (
    BOOKS,
    FORMAT,
    FORMAT_VERSION,
    CompanyShown,
    Manifest,
    Module,
    Purpose,
    Sender,
)
from rappro.domain.exchange.writing import ArchiveWriter
from rappro.domain.ids import EntryId

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
DOCUMENT = b"%PDF-1.4 facture"
DOCUMENT_SHA256 = hashlib.sha256(DOCUMENT).hexdigest()
Members = dict[str, bytes]


def sign(digest: bytes) -> bytes:
    return hashlib.sha256(b"alpha" + digest).digest()


def verify(manifest: Manifest, digest: bytes, signature: bytes) -> bool:
    return signature == hashlib.sha256(manifest.sender.tenant.encode() + digest).digest()


def manifest(**more: object) -> Manifest:
    said = {
        "format": FORMAT, "format_version": FORMAT_VERSION,
        "company": CompanyShown("732829320", "Garage du Port", "EUR"),
        "sender": Sender("alpha", "user-1", "link-a"), "created_at": AT,
        "purpose": Purpose.REVIEW, "fiscal_year": "2026", "modules": tuple(Module),
        "revision": "", "parts": (),
    }  # fmt: skip
    return Manifest(**{**said, **more})  # type: ignore[arg-type]  # by name


def entry(key: str, amount_minor: int = 1_200, label: str = "Frais") -> JournalEntry:
    lines = (
        EntryLine("627000", label, debit_minor=amount_minor),
        EntryLine("512100", label, credit_minor=amount_minor),
    )
    return JournalEntry(
        EntryId(key), "BQ1", date(2026, 10, 5), key, date(2026, 10, 5), label, lines,
        EntrySource.API,
    )  # fmt: skip


def books() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = {name: [] for name in BOOKS}
    accounts = (LedgerAccount("512100", "Banque"), LedgerAccount("627000", "Frais"))
    lines["accounts.jsonl"] = [to_line(one) for one in accounts]
    lines["entries.jsonl"] = [to_line(entry("en_1")), to_line(entry("en_2", 500))]
    return lines


def archive(**more: object) -> bytes:
    stream = BytesIO()
    writer = ArchiveWriter(stream, AT)
    for name, lines in books().items():
        writer.lines(name, lines)
    writer.document(DOCUMENT_SHA256, BytesIO(DOCUMENT))
    writer.finish(manifest(**more), sign)
    return stream.getvalue()


def members(content: bytes) -> Members:
    with zipfile.ZipFile(BytesIO(content)) as zipped:
        return {info.filename: zipped.read(info) for info in zipped.infolist()}


def packed(parts: Mapping[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """Return a zip of some members, whatever they are."""
    stream = BytesIO()
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in pairs:
            zipped.writestr(name, content)
    return stream.getvalue()


def changed(change: Callable[[Members], Members | None]) -> bytes:
    """Return an archive whose members were changed after it was signed."""
    parts = members(archive())
    return packed(change(parts) or parts)


def signed_again(parts: Members, text: bytes) -> Members:
    """Return members with another manifest, signed as a sender would who does so on purpose."""
    signature = sign(hashlib.sha256(text).digest())
    return {**parts, "manifest.json": text, "manifest.sig": base64.b64encode(signature)}
