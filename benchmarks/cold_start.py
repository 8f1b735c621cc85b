"""Import time of each function beside `import boto3` alone, and artifact sizes.

python -m benchmarks.cold_start (--json). Times are the processor's, as others may use the machine.
Both sides are imported by new processes, one after the other in turns; ratios are of medians.
Sizes are of what `make build` made, where it was run.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
LAYER: Final = ROOT / "layers" / "common"
BUILD: Final = ROOT / ".aws-sam" / "build"
PEER: Final = "boto3"
_TIMED: Final = (
    "import time; began = time.process_time(); import {module}; print(time.process_time() - began)"
)

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cold_start")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    rows = [_row(folder, asked.rounds) for folder in sorted((ROOT / "functions").glob("*/"))
            if (folder / "app.py").exists()]  # fmt: skip
    found = {"functions": rows, "sizes": _sizes()}
    sys.stdout.write((json.dumps(found) if asked.json else _table(found)) + "\n")
    return 0


def _row(folder: Path, rounds: int) -> Json:
    pairs = [(_seconds(folder, "app"), _seconds(folder, PEER)) for _ in range(rounds + 1)][1:]
    own, peer = (statistics.median(side) for side in zip(*pairs, strict=True))
    return {
        "function": folder.name,
        "ms": round(1000 * own, 1),
        "boto3_ms": round(1000 * peer, 1),
        "ratio": round(own / peer, 2),
    }


def _seconds(folder: Path, module: str) -> float:
    """Return the processor seconds that importing a module takes in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", _TIMED.format(module=module)],
        env={"PYTHONPATH": f"{folder}:{LAYER}", "AWS_DEFAULT_REGION": "eu-west-3"},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _sizes() -> Json:
    """Return the megabytes of each built artifact, unpacked; empty when nothing was built."""
    return {
        folder.name: round(sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6, 2)
        for folder in sorted(BUILD.glob("*/"))
    }


def _table(found: Json) -> str:
    lines = ["function              import ms   boto3 ms   ratio"]
    lines += [
        f"{row['function']:20} {row['ms']:10} {row['boto3_ms']:10} {row['ratio']:7}"
        for row in found["functions"]
    ]
    lines += ["", "artifact                   MB unpacked"]
    lines += [f"{name:26} {size:8}" for name, size in found["sizes"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
