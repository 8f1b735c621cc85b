"""One scenario: what a bank, its provider and our own machines do, step by step, from a seed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Final

from devstack.providers.bank import Condition, Movement
from devstack.providers.wire import Fault
from rappro.adapters.aggregators.ponto_pages import OVERLAP
from rappro.domain.connectors import Window, pages
from rappro.domain.errors import AggregatorUnavailable, ConsentExpired, LeaseHeld, RapproError
from rappro.domain.feeds import FeedConnection, StagedState, StatementMode
from rappro.domain.records import LineRecord
from rappro.use_cases.feed_lease import LEASE_SECONDS
from rappro.use_cases.feed_statements import make_statement
from simulation.faults import Killed
from simulation.feeds.gate import Mishap
from simulation.feeds.world import COMPANY, CONNECTION, TENANT, World, cents

STEPS_MIN, STEPS_MAX = 6, 22
BY_DAY: Final = frozenset({"ponto"})
"""Providers whose cursor is a place among days."""
CALLS_MAX: Final = 60
_LABELS = ("VIR SEPA DURAND", "CB MONOPRIX", "PRLV EDF", "FRAIS TENUE DE COMPTE")
_FAULTS = (
    Fault(status=500), Fault(status=503), Fault(status=429, retry_after="3600"),
    Fault(status=429), Fault(is_cut=True), Fault(is_no_json=True),
)  # fmt: skip
_CONDITIONS = (
    Condition.SYNCING, Condition.NEEDS_CODE, Condition.WRONG_PASSWORD, Condition.DOWN,
    Condition.QUOTA,
)  # fmt: skip


@dataclass
class Verdict:
    """What was wrong with a scenario: counts, and a sentence for each."""

    lost: int = 0
    doubled: int = 0
    altered: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.doubled or self.altered)


class Scenario:
    """Plays one seed with one provider."""

    def __init__(self, provider: str, seed: int) -> None:
        self.random = Random(f"{provider}/{seed}")  # noqa: S311 - a seed makes it repeatable
        self.world = World(provider, self.random.choice(list(StatementMode)))
        self.verdict = Verdict()
        self.log: list[str] = []
        self._seen: dict[str, LineRecord] = {}
        self._delivered: list[str] = []

    def play(self) -> Verdict:
        """Play every step, let all come to rest, and compare with the bank's truth."""
        self._server_habits()
        for _ in range(self.random.randint(1, 6)):
            self._movement()
        for _ in range(self.random.randint(STEPS_MIN, STEPS_MAX)):
            step = self.random.choice(self._steps())
            self.log.append(step.__name__.strip("_"))
            step()
            self._watch()
        self.world.rest()
        self._watch()
        self._compare()
        return self.verdict

    def _steps(self) -> list[Callable[[], None]]:
        """Return the steps with their weight: how often each is there."""
        return [
            *[self._movement] * 4, *[self._sync] * 6, *[self._disturbed_sync] * 4, self._twins,
            self._future, self._book, self._book, self._edit, self._remove, self._late_history,
            self._wait, self._wait, self._condition, self._repair, self._repair, self._fault,
            self._renew, self._expire, self._deliver_again, self._by_hand, self._reconcile,
            self._server_habits,
        ]  # fmt: skip

    # The bank.

    def _movement(self) -> None:
        day = self.world.bank.now.date() - timedelta(days=self.random.choice((0, 0, 1, 1, 2, 4)))
        amount = cents(self.random.choice((-1, 1)) * self.random.choice((990, 1250, 4200, 99999)))
        label = self.random.choice(_LABELS)
        self.world.bank.add(self.world.at_bank.id, day, amount, label)

    def _twins(self) -> None:
        day = self.world.bank.now.date()
        for _ in range(2):
            self.world.bank.add(self.world.at_bank.id, day, cents(-450), "CB CAFE")

    def _late_history(self) -> None:
        day = self.world.bank.now.date() - timedelta(days=self.random.randint(8, 80))
        for _ in range(self.random.randint(1, 3)):
            self.world.bank.add(self.world.at_bank.id, day, cents(-3000), "LOYER")

    def _future(self) -> None:
        day = self.world.bank.now.date() + timedelta(days=self.random.randint(0, 3))
        amount = cents(self.random.choice((-2500, 7000)))
        self.world.bank.add(self.world.at_bank.id, day, amount, "A VENIR", is_future=True)

    def _book(self) -> None:
        found = self._movements(is_future=True)
        if found:
            one = self.random.choice(found)
            day = self.world.bank.now.date()
            self.world.bank.book(one.id, day, keeps_id=self.random.random() < 0.5)

    def _edit(self) -> None:
        found = self._movements(is_future=False)
        if found:
            one = self.random.choice(found)
            amount = cents(self.random.choice((-1111, 2222)))
            if self.random.random() < 0.5:
                self.world.bank.edit(one.id, amount=amount)
            else:
                self.world.bank.edit(one.id, label=f"{one.label} CORRIGE")

    def _remove(self) -> None:
        found = self._movements(is_future=False)
        if found:
            self.world.bank.remove(self.random.choice(found).id)

    def _movements(self, *, is_future: bool) -> list[Movement]:
        account = self.world.at_bank.id
        return [
            one for one in self.world.bank.movements.values()
            if (one.account, one.is_future, one.is_deleted) == (account, is_future, False)
        ]  # fmt: skip

    def _wait(self) -> None:
        self.world.bank.wait(hours=self.random.choice((1, 6, 12, 24, 24 * 9)))

    def _condition(self) -> None:
        self.world.bank.set(self.world.link_id, self.random.choice(_CONDITIONS))

    def _repair(self) -> None:
        self.world.bank.set(self.world.link_id, Condition.FINE)

    def _expire(self) -> None:
        self.world.bank.wait(days=181)

    def _renew(self) -> None:
        self.world.bank.renew(self.world.link_id, keeps_ids=self.random.random() < 0.4)

    # The provider.

    def _fault(self) -> None:
        self.world.server.faults.append(self.random.choice(_FAULTS))

    def _server_habits(self) -> None:
        """Let the provider's pages be small, and its rows in another order."""
        simulator = getattr(self.world.server, self.world.provider)
        simulator.page_size = self.random.choice((1, 2, 3, 100))
        simulator.order_seed = self.random.randint(0, 9)

    # Ourselves.

    def _sync(self) -> None:
        cause = self.random.choice(("schedule", "asked", "webhook", "callback"))
        self._deliver(self.world.sync, cause=cause)

    def _disturbed_sync(self) -> None:
        """Let a synchronisation end badly at any call; its message comes again, mostly."""
        gate = self.world.gate
        gate.plan(self.random.randrange(CALLS_MAX), self.random.choice(list(Mishap)))
        gate.meanwhile = self._another_worker
        self.world.messages += 1
        message = f"m{self.world.messages}"
        self._deliver(self.world.sync, message=message)
        gate.clear()
        if self.random.random() < 0.8:
            self.world.bank.wait(seconds=self.random.choice((1, 1_800)))
            self._deliver(self.world.sync, message=message)
        self._delivered.append(message)

    def _another_worker(self) -> None:
        """Do the whole work while a worker stands still beyond its lease."""
        if self.random.random() < 0.7:
            self.world.bank.wait(seconds=LEASE_SECONDS + 1)
        self.random.choice((self._movement, self._edit, self._remove, self._wait))()
        self._deliver(self.world.sync)

    def _deliver_again(self) -> None:
        if self._delivered:
            self._deliver(self.world.sync, message=self.random.choice(self._delivered))

    def _deliver(self, work: Callable[..., object], **named: str) -> None:
        """Run a worker as its function does: it ends, fails, or is killed."""
        with suppress(RapproError, Killed):
            work(**named)

    def _by_hand(self) -> None:
        until = self.world.bank.now.date() - timedelta(days=self.random.randint(0, 3))
        self.world.messages += 1
        with suppress(LeaseHeld, RapproError):
            make_statement(
                self.world.ports, TENANT, COMPANY, self.world.account_id, until=until,
                author="u1", holder=f"h{self.world.messages}",
            )  # fmt: skip

    def _reconcile(self) -> None:
        """Let a person work on what is on statements: from now on it may only be annotated."""
        self._seen |= self.world.lines()

    # What must hold.

    def _watch(self) -> None:
        """Look at what must hold at every moment."""
        now = self.world.lines()
        for key, before in self._seen.items():
            after = now.get(key)
            if after is None or after.line != before.line:
                self._wrong("altered", f"line {key} of a statement is another one")
        self._seen |= now
        refs = [line.line.entry_ref for line in now.values()]
        for ref in sorted({one for one in refs if one and refs.count(one) > 1}):
            self._wrong("doubled", f"{ref} stands on two lines")
        if self.world.bank.links[self.world.link_id].consent_until > self.world.bank.now:
            self._clock()

    def _clock(self) -> None:
        """The cursor is never past what is kept: what is not, comes when it is read from there."""
        account = self.world.account
        if account.ref != str(self.world.at_bank.id) or account.cursor is None:
            return
        condition = self.world.bank.links[self.world.link_id].condition
        self.world.bank.set(self.world.link_id, Condition.FINE)
        faults, self.world.server.faults[:] = list(self.world.server.faults), []
        try:
            found = self._from_cursor()
        except (ConsentExpired, AggregatorUnavailable):  # a token that worked once was lost
            self.world.consent_again()
            found = self._from_cursor()
        self.world.server.faults[:] = faults
        self.world.bank.set(self.world.link_id, condition)
        there = {one.provider_id for one in self.world.staged()} | found
        for ref, (day, _, _) in self.world.bank.booked(self.world.at_bank.id).items():
            if ref not in there and not self._is_by_day_only(day):
                self._wrong("lost", f"transaction {ref} is behind the cursor and not kept")

    def _is_by_day_only(self, day: date) -> bool:
        """Say whether the cursor promises nothing of a day: it goes by days, not by arrival.

        What comes late with such a date is found by the windows that are read again.
        """
        if self.world.provider not in BY_DAY:
            return False
        newest = date.fromisoformat((self.world.account.cursor or "")[:10])
        return day < newest - OVERLAP

    def _from_cursor(self) -> set[str]:
        world = self.world
        connection = world.store.get(TENANT, COMPANY, FeedConnection, CONNECTION)
        assert connection is not None
        accounts = world.connector.accounts(world.keeper, connection.connection_ref or "")
        told = next(one for one in accounts if one.ref == world.account.ref)
        window = Window(world.account.cursor, None)
        found = pages(world.connector, world.keeper, told, window)
        return {row.id for page in found for row in page.items}

    def _compare(self) -> None:
        """Compare what is kept with the bank's truth, and what is placed with the lines."""
        truth, kept = self.world.truth(), self.world.kept()
        for what, count in (truth - kept).items():
            self._wrong("lost", f"{count} x {what} is not kept")
        for what, count in (kept - truth).items():
            self._wrong("doubled", f"{count} x {what} is not at the bank")
        places = {
            f"{one.statement_id}/{one.position}"
            for one in self.world.staged()
            if one.state is StagedState.PLACED
        }
        for key in sorted(set(self.world.lines()) ^ places):
            self._wrong("doubled", f"line {key} and what is staged differ")
        if self.world.account.gap_minor:
            self._wrong("lost", f"a gap of {self.world.account.gap_minor} is left")

    def _wrong(self, kind: str, told: str) -> None:
        if told not in self.verdict.told:
            self.verdict.told.append(told)
            setattr(self.verdict, kind, getattr(self.verdict, kind) + 1)
