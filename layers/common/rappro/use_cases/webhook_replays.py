"""A test of a webhook, and events sent once more: one of the log, or those of a period."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rappro.domain.errors import InvalidRequest, NotAllowedInState, NotFound
from rappro.domain.events import DomainEvent, events_of
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.operations import AuditEvent
from rappro.domain.trail import TrailQuery
from rappro.domain.webhooks import PING, Delivery, Parcel, Webhook, carried
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.companies import COMMON
from rappro.use_cases.webhooks import get_webhook

ROWS_A_CALL = 50
"""Rows of the audit trail whose events one call sends again."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many events were handed over, and where the rest of the period begins."""

    count: int
    cursor: str | None = None


def ping(ports: Ports, tenant: TenantId, webhook: str, author: str) -> str:
    """Send a test to a webhook, on or off, once; return the id that its delivery has in the log.

    Raises NotFound.
    """
    found, now = get_webhook(ports, tenant, webhook), ports.clock.now()
    event_id = f"{derive_id('pi', webhook, author, now.isoformat())}/{PING}"
    event = {
        "id": event_id, "type": PING, "tenant": tenant, "company": COMMON, "at": now.isoformat(),
        "author": author, "subject": found.id, "data": {}, "link": f"/v1/webhooks/{found.id}",
    }  # fmt: skip
    ports.webhooks.courier.put([Parcel(tenant, found.id, event)])
    return f"{now.isoformat()}/{event_id}"


def list_deliveries(
    ports: Ports, tenant: TenantId, webhook: str, *, limit: int, cursor: str | None
) -> Page[Delivery]:
    """List a webhook's deliveries of the last 30 days, newest event first. Raises NotFound."""
    get_webhook(ports, tenant, webhook)
    return ports.webhooks.log.page(tenant, webhook, limit=limit, cursor=cursor)


def replay_one(ports: Ports, tenant: TenantId, webhook: str, delivery: str) -> Replayed:
    """Send an event of the log once more, as the audit trail has it.

    Raises NotFound for a webhook or delivery that is none, NotAllowedInState for one
    that is off.
    """
    _usable(ports, tenant, webhook)
    kept = ports.webhooks.log.get(tenant, webhook, delivery)
    if kept is None:
        raise NotFound(f"no delivery {delivery}")
    company = CompanyId(kept.company)
    row_id = kept.event_id.partition("/")[0]
    key = AuditEvent(row_id, kept.event_at, "", "", kept.subject).key
    row = ports.store.get(tenant, company, AuditEvent, key)
    found = [e for e in events_of(row) if e.id == kept.event_id] if row is not None else []
    if not found:
        raise NotFound("a test is not sent again: send a new one")
    return Replayed(_send(ports, tenant, webhook, [(company, found[0])]))


def replay_period(
    ports: Ports, tenant: TenantId, webhook: str, company: CompanyId, *, since: datetime,
    until: datetime, cursor: str | None,
) -> Replayed:  # fmt: skip
    """Send those of a company's events of a period that the webhook wants, newest first, once more.

    Raises NotFound, InvalidRequest for a period that is none, NotAllowedInState for a
    webhook that is off.
    """
    found = _usable(ports, tenant, webhook)
    if since >= until:
        raise InvalidRequest("a period begins before it ends", position="/until")
    if found.companies and company not in found.companies:
        raise InvalidRequest("the webhook gets no events of this company", position="/company")
    page = ports.store.audit_events(
        tenant, company, query=TrailQuery(since, until), limit=ROWS_A_CALL, cursor=cursor
    )
    events = [(company, one) for row in page.items for one in events_of(row)]
    wanted = [(owner, one) for owner, one in events if found.wants(owner, one.type)]
    return Replayed(_send(ports, tenant, webhook, wanted), page.cursor)


def _usable(ports: Ports, tenant: TenantId, webhook: str) -> Webhook:
    found = get_webhook(ports, tenant, webhook)
    if not found.is_on:
        raise NotAllowedInState("the webhook is off: turn it on first")
    return found


def _send(
    ports: Ports, tenant: TenantId, webhook: str, events: Sequence[tuple[CompanyId, DomainEvent]]
) -> int:
    now = ports.clock.now()
    parcels = [
        Parcel(tenant, webhook, carried(event.detail(tenant, company)), asked_at=now)
        for company, event in events
    ]
    if parcels:
        ports.webhooks.courier.put(parcels)
    return len(parcels)
