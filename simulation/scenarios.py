"""What happens: actions of people and events, in stages; the actions of a stage happen at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from rappro.domain.ids import StatementId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.operations import FeedConnection
from rappro.domain.records import LineRecord, Match, MatchStatus
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.use_cases import reads
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.feeds import save_connection, sync_now
from rappro.use_cases.filters import LineFilter, StatementFilter
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, confirm, match_by_hand
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from simulation.harness import Base, Schedule, Simulation
from simulation.snapshots import SnapshotStore
from simulation.worlds import COMPANY, FILES, PERSON, TENANT, drops, garage, item, slips

Action = tuple[str, Callable[[Simulation], None]]
_ITEM, _ENTRY, _ACCOUNT, _PARTY = (
    TargetType.OPEN_ITEM, TargetType.BANK_ENTRY, TargetType.ACCOUNT, TargetType.THIRD_PARTY,
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


def drop(name: str) -> Action:
    """Return the arrival of a file."""
    return f"drop {name}", lambda sim: sim.arrival(sim.drops[name])


def _person(name: str, work: Callable[[Ports, Simulation], Any]) -> Action:
    return name, lambda sim: sim.person(name, lambda ports: work(ports, sim))


def _statement(sim: Simulation, file: str) -> StatementId:
    """Return the id of the statement that a file brought, as a person sees it on the screen."""
    name = FILES[file][0]
    found = [s.id for s in sim.store.statements(TENANT, COMPANY).items if s.source_name == name]
    return found[0] if found else StatementId("none")


def _line(sim: Simulation, file: str, position: int) -> LineRecord | None:
    return sim.store.get(TENANT, COMPANY, LineRecord, f"{_statement(sim, file)}/{position}")


def hand(file: str, position: int, *targets: tuple[TargetType, str, int]) -> Action:
    """Return a match made by a person."""
    settles = tuple(Settle(*target) for target in targets)

    def work(ports: Ports, sim: Simulation) -> None:
        request = ManualMatch(((_statement(sim, file), position),), settles)
        match_by_hand(ports, TENANT, COMPANY, request, PERSON)

    return _person(f"match {file}/{position} with {settles[0].id}", work)


def undo(file: str, position: int) -> Action:
    """Return the undo of a line's match, as it is when the person looks."""
    name = f"undo {file}/{position}"

    def act(sim: Simulation) -> None:
        line = _line(sim, file, position)
        match = line.match_id if line is not None else None
        if match is None:
            sim.refusals.append(f"{name}: nothing there")
            return
        sim.person(name, lambda ports: undo_match(ports, TENANT, COMPANY, match, PERSON))

    return name, act


def held(file: str, position: int) -> Action:
    """Return what a policy does that wants every match confirmed: one waits for a person."""

    def act(sim: Simulation) -> None:
        match = _match(sim, file, position)
        waiting = replace(match, status=MatchStatus.TO_CONFIRM)
        sim.store.commit(TENANT, COMPANY, [change(match, waiting)])

    return f"hold {file}/{position}", act


def confirmed(file: str, position: int) -> Action:
    """Return a person's confirmation of a line's match."""
    return _person(
        f"confirm {file}/{position}",
        lambda ports, sim: confirm(ports, TENANT, COMPANY, _match(sim, file, position).id, PERSON),
    )


def _match(sim: Simulation, file: str, position: int) -> Match:
    line = _line(sim, file, position)
    found = sim.store.get(TENANT, COMPANY, Match, (line and line.match_id) or "none")
    if found is None:
        raise LookupError(f"line {file}/{position} has no match")
    return found


def validate(file: str) -> Action:
    """Return a statement's validation by a person."""
    return _person(
        f"validate {file}",
        lambda ports, sim: validate_statement(
            ports, TENANT, COMPANY, _statement(sim, file), PERSON
        ),
    )


def rerun(file: str) -> Action:
    """Return a further run that a person asks for."""
    return _person(
        f"run {file}",
        lambda ports, sim: start_run(ports, TENANT, COMPANY, _statement(sim, file), PERSON),
    )


def arrive(number: str, amount: int) -> Action:
    """Return books sent by API: one invoice."""
    records = BookRecords(open_items=(item(number, amount),))
    return _person(
        f"invoice {number}", lambda ports, _: load_document(ports, TENANT, COMPANY, records, PERSON)
    )


def _read_all(ports: Ports, _: Simulation) -> None:
    me = (ports, TENANT, COMPANY)
    page: Any = {"limit": 9, "cursor": None}
    for statement in reads.list_statements(*me, StatementFilter(), **page).items:
        reads.list_lines(*me, statement.id, wanted=LineFilter(), **page)
        reads.list_matches(*me, statement.id, **page)
    reads.list_entries(*me, journal=None, **page)
    reads.list_open_items(*me, third_party=None, **page)
    reads.list_imports(*me, object_version=None, **page)
    list_audit_events(*me, TrailAsk(), **page)
    reconciliation_report(ports, TENANT, COMPANY, "BQ1", None)


READ: Final = _person("read everything", _read_all)
CONNECT: Final = _person(
    "connect a bank",
    lambda ports, _: save_connection(
        ports, TENANT, COMPANY, FeedConnection("fc_1", "bridge", "Banque", 3_600), PERSON
    ),
)
SYNC: Final = _person("synchronise", lambda ports, _: sync_now(ports, TENANT, COMPANY, "fc_1"))

_SLIPS: Final = tuple((_ITEM, each.id, each.amount_minor) for each in slips())
_ALL_SLIPS: Final = hand("remittance", 1, *_SLIPS)
_ONE_SLIP: Final = hand("remittance", 2, (_ITEM, "oi_FA2025-0010", 1_010))
_ADVANCE: Final = hand("first", 2, (_ITEM, "oi_FA2026-0102", 10_000))
_BALANCE: Final = hand("second", 2, (_ITEM, "oi_FA2026-0102", 20_000))
_NEW: Final = hand("second", 4, (_PARTY, "tp_martin", 990))
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
