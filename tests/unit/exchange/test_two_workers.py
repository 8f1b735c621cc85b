"""Two workers apply the same archive at once: it is applied once, whoever is first.

At each call that one makes to store or bucket, the other does all of its work; then the first goes
on, and what it could not do is tried again as its machine does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.domain.errors import RapproError
from rappro.domain.exchange.model import ArchiveState, ExchangeArchive, Module
from rappro.domain.unfinished import UnfinishedValidation
from rappro.use_cases.exchange_apply import apply
from rappro.use_cases.lease import LEASE_SECONDS

from .desk import Side
from .test_whole_or_nothing import corrected

TRIES = 3


@dataclass
class Turn:
    """At a call, somebody else has his turn before it."""

    at: int
    other: Callable[[], None]
    calls: int = 0

    def meet(self, real: Callable[..., Any], given: Any, named: Any) -> Any:
        self.calls += 1
        if self.calls == self.at:
            self.other()
        return real(*given, **named)


class Slow:
    """A port of somebody who may be overtaken at any call."""

    def __init__(self, real: Any, turn: Turn) -> None:
        self._real, self._turn = real, turn

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._real, method)
        return lambda *given, **named: self._turn.meet(real, given, named)


def slow(side: Side, turn: Turn) -> Side:
    ports = side.actor.ports
    store: Any = Slow(ports.store, turn)
    blobs: Any = Slow(ports.blobs, turn)
    return Side(side.stack, replace(side.actor, ports=replace(ports, store=store, blobs=blobs)))


def work(side: Side, archive: str, task: str) -> str:
    """Apply as a worker does, trying again; return what it came to."""
    for _ in range(TRIES):
        try:
            apply(side.actor, archive, tuple(Module), task=task)
        except RapproError as error:
            code = error.code
            continue
        return "applied"
    return code


def actions(side: Side, action: str) -> int:
    found = side.actor.ports.store.audit_events(side.actor.tenant, side.actor.company)
    return sum(1 for row in found.items if row.action == action)


@pytest.mark.parametrize("is_same_task", [True, False])
@pytest.mark.parametrize("is_paused", [True, False])
@pytest.mark.parametrize(("entries", "stride"), [(6, 7), (45, 43)])
def test_it_is_applied_once(
    entries: int, stride: int, *, is_same_task: bool, is_paused: bool
) -> None:
    other_task = "ta_one" if is_same_task else "ta_two"
    at = 0
    while True:
        at += stride
        company, office, archive = corrected(entries)
        outcomes: list[str] = []

        def other(
            company: Side = company, archive: str = archive, told: list[str] = outcomes
        ) -> None:
            if is_paused:
                company.stack.clock.advance(timedelta(seconds=LEASE_SECONDS + 20))
            told.append(work(company, archive, other_task))

        turn = Turn(at, other)
        outcomes.append(work(slow(company, turn), archive, "ta_one"))
        if turn.calls < at:
            break
        assert "applied" in outcomes, f"call {at}: {outcomes}"
        assert company.books() == office.books(), f"call {at}: {outcomes}"
        assert company.waiting() == []
        assert actions(company, "apply_archive") == 1
        kept = company.actor.ports.store
        scope = company.actor.tenant, company.actor.company
        assert kept.all(*scope, UnfinishedValidation) == []
        states = [one.state for one in kept.all(*scope, ExchangeArchive)]
        assert states.count(ArchiveState.APPLIED) == 1
    assert at > 3 * stride
