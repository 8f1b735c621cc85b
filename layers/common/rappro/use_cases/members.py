"""Members of companies and administrators of the tenant: who is one, and who makes whom one.

Nobody gives or takes a permission that he lacks, nobody changes his own membership, and a tenant
always keeps an administrator.
"""

from __future__ import annotations

from typing import Any, Final

from rappro.domain.access import (
    GRANTABLE,
    TENANT_KEY,
    Membership,
    Permission,
    Tenant,
    covered,
)
from rappro.domain.books import Company
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    TooLarge,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Page, change, create, put, remove
from rappro.ports import Ports
from rappro.use_cases.access import Access, find_tenant, forbidden, permissions_of
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import COMMON
from rappro.use_cases.slices import slice_of

MEMBERS_MAX: Final = 1_000
ADMINISTRATORS_MAX: Final = 100


def list_members(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[Membership]:
    """Return one page of a company's members, by user, those whose time is over included."""
    return slice_of(ports.store.all(tenant, company, Membership), limit, cursor)


def find_member(ports: Ports, tenant: TenantId, company: CompanyId, user: str) -> Membership | None:
    """Return a user's membership, or None."""
    return ports.store.get(tenant, company, Membership, user)


def get_member(ports: Ports, tenant: TenantId, company: CompanyId, user: str) -> Membership:
    """Return a user's membership. Raises NotFound."""
    found = find_member(ports, tenant, company, user)
    if found is None:
        raise NotFound(f"no member {user}")
    return found


def save_member(
    ports: Ports, tenant: TenantId, wanted: Membership, before: Membership | None, author: Access
) -> Membership:
    """Make somebody a member, or change what he may do and when.

    Raises Forbidden for a permission that the author lacks and for one's own membership (unless
    the author administers the tenant), InvalidRequest for a permission that is never given or a
    time that ends before it begins, TooLarge, StoreConflict.
    """
    _check(wanted)
    _check_author(ports, author, wanted, before)
    if before is None and len(ports.store.all(tenant, wanted.company, Membership)) >= MEMBERS_MAX:
        raise TooLarge(f"more than {MEMBERS_MAX} members of a company")
    write = put(before, wanted)
    saved = write.after
    assert isinstance(saved, Membership)
    log = audit(
        ports.clock.now(), author.user, "save_member", wanted.user, revision=saved.version,
        before=_shown(before), after=_shown(saved),
    )  # fmt: skip
    ports.store.commit(tenant, wanted.company, [write, log])
    return saved


def remove_member(
    ports: Ports, tenant: TenantId, company: CompanyId, user: str, author: Access
) -> None:
    """End a membership; what he did stays under his name. Raises NotFound, Forbidden."""
    found = get_member(ports, tenant, company, user)
    _check_author(ports, author, None, found)
    log = audit(
        ports.clock.now(), author.user, "remove_member", user, revision=found.version,
        before=_shown(found),
    )  # fmt: skip
    ports.store.commit(tenant, company, [remove(found), log])


def _check(wanted: Membership) -> None:
    strange = sorted(set(wanted.permissions) - GRANTABLE)
    if strange:
        raise InvalidRequest(f"{strange[0]} is given to nobody", position="/permissions")
    begin, end = wanted.valid_from, wanted.valid_until
    if begin is not None and end is not None and end <= begin:
        raise InvalidRequest("it ends before it begins", position="/valid_until")


def _check_author(
    ports: Ports, author: Access, wanted: Membership | None, before: Membership | None
) -> None:
    """Raise Forbidden for what the author may not give or take."""
    allowed = permissions_of(ports, author)
    named = wanted or before
    if Permission.ADMINISTER in allowed or named is None:
        return
    if named.user == author.user:
        raise forbidden(Permission.ADMINISTER)
    touched: set[Permission] = set()
    for each in (wanted, before):
        touched |= covered(each.permissions) if each is not None else frozenset()
    for permission in sorted(touched - allowed):
        raise forbidden(permission)


def _shown(member: Membership | None) -> dict[str, Any] | None:
    if member is None:
        return None
    return {
        "permissions": sorted(member.permissions),
        "valid_from": member.valid_from.isoformat() if member.valid_from else None,
        "valid_until": member.valid_until.isoformat() if member.valid_until else None,
    }


def onboard(ports: Ports, tenant: TenantId, user: str) -> Tenant:
    """Open the tenant, with its first administrator; again by an administrator it does nothing.

    Raises NotAllowedInState once somebody else administers it, StoreConflict for a lost race.
    """
    found = find_tenant(ports, tenant)
    if found is None:
        return _save_tenant(ports, tenant, None, (user,), user)
    if user not in found.administrators:
        raise NotAllowedInState("the tenant has an administrator; ask him for a membership")
    return found


def add_administrator(ports: Ports, tenant: TenantId, user: str, author: str) -> Tenant:
    """Let somebody administer the tenant; again it does nothing. Raises TooLarge."""
    found = get_tenant(ports, tenant)
    if user in found.administrators:
        return found
    if len(found.administrators) >= ADMINISTRATORS_MAX:
        raise TooLarge(f"more than {ADMINISTRATORS_MAX} administrators")
    return _save_tenant(ports, tenant, found, (*found.administrators, user), author)


def remove_administrator(ports: Ports, tenant: TenantId, user: str, author: str) -> None:
    """Take the tenant's administration from somebody; memberships of his stay.

    Raises NotFound, NotAllowedInState for the last one: it is one record, so of two who remove
    each other at the same time one is refused.
    """
    found = get_tenant(ports, tenant)
    if user not in found.administrators:
        raise NotFound(f"no administrator {user}")
    left = tuple(each for each in found.administrators if each != user)
    if not left:
        raise NotAllowedInState("the last administrator stays")
    _save_tenant(ports, tenant, found, left, author)


def get_tenant(ports: Ports, tenant: TenantId) -> Tenant:
    """Return the tenant's record. Raises NotFound before the onboarding."""
    found = find_tenant(ports, tenant)
    if found is None:
        raise NotFound("the tenant is not open yet")
    return found


def _save_tenant(
    ports: Ports, tenant: TenantId, before: Tenant | None, administrators: tuple[str, ...],
    author: str,
) -> Tenant:  # fmt: skip
    wanted = Tenant(tuple(sorted(administrators)))
    write = create(wanted) if before is None else change(before, wanted)
    saved = write.after
    assert isinstance(saved, Tenant)
    log = audit(
        ports.clock.now(), author, "save_administrators", TENANT_KEY, revision=saved.version,
        before={"administrators": list(before.administrators)} if before else None,
        after={"administrators": list(saved.administrators)},
    )  # fmt: skip
    ports.store.commit(tenant, COMMON, [write, log])
    return saved


def memberships_now(
    ports: Ports, tenant: TenantId, user: str, *, limit: int, cursor: str | None
) -> Page[Membership]:
    """Return one page of a user's memberships that count now, by company."""
    now = ports.clock.now()
    found = [each for each in ports.store.memberships(tenant, user) if each.is_valid(now)]
    after = [each for each in found if cursor is None or each.company > cursor]
    return Page(after[:limit], after[limit - 1].company if len(after) > limit else None)


def list_companies(
    ports: Ports, tenant: TenantId, user: str, *, limit: int, cursor: str | None
) -> Page[Company]:
    """Return one page of the companies that a user may read, by id; an administrator reads all.

    Three requests, however many companies there are.
    """
    record = find_tenant(ports, tenant)
    if record is not None and user in record.administrators:
        ids = ports.store.companies(tenant)
    else:
        now = ports.clock.now()
        found = ports.store.memberships(tenant, user)
        ids = [each.company for each in found if each.is_valid(now)]
    after = [company for company in ids if company > (cursor or "")]
    records = ports.store.find(tenant, [(one, Company, "COMPANY") for one in after[:limit]])
    items = [company for company in records if isinstance(company, Company)]
    return Page(items, after[limit - 1] if len(after) > limit else None)
