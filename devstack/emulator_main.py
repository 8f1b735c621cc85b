"""Runs the emulator inside its own environment, with the few changes that the stack needs.

Started by emulator.py, never imported. The emulator's version is pinned; each change first checks
that what it changes is still there, so that an upgrade fails here and not in a test far away.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from ministack.app import main as serve


def end_with_parent() -> None:
    """Stop this process when its parent is gone: the system then closes our standard input."""

    def watch() -> None:
        sys.stdin.buffer.read()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def main() -> None:
    """Apply the changes and serve until SIGTERM."""
    end_with_parent()
    sys.argv = ["ministack"]
    serve()


if __name__ == "__main__":
    main()
