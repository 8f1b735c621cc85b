"""Manual pointing of a bank account (pointage manuel, SPEC ACT-9).

    mark ─► entries carry X and the day from which they are on the bank; engine and report know it
    validate ─► one commit: the journal keeps the day and the bank's balance, once nothing differs
    erase ─► balances that no longer hold go first, then marks, part by part

The sheet says at every moment what is missing to the balance of the statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from rappro.domain.books import (
    BankEntry,
    EntrySource,
    Journal,
    JournalEntry,
    PointingBalance,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    RuleViolation,
    TotalsDiffer,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.money import format_amount
from rappro.domain.writes import Write, change
from rappro.ports import Ports
from rappro.use_cases.audit import SHOWN_MAX, audit
from rappro.use_cases.report import report_and_ledger

ENTRIES_MAX_PER_REQUEST: Final = 500
_BUNDLE_ACTIONS: Final = 50


@dataclass(frozen=True, slots=True)
class Period:
    """What is pointed: a journal's account (or another one), up to a day, at a bank balance.

    The balance is in the account's currency, minor units, + for money of the company. Without a
    first day everything that waits is shown.
    """

    journal: str
    until: date
    balance_minor: int
    since: date | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Marking:
    """Which entries are marked, or freed: by id, by remittance number, or both."""

    entries: tuple[str, ...] = ()
    remittance: str | None = None
    on: date | None = None  # default: the period's last day
    is_marked: bool = True


@dataclass(frozen=True, slots=True)
class PointingSheet:
    """The entries of a period that wait or are marked, and what is missing to the balance."""

    period: Period
    account: str
    currency: str
    rows: tuple[BankEntry, ...]
    pointed_minor: int
    unvalidated_count: int
    ledger: tuple[BankEntry, ...] = ()  # all entries of the account, for who marks some

    @property
    def difference_minor(self) -> int:
        """The statement's balance minus that of what is on the bank; zero: all is pointed."""
        return self.period.balance_minor - self.pointed_minor


def pointing_sheet(
    ports: Ports, tenant: TenantId, company: CompanyId, period: Period
) -> PointingSheet:
    """Return the sheet of a period. Raises NotFound, RuleViolation without an account."""
    journal = _journal(ports, tenant, company, period.journal)
    return _sheet(ports, tenant, company, journal, period)


def mark_entries(
    ports: Ports, tenant: TenantId, company: CompanyId, period: Period, marking: Marking,
    author: str,
) -> PointingSheet:  # fmt: skip
    """Mark or free entries and return the sheet; repeating it changes nothing.

    Raises NotFound, InvalidRequest, NotAllowedInState while unvalidated entries remain, for one
    that a match points or that a validated balance rests on; RuleViolation, StoreConflict.
    """
    journal = _journal(ports, tenant, company, period.journal)
    sheet = _sheet(ports, tenant, company, journal, period)
    _check_validated(sheet)
    chosen = _chosen(sheet, marking)
    on = marking.on or period.until
    changed = [
        (entry, replace(entry, marked_on=on if marking.is_marked else None))
        for entry in chosen
        if (entry.marked_on is not None) is not marking.is_marked
    ]
    for before, after in changed:
        _check_mark(journal, sheet.account, before, after)
    action = "mark_entries" if marking.is_marked else "unmark_entries"
    _commit(ports, tenant, company, journal, changed, action=action, author=author)
    return _sheet(ports, tenant, company, journal, period)


