"""Runs scenarios of bank feeds: `make simulate-feeds SEEDS=2000`, or one again with SEED=123."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

from devstack.providers.makers import SIMULATED
from simulation.feeds.scenario import Scenario, Verdict

_SEEDS_AT_ONCE = 50
_FAILURES_SHOWN = 5


def main(arguments: list[str]) -> int:
    """Print failures, then the figures by provider as one line of JSON; 1 when anything failed."""
    options = _options(arguments)
    providers = options.provider or list(SIMULATED)
    if options.seed is not None:
        return max(_show(provider, options.seed) for provider in providers)
    figures: dict[str, dict[str, int]] = {}
    failures: list[str] = []
    with ProcessPoolExecutor(max_workers=options.workers) as pool:
        for provider in providers:
            parts = list(_parts(options.first, options.seeds))
            found = list(pool.map(_played, [provider] * len(parts), parts))
            figures[provider] = {"seeds": options.seeds}
            for kind in ("lost", "doubled", "altered"):
                figures[provider][kind] = sum(part[kind] for part, _ in found)
            failures += [told for _, part in found for told in part]
    for told in failures[:_FAILURES_SHOWN]:
        print(told)
    print(json.dumps(figures))
    return 1 if failures else 0


def _parts(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, _SEEDS_AT_ONCE):
        yield range(start, min(start + _SEEDS_AT_ONCE, first + count))


def _played(provider: str, seeds: range) -> tuple[dict[str, int], list[str]]:
    """Play some seeds; return the sums of their verdicts, and what failed."""
    sums = {"lost": 0, "doubled": 0, "altered": 0}
    failures = []
    for seed in seeds:
        verdict = _verdict(provider, seed)
        for kind in sums:
            sums[kind] += getattr(verdict, kind)
        if not verdict.is_clean:
            failures.append(f"{provider}, seed {seed}: {'; '.join(verdict.told[:3])}")
    return sums, failures


def _verdict(provider: str, seed: int) -> Verdict:
    try:
        return Scenario(provider, seed).play()
    except Exception as error:
        raise RuntimeError(f"{provider}, seed {seed}: {type(error).__name__} {error}") from error


def _show(provider: str, seed: int) -> int:
    scenario = Scenario(provider, seed)
    verdict = scenario.play()
    print(f"{provider}: {', '.join(scenario.log)}")
    for told in verdict.told:
        print(f"  {told}")
    return 0 if verdict.is_clean else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation.feeds", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="scenarios a provider")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="play this one alone, and show it")
    parser.add_argument("--provider", action="append", choices=SIMULATED)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
