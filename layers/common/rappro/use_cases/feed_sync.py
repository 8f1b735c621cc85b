"""One synchronisation of a bank connection: read, stage, state, log (SYN-3 to SYN-9).

    lease ─► plans left under way ─► state at the provider ─► accounts ─► transactions ─► statements
          ─► one commit: the log's row, the connection as it is now, mails that wait ─► mails sent

A provider's trouble is a state of the connection and a row of its log, never lost work: what was
kept stays, what was not is read again. Only the store's own trouble is an error, and then the
message comes again.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.connectors import (
    Connector,
    CredentialsKeeper,
    ErrorOrigin,
    FeedState,
    ProviderConnection,
)
from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    ConsentExpired,
    InputError,
    NotFound,
    RapproError,
    RateLimited,
)
from rappro.domain.feeds import (
    EXPIRY_DAYS,
    FIRST_DAY,
    NOT_CONFIGURED,
    NOT_LINKED,
    FeedAccount,
    FeedConnection,
    FeedMail,
    FeedRun,
    is_waiting_for_user,
)
from rappro.domain.ids import CompanyId, StatementId, TenantId, derive_id
from rappro.domain.writes import Write, change, create
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.feed_access import keeper_of
from rappro.use_cases.feed_accounts import discover
from rappro.use_cases.feed_lease import FeedWork, is_asked, release, take
from rappro.use_cases.feed_linking import bind_if_clear
from rappro.use_cases.feed_mails import mail_of_expiry, mail_of_run, send_waiting
from rappro.use_cases.feed_reading import AccountReading
from rappro.use_cases.feed_statements import finish_planned, make_due

RUNS_MAX: Final = 3
"""Runs of one worker, when it is asked again while it works."""
RETRY_MINUTES: Final = 60
QUOTA_HOURS: Final = 24
REFRESH_HOURS: Final = 6
"""An unattended reading asks the bank anew when its last answer is older than this."""
DETAIL_CHARS_MAX: Final = 400


@dataclass
class Outcome:
    """What one run found, for the log and the connection."""

    state: str = FeedState.OK
    detail: str = ""
    provider_code: str | None = None
    origin: ErrorOrigin | None = None
    next_try_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    statements: list[StatementId] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Say whether the accounts were read to their end."""
        return self.state in {FeedState.OK, FeedState.SYNCING}


def run_sync(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str,
    *, message_id: str, cause: str = "schedule",
) -> FeedRun | None:  # fmt: skip
    """Synchronise one connection and log the run; a message delivered twice is logged once.

    None when another worker has the connection: it was asked to run once more.
    """
    known = _logged_run(ports, tenant, company, connection_id, message_id)
    if known is not None:
        return known
    first: FeedRun | None = None
    for number in range(1, RUNS_MAX + 1):
        work = take(ports, tenant, company, connection_id, message_id)
        if work is None:
            break
        try:
            parts = (message_id,) if first is None else (message_id, number)
            told = cause if first is None else "again"
            run = _run(work, derive_id("fr", connection_id, *parts), told)
        finally:
            release(work)
        first = first or run
        if not is_asked(ports, tenant, company, connection_id):
            break
    else:
        ports.feeds.enqueue_sync(tenant, company, connection_id, cause="again")
    send_waiting(ports, tenant, company)
    return first


def _logged_run(
    ports: Ports, tenant: TenantId, company: CompanyId, connection_id: str, message_id: str
) -> FeedRun | None:
    """Return the run that a message had already."""
    run_id = derive_id("fr", connection_id, message_id)
    return ports.store.get(tenant, company, FeedRun, f"{connection_id}/{run_id}")


