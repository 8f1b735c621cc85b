"""Reads one account of a connection at its provider, and keeps what is told (SYN-4, SYN-9).

new rows and changes    since the cursor, which moves once everything up to it is kept
what a cursor misses    windows of booking days, where a provider tells of no edit or removal:
10 days each time, 30 once a week, everything once a month
after a renewal         everything, as ids may be new; twice more, for what is gone
the balance             opening + transactions; a gap widens the reading once, then it is told
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from rappro.domain.connectors import (
    Connector,
    CredentialsKeeper,
    ProviderAccount,
    ProviderTransaction,
    Window,
    pages,
)
from rappro.domain.errors import TooLarge
from rappro.domain.feed_staging import gap_of, rows_of, with_history
from rappro.domain.feeds import FeedAccount
from rappro.domain.writes import change
from rappro.use_cases.feed_lease import FeedWork
from rappro.use_cases.feed_staging import Tally, keep_pending, stage, stage_missing

SWEEP_DAYS: Final = 10
WEEKLY_DAYS: Final = 30
SWEEPS_AFTER_RENEWAL: Final = 2
ROWS_AT_ONCE: Final = 20_000
"""Rows of an answer that are held in memory; of more, each part is kept by itself."""
ROWS_OF_RENEWAL_MAX: Final = 100_000
_WEEK: Final = timedelta(days=7)
_MONTH: Final = timedelta(days=30)


class AccountReading:
    """One reading of one account; `account` is as it is kept by now."""

    def __init__(
        self, work: FeedWork, connector: Connector, keeper: CredentialsKeeper,
        account: FeedAccount, found: ProviderAccount,
    ) -> None:  # fmt: skip
        self.work = work
        self.account = account
        self.tally = Tally()
        self._connector = connector
        self._keeper = keeper
        self._found = found
        self._now = work.ports.clock.now()
        self._notes: dict[str, Any] = {}

    def run(self, *, is_trusted: bool, has_full_history: bool) -> None:
        """Read and keep everything; `is_trusted`: what is not told of may count as gone.

        Raises what the connector raises, and StoreConflict when another worker took over: what
        was kept so far stays, and the cursor is where it was.
        """
        self._notes |= {
            "balance_minor": self._found.balance_minor, "balance_at": self._found.balance_at,
        }  # fmt: skip
        if self.account.is_renamed:
            self._read_renamed()
        else:
            self._read_since_cursor()
            if self._sweep_is_due():
                self._sweep(self._sweep_from(), is_trusted=is_trusted)
        self._settle_balance(has_full_history=has_full_history, is_trusted=is_trusted)

    def _read_since_cursor(self) -> None:
        account = self.account
        start = account.start_on if account.cursor is None else None
        window = Window(account.cursor, None if start is None else start - _WEEK)
        cursor, answer, blanks = account.cursor, [], None
        is_feed = self._connector.capabilities.has_change_feed
        whole = account.cursor is None or not is_feed  # else what is announced comes by changes
        for page in pages(self._connector, self._keeper, self._found, window):
            blanks = min((d for d in (blanks, _first_blank(page.items)) if d), default=None)
            answer += [row for row in page.items if row.id]
            cursor = page.cursor if page.next_page is None else cursor
            if len(answer) >= ROWS_AT_ONCE:
                self._stage(answer)
                answer, whole = [], False
        self._stage(answer)
        self.tally.counts["pending"] = keep_pending(self.work, self.account, answer, is_whole=whole)
        if blanks is not None:
            self._sweep(blanks, is_trusted=False)
        self._notes |= {
            "cursor": cursor or account.cursor, "is_started": True, "last_sync_at": self._now,
        }  # fmt: skip

    def _read_renamed(self) -> None:
        """Read everything anew: rows that are kept under another id get their new one."""
        answer: list[ProviderTransaction] = []
        cursor = None
        for page in pages(self._connector, self._keeper, self._found, Window(None, None)):
            answer += page.items
            cursor = page.cursor if page.next_page is None else cursor
            if len(answer) > ROWS_OF_RENEWAL_MAX:
                raise TooLarge(f"more than {ROWS_OF_RENEWAL_MAX} transactions after a renewal")
        self.account = stage(self.work, self.account, answer, self.tally, is_whole=True)
        self.tally.counts["pending"] = keep_pending(self.work, self.account, answer, is_whole=True)
        self._notes |= {
            "cursor": cursor, "is_renamed": False, "sweeps_owed": SWEEPS_AFTER_RENEWAL,
            "is_started": True, "last_sync_at": self._now,
        }  # fmt: skip

    def _sweep_is_due(self) -> bool:
        return self.account.sweeps_owed > 0 or not self._connector.capabilities.reports_deletions

    def _sweep_from(self) -> date | None:
        """Return the first booking day to read again; None for everything."""
        account = self.account
        if account.sweeps_owed or _is_due(account.swept_month_at, _MONTH, self._now):
            return None
        days = WEEKLY_DAYS if _is_due(account.swept_week_at, _WEEK, self._now) else SWEEP_DAYS
        return self._now.date() - timedelta(days=days)

    def _sweep(self, since: date | None, *, is_trusted: bool) -> None:
        """Read all rows since a booking day, whatever their age at the provider."""
        seen: set[str] = set()
        for part in self._swept(since):
            self._stage(part)
            seen |= {row.id for row in rows_of(part) if row.is_booked}
        if not is_trusted:
            return
        self._save()  # the balance of now says whether an absence is one
        day = None if since is None else since.isoformat()
        self.account = stage_missing(self.work, self.account, seen, day, self.tally)
        self._note_sweep(since)

    def _swept(self, since: date | None) -> Iterator[list[ProviderTransaction]]:
        """Yield what a window has, in parts that memory holds."""
        answer: list[ProviderTransaction] = []
        window = Window(None, since)
        for page in pages(self._connector, self._keeper, self._found, window):
            answer += page.items
            if len(answer) >= ROWS_AT_ONCE:
                yield answer
                answer = []
        yield answer

    def _note_sweep(self, since: date | None) -> None:
        account = self.account
        days = None if since is None else (self._now.date() - since).days
        is_missing = int(self.tally.counts["missing"] > 0)  # they are looked for once more
        week = self._now if days is None or days >= WEEKLY_DAYS else account.swept_week_at
        self._notes |= {
            "sweeps_owed": max(account.sweeps_owed - 1, is_missing), "swept_week_at": week,
            "swept_month_at": self._now if since is None else account.swept_month_at,
        }  # fmt: skip

    def _settle_balance(self, *, has_full_history: bool, is_trusted: bool) -> None:
        """Anchor the balance after the first whole reading; later, find what is missing."""
        account = replace(self.account, **self._notes)
        is_open = account.balance_minor is not None and account.opening_minor is None
        if is_open and has_full_history and is_trusted:
            account = self._anchored(account)
        if gap_of(account) and gap_of(account) != account.gap_minor:
            account = self._widened(is_trusted=is_trusted)
        if account.history_minor and self._balance_now() == (account.balance_minor,):
            account = with_history(account)
        self._save(replace(account, gap_minor=gap_of(account)))
        if self.account.gap_minor:
            self.tally.findings.append("gap: the balance and the transactions do not agree")

    def _anchored(self, account: FeedAccount) -> FeedAccount:
        """Return the account with its opening balance, if nothing speaks against what is kept.

        The balance is still what it was before the reading, no transaction is missing, and no
        reading for missing ones is owed.
        """
        staged = self.work.ports.store.staged(self.work.tenant, self.work.company, account.id)
        is_missing = any(one.missing_sweeps and one.counts for one in staged)
        if is_missing or account.sweeps_owed or self._balance_now() != (account.balance_minor,):
            return account
        day = staged[0].line.booking_date if staged else self._now.date()
        opening = (account.balance_minor or 0) - account.sum_minor
        return replace(account, opening_minor=opening, anchored_from=day)

    def _widened(self, *, is_trusted: bool) -> FeedAccount:
        """Read everything once more, and the balance after it."""
        self._sweep(None, is_trusted=is_trusted)
        now = self._balance_now()
        account = replace(self.account, **self._notes)
        return replace(account, balance_minor=now[0]) if now else account

    def _balance_now(self) -> tuple[int | None, ...]:
        """Return the balance after what was read; a movement may have come in between."""
        again = self._connector.accounts(self._keeper, self._found.connection_ref)
        return tuple(one.balance_minor for one in again if one.ref == self._found.ref)

    def _stage(self, answer: list[ProviderTransaction]) -> None:
        if answer:
            self.account = stage(self.work, self.account, answer, self.tally)

    def _save(self, wanted: FeedAccount | None = None) -> None:
        """Commit what was noted of the account, if it is anything new."""
        after = wanted or replace(self.account, **self._notes)
        self._notes = {}
        if after != self.account:
            self.work.commit([change(self.account, after)])
            self.account = replace(after, version=self.account.version + 1)


def _first_blank(rows: tuple[ProviderTransaction, ...]) -> date | None:
    """Return the first day of rows without an id: those are told apart within whole days only."""
    return min((row.line.booking_date for row in rows if not row.id), default=None)


def _is_due(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or now - last >= every
