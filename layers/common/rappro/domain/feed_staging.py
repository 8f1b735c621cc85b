"""What becomes of a staged transaction when its bank tells of it again, or no more (SYN-9).

    waiting    follows the bank: changed, removed, there again
    ignored    the same, and is never put on a statement
    placed     stands on a statement: its line never changes, what differs is noted beside it
    suspected  waits for a person

Nothing here reads or writes; a provider's rows and what is kept of them go in, the records to keep
come out. Rows of one movement under two ids of the provider are paired here too.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from rappro.domain.bank import StatementLine
from rappro.domain.connectors import ProviderTransaction, TransactionStatus
from rappro.domain.feeds import FeedAccount, StagedState, StagedTransaction, staged_id
from rappro.domain.frozen import dataclass
from rappro.domain.ids import StatementId
from rappro.domain.line_identity import line_key, pair

SWEEPS_TO_REMOVE: Final = 2
"""Whole readings in a row without a transaction, before it counts as gone."""
SWEEPS_AGAINST_BALANCE: Final = 4
"""The same, where the bank's balance speaks against it."""
NEAR_DAYS: Final = 5
"""A row of a renewed account this near to one of its amount that is missing may be the same."""
CLEARED: Final = "cleared"
"""The doubt of a transaction that a person said is one."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of an answer under the id that it is kept by; `id` is never empty."""

    id: str
    row: ProviderTransaction

    @property
    def is_booked(self) -> bool:
        return self.row.status is TransactionStatus.BOOKED and not self.row.is_removed


def rows_of(answer: Iterable[ProviderTransaction]) -> list[Row]:
    """Return the rows of one whole answer, one an id.

    A row told twice counts once, as it was changed last. A row without an id, and one of several
    movements that share one, gets an id from what it says and its place among those that say the
    same; so two equal movements of one answer stay two.
    """
    by_id: dict[str, list[ProviderTransaction]] = defaultdict(list)
    for row in answer:
        by_id[row.id].append(row)
    found = [_by_content(row, k) for row, k in _numbered(by_id.pop("", []))]
    for ref, rows in by_id.items():
        found += _of_one_id(ref, rows)
    return found


def _of_one_id(ref: str, rows: list[ProviderTransaction]) -> list[Row]:
    distinct = {(row.line.booking_date, row.line.amount_minor) for row in rows}
    is_reused = len(distinct) > 1 and all(
        row.changed_at is None and not row.is_removed for row in rows
    )
    if is_reused:
        different = {row.raw_sha256: row for row in rows}
        return [_by_content(row, k) for row, k in _numbered(list(different.values()))]
    return [Row(ref, max(rows, key=_freshness))]


def _freshness(row: ProviderTransaction) -> tuple[float, bool]:
    return (row.changed_at.timestamp() if row.changed_at else 0.0, row.is_removed)


def _numbered(rows: list[ProviderTransaction]) -> list[tuple[ProviderTransaction, int]]:
    """Return rows with their number among those that say the same."""
    counts: dict[str, int] = defaultdict(int)
    found = []
    for row in rows:
        said = _said(row)
        counts[said] += 1
        found.append((row, counts[said]))
    return found


def _by_content(row: ProviderTransaction, number: int) -> Row:
    return Row(f"content:{_said(row)}:{number}", row)


def _said(row: ProviderTransaction) -> str:
    line = row.line
    text = f"{line.booking_date}|{line.amount_minor}|{line.currency}|{line.end_to_end_id}|"
    return hashlib.sha256(f"{text}{line.label}".encode()).hexdigest()[:32]


def settled(
    account: FeedAccount, told: Row, known: StagedTransaction | None, *, now: datetime
) -> StagedTransaction | None:
    """Return what is kept of a row from now on; None when nothing changes."""
    if known is None:
        return _first(account, told, now) if told.is_booked else None
    if told.id != known.provider_id and not told.is_booked:
        return None  # an id that another one has replaced ends
    if _is_stale(told.row, known):
        return None
    after = _booked(account, told, known) if told.is_booked else gone(known)
    after = replace(
        after, changed_at=told.row.changed_at or known.changed_at, missing_sweeps=0,
        provider_id=told.id if told.is_booked else known.provider_id,
    )  # fmt: skip
    is_same = replace(after, raw_sha256=known.raw_sha256, changed_at=known.changed_at) == known
    return None if is_same and after.raw_sha256 == known.raw_sha256 else after


def _is_stale(row: ProviderTransaction, known: StagedTransaction) -> bool:
    """Say whether a row is older than what is kept: a worker that was paused, a late page."""
    return (
        row.changed_at is not None
        and known.changed_at is not None
        and row.changed_at < known.changed_at
    )


def _first(account: FeedAccount, told: Row, now: datetime) -> StagedTransaction:
    return StagedTransaction(
        id=staged_id(account.id, told.id), account_id=account.id, provider_id=told.id,
        line=told.row.line, state=_state_of(account, told.row), seen_at=now,
        raw_sha256=told.row.raw_sha256, changed_at=told.row.changed_at,
        doubt="provider" if told.row.is_suspected_double else None,
    )  # fmt: skip


def _state_of(account: FeedAccount, row: ProviderTransaction) -> StagedState:
    if account.start_on is not None and row.line.booking_date < account.start_on:
        return StagedState.IGNORED
    return StagedState.SUSPECTED if row.is_suspected_double else StagedState.WAITING


