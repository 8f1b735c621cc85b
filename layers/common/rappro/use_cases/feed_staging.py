"""Keeps what a provider's answer tells of an account, in commits that each leave it whole (SYN-9).

The account's sums are in the commit of the rows they come from. Committing an answer again, or a
part of it, changes nothing; its cursor moves only after everything is kept (feed_reading.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from typing import Final

from rappro.domain.bank import StatementLine
from rappro.domain.connectors import ProviderTransaction, TransactionStatus
from rappro.domain.errors import NotAllowedInState, NotFound
from rappro.domain.feed_staging import (
    CLEARED,
    SWEEPS_AGAINST_BALANCE,
    Change,
    Row,
    counted,
    doubtful,
    gap_of,
    missed,
    renamed,
    rows_of,
    settled,
)
from rappro.domain.feeds import (
    FeedAccount,
    PendingTransactions,
    StagedAlias,
    StagedState,
    StagedTransaction,
    staged_id,
)
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import Write, change, put
from rappro.ports import Ports
from rappro.use_cases.audit import ENGINE_AUTHOR, audit
from rappro.use_cases.feed_lease import FeedWork

ROWS_PER_COMMIT: Final = 15
"""A changed row takes up to 5 store actions: itself, its place before and after, alias, audit."""
PENDING_MAX: Final = 100
PENDING_DAYS_MAX: Final = 40
_KEYS_PER_READ: Final = 1_000


@dataclass
class Tally:
    """What an account's synchronisation did, for the log."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)

    def add(self, each: Change) -> None:
        """Count one kept row."""
        before, after = each.before, each.after
        if before is None:
            kind = "suspected" if after.state is StagedState.SUSPECTED else "new"
        elif each.alias is not None:
            kind = "renamed"
        elif before.counts and not after.counts:
            kind = "removed"
        elif replace(after, missing_sweeps=0, version=0) == replace(
            before, missing_sweeps=0, version=0
        ):
            return
        else:
            kind = "changed"
        self.counts[kind] += 1


def stage(
    work: FeedWork, account: FeedAccount, answer: Sequence[ProviderTransaction], tally: Tally,
    *, is_whole: bool = False,
) -> FeedAccount:  # fmt: skip
    """Keep the rows of one answer; return the account as it is then.

    `is_whole`: the answer tells of everything that the account has, under ids that may be new.
    Raises StoreConflict when another worker has the connection meanwhile.
    """
    told = rows_of(answer)
    known = _known(work, account, told)
    changes = _changes(work, account, told, known, is_whole=is_whole)
    for part in _parts(changes):
        account = _keep(work, account, part)
        for each in part:
            tally.add(each)
    return account


def _known(
    work: FeedWork, account: FeedAccount, told: Sequence[Row]
) -> dict[str, StagedTransaction]:
    """Return what is kept of rows, by their ids."""
    ids = {row.id: staged_id(account.id, row.id) for row in told}
    found = _read(work, list(ids.values()))
    known = {row: found[key] for row, key in ids.items() if key in found}
    if not account.has_aliases:
        return known
    others = {row: key for row, key in ids.items() if row not in known}
    aliases: dict[str, StagedAlias] = {}
    for keys in _batches(list(others.values())):
        aliases |= work.ports.store.get_many(work.tenant, work.company, StagedAlias, keys)
    named = _read(work, [alias.staged_id for alias in aliases.values()])
    for row, key in others.items():
        if key in aliases and aliases[key].staged_id in named:
            known[row] = named[aliases[key].staged_id]
    return known


def _read(work: FeedWork, keys: Sequence[str]) -> dict[str, StagedTransaction]:
    found: dict[str, StagedTransaction] = {}
    for batch in _batches(keys):
        found |= work.ports.store.get_many(work.tenant, work.company, StagedTransaction, batch)
    return found


