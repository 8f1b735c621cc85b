"""How fast the statement parsers are, beside other Python packages and beside the least possible.

All readers of a format read the same generated file in the same run. Each measurement is a process
of its own, and the readers take turns (A B C, A B C, ...), so that whatever else the machine does
falls on all of them. Medians are reported, and a reader that finds another number of transactions
than was written is wrong, however fast. How readers are called is in `peers`.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from benchmarks import peers

ROOT: Final = Path(__file__).parents[1]
FILES: Final = ROOT / "build" / "benchmarks"
WRITERS: Final = Path(__file__).parent / "formats_data"
FULL: Final = 100_000
MILLION: Final = 1_000_000
ROUNDS_MIN: Final = 3
TIMEOUT_SECONDS: Final = 3_600  # of the clock; a reader's own limit is that of its CPU time
SLOWER_MAX: Final = 3
"""Peers so many times slower than the fastest one are measured once: they decide nothing."""

_HEADINGS: Final = ("format", "rappro/s", "fastest peer", "peer/s", "× peer", "× floor",
                    "MiB at 100k", "MiB at 1M")  # fmt: skip


@dataclass(slots=True)
class Result:
    """What a reader did with the file of a format; `fault` ends its part in the run."""

    reader: peers.Reader
    seconds: list[float] = field(default_factory=list)
    peaks_mib: list[float] = field(default_factory=list)
    fault: str | None = None

    def tps(self, transactions: int) -> float | None:
        """Return transactions a second, by the median of the rounds."""
        if self.fault is not None or not self.seconds:
            return None
        return transactions / statistics.median(self.seconds)


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of one format: Rappro's, the peers' and the floor's, and Rappro's memory."""

    name: str
    transactions: int
    results: list[Result]
    peak_mib: float | None
    peak_mib_1m: float | None

    @property
    def ours(self) -> Result:
        return self.results[0]

    @property
    def floor(self) -> Result:
        return self.results[-1]

    @property
    def fastest_peer(self) -> Result | None:
        able = [each for each in self.results[1:-1] if each.fault is None]
        return max(able, key=lambda each: each.tps(self.transactions) or 0.0, default=None)

    def as_json(self) -> dict[str, Any]:
        """Return what the table says, and each peer's own figures or fault."""
        ours, floor = self.ours.tps(self.transactions), self.floor.tps(self.transactions)
        peer = self.fastest_peer
        peer_tps = peer.tps(self.transactions) if peer is not None else None
        return {
            "ours_tps": _rounded(ours, 0),
            "peer": peer.reader.name if peer is not None else None,
            "peer_tps": _rounded(peer_tps, 0),
            "ratio": _rounded(ours / peer_tps if ours and peer_tps else None, 2),
            "floor": self.floor.reader.name,
            "floor_ratio": _rounded(ours / floor if ours and floor else None, 3),
            "peak_mib": _rounded(self.peak_mib, 1),
            "peak_mib_1m": _rounded(self.peak_mib_1m, 1),
            "fault": self.ours.fault,
            "peers": {
                each.reader.name: {
                    "tps": _rounded(each.tps(self.transactions), 0),
                    "peak_mib": _rounded(max(each.peaks_mib, default=None), 1),
                    "fault": each.fault,
                }
                for each in self.results[1:-1]
            },
        }


def written_formats() -> list[str]:
    """Return the formats that there is a writer for."""
    return sorted(each.stem for each in WRITERS.glob("*.py") if each.stem != "__init__")


def measure_format(name: str, *, transactions: int, rounds: int, with_million: bool) -> Measured:
    """Measure all readers of a format, and the memory of Rappro's with a million transactions."""
    path = _written(name, transactions)
    results = [Result(reader) for reader in peers.readers_of(name)]
    for _ in range(rounds):
        for result in results:
            if result.fault is None and not _is_far_behind(result, results):
                _measure_once(result, name, path, transactions)
    path.unlink()
    peaks = {transactions: max(results[0].peaks_mib, default=None)}
    for size in (FULL, MILLION) if with_million else (FULL,):
        if size not in peaks and results[0].fault is None:
            peaks[size] = _peak_mib(name, size, results[0])
    return Measured(name, transactions, results, peaks.get(FULL), peaks.get(MILLION))


def _peak_mib(name: str, size: int, ours: Result) -> float | None:
    path, once = _written(name, size), Result(ours.reader)
    _measure_once(once, name, path, size)
    path.unlink()
    ours.fault = once.fault and f"at {size}: {once.fault}"
    return max(once.peaks_mib, default=None)


def _is_far_behind(result: Result, results: Sequence[Result]) -> bool:
    peers_seconds = [each.seconds[0] for each in results[1:-1] if each.seconds]
    return (
        result in results[1:-1]
        and len(result.seconds) > 0
        and result.seconds[0] > SLOWER_MAX * min(peers_seconds)
    )


