"""Workers that take turns: one at a time, and which one is next depends on the seed alone.

Alone, jobs run one after the other in the calling thread. Interleaved, each job has a thread, but
only the one that holds the baton runs; it may hand it over at a call to a port. Waiting costs no
time: the clock moves on when everybody waits.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from threading import Lock, Thread

from rappro.adapters.memory import FixedClock
from rappro.domain.writes import Fence
from simulation.faults import Killed

TURNS_MAX = 20_000
"""Turns of one schedule; more means that somebody waits for ever."""


@dataclass(slots=True)
class Invocation:
    """One run of a function; once it is dead, every further call of it dies too."""

    name: str
    is_step: bool = False
    is_dead: bool = False
    fence: Fence | None = None  # the lease that it took last


@dataclass(slots=True, eq=False)
class Job:
    """Something to do, with whoever repeats it when it fails."""

    name: str
    work: Callable[[], None]
    invocation: Invocation = field(default_factory=lambda: Invocation("nobody"))
    wake_at: datetime | None = None
    is_done: bool = False
    baton: Lock = field(default_factory=Lock)
    thread: Thread | None = None
    awaited: tuple[Job, ...] = ()


class Workers:
    """Runs jobs to their end, and the jobs that they start."""

    def __init__(
        self, clock: FixedClock, *, chance: Random | None = None, switching: float = 0.0,
        order: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """Take turns by `chance` with that probability at each call; without it, one by one.

        `choices` tells how many jobs waited each time that one was taken, `order` which was.
        """
        self._clock = clock
        self._chance = chance
        self._switching = switching
        self._pool: list[Job] = []
        self._order = deque(order)
        self.choices: list[int] = []
        self._main = Lock()
        self.current = Job("nobody", lambda: None)
        self.problems: list[str] = []

    def spawn(self, name: str, work: Callable[[], None]) -> Job:
        """Add a job; it runs after the present one, or in turns with it."""
        job = Job(name, work)
        self._pool.append(job)
        return job

    def run(self) -> None:
        """Run until nothing is left to do."""
        if self._chance is None:
            while self._pool:
                self.choices.append(len(self._pool))
                self._work(self._pool.pop(self._order.popleft() if self._order else 0))
            return
        self._main.acquire()
        try:
            self._take_turns(self._chance)
        finally:
            self._main.release()

    def parallel(self, works: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """Do some work side by side and return when all is done."""
        if self._chance is None:
            for _, work in works:
                work()
            return
        me = self.current
        me.awaited = tuple(self.spawn(name, work) for name, work in works)
        self._give_up(me)
        me.awaited = ()

    def sleep(self, seconds: float) -> None:
        """Let time pass for the present job."""
        if self._chance is None:
            self._clock.advance(timedelta(seconds=seconds))
            return
        me = self.current
        me.wake_at = self._clock.now() + timedelta(seconds=seconds)
        self._give_up(me)
        me.wake_at = None

    def switch(self) -> None:
        """Perhaps let another job go on."""
        if self._chance is not None and self._chance.random() < self._switching:
            self._give_up(self.current)

    def _work(self, job: Job) -> None:
        self.current = job
        try:
            job.work()
        except (Exception, Killed) as error:  # noqa: BLE001 - what nobody expected is the finding
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno}"
            self.problems.append(f"{job.name} ended in {type(error).__name__} at {where}: {error}")
        job.is_done = True

    def _take_turns(self, chance: Random) -> None:
        for _ in range(TURNS_MAX):
            self._pool = [job for job in self._pool if not job.is_done]
            ready = [job for job in self._pool if all(other.is_done for other in job.awaited)]
            if not ready:
                return
            now = self._clock.now()
            awake = [job for job in ready if job.wake_at is None or job.wake_at <= now]
            if not awake:
                self._clock.set(min(job.wake_at for job in ready if job.wake_at is not None))
                continue
            self._resume(awake[0] if len(awake) == 1 else chance.choice(awake))
        self.problems.append("somebody waits for ever")

    def _resume(self, job: Job) -> None:
        self.current = job
        if job.thread is None:
            job.thread = Thread(target=self._in_thread, args=(job,), daemon=True, name=job.name)
            job.baton.acquire()
            job.thread.start()
        else:
            job.baton.release()
        self._main.acquire()  # until the job hands the baton back
        if job.is_done:
            job.thread.join()

    def _in_thread(self, job: Job) -> None:
        self._work(job)
        self._main.release()

    def _give_up(self, job: Job) -> None:
        self._main.release()
        job.baton.acquire()
