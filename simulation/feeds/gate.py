"""Every call of a synchronisation passes here, and one of them may end badly."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from rappro.domain.errors import StoreUnavailable
from simulation.faults import Killed


class Mishap(StrEnum):
    """What happens at one call."""

    KILLED_BEFORE = "killed_before"
    KILLED_AFTER = "killed_after"
    UNAVAILABLE = "unavailable"  # nothing happened
    LOST = "lost"  # it took effect, the answer is an error
    PAUSED = "paused"  # another worker does the whole work meanwhile


class Gate:
    """Counts calls; at the planned one, the mishap happens. Nothing is planned at first."""

    def __init__(self) -> None:
        self.calls = 0
        self.at: int | None = None
        self.mishap = Mishap.KILLED_BEFORE
        self.meanwhile: Callable[[], object] = lambda: None

    def plan(self, at: int, mishap: Mishap) -> None:
        """Let the `at`-th call from now on (from 0) end badly."""
        self.calls, self.at, self.mishap = 0, at, mishap

    def clear(self) -> None:
        """Let every call pass."""
        self.at = None

    def call(self, function: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Make one call, or what becomes of it."""
        is_it = self.at is not None and self.calls == self.at
        self.calls += 1
        if not is_it:
            return function(*args, **named)
        self.clear()
        if self.mishap is Mishap.KILLED_BEFORE:
            raise Killed
        if self.mishap is Mishap.UNAVAILABLE:
            raise StoreUnavailable("the store does not answer")
        if self.mishap is Mishap.PAUSED:
            self.meanwhile()
            return function(*args, **named)
        function(*args, **named)
        if self.mishap is Mishap.LOST:
            raise StoreUnavailable("the answer was lost")
        raise Killed


class Gated:
    """An object whose methods pass a gate."""

    def __init__(self, inner: Any, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._inner, name)
        if not callable(found):
            return found
        return lambda *args, **named: self._gate.call(found, *args, **named)
