"""Who may do what in a company, asked at the way in and once more in each commit (SPEC POS-5).

What people do goes through `enter` and, where entries are made or posted, `holding`. What the
system does itself (imports, runs, synchronisations) does not come through here: it acts under its
own name on its own ports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any, Final, cast

from rappro.domain.access import TENANT_KEY, Membership, Permission, Tenant
from rappro.domain.books import Company
from rappro.domain.errors import Forbidden, NotFound, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import Lease
from rappro.domain.writes import Fence, Held, Record, Write
from rappro.ports import Ports, Store
from rappro.use_cases.companies import COMMON
from rappro.use_cases.read_ahead import Place, knowing

_ATTEMPTS_MAX: Final = 3

Named = tuple[type[Record], str]
"""A record by its kind and key."""


@dataclass(frozen=True, slots=True)
class Access:
    """What was found out of a user at the way in; `company` is None where there is none (yet)."""

    user: str
    company: Company | None = None
    membership: Membership | None = None
    tenant: Tenant | None = None
    named: Mapping[Named, Record | None] = field(default_factory=dict)


def look_up(
    ports: Ports, tenant: TenantId, company: CompanyId, user: str, *, named: Sequence[Named] = ()
) -> Access:
    """Read the company and what makes a user somebody in it, in one request.

    With it comes what is `named`: records that the request will ask for if the user may.
    """
    found = ports.store.find(
        tenant,
        [
            (company, Company, "COMPANY"), (company, Membership, user),
            (COMMON, Tenant, TENANT_KEY),
            *((company, kind, key) for kind, key in named),
        ],
    )  # fmt: skip
    known = cast("tuple[Company | None, Membership | None, Tenant | None]", tuple(found[:3]))
    return Access(user, *known, named=dict(zip(named, found[3:], strict=True)))


def find_tenant(ports: Ports, tenant: TenantId) -> Tenant | None:
    """Return the tenant's record; None before its onboarding."""
    return ports.store.get(tenant, COMMON, Tenant, TENANT_KEY)


def permissions_of(ports: Ports, access: Access) -> frozenset[Permission]:
    """Return what somebody may do now."""
    return frozenset[Permission]().union(
        access.membership.allowed(ports.clock.now()) if access.membership else (),
        access.tenant.allowed(access.user) if access.tenant else (),
    )


def forbidden(permission: Permission) -> Forbidden:
    """Return the refusal that names the permission which is missing."""
    code = "" if permission.code == permission else f" ({permission.code})"
    return Forbidden(f"the permission {permission}{code} is missing")


def require(ports: Ports, access: Access, company: CompanyId, needed: Sequence[Permission]) -> None:
    """Raise Forbidden for a permission that a member lacks.

    Raises NotFound for somebody who is no member, exactly as for a company that does not exist.
    """
    allowed = permissions_of(ports, access)
    if access.company is None or Permission.READ not in allowed:
        raise NotFound(f"no company {company}")
    for permission in needed:
        if permission not in allowed:
            raise forbidden(permission)


def require_in_tenant(
    ports: Ports, tenant: TenantId, user: str, permission: Permission
) -> Tenant | None:
    """Raise Forbidden unless a user has a permission in the tenant; return the tenant's record.

    Reading what all companies share needs a membership of any of them.
    """
    record = find_tenant(ports, tenant)
    allowed = record.allowed(user) if record is not None else frozenset()
    if permission not in allowed and permission is Permission.READ:
        now = ports.clock.now()
        for membership in ports.store.memberships(tenant, user):
            allowed |= membership.allowed(now)
    if permission not in allowed:
        raise forbidden(permission)
    return record


def holding(
    ports: Ports, tenant: TenantId, access: Access, company: CompanyId,
    needed: Sequence[Permission],
) -> Ports:  # fmt: skip
    """Return ports whose every commit fails once the user has lost what it is done by.

    The commit carries a check that the membership (or the tenant's record, of an administrator) is
    the version that was looked at; the clock is looked at before.
    """
    kept = _Holding(ports, tenant, company, access, needed=tuple(needed))
    return replace(ports, store=cast("Store", kept))


class _Holding:
    """A store for one request; all but `commit` is the store's own."""

    def __init__(
        self, ports: Ports, tenant: TenantId, company: CompanyId, access: Access,
        *, needed: tuple[Permission, ...],
    ) -> None:  # fmt: skip
        self._ports = ports
        self._tenant = tenant
        self._company = company
        self._access = access
        self._needed = needed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ports.store, name)

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        """Commit while the user may. Raises Forbidden, else as the store's own."""
        store = self._ports.store
        if all(isinstance(write.after, Lease) for write in writes):  # to give it back needs nothing
            store.commit(tenant, company, writes, fence=fence, held=held)
            return
        for attempt in range(_ATTEMPTS_MAX):
            basis = [each for each in self._basis() if not _is_written(each, company, writes)]
            try:
                store.commit(tenant, company, writes, fence=fence, held=[*held, *basis])
            except StoreConflict:
                if attempt + 1 == _ATTEMPTS_MAX or not self._has_moved():
                    raise
            else:
                return

    def _basis(self) -> list[Held]:
        """Return the records by which the user may. Raises Forbidden."""
        at, basis = self._ports.clock.now(), []
        membership, record = self._access.membership, self._access.tenant
        by_membership = membership.allowed(at) if membership is not None else frozenset()
        by_tenant = record.allowed(self._access.user) if record is not None else frozenset()
        for permission in self._needed:
            if permission in by_membership and membership is not None:
                basis.append(Held(self._company, membership))
            elif permission in by_tenant and record is not None:
                basis.append(Held(COMMON, record))
            else:
                raise forbidden(permission)
        return [each for number, each in enumerate(basis) if each not in basis[:number]]

    def _has_moved(self) -> bool:
        """Look the user up again and say whether anything is another than before."""
        before = self._access
        self._access = look_up(self._ports, self._tenant, self._company, before.user)
        self._basis()
        return (before.membership, before.tenant) != (self._access.membership, self._access.tenant)


def having(
    ports: Ports, tenant: TenantId, access: Access, company: CompanyId, *, is_write: bool = False
) -> Ports:
    """Return ports that have read already what was found with the access: each once.

    Whoever reads a record again wants to know what has become of it, and is told by the store.
    """
    found: dict[Place, Record | None] = {
        (company, kind, key): record for (kind, key), record in access.named.items()
    }
    if is_write and access.company is not None:
        found[company, Company, "COMPANY"] = access.company
    return knowing(ports, tenant, found, is_lasting=not is_write) if found else ports


def _is_written(held: Held, company: CompanyId, writes: Sequence[Write]) -> bool:
    """Say whether a commit changes the record that it would hold; its own condition holds it."""
    return held.company == company and any(
        write.before is not None
        and (type(write.before), write.before.key) == (type(held.record), held.record.key)
        for write in writes
    )
