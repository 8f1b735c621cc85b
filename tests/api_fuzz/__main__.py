"""Fuzz the whole API on the local stack: python -m tests.api_fuzz (make api-fuzz).

Every phase of schemathesis over docs/openapi.json, with tokens of an administrator. The broken
requests of a large body are many; where they leave too little to the valid ones, as many more valid
ones as it takes are sent after. The last line is JSON: requests, statuses of 5xx, operations, and
the least share of 2xx among the answers to an operation. It fails on any finding of the fuzzer, on
any 5xx, and on a share below SHARE_MIN.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx

from devstack.providers.bank import Bank
from devstack.providers.makers import keys_of
from devstack.providers.server import ProviderServer
from devstack.stack import ROOT, LocalStack
from rappro.adapters.clock import SystemClock
from rappro.ports_exchange import Downloads
from tests.api_fuzz.copies import Copies
from tests.api_fuzz.front import TOKEN, Front
from tests.api_fuzz.pool import MARK, Pool, stack_outside, stack_ports
from tests.integration.api.seeds import empty_world
from tests.integration.api.test_tenants import OTHER_IDS

TENANT: Final = "fuzz"
ADMINISTRATOR: Final = "user-1"  # of the seeded companies
SHARE_MIN: Final = 0.30
_SHARE_AIM: Final = 0.34
"""More valid requests are sent to reach it: some of those are refused too."""
_VALID_MORE_MAX: Final = 1_000
CHECKS: Final = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
    "unsupported_method,ignored_auth"
)
_STATEFUL: Final = "stateful"
"""Requests that follow others are tried in rounds: the fuzzer ends one when the same requests get
other answers, as they do here, where each goes to a company of its own."""
_STARTS_MAX: Final = 10
_UNBOUND: Final = {"ReadsPerMinute": "0", "WritesPerMinute": "0"}
"""The fuzzer asks more than a tenant may; where it is refused for that, nothing else is tried."""
_CONFIG: Final = ROOT / "tests" / "api_fuzz" / "schemathesis.toml"
_FUZZER: Final = ROOT / ".venv-fuzz" / "bin" / "schemathesis"


def main(arguments: list[str]) -> int:
    """Run it and print what was found; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.api_fuzz")
    parser.add_argument("--examples", type=int, default=30, help="valid requests an operation")
    parser.add_argument(
        "--only", nargs="+", default=[], help="operation ids, to look at them alone"
    )
    parser.add_argument("--include", help="a pattern of paths, to look at these alone")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=8, help="of requests that follow others")
    parser.add_argument("--phases", default="examples,coverage,fuzzing,stateful")
    parser.add_argument(
        "--in-memory", action="store_true", help="without a local stack: the code alone, quickly"
    )
    parser.add_argument("--trace", default="", help="a file for every request and its answer")
    asked = parser.parse_args(arguments)
    with _in_memory() if asked.in_memory else _on_stack(asked.workers) as target:
        code, tally = _fuzz(target, asked, {})
        for seed in _more_seeds(asked):
            code_of_round, tally_of_round = _fuzz(target, asked, {}, phases=_STATEFUL, seed=seed)
            code, tally = code or code_of_round, _added([tally, tally_of_round])
        for part in _PARTS:
            for more in part(_valid_more(tally)):
                code_of_more, tally_of_more = _fuzz(target, asked, more)
                code, tally = code or code_of_more, _added([tally, tally_of_more])
    summary = _summary(tally)
    is_clean = code == 0
    sys.stdout.write(_table(tally))
    sys.stdout.write(json.dumps({"findings": not is_clean, **summary}) + "\n")
    is_good = is_clean and not summary["server_errors"] and summary["share_min"] >= SHARE_MIN
    return 0 if is_good else 1


