"""What may go wrong at a call, by what the ports document: nothing else is ever injected."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rappro.use_cases.lease import LEASE_SECONDS


class Killed(BaseException):
    """The process ends here: no code catches it, and nothing more of the invocation happens."""


class Fault(StrEnum):
    """One thing that goes wrong at one call."""

    UNAVAILABLE = "unavailable"  # nothing happened
    LOST = "lost"  # it took effect, the answer is an error
    TIMED_OUT = "timed_out"  # nothing happened, and it took long to say so
    THROTTLED = "throttled"
    CONFLICT = "conflict"  # a transaction met another one; nothing happened
    CONFLICT_AFTER = "conflict_after"  # it took effect, was sent again, and met itself
    PARTLY = "partly"  # half of what is not atomic took effect
    STALE = "stale"  # a list that may lag answers as it was some commits ago
    KILLED_BEFORE = "killed_before"
    KILLED_AFTER = "killed_after"
    CRASHED = "crashed"  # killed, and the state machine does not call that a reason to retry
    PAUSED = "paused"  # the worker stands still until its lease is over
    TWICE = "twice"  # an event is delivered again
    TOGETHER = "together"  # an event is delivered twice, to two workers at once


TIMEOUT_SECONDS: Final = 80
"""Four attempts of the SDK that wait 20 seconds each (bootstrap.py)."""
PAUSE_SECONDS: Final = LEASE_SECONDS + 20
"""A person asks again every 30 seconds: who waits for the lease wakes when the paused one does."""

_F = Fault
_READ: Final = (_F.UNAVAILABLE, _F.TIMED_OUT, _F.THROTTLED, _F.KILLED_BEFORE, _F.PAUSED)
_EFFECT: Final = (*_READ, _F.LOST, _F.KILLED_AFTER)
_LIST: Final = (*_READ, _F.STALE)
_PURE: Final = (_F.KILLED_BEFORE, _F.PAUSED)

_BY_METHOD: Final[dict[str, tuple[Fault, ...]]] = {
    "store.commit": (*_EFFECT, _F.CONFLICT, _F.CONFLICT_AFTER),
    "store.load": (*_EFFECT, _F.PARTLY),
    "store.clear_lines": (*_EFFECT, _F.PARTLY),
    "store.weight": _PURE,
    **dict.fromkeys(
        ("store.statements", "store.entries", "store.open_items", "store.audit_events",
         "store.import_traces"), _LIST,
    ),
    **dict.fromkeys(
        ("store.get", "store.get_many", "store.all", "store.companies",
         "store.statements_of_journal", "store.lines", "store.ledger", "store.evidence",
         "store.backlog", "store.feed_runs", "blobs.open_source", "blobs.load_document",
         "inbox.open", "inbox.choice"), _READ,
    ),
    **dict.fromkeys(("clock.now", "clock.today", "blobs.source_url", "inbox.upload_ticket"), _PURE),
    "event": (_F.TWICE, _F.TOGETHER),
}  # fmt: skip


def faults_of(method: str, *, is_step: bool) -> tuple[Fault, ...]:
    """Return what may go wrong at a port's method ("store.commit") or at an event's delivery.

    A method that is not known here is taken for one with an effect, so that a new one is disturbed
    before anybody thinks of it. In a step of a state machine a process may also end for good.
    """
    found = _BY_METHOD.get(method, _EFFECT)
    return (*found, _F.CRASHED) if is_step and method != "event" else found


@dataclass(frozen=True, slots=True)
class Injection:
    """A fault at the n-th call of all, or at the n-th call of one site (both from 0).

    Without a fault, `pick` (0 to 1) chooses one of those that may happen there.
    """

    nth: int
    site: str | None = None
    fault: Fault | None = None
    pick: float = 0.0

    def chosen(self, among: tuple[Fault, ...]) -> Fault | None:
        """Return the fault for a call that may fail in some ways; None when it may not so."""
        if self.fault is not None:
            return self.fault if self.fault in among else None
        return among[int(self.pick * len(among))] if among else None
