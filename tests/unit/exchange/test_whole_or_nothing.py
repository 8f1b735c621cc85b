"""An application that dies at any write leaves the books as before or as after, for every reader.

Each commit and each document of the work is a place to die, before it or after it. Readers ask for
everything after each write; then the task is done again, as its machine does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rappro.domain.books import BankEntry, LedgerAccount
from rappro.domain.errors import ArchiveConflicts
from rappro.domain.exchange.model import Module
from rappro.domain.operations import Lease
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import Write
from rappro.ports import Ports
from rappro.use_cases.exchange_apply import apply, undo
from rappro.use_cases.exchange_links import list_links
from rappro.use_cases.exchange_send import Sending, send
from simulation.faults import Killed
from simulation.units import Gate, gated

from .desk import LINK, Side, entry, linked

Work = Callable[[Side], object]
HIDEABLE = ("entries.jsonl", "open_items.jsonl", "bank_entries.jsonl")


def corrected(entries: int) -> tuple[Side, Side, str]:
    """Return both sides, with corrections that wait for the company, and the archive's id."""
    company, office = linked(entries)
    company.send()
    office.apply()
    office.put(LedgerAccount("613000", "Loyers"))
    for number in range(0, entries, 3):
        office.relabel(f"en_{number:06d}", "Corrigé")
    for number in range(1, entries, 3):
        office.drop(f"en_{number:06d}")
    for number in range(500, 500 + entries // 3):
        office.put(*entry(number))
    office.send()
    return company, office, company.waiting()[0]


def seen(side: Side) -> dict[str, list[tuple[str, str]]]:
    """Return what readers see of what can be hidden from them; master data comes first."""
    books = side.books()
    return {name: books[name] for name in HIDEABLE}


def with_ports(side: Side, ports: Ports) -> Side:
    return Side(side.stack, replace(side.actor, ports=ports))


def whole(side: Side, work: Work) -> tuple[int, int]:
    """Do a work, dying at each write by turns before and after it; count writes and deaths."""
    before = seen(side)
    states = [before]

    def look(_writes: object) -> None:
        now = seen(side)
        if now != states[-1]:
            states.append(now)

    gate = Gate(on_write=look)
    deaths = 0
    while True:
        gate.is_dead, gate.is_before = False, deaths % 2 == 1
        gate.die_at = gate.writes + 1
        try:
            work(with_ports(side, gated(side.actor.ports, gate)))
        except Killed:
            deaths += 1
            continue
        break
    assert len(states) <= 2, "readers saw something between before and after"
    assert states[-1] == seen(side)
    return gate.writes, deaths


def applying(archive: str) -> Work:
    return lambda side: apply(side.actor, archive, tuple(Module), task="ta_apply")


def undoing(archive: str) -> Work:
    return lambda side: undo(side.actor, archive, task="ta_undo")


@pytest.mark.parametrize("entries", [6, 45])
def test_applying_and_undoing_are_whole_wherever_they_die(entries: int) -> None:
    company, office, archive = corrected(entries)
    before = company.books()
    writes, deaths = whole(company, applying(archive))
    after = company.books()
    undone, _ = whole(company, undoing(archive))

    assert after == office.books()
    assert company.books() == before
    assert deaths >= (writes if entries > 6 else 1)
    assert undone > 0
    marks = company.actor.ports.store.all(
        company.actor.tenant, company.actor.company, UnfinishedValidation
    )
    assert marks == []


def test_sending_dies_anywhere_and_sends_once() -> None:
    company, office = linked(6)
    sending = Sending("ta_send", company.stack.clock.now(), link=LINK)

    _, deaths = whole(company, lambda side: send(side.actor, sending))

    assert deaths >= 1
    assert len(office.waiting()) == 1
    office.apply()
    assert office.books() == company.books()
    assert [one.link.sent_count for one in list_links(company.actor)] == [1]


@pytest.mark.parametrize("stop", [1, 2, 3, 4])
def test_what_is_given_up_before_its_switch_is_taken_away_by_the_next(stop: int) -> None:
    company, _, archive = corrected(45)
    before = seen(company)
    gate = Gate(die_at=stop)
    with pytest.raises(Killed):
        applying(archive)(with_ports(company, gated(company.actor.ports, gate)))
    assert seen(company) == before
    lease = company.get(Lease, "WRITER")
    company.stack.clock.set(lease.expires_at)
    company.relabel("en_000000", "Corrigé au garage")
    before = seen(company)
    with pytest.raises(ArchiveConflicts):
        company.apply(archive)

    assert seen(company) == before
    marks = company.actor.ports.store.all(
        company.actor.tenant, company.actor.company, UnfinishedValidation
    )
    assert marks == []
    assert company.get(BankEntry, entry(500)[1].id) is None


def test_a_person_who_writes_between_the_check_and_the_change_keeps_what_he_wrote() -> None:
    company, _, archive = corrected(45)

    def meddle(writes: list[Write]) -> None:
        if any(isinstance(w.before, UnfinishedValidation) and w.after is None for w in writes):
            gate.on_write = None  # the switch was made
            company.relabel("en_000000", "Au dernier moment")

    gate = Gate(on_write=meddle)  # type: ignore[arg-type]  # a list is a sequence
    done: Any = applying(archive)(with_ports(company, gated(company.actor.ports, gate)))

    assert done.left == ("en_000000",)
    assert dict(company.books()["entries.jsonl"])["en_000000"].count("Au dernier moment") == 1