def validate_pointing(
    ports: Ports, tenant: TenantId, company: CompanyId, period: Period, author: str
) -> PointingSheet:
    """Keep the period's last day and balance; its marks can only be erased from then on.

    Raises TotalsDiffer while something is missing to the balance, NotAllowedInState for a day that
    is not after the last one or while unvalidated entries remain, RuleViolation for an account that
    is not the journal's own, NotFound, StoreConflict when an entry was marked meanwhile.
    """
    journal = _journal(ports, tenant, company, period.journal)
    sheet = _sheet(ports, tenant, company, journal, period)
    if sheet.account != journal.account:
        raise RuleViolation(f"{sheet.account} has no balance at the bank: it is only marked")
    _check_validated(sheet)
    last = journal.pointings[-1].on if journal.pointings else None
    if last is not None and period.until <= last:
        raise NotAllowedInState(f"journal {journal.code} is pointed until {last}: erase it first")
    if sheet.difference_minor:
        raise TotalsDiffer(
            f"{format_amount(sheet.difference_minor, sheet.currency)} is missing to the balance"
        )
    point = PointingBalance(period.until, period.balance_minor)
    after = replace(journal, pointings=(*journal.pointings, point))
    log = audit(
        ports.clock.now(), author, "validate_pointing", journal.code, revision=journal.version,
        before={"pointed_until": str(last) if last else None},
        after={"pointed_until": str(point.on),
               "balance": format_amount(point.balance_minor, sheet.currency)},
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(journal, after), log])
    return sheet


def erase_pointing(
    ports: Ports, tenant: TenantId, company: CompanyId, journal_code: str,
    *, account: str | None, since: date | None, entries: tuple[str, ...] | None, author: str,
) -> list[str]:  # fmt: skip
    """Erase the marks of an account: all, those from a day on, or some entries'; return their ids.

    Validated balances that rest on them go. Repeating it finishes what a crash left. Raises
    NotFound, RuleViolation, StoreConflict.
    """
    journal = _journal(ports, tenant, company, journal_code)
    number = _account(journal, account)
    chosen = [
        row
        for row in ports.store.ledger(tenant, company, number)
        if row.marked_on is not None
        and (since is None or row.marked_on >= since)
        and (entries is None or row.id in entries)
    ]
    if entries is not None and (missing := set(entries) - {row.id for row in chosen}):
        raise NotFound(f"no marked entry {min(missing)} on {number}")
    first = min((row.marked_on for row in chosen if row.marked_on), default=since or date.max)
    if entries is None:
        first = min(first, since or date.min)
    if number == journal.account:
        journal = _without_balances(ports, tenant, company, journal, first, author=author)
    changed = [(row, replace(row, marked_on=None)) for row in chosen]
    _commit(ports, tenant, company, journal, changed, action="erase_pointing", author=author)
    return [row.id for row in chosen]


def _without_balances(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal, first: date,
    *, author: str,
) -> Journal:  # fmt: skip
    """Drop the balances of a day and after; return the journal as it is then."""
    kept = tuple(point for point in journal.pointings if point.on < first)
    if kept == journal.pointings:
        return journal
    after = replace(journal, pointings=kept)
    log = audit(
        ports.clock.now(), author, "reopen_pointing", journal.code, revision=journal.version,
        before={"pointed_until": str(journal.pointings[-1].on)},
        after={"pointed_until": str(kept[-1].on) if kept else None},
    )  # fmt: skip
    ports.store.commit(tenant, company, [change(journal, after), log])
    return replace(after, version=journal.version + 1)


def _journal(ports: Ports, tenant: TenantId, company: CompanyId, code: str) -> Journal:
    journal = ports.store.get(tenant, company, Journal, code)
    if journal is None:
        raise NotFound(f"no journal {code}")
    return journal


def _account(journal: Journal, account: str | None) -> str:
    number = account or journal.account
    if number is None:
        raise RuleViolation(f"journal {journal.code} has no bank account")
    return number


def _sheet(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal, period: Period
) -> PointingSheet:
    account = _account(journal, period.account)
    if account == journal.account:  # as the report says: a match whose line comes later waits
        report, ledger = report_and_ledger(ports, tenant, company, journal.code, period.until)
        pointed_minor = report.ledger_balance_minor - report.entries_minor
    else:
        ledger = ports.store.ledger(tenant, company, account)
        pointed_minor = sum(
            row.amount_minor
            for row in ledger
            if row.date <= period.until and row.is_in_ledger and _is_on_bank(row, period.until)
        )
    since = period.since or date.min
    within = [row for row in ledger if since <= row.date <= period.until]
    drafts = [row for row in within if not row.is_in_ledger]
    return PointingSheet(
        period=period,
        account=account,
        currency=journal.currency,
        ledger=tuple(ledger),
        rows=tuple(row for row in within if row.is_in_ledger and _is_shown(row)),
        pointed_minor=pointed_minor,
        unvalidated_count=_unvalidated(ports, tenant, company, drafts),
    )


