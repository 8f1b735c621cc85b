"""What every route says of itself in the OpenAPI document, kept in one shape.

A route names its operation, its words and what may go wrong; the statuses and problem documents
follow from that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from rappro.domain.access import Permission
from rappro.edge.problem import CONTENT_TYPE, GatewayRefusal, Problem, every_kind

TAGS: Final = {
    "access": "Who may do what: members (collaborateurs) and administrators",
    "companies": "Companies (dossiers), their journals, accounts and third parties (tiers)",
    "books": "Loading and reading the books: entries (écritures), open items (échéances)",
    "imports": "Files in: uploads and the import trace (trace d'import)",
    "statements": "Statements (relevés), their lines, runs and validation",
    "matches": "Matches (rapprochements) by hand, confirmed and undone",
    "reports": "The reconciliation report (état de rapprochement) and the audit trail",
    "feeds": "Bank connections (connexions bancaires) and their runs",
    "exchange": "Exchange with the accountant (échange avec l'expert-comptable)",
    "webhooks": "Webhooks (notifications sortantes): events sent to the tenant's own systems",
    "api": "The API itself",
}
PERMISSION: Final = "x-permission"
"""Extension of an operation: the permission it needs (domain/access.py)."""
PERMISSION_OF_FIELD: Final = "x-permission-of-field"
"""Extension of an operation: what some fields of its body need instead."""
PERMISSION_TO_CREATE: Final = "x-permission-to-create"
"""Extension of an operation: what it needs instead where the company does not exist yet."""
PUBLIC: Final = "x-public"
"""Extension of an operation that anybody may use, without a token."""
ANY_QUERY: Final = "x-any-query"
"""Extension of an operation that takes whatever parameters others send: it reads them itself."""
FILE_BODY: Final = "x-file-body"
"""Extension of an operation: it takes a file's bytes, up to so many. The document shows it as the
operation's body (declared.py)."""
_OF_THE_GATEWAY: Final = frozenset({401, 404, 429, 500, 503})
"""What API Gateway may answer by itself, before the API is asked: no problem document then."""
_ALWAYS: Final = frozenset({401, 422, 500, 503})
_WITH_BODY: Final = frozenset({400, 413, 415})
_OF_A_PROVIDER: Final = frozenset({404, 409, 502})
"""What a bank-feed provider may answer to us (503 any route may answer)."""


def new_router() -> APIGatewayHttpRouter:
    """Return an empty router for the routes of one resource."""
    return APIGatewayHttpRouter()  # type: ignore[no-untyped-call]


def documented(
    operation_id: str,
    summary: str,
    description: str,
    *,
    tag: str,
    answer: str,
    status: int = 200,
    has_body: bool = False,
    is_found: bool = True,
    may_conflict: bool = False,
    may_exceed: bool = False,
    asks_provider: bool = False,
    media_type: str | None = None,
    file_bytes_max: int | None = None,
    permission: Permission | None = None,
    permission_of_field: Mapping[str, Permission] | None = None,
    permission_to_create: Permission | None = None,
) -> dict[str, Any]:
    """Return the arguments of a route's decorator.

    `answer` says what comes back with `status`. `is_found`: the route may answer 404;
    `may_conflict`: the books may refuse (409); `may_exceed`: what is asked may be too much (413);
    `asks_provider`: it asks a bank-feed provider, which may refuse (502).
    `media_type` of an answer that is no JSON; `file_bytes_max`: the body is no JSON either, but a
    file's bytes.
    `permission`: what the caller needs (403), which is looked at before the route is entered; a
    body's fields may need another one. A route without one is refused unless anybody may read it.
    """
    takes_body = has_body or file_bytes_max is not None
    statuses = _ALWAYS | (_WITH_BODY if takes_body else frozenset())
    statuses |= ({404} if is_found else frozenset()) | ({409} if may_conflict else frozenset())
    statuses |= frozenset({413}) if may_exceed else frozenset()
    statuses |= _OF_A_PROVIDER if asks_provider else frozenset()
    statuses |= frozenset() if permission in {None, Permission.SIGNED_IN} else {403}
    responses: dict[int, dict[str, Any]] = {status: {"description": answer}}
    if media_type is not None:
        responses[status]["content"] = {media_type: {}}
    return {
        "operation_id": operation_id,
        "summary": summary,
        "description": description,
        "tags": [tag],
        "status_code": status,
        "responses": responses | {code: _problem(code) for code in sorted(statuses)},
        "openapi_extensions": {
            name: said
            for name, said in (
                (PERMISSION, permission),
                (PERMISSION_OF_FIELD, dict(permission_of_field or {})),
                (PERMISSION_TO_CREATE, permission_to_create),
                (FILE_BODY, file_bytes_max),
            )
            if said
        },
    }


def _problem(status: int) -> dict[str, Any]:
    codes = [kind.code for kind in every_kind() if kind.status == status]
    content: dict[str, Any] = {CONTENT_TYPE: {"model": Problem}}
    if status in _OF_THE_GATEWAY:
        content["application/json"] = {"model": GatewayRefusal}
    return {"description": f"Problem: {', '.join(codes)}", "content": content}