def _more_seeds(asked: argparse.Namespace) -> Iterable[int]:
    """Return the seeds of the rounds after the first: of the whole, few operations follow few."""
    is_whole = not asked.only and not asked.include and _STATEFUL in asked.phases
    return range(2, asked.rounds + 1) if is_whole else ()


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: where it is, what opens it, and who gives out companies."""

    url: str
    token: str
    pool: Pool


@contextmanager
def _on_stack(workers: int) -> Iterator[Target]:
    with ExitStack() as opened:
        stack = opened.enter_context(LocalStack(parameters=_UNBOUND))
        server = opened.enter_context(ProviderServer(Bank(datetime.now(UTC))))
        stack.give_provider_keys(keys_of(server))
        _make_quiet(stack)
        ports = stack_ports(stack)
        make = Copies(stack, ports, TENANT, MARK).make
        pool = opened.enter_context(Pool(ports, TENANT, stack_outside(stack, server), make=make))
        token = stack.token(TENANT, ADMINISTRATOR, ttl_seconds=86_400)
        with ThreadPoolExecutor(workers) as several:
            list(several.map(_warm, [stack.api_url] * workers, [token] * workers))
        yield Target(stack.api_url, token, pool)


def _make_quiet(stack: LocalStack) -> None:
    """Let no event go to webhooks: nobody is at the seeded one's address, and each is tried anew.

    Dozens of functions would start for it, and the queue of tries be read all the time.
    """
    rule = stack.physical_id("WebhookEventsRule").rpartition("|")[2]
    stack.client("events").disable_rule(Name=rule, EventBusName=stack.event_bus)


def _warm(url: str, token: str) -> None:
    """Ask until a container answers: on a busy machine the emulator gives up starting one (502)."""
    headers = {"Authorization": f"Bearer {token}"}
    for _ in range(_STARTS_MAX):
        if httpx.get(f"{url}/v1/me", headers=headers, timeout=60).status_code == HTTPStatus.OK:
            return
    raise RuntimeError("the API does not start")


@contextmanager
def _in_memory() -> Iterator[Target]:
    ports = replace(empty_world().ports, clock=SystemClock())
    downloads = Downloads(ports.providers.routes, "https://rappro.test", secrets.token_urlsafe)
    ports = replace(ports, exchange=replace(ports.exchange, downloads=downloads))
    with Front(ports, TENANT, ADMINISTRATOR) as front, Pool(ports, TENANT) as pool:
        yield Target(front.url, TOKEN, pool)


def _fuzz(
    target: Target, asked: argparse.Namespace, more: dict[str, int], *, phases: str = "",
    seed: int = 1,
) -> tuple[int, dict[str, Counter[str]]]:  # fmt: skip
    """Run the fuzzer once; return its exit code and what was answered, by operation.

    With `more`, only that many valid requests to these operations; `phases` instead of all that
    are asked for.
    """
    with tempfile.TemporaryDirectory() as folder:
        tally, config = Path(folder, "tally.json"), Path(folder, "schemathesis.toml")
        config.write_text(_CONFIG.read_text() + "".join(_examples_of(more)))
        command = [
            str(_FUZZER), "--config-file", str(config), "run", "docs/openapi.json",
            "--url", target.url, "--header", f"Authorization: Bearer {target.token}",
            "--mode", "positive" if more else "all",
            "--phases", "fuzzing" if more else phases or asked.phases, "--checks", CHECKS,
            "--seed", str(seed),
            "--suppress-health-check", "all", "--request-timeout", "60",
            "--workers", str(asked.workers), "--continue-on-failure",
            "--no-color", "--warnings", "off",
        ]  # fmt: skip
        command += [] if more else ["--max-examples", str(asked.examples)]
        for name in more or asked.only:
            command += ["--include-operation-id", name]
        if asked.include and not more:
            command += ["--include-path-regex", asked.include]
        environment = {
            "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(ROOT / "tests" / "api_fuzz"),
            "FUZZ_POOL": target.pool.url, "FUZZ_TALLY": str(tally),
            "FUZZ_ADMINISTRATOR": ADMINISTRATOR, "FUZZ_OTHER_IDS": json.dumps(OTHER_IDS),
            "FUZZ_TRACE": asked.trace,
        }  # fmt: skip
        done = subprocess.run(command, check=False, cwd=ROOT, env=os.environ | environment)
        counts = json.loads(tally.read_text()) if tally.exists() else {}
    return done.returncode, {name: Counter(found) for name, found in counts.items()}


def _examples_of(more: dict[str, int]) -> Iterator[str]:
    for name, times in more.items():
        yield f'\n[[operations]]\ninclude-operation-id = "{name}"\n'
        yield f"generation.max-examples = {times}\n"


def _valid_more(tally: dict[str, Counter[str]]) -> dict[str, int]:
    """Return how many more valid requests an operation needs, of those that need any.

    As many as bring its share to the aim, if as many of them succeed as did so far.
    """
    needed = {}
    for name, found in tally.items():
        valid = {_status(key): times for key, times in found.items() if key.startswith("valid")}
        good = sum(times for status, times in valid.items() if status in _successes()[name])
        success = max(0.5, good / max(1, sum(valid.values())))
        short = (_SHARE_AIM - _share(name, found)) * sum(_own(found).values())
        if short > 0:
            needed[name] = min(_VALID_MORE_MAX, math.ceil(short / (success - _SHARE_AIM)))
    return needed


def _by_effect(more: dict[str, int]) -> list[dict[str, int]]:
    """Return what deletes apart from the rest: beside what makes it, it is sent once."""
    deletes = {path["delete"]["operationId"] for path in _paths() if "delete" in path}
    kept = {name: times for name, times in more.items() if name not in deletes}
    gone = {name: times for name, times in more.items() if name in deletes}
    return [part for part in (kept, gone) if part]


@cache
def _paths() -> list[dict[str, Any]]:
    return list(json.loads((ROOT / "docs" / "openapi.json").read_text())["paths"].values())


@cache
def _successes() -> dict[str, set[int]]:
    """Return by operation the statuses of a success."""
    every = (said for path in _paths() for said in path.values())
    told = {said["operationId"]: {int(status) for status in said["responses"]} for said in every}
    return {
        name: {status for status in found if 200 <= status < 300} or found & {HTTPStatus.SEE_OTHER}
        for name, found in told.items()
    }


def _one_by_one(more: dict[str, int]) -> list[dict[str, int]]:
    """Return every operation alone: beside others the fuzzer may send fewer than it is told."""
    return [{name: times} for name, times in more.items()]


_PARTS: Final = (_by_effect, _one_by_one, _one_by_one)
"""How more valid requests are sent: first many operations at once, then what is left of them."""


def _added(tallies: list[dict[str, Counter[str]]]) -> dict[str, Counter[str]]:
    names = sorted({name for tally in tallies for name in tally})
    return {
        name: sum((tally.get(name, Counter()) for tally in tallies), Counter()) for name in names
    }


def _status(key: str) -> int:
    return int(key.rpartition(":")[2])


def _own(found: Counter[str]) -> dict[str, int]:
    """Return the answers to the operation's own method."""
    return {key: times for key, times in found.items() if not key.startswith("other_method")}


def _share(name: str, found: Counter[str]) -> float:
    """Return the share of successes among the answers to the operation's own method.

    They are 2xx, or 303 where the document has no 2xx: a link that leads to a file.
    """
    own, goods = _own(found), _successes()[name]
    good = sum(times for key, times in own.items() if _status(key) in goods)
    return good / max(1, sum(own.values()))


def _summary(tally: dict[str, Counter[str]]) -> dict[str, Any]:
    every = sum(tally.values(), Counter())
    return {
        "operations": len(tally),
        "requests": sum(every.values()),
        "server_errors": sum(n for key, n in every.items() if _status(key) >= 500),
        "share_min": round(min((_share(*one) for one in tally.items()), default=0.0), 3),
        "below": sorted(name for name, one in tally.items() if _share(name, one) < SHARE_MIN),
    }


def _table(tally: dict[str, Counter[str]]) -> str:
    rows = [
        f"{_share(name, found):5.0%} {sum(found.values()):6} {name:36} "
        + " ".join(f"{key}={n}" for key, n in sorted(found.items()))
        for name, found in sorted(tally.items(), key=lambda one: _share(*one))
    ]
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
