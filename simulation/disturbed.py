"""Ports under disturbance: every method of every port is discovered and goes through one gate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any, Final, Protocol

from rappro.domain.errors import StoreConflict, StoreThrottled, StoreUnavailable
from rappro.domain.writes import Page, Write
from rappro.ports import Ports
from simulation.faults import PAUSE_SECONDS, TIMEOUT_SECONDS, Fault, Killed
from simulation.workers import Invocation

_COMMITS_BEHIND: Final = 3
"""How far a list may lag in the simulation."""


class Gate(Protocol):
    """What decides of each call; the harness."""

    is_inside: bool
    """Whether a port is at work for a use case just now."""

    @property
    def invocation(self) -> Invocation:
        """The run of a function that calls."""

    def sleep(self, seconds: float) -> None:
        """Let time pass for whoever calls."""

    def arrive(self, method: str) -> Fault | None:
        """Take note of a call and say what goes wrong with it."""

    def committed(self, writes: Sequence[Write]) -> None:
        """Take note of what was committed just now."""


class Disturbed:
    """A port whose methods all pass the gate."""

    def __init__(self, name: str, real: Any, gate: Gate) -> None:
        self._name, self._real, self._gate = name, real, gate
        self._recent: list[Write] = []

    def __getattr__(self, method: str) -> Callable[..., Any]:
        real = getattr(self._real, method)
        name = f"{self._name}.{method}"

        def call(*given: Any, **named: Any) -> Any:
            return self._call(name, real, given, named)

        self.__dict__[method] = call  # found without this the next time
        return call

    def _call(self, name: str, real: Callable[..., Any], given: Any, named: Any) -> Any:
        gate = self._gate
        if gate.invocation.is_dead:
            raise Killed
        fault = gate.arrive(name)
        if gate.invocation.is_dead:  # its double may have been the one that died meanwhile
            raise Killed
        if fault is None:
            return self._real_call(name, real, given, named)
        self._before(fault)
        if fault is Fault.PARTLY:
            given = _half(given)
        answer = self._real_call(name, real, given, named)
        if fault is Fault.STALE:
            return self._stale(answer)
        self._after(fault)
        return answer

    def _real_call(self, name: str, real: Callable[..., Any], given: Any, named: Any) -> Any:
        self._gate.is_inside = True
        try:
            answer = real(*given, **named)
            if name == "store.lines":  # read page by page, when somebody asks for the next one
                answer = iter(list(answer))
        finally:
            self._gate.is_inside = False
        if name == "store.commit":
            self._recent = [*self._recent, *given[2]][-_COMMITS_BEHIND:]
            self._gate.committed(given[2])
        return answer

    def _before(self, fault: Fault) -> None:
        """Let a call fail that does not take effect, or make it wait."""
        if fault is Fault.KILLED_BEFORE:
            self._die()
        elif fault is Fault.UNAVAILABLE:
            raise StoreUnavailable("planned")
        elif fault is Fault.TIMED_OUT:
            self._gate.sleep(TIMEOUT_SECONDS)
            raise StoreUnavailable("planned: no answer in time")
        elif fault is Fault.THROTTLED:
            raise StoreThrottled("planned")
        elif fault is Fault.CONFLICT:
            raise StoreConflict("planned: another transaction was under way")
        elif fault is Fault.PAUSED:
            self._gate.sleep(PAUSE_SECONDS)

    def _after(self, fault: Fault) -> None:
        """Let a call fail that took effect."""
        if fault in {Fault.KILLED_AFTER, Fault.CRASHED}:
            self._die()
        elif fault in {Fault.LOST, Fault.PARTLY}:
            raise StoreUnavailable("planned: the answer was lost")
        elif fault is Fault.CONFLICT_AFTER:
            raise StoreConflict("planned: sent again by the SDK, it met itself")

    def _die(self) -> None:
        self._gate.invocation.is_dead = True
        raise Killed

    def _stale(self, page: Page[Any]) -> Page[Any]:
        """Return a page as it was some commits ago."""
        before = {(type(w.after), w.after.key): w.before for w in self._recent if w.after}
        items = (before.get((type(item), item.key), item) for item in page.items)
        return replace(page, items=tuple(item for item in items if item is not None))


def _half(given: Sequence[Any]) -> tuple[Any, ...]:
    """Return the arguments of a load with half of its records; a clearing is done as a whole."""
    *first, last = given
    if isinstance(last, str):
        return tuple(given)
    records = list(last)
    return (*first, records[: len(records) // 2])


def disturbed(ports: Ports, gate: Gate) -> Ports:
    """Return ports of which every method passes the gate; the pipeline uses no others."""
    names = [field.name for field in fields(ports) if field.name not in {"webhooks", "providers"}]
    passing: dict[str, Any] = {name: Disturbed(name, getattr(ports, name), gate) for name in names}
    return replace(ports, **passing)
