"""Runs one schedule: a scenario on its world, with faults and turns as the schedule says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any, Final, Protocol

from rappro.adapters.memory import FixedClock, MemoryBlobs, MemoryFeeds, MemoryInbox, MemoryRuns
from rappro.adapters.memory import Started as MemoryStarted
from rappro.domain.books import Journal, JournalType
from rappro.domain.errors import RapproError
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.operations import ImportOutcome, Run, RunState
from rappro.domain.records import SourceFile, StatementRecord, StatementStatus
from rappro.domain.statement_state import RUNNABLE
from rappro.domain.writes import Record, Write
from rappro.ports import Blobs, Drop, Inbox, Ports, Store
from rappro.use_cases.chunks import CLAIM_LASTS
from rappro.use_cases.feed_sync import run_sync
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.large_files import STORING_FAILED
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.start_run import start_run
from simulation.books import Picture, broken_laws, picture
from simulation.disturbed import disturbed
from simulation.faults import Fault, Injection, Killed, faults_of
from simulation.machines import Execution, StepError, definition, error_of
from simulation.one_writer import OneWriter
from simulation.sites import site_of
from simulation.snapshots import SnapshotStore
from simulation.steps import STEPS
from simulation.workers import Invocation, Job, Workers
from simulation.worlds import COMPANY, PERSON, TENANT, drops

PATIENCE: Final = 80
"""How often somebody tries again: a person, an event's queue."""
_RECOVERIES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is disturbed and how; `turns` seeds who works when.

    Without it they work one after the other, in an `order`: which of those that wait is next, each
    time, the first unless told.
    """

    scenario: str
    injections: tuple[Injection, ...] = ()
    turns: int | None = None
    switching: float = 0.0
    order: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a schedule, as it happened."""

    number: int
    site: str
    method: str
    is_step: bool
    by: str
    fault: Fault | None


@dataclass(slots=True)
class Outcome:
    """What a schedule came to."""

    picture: Picture
    problems: list[str]
    calls: list[Call]
    refusals: list[str]


@dataclass(slots=True)
class Base:
    """A world before anything happens in it; every schedule starts from a copy."""

    store: SnapshotStore
    inbox: MemoryInbox
    clock: FixedClock
    lines_at_once: int = 20_000


class Queue(MemoryFeeds):
    """The queue of synchronisations, which delivers its messages."""

    def __init__(self, deliver: Callable[[str, int], object]) -> None:
        super().__init__()
        self._deliver = deliver

    def enqueue_sync(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, cause: str = "asked"
    ) -> None:
        super().enqueue_sync(tenant, company, connection_id, cause=cause)
        self._deliver(connection_id, len(self.requests))


class Holding(Store, Protocol):
    """A store that tells all it holds."""

    def everything(self, tenant: str, company: str) -> Iterator[Record]:
        """Yield every record of a company, in no order."""


@dataclass(slots=True)
class Outside:
    """Where a schedule happens, when it is not in process: with the drops of all files."""

    store: Holding
    blobs: Blobs
    inbox: Inbox
    drops: Mapping[str, Drop]