def _run(work: FeedWork, run_id: str, cause: str) -> FeedRun:
    now = work.ports.clock.now()
    store = work.ports.store
    connection = store.get(work.tenant, work.company, FeedConnection, work.connection_id)
    if connection is None or connection.is_removed:
        gone = FeedRun(
            run_id, work.connection_id, now, "unknown_connection", "the connection was removed",
            cause, ended_at=now,
        )  # fmt: skip
        work.commit([create(gone)])
        return replace(gone, version=1)
    outcome = Outcome()
    try:
        connection = _synchronise(work, connection, outcome, cause)
    except (AggregatorUnavailable, RateLimited, ConsentExpired, AggregatorRejected, NotFound,
            InputError) as error:  # fmt: skip
        _failed(outcome, error, now)
    return _logged(work, connection, FeedRun(
        run_id, connection.id, now, outcome.state, outcome.detail[:DETAIL_CHARS_MAX], cause,
        outcome.provider_code, outcome.origin, new_count=outcome.counts["new"],
        changed_count=outcome.counts["changed"], removed_count=outcome.counts["removed"],
        renamed_count=outcome.counts["renamed"], suspected_count=outcome.counts["suspected"],
        pending_count=outcome.counts["pending"], statement_ids=tuple(outcome.statements),
        findings=tuple(outcome.findings), ended_at=work.ports.clock.now(),
    ), outcome)  # fmt: skip


def _synchronise(
    work: FeedWork, connection: FeedConnection, outcome: Outcome, cause: str
) -> FeedConnection:
    """Read one connection; return it with what the provider says of it, not stored yet."""
    connector = work.ports.providers.connectors.get(connection.provider)
    if connector is None:
        outcome.state = NOT_CONFIGURED
        outcome.detail = "no connector is configured for this provider"
        return connection
    keeper = keeper_of(work.ports, work.tenant, work.company, connection)
    is_open = not connection.is_linked or connection.state == FeedState.REVOKED
    if is_open and connection.link is not None:
        connection = bind_if_clear(work, connection, connector, keeper)
    if connection.connection_ref is None:
        outcome.state, outcome.detail = NOT_LINKED, "no bank is connected yet"
        return connection
    if cause == "schedule" and _waits(connection, work.ports.clock.now()):
        outcome.state, outcome.detail = connection.state, "the next try is later"
        outcome.next_try_at = connection.next_try_at
        return connection
    found = connector.connection(keeper, connection.connection_ref)
    _told(outcome, found)
    connection = _refreshed(work, connection, connector, keeper, found, cause)
    if found.state not in {FeedState.REVOKED, FeedState.UNSUPPORTED}:
        _read_accounts(work, connection, connector, keeper, found, outcome)
    return connection


def _waits(connection: FeedConnection, now: datetime) -> bool:
    is_later = connection.next_try_at is not None and connection.next_try_at > now
    return is_later and connection.state in {FeedState.QUOTA, FeedState.RETRY_LATER}


def _told(outcome: Outcome, found: ProviderConnection) -> None:
    outcome.state = found.state
    outcome.provider_code, outcome.origin = found.provider_code, found.origin
    outcome.next_try_at = found.next_try_at
    if found.state is not FeedState.OK:
        outcome.detail = f"the provider says {found.provider_code or found.state}"


def _refreshed(
    work: FeedWork, connection: FeedConnection, connector: Connector, keeper: CredentialsKeeper,
    found: ProviderConnection, cause: str,
) -> FeedConnection:  # fmt: skip
    """Ask the bank anew where that is offered and due; return the connection as it is told."""
    now = work.ports.clock.now()
    last = found.last_bank_refresh_at
    is_due = last is None or now - last >= timedelta(hours=REFRESH_HOURS)
    is_person = cause == "asked"
    is_offered = connector.capabilities.has_on_demand_refresh and found.state is FeedState.OK
    if is_offered and (is_person or (is_due and cause == "schedule")):
        # What the provider has is read all the same; it refreshes by itself, too.
        with suppress(RateLimited, AggregatorRejected, AggregatorUnavailable):
            connector.refresh(keeper, found.ref, is_user_present=is_person)
    return replace(
        connection, bank_name=found.bank_name or connection.bank_name,
        consent_expires_at=found.consent_expires_at, last_bank_refresh_at=last,
    )  # fmt: skip


