"""Runs the simulation: `make simulate SEEDS=1000`, or one seed again: `make simulate SEED=123`."""

from __future__ import annotations

import argparse
import json
import sys

from simulation.campaign import Campaign, play, random_schedule
from simulation.emulator import EmulatorCampaign

_FAILURES_SHOWN = 5


def main(arguments: list[str]) -> int:
    """Print failures, then the figures as one line of JSON; return 1 when anything failed."""
    options = _options(arguments)
    if options.emulator:
        return _on_the_emulator()
    campaign = Campaign()
    if options.seed is not None:
        _show(options.seed)
        campaign.random([options.seed])
    else:
        campaign.every_site(every_call=options.every_call)
        campaign.random(range(options.seeds))
        campaign.every_site_reached()
        for site, faults in sorted(campaign.open.items()):
            print(f"not disturbed: {site}: {', '.join(sorted(faults))}")
    for failure in campaign.failures[:_FAILURES_SHOWN]:
        print(failure)
    print(json.dumps({
        "call_sites": len(campaign.needed), "covered": len(campaign.covered),
        "schedules": campaign.schedules, "mismatches": len(campaign.failures),
    }))  # fmt: skip
    return 1 if campaign.failures or (options.seed is None and campaign.open) else 0


def _on_the_emulator() -> int:
    campaign = EmulatorCampaign()
    campaign.run()
    for told in campaign.failures[:_FAILURES_SHOWN]:
        print(told)
    needed = campaign.hook.needed
    print(json.dumps({
        "call_sites": len(needed), "covered": campaign.covered,
        "schedules": campaign.schedules, "mismatches": len(campaign.failures),
    }))  # fmt: skip
    return 1 if campaign.failures or campaign.covered < len(needed) else 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="random schedules to run")
    parser.add_argument("--seed", type=int, help="run this one alone, and show it")
    parser.add_argument(
        "--every-call", action="store_true", help="disturb every call, not one of each site"
    )
    parser.add_argument(
        "--emulator", action="store_true", help="every call to AWS fails in every way, once"
    )
    return parser.parse_args(arguments)


def _show(seed: int) -> None:
    schedule = random_schedule(seed)
    print(schedule)
    for call in play(schedule).calls:
        print(f"{call.number:4d} {call.by}: {call.site} {call.fault or ''}".rstrip())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