class Simulation:
    """One schedule under way: the gate of its ports, and everything that repeats what failed."""

    def __init__(self, base: Base, schedule: Schedule, outside: Outside | None = None) -> None:
        self.base, self.schedule = base, schedule
        where = outside or Outside(base.store.copy(), MemoryBlobs(), base.inbox, drops()[1])
        self.store, self.drops = where.store, where.drops
        self.clock = FixedClock(base.clock.now())
        runs = MemoryRuns(self._started("reconcile"), self._started("import"))
        feeds = Queue(self._asked)
        self.raw = Ports(self.store, where.blobs, where.inbox, runs, feeds, self.clock)
        self.ports = disturbed(self.raw, self)
        chance = None if schedule.turns is None else Random(schedule.turns)  # noqa: S311 - a seed
        self.workers = Workers(
            self.clock, chance=chance, switching=schedule.switching, order=schedule.order
        )
        self.calls: list[Call] = []
        self.is_inside = False
        self.refusals: list[str] = []
        self._planned = {(each.site, each.nth): each for each in schedule.injections}
        self._seen: Counter[str] = Counter()
        self._law = OneWriter(self.store, self.clock)

    # What the ports ask at each call.

    @property
    def invocation(self) -> Invocation:
        return self.workers.current.invocation

    def sleep(self, seconds: float) -> None:
        self.workers.sleep(seconds)

    def arrive(self, method: str) -> Fault | None:
        self.workers.switch()
        return self._met(method, site_of(method))

    def _met(self, method: str, site: str) -> Fault | None:
        number, is_step = len(self.calls), self.invocation.is_step
        injection = self._planned.get((None, number))
        injection = injection or self._planned.get((site, self._seen[site]))
        self._seen[site] += 1
        among = faults_of(method, is_step=is_step)
        fault = injection.chosen(among) if injection is not None else None
        self.calls.append(Call(number, site, method, is_step, self.workers.current.name, fault))
        return fault

    def committed(self, writes: Sequence[Write]) -> None:
        told = self._law.broken_by(self.invocation, writes)
        if told is not None:
            self.workers.problems.append(told)

    # What happens: stages one after the other, the actions of a stage at once.

    def stage(self, actions: Sequence[tuple[str, Callable[[Simulation], None]]]) -> None:
        """Do some actions at once, and everything that comes of them; then put right what failed.

        What failed for good is told to people, who ask for it again: a run of a statement, the
        arrival of a large file.
        """
        for name, action in actions:
            self.workers.spawn(name, partial(action, self))
        self.workers.run()
        for _ in range(_RECOVERIES_MAX):
            if not self._put_right():
                return
            self.workers.run()
        self.workers.problems.append("something fails for ever")

    def _put_right(self) -> bool:
        """Do what people do about what failed; say whether there was anything."""
        left = [
            statement for statement in self.store.statements(TENANT, COMPANY).items
            if statement.status in RUNNABLE and self._is_unmatched(statement)
        ]  # fmt: skip
        lost = [
            row for row in self.store.import_traces(TENANT, COMPANY).items
            if row.outcome is ImportOutcome.STORING
            or any(finding.code == STORING_FAILED for finding in row.findings)
        ]  # fmt: skip
        lost = [row for row in lost if not self._is_imported(row.sha256)]
        for statement in left:
            self.workers.spawn(f"run {statement.id} again", self._again(statement.id))
        for row in lost:
            self.clock.advance(CLAIM_LASTS)  # its machine may have died without a word
            arrived = Drop(row.object_key, row.object_version, 0)
            self.workers.spawn(f"drop {row.name} again", partial(self.arrival, arrived))
        crashed = any(call.fault is Fault.CRASHED for call in self.calls)
        if (left or lost) and not crashed:
            self.workers.problems.append("a run or an import was given up, and nothing crashed")
        return bool(left or lost)

    def _is_unmatched(self, statement: StatementRecord) -> bool:
        if statement.status is StatementStatus.RUN_FAILED:
            return True
        run_id = run_id_of(TENANT, COMPANY, statement.id, statement.run_number)
        run = self.store.get(TENANT, COMPANY, Run, run_id)
        return run is not None and run.state is not RunState.POSTED

    def _is_imported(self, sha256: str) -> bool:
        source = self.store.get(TENANT, COMPANY, SourceFile, sha256)
        return source is not None and source.is_imported

    def _again(self, statement: StatementId) -> Callable[[], None]:
        return lambda: self.person(
            "start_run", lambda ports: start_run(ports, TENANT, COMPANY, statement, PERSON)
        )

    def arrival(self, drop: Drop) -> None:
        """Deliver the event of a file."""
        self.event(
            "ImportStatement",
            lambda ports: import_drop(ports, drop, lines_at_once=self.base.lines_at_once),
        )

    def invoke(self, name: str, work: Callable[[Ports], Any], *, is_step: bool = False) -> Any:
        """Deliver an event to a function: once, twice, or twice at once."""
        fault = self._met("event", f"event < {name}")
        if fault is Fault.TOGETHER:
            self.workers.spawn(f"{name}, again", lambda: self._double(name, work, is_step))
        answer = self._once(name, work, is_step=is_step)
        if fault is Fault.TWICE:
            answer = self._once(name, work, is_step=is_step)
        return answer

    def _double(self, name: str, work: Callable[[Ports], Any], is_step: bool) -> None:  # noqa: FBT001
        try:
            self._once(name, work, is_step=is_step)
        except (RapproError, Killed):
            return  # nobody waits for it

    def _once(self, name: str, work: Callable[[Ports], Any], *, is_step: bool) -> Any:
        job = self.workers.current
        outer, job.invocation = job.invocation, Invocation(name, is_step)
        try:
            return work(self.ports)
        finally:
            job.invocation = outer

    # Who repeats what failed.

    def person(self, name: str, work: Callable[[Ports], Any]) -> None:
        """Ask the API until it answers: a retryable error is asked again, a refusal is taken."""
        for _ in range(PATIENCE):
            try:
                self.invoke(name, work)
            except Killed:
                self.sleep(3)
            except RapproError as error:
                if not error.is_retryable:
                    self.refusals.append(f"{name}: {error.code}")
                    return
                self.sleep(30)
            else:
                return
        self.workers.problems.append(f"{name} was never answered")

    def event(self, name: str, work: Callable[[Ports], Any]) -> None:
        """Deliver an event until it is taken in: the queue repeats it, then its dead letters."""
        for _ in range(PATIENCE):
            try:
                self.invoke(name, work)
            except Killed:
                self.sleep(60)
            except RapproError as error:
                if not error.is_retryable:
                    raise
                self.sleep(60)
            else:
                return
        self.workers.problems.append(f"{name} was never taken in")

    def _started(self, machine: str) -> Callable[[MemoryStarted], object]:
        def start(started: MemoryStarted) -> Job:
            return self.workers.spawn(
                f"{machine} {started.name}", lambda: self._execute(machine, started.payload)
            )

        return start

    def _asked(self, connection: str, number: int) -> None:
        message = f"message-{number}"
        self.workers.spawn(message, lambda: self.event("SyncAggregator", lambda ports: run_sync(
            ports, TENANT, COMPANY, connection, message_id=message
        )))  # fmt: skip

    def _execute(self, machine: str, payload: dict[str, Any]) -> None:
        steps = {name: self._step(name, step) for name, step in STEPS[machine].items()}
        execution = Execution(steps, sleep=self.sleep, parallel=self.workers.parallel)
        try:
            execution.run(definition(machine), payload)
        except StepError as error:
            if error.cause.startswith("unexpected"):
                self.workers.problems.append(f"{machine}: {error}")

    def _step(
        self, name: str, step: Callable[[Ports, dict[str, Any]], dict[str, Any]]
    ) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def run(given: dict[str, Any]) -> dict[str, Any]:
            first = len(self.calls)
            try:
                answer: dict[str, Any] = self.invoke(name, lambda p: step(p, given), is_step=True)
            except (Exception, Killed) as error:
                crashed = any(call.fault is Fault.CRASHED for call in self.calls[first:])
                raise error_of(error, is_crash=crashed) from error
            return answer

        return run

    # What it came to.

    def outcome(self) -> Outcome:
        """Return the picture of the books with everything that is wrong with them."""
        records = list(self.store.everything(TENANT, COMPANY))
        problems = [*self.workers.problems, *broken_laws(records), *self._reports()]
        return Outcome(picture(records), problems, self.calls, self.refusals)

    def _reports(self) -> list[str]:
        journals = self.store.all(TENANT, COMPANY, Journal)
        found = [
            reconciliation_report(self.raw, TENANT, COMPANY, journal.code, None)
            for journal in journals
            if journal.type is JournalType.TREASURY
        ]
        return [
            f"the report of {report.journal} is off by {report.difference_minor}"
            for report in found
            if report.difference_minor
        ]
