"""What the stream of the statements table says: rows of the audit trail, as they were committed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rappro.adapters import codec
from rappro.adapters.dynamodb.names import DOC, PK
from rappro.domain.errors import StoreUnavailable
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.ports_events import TrailRow


def trail_row(image: Mapping[str, Any]) -> TrailRow:
    """Return the row that a new image holds. Raises StoreUnavailable when it holds none."""
    try:
        tenant, company, *_ = image[PK]["S"].split("#")
        text = image[DOC]["S"]
    except (KeyError, TypeError, ValueError) as error:
        raise StoreUnavailable("an image of the stream that holds no record") from error
    return TrailRow(TenantId(tenant), CompanyId(company), codec.load(AuditEvent, text))
