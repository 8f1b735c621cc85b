"""What happens, in stages; the actions of a stage happen at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from rappro.domain.ids import OpenItemId
from rappro.domain.matching.model import TargetType
from simulation.actions import (
    CONNECT,
    DELETE_LEFT,
    READ,
    SYNC,
    Action,
    arrive,
    confirmed,
    drop,
    hand,
    held,
    named,
    receipt,
    rerun,
    undo,
    validate,
    with_draft,
)
from simulation.harness import Base, Schedule, Simulation
from simulation.snapshots import SnapshotStore
from simulation.worlds import (
    DUPOND,
    MARTIN,
    drops,
    garage,
    slips,
)

_ITEM, _ACCOUNT, _PARTY = (
    TargetType.OPEN_ITEM, TargetType.ACCOUNT, TargetType.THIRD_PARTY,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens in a world: `before` undisturbed and once, then stage after stage."""

    name: str
    stages: tuple[tuple[Action, ...], ...]
    before: tuple[Action, ...] = ()
    orders: tuple[tuple[Action, ...], ...] = ()  # other orders that are right as well
    lines_at_once: int = 20_000
    has_slips: bool = False

    @property
    def is_concurrent(self) -> bool:
        return any(len(stage) > 1 for stage in self.stages)


_SLIPS: Final = tuple((_ITEM, each.id, each.amount_minor) for each in slips())
_ALL_SLIPS: Final = hand("remittance", 1, *_SLIPS)
_ONE_SLIP: Final = hand("remittance", 2, (_ITEM, "oi_FA2025-0010", 1_010))
_ADVANCE: Final = hand("first", 2, (_ITEM, "oi_FA2026-0102", 10_000))
_BALANCE: Final = hand("second", 2, (_ITEM, "oi_FA2026-0102", 20_000))
_NEW: Final = hand("second", 4, (_PARTY, "tp_martin", 990))
_NAMED: Final = named("first", 2, invoice=OpenItemId("oi_FA2026-0102"), third_party=DUPOND.id)
_RECEIPT: Final = receipt("first", 2)
_MARTIN: Final = named("remittance", 2, third_party=MARTIN.id)
_SMALL: Final = receipt("remittance", 2)  # of 10.10, as one of the slips
_OTHER_SLIPS: Final = with_draft(
    "remittance", 1, *(each for each in _SLIPS if each[1] != "oi_FA2025-0010")
)
_RETURN: Final = hand("second", 3, (TargetType.PAST_PAYMENT, "pp_1", 2_500))

ALONE: Final = (
    Scenario("one statement", ((drop("first"),),)),
    Scenario(
        "two statements",
        ((drop("first"),), (drop("second"),), (_ADVANCE,), (_BALANCE,), (_RETURN,),
         (validate("first"),), (validate("second"),)),
    ),
    Scenario(
        "undone and done again",
        ((_ADVANCE,), (undo("first", 2),), (undo("first", 1),),
         (hand("first", 2, (_ACCOUNT, "706000", 10_000)),), (rerun("first"),),
         (validate("first"),)),
        before=(drop("first"),),
    ),
    Scenario(
        "lessons",
        ((_NEW,), (undo("second", 4),), (_NEW,), (confirmed("second", 2),), (READ,)),
        before=(drop("first"), drop("second"), _BALANCE, held("second", 2)),
    ),
    Scenario(
        "a large match",
        ((_ALL_SLIPS,), (undo("remittance", 1),)),
        before=(drop("remittance"),), has_slips=True,
    ),
    Scenario(
        "a large match, validated",
        ((_ALL_SLIPS,), (validate("remittance"),)),
        before=(drop("remittance"),), has_slips=True,
    ),
    Scenario(
        "a large file",
        ((drop("first"),), (drop("first renamed"),), (validate("first"),)), lines_at_once=2,
    ),
    Scenario(
        "books that arrive",
        ((arrive("FA2026-0200", 4_200),), (drop("fec"),), (drop("broken"),)),
        before=(drop("late"),),
    ),
    Scenario(
        "a draft that is left",
        ((_RECEIPT,), (undo("first", 2),), (rerun("first"),), (with_draft("first", 2),),
         (validate("first"),), (READ,)),
        before=(drop("first"), _NAMED),
    ),
    Scenario(
        "a draft that is deleted",
        ((_RECEIPT,), (undo("first", 2),), (DELETE_LEFT,), (_ADVANCE,), (validate("first"),)),
        before=(drop("first"), _NAMED),
    ),
    Scenario("a bank connection", ((CONNECT,), (SYNC,), (READ,))),
)  # fmt: skip
"""One thing after the other: whatever is disturbed, the books end as they do undisturbed."""

