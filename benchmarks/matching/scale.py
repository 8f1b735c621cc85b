"""How the time of matching grows: 100,000 lines against 100,000 open items, in one process.

Each size is a process of its own, in which the engine decides all lines at once. The exponent is
that of the power law through the measured sizes. `bankstatementparser`'s matcher gets the same
worlds in the same run as long as it ends within a limit; what it would need beyond is
extrapolated, and said to be.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.matching import peer
from benchmarks.matching.config import SCALE
from benchmarks.matching.generator import world as make_world
from benchmarks.matching.in_process import decide_stored, write

SIZES: Final = (10_000, 30_000, 100_000)
PEER_SECONDS_MAX: Final = 120.0
"""Processor seconds after which the peer gets no larger world."""

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Print the figures, as JSON or one a line."""
    options = _options(arguments)
    if options.measure:
        print(json.dumps(measure(options.measure)))
        return 0
    report = run([int(text) for text in options.sizes.split(",")])
    if options.json:
        print(json.dumps(report))
    else:
        print("\n".join(f"{key}: {value}" for key, value in report.items()))
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.scale")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--measure", type=Path, help="measure one stored world in this process")
    return parser.parse_args(arguments)


def run(sizes: Sequence[int]) -> Json:
    """Return the figures at the largest size, the exponent, and the peer's share of them."""
    ours = {size: _measured(size) for size in sizes}
    theirs = _peer_seconds(sizes)
    largest = max(sizes)
    seconds = {size: row["seconds"] for size, row in ours.items()}
    shared = max(theirs, default=None)
    growth = exponent(theirs)
    return {
        "lines": ours[largest]["lines"],
        "open_items": ours[largest]["open_items"],
        "third_parties": ours[largest]["third_parties"],
        "seconds": seconds[largest],
        "peak_mib": ours[largest]["peak_mib"],
        "exponent": exponent(seconds),
        "seconds_by_size": seconds,
        "automatic": ours[largest]["automatic"],
        "peer": peer.NAME,
        "peer_seconds_by_size": theirs,
        "peer_size": shared,
        "peer_ratio": round(theirs[shared] / seconds[shared], 2) if shared else None,
        "peer_exponent": growth,
        "peer_seconds_extrapolated": _extrapolated(theirs, largest, growth),
    }


def _extrapolated(theirs: Mapping[int, float], size: int, growth: float | None) -> float | None:
    """Return what the peer would need at a size that it was not measured at, by its own growth."""
    if size in theirs or growth is None:
        return None
    last = max(theirs)
    return float(round(theirs[last] * (size / last) ** growth, 1))


def exponent(seconds: Mapping[int, float]) -> float | None:
    """Return the slope of log(seconds) by log(size), least squares; None of fewer than two."""
    points = [(math.log(size), math.log(used)) for size, used in seconds.items() if used > 0]
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return round(sum((x - mean_x) * (y - mean_y) for x, y in points) / spread, 3)


def measure(path: Path) -> Json:
    """Decide a stored world here; peak memory is all of this process, the world included."""
    seconds, automatic = decide_stored(path)
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": round(seconds, 2), "peak_mib": peak_kib // 1024, "automatic": automatic}


def _measured(size: int) -> Json:
    world = make_world(SCALE, seed=1, lines=size)
    sizes = {
        "lines": len(world.lines),
        "open_items": len(world.books["open_items"]),
        "third_parties": len(world.books["third_parties"]),
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world"
        write(world, path)
        command = [sys.executable, "-m", "benchmarks.matching.scale", "--measure", str(path)]
        done = subprocess.run(command, check=True, capture_output=True)
    return {**sizes, **json.loads(done.stdout)}


def _peer_seconds(sizes: Sequence[int]) -> dict[int, float]:
    """Return the peer's seconds at sizes that it can bear, smaller ones than ours among them."""
    found: dict[int, float] = {}
    for size in sorted({min(sizes) // 10, min(sizes) // 3, *sizes}):
        growth = exponent(found) or 1.0
        last = max(found, default=0)
        if last and found[last] * (size / last) ** growth > PEER_SECONDS_MAX:
            break
        try:
            limit = 5 * PEER_SECONDS_MAX  # of the clock, on a machine that others use as well
            _, seconds = peer.pairs(make_world(SCALE, seed=1, lines=size), timeout_seconds=limit)
        except subprocess.TimeoutExpired:
            break
        found[size] = round(seconds, 3)
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
