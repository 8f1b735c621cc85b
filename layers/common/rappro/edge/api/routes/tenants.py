"""The caller's tenant as a whole: its opening, its administrators, and the caller himself."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import CallerGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.members import (
    AdministratorInput,
    MemberOutput,
    MeOutput,
    TenantOutput,
)
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import Cursor, Limit, UserPath
from rappro.use_cases import access, members

router = new_router()


@router.get(
    "/me",
    **documented(
        "getMe",
        "See who calls, and what he may do",
        "The tenant and the user that the token names, whether he administers the tenant, and one"
        " page of his memberships (habilitations) that count now.",
        permission=Permission.SIGNED_IN,
        tag="access",
        answer="The caller",
        is_found=False,
    ),
)
def get_me(
    caller: CallerGiven, limit: Limit = PAGE_ITEMS_DEFAULT, cursor: Cursor = None
) -> MeOutput:
    """Show the caller."""
    record = access.find_tenant(caller.ports, caller.tenant)
    is_administrator = record is not None and caller.author in record.administrators

    def read(count: int) -> MeOutput:
        page = members.memberships_now(
            caller.ports, caller.tenant, caller.author, limit=count, cursor=cursor
        )
        return MeOutput(
            tenant=caller.tenant,
            user=caller.author,
            administrator=is_administrator,
            items=[MemberOutput.of(one) for one in page.items],
            next_cursor=page.cursor,
        )

    return fitting(limit, read)


@router.post(
    "/onboarding",
    **documented(
        "openTenant",
        "Open the tenant",
        "Makes the caller the first administrator (administrateur) of the tenant that his token"
        " names. Refused once somebody else is one; again by an administrator: nothing happens.",
        permission=Permission.SIGNED_IN,
        tag="access",
        answer="The tenant",
        is_found=False,
        may_conflict=True,
    ),
)
def open_tenant(caller: CallerGiven) -> TenantOutput:
    """Open the tenant."""
    opened = members.onboard(caller.ports, caller.tenant, caller.author)
    return TenantOutput.of(caller.tenant, opened)


@router.get(
    "/tenant",
    **documented(
        "getTenant",
        "Get the tenant",
        "The tenant and its administrators (administrateurs).",
        permission=Permission.ADMINISTER,
        tag="access",
        answer="The tenant",
    ),
)
def get_tenant(caller: CallerGiven) -> TenantOutput:
    """Get the tenant."""
    return TenantOutput.of(caller.tenant, members.get_tenant(caller.ports, caller.tenant))


@router.post(
    "/administrators",
    **documented(
        "addAdministrator",
        "Add an administrator",
        "Lets a user administer the tenant (administrateur): all that there is to do, in every"
        " company of it. Again: nothing happens.",
        permission=Permission.ADMINISTER,
        tag="access",
        answer="The tenant as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def add_administrator(caller: CallerGiven, body: AdministratorInput) -> TenantOutput:
    """Add an administrator."""
    saved = members.add_administrator(caller.ports, caller.tenant, body.user, caller.author)
    return TenantOutput.of(caller.tenant, saved)


@router.delete(
    "/administrators/<user>",
    **documented(
        "removeAdministrator",
        "Remove an administrator",
        "Takes the administration of the tenant from a user (administrateur); his memberships stay."
        " Refused for the last one.",
        permission=Permission.ADMINISTER,
        tag="access",
        answer="He is none any more",
        status=204,
        may_conflict=True,
    ),
)
def remove_administrator(caller: CallerGiven, user: UserPath) -> Response[None]:
    """Remove an administrator."""
    members.remove_administrator(caller.ports, caller.tenant, user, caller.author)
    return Response(status_code=204)
