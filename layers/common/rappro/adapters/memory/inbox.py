"""The inbox in process: files that a test or the command line drops."""

from __future__ import annotations

from datetime import datetime
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import BinaryIO, cast

from rappro.adapters.scope import check_tenant, drop_key
from rappro.domain.errors import NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import NO_CHOICE, Drop, ImportChoice, UploadTicket


class MemoryInbox:
    """Port Inbox. Every drop is a version of its own, whatever its name."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._files: dict[tuple[str, str], tuple[bytes, ImportChoice]] = {}

    def drop(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str, content: bytes,
        *, choice: ImportChoice = NO_CHOICE,
    ) -> Drop:  # fmt: skip
        """Put a file where a tenant would, with what its ticket says, and return its drop."""
        key = drop_key(tenant, company, journal, name)
        with self._lock:
            version = str(len(self._files) + 1)
            self._files[key, version] = content, choice
        return Drop(key, version, len(content))

    def put(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str, content: bytes,
        *, choice: ImportChoice = NO_CHOICE,
    ) -> Drop:  # fmt: skip
        return self.drop(tenant, company, journal, name, content, choice=choice)

    def open(self, tenant: TenantId, drop: Drop) -> BinaryIO:
        """Open a drop as what the bucket's are, too: a spooled file, not just any bytes."""
        content = self._dropped(tenant, drop)[0]
        file = SpooledTemporaryFile()  # noqa: SIM115 - handed to the caller; stays in memory
        file.write(content)
        file.seek(0)
        return cast("BinaryIO", file)

    def choice(self, tenant: TenantId, drop: Drop) -> ImportChoice:
        return self._dropped(tenant, drop)[1]

    def _dropped(self, tenant: TenantId, drop: Drop) -> tuple[bytes, ImportChoice]:
        check_tenant(tenant)
        with self._lock:
            found = self._files.get((drop.object_key, drop.object_version))
        if found is None or not drop.object_key.startswith(f"{tenant}/"):
            raise NotFound(f"no drop {drop.object_key} at that version")
        return found

    def upload_ticket(
        self, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
        *, size_bytes_max: int, expires_at: datetime, choice: ImportChoice = NO_CHOICE,
    ) -> UploadTicket:  # fmt: skip
        key = drop_key(tenant, company, journal, name)
        said = {"format": choice.format or "", "profile": choice.profile or ""}
        fields = {"key": key, "size-max": str(size_bytes_max), **said}
        return UploadTicket("memory:inbox", fields, key, expires_at)
