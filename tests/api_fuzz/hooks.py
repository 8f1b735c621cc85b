"""What the fuzzer does before and after each request. Runs in the fuzzer's own environment.

Ids made at random exist nowhere, and a body made at random names no journal there is: such requests
are sent, but most valid ones are aimed at a seeded company, with the documentation's example as
their body and one field of it changed now and then.
"""

from __future__ import annotations

import atexit
import copy
import json
import os
import random
import re
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

POOL = os.environ["FUZZ_POOL"]
TALLY = Path(os.environ["FUZZ_TALLY"])
OTHER_IDS: dict[str, dict[str, Any]] = json.loads(os.environ["FUZZ_OTHER_IDS"])
ADMINISTRATOR = os.environ["FUZZ_ADMINISTRATOR"]
AIMED = 0.85
"""Share of valid requests that are aimed at what there is."""
CHANGED = 0.2
"""Share of those whose body has a field that was made at random."""

_COMPANY = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_chance = random.Random(0)
_tally: dict[str, Counter[str]] = {}


@schemathesis.hook
def before_call(ctx: Any, case: Any, **kwargs: Any) -> None:
    """Aim a valid request at a seeded company."""
    said = case.operation.definition.raw
    _spare_the_shared_company(case)
    if said.get("security") == [] or _chance.random() > AIMED:
        return
    is_valid = case.meta is None or case.meta.generation.mode.is_positive
    if "company" not in case.path_parameters:
        _aim_at_tenant(case)
    elif is_valid or _is_company(case):
        is_read = case.method.upper() == "GET"
        case.path_parameters["company"] = _given("shared" if is_read else "fresh")
    if is_valid:
        _aim(case, said)


def _spare_the_shared_company(case: Any) -> None:
    """Send a write elsewhere that names the company of the reads: the fuzzer has seen its id."""
    if case.method.upper() != "GET" and case.path_parameters.get("company") == _given("shared"):
        case.path_parameters["company"] = _given("fresh")


def _aim_at_tenant(case: Any) -> None:
    """Put back what an earlier request took from the tenant; who asks goes on asking."""
    if case.method.upper() != "GET":
        _given("tenant")
    if case.path_parameters.get("user") == ADMINISTRATOR:
        case.path_parameters["user"] = "u-17"


def _aim(case: Any, said: dict[str, Any]) -> None:
    """Name what there is, in the path, the query and the body, under no condition."""
    chosen = OTHER_IDS.get(said["operationId"], {})
    for parameter in said.get("parameters", ()):
        name, examples = parameter.get("name"), parameter.get("schema", {}).get("examples")
        if parameter.get("in") == "path" and name != "company" and examples:
            case.path_parameters[name] = chosen.get(name, examples[0])
    for name in ("If-Match", "If-None-Match"):
        case.headers.pop(name, None)
    if "Idempotency-Key" in case.headers:  # a key that was used would be refused with another body
        case.headers["Idempotency-Key"] = f"{_chance.getrandbits(128):x}"
    _aim_query(case, said)
    _aim_body(case)


def _given(kind: str) -> str:
    with urllib.request.urlopen(f"{POOL}/{kind}") as answer:
        return str(json.load(answer)["company"])


def _is_company(case: Any) -> bool:
    """True when the path's company is not what was broken in the request."""
    value = case.path_parameters["company"]
    return isinstance(value, str) and _COMPANY.fullmatch(value) is not None


def _aim_query(case: Any, said: dict[str, Any]) -> None:
    """Take off cursors, which nobody can invent, and put what must be there as documented."""
    case.query.pop("cursor", None)
    for parameter in said.get("parameters", ()):
        examples = parameter.get("schema", {}).get("examples")
        if parameter.get("in") == "query" and parameter.get("required") and examples:
            case.query[parameter["name"]] = examples[0]


def _aim_body(case: Any) -> None:
    example = _example(case)
    if example is None or not isinstance(case.body, dict):
        return
    made = copy.deepcopy(example)
    if case.body and _chance.random() < CHANGED:
        name = _chance.choice(sorted(case.body))
        made[name] = case.body[name]
    case.body = made


def _example(case: Any) -> Any:
    document = case.operation.schema.raw_schema
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    examples = schema.get("examples")
    return examples[0] if examples else None


@schemathesis.hook
def after_call(ctx: Any, case: Any, response: Any) -> None:
    """Count what came back."""
    meta = case.meta
    mode = "valid" if meta is None or meta.generation.mode.is_positive else "broken"
    if case.method.upper() != case.operation.method.upper():
        mode = "other_method"
    name = case.operation.definition.raw["operationId"]
    _tally.setdefault(name, Counter())[f"{mode}:{response.status_code}"] += 1


@atexit.register
def _write() -> None:
    TALLY.write_text(json.dumps(_tally, sort_keys=True))
