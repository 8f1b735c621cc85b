"""Webhooks of providers: verified on their bytes, then a reason to synchronise, never more (SYN-9).

    bytes ─► signature ─► hints ─► routes ─► tenant ─► its connections ─► the queue

What a webhook says is not read into the books: the provider is asked. An event that came before
asks for nothing again; one about nobody that is known is answered as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from rappro.domain.connectors import WebhookHint, WebhookRequest
from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.feeds import CREDENTIALS_PER_CONNECTION, BankLink
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.ports import Ports
from rappro.ports_feeds import Route
from rappro.use_cases.companies import COMMON

BODY_BYTES_MAX: Final = 256 * 1024
HINTS_MAX: Final = 100
"""Of one webhook; the schedules find the rest."""
CONNECTIONS_MAX: Final = 200
"""Asked for by one event about a user as a whole."""
EVENT_KEPT: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Routed:
    """A hint and whose it is: a connection, or a user of the tenant's at the provider."""

    provider: str
    hint: WebhookHint
    route: Route


def verified(ports: Ports, provider: str, request: WebhookRequest) -> list[Routed]:
    """Return what a webhook points to, as far as it is known and new.

    Raises TooLarge, NotFound for a provider without keys, WebhookRefused, InvalidRequest.
    """
    if len(request.body) > BODY_BYTES_MAX:
        raise TooLarge(f"a webhook of more than {BODY_BYTES_MAX} bytes")
    connector = ports.providers.connectors.get(provider)
    if connector is None:
        raise NotFound("no such provider")
    found = []
    for hint in connector.webhook(request)[:HINTS_MAX]:
        route = _route_of(ports, provider, hint)
        if route is not None and not _is_known(ports, provider, hint):
            found.append(Routed(provider, hint, route))
    return found


def pass_on(ports: Ports, routed: Routed) -> int:
    """Ask for the synchronisations of one hint, in its tenant; return how many.

    The event is kept after that: one that fails half-way is asked for again, which does no harm.
    """
    wanted = _connections(ports, routed)
    for company, connection_id in wanted[:CONNECTIONS_MAX]:
        ports.feeds.enqueue_sync(routed.route.tenant, company, connection_id, cause="webhook")
    until = ports.clock.now() + EVENT_KEPT
    ports.providers.routes.save(
        routed.provider, "event", _event(routed.hint), Route(routed.route.tenant), until=until
    )
    return len(wanted)


def _connections(ports: Ports, routed: Routed) -> Sequence[tuple[CompanyId, str]]:
    """Return the connections that a hint is about.

    A bank that is not bound yet is one that somebody is connecting: those that wait are asked for.
    """
    route, hint, provider = routed.route, routed.hint, routed.provider
    if route.company is not None and route.connection_id is not None:
        return [(route.company, route.connection_id)]
    links = ports.store.all(route.tenant, COMMON, BankLink)
    own = [link for link in links if link.provider == provider]
    waiting = [link for link in own if link.is_waiting]
    bound = [link for link in own if not link.is_waiting]
    if provider in CREDENTIALS_PER_CONNECTION:
        bound = [link for link in bound if link.ref.startswith(f"{hint.user_ref}:")]
    elif hint.connection_ref is not None:
        bound = []
    return sorted({(link.company, link.connection_id) for link in (*waiting, *bound)})


def _route_of(ports: Ports, provider: str, hint: WebhookHint) -> Route | None:
    """Return whose a hint is, of the bank it names or else of the user; None for nobody's."""
    routes = ports.providers.routes
    of_user = None if hint.user_ref is None else routes.find(provider, "user", hint.user_ref)
    if hint.connection_ref is None or provider in CREDENTIALS_PER_CONNECTION:
        return of_user
    of_bank = routes.find(provider, "connection", hint.connection_ref)
    if of_bank is None:
        return of_user
    if of_user is not None and of_user.tenant != of_bank.tenant:
        return None  # a bank is never of two tenants: nothing is right about this event
    return of_bank


def _is_known(ports: Ports, provider: str, hint: WebhookHint) -> bool:
    return ports.providers.routes.find(provider, "event", _event(hint)) is not None


def _event(hint: WebhookHint) -> str:
    """Return an event's name: its own id may be any text."""
    return derive_id("ev", hint.event_id, hint.user_ref, hint.connection_ref, hint.account_ref)


def tenants_of(routed: Sequence[Routed]) -> list[TenantId]:
    """Return the tenants that hints are about, sorted."""
    return sorted({one.route.tenant for one in routed})
