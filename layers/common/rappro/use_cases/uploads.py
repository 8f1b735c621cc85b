"""Upload tickets: the server ties one object key and a size to whoever may post there."""

from __future__ import annotations

import re
from datetime import timedelta

from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.ports import NO_CHOICE, ImportChoice, Ports, UploadTicket
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
    get_company(ports, tenant, company)
    if journal is not None and ports.store.get(tenant, company, Journal, journal) is None:
        raise NotFound(f"no journal {journal}")
    if choice.format is not None and choice.format not in statement_formats():
        raise InvalidRequest(f"one of {', '.join(statement_formats())}", position="/format")
    if chosen(ports, tenant, company, choice) is None:
        raise NotFound(f"no import profile {choice.profile}")
    if not _NAME.fullmatch(name) or name in {".", ".."}:
        raise InvalidRequest("a file name without a path, 1 to 180 characters", position="/name")
    expires_at = ports.clock.now() + timedelta(minutes=TICKET_MINUTES)
    return ports.inbox.upload_ticket(
        tenant, company, journal, name, size_bytes_max=UPLOAD_BYTES_MAX, expires_at=expires_at,
        choice=choice,
    )  # fmt: skip
