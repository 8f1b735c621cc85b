"""A death in a mailbox leaves both sides as before or as after, and beginning again finishes it.

Each call of a mailbox, and each call that it makes to store and bucket, is a place to die: before
it or after it. Both sides are looked at, then the same is done again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from rappro.adapters.memory.exchange import MemoryMailboxes
from rappro.domain.books import Company
from rappro.domain.exchange.model import LinkState, Module
from rappro.use_cases.exchange_apply import apply, preview
from rappro.use_cases.exchange_links import accept, invite, list_links, revoke
from rappro.use_cases.exchange_reading import delete_waiting
from rappro.use_cases.exchange_send import Sending, send
from simulation.faults import Killed

from .desk import COMPANY, HERE, LINK, OFFICE, SIREN, Side, Stack, linked
from .test_whole_or_nothing import corrected

Work = Callable[[Side], object]
Sight = tuple[object, ...]


@dataclass
class Death:
    """Comes at a call, before it or after it; `calls` counts them."""

    at: int
    is_before: bool
    calls: int = 0

    def meet(self, real: Callable[..., Any], given: Any, named: Any) -> Any:
        self.calls += 1
        is_now = self.calls == self.at
        if is_now and self.is_before:
            raise Killed
        answer = real(*given, **named)
        if is_now:
            raise Killed
        return answer


class Mortal:
    """A port of which any call may be the last."""

    def __init__(self, real: Any, death: Death) -> None:
        self._real, self._death = real, death

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._real, method)
        return lambda *given, **named: self._death.meet(real, given, named)


def mortal(side: Side, death: Death) -> Side:
    """Return a side whose mailboxes are mortal, and nothing else."""
    ports = side.actor.ports
    inner = MemoryMailboxes(Mortal(ports.store, death), Mortal(ports.blobs, death))
    boxes: Any = Mortal(inner, death)
    exchange = replace(ports.exchange, mailboxes=boxes)
    return Side(side.stack, replace(side.actor, ports=replace(ports, exchange=exchange)))


def everywhere(
    made: Callable[[], tuple[Side, Side]], work: Work, sight: Callable[[Side, Side], Sight]
) -> int:
    """Die at every place of a work of the first side; return how many there are."""
    one, other = made()
    before = sight(one, other)
    work(one)
    after = sight(one, other)
    places = 0
    for is_before in (True, False):
        at = 0
        while True:
            at += 1
            one, other = made()
            try:
                work(mortal(one, Death(at, is_before)))
            except Killed:
                places += 1
                assert sight(one, other) in (before, after), f"at call {at}"
                work(one)
                assert sight(one, other) == after, f"begun again after call {at}"
                continue
            break
    return places


def waiting(side: Side) -> tuple[str, ...]:
    """Return what waits for a side, each opened and proven."""
    found = side.waiting()
    for archive in found:
        preview(side.actor, archive, tuple(Module))
    return tuple(found)


def of_both(one: Side, other: Side) -> Sight:
    return (one.books(), other.books(), waiting(one), waiting(other))


def test_sending_into_a_mailbox() -> None:
    def work(side: Side) -> object:
        return send(side.actor, Sending("ta_send", side.stack.clock.now(), link=LINK))

    places = everywhere(linked, work, of_both)

    assert places >= 12


def test_applying_from_a_mailbox() -> None:
    def made() -> tuple[Side, Side]:
        company, office, _ = corrected(6)
        return company, office

    (archive,) = made()[0].waiting()
    work: Work = lambda side: apply(side.actor, archive, tuple(Module), task="ta_apply")  # noqa: E731
    places = everywhere(made, work, of_both)

    assert places >= 12


def test_previewing_changes_nothing_wherever_it_dies() -> None:
    def made() -> tuple[Side, Side]:
        company, office, _ = corrected(6)
        return company, office

    (archive,) = made()[0].waiting()
    places = everywhere(made, lambda side: preview(side.actor, archive, ()), of_both)

    assert places >= 8


def test_deleting_what_waits() -> None:
    def made() -> tuple[Side, Side]:
        company, office, _ = corrected(6)
        return company, office

    (archive,) = made()[0].waiting()

    def work(side: Side) -> None:
        """Delete it; one that is deleted and out of its mailbox is not there any more."""
        boxes = side.stack.ports().exchange.mailboxes
        (seen,) = list_links(side.actor)
        if any(one.id == archive for one in boxes.parcels(seen.link.mailbox)):
            delete_waiting(side.actor, archive)

    places = everywhere(made, work, of_both)

    assert places >= 8
    company, _ = made()
    delete_waiting(company.actor, archive)
    (seen,) = list_links(company.actor)
    boxes = company.actor.ports.exchange.mailboxes
    assert all(one.id != archive for one in boxes.parcels(seen.link.mailbox))


def invited() -> tuple[Side, Side]:
    """Return an accountant who was invited, and who invited him."""
    stack = Stack()
    company, office = stack.side(COMPANY), stack.side(OFFICE)
    for side in (company, office):
        side.put(Company(HERE, "Garage du Port", siren=SIREN))
    invite(company.actor, LINK)
    return office, company


def states(one: Side, other: Side) -> Sight:
    """Return whether either side may send: by its own record and the mailbox together."""
    return tuple(
        tuple(seen.state for seen in list_links(side.actor)) == (LinkState.ACCEPTED,)
        for side in (other, one)
    )


def test_accepting_and_revoking_a_link_end_as_they_were_meant() -> None:
    stack = Stack()
    company = stack.side(COMPANY)
    company.put(Company(HERE, "Garage du Port", siren=SIREN))
    code = invite(company.actor, LINK).code or ""

    def ended(one: Side, other: Side) -> Sight:
        return states(one, other)[1:]

    assert everywhere(invited, lambda side: accept(side.actor, LINK, code), ended) >= 8

    def over() -> tuple[Side, Side]:
        office, other = invited()
        accept(office.actor, LINK, code)
        return office, other

    def work(side: Side) -> None:
        if list_links(side.stack.side(OFFICE).actor):
            revoke(side.actor, LINK)

    assert everywhere(over, work, states) >= 4
