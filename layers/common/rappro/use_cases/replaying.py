"""Whether a run would be decided again as it was.

A run keeps its world and its decisions; the engine is pure, so the same world gives the same
decisions as long as the engine has the same version. Nothing is written here.
"""

from __future__ import annotations

from enum import StrEnum

from rappro.domain.errors import NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, LineId, RunId, TenantId
from rappro.domain.matching.decide import ENGINE
from rappro.domain.matching.decide import decide as decide_world
from rappro.domain.matching.model import World
from rappro.ports import Ports
from rappro.use_cases.run_requests import Decisions, decisions_name, world_name


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