def _measure_once(result: Result, name: str, path: Path, transactions: int) -> None:
    found = _run("benchmarks.peers", result.reader.name, name, str(path),
                 folder=result.reader.folder)  # fmt: skip
    if "error" in found:
        result.fault = found["error"]
    elif found["transactions"] != transactions and result.reader.name not in peers.FLOORS:
        result.fault = f"wrong: {found['transactions']} transactions, not {transactions}"
    else:
        result.seconds.append(found["seconds"])
        result.peaks_mib.append(found["peak_mib"])


def _written(name: str, transactions: int) -> Path:
    """Write the file of a format, in a process of its own; the readers' parent must stay small.

    A process takes over the peak memory of the one that starts it.
    """
    FILES.mkdir(parents=True, exist_ok=True)
    path = FILES / f"{name}-{transactions}.{peers.suffix_of(name)}"
    code = (
        "import importlib, pathlib, sys; importlib.import_module('benchmarks.formats_data.' +"
        " sys.argv[1]).write(pathlib.Path(sys.argv[2]), int(sys.argv[3]))"
    )
    subprocess.run(
        [sys.executable, "-c", code, name, str(path), str(transactions)],
        check=True, cwd=ROOT, env=_environment(),
    )  # fmt: skip
    return path


def _run(module: str, *arguments: str, folder: str) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", module, *arguments],
            check=False, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, cwd=ROOT,
            env=_environment(folder),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"error": f"not done after {TIMEOUT_SECONDS} seconds"}
    told = done.stdout.strip().splitlines()
    if done.returncode != 0 or not told:
        last = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
        return {"error": last[:200]}
    found: dict[str, Any] = json.loads(told[-1])
    return found


def _environment(folder: str = "") -> dict[str, str]:
    own = [str(Path(sys.prefix) / folder)] if folder else []
    places = [*own, str(ROOT / "layers" / "common"), str(ROOT)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}


def table(measured: Iterable[Measured]) -> str:
    """Return the results as a table of Markdown, and the peers that failed below it."""
    rows: list[Sequence[str]] = [_HEADINGS, ["---"] * len(_HEADINGS)]
    faults: list[str] = []
    for each in measured:
        told = each.as_json()
        rows.append([
            each.name, _shown(told["ours_tps"]), told["peer"] or "none", _shown(told["peer_tps"]),
            _shown(told["ratio"]), f"{_shown(told['floor_ratio'])} ({told['floor']})",
            _shown(told["peak_mib"]), _shown(told["peak_mib_1m"]),
        ])  # fmt: skip
        faults += [
            f"- {each.name}, {result.reader.name}: {result.fault}"
            for result in each.results
            if result.fault is not None
        ]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([*lines, "", *faults])


def _shown(figure: float | None) -> str:
    if figure is None:
        return "–"
    return f"{figure:,.0f}".replace(",", " ") if figure >= 1_000 else f"{figure:g}"


def _rounded(figure: float | None, digits: int) -> float | None:
    return None if figure is None else round(figure, digits)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--formats", help="names separated by commas; all of them if left out")
    parser.add_argument("--transactions", type=int, default=FULL)
    parser.add_argument("--rounds", type=int, default=ROUNDS_MIN)
    parser.add_argument("--skip-1m", action="store_true", help="no file of a million transactions")
    parser.add_argument(
        "--json", action="store_true", help="print JSON; the way there goes to stderr"
    )
    options = parser.parse_args(arguments)
    asked = (options.formats or ",".join(written_formats())).replace(".", "").split(",")
    unknown = sorted(set(asked) - set(written_formats()))
    if unknown:
        parser.error(f"no writer for {', '.join(unknown)}; there are {written_formats()}")
    if options.rounds < ROUNDS_MIN:
        parser.error(f"at least {ROUNDS_MIN} rounds")
    options.formats = asked
    return options


def main(arguments: Sequence[str]) -> int:
    """Measure, print, and return 1 if Rappro itself failed on a format."""
    options = _options(arguments)
    measured: list[Measured] = []
    for name in options.formats:
        print(f"{time.strftime('%X')} measuring {name} ...", file=sys.stderr, flush=True)
        measured.append(
            measure_format(name, transactions=options.transactions, rounds=options.rounds,
                           with_million=not options.skip_1m)
        )  # fmt: skip
        print(table(measured[-1:]), file=sys.stderr, flush=True)
    if options.json:
        print(json.dumps({each.name: each.as_json() for each in measured}, indent=2))
    else:
        print(table(measured))
    return int(any(each.ours.fault is not None for each in measured))