TOGETHER: Final = (
    Scenario("two files at once", ((drop("first"), drop("second")),)),
    Scenario("one file twice at once", ((drop("first"), drop("first again")),)),
    Scenario("one file under two names", ((drop("first"), drop("first renamed")),)),
    Scenario(
        "a large file twice at once", ((drop("first"), drop("first renamed")),), lines_at_once=2
    ),
    Scenario(
        "one invoice for two lines",
        ((hand("first", 2, (_ITEM, "oi_FA2026-0102", 10_000)),
          hand("second", 2, (_ITEM, "oi_FA2026-0102", 20_000)),
          hand("second", 4, (_ITEM, "oi_FA2026-0102", 990))),),
        before=(drop("first"), drop("second")),
    ),
    Scenario(
        "one line twice",
        ((_ADVANCE, hand("first", 2, (_ACCOUNT, "706000", 10_000))),), before=(drop("first"),),
    ),
    Scenario(
        "a run and a person",
        ((drop("first"), hand("second", 4, (_ITEM, "oi_FA2026-0101", 990))),),
        before=(drop("second"),),
    ),
    Scenario(
        "a run and an undo", ((rerun("first"), undo("first", 1)),), before=(drop("first"),)
    ),
    Scenario("two undos", ((undo("first", 1), undo("first", 1)),), before=(drop("first"),)),
    Scenario(
        "validation and a person",
        ((validate("first"), hand("first", 5, (_ACCOUNT, "627000", -1_234))),),
        before=(drop("first"), _ADVANCE),
    ),
    Scenario(
        "validation and an undo", ((validate("first"), undo("first", 1)),),
        before=(drop("first"), _ADVANCE),
    ),
    Scenario(
        "two validations", ((validate("first"), validate("second")),),
        before=(drop("first"), drop("second"), _ADVANCE, _BALANCE),
    ),
    Scenario(
        "one validation twice", ((validate("first"), validate("first")),),
        before=(drop("first"), _ADVANCE),
    ),
    Scenario(
        "validation and a run", ((validate("first"), rerun("second")),),
        before=(drop("first"), drop("second")),
    ),
    Scenario(
        "a large match and a small one", ((_ALL_SLIPS, _ONE_SLIP),),
        # The large one may have begun when the other takes an invoice: then it is given back.
        orders=((_ALL_SLIPS, undo("remittance", 1), _ONE_SLIP),),
        before=(drop("remittance"),), has_slips=True,
    ),
    Scenario(
        "a large undo and validation", ((undo("remittance", 1), validate("remittance")),),
        before=(drop("remittance"), _ALL_SLIPS), has_slips=True,
    ),
    Scenario(
        "a large undo and a run", ((undo("remittance", 1), rerun("remittance")),),
        before=(drop("remittance"), _ALL_SLIPS), has_slips=True,
    ),
    Scenario(
        "a large match and validation",
        ((_ALL_SLIPS, validate("remittance")),),
        before=(drop("remittance"),), has_slips=True,
    ),
    Scenario(
        "a draft matched and deleted", ((with_draft("first", 2), DELETE_LEFT),),
        before=(drop("first"), _NAMED, _RECEIPT, undo("first", 2)),
    ),
    Scenario(
        "a draft's match undone and validated", ((undo("first", 2), validate("first")),),
        before=(drop("first"), _NAMED, _RECEIPT, undo("first", 2), with_draft("first", 2)),
    ),
    Scenario(
        "a draft in a large match and deleted", ((_OTHER_SLIPS, DELETE_LEFT),),
        # The match may have begun when the draft goes: then it is given back.
        orders=((_OTHER_SLIPS, undo("remittance", 1), DELETE_LEFT),),
        before=(drop("remittance"), _MARTIN, _SMALL, undo("remittance", 2)), has_slips=True,
    ),
    Scenario(
        "an invoice arrives, a person matches",
        ((arrive("FA2026-0200", 4_200), hand("late", 1, (_ACCOUNT, "706000", 4_200))),),
        before=(drop("late"),),
    ),
    Scenario(
        "books and a run", ((arrive("FA2026-0200", 4_200), rerun("late")),), before=(drop("late"),)
    ),
    Scenario(
        "books and a file", ((drop("fec"), drop("first")),),
    ),
)  # fmt: skip
"""Things that happen at once: the books end as they do in some order, one after the other."""

SCENARIOS: Final = {scenario.name: scenario for scenario in (*ALONE, *TOGETHER)}


@cache
def base(name: str) -> Base:
    """Return the world that a scenario starts from, with what happened before."""
    scenario = SCENARIOS[name]
    store, clock = garage(slips_too=scenario.has_slips)
    start = Base(store, drops()[0], clock, scenario.lines_at_once)
    sim = Simulation(start, Schedule(name))
    for action in scenario.before:
        sim.stage([action])
    if sim.workers.problems or sim.refusals:
        raise AssertionError(f"{name} cannot begin: {sim.workers.problems} {sim.refusals}")
    assert isinstance(sim.store, SnapshotStore)
    return Base(sim.store, start.inbox, sim.clock, scenario.lines_at_once)
