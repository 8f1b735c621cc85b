"""Latency and AWS calls of every operation of the API: `python -m benchmarks.api` (`--json`).

    stack    over HTTP, through the local gateway and its Lambda
    handler  the function alone, warm, through Lambda's real runtime client
    calls    requests to AWS of one request, those of the rate limiter apart

Each operation is asked with its documented example. A write has a seeded company of its own, or a
tenant where it changes what belongs to the tenant. DynamoDB and S3
are the emulator's, so that times are good for comparing operations, not for promising any.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from types import SimpleNamespace
from typing import Any, Final

import httpx
from botocore.endpoint import Endpoint

from benchmarks.runtime_api import WarmFunction
from devstack.emulator import ACCOUNT, REGION, SECRET
from devstack.stack import ROOT, LocalStack
from rappro.domain.ids import CompanyId, TenantId
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports
from tests.api_fuzz.copies import Copies
from tests.api_fuzz.pool import stack_ports
from tests.api_fuzz.prepared import on_paper, prepare
from tests.integration.api.client import Client, the_document
from tests.integration.api.seeds import seed
from tests.integration.api.test_tenants import FILE, request_of

TENANT: Final = "bench"
USER: Final = "user-1"  # an administrator of what is seeded
CALLS_MAX: Final = {"GET": 3, "write": 6}
"""What the API aims at, by request."""
LAYER: Final = ROOT / "layers" / "common"
CODE: Final = ROOT / "functions" / "api"

_MARK: Final = "BENCH"
_COMPANY: Final = "/companies/{company}"
_UNBOUND: Final = {"ReadsPerMinute": "1000000", "WritesPerMinute": "1000000"}
"""No tenant asks so much in a minute as is asked here; the limiter counts it all the same."""
_REFUSED, _OURS = 300, 500
"""From here on an answer is none: what the local stack has no keys or files for; our fault."""

Json = dict[str, Any]
Request = tuple[str, str, str | bytes | None]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api")
    parser.add_argument("--requests", type=int, default=20, help="requests an operation")
    parser.add_argument("--calls", action="store_true", help="count calls alone, time nothing")
    parser.add_argument("--only", help="an operation id, to look at it alone")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    with LocalStack(parameters=_UNBOUND) as stack:
        rows = _Measured(stack, 0 if asked.calls else asked.requests).rows(asked.only)
    if asked.calls and not asked.json:
        sys.stdout.write(_calls_table(rows))
    elif asked.json:
        sys.stdout.write(json.dumps(rows) + "\n")
    else:
        sys.stdout.write(_table(rows))
    return 0


class _Measured:
    """One stack, measured operation by operation."""

    def __init__(self, stack: LocalStack, requests: int) -> None:
        self._stack = stack
        self._requests = requests
        self._ports: Ports = stack_ports(stack)
        self._seeded = 0
        self._tenant = TENANT
        self._copies = Copies(stack, self._ports, TENANT, _MARK)
        seed(self._ports, TENANT, _MARK)
        self._environment = environment(stack)

    def rows(self, only: str | None) -> list[Json]:
        """Return one row an operation."""
        with (
            httpx.Client(base_url=self._stack.api_url, timeout=60) as http,
            self._warm() as function,
            _counting(self._environment) as count,
        ):
            # Clients are built at the first request: a warm function is counted.
            count(self._event(("GET", "/v1/me", None)))
            return [
                {"operation": name, "method": method.upper()}
                | self._row((method.upper(), path, operation), http, function, count)
                for path, methods in the_document()["paths"].items()
                for method, operation in methods.items()
                if (name := operation["operationId"]) and only in {None, name}
            ]

    def _warm(self) -> AbstractContextManager[Any]:
        """Return the function that is timed, if any is."""
        if not self._requests:
            return nullcontext()
        return WarmFunction(CODE, [LAYER], self._environment)

    def _calls(self, operation: tuple[str, str, Json], count: Any) -> Json:
        calls, status = count(self._event(self._request(operation)))
        limiter = calls.pop("limiter", 0)
        return {"calls": sum(calls.values()), "limiter_calls": limiter,
                "calls_by_kind": dict(calls), "status": status}  # fmt: skip

    def _row(
        self,
        operation: tuple[str, str, Json],
        http: httpx.Client,
        function: WarmFunction,
        count: Any,
    ) -> Json:
        counted = self._calls(operation, count)
        if not self._requests or counted["status"] >= _REFUSED:
            return counted
        over_http, alone = [], []
        for _ in range(1 + self._requests):
            over_http.append(self._over_http(http, self._request(operation)))
            event = self._event(self._request(operation))
            answer, seconds = function.invoke(event)
            alone.append(seconds)
            _require(answer["statusCode"], event["rawPath"], str(answer.get("body")))
        # The first request of an operation loads its routes and shapes: benchmarks.first_answers.
        times = {"stack_ms": _percentiles(over_http[1:]), "handler_ms": _percentiles(alone[1:])}
        return times | counted

    def _request(self, operation: tuple[str, str, Json]) -> Request:
        """Return an operation's example, on what nothing was changed of yet."""
        method, path, body = request_of(*operation)
        self._tenant = TENANT
        if method == "GET":
            return method, path, body
        self._seeded += 1
        if _COMPANY not in operation[1]:
            self._tenant = f"{TENANT}-{self._seeded}"
            seed(self._ports, self._tenant, _MARK)
            return method, path, body
        company = CompanyId(f"{ids.COMPANY}-{self._seeded}")
        self._copies.make(company)
        path = path.replace(_COMPANY.format(company=ids.COMPANY), _COMPANY.format(company=company))
        return method, path, self._of_company(company, operation[2]["operationId"], body)

    def _of_company(self, company: CompanyId, name: str, body: str | bytes | None) -> Any:
        """Return a body with what is another one in each company."""
        made = prepare(self._ports, on_paper(), TenantId(TENANT), company, name).get("body")
        return json.dumps(json.loads(str(body)) | made) if made else body

    def _event(self, request: Request) -> Json:
        method, path, body = request
        path, _, query = path.partition("?")
        given = dict(pair.split("=", 1) for pair in query.split("&") if pair)
        client = Client(self._ports, self._tenant, USER, is_administrator=False)
        return client.event(method, path, query=given, body=body, headers=_headers(body))

    def _over_http(self, http: httpx.Client, request: Request) -> float:
        """Return how long a request takes over HTTP."""
        method, path, body = request
        token = self._stack.token(self._tenant, USER)
        headers = {**_headers(body), "Authorization": f"Bearer {token}"}
        started = time.perf_counter()
        answered = http.request(method, path, content=body, headers=headers)
        seconds = time.perf_counter() - started
        _require(answered.status_code, path, answered.text)
        return seconds


