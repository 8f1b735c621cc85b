"""What a run of fifty new lines reads of a backlog: `python -m benchmarks.matching.reads`.

The same fifty lines are matched against backlogs of several sizes (backlog.py), in the store in
process, whose reads are charged the way DynamoDB does (metering.py). What the lines ask of the
backlog must not grow with it; what is read whole (third parties above all) is told apart.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.matching.backlog import COMPANY, NOW, RUN, STATEMENT, books, new_lines
from benchmarks.matching.metering import EVIDENCE, LINES, MASTERS, SINGLE, Meter, MeteredStore
from rappro.adapters.memory import FixedClock, MemoryBlobs, MemoryFeeds, MemoryInbox, MemoryRuns
from rappro.domain.ids import TenantId
from rappro.domain.matching.lookups import lookups_for
from rappro.domain.matching.model import World
from rappro.ports import Ports, Store
from rappro.use_cases.gathering import gather_batch, gather_evidence, gathered_world
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide

SIZES: Final = (1_000, 10_000, 100_000)
TENANT: Final = TenantId("bench")
REQUEST: Final = RunRequest(TENANT, COMPANY, STATEMENT, RUN, 1)

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Print the figures, as JSON or one size a line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.reads")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options = parser.parse_args(arguments)
    report = run([int(text) for text in options.sizes.split(",")])
    if options.json:
        print(json.dumps(report))
    else:
        print("\n".join(f"{size} open items: {row}" for size, row in report.items()))
    return 0


def run(sizes: Sequence[int]) -> dict[int, Json]:
    """Return what one run reads at each size."""
    return {size: _measured(size) for size in sizes}


def _measured(size: int) -> Json:
    meter = Meter()
    store = MeteredStore(meter)
    fill(store, size)
    return measure(desk(store), meter)


def fill(store: Store, size: int, tenant: TenantId = TENANT) -> None:
    """Put a company's books of that size, and the new lines, into a store."""
    store.load(tenant, COMPANY, books(size))
    store.load(tenant, COMPANY, new_lines())


def desk(store: Store) -> Ports:
    """Return ports around a store; everything else is in process."""
    clock = FixedClock(NOW)
    return Ports(store, MemoryBlobs(), MemoryInbox(), MemoryRuns(), MemoryFeeds(), clock)


def measure(ports: Ports, meter: Meter, request: RunRequest = REQUEST) -> Json:
    """Run the fifty lines' run, and return what was read until everything was at hand."""
    meter.clear()
    batches = gather_evidence(ports, request)
    for batch in batches:
        gather_batch(ports, request, batch)
    read = {what: meter.of(what) for what in (EVIDENCE, MASTERS, LINES, SINGLE)}
    world = gathered_world(ports, request, batches)
    decide(ports, request, batches)
    post(ports, request)
    lines = list(ports.store.lines(request.tenant, request.company, request.statement_id))
    return {
        "keys": _key_count(world),
        **read,
        "matched": sum(line.match_id is not None for line in lines),
    }


def _key_count(world: World) -> int:
    keys = lookups_for(
        world.lines, world.third_parties, world.number_shapes, world.matching,
        world.company_currency, lessons=world.lessons,
    )  # fmt: skip
    return len(keys.amounts) + len(keys.references) + len(keys.third_parties) + len(keys.items)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
