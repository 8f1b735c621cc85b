"""The bank behind the simulated providers: accounts and movements, and a clock moved by hand.

What a connector must end up with is read here (`booked`, `balance`); how a provider tells it is
the providers' business.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

CONSENT = timedelta(days=180)
START = datetime(2026, 11, 2, 7, 30, tzinfo=UTC)
_IBANS = "FR76300040000100000{:05d}{:03d}"


class Condition(StrEnum):
    """What a link to the bank is in; each provider has its own words for it."""

    FINE = "fine"
    SYNCING = "syncing"
    NEEDS_CODE = "needs_code"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a condition
    DOWN = "down"
    QUOTA = "quota"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Link:
    """One user's access to one bank; `code` is a provider's own state, said instead."""

    id: int
    owner: str
    bank: str
    consent_until: datetime
    refreshed_at: datetime
    condition: Condition = Condition.FINE
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    id: int
    link: int
    name: str
    iban: str
    changed_at: datetime
    currency: str = "EUR"
    opening: Decimal = Decimal(0)
    is_enabled: bool = True
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement; a deleted one stays, with the time of its end as its last change."""

    id: int
    account: int
    day: date
    amount: Decimal
    label: str
    changed_at: datetime
    value_day: date | None = None
    is_future: bool = False
    is_deleted: bool = False


class Bank:
    """The truth, and what may happen to it. Every change is stamped with the bank's own clock."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self.links: dict[int, Link] = {}
        self.accounts: dict[int, Account] = {}
        self.movements: dict[int, Movement] = {}
        self._number = 70_368_744_177_000  # beyond 2^46, as some providers' numbers are

    def clock(self) -> datetime:
        """Return the time; what a connector takes as its clock."""
        return self.now

    def wait(self, **spans: float) -> None:
        """Let time pass (the arguments of timedelta)."""
        self.now += timedelta(**spans)

    def connect(self, owner: str, bank: str = "Banque du Port", *, accounts: int = 2) -> Link:
        """Open a user's access to a bank, with accounts and nothing on them yet."""
        link = Link(self._next(), owner, bank, self.now + CONSENT, self.now)
        self.links[link.id] = link
        for number in range(accounts):
            self.open(link.id, f"Compte {number + 1}")
        return link

    def open(
        self, link: int, name: str, *, currency: str = "EUR", opening: Decimal = Decimal(0),
        is_enabled: bool = True,
    ) -> Account:  # fmt: skip
        """Open an account under a link."""
        number = self._next()
        account = Account(
            number, link, name, _IBANS.format(number % 100_000, number % 97), self.now, currency,
            opening, is_enabled,
        )  # fmt: skip
        self.accounts[number] = account
        return account

    def add(
        self, account: int, day: date, amount: Decimal, label: str, *, is_future: bool = False,
        value_day: date | None = None,
    ) -> Movement:  # fmt: skip
        """Add a movement of any day: an old one is history that arrives late."""
        found = Movement(
            self._next(), account, day, amount, label, self.now, value_day, is_future
        )  # fmt: skip
        self.movements[found.id] = found
        return found

    def edit(
        self, movement: int, *, label: str | None = None, amount: Decimal | None = None
    ) -> Movement:
        """Let the bank correct a movement."""
        old = self.movements[movement]
        return self._keep(
            replace(
                old, label=old.label if label is None else label,
                amount=old.amount if amount is None else amount,
            )
        )  # fmt: skip

    def remove(self, movement: int) -> Movement:
        """Let a movement vanish at the bank."""
        return self._keep(replace(self.movements[movement], is_deleted=True))

    def book(self, movement: int, day: date, *, keeps_id: bool = False) -> Movement:
        """Book what was to come: under its number, or the old row vanishes for a new one."""
        old = self.movements[movement]
        if keeps_id:
            return self._keep(replace(old, is_future=False, day=day))
        self.remove(movement)
        return self.add(old.account, day, old.amount, f"CB {old.label}")

    def enable(self, account: int) -> None:
        """Let the user consent to an account's data."""
        found = self.accounts[account]
        self.accounts[account] = replace(found, is_enabled=True, changed_at=self.now)

    def set(self, link: int, condition: Condition, *, code: str | None = None) -> None:
        """Put a link in a condition, or in a provider's own state."""
        self.links[link] = replace(self.links[link], condition=condition, code=code)

    def renew(self, link: int, *, keeps_ids: bool = True) -> None:
        """Renew a consent; some banks' accounts come back under other numbers."""
        self.links[link] = replace(
            self.links[link], consent_until=self.now + CONSENT, condition=Condition.FINE, code=None,
            refreshed_at=self.now,
        )  # fmt: skip
        if keeps_ids:
            return
        for old in [one for one in self.accounts.values() if one.link == link]:
            again = replace(old, id=self._next(), changed_at=self.now)
            self.accounts[again.id] = again
            self.accounts[old.id] = replace(old, is_deleted=True, changed_at=self.now)
            for movement in [one for one in self.movements.values() if one.account == old.id]:
                self._keep(replace(movement, id=self._next(), account=again.id))

    def close(self, account: int) -> None:
        """Take an account back; with its last one a link is gone."""
        found = replace(self.accounts[account], is_deleted=True, changed_at=self.now)
        self.accounts[account] = found
        if all(one.is_deleted for one in self.accounts.values() if one.link == found.link):
            self.disconnect(found.link)

    def disconnect(self, link: int) -> None:
        """Remove a link with all that hangs on it."""
        gone = {one.id for one in self.accounts.values() if one.link == link}
        self.links.pop(link, None)
        self.accounts = {n: one for n, one in self.accounts.items() if n not in gone}
        self.movements = {n: one for n, one in self.movements.items() if one.account not in gone}

    def disown(self, owner: str) -> None:
        """Remove everything of a user."""
        for link in [one.id for one in self.links.values() if one.owner == owner]:
            self.disconnect(link)

    def of_owner(self, owner: str) -> list[Account]:
        """Return the accounts of a user."""
        return [one for one in self.accounts.values() if self.links[one.link].owner == owner]

    def booked(self, account: int) -> dict[str, tuple[date, Decimal, str]]:
        """Return what is on an account by now: the truth that a connector must end up with."""
        return {
            str(one.id): (one.day, one.amount, one.label)
            for one in self.movements.values()
            if one.account == account and not one.is_future and not one.is_deleted
        }

    def balance(self, account: int) -> Decimal:
        """Return the booked balance."""
        moved = [amount for _, amount, _ in self.booked(account).values()]
        return sum(moved, self.accounts[account].opening)

    def _keep(self, movement: Movement) -> Movement:
        found = replace(movement, changed_at=self.now)
        self.movements[found.id] = found
        return found

    def _next(self) -> int:
        self._number += 1
        return self._number
