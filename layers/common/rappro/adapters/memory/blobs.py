"""Kept files and working documents in process."""

from __future__ import annotations

import hashlib
from io import BytesIO
from threading import Lock
from typing import BinaryIO, TypeVar

from rappro.adapters import codec
from rappro.adapters.scope import check_content, check_document_name, check_scope, check_sha256
from rappro.domain.errors import NotFound
from rappro.domain.ids import CompanyId, TenantId

D = TypeVar("D")


class MemoryBlobs:
    """Port Blobs. Documents are kept as their JSON, as they are in S3."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._sources: dict[tuple[str, str, str], bytes] = {}
        self._documents: dict[tuple[str, str, str], bytes] = {}

    def archive(self, tenant: TenantId, company: CompanyId, sha256: str, content: BinaryIO) -> str:
        check_scope(tenant, company)
        check_content(content, sha256)
        kept = content.read()
        with self._lock:
            self._sources.setdefault((tenant, company, sha256), kept)
        return f"sources/{tenant}/{company}/{sha256}"

    def open_source(self, tenant: TenantId, company: CompanyId, sha256: str) -> BinaryIO:
        check_scope(tenant, company)
        check_sha256(sha256)
        with self._lock:
            kept = self._sources.get((tenant, company, sha256))
        if kept is None:
            raise NotFound(f"no source file {sha256[:12]}")
        return BytesIO(kept)

    def source_url(
        self,
        tenant: TenantId,
        company: CompanyId,
        sha256: str,
        name: str,  # noqa: ARG002 - nothing is downloaded here
    ) -> str:
        check_scope(tenant, company)
        check_sha256(sha256)
        return f"memory:sources/{tenant}/{company}/{sha256}"

    def save_document(
        self, tenant: TenantId, company: CompanyId, name: str, kind: type[D], value: D
    ) -> None:
        check_scope(tenant, company)
        check_document_name(name)
        text = codec.dump(value, kind)
        with self._lock:
            self._documents[tenant, company, name] = text

    def load_document(
        self, tenant: TenantId, company: CompanyId, name: str, kind: type[D]
    ) -> D:  # fmt: skip
        return codec.load(kind, self._document(tenant, company, name))

    def document_digest(self, tenant: TenantId, company: CompanyId, name: str) -> str:
        return hashlib.sha256(self._document(tenant, company, name)).hexdigest()

    def _document(self, tenant: str, company: str, name: str) -> bytes:
        check_scope(tenant, company)
        check_document_name(name)
        with self._lock:
            text = self._documents.get((tenant, company, name))
        if text is None:
            raise NotFound(f"no document {name}")
        return text
