"""Companies, journals and third parties: created and changed by API (SPEC BOOK-1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from rappro.domain.access import manager
from rappro.domain.books import (
    Company,
    Journal,
    JournalType,
    ThirdParty,
)
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.writes import (
    Record,
    Write,
    change,
    create,
    put,
)
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.fiscal_year_rules import check_year_change

COMMON: Final = CompanyId("all-companies")
"""Under this id stands what is common to a tenant's companies; no company may have it."""


def save_company(
    ports: Ports, tenant: TenantId, company: Company, author: str, *, is_managed: bool = False
) -> Company:
    """Create or change a company; the stored version decides, a lost race is a StoreConflict.

    `is_managed`: whoever creates it becomes its manager.
    Raises InvalidRequest for the id that is kept for what all companies share, or fiscal years
    that cannot be; RuleViolation when numbered pieces would change their year.
    """
    if company.id == COMMON:
        raise InvalidRequest(f"no company may be called {COMMON}", position="company")
    before = ports.store.get(tenant, company.id, Company, "COMPANY")
    check_year_change(ports, tenant, before, company)
    write = put(before, company)
    was, now = changed(before, company)
    log = audit(
        ports.clock.now(), author, "save_company", company.id, revision=_next(before),
        before=was, after=now,
    )  # fmt: skip
    writes = [write, log]
    if is_managed and before is None:
        writes.append(create(manager(company.id, author)))
    ports.store.commit(tenant, company.id, writes)
    return replace(company, version=_next(before))


def get_company(ports: Ports, tenant: TenantId, company: CompanyId) -> Company:
    """Return a company. Raises NotFound."""
    found = ports.store.get(tenant, company, Company, "COMPANY")
    if found is None:
        raise NotFound(f"no company {company}")
    return found


def list_companies(ports: Ports, tenant: TenantId) -> list[Company]:
    """Return the tenant's companies, by id."""
    return [get_company(ports, tenant, company) for company in ports.store.companies(tenant)]


def save_journal(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal, author: str
) -> Journal:
    """Create or change a journal.

    Raises NotFound for an unknown company, InvalidRequest for a treasury journal without a ledger
    account or with the IBAN of another journal, and for an import profile that is none.
    """
    get_company(ports, tenant, company)
    if journal.type is JournalType.TREASURY and not journal.account:
        raise InvalidRequest("a treasury journal has a ledger account", position="/account")
    others = [j for j in ports.store.all(tenant, company, Journal) if j.code != journal.code]
    if journal.iban and any(journal.iban == other.iban for other in others):
        raise InvalidRequest("another journal has this IBAN", position="/iban")
    before = ports.store.get(tenant, company, Journal, journal.code)
    was, now = changed(before, journal)
    log = audit(
        ports.clock.now(), author, "save_journal", journal.code, revision=_next(before),
        before=was, after=now,
    )  # fmt: skip
    held = _hold_import_profile(ports, tenant, company, journal, before)
    ports.store.commit(tenant, company, [put(before, journal), *held, log])
    return replace(journal, version=_next(before))


def _hold_import_profile(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal, before: Journal | None
) -> list[Write]:
    """Return the write that keeps the profile a journal names from being deleted meanwhile.

    Raises InvalidRequest when there is no such profile.
    """
    code = journal.import_profile
    if code is None or (before is not None and before.import_profile == code):
        return []
    profile = ports.store.get(tenant, company, ImportProfile, code)
    if profile is None:
        raise InvalidRequest(f"no import profile {code}", position="/import_profile")
    return [change(profile, profile)]


def save_third_party(
    ports: Ports, tenant: TenantId, company: CompanyId, party: ThirdParty, author: str
) -> ThirdParty:
    """Create or change a third party; its letters so far are kept. Raises NotFound."""
    get_company(ports, tenant, company)
    before = ports.store.get(tenant, company, ThirdParty, party.id)
    kept = replace(party, letter_count=before.letter_count if before else 0)
    was, now = changed(before, kept)
    log = audit(
        ports.clock.now(), author, "save_third_party", party.id, revision=_next(before),
        before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, kept), log])
    return replace(kept, version=_next(before))


def _next(before: Record | None) -> int:
    return (before.version if before else 0) + 1
