"""Statements from what is staged, by batch or by hand, never twice (SYN-5).

    plan   the document of the batch is archived, and the account names it
    import it is taken in like a bank's file: same controls, known lines, quarantine, trace, run
    place  its transactions stand on the statement; the plan is done

Each step can be repeated: whoever finds a plan goes on with it before anything else is staged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Final

from rappro.domain.bank import Balance, BankAccountRef
from rappro.domain.books import Company, Journal
from rappro.domain.errors import NotFound, StoreConflict
from rappro.domain.feed_staging import placed
from rappro.domain.feeds import (
    FeedAccount,
    FeedPlan,
    StagedState,
    StagedTransaction,
    StatementMode,
)
from rappro.domain.ids import CompanyId, StatementId, TenantId, derive_id
from rappro.domain.operations import ImportOutcome, ImportTrace
from rappro.domain.records import Origin, SourceFile, StatementRecord
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.feed_document import Batch, FeedParser, staged_ids, written
from rappro.use_cases.feed_lease import FeedWork, acquire, release
from rappro.use_cases.import_statements import import_statements
from rappro.use_cases.launching import start_runs

LINES_MAX: Final = 5_000
"""Lines of a statement made from a feed; more wait for the next one."""
_PLACED_PER_COMMIT: Final = 25


def make_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, account_id: str,
    *, until: date | None, author: str, holder: str,
) -> StatementId | None:  # fmt: skip
    """Make a statement of what waits on an account, by hand; None when nothing does.

    `until` is the last booking day that goes on it. Raises NotFound, LeaseHeld while the
    connection is being synchronised.
    """
    account = ports.store.get(tenant, company, FeedAccount, account_id)
    if account is None or account.journal is None:
        raise NotFound(f"no account {account_id} with a journal")
    work = acquire(ports, tenant, company, account.connection_id, holder)
    try:
        account = finish_planned(work, account)
        _, made = make(work, account, until=until, author=author)
    finally:
        release(work)
    return made[0] if made else None


def make_due(work: FeedWork, account: FeedAccount) -> tuple[FeedAccount, list[StatementId]]:
    """Make the statements that an account's mode asks for by now (SYN-5)."""
    if account.mode is StatementMode.BY_HAND or account.journal is None:
        return account, []
    company = get_company(work.ports, work.tenant, work.company)
    today = work.ports.clock.today(company.timezone)
    return make(work, account, until=last_day(account.mode, today))


def last_day(mode: StatementMode, today: date) -> date | None:
    """Return the last booking day that a mode puts on a statement by now; None for all."""
    match mode:
        case StatementMode.DAILY:
            return today - timedelta(days=1)
        case StatementMode.WEEKLY:
            return today - timedelta(days=today.weekday() + 1)
        case StatementMode.MONTHLY:
            return today.replace(day=1) - timedelta(days=1)
        case _:
            return None


def make(
    work: FeedWork, account: FeedAccount, *, until: date | None, author: str | None = None
) -> tuple[FeedAccount, list[StatementId]]:
    """Make statements of what waits: one, and one more for what is in a locked period.

    What is dated in a locked period comes apart, so that its quarantine holds nothing else up.
    """
    company = get_company(work.ports, work.tenant, work.company)
    made: list[StatementId] = []
    for group in _groups(_waiting(work, account), company, until):
        account = _plan(work, account, group, author)
        account, statement = _carry_out(work, account)
        made.append(statement)
    return account, made


def finish_planned(work: FeedWork, account: FeedAccount) -> FeedAccount:
    """Go on with a statement that an earlier worker left under way."""
    if account.planned is not None:
        account, _ = _carry_out(work, account)
    return account


def _waiting(work: FeedWork, account: FeedAccount) -> list[StagedTransaction]:
    if account.waiting_from is None:
        return []
    staged = work.ports.store.staged(
        work.tenant, work.company, account.id, after=account.waiting_from.isoformat()
    )
    return [one for one in staged if one.state is StagedState.WAITING]


def _groups(
    waiting: Sequence[StagedTransaction], company: Company, until: date | None
) -> list[list[StagedTransaction]]:
    wanted = [one for one in waiting if until is None or one.line.booking_date <= until]
    closed = company.closed_until
    locked = [one for one in wanted if closed is not None and one.line.booking_date <= closed]
    apart = {one.id for one in locked}
    rest = [one for one in wanted if one.id not in apart]
    return [group[:LINES_MAX] for group in (locked, rest) if group]