def _changes(
    work: FeedWork, account: FeedAccount, told: Sequence[Row],
    known: dict[str, StagedTransaction], *, is_whole: bool,
) -> list[Change]:  # fmt: skip
    """Return what changes, a staged transaction once: under several ids the booked one counts."""
    now = work.ports.clock.now()
    new = [row for row in told if row.id not in known and row.is_booked]
    missing = _missing(work, account, told, known, is_whole=is_whole) if new else []
    aliases = renamed(new, missing) if missing else {}
    by_id = {one.id: one for one in missing}
    doubts = _doubts(new, missing, aliases) if is_whole else set()
    found: dict[str, Change] = {}
    for row in sorted(told, key=lambda one: one.is_booked):
        before = by_id[aliases[row.id]] if row.id in aliases else known.get(row.id)
        after = settled(account, row, before, now=now)
        if after is None:
            continue
        if row.id in doubts and after.state is StagedState.WAITING:
            after = replace(after, state=StagedState.SUSPECTED, doubt="renamed")
        alias = staged_id(account.id, row.id) if row.id in aliases else None
        found[after.id] = Change(before, after, alias)
    return list(found.values())


def _missing(
    work: FeedWork, account: FeedAccount, told: Sequence[Row],
    known: dict[str, StagedTransaction], *, is_whole: bool,
) -> list[StagedTransaction]:  # fmt: skip
    """Return the transactions whose own ids end with this answer, or are not in a whole one."""
    if not is_whole:
        ended = [row for row in told if row.row.is_removed and row.id in known]
        return [known[row.id] for row in ended if _ends(known[row.id], row)]
    first = min(row.row.line.booking_date for row in told if row.is_booked)
    there = {one.id for row, one in known.items()}
    staged = work.ports.store.staged(work.tenant, work.company, account.id, after=first.isoformat())
    return [one for one in staged if one.counts and one.id not in there]


def _ends(known: StagedTransaction, row: Row) -> bool:
    return known.counts and known.provider_id == row.id


def _doubts(
    new: Sequence[Row], missing: Sequence[StagedTransaction], aliases: dict[str, str]
) -> set[str]:
    taken = set(aliases.values())
    rows = [row for row in new if row.id not in aliases]
    return doubtful(rows, [one for one in missing if one.id not in taken])


def _parts(changes: Sequence[Change]) -> Iterator[list[Change]]:
    rest = iter(changes)
    while part := list(islice(rest, ROWS_PER_COMMIT)):
        yield part


def _keep(work: FeedWork, account: FeedAccount, part: Sequence[Change]) -> FeedAccount:
    """Commit some changes with the account's sums; return the account as it is then."""
    after = counted(account, part)
    if any(each.alias is not None for each in part):
        after = replace(after, has_aliases=True)
    writes: list[Write] = [put(each.before, each.after) for each in part]
    for each in part:
        if each.alias is not None:
            alias = work.ports.store.get(work.tenant, work.company, StagedAlias, each.alias)
            writes.append(put(alias, StagedAlias(each.alias, each.after.id)))
        if each.after.state is StagedState.PLACED and _is_note(each):
            writes.append(_noted(work, each))
    if after != account:
        writes.append(change(account, after))
        after = replace(after, version=account.version + 1)
    work.commit(writes)
    return after


def _is_note(each: Change) -> bool:
    before, after = each.before, each.after
    return before is None or (before.is_gone, before.differs) != (after.is_gone, after.differs)


def _noted(work: FeedWork, each: Change) -> Write:
    """Return the row of the audit trail that tells what differs from a line on a statement."""
    after = each.after
    told = {
        "statement": after.statement_id, "position": after.position, "is_gone": after.is_gone,
        "differs": after.differs is not None, "missing": after.missing_sweeps,
    }  # fmt: skip
    revision = each.before.version if each.before else 0
    now = work.ports.clock.now()
    return audit(now, ENGINE_AUTHOR, "note_feed_line", after.id, revision=revision, after=told)


