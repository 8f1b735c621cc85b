"""Which invoices a person may set on a line (SPEC ACT-8)."""

from __future__ import annotations

from rappro.domain.books import OpenItem
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases import reads


def invoices_for_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, position: int, *,
    limit: int, cursor: str | None,
) -> Page[OpenItem]:  # fmt: skip
    """Return one page of the unsettled invoices of the line's third party, by due date.

    Of everybody, when the line has none. A list: may lag behind writes. Raises NotFound.
    """
    line = reads.stored_line(ports, tenant, company, statement, position)
    return reads.list_open_items(
        ports, tenant, company, third_party=line.third_party, limit=limit, cursor=cursor
    )
