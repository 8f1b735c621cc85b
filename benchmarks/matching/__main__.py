"""Runs the matching benchmark: `make bench-matching`, or `python -m benchmarks.matching`.

Every engine gets the same worlds in the same run: `rappro reconcile` from its command line, the
baselines from the same books and lines.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

from benchmarks.matching import baselines, engine, peer
from benchmarks.matching.config import CONFIGS
from benchmarks.matching.generator import world as make_world
from benchmarks.matching.oracle import judge
from benchmarks.matching.scorer import Score, Tally, outcomes_of, score
from benchmarks.matching.statements import save

FOLDER: Final = Path(__file__).parents[2] / "build" / "benchmarks" / "matching"
OURS: Final = "rappro"

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Print the scores of all engines; return 1 when `rappro reconcile` refused something."""
    options = _options(arguments)
    scores: dict[str, Score] = {}
    seconds = 0.0
    for seed in (int(text) for text in options.seeds.split(",")):
        world = make_world(CONFIGS[options.config], seed=seed, lines=options.lines)
        folder = FOLDER / f"{options.config}-{seed}"
        files = save(world, folder)
        verdicts = judge(world)
        try:
            result, used = engine.run(folder, files)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return 1
        (folder / "result.json").write_text(json.dumps(result), encoding="utf-8")
        seconds += used
        found = {OURS: outcomes_of(result)}
        if not options.alone:
            found |= {name: rule(world) for name, rule in baselines.BASELINES.items()}
            found[peer.NAME] = peer.outcomes(world)
        for name, outcomes in found.items():
            scores.setdefault(name, Score()).add(score(world, verdicts, outcomes))
    report = _report(options, scores, seconds)
    if options.json:
        print(json.dumps(report))
    else:
        print(f"{tables(scores)}\nSeconds of the command: {report['seconds']}")
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching", description=__doc__)
    parser.add_argument("--config", choices=sorted(CONFIGS), default="hard")
    parser.add_argument("--seeds", default="1", help="separated by commas")
    parser.add_argument("--lines", type=int, default=1_000, help="of each seed's world")
    parser.add_argument("--alone", action="store_true", help="without the baselines")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(arguments)


def _report(options: argparse.Namespace, scores: dict[str, Score], seconds: float) -> Json:
    return {
        "config": options.config,
        "seeds": options.seeds,
        "lines": options.lines,
        "seconds": round(seconds, 2),
        "engines": {name: found.as_json() for name, found in scores.items()},
    }


def tables(scores: dict[str, Score]) -> str:
    """Return two tables in Markdown: the engines, and the kinds of lines."""
    rows = [_row("engine", "automatic", "right of decidable", "wrong", "wrong per 10,000",
                 "third party right", "truth proposed in B")]  # fmt: skip
    rows.append(_row(*("---",) * 7))
    for name, found in scores.items():
        total = found.total
        rows.append(_row(
            name, _percent(total.automatic, total.lines),
            _percent(total.decidable_right, total.decidable), str(total.wrong),
            str(total.as_json()["wrong_per_10000"]),
            _percent(total.party_right, total.party_given),
            _percent(total.proposed_right, total.proposed),
        ))  # fmt: skip
    rows += ["", _row("kind", "lines", "decidable", *scores), _row(*("---",) * (3 + len(scores)))]
    for kind, ours in sorted(scores[OURS].kinds.items()):
        cells = [_cell(found.kinds[kind]) for found in scores.values()]
        rows.append(_row(kind, str(ours.lines), _percent(ours.decidable, ours.lines), *cells))
    rows.append("\nCells: right of decidable, wrong matches in brackets.")
    return "\n".join(rows)


def _cell(tally: Tally) -> str:
    return f"{_percent(tally.decidable_right, tally.decidable)} ({tally.wrong})"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
