"""Every call site with every fault, then random schedules; each judged by what may come of it."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from random import Random
from typing import Final

from simulation.actions import Action
from simulation.books import Picture, difference
from simulation.faults import Fault, Injection, faults_of
from simulation.harness import Call, Outcome, Schedule, Simulation
from simulation.scenarios import SCENARIOS, base

ORDERS_MAX: Final = 500
FAULTS_MAX: Final = 3
"""How many faults may be needed to get to a call site."""
_TURNS: Final = (1, 2, 3)
_TURNS_SWITCHING: Final = 0.3
_SWITCHING: Final = (0.05, 0.2, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Failure:
    """A schedule that came to something it may not come to."""

    schedule: Schedule
    problems: tuple[str, ...]
    faults: tuple[str, ...]
    seed: int | None = None

    def __str__(self) -> str:
        by = f"seed {self.seed}: " if self.seed is not None else ""
        told = [f"{by}{self.schedule}", *self.faults, *self.problems]
        return "\n  ".join(told)


def play(schedule: Schedule) -> Outcome:
    """Run a schedule and return what it came to."""
    return _played(schedule).outcome()


def _played(schedule: Schedule) -> Simulation:
    sim = Simulation(base(schedule.scenario), schedule)
    for stage in SCENARIOS[schedule.scenario].stages:
        sim.stage(list(stage))
    return sim


@cache
def undisturbed(name: str) -> Outcome:
    """Return what a scenario comes to when nothing goes wrong and nothing happens at once.

    Raises AssertionError when even then something is wrong: such a scenario proves nothing.
    """
    outcome = play(Schedule(name))
    told = [*outcome.problems, *(() if SCENARIOS[name].is_concurrent else outcome.refusals)]
    if told:
        raise AssertionError(f"{name}, undisturbed: {told}")
    return outcome


@cache
def expected(name: str) -> tuple[Picture, ...]:
    """Return every picture that a serial order of what happens in a scenario comes to."""
    found = [_in_order(name, order) for order in SCENARIOS[name].orders]
    todo: deque[tuple[int, ...]] = deque([()])
    for _ in range(ORDERS_MAX):
        if not todo:
            return tuple(found)
        order = todo.popleft()
        sim = _played(Schedule(name, order=order))
        outcome = sim.outcome()
        if outcome.problems:
            raise AssertionError(f"{name}, in order {order}: {outcome.problems}")
        if outcome.picture not in found:
            found.append(outcome.picture)
        for place in range(len(order), len(sim.workers.choices)):
            taken = order + (0,) * (place - len(order))
            todo.extend((*taken, other) for other in range(1, sim.workers.choices[place]))
    raise AssertionError(f"{name} has more than {ORDERS_MAX} orders")


def _in_order(name: str, actions: tuple[Action, ...]) -> Picture:
    sim = Simulation(base(name), Schedule(name))
    for action in actions:
        sim.stage([action])
    outcome = sim.outcome()
    if outcome.problems:
        raise AssertionError(f"{name}, in another order: {outcome.problems}")
    return outcome.picture


def judged(schedule: Schedule, outcome: Outcome, seed: int | None = None) -> Failure | None:
    """Say what is wrong with an outcome, if anything is."""
    problems = list(outcome.problems)
    pictures = expected(schedule.scenario)
    if outcome.picture not in pictures:
        gaps = (difference(picture, outcome.picture) for picture in pictures)
        problems += ["the books differ:", *min(gaps, key=len)]
    if not problems:
        return None
    faults = tuple(
        f"call {call.number}, {call.by}: {call.fault} at {call.site}"
        for call in outcome.calls
        if call.fault is not None
    )
    return Failure(schedule, tuple(problems), faults, seed)


Met = tuple[Schedule, list[Call]]
"""A schedule, and the calls that it came to."""


@dataclass(slots=True)
class Campaign:
    """What was disturbed so far, and what came of it.

    `reached` are the random schedules that came to a call site before any other.
    """

    needed: dict[str, set[Fault]] = field(default_factory=lambda: defaultdict(set))
    applied: dict[str, set[Fault]] = field(default_factory=lambda: defaultdict(set))
    schedules: int = 0
    failures: list[Failure] = field(default_factory=list)
    reached: list[Met] = field(default_factory=list)

    def run(self, schedule: Schedule, seed: int | None = None) -> Outcome:
        """Run a schedule, judge it, and take note of what it met."""
        outcome = play(schedule)
        self.schedules += 1
        failure = judged(schedule, outcome, seed)
        if failure is not None:
            self.failures.append(failure)
        self.note(outcome.calls)
        return outcome

    def note(self, calls: Iterable[Call]) -> None:
        """Take note of the sites that were met, and of the faults that happened there."""
        for call in calls:
            self.needed[call.site] |= set(faults_of(call.method, is_step=call.is_step))
            if call.fault is not None:
                self.applied[call.site].add(call.fault)

    @property
    def covered(self) -> list[str]:
        """The sites at which every fault that may happen there did."""
        return [site for site, faults in self.needed.items() if faults <= self.applied[site]]

    @property
    def open(self) -> dict[str, set[Fault]]:
        """What was not disturbed yet, by site."""
        left = {site: faults - self.applied[site] for site, faults in self.needed.items()}
        return {site: faults for site, faults in left.items() if faults}

    def every_site(self, *, among: Iterable[str] = SCENARIOS, every_call: bool = False) -> None:
        """Disturb every call site with every fault, also those met only under another fault.

        With `every_call`, not only the first call of a site in a scenario is disturbed.
        """
        todo: deque[Met] = deque()
        for name in among:
            calls = undisturbed(name).calls
            self.note(calls)
            todo.append((Schedule(name), calls))
        self._disturb(todo, every_call=every_call)

    def every_site_reached(self) -> None:
        """Disturb the sites that only random schedules came to, from there, with every fault."""
        self._disturb(deque(self.reached), every_call=False)

    def _disturb(self, todo: deque[Met], *, every_call: bool) -> None:
        while todo:
            schedule, calls = todo.popleft()
            is_first = not schedule.injections
            for injection, call in _injections(calls):
                is_done = injection.fault in self.applied[call.site]
                if is_done and not (every_call and is_first):
                    continue
                for worse in _with(schedule, injection):
                    known = self._needs
                    met = self.run(worse).calls
                    if self._needs > known and len(worse.injections) < FAULTS_MAX:
                        todo.append((worse, met))

    @property
    def _needs(self) -> int:
        return sum(map(len, self.needed.values()))

    def random(self, seeds: Iterable[int], *, among: Sequence[str] = tuple(SCENARIOS)) -> None:
        """Run the schedules of some seeds."""
        for seed in seeds:
            known, schedule = self._needs, random_schedule(seed, among=among)
            calls = self.run(schedule, seed).calls
            if self._needs > known:
                self.reached.append((schedule, calls))


def _injections(calls: Iterable[Call]) -> Iterator[tuple[Injection, Call]]:
    """Yield each call that was not disturbed with each fault that may happen there."""
    seen: Counter[str] = Counter()
    for call in calls:
        nth = seen[call.site]
        seen[call.site] += 1
        if call.fault is None:
            for fault in faults_of(call.method, is_step=call.is_step):
                yield Injection(nth, call.site, fault), call


def _with(schedule: Schedule, injection: Injection) -> Iterator[Schedule]:
    """Yield the ways to run one more fault: two workers at once need turns, and some of them."""
    worse = replace(schedule, injections=(*schedule.injections, injection))
    if injection.fault is not Fault.TOGETHER:
        yield worse
        return
    for turns in _TURNS:
        yield replace(worse, turns=turns, switching=_TURNS_SWITCHING)


def random_schedule(seed: int, *, among: Sequence[str] = tuple(SCENARIOS)) -> Schedule:
    """Return the schedule of a seed: the same for ever, while the scenarios stay."""
    chance = Random(seed)  # noqa: S311 - a schedule, not a secret
    scenario = SCENARIOS[chance.choice(among)]
    length = len(undisturbed(scenario.name).calls)
    count = chance.choice((0, 0, 1, 1, 2) if scenario.is_concurrent else (1, 2, 2, 3, 4))
    injections = tuple(
        Injection(chance.randrange(length + length // 4), pick=chance.random())
        for _ in range(count)
    )
    if scenario.is_concurrent or chance.random() < 0.5:
        switching = chance.choice(_SWITCHING)
        return Schedule(scenario.name, injections, chance.randrange(2**32), switching)
    return Schedule(scenario.name, injections)
