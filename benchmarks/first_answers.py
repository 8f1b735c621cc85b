"""From the start of the API's function to the end of its first answers, on the local stack.

python -m benchmarks.first_answers. Milliseconds of processor of a new process: what it imports,
then its first request with all that this loads and builds (routes, shapes, clients), then the same
kind of request again. Medians of `--rounds` processes.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any, Final

from benchmarks.api import CODE, LAYER, USER, environment
from devstack.stack import LocalStack
from tests.api_fuzz.pool import stack_ports
from tests.integration.api.client import Client, the_document
from tests.integration.api.seeds import seed
from tests.integration.api.test_tenants import request_of

ASKED: Final = ("getStatement", "listLines", "createCashMovement", "saveThirdParty")
_TIMED: Final = """
import json, sys, time
from types import SimpleNamespace
began = time.process_time()
import app
marks = [time.process_time() - began]
context = SimpleNamespace(
    function_name="api", aws_request_id="1", get_remaining_time_in_millis=lambda: 29_000
)
for event in json.load(sys.stdin):
    began = time.process_time()
    answer = app.handler(event, context)
    marks.append(time.process_time() - began)
    assert 200 <= answer["statusCode"] < 300, answer
print(json.dumps(marks))
"""

Json = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_answers")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args(arguments)
    sys.stdout.write("operation                imports ms   first ms   both ms   second ms\n")
    with LocalStack() as stack:
        for name in ASKED:
            rounds = [_marks(stack, name, f"{name.lower()}-{n}") for n in range(asked.rounds)]
            loads, first, second = (statistics.median(each) for each in zip(*rounds, strict=True))
            both = statistics.median(one[0] + one[1] for one in rounds)
            sys.stdout.write(
                f"{name:24} {1000 * loads:10.0f} {1000 * first:10.0f} {1000 * both:9.0f}"
                f" {1000 * second:11.0f}\n"
            )
    return 0


def _marks(stack: LocalStack, name: str, tenant: str) -> list[float]:
    """Return the seconds of the imports, the first request and one like it."""
    events = [_event(stack, name, f"{tenant}-{number}") for number in range(2)]
    done = subprocess.run(
        [sys.executable, "-c", _TIMED],
        env={"PYTHONPATH": f"{CODE}{os.pathsep}{LAYER}", **environment(stack)},
        input=json.dumps(events),
        capture_output=True,
        text=True,
        check=True,
    )
    marks: list[float] = json.loads(done.stdout.splitlines()[-1])
    return marks


def _event(stack: LocalStack, name: str, tenant: str) -> Json:
    """Return the documented example of an operation, of a tenant that has the data for it."""
    ports = stack_ports(stack)
    seed(ports, tenant, "FIRST")
    (asked,) = (
        (method.upper(), path, operation)
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] == name
    )
    method, path, body = request_of(*asked)
    client = Client(ports, tenant, USER, is_administrator=False)
    headers = {"content-type": "application/json"}
    return client.event(method, path, query={}, body=body, headers=headers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
