"""Ledger accounts (comptes comptables): created and renamed by API (SPEC BOOK-1)."""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.books import LedgerAccount
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import put
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import get_company


def find_account(
    ports: Ports, tenant: TenantId, company: CompanyId, number: str
) -> LedgerAccount | None:
    """Return an account, or None."""
    return ports.store.get(tenant, company, LedgerAccount, number)


def save_account(
    ports: Ports, tenant: TenantId, company: CompanyId, account: LedgerAccount, author: str
) -> LedgerAccount:
    """Create an account or change its label. Raises NotFound for an unknown company."""
    get_company(ports, tenant, company)
    before = find_account(ports, tenant, company, account.number)
    version = (before.version if before else 0) + 1
    was, now = changed(before, account)
    log = audit(
        ports.clock.now(), author, "save_account", account.number, revision=version,
        before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, account), log])
    return replace(account, version=version)
