"""What bank feeds load and cost: `python -m benchmarks.feeds` (`--json` for programs).

One synchronisation is measured on the local AWS through the adapter itself, each request charged as
DynamoDB charges it (request_units.py), against the simulated provider: with nothing new, and with
new transactions of which a statement is made. The load of many connections is worked out from that,
and from the very instants that their schedules start at. Prices and the time that a provider takes
for an answer are assumptions, see docs/operations/feeds.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
from botocore.config import Config

from benchmarks.cost import PRICES, create_tables
from benchmarks.request_units import Units
from devstack.emulator import REGION, Emulator
from devstack.providers.makers import SIMULATED
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.feed_schedule import INTERVAL_SECONDS_DEFAULT, first_run
from rappro.domain.feeds import FeedConnection, StatementMode
from simulation.feeds.world import World, cents

TABLES: Final = Tables(books="FeedBooks", statements="FeedStatements", feeds="FeedFeeds")
ROUNDS: Final = 5
NEW_ROWS: Final = 4
"""Transactions of a synchronisation that finds some."""
SHARE_WITH_NEWS: Final = 0.4
"""Of the synchronisations of a company's account: most days have movements, most nights none."""
PROVIDER_SECONDS: Final = 0.8
"""What a provider takes for an answer."""
STORE_SECONDS: Final = 0.006
"""What DynamoDB takes for one."""
MEMORY_GB: Final = 1.0
WORKERS_MAX: Final = 10
"""Synchronisations at once: MaximumConcurrency of the queue's event source."""
DAYS: Final = 30.4
OTHER_PRICES: Final = {
    "sqs_million_requests": 0.40,
    "scheduler_million_invocations": 1.00,
    "lambda_million_requests": 0.20,
    "secret_month": 0.40,
    "secrets_10000_calls": 0.05,
}
"""Dollars, of us-east-1, before any free tier."""
_SQS_REQUESTS_PER_SYNC: Final = 3

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one synchronisation takes, on average."""

    calls: float
    write_units: float
    read_units: float
    provider_requests: float
    cpu_seconds: float

    @property
    def seconds(self) -> float:
        """How long it takes on the assumptions above."""
        waits = self.provider_requests * PROVIDER_SECONDS + self.calls * STORE_SECONDS
        return waits + self.cpu_seconds

    @property
    def dollars(self) -> float:
        """What it costs in DynamoDB and Lambda."""
        return (
            self.write_units * PRICES["write_request_units_million"] / 1e6
            + self.read_units * PRICES["read_request_units_million"] / 1e6
            + self.seconds * MEMORY_GB * PRICES["lambda_gb_second"]
            + OTHER_PRICES["lambda_million_requests"] / 1e6
        )


def main(arguments: list[str]) -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--connections", type=int, default=10_000)
    options = parser.parse_args(arguments)
    with Emulator() as emulator:
        report = run(emulator.endpoint_url, options.connections)
    print(json.dumps(report) if options.json else json.dumps(report, indent=1))
    return 0


def run(endpoint: str, connections: int) -> Json:
    """Return what a synchronisation takes at each provider, and what many of them load and cost."""
    measured = {
        provider: _measured(endpoint, provider, number) for number, provider in enumerate(SIMULATED)
    }
    return {
        "synchronisation": {
            provider: {kind: _shown(cost) for kind, cost in found.items()}
            for provider, found in measured.items()
        },
        "spread": spread(connections),
        "month": {
            provider: _month(found, connections) for provider, found in measured.items()
        },
    }  # fmt: skip


def _measured(endpoint: str, provider: str, number: int) -> dict[str, Cost]:
    client = boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=REGION,
        aws_access_key_id=f"2000000001{number:02d}", aws_secret_access_key="test",
        config=Config(max_pool_connections=16),
    )  # fmt: skip
    create_tables(client, TABLES)
    units = Units()
    world = World(provider, StatementMode.EACH_SYNC, store=DynamoStore(client, TABLES))
    units.watch(client)
    _add(world, 20)
    world.sync()
    world.bank.wait(hours=12)
    world.sync()
    idle = _average(world, units, 0)
    busy = _average(world, units, NEW_ROWS)
    return {"nothing_new": idle, "with_news": busy}


def _add(world: World, count: int) -> None:
    for number in range(count):
        day = world.bank.now.date()
        world.bank.add(world.at_bank.id, day, cents(-1_000 - number), f"PRLV {number}")


def _average(world: World, units: Units, rows: int) -> Cost:
    units.clear()
    world.server.requests.clear()
    seconds = 0.0
    for _ in range(ROUNDS):
        world.bank.wait(hours=12)
        _add(world, rows)
        start = time.process_time()
        world.sync()
        seconds += time.process_time() - start
    return Cost(
        sum(units.calls.values()) / ROUNDS, sum(units.writes.values()) / ROUNDS,
        sum(units.reads.values()) / ROUNDS, len(world.server.requests) / ROUNDS, seconds / ROUNDS,
    )  # fmt: skip


def _shown(cost: Cost) -> Json:
    return {
        "calls": round(cost.calls, 1),
        "write_units": round(cost.write_units, 1),
        "read_units": round(cost.read_units, 1),
        "provider_requests": round(cost.provider_requests, 1),
        "seconds": round(cost.seconds, 2),
        "dollars_per_million": round(1e6 * cost.dollars, 2),
    }


def spread(connections: int) -> Json:
    """Return how many synchronisations start in a minute when all connections were made at once.

    Their schedules start at the instants of first_run, and repeat after the same interval.
    """
    now = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
    minutes: Counter[int] = Counter()
    for number in range(connections):
        made = FeedConnection(f"bank-{number}", "bridge", "", INTERVAL_SECONDS_DEFAULT)
        start = first_run(f"company-{number % 400}", made, now)
        minutes[(start - now) // timedelta(minutes=1)] += 1
    counts = sorted(minutes.values())
    return {
        "connections": connections,
        "minutes_of_interval": INTERVAL_SECONDS_DEFAULT // 60,
        "mean_per_minute": round(connections / (INTERVAL_SECONDS_DEFAULT / 60), 1),
        "p99_per_minute": counts[int(0.99 * len(counts))],
        "most_per_minute": counts[-1],
    }


def _month(found: dict[str, Cost], connections: int) -> Json:
    """Return the load and cost of a month of connections of one provider, every 12 hours."""
    idle, busy = found["nothing_new"], found["with_news"]
    runs = connections * DAYS * 24 * 3600 / INTERVAL_SECONDS_DEFAULT

    def mixed(name: str) -> float:
        rest = 1 - SHARE_WITH_NEWS
        return float(rest * getattr(idle, name) + SHARE_WITH_NEWS * getattr(busy, name))

    per_second = connections / INTERVAL_SECONDS_DEFAULT
    at_once = per_second * mixed("seconds")
    others = (
        runs * _SQS_REQUESTS_PER_SYNC * OTHER_PRICES["sqs_million_requests"] / 1e6
        + runs * OTHER_PRICES["scheduler_million_invocations"] / 1e6
        + runs * OTHER_PRICES["secrets_10000_calls"] / 1e4
    )
    return {
        "synchronisations": round(runs),
        "at_once_on_average": round(at_once, 2),
        "share_of_workers": round(at_once / WORKERS_MAX, 3),
        "write_units_per_second": round(per_second * mixed("write_units"), 2),
        "read_units_per_second": round(per_second * mixed("read_units"), 2),
        "provider_requests_per_second": round(per_second * mixed("provider_requests"), 2),
        "dollars": round(runs * mixed("dollars") + others, 2),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
