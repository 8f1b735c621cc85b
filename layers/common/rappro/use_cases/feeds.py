"""Bank connections: kept, scheduled, and their runs logged. The providers come behind this.

Until a provider's connector is configured, a synchronisation ends in the state `not_configured`,
which a person has to act on; it is logged, never an error that is retried.
"""

from __future__ import annotations

from dataclasses import replace

from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.feeds import FeedConnection, FeedRun
from rappro.domain.ids import CompanyId, TenantId, derive_id
from rappro.domain.writes import (
    Record,
    create,
    put,
)
from rappro.ports import Ports
from rappro.use_cases.audit import audit, changed
from rappro.use_cases.companies import get_company

PROVIDERS = ("bridge", "powens", "saltedge", "ponto")
INTERVAL_SECONDS_DEFAULT = 12 * 3600
INTERVAL_SECONDS_MIN = 60


def interval_minutes(seconds: int) -> int:
    """Return the effective interval: whole minutes, rounded up (a schedule knows no seconds)."""
    return -(-seconds // 60)


def save_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: FeedConnection, author: str
) -> FeedConnection:
    """Create or change a connection and its schedule. Raises NotFound, InvalidRequest."""
    get_company(ports, tenant, company)
    if connection.provider not in PROVIDERS:
        raise InvalidRequest(f"provider is one of {', '.join(PROVIDERS)}", position="/provider")
    if connection.interval_seconds < INTERVAL_SECONDS_MIN:
        raise InvalidRequest("at least 60 seconds", position="/interval_seconds")
    before = ports.store.get(tenant, company, FeedConnection, connection.id)
    was, now = changed(before, connection)
    log = audit(
        ports.clock.now(), author, "save_connection", connection.id,
        revision=_next(before), before=was, after=now,
    )  # fmt: skip
    ports.store.commit(tenant, company, [put(before, connection), log])
    ports.feeds.save_schedule(
        tenant, company, connection.id,
        interval_minutes=interval_minutes(connection.interval_seconds), is_on=connection.is_on,
    )  # fmt: skip
    return replace(connection, version=_next(before))


def get_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str
) -> FeedConnection:
    """Return a connection. Raises NotFound."""
    found = ports.store.get(tenant, company, FeedConnection, connection_id)
    if found is None:
        raise NotFound(f"no connection {connection_id}")
    return found


def sync_now(ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
    """Ask for a synchronisation now (synchroniser maintenant). Raises NotFound."""
    get_connection(ports, tenant, company, connection_id)
    ports.feeds.enqueue_sync(tenant, company, connection_id)


def run_sync(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, *, message_id: str
) -> FeedRun:
    """Synchronise one connection and log the run; a message delivered twice is logged once."""
    now = ports.clock.now()
    connection = ports.store.get(tenant, company, FeedConnection, connection_id)
    run_id = derive_id("fr", connection_id, message_id)
    known = ports.store.get(tenant, company, FeedRun, f"{connection_id}/{run_id}")
    if known is not None:
        return known
    state, detail = "not_configured", "no connector is configured for this provider"
    if connection is None:
        state, detail = "unknown_connection", "the connection was removed"
    run = FeedRun(run_id, connection_id, now, state, detail)
    writes = [create(run)]
    if connection is not None:
        writes.append(put(connection, replace(connection, state=state, last_run_at=now)))
    ports.store.commit(tenant, company, writes)
    return replace(run, version=1)


def _next(before: Record | None) -> int:
    return (before.version if before else 0) + 1
