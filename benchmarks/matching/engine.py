"""Runs the engine as its users do: `rappro reconcile --json` on written files, in its own process.

The module `benchmarks.matching` measures from outside; this is the one place that knows how the
command is called.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.matching.statements import BOOKS

Json = dict[str, Any]


def run(folder: Path, files: Sequence[Path]) -> tuple[Json, float]:
    """Return the result of the command, and the processor seconds that it took.

    Raises RuntimeError when a file or the books were refused.
    """
    command = [sys.executable, "-m", "devstack.cli", "reconcile", "--json"]
    command += ["--books", BOOKS, "--statement", *(file.name for file in files)]
    before = _children_seconds()
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, check=False)
    seconds = _children_seconds() - before
    if done.returncode != 0:
        told = done.stderr.decode()[-2_000:] or done.stdout.decode()[:2_000]
        raise RuntimeError(f"rappro reconcile ended with {done.returncode}: {told}")
    return json.loads(done.stdout), seconds


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[2]
    return {"PYTHONPATH": f"{root / 'layers' / 'common'}:{root}", "PATH": "/usr/bin:/bin"}
