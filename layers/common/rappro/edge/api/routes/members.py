"""Members of a company (collaborateurs): who may do what in it, and when."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import Response

from rappro.domain.access import Permission
from rappro.edge.api.caller import ScopeGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.members import MemberInput, MemberOutput, MemberPage
from rappro.edge.api.pages import fitting
from rappro.edge.api.parameters import CompanyPath, Cursor, Limit, UserPath
from rappro.use_cases import members

router = new_router()


@router.get(
    "/companies/<company>/members",
    **documented(
        "listMembers",
        "List the members of a company",
        "The company's members (collaborateurs), by user; those whose time is over, too.",
        permission=Permission.MEMBERS,
        tag="access",
        answer="One page of members",
    ),
)
def list_members(
    scope: ScopeGiven,
    company: CompanyPath,
    limit: Limit = PAGE_ITEMS_DEFAULT,
    cursor: Cursor = None,
) -> MemberPage:
    """List members."""

    def read(count: int) -> MemberPage:
        page = members.list_members(scope.ports, scope.tenant, company, limit=count, cursor=cursor)
        items = [MemberOutput.of(one) for one in page.items]
        return MemberPage(items=items, next_cursor=page.cursor)

    return fitting(limit, read)


@router.put(
    "/companies/<company>/members/<user>",
    **documented(
        "saveMember",
        "Make a user a member, or change what he may do",
        "Gives a user permissions (habilitations) in the company, by a role, by name or both, and"
        " says from when until when. Nobody gives or takes a permission that he lacks, or changes"
        " his own membership; administrators do both.",
        permission=Permission.MEMBERS,
        tag="access",
        answer="The membership as it is now",
        has_body=True,
        may_conflict=True,
    ),
)
def save_member(
    scope: ScopeGiven, company: CompanyPath, user: UserPath, body: MemberInput
) -> MemberOutput:
    """Create or change a membership."""
    stored = members.find_member(scope.ports, scope.tenant, company, user)
    wanted = body.applied_to(stored, company, user)
    saved = members.save_member(scope.ports, scope.tenant, wanted, stored, scope.access)
    return MemberOutput.of(saved)


@router.get(
    "/companies/<company>/members/<user>",
    **documented(
        "getMember",
        "Get a member",
        "One member (collaborateur) of the company.",
        permission=Permission.MEMBERS,
        tag="access",
        answer="The membership",
    ),
)
def get_member(scope: ScopeGiven, company: CompanyPath, user: UserPath) -> MemberOutput:
    """Get a membership."""
    return MemberOutput.of(members.get_member(scope.ports, scope.tenant, company, user))


@router.delete(
    "/companies/<company>/members/<user>",
    **documented(
        "removeMember",
        "End a membership",
        "Takes the company away from a member (collaborateur); what he did stays under his name.",
        permission=Permission.MEMBERS,
        tag="access",
        answer="It is ended",
        status=204,
        may_conflict=True,
    ),
)
def remove_member(scope: ScopeGiven, company: CompanyPath, user: UserPath) -> Response[None]:
    """End a membership."""
    members.remove_member(scope.ports, scope.tenant, company, user, scope.access)
    return Response(status_code=204)
