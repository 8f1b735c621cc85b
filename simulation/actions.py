"""What people do, and what arrives: the actions that scenarios are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from rappro.domain.books import JournalEntry
from rappro.domain.feeds import FeedConnection
from rappro.domain.ids import StatementId, derive_id
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.records import LineRecord, Match, MatchStatus
from rappro.domain.writes import change
from rappro.ports import Ports
from rappro.use_cases import reads
from rappro.use_cases.acting import Actor
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.cash_movements import create_cash_movement
from rappro.use_cases.delete_draft import delete_draft
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.feed_connections import save_connection, sync_now
from rappro.use_cases.filters import LineFilter, StatementFilter
from rappro.use_cases.load_books import BookRecords, load_document
from rappro.use_cases.match_by_hand import ManualMatch, confirm, match_by_hand
from rappro.use_cases.report import reconciliation_report
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from simulation.harness import Simulation
from simulation.worlds import (
    COMPANY,
    FILES,
    PERSON,
    TENANT,
    item,
)

Action = tuple[str, Callable[[Simulation], None]]


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


def named(file: str, position: int, **fields: Any) -> Action:
    """Return what a person says of a line: its third party, its invoice."""

    def work(ports: Ports, sim: Simulation) -> None:
        statement = _statement(sim, file)
        edit_line(ports, TENANT, COMPANY, statement, position, LineEdit(**fields), PERSON)

    return _person(f"name {file}/{position}", work)


def receipt(file: str, position: int) -> Action:
    """Return a receipt that a person makes of a line."""

    def work(ports: Ports, sim: Simulation) -> None:
        actor = Actor(ports, TENANT, COMPANY, PERSON)
        create_cash_movement(actor, (_statement(sim, file), position))

    return _person(f"receipt {file}/{position}", work)


def _left(sim: Simulation) -> JournalEntry | None:
    """Return the draft of an action whose match was undone, as a person sees it."""
    every = sim.store.everything(TENANT, COMPANY)
    found = [one for one in every if isinstance(one, JournalEntry) and one.is_left_draft]
    return found[0] if found else None


def with_draft(file: str, position: int, *targets: tuple[TargetType, str, int]) -> Action:
    """Return a match by hand with the draft that was left, beside other targets."""
    name = f"match {file}/{position} with a draft"

    def act(sim: Simulation) -> None:
        entry = _left(sim)
        if entry is None:
            sim.refusals.append(f"{name}: nothing there")
            return
        draft = (TargetType.BANK_ENTRY, derive_id("be", entry.id, 0), entry.lines[0].balance_minor)
        hand(file, position, draft, *targets)[1](sim)

    return name, act


def _delete_left(sim: Simulation) -> None:
    entry = _left(sim)
    if entry is None:
        sim.refusals.append("delete a draft: nothing there")
        return
    sim.person(
        "delete a draft", lambda ports: delete_draft(ports, TENANT, COMPANY, entry.id, PERSON)
    )


DELETE_LEFT: Final[Action] = ("delete a draft", _delete_left)


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