def _booked(account: FeedAccount, told: Row, known: StagedTransaction) -> StagedTransaction:
    row = told.row
    if known.state is StagedState.PLACED:
        differs = None if _same(row.line, known.line) else row.line
        return replace(known, differs=differs, is_gone=False, raw_sha256=row.raw_sha256)
    state: StagedState = known.state
    doubt = known.doubt
    if state is StagedState.REMOVED:
        state = _state_of(account, row)
    elif state is StagedState.WAITING and row.is_suspected_double and doubt != CLEARED:
        state, doubt = StagedState.SUSPECTED, "provider"
    return replace(
        known, line=row.line, state=state, doubt=doubt, is_gone=False, raw_sha256=row.raw_sha256
    )


def _same(one: StatementLine, other: StatementLine) -> bool:
    """Say whether two lines tell the same; how the source spelt it does not count."""
    return replace(one, raw="", position=0) == replace(other, raw="", position=0)


def gone(known: StagedTransaction) -> StagedTransaction:
    """Return a transaction that its bank tells of no more."""
    if known.state in {StagedState.WAITING, StagedState.SUSPECTED}:
        return replace(known, state=StagedState.REMOVED)
    if known.state is StagedState.REMOVED:
        return known
    return replace(known, is_gone=True)


def missed(known: StagedTransaction, *, enough: int = SWEEPS_TO_REMOVE) -> StagedTransaction:
    """Return a transaction that a whole reading did not tell of; gone after `enough` of them."""
    after = replace(known, missing_sweeps=known.missing_sweeps + 1)
    return gone(after) if after.missing_sweeps >= enough else after


def placed(known: StagedTransaction, statement: StatementId, position: int) -> StagedTransaction:
    """Return a transaction that stands on a statement."""
    return replace(known, state=StagedState.PLACED, statement_id=statement, position=position)


def renamed(told: Sequence[Row], known: Sequence[StagedTransaction]) -> dict[str, str]:
    """Return which rows are kept already under another id: row id to staged id.

    `told` are rows of no known id, `known` transactions whose own ids are not told of any more. A
    movement is the same when day, amount and currency are, the k-th of a kind the k-th there.
    """
    here = [
        line_key(replace(one.row.line, position=n), StatementId("told"), "told")
        for n, one in enumerate(told)
    ]
    there = [
        line_key(replace(one.told, position=n), StatementId("known"), "known")
        for n, one in enumerate(known)
    ]
    pairs = pair(here, there)
    return {told[at].id: known[other.position].id for at, other in pairs.items()}


def doubtful(told: Sequence[Row], known: Sequence[StagedTransaction]) -> set[str]:
    """Return the ids of new rows that may be a missing transaction with another day.

    One row a missing transaction, of the same amount and currency, NEAR_DAYS apart at most.
    """
    free = list(known)
    found: set[str] = set()
    for one in sorted(told, key=lambda row: (row.row.line.booking_date, row.id)):
        twin = next((other for other in free if _is_near(one.row.line, other.told)), None)
        if twin is not None:
            free.remove(twin)
            found.add(one.id)
    return found


def _is_near(line: StatementLine, other: StatementLine) -> bool:
    is_same = (line.amount_minor, line.currency) == (other.amount_minor, other.currency)
    return is_same and abs((line.booking_date - other.booking_date).days) <= NEAR_DAYS


@dataclass(frozen=True, slots=True)
class Change:
    """A staged transaction before and after an answer; `alias` is its new id at the provider."""

    before: StagedTransaction | None
    after: StagedTransaction
    alias: str | None = None


def counted(account: FeedAccount, changes: Iterable[Change]) -> FeedAccount:
    """Return the account with the sums of its transactions after some changes.

    A row that is first told of and is older than the anchor may have been in the opening balance:
    that is settled once the balance is known (with_history).
    """
    total, count, history = account.sum_minor, account.count, account.history_minor
    waiting = account.waiting_from
    for each in changes:
        before, after = each.before, each.after
        total += after.counted_minor - (before.counted_minor if before else 0)
        count += after.counts - (before.counts if before else False)
        if before is None and _is_history(account, after):
            history += after.counted_minor
        if after.state is StagedState.WAITING:
            waiting = min(waiting or date.max, after.line.booking_date)
    return replace(
        account, sum_minor=total, count=count, history_minor=history, waiting_from=waiting
    )


def gap_of(account: FeedAccount) -> int:
    """Return what the bank's balance says more than the transactions do; 0 while not known."""
    if account.opening_minor is None or account.balance_minor is None:
        return 0
    return account.balance_minor - account.opening_minor - account.sum_minor


def with_history(account: FeedAccount) -> FeedAccount:
    """Return the account with its older transactions in the opening balance, if they were.

    They were when without them the balance fits; what a bank books late with an old date was not.
    """
    opening, gap = account.opening_minor, gap_of(account)
    if opening is None or not account.history_minor:
        return account
    if gap == 0:
        return replace(account, history_minor=0)
    if gap == -account.history_minor:
        return replace(account, opening_minor=opening - account.history_minor, history_minor=0)
    return account


def _is_history(account: FeedAccount, staged: StagedTransaction) -> bool:
    first = account.anchored_from
    return first is not None and staged.line.booking_date < first
