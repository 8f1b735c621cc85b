"""The tenant's users at the providers of bank feeds (SYN-10)."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Path

from rappro.domain.access import Permission
from rappro.edge.api.caller import CallerGiven
from rappro.edge.api.documented import documented, new_router
from rappro.edge.api.limits import PAGE_ITEMS_DEFAULT
from rappro.edge.api.models.feeds import ProviderUserOutput, ProviderUserPage
from rappro.edge.api.parameters import Cursor, Limit
from rappro.use_cases import feed_users

router = new_router()
_OURS: Final[dict[str, Any]] = {"tag": "feeds", "permission": Permission.ADMINISTER}
ProviderPath = Annotated[
    Literal["bridge", "powens", "saltedge", "ponto"],
    Path(description="the provider (agrégateur)", examples=["powens"]),
]


@router.get(
    "/provider-users",
    **documented(
        "listProviderUsers",
        "List the tenant's users at the providers",
        "The tenant has one user at each provider (agrégateur) that it connects banks through.",
        answer="One page of users",
        is_found=False,
        **_OURS,
    ),
)
def list_users(
    caller: CallerGiven, limit: Limit = PAGE_ITEMS_DEFAULT, cursor: Cursor = None
) -> ProviderUserPage:
    """List provider users."""
    page = feed_users.list_users(caller.ports, caller.tenant, limit=limit, cursor=cursor)
    items = [ProviderUserOutput.of(user, banks) for user, banks in page.items]
    return ProviderUserPage(items=items, next_cursor=page.cursor)


@router.delete(
    "/provider-users/<provider>",
    **documented(
        "removeProviderUser",
        "Remove the tenant's user at a provider",
        "Removes the user at the provider (agrégateur) and its credentials. Refused while banks"
        " remain.",
        answer="It is removed",
        status=204,
        may_conflict=True,
        asks_provider=True,
        **_OURS,
    ),
)
def delete_user(caller: CallerGiven, provider: ProviderPath) -> Response[None]:
    """Remove a provider user."""
    feed_users.remove_user(caller.ports, caller.tenant, provider, caller.author)
    return Response(204)