def _read_accounts(
    work: FeedWork, connection: FeedConnection, connector: Connector, keeper: CredentialsKeeper,
    found: ProviderConnection, outcome: Outcome,
) -> None:  # fmt: skip
    """Read what the provider has, also where the user has to act: it may still show old rows."""
    listed = connector.accounts(keeper, found.ref)
    pairs = discover(work, connection, listed)
    is_trusted = found.state is FeedState.OK
    for account, told in pairs:
        current = finish_planned(work, account)
        if not current.is_read:
            continue
        reading = AccountReading(work, connector, keeper, current, told)
        reading.run(is_trusted=is_trusted, has_full_history=found.has_full_history)
        outcome.counts += reading.tally.counts
        outcome.findings += [f"{current.id} {each}" for each in reading.tally.findings]
        _, made = make_due(work, reading.account)
        outcome.statements += made
    if not any(account.is_read for account, _ in pairs):
        outcome.detail = outcome.detail or "no account is chosen yet"
    elif _is_too_early(work, connection, [account for account, _ in pairs], outcome):
        outcome.state = FeedState.SYNCING
        outcome.detail = "the bank's data are not there yet"


def _is_too_early(
    work: FeedWork, connection: FeedConnection, accounts: list[FeedAccount], outcome: Outcome
) -> bool:
    """Say whether nothing came yet, on the first day: a state, not an error (SYN-7)."""
    linked = connection.linked_at
    is_first_day = linked is not None and work.ports.clock.now() - linked < FIRST_DAY
    is_empty = not outcome.counts["new"] and not any(account.count for account in accounts)
    return outcome.state == FeedState.OK and is_first_day and is_empty


def _failed(outcome: Outcome, error: RapproError, now: datetime) -> None:
    """Say what an error of a provider means for the connection."""
    if isinstance(error, ConsentExpired) and outcome.state == FeedState.USER_ACTION:
        outcome.detail = str(error)  # what is to do, and whose fault it is, was told already
        return
    outcome.detail, outcome.origin = str(error), ErrorOrigin.PROVIDER_RAPPRO
    outcome.provider_code = outcome.provider_code or error.code
    match error:
        case RateLimited():
            outcome.state = FeedState.QUOTA
            seconds = error.retry_after_seconds or QUOTA_HOURS * 3600
            outcome.next_try_at = now + timedelta(seconds=seconds)
        case ConsentExpired():
            outcome.state, outcome.origin = FeedState.CONSENT_EXPIRED, ErrorOrigin.BANK_PROVIDER
        case NotFound():
            outcome.state = FeedState.REVOKED
        case _:
            outcome.state = FeedState.RETRY_LATER
            outcome.next_try_at = now + timedelta(minutes=RETRY_MINUTES)


def _logged(work: FeedWork, connection: FeedConnection, run: FeedRun, outcome: Outcome) -> FeedRun:
    """Commit the log's row, the connection as it is now and the mails that tell of it."""
    now = run.ended_at or run.at
    before = work.ports.store.get(work.tenant, work.company, FeedConnection, connection.id)
    if before is None:
        raise NotFound(f"no connection {connection.id}")
    after = replace(
        before, state=run.state, last_run_at=run.at, provider_code=run.provider_code,
        origin=run.origin, next_try_at=outcome.next_try_at,
        last_success_at=now if outcome.is_read else before.last_success_at,
        bank_name=connection.bank_name or before.bank_name,
        consent_expires_at=connection.consent_expires_at or before.consent_expires_at,
        last_bank_refresh_at=connection.last_bank_refresh_at or before.last_bank_refresh_at,
    )  # fmt: skip
    mails, after = _mails(after, run, now)
    writes: list[Write] = [create(run), change(before, after), *(create(each) for each in mails)]
    if before.state != after.state:
        writes.append(audit(
            now, ENGINE_AUTHOR, "feed_state", connection.id, revision=before.version,
            before={"state": before.state},
            after={"state": after.state, "needs_user": is_waiting_for_user(after.state)},
        ))  # fmt: skip
    work.commit(writes)
    return replace(run, version=1)


def _mails(
    connection: FeedConnection, run: FeedRun, now: datetime
) -> tuple[list[FeedMail], FeedConnection]:
    """Return the mails of a run, and the connection with what was announced (SYN-6, SYN-7)."""
    found = mail_of_run(connection, run)
    mails = [] if found is None else [found]
    expires = connection.consent_expires_at
    if expires is None or not connection.mail_to:
        return mails, connection
    left = max(0, (expires - now).days)
    step = min((days for days in EXPIRY_DAYS if left <= days), default=None)
    name = None if step is None else f"{expires.date().isoformat()}/{step}"
    if name is None or name == connection.announced:
        return mails, connection
    mails.append(mail_of_expiry(connection, step or 0))
    return mails, replace(connection, announced=name)