def _plan(
    work: FeedWork, account: FeedAccount, group: list[StagedTransaction], author: str | None
) -> FeedAccount:
    """Archive the document of a batch, and name it on the account."""
    journal = work.ports.store.get(work.tenant, work.company, Journal, account.journal or "")
    if journal is None:
        raise NotFound(f"no journal {account.journal}")
    content = written(_batch(work, account, journal, group))
    sha256 = hashlib.sha256(content).hexdigest()
    blob = work.ports.blobs.archive(work.tenant, work.company, sha256, BytesIO(content))
    plan = FeedPlan(sha256, blob, len(content), work.ports.clock.now(), author)
    after = replace(account, planned=plan)
    work.commit([change(account, after)])
    return replace(after, version=account.version + 1)


def _batch(
    work: FeedWork, account: FeedAccount, journal: Journal, group: list[StagedTransaction]
) -> Batch:
    """Return a batch with the balances before and after it, where the account is anchored."""
    days = [one.line.booking_date for one in group]
    opening = closing = None
    if account.opening_minor is not None:
        waiting = sum(one.counted_minor for one in _waiting(work, account))
        before = account.opening_minor + account.sum_minor - waiting
        opening = Balance(min(days), before)
        closing = Balance(max(days), before + sum(one.line.amount_minor for one in group))
    return Batch(
        account.id, account.provider, f"{account.statement_count + 1}",
        BankAccountRef(journal.iban, journal.bank_number, account.bic, account.currency),
        account.currency, opening, closing, tuple(group),
    )  # fmt: skip


def _carry_out(work: FeedWork, account: FeedAccount) -> tuple[FeedAccount, StatementId]:
    """Import the planned document, place its transactions, and end the plan."""
    plan = account.planned
    assert plan is not None
    with work.ports.blobs.open_source(work.tenant, work.company, plan.sha256) as stream:
        content = stream.read()
    statement = _imported(work, account, plan, content)
    ids = staged_ids(content)
    numbered = list(enumerate(ids, 1))
    for start in range(0, len(numbered), _PLACED_PER_COMMIT):
        _place(work, numbered[start : start + _PLACED_PER_COMMIT], statement)
    after = replace(
        account, planned=None, statement_count=account.statement_count + 1,
        waiting_from=_still_waiting(work, account), last_statement_at=work.ports.clock.now(),
    )  # fmt: skip
    work.commit([change(account, after)])
    return replace(after, version=account.version + 1), statement


def _imported(work: FeedWork, account: FeedAccount, plan: FeedPlan, content: bytes) -> StatementId:
    """Take the document in, or find that an earlier attempt did; return its statement."""
    known = _known(work, plan)
    if known is None:
        company = get_company(work.ports, work.tenant, work.company)
        source = SourceFile(
            sha256=plan.sha256, name=f"feed-{account.journal}-{plan.sha256[:12]}.json",
            size_bytes=plan.size_bytes, blob=plan.blob, received_at=plan.at, origin=Origin.FEED,
            author=plan.author,
        )  # fmt: skip
        try:
            (trace,) = import_statements(
                work.ports, work.tenant, company, BytesIO(content), source,
                _trace(plan, source, account), forced_journal=account.journal,
                parser=FeedParser(account.provider),
            )  # fmt: skip
        except StoreConflict:
            known = _known(work, plan)
            if known is None:
                raise
        else:
            return trace.statement_id or StatementId("")
    statement = work.ports.store.get(work.tenant, work.company, StatementRecord, known)
    if statement is None:
        raise NotFound(f"no statement {known}")
    start_runs(work.ports, work.tenant, work.company, [statement])
    return known


def _known(work: FeedWork, plan: FeedPlan) -> StatementId | None:
    source = work.ports.store.get(work.tenant, work.company, SourceFile, plan.sha256)
    return source.statement_ids[0] if source is not None and source.is_imported else None


def _trace(plan: FeedPlan, source: SourceFile, account: FeedAccount) -> ImportTrace:
    return ImportTrace(
        id=derive_id("tr", "feed", plan.sha256), at=plan.at, name=source.name, sha256=plan.sha256,
        object_key="", object_version="", outcome=ImportOutcome.IMPORTED, journal=account.journal,
    )  # fmt: skip


def _place(work: FeedWork, part: Sequence[tuple[int, str]], statement: StatementId) -> None:
    """Say of some transactions that they stand on the statement; those that do already stay."""
    keys = [key for _, key in part]
    found = work.ports.store.get_many(work.tenant, work.company, StagedTransaction, keys)
    writes = [
        change(found[key], placed(found[key], statement, position))
        for position, key in part
        if key in found and found[key].state is not StagedState.PLACED
    ]
    if writes:
        work.commit(writes)


def _still_waiting(work: FeedWork, account: FeedAccount) -> date | None:
    return min((one.line.booking_date for one in _waiting(work, account)), default=None)
