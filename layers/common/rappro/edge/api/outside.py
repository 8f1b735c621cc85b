"""The way in for what has no token: webhooks, browsers back from a bank, links in mails.

Such a request reaches its route without a caller. Whose it is turns out inside: then, and only for
the part that works in that tenant, the tenant is in force.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Final

from aws_lambda_powertools.event_handler import Request
from aws_lambda_powertools.event_handler.depends import Depends

from rappro.domain.ids import TenantId
from rappro.domain.tenancy import in_force
from rappro.ports import Ports

PORTS: Final = "outside"
"""What the way in leaves for such a route."""
PREFIXES: Final = ("/v1/provider-webhooks/", "/v1/provider-callbacks/")
DOWNLOADS: Final = "/v1/exchange-downloads"


def is_outside(path: str) -> bool:
    """Say whether a path is open to requests without a token."""
    return path == DOWNLOADS or path.startswith(PREFIXES)


@contextmanager
def acting_for(tenant: TenantId) -> Iterator[None]:
    """Work for a tenant that our own routes led to."""
    with in_force(tenant):
        yield


def _ports(request: Request) -> Ports:
    ports = request.context[PORTS]
    assert isinstance(ports, Ports)
    return ports


PortsGiven = Annotated[Ports, Depends(_ports)]
"""Parameter type of a route that is open: no tenant is in force."""
