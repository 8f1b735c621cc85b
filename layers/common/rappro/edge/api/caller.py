"""Who calls: the tenant and the user, from the verified token and from nowhere else.

API Gateway has verified the token's signature, issuer, audience and expiry before the event gets
here. No path, query, header or body field ever names a tenant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from rappro.domain.books import (
    Company,
)
from rappro.domain.exchange.model import LINK_PREFIX
from rappro.domain.frozen import dataclass
from rappro.domain.ids import TenantId
from rappro.domain.tenancy import put_in_force
from rappro.edge.problem import UNAUTHORIZED, HttpProblem
from rappro.ports import Ports
from rappro.use_cases.access import Access

CALLER: Final = "caller"
ACCESS: Final = "access"
"""What the way in leaves for a route: who calls, and what he was found to be (access.py)."""
TENANT_CLAIM: Final = "tenant_id"
USER_CLAIM: Final = "sub"
_TENANT = re.compile(rf"(?!{LINK_PREFIX})[a-z0-9][a-z0-9-]{{1,39}}", re.ASCII)
"""The ids of links stand where a tenant's do in the store: none may be called so."""
_USER = re.compile(r"[^\x00-\x1f\x7f]{1,128}")


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified caller and what may be reached for it; `author` is who acts, for the audit."""

    ports: Ports
    tenant: TenantId
    author: str


@dataclass(frozen=True, slots=True)
class Scope:
    """A caller inside one company that exists for its tenant."""

    ports: Ports
    tenant: TenantId
    author: str
    company: Company
    access: Access

    @property
    def currency(self) -> str:
        """The company's currency, in which entries and matches are kept."""
        return self.company.currency


def authenticate(event: Mapping[str, Any], ports: Ports) -> Caller:
    """Return the caller that the event's verified claims name; his tenant is in force from here.

    Raises HttpProblem (401) when the claims are missing or no identity.
    """
    claims = _claims(event)
    tenant, user = claims.get(TENANT_CLAIM), claims.get(USER_CLAIM)
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        raise _unauthorized(TENANT_CLAIM)
    if not isinstance(user, str) or not _USER.fullmatch(user):
        raise _unauthorized(USER_CLAIM)
    put_in_force(TenantId(tenant))
    return Caller(ports, TenantId(tenant), user)


def _claims(event: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = event
    for step in ("requestContext", "authorizer", "jwt", "claims"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _unauthorized(claim: str) -> HttpProblem:
    return HttpProblem(
        UNAUTHORIZED,
        f"the token has no usable claim {claim}",
        headers={"WWW-Authenticate": 'Bearer error="invalid_token"'},
    )


def _caller(request: Request) -> Caller:
    caller = request.context[CALLER]
    assert isinstance(caller, Caller)
    return caller


def _scope(request: Request) -> Scope:
    """Enter the company of the path, as it was found at the way in."""
    caller, access = _caller(request), request.context[ACCESS]
    assert isinstance(access, Access)
    assert access.company is not None
    return Scope(caller.ports, caller.tenant, caller.author, access.company, access)


CallerGiven = Annotated[Caller, Depends(_caller)]
"""Parameter type of a route that works for the tenant as a whole."""
ScopeGiven = Annotated[Scope, Depends(_scope)]
"""Parameter type of a route under /companies/{company}."""
