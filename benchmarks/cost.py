"""What a line costs in DynamoDB and Lambda: `python -m benchmarks.cost` (`--json` for programs).

    stored line ─► drafted entry      a run's three steps over one statement
    drafted entry ─► validated        the statement's validation

Measured on the local AWS through the adapter itself: requests are counted and charged as they are
sent (request_units.py). CPU is that of this process during the steps of another company, whose
requests are not charged; on AWS, waiting for DynamoDB comes on top, and the processor is another.
Prices are an assumption, see docs/operations/cost.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

import boto3
from botocore.config import Config

from benchmarks.matching.backlog import COMPANY, NOW, RUN, STATEMENT, books, item, new_lines, party
from benchmarks.matching.reads import desk
from benchmarks.request_units import Units
from devstack.emulator import REGION, Emulator
from rappro.adapters.dynamodb.gateway import Tables
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.bank import Counterparty
from rappro.domain.ids import LineId, TenantId
from rappro.domain.records import LineRecord, StatementRecord
from rappro.domain.writes import Record
from rappro.ports import Ports
from rappro.use_cases.gathering import gather_batch, gather_evidence
from rappro.use_cases.post_run import post
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import decide
from rappro.use_cases.validate_statement import validate_statement

ACCOUNT: Final = "200000000009"
TABLES: Final = Tables(books="CostBooks", statements="CostStatements", feeds="CostFeeds")
LINES: Final = 500
ITEMS_PER_LINE: Final = 4

PRICES: Final = {
    "write_request_units_million": 0.625,
    "read_request_units_million": 0.125,
    "lambda_gb_second": 0.0000133334,
}
"""Dollars; DynamoDB on demand, standard class, and Lambda on arm64, of us-east-1."""
MEMORY_GB: Final = 1.769  # of the functions of a run: one processor

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Measure and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.cost")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--lines", type=int, default=LINES)
    options = parser.parse_args(arguments)
    with Emulator() as emulator:
        report = run(emulator.endpoint_url, options.lines)
    print(json.dumps(report) if options.json else json.dumps(report, indent=1))
    return 0


def run(endpoint: str, lines: int) -> Json:
    """Return what each phase costs, per line."""
    client = boto3.client(
        "dynamodb", endpoint_url=endpoint, region_name=REGION, aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test", config=Config(max_pool_connections=16),
    )  # fmt: skip
    create_tables(client, TABLES)
    plain = desk(DynamoStore(client, TABLES))
    units = Units()
    seconds = _phases(plain, TenantId("unmetered"), lines, units)
    units.watch(client)
    charged: dict[str, Json] = {}
    _phases(plain, TenantId("metered"), lines, units, charged)
    drafted, validated = charged["drafted"], charged["validated"]
    return {
        "lines": lines,
        "matched": drafted.pop("matched"),
        "prices": PRICES,
        "drafted": _priced(drafted, seconds["drafted"], lines),
        "validated": _priced(validated, seconds["validated"], lines),
    }


def _phases(
    ports: Ports, tenant: TenantId, lines: int, units: Units, charged: dict[str, Json] | None = None
) -> dict[str, float]:
    """Load a company, run and validate; return the CPU seconds of both, fill in what they cost."""
    ports.store.load(tenant, COMPANY, books(lines * ITEMS_PER_LINE))
    ports.store.load(tenant, COMPANY, statement_of(lines))
    request = RunRequest(tenant, COMPANY, STATEMENT, RUN, 1)
    units.clear()
    start = time.process_time()
    for batch in gather_evidence(ports, request):
        gather_batch(ports, request, batch)
    decide(ports, request)
    post(ports, request)
    drafted = time.process_time() - start
    if charged is not None:
        charged["drafted"] = _counted(units)
        stored = ports.store.lines(tenant, COMPANY, STATEMENT)
        charged["drafted"]["matched"] = sum(line.match_id is not None for line in stored)
        units.clear()
    start = time.process_time()
    validate_statement(ports, tenant, COMPANY, STATEMENT, "comptable")
    validated = time.process_time() - start
    if charged is not None:
        charged["validated"] = _counted(units)
    return {"drafted": drafted, "validated": validated}


def statement_of(lines: int) -> Iterator[Record]:
    """Yield a statement of which every line is a receipt that shows an invoice's number."""
    *few, statement, run_record = new_lines()
    first = few[0]
    assert isinstance(first, LineRecord)
    assert isinstance(statement, StatementRecord)
    total = 0
    for position in range(1, lines + 1):
        of = item(position * ITEMS_PER_LINE - 1)
        owner = party((position * ITEMS_PER_LINE - 1) // 12)
        total += of.residual_minor
        line = replace(
            first.line, position=position, amount_minor=of.residual_minor,
            label=f"VIR {owner.name} {of.number}", counterparty=Counterparty(name=owner.name),
        )  # fmt: skip
        yield LineRecord(LineId(f"ln_{position}"), STATEMENT, "BQ1", line)
    yield replace(statement, line_count=lines, booked_minor=total, imported_at=NOW)
    yield run_record


def _counted(units: Units) -> Json:
    return {
        "calls": dict(units.calls), "writes": dict(units.writes), "written": dict(units.written),
        "reads": dict(units.reads),
    }  # fmt: skip


def _priced(counted: Json, seconds: float, lines: int) -> Json:
    writes, reads = sum(counted["writes"].values()), sum(counted["reads"].values())
    dollars = (
        writes * PRICES["write_request_units_million"] / 1e6
        + reads * PRICES["read_request_units_million"] / 1e6
        + seconds * MEMORY_GB * PRICES["lambda_gb_second"]
    )
    return {
        "write_units_per_line": round(writes / lines, 2),
        "read_units_per_line": round(reads / lines, 2),
        "calls_per_line": round(sum(counted["calls"].values()) / lines, 3),
        "cpu_ms_per_line": round(1_000 * seconds / lines, 2),
        "dollars_per_1000_lines": round(1_000 * dollars / lines, 5),
        "writes": _each(counted["writes"], lines),
        "written": _each(counted["written"], lines),
        "reads": _each(counted["reads"], lines),
        "calls": counted["calls"],
    }


def _each(counts: dict[str, int], lines: int) -> dict[str, float]:
    ordered = sorted(counts.items(), key=lambda pair: -pair[1])
    return {name: round(count / lines, 2) for name, count in ordered if count}


def create_tables(client: Any, tables: Tables) -> None:
    """Create the three tables as the template has them."""
    for name in (tables.books, tables.statements, tables.feeds):
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[
                {"AttributeName": attribute, "AttributeType": "S"}
                for attribute in ("pk", "sk", "list_pk", "list_sk")
            ],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            GlobalSecondaryIndexes=[{
                "IndexName": "by_list",
                "KeySchema": [
                    {"AttributeName": "list_pk", "KeyType": "HASH"},
                    {"AttributeName": "list_sk", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }],
        )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
