"""Difference types (types d'écart) of a company: listed, saved, deleted (SPEC ACT-4, BOOK-1)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from rappro.domain.books import LedgerAccount
from rappro.domain.differences import OTHER, DifferenceType, all_types
from rappro.domain.errors import InvalidRequest, NotAllowedInState, TooLarge
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page, put, remove
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company
from rappro.use_cases.slices import required, slice_of

TYPES_MAX: Final = 200


def list_difference_types(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[DifferenceType]:
    """Return one page of the company's types, the defaults among them, by code. Raises NotFound."""
    posting = get_company(ports, tenant, company).posting
    stored = ports.store.all(tenant, company, DifferenceType)
    return slice_of(all_types(stored, posting), limit, cursor)


def get_difference_type(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str
) -> DifferenceType:
    """Return a type, the company's own or a default (version 0). Raises NotFound."""
    return required(find_difference_type(ports, tenant, company, code), "difference type", code)


def find_difference_type(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str
) -> DifferenceType | None:
    """Return a type, the company's own or a default; None for an unknown code."""
    stored = ports.store.get(tenant, company, DifferenceType, code)
    if stored is not None:
        return stored
    defaults = all_types((), get_company(ports, tenant, company).posting)
    return next((one for one in defaults if one.code == code), None)


def save_difference_type(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: DifferenceType, author: str
) -> DifferenceType:
    """Create or change a type; entries that were made with it keep their account.

    Raises NotFound for an unknown company, InvalidRequest for the code "other" and for an account
    that is neither in the chart nor in the settings, TooLarge beyond TYPES_MAX.
    """
    posting = get_company(ports, tenant, company).posting
    if wanted.code == OTHER:
        raise InvalidRequest(f"{OTHER} is the type whose counterparts are given")
    is_default = any(one.account == wanted.account for one in all_types((), posting))
    if not is_default and ports.store.get(tenant, company, LedgerAccount, wanted.account) is None:
        raise InvalidRequest(f"no account {wanted.account}", position="/account")
    before = ports.store.get(tenant, company, DifferenceType, wanted.code)
    if before is None and len(ports.store.all(tenant, company, DifferenceType)) >= TYPES_MAX:
        raise TooLarge(f"more than {TYPES_MAX} difference types in a company")
    after = replace(wanted, use_count=before.use_count if before else 0)
    version = (before.version if before else 0) + 1
    log = audit(
        ports.clock.now(), author, "save_difference_type", wanted.code, revision=version,
        before=_shown(before), after=_shown(after),
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, after), log])
    return replace(after, version=version)


def delete_difference_type(
    ports: Ports, tenant: TenantId, company: CompanyId, code: str, author: str
) -> None:
    """Delete a type of the company's own; a default of the same code counts again.

    Raises NotFound, NotAllowedInState for a default and while a match was settled by it.
    """
    found = get_difference_type(ports, tenant, company, code)
    if not found.version:
        raise NotAllowedInState(f"{code} is a default type: it can be changed, not deleted")
    if found.use_count:
        raise NotAllowedInState(f"{code} is used by {found.use_count} matches: it stays")
    log = audit(
        ports.clock.now(), author, "delete_difference_type", code, revision=found.version,
        before=_shown(found),
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(found), log])


def _shown(found: DifferenceType | None) -> dict[str, str] | None:
    return None if found is None else {"label": found.label, "account": found.account}
