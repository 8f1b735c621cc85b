"""Units larger than one transaction, killed at every step: readers see before or after.

`python -m simulation.units --lines 10000` validates a statement of so many lines. Each call to a
store or a bucket is a step, and a death before or after it leaves what the last write left; so at
each write everything around it is asked for, at some of them everything there is. The process ends
for real at every `stride`-th write, before it or after it by turns, and the work is begun again;
from some of the states it is rolled forward on a copy, undisturbed, to compare.

The last line is JSON; it ends with 1 when a reader saw something else than before or after, or when
the books came to something else.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

from rappro.domain.ids import StatementId
from rappro.domain.operations import Lease
from rappro.domain.records import Match
from rappro.domain.writes import Record, Write
from rappro.ports import Ports
from simulation.faults import Killed
from simulation.readers import Answers, Reader, differing
from simulation.unit_work import UNITS, Work
from simulation.unit_worlds import BANK, LargeWorld, large_world
from simulation.worlds import COMPANY, TENANT

_TOLD_MAX: Final = 5
_SOME: Final = 20
_BY_ID: Final = frozenset({"item", "match by id"})
Kept = dict[tuple[str, str], Record]


@dataclass(slots=True)
class Tally:
    """What was done to one unit, and what readers saw of it."""

    unit: str
    lines: int
    steps: int = 0  # calls to store and bucket of the undisturbed work, each a place to die
    writes: int = 0  # those of them that left another state, the lease's aside
    deaths: int = 0  # processes that ended for real, and were followed by another one
    looks: int = 0  # times that readers asked for what a write changed
    full_looks: int = 0  # times that they asked for everything
    answers: int = 0
    rolled_forward: int = 0  # states from which a copy was finished undisturbed
    mismatches: int = 0
    told: list[str] = field(default_factory=list)

    def tell(self, what: str) -> None:
        """Take note of something that may not be."""
        self.mismatches += 1
        if len(self.told) < _TOLD_MAX:
            self.told.append(what)


@dataclass(slots=True)
class Gate:
    """What every call of the work passes: it counts, tells of writes, and ends the process."""

    on_write: Callable[[Sequence[Write]], None] | None = None
    steps: int = 0
    writes: int = 0
    die_at: int | None = None
    is_before: bool = False
    is_dead: bool = False
    saved: set[str] = field(default_factory=set)

    def call(self, name: str, real: Callable[..., Any], given: Any, named: Any) -> Any:
        """Do one call, or die before or after it."""
        if self.is_dead:
            raise Killed
        self.steps += 1
        writes = self._written(name, given)
        if writes is None:
            return real(*given, **named)
        if self.writes + 1 == self.die_at and self.is_before:
            if name == "blobs.save_document":
                self.saved.discard(given[2])
            self._die()
        answer = real(*given, **named)
        self.writes += 1
        if self.on_write is not None:
            self.on_write(writes)
        if self.writes == self.die_at:
            self._die()
        return answer

    def _written(self, name: str, given: Any) -> Sequence[Write] | None:
        """Return what a call writes; None for the lease alone, and a document written again."""
        if name == "blobs.save_document":
            is_new = given[2] not in self.saved
            self.saved.add(given[2])
            return () if is_new else None
        if name != "store.commit":
            return None
        writes: Sequence[Write] = given[2]
        return None if all(isinstance(w.after or w.before, Lease) for w in writes) else writes

    def _die(self) -> None:
        self.is_dead = True
        raise Killed


class _Gated:
    """A port of which every call passes the gate."""

    def __init__(self, name: str, real: Any, gate: Gate) -> None:
        self._name, self._real, self._gate = name, real, gate

    def __getattr__(self, method: str) -> Any:
        real, name = getattr(self._real, method), f"{self._name}.{method}"
        return lambda *given, **named: self._gate.call(name, real, given, named)


def gated(ports: Ports, gate: Gate) -> Ports:
    """Return ports of which store and bucket pass the gate."""
    real = {f.name: getattr(ports, f.name) for f in fields(ports)}
    guarded = {name: _Gated(name, real[name], gate) for name in ("store", "blobs")}
    return Ports(**{**real, **guarded})


def _some(keys: Sequence[str]) -> Sequence[str]:
    """Return some of what is asked for one by one; what a write touches is asked anyway."""
    return keys[:: len(keys) // _SOME + 1]


def kept(world: Any) -> Kept:
    """Return what a store holds; versions and the lease tell how it came about."""
    return {
        (type(record).__name__, record.key): replace(record, version=0)
        for record in world.store.everything(TENANT, COMPANY)
        if not isinstance(record, Lease)
    }


@dataclass(slots=True)
class Trial:
    """One unit in one world: how it was before, how it is after, and what happens between."""

    work: Work
    world: Any  # LargeWorld, or one elsewhere that answers as it does
    tally: Tally
    before: Answers = field(default_factory=dict)
    after: Answers = field(default_factory=dict)
    expected: Kept = field(default_factory=dict)
    matches: list[str] = field(default_factory=list)
    is_after: bool = False
    reader: Reader | None = None

    def prepare(self, elsewhere: LargeWorld) -> None:
        """Do the work undisturbed in a world of its own, and keep how that looks."""
        gate = Gate()
        self.work.do(gated(elsewhere.ports(), gate), elsewhere)
        self.tally.steps, self.tally.writes = gate.steps, gate.writes
        self.expected = kept(elsewhere)
        self.matches = [key for kind, key in self.expected if kind == Match.__name__]
        asked = elsewhere.items, self.matches
        self.before = self._reader(self.world.ports()).everything(*asked)
        self.after = self._reader(elsewhere.ports()).everything(*asked)
        if not differing(self.after, self.before):
            self.tally.tell("the work changed nothing")

    def run(self, *, stride: int, full_looks: int, forks: int) -> None:
        """Do the work, ending the process at every `stride`-th write and beginning it again."""
        self.reader = self._reader(self.world.ports())
        self.reader.remember_pages()
        planned = max(1, self.tally.writes)
        often_full = max(1, planned // full_looks) if full_looks else 0
        often_fork = max(1, planned // forks) if forks else 0
        gate = Gate()

        def look(writes: Sequence[Write]) -> None:
            self.look(writes)
            if often_full and gate.writes % often_full == 0:
                self.look_at_everything()
            if often_fork and gate.writes % often_fork == 0:
                self.roll_forward()

        gate.on_write = look
        while True:
            gate.is_dead = False
            gate.is_before = self.tally.deaths % 2 == 1
            gate.die_at = gate.writes + stride if not gate.is_before else gate.writes + 1
            try:
                self.work.do(gated(self.world.ports(), gate), self.world)
            except Killed:
                self.tally.deaths += 1
                continue
            break
        self.is_after = True
        self.look_at_everything()
        self._compare(kept(self.world), "in the end")

    def look(self, writes: Sequence[Write]) -> None:
        """Ask for what some writes changed."""
        assert self.reader is not None
        self.tally.looks += 1
        self._judge(self.reader.around(writes, StatementId(self.world.statement)))

    def look_at_everything(self) -> None:
        """Ask for everything there is; nothing may be missing either."""
        assert self.reader is not None
        self.tally.full_looks += 1
        items, matches = _some(self.world.items), _some(self.matches)
        shown = self.reader.everything(items, matches)
        self._judge(shown)
        expected = self.after if self.is_after else self.before
        missing = {name for name in expected if name[0] not in _BY_ID} - shown.keys()
        if missing:
            self.tally.tell(f"write {self.tally.looks}: not shown: {sorted(map(str, missing))[:3]}")

    def _judge(self, shown: Answers) -> None:
        """Take note unless all answers are of before, or, from the switch on, of after."""
        self.tally.answers += len(shown)
        if not self.is_after:
            wrong = differing(shown, self.before)
            if not wrong:
                return
            self.is_after = True  # readers are shown the end from here on, or something is wrong
        wrong = differing(shown, self.after)
        if wrong:
            self.tally.tell(f"write {self.tally.looks}: {wrong[:3]} of {len(shown)} answers")

    def roll_forward(self) -> None:
        """Finish a copy of what there is now, undisturbed, and compare."""
        copy = self.world.fork()
        self.work.do(copy.ports(), copy)
        self.tally.rolled_forward += 1
        self._compare(kept(copy), f"rolled forward from write {self.tally.looks}")

    def _compare(self, found: Kept, when: str) -> None:
        wrong = [
            key
            for key in self.expected.keys() | found.keys()
            if self.expected.get(key) != found.get(key)
        ]
        if wrong:
            self.tally.tell(f"{when}: {sorted(wrong)[:3]} of {len(wrong)}")

    def _reader(self, ports: Ports) -> Reader:
        return Reader(ports, TENANT, COMPANY, BANK)


def tried(
    unit: str, *, lines: int, slips: int, stride: int = 1, full_looks: int = 10, forks: int = 5
) -> Tally:
    """Try one unit and return what came of it."""
    work = UNITS[unit]
    world = work.prepared(large_world(lines, slips, is_matched=work.needs_matches))
    trial = Trial(work, world, Tally(unit, lines))
    trial.prepare(world.fork())
    trial.run(stride=stride, full_looks=full_looks, forks=forks)
    return trial.tally


def main(arguments: Sequence[str]) -> int:
    """Try the units that are asked for; print what is wrong, and the figures as JSON."""
    parser = argparse.ArgumentParser(prog="python -m simulation.units")
    parser.add_argument("--unit", choices=sorted(UNITS), default="validation")
    parser.add_argument("--lines", type=int, default=300, help="lines of the statement")
    parser.add_argument("--slips", type=int, default=30, help="slips that its first line pays")
    parser.add_argument("--stride", type=int, default=1, help="writes between two deaths")
    parser.add_argument("--full-looks", type=int, default=10)
    parser.add_argument("--forks", type=int, default=5, help="copies rolled forward undisturbed")
    asked = parser.parse_args(arguments)
    tally = tried(
        asked.unit, lines=asked.lines, slips=asked.slips, stride=asked.stride,
        full_looks=asked.full_looks, forks=asked.forks,
    )  # fmt: skip
    figures = asdict(tally)
    for told in figures.pop("told"):
        print(told)
    print(json.dumps(figures))
    return 1 if tally.mismatches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
