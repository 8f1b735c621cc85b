"""Members of companies (collaborateurs), administrators, and what a caller is himself."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.access import ROLES, Membership, Permission, Tenant
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api.limits import PERMISSIONS_MAX, USER_CHARS_MAX
from rappro.edge.api.models.shapes import Input, Instant, Output, PageOf, Version

User = Annotated[
    str,
    StringConstraints(pattern=r"^[^/\x00-\x1f\x7f]+$", max_length=USER_CHARS_MAX),
    Field(description="the claim `sub` of the user's token", examples=["u-17"]),
]
Role = Literal["reader", "assistant", "accountant", "manager"]


class MemberInput(Input):
    """What a member may do and when; a field that is left out keeps its value."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"role": "assistant", "permissions": ["validate"], "valid_until": None},
            ]
        }
    )

    role: Role | None = Field(
        default=None, description="a set of permissions by its name; those named too are added"
    )
    permissions: (
        Annotated[
            list[Annotated[Permission, Field(strict=False)]], Field(max_length=PERMISSIONS_MAX)
        ]
        | None
    ) = Field(default=None, description="with the role's, all there are; reading is never named")
    valid_from: Annotated[Instant, Field(strict=False)] | None = None
    valid_until: Annotated[Instant, Field(strict=False)] | None = Field(
        default=None, description="from this instant on, it counts no more"
    )

    def applied_to(self, stored: Membership | None, company: CompanyId, user: str) -> Membership:
        """Return the membership with what is said here. Raises InvalidRequest."""
        if stored is None and self.role is None and self.permissions is None:
            raise InvalidRequest("a new member needs a role or permissions", position="/role")
        member = stored or Membership(user, company)
        if self.role is not None or self.permissions is not None:
            named = {*ROLES.get(self.role or "", ()), *(self.permissions or ())}
            member = replace(member, permissions=tuple(sorted(named)))
        if "valid_from" in self.model_fields_set:
            member = replace(member, valid_from=self.valid_from)
        if "valid_until" in self.model_fields_set:
            member = replace(member, valid_until=self.valid_until)
        return member


class MemberOutput(Output):
    """A member of a company (collaborateur)."""

    user: str
    company: str
    permissions: list[Permission] = Field(description="beside reading, which all members may")
    valid_from: Instant | None
    valid_until: Instant | None
    version: Version

    @classmethod
    def of(cls, member: Membership) -> Self:
        """Show a membership."""
        return cls(
            user=member.user,
            company=member.company,
            permissions=sorted(member.permissions),
            valid_from=member.valid_from,
            valid_until=member.valid_until,
            version=member.version,
        )


class MemberPage(PageOf[MemberOutput]):
    """Members by user."""


class MeOutput(PageOf[MemberOutput]):
    """Who calls, and one page of his memberships that count now, by company."""

    tenant: str
    user: str
    administrator: bool = Field(description="may do everything, in every company of the tenant")


class AdministratorInput(Input):
    """Whom to make an administrator."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"user": "u-18"}]})

    user: User


class TenantOutput(Output):
    """The tenant (cabinet, entreprise) and its administrators."""

    tenant: str
    administrators: list[str]
    version: Version

    @classmethod
    def of(cls, name: TenantId, tenant: Tenant) -> Self:
        """Show a tenant."""
        return cls(tenant=name, administrators=list(tenant.administrators), version=tenant.version)
