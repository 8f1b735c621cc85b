"""Edits of many unmatched lines at once: their nature (SPEC IMP-15, mise à jour en lot)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rappro.domain.bank import Nature
from rappro.domain.errors import NotAllowedInState
from rappro.domain.frozen import dataclass
from rappro.domain.records import LineRecord
from rappro.domain.writes import Write, change
from rappro.use_cases.acting import LINES_MAX_PER_BATCH, Actor, Bench, LineKey
from rappro.use_cases.audit import audit
from rappro.use_cases.packing import pack


@dataclass(frozen=True, slots=True)
class NaturesSet:
    """How many lines got the nature, and how many had it already."""

    changed_count: int
    unchanged_count: int


def set_natures(actor: Actor, keys: Sequence[LineKey], nature: Nature) -> NaturesSet:
    """Set the nature (moyen de règlement) of many unmatched lines; the bank's own stays.

    Raises NotAllowedInState naming the lines that are matched: then no line is changed.
    InvalidRequest beyond LINES_MAX_PER_BATCH, NotFound, StatementReadOnly, StoreConflict: what was
    committed before stays, and asking again goes on.
    """
    lines = Bench.at(actor).lines(keys, LINES_MAX_PER_BATCH)
    matched = [line.key for line in lines if line.match_id is not None]
    if matched:
        raise NotAllowedInState(f"matched: {', '.join(matched)}: nothing was changed")
    groups = [_writes(actor, line, nature) for line in lines if line.nature is not nature]
    for writes in pack(actor.ports.store, groups):
        actor.ports.store.commit(actor.tenant, actor.company, writes)
    return NaturesSet(len(groups), len(lines) - len(groups))


def _writes(actor: Actor, line: LineRecord, nature: Nature) -> list[Write]:
    log = audit(
        actor.ports.clock.now(), actor.author, "set_nature", line.key, revision=line.version,
        before={"nature": line.nature.value if line.nature else None},
        after={"nature": nature.value},
    )  # fmt: skip
    return [change(line, replace(line, nature=nature)), log]
