"""How the demo and the tests wait for a stage, and what it is when one does not happen."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

POLL_SECONDS = 0.1
_POLL_SECONDS_MAX = 1.0  # to ask is work for the machine that is waited for
_POLL_GROWTH = 1.25
PATIENCE_SECONDS = 90
"""How long a stage may take before the demo says that it does not happen."""


class DemoFailed(Exception):  # noqa: N818 - it names what happened, like the errors of the domain
    """A stage of the demo did not happen; the message says which and what was answered."""


def wait_for(what: str, look: Callable[[], T | None]) -> T:
    """Return what `look` finds, asked again and again. Raises DemoFailed after the patience."""
    end = time.monotonic() + PATIENCE_SECONDS
    pause = POLL_SECONDS
    while time.monotonic() < end:
        found = look()
        if found is not None:
            return found
        time.sleep(pause)
        pause = min(_POLL_SECONDS_MAX, pause * _POLL_GROWTH)
    raise DemoFailed(f"{what}: nothing within {PATIENCE_SECONDS} s")
