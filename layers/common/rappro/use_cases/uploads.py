"""How files get into the inbox: tickets to post one, and small ones put there at once."""

from __future__ import annotations

import re
from datetime import timedelta

from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import NO_CHOICE, Drop, ImportChoice, Ports, UploadTicket
from rappro.use_cases.companies import get_company
from rappro.use_cases.import_terms import chosen
from rappro.use_cases.reads import statement_formats

UPLOAD_BYTES_MAX = 256 * 1024 * 1024
TICKET_MINUTES = 15
_NAME = re.compile(r"[^/\\\x00-\x1f\x7f]{1,180}")


def request_upload(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
    *, choice: ImportChoice = NO_CHOICE,
) -> UploadTicket:  # fmt: skip
    """Return a ticket to drop one file into the company's inbox; the choice is bound to it.

    Raises NotFound for an unknown company, journal or import profile, InvalidRequest for a name
    with a path or an unknown format.
    """
    _check(ports, tenant, company, journal, name, choice=choice, at="/")
    expires_at = ports.clock.now() + timedelta(minutes=TICKET_MINUTES)
    return ports.inbox.upload_ticket(
        tenant, company, journal, name, size_bytes_max=UPLOAD_BYTES_MAX, expires_at=expires_at,
        choice=choice,
    )  # fmt: skip


def put_file(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
    content: bytes, *, choice: ImportChoice = NO_CHOICE,
) -> Drop:  # fmt: skip
    """Drop a small file into the company's inbox: it is imported as if it had been posted there.

    Raises what `request_upload` raises, and InvalidRequest for no bytes at all.
    """
    _check(ports, tenant, company, journal, name, choice=choice, at="")
    if not content:
        raise InvalidRequest("the file has no bytes")
    return ports.inbox.put(tenant, company, journal, name, content, choice=choice)


def _check(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str | None, name: str,
    *, choice: ImportChoice, at: str,
) -> None:  # fmt: skip
    """Check where a file is to go and how; `at` stands before the field that is wrong."""
    get_company(ports, tenant, company)
    if journal is not None and ports.store.get(tenant, company, Journal, journal) is None:
        raise NotFound(f"no journal {journal}")
    if choice.format is not None and choice.format not in statement_formats():
        raise InvalidRequest(f"one of {', '.join(statement_formats())}", position=f"{at}format")
    if chosen(ports, tenant, company, choice) is None:
        raise NotFound(f"no import profile {choice.profile}")
    if not _NAME.fullmatch(name) or name in {".", ".."}:
        raise InvalidRequest(
            "a file name without a path, 1 to 180 characters", position=f"{at}name"
        )