def stage_missing(
    work: FeedWork, account: FeedAccount, seen: set[str], since: str | None, tally: Tally
) -> FeedAccount:
    """Count once more what a whole reading since a day did not tell of; twice, and it is gone.

    `seen` are the ids that it told of. Where the bank's balance would fit worse, more readings are
    waited for: an answer may have been cut.
    """
    staged = work.ports.store.staged(work.tenant, work.company, account.id, after=since)
    unseen = [one for one in staged if one.counts and one.provider_id not in seen]
    changes = [Change(one, missed(one)) for one in unseen]
    if _fits_worse(account, [each for each in changes if not each.after.counts]):
        tally.findings.append("missing_kept: the balance says that nothing is gone")
        changes = [Change(one, missed(one, enough=SWEEPS_AGAINST_BALANCE)) for one in unseen]
    for part in _parts(changes):
        account = _keep(work, account, part)
        for each in part:
            tally.add(each)
    tally.counts["missing"] = sum(each.after.counts for each in changes)
    return account


def _fits_worse(account: FeedAccount, ended: Sequence[Change]) -> bool:
    if not ended:
        return False
    after = counted(account, ended)
    return abs(gap_of(after)) > abs(gap_of(account))


def keep_pending(
    work: FeedWork, account: FeedAccount, answer: Sequence[ProviderTransaction], *, is_whole: bool
) -> int:
    """Keep what is announced, and return how much it is; a whole answer replaces what was there.

    Else rows follow their ids, and what was announced for long and never came is forgotten.
    """
    store = work.ports.store
    before = store.get(work.tenant, work.company, PendingTransactions, account.id)
    now = work.ports.clock.now()
    there = {} if is_whole or before is None else _announced(before, now.date())
    for number, row in enumerate(answer):
        ref = row.id or f"row:{number}"
        if row.is_removed or row.status is TransactionStatus.BOOKED:
            there.pop(ref, None)
        else:
            there[ref] = row.line
    kept = dict(islice(there.items(), PENDING_MAX))
    after = PendingTransactions(
        account.id, tuple(kept), tuple(kept.values()), len(there), before.at if before else now
    )
    is_same = before is not None and replace(after, version=before.version) == before
    if not is_same and (before is not None or there):
        work.commit([put(before, replace(after, at=now))])
    return len(there)


def _announced(pending: PendingTransactions, today: date) -> dict[str, StatementLine]:
    """Return what is still announced, by the provider's ids."""
    oldest = today - timedelta(days=PENDING_DAYS_MAX)
    pairs = zip(pending.ids, pending.lines, strict=True)
    return {ref: line for ref, line in pairs if line.booking_date >= oldest}


def set_aside(
    ports: Ports, tenant: TenantId, company: CompanyId, staged: str, author: str,
    *, is_ignored: bool, version: int,
) -> StagedTransaction:  # fmt: skip
    """Put a staged transaction aside, or take it back: the answer to a doubt, too.

    It is conditional on its version. Raises NotFound, NotAllowedInState for one that is on a
    statement or was removed at the bank, StoreConflict.
    """
    found = ports.store.get(tenant, company, StagedTransaction, staged)
    if found is None:
        raise NotFound(f"no staged transaction {staged}")
    if found.state in {StagedState.PLACED, StagedState.REMOVED}:
        raise NotAllowedInState(f"transaction {staged} is {found.state}")
    account = ports.store.get(tenant, company, FeedAccount, found.account_id)
    if account is None:
        raise NotFound(f"no account {found.account_id}")
    wanted = StagedState.IGNORED if is_ignored else StagedState.WAITING
    before = replace(found, version=version)
    after = replace(found, state=wanted, doubt=CLEARED)
    log = audit(
        ports.clock.now(), author, "set_aside_transaction", staged, revision=version,
        before={"state": found.state}, after={"state": wanted},
    )  # fmt: skip
    counts = counted(account, [Change(found, after)])
    writes: list[Write] = [change(before, after), log]
    if counts != account:
        writes.append(change(account, counts))
    ports.store.commit(tenant, company, writes)
    return replace(after, version=version + 1)


def _batches(keys: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), _KEYS_PER_READ):
        yield list(keys[start : start + _KEYS_PER_READ])