@contextmanager
def _counting(environment: dict[str, str]) -> Iterator[Any]:
    """Yield what runs the handler in this process and counts what it asks of AWS."""
    os.environ.update(environment)
    found: Counter[str] = Counter()
    lock = threading.Lock()
    send = Endpoint.make_request

    def sent(self: Endpoint, operation_model: Any, request_dict: Mapping[str, Any]) -> Any:
        kind = "limiter" if _is_limiter(request_dict) else operation_model.name
        with lock:
            found[kind] += 1
        if kind == "StartExecution":  # what it would start makes the machine busy, and counts not
            return SimpleNamespace(status_code=200, headers={}), {"executionArn": "arn:not-started"}
        return send(self, operation_model, request_dict)

    Endpoint.make_request = sent  # type: ignore[method-assign]  # whatever session made the client
    sys.path.insert(0, str(CODE))
    spec = importlib.util.spec_from_file_location("api_app", CODE / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    context = SimpleNamespace(
        function_name="api", aws_request_id="1", get_remaining_time_in_millis=lambda: 29_000
    )

    def count(event: Json) -> tuple[Counter[str], int]:
        found.clear()
        answer = module.handler(event, context)
        if answer["statusCode"] >= _OURS:
            _require(answer["statusCode"], event["rawPath"], str(answer.get("body")))
        return Counter(found), answer["statusCode"]

    yield count


def _headers(body: str | bytes | None) -> dict[str, str]:
    """Return the headers of a body: a file as it is, or JSON."""
    return {"content-type": FILE if isinstance(body, bytes) else "application/json"}


def _is_limiter(request: Mapping[str, Any]) -> bool:
    data = request.get("body") or b""
    text = data if isinstance(data, bytes) else str(data).encode()
    return b"#count#" in text  # the key of a window (adapters/dynamodb/replies.py)


def environment(stack: LocalStack) -> dict[str, str]:
    """Return the environment that the template gives to the function, on the emulator."""
    found = stack.functions.get_function_configuration(FunctionName=stack.function_name("Api"))
    return {
        **found["Environment"]["Variables"],
        "AWS_ENDPOINT_URL": stack.emulator.endpoint_url,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
    }


def _require(status: int, path: str, said: str) -> None:
    if not 200 <= status < 300:
        raise RuntimeError(f"{path} answers {status}: {said[:300]}")


def _percentiles(seconds: list[float]) -> Json:
    cuts = statistics.quantiles(seconds, n=20, method="inclusive")
    return {"p50": round(1000 * cuts[9], 1), "p95": round(1000 * cuts[18], 1)}


def _aim(row: Json) -> int:
    return CALLS_MAX["GET"] if row["method"] == "GET" else CALLS_MAX["write"]


def _table(counted: list[Json]) -> str:
    rows = [row for row in counted if "stack_ms" in row]  # what is refused here is not timed
    lines = [
        "operation                            calls    stack p50/p95 ms   handler p50/p95 ms",
        *(
            f"{row['operation']:36} {row['calls']:3}{' ' if row['calls'] <= _aim(row) else '!'}"
            f" {row['stack_ms']['p50']:10} {row['stack_ms']['p95']:8}"
            f" {row['handler_ms']['p50']:10} {row['handler_ms']['p95']:8}"
            for row in sorted(rows, key=lambda row: (row["method"] != "GET", row["operation"]))
        ),
        "",
        *(_totals(kind, [r for r in rows if (r["method"] == "GET") == (kind == "reads")])
          for kind in ("reads", "writes")),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _calls_table(rows: list[Json]) -> str:
    lines = [
        f"{row['operation']:36} {row['calls']:3}{' ' if row['calls'] <= _aim(row) else '!'} "
        + ", ".join(f"{kind} {times}" for kind, times in sorted(row["calls_by_kind"].items()))
        + (f" (answers {row['status']})" if row["status"] >= _REFUSED else "")
        for row in sorted(rows, key=lambda row: (row["method"] != "GET", row["operation"]))
    ]
    return "\n".join(lines) + "\n"


def _totals(kind: str, rows: list[Json]) -> str:
    if not rows:
        return f"{kind}: none"
    kept = sum(row["calls"] <= _aim(row) for row in rows)
    most = max(rows, key=lambda row: row["calls"])
    p50 = statistics.median(row["handler_ms"]["p50"] for row in rows)
    p95 = statistics.median(row["handler_ms"]["p95"] for row in rows)
    return (
        f"{kind}: {kept} of {len(rows)} keep the aim of {_aim(rows[0])} calls, at most"
        f" {most['calls']} ({most['operation']}); medians of the handler's p50 {p50:.1f} ms,"
        f" p95 {p95:.1f} ms"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