def _is_on_bank(row: BankEntry, on: date) -> bool:
    return row.marked_on <= on if row.marked_on is not None else not row.is_waiting


def _is_shown(row: BankEntry) -> bool:
    return row.is_waiting or row.marked_on is not None


def _unvalidated(
    ports: Ports, tenant: TenantId, company: CompanyId, drafts: Iterable[BankEntry]
) -> int:
    """Count entries that nobody validated; the engine's own drafts wait for their statement."""
    ids = sorted({row.entry_id for row in drafts if row.entry_id is not None})
    found = ports.store.get_many(tenant, company, JournalEntry, ids)
    return sum(entry.source is not EntrySource.ENGINE for entry in found.values())


def _check_validated(sheet: PointingSheet) -> None:
    if sheet.unvalidated_count:
        raise NotAllowedInState(
            f"{sheet.unvalidated_count} entries of {sheet.account} are not validated: do that first"
        )


def _chosen(sheet: PointingSheet, marking: Marking) -> list[BankEntry]:
    by_id = {row.id: row for row in sheet.ledger}
    missing = [key for key in marking.entries if key not in by_id]
    if missing:
        raise NotFound(f"no entry {missing[0]} on {sheet.account}")
    chosen = {key: by_id[key] for key in marking.entries}
    if marking.remittance is not None:
        of_it = {r.id: r for r in sheet.rows if r.remittance_no == marking.remittance}
        if not of_it:
            raise NotFound(f"no remittance {marking.remittance} in the period")
        chosen |= of_it
    if not chosen:
        raise InvalidRequest("entries or a remittance", position="/entries")
    if len(chosen) > ENTRIES_MAX_PER_REQUEST:
        raise InvalidRequest(f"{ENTRIES_MAX_PER_REQUEST} entries at most", position="/entries")
    return list(chosen.values())


def _check_mark(journal: Journal, account: str, before: BankEntry, after: BankEntry) -> None:
    if after.marked_on is not None:
        if not before.is_waiting or not before.is_in_ledger:
            raise NotAllowedInState(f"entry {before.id} does not wait for the bank")
        if after.marked_on < before.date:
            raise InvalidRequest(f"entry {before.id} is of {before.date}", position="/date")
    day = after.marked_on or before.marked_on or before.date
    last = journal.pointings[-1].on if journal.pointings else None
    if account == journal.account and last is not None and day <= last:
        raise NotAllowedInState(f"journal {journal.code} is pointed until {last}: erase it first")


def _commit(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal,
    changed: list[tuple[BankEntry, BankEntry]], *, action: str, author: str,
) -> None:  # fmt: skip
    """Commit marks part by part; each part raises the journal, so that a validation sees it."""
    if not changed:
        return
    groups: list[list[Write]] = [[change(before, after)] for before, after in changed]
    now = ports.clock.now()
    for writes in _bundles(ports, groups):
        part = [write for write in writes if isinstance(write.before, BankEntry)]
        log = audit(
            now, author, action, journal.code, revision=journal.version,
            before={"marked": _marks(write.before for write in part)},
            after={"marked": _marks(write.after for write in part)},
        )  # fmt: skip
        ports.store.commit(tenant, company, [*writes, change(journal, journal), log])
        journal = replace(journal, version=journal.version + 1)


def _marks(rows: Iterable[object]) -> dict[str, str | None]:
    """Return the entries of a part with their days."""
    shown = [row for row in rows if isinstance(row, BankEntry)][:SHOWN_MAX]
    return {row.id: str(row.marked_on) if row.marked_on else None for row in shown}


def _bundles(ports: Ports, groups: list[list[Write]]) -> Iterator[list[Write]]:
    """Yield bundles that leave room in a commit for the journal and the trail."""
    bundle: list[Write] = []
    for group in groups:
        bundle += group
        if ports.store.weight(bundle) >= _BUNDLE_ACTIONS:
            yield bundle
            bundle = []
    if bundle:
        yield bundle
