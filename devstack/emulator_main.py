"""Runs the emulator inside its own environment, with the two changes that the stack needs.

Started by emulator.py, never imported. The emulator's version is pinned; each change first checks
that what it changes is still there, so that an upgrade fails here and not in a test far away.
Both are about time: without them a call of a warm function takes 100 ms, with them 10.
"""

from __future__ import annotations

import inspect
import os
import signal
import socketserver
import sys
import threading

from ministack.app import main as serve
from ministack.core.lambda_runtime import ProvidedWorker, Worker

_LOG_WAIT_SECONDS = 0.004


def end_with_parent() -> None:
    """Stop this process when its parent is gone: the system then closes our standard input."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def send_small_answers_at_once() -> None:
    """Switch Nagle's algorithm off in the Runtime API, whose answers are two small writes.

    Together with delayed acknowledgement it costs 40 ms a call.
    """
    if socketserver.StreamRequestHandler.disable_nagle_algorithm:
        raise SystemExit("the change of Nagle's algorithm is no longer needed: remove it")
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


def wait_less_for_logs() -> None:
    """Wait 4 ms, not 50, for a first log line after each call; a late one goes with the next."""
    drain = Worker._drain_stderr_bounded  # noqa: SLF001  # there is no setting for it
    defaults = {name: p.default for name, p in inspect.signature(drain).parameters.items()}
    if (
        defaults.get("first_line_wait") != 0.050
        or "_drain_stderr_bounded" in ProvidedWorker.__dict__
    ):
        raise SystemExit("the emulator's wait for logs has changed: look at it again")

    def shorter(
        self: Worker,
        first_line_wait: float = _LOG_WAIT_SECONDS,
        idle_confirm: float = _LOG_WAIT_SECONDS,
        hard_cap: float = 0.250,
    ) -> str:
        text: str = drain(self, first_line_wait, idle_confirm, hard_cap)
        return text

    Worker._drain_stderr_bounded = shorter  # noqa: SLF001  # there is no setting for it


def main() -> None:
    """Apply the changes and serve until SIGTERM."""
    end_with_parent()
    send_small_answers_at_once()
    wait_less_for_logs()
    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()
