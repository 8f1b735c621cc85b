"""Why a line is what a run made of it, and whether the same would be decided again.

A run keeps its world and its decisions; the engine is pure, so the same world gives the same
decisions as long as the engine has the same version. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.ids import CompanyId, LineId, RunId, StatementId, TenantId
from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.decide import decide as decide_world
from rappro.domain.matching.model import Decision, World
from rappro.domain.operations import Run, RunState
from rappro.ports import Ports
from rappro.use_cases.launching import run_id_of
from rappro.use_cases.reads import get_line, get_statement
from rappro.use_cases.run_requests import Decisions, decisions_name, world_name

LINES_MAX: Final = 5_000
"""Lines of a statement whose runs are read while somebody waits: some seconds."""

RUNS_MAX: Final = 20
"""Runs of a statement that are searched for a line's decision, the newest first."""


class Outcome(StrEnum):
    """What came of a replay."""

    EQUAL = "equal"
    DIFFERENT = "different"  # the same world, the same engine: never, unless it is broken
    OTHER_ENGINE = "other_engine"  # different, and the engine has another version since
    WORLD_CHANGED = "world_changed"  # the stored world is not the one that was decided
    NOT_KEPT = "not_kept"  # the world is not there any more


@dataclass(frozen=True, slots=True)
class Replay:
    """A run decided again: the engine of then, and the lines that now come out otherwise."""

    outcome: Outcome
    engine: str
    different: tuple[LineId, ...] = ()


@dataclass(frozen=True, slots=True)
class Explained:
    """The last decision of a run about a line, which run took it, and with which engine."""

    line_id: LineId
    run: Run
    engine: str
    decision: Decision


def replay_run(ports: Ports, tenant: TenantId, company: CompanyId, run_id: RunId) -> Replay:
    """Decide a run's stored world again and compare. Raises NotFound without any decisions."""
    blobs = ports.blobs
    decided = blobs.load_document(tenant, company, decisions_name(run_id), Decisions)
    name = world_name(run_id)
    try:
        digest = blobs.document_digest(tenant, company, name)
        world = blobs.load_document(tenant, company, name, World)
    except NotFound:
        return Replay(Outcome.NOT_KEPT, decided.engine)
    before = {decision.line_id: decision for decision in decided.decisions}
    again = {decision.line_id: decision for decision in decide_world(world)}
    different = tuple(
        sorted(line for line in before.keys() | again.keys() if before.get(line) != again.get(line))
    )
    if decided.world_sha256 not in {None, digest}:
        return Replay(Outcome.WORLD_CHANGED, decided.engine, different)
    if not different:
        return Replay(Outcome.EQUAL, decided.engine)
    outcome = Outcome.DIFFERENT if decided.engine == ENGINE else Outcome.OTHER_ENGINE
    return Replay(outcome, decided.engine, different)


def explain_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, position: int
) -> Explained:
    """Return what the last run that decided a line said about it.

    Raises NotFound when no run did or its decisions are not kept, and TooLarge for a statement of
    more than LINES_MAX lines.
    """
    line = get_line(ports, tenant, company, statement, position)
    record = get_statement(ports, tenant, company, statement)
    if record.line_count > LINES_MAX:
        raise TooLarge(f"decisions of more than {LINES_MAX} lines are not searched")
    for run in _runs(ports, tenant, company, statement, record.run_number):
        try:
            decided = ports.blobs.load_document(tenant, company, decisions_name(run.id), Decisions)
        except NotFound:
            continue
        for decision in decided.decisions:
            if decision.line_id == line.id:
                return Explained(line.id, run, decided.engine, decision)
    raise NotFound(f"no run decided line {line.key}, or what it decided is not kept any more")


def _runs(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, newest: int
) -> Iterator[Run]:
    """Yield the runs of a statement that ended well and matched, the newest first."""
    numbers = range(newest, max(0, newest - RUNS_MAX), -1)
    keys = [run_id_of(tenant, company, statement, number) for number in numbers]
    found = ports.store.get_many(tenant, company, Run, keys)
    for key in keys:
        run = found.get(key)
        if run is not None and run.state is RunState.POSTED and run.is_matching:
            yield run
