"""What is staged and what is announced on a bank account, as it is listed."""

from __future__ import annotations

import re
from typing import Final

from rappro.domain.errors import InvalidRequest
from rappro.domain.feeds import PendingTransactions, StagedState, StagedTransaction
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.feed_banks import get_account

_PLACE: Final = re.compile(r"\d{4}-\d{2}-\d{2}#[a-z0-9_]{1,60}", re.ASCII)


def list_staged(
    ports: Ports, tenant: TenantId, company: CompanyId, account_id: str, *,
    state: StagedState | None, limit: int, cursor: str | None,
) -> Page[StagedTransaction]:  # fmt: skip
    """Return one page of an account's staged transactions, by booking day, of a state or all.

    A page of one state may be short, even empty, and go on. Raises NotFound, InvalidRequest.
    """
    get_account(ports, tenant, company, account_id)
    if cursor is not None and not _PLACE.fullmatch(cursor):
        raise InvalidRequest("not a cursor of this list", position="cursor")
    rows = ports.store.staged(tenant, company, account_id, after=cursor, limit=limit)
    items = [row for row in rows if state is None or row.state is state]
    last = f"{rows[-1].line.booking_date}#{rows[-1].id}" if len(rows) == limit else None
    return Page(items, last)


def pending_of(
    ports: Ports, tenant: TenantId, company: CompanyId, account_id: str
) -> PendingTransactions | None:
    """Return what is announced on an account. Raises NotFound for the account."""
    get_account(ports, tenant, company, account_id)
    return ports.store.get(tenant, company, PendingTransactions, account_id)
