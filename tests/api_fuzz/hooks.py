"""What the fuzzer does before and after each request. Runs in the fuzzer's own environment.

Ids made at random exist nowhere, and a body made at random names no journal there is: such requests
are sent, but most are aimed at a seeded company, with the documentation's example as their body and
one field of it changed now and then. What is broken in a broken one is left as it is, and the rest
of it is aimed too, so that nothing else is why it is refused.
"""

from __future__ import annotations

import ast
import atexit
import base64
import copy
import json
import os
import random
import re
import secrets
import threading
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis

POOL = os.environ["FUZZ_POOL"]
TALLY = Path(os.environ["FUZZ_TALLY"])
TRACE = os.environ.get("FUZZ_TRACE")
"""A file to which every request and its answer is added, a line of JSON each; None for no file."""
OTHER_IDS: dict[str, dict[str, Any]] = json.loads(os.environ["FUZZ_OTHER_IDS"])
ADMINISTRATOR = os.environ["FUZZ_ADMINISTRATOR"]
AIMED = 0.9
"""Share of valid requests that are aimed at what there is."""
CHANGED = 0.2
"""Share of those whose body has a field that was made at random."""

KNOWN = {
    "journal": "BQ1",
    "third_party": "C0001",
    "import_profile": "LIVRET",
    "line": "st_b7mzqkq4jx2v6c5oaxk2hqzz/3",
    "entry": "en_w5zq7mwl2k4vfh3xj6d9t8ca",
}
"""What is asked for by its name in queries, of a seeded company."""
KEYS = {"5f0c1b1e-3f0e-4d6c-9d1c-1f6f3e0d6a51"}
"""The documentation's example of a key."""
ONE_OF = (
    (("amount",), ("amount_min", "amount_max"), ("amount_max",)),
    (("line",), ("entry",), ("subject",)),
)
"""What queries ask for one of at a time."""

OUTSIDE = {"downloadSentBooks", "receiveProviderWebhook", "returnFromProvider"}
"""Operations without a token that are aimed too: who asks is proven by what they are given."""
SEEDED = re.compile(r"acme-[0-9]+", re.ASCII)
"""The ids of the companies that are given out (pool.py)."""
_COMPANY = re.compile(r"[a-z0-9][a-z0-9-]{1,39}", re.ASCII)
_TRACED = 1_000
_chance = random.Random(0)
_parse_of_ast, _parsing = ast.parse, threading.RLock()
_tally: dict[str, Counter[str]] = {}
_valid: dict[str, bool] = {}  # by case: a file's bytes, put in, count as broken afterwards


def _parse_alone(*arguments: Any, **named: Any) -> Any:
    """Parse as `ast.parse` does: CPython 3.11's counts the depth of two threads as one's."""
    with _parsing:
        return _parse_of_ast(*arguments, **named)


ast.parse = _parse_alone  # the fuzzer shows its functions by their source


@schemathesis.hook
def before_call(ctx: Any, case: Any, **kwargs: Any) -> None:
    """Aim a request, all but what is broken in it, at a seeded company."""
    said = case.operation.definition.raw
    is_valid = case.meta is None or case.meta.generation.mode.is_positive
    _valid[case.id] = is_valid
    _renew_key(case, is_valid=is_valid)
    _spare_companies(case)
    is_outside = said["operationId"] in OUTSIDE
    if (said.get("security") == [] and not is_outside) or _chance.random() > AIMED:
        return
    needed: dict[str, Any] = {}
    if is_outside:
        needed = _needed(said) if is_valid else {}
    elif "company" not in case.path_parameters:
        _aim_at_tenant(case)
    elif not is_valid and _is_company(case):
        case.path_parameters["company"] = _given("shared" if _is_read(case) else "worn")
    elif is_valid:
        needed = {"company": _given("shared")} if _is_read(case) else _needed(said)
        case.path_parameters["company"] = needed["company"]
    _aim(case, said, needed)


def _is_read(case: Any) -> bool:
    return bool(case.method.upper() == "GET")


def _needed(said: dict[str, Any]) -> dict[str, Any]:
    """Return a company of a request's own, and what its operation needs there."""
    with urllib.request.urlopen(f"{POOL}/fresh/{said['operationId']}") as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def _renew_key(case: Any, *, is_valid: bool) -> None:
    """Never send a key of before, which would be refused with another body, or replayed."""
    given = str(case.headers.get("Idempotency-Key", ""))
    if given and (is_valid or given in KEYS):
        case.headers["Idempotency-Key"] = secrets.token_hex(16)  # chance begins anew each pass


def _is_sound(case: Any, place: str) -> bool:
    """True when nothing is broken in that part of a request: path, query, header or body."""
    parts = {} if case.meta is None else case.meta.components
    return all(part.value != place or info.mode.is_positive for part, info in parts.items())


def _spare_companies(case: Any) -> None:
    """Send a write elsewhere that names a seeded company: the fuzzer has seen its id.

    It is the one that reads share, or another request writes to it at the same time.
    """
    named = str(case.path_parameters.get("company"))
    if case.method.upper() != "GET" and SEEDED.fullmatch(named):
        case.path_parameters["company"] = _given("fresh")


def _aim_at_tenant(case: Any) -> None:
    """Put back what an earlier request took from the tenant; who asks goes on asking."""
    if case.method.upper() != "GET":
        _given("tenant")
    if case.path_parameters.get("user") == ADMINISTRATOR:
        case.path_parameters["user"] = "u-17"


def _aim(case: Any, said: dict[str, Any], needed: dict[str, Any]) -> None:
    """Name what there is, in the path, the query and the body, under no condition."""
    chosen = OTHER_IDS.get(said["operationId"], {})
    for parameter in said.get("parameters", ()) if _is_sound(case, "path") else ():
        name, examples = parameter.get("name"), parameter.get("schema", {}).get("examples")
        if parameter.get("in") == "path" and name != "company" and examples:
            case.path_parameters[name] = chosen.get(name, examples[0])
    for name in ("If-Match", "If-None-Match") if _is_sound(case, "header") else ():
        case.headers.pop(name, None)
    if _is_sound(case, "query"):
        _aim_query(case, said)
    if _is_sound(case, "body"):
        _aim_body(case, needed)
    case.query.update(needed.get("query", {}))
    case.headers.update(needed.get("headers", {}))


def _given(kind: str) -> str:
    with urllib.request.urlopen(f"{POOL}/{kind}") as answer:
        return str(json.load(answer)["company"])


def _is_company(case: Any) -> bool:
    """True when the path's company is not what was broken in the request."""
    value = case.path_parameters["company"]
    return isinstance(value, str) and _COMPANY.fullmatch(value) is not None


def _aim_query(case: Any, said: dict[str, Any]) -> None:
    """Ask by what there is, for one thing at a time; a cursor nobody can invent."""
    asked = case.query
    asked.pop("cursor", None)
    for parameter in said.get("parameters", ()):
        name, examples = parameter.get("name"), parameter.get("schema", {}).get("examples")
        if parameter.get("in") != "query":
            continue
        if parameter.get("required") and examples:
            asked[name] = examples[0]
        elif name in asked and name in KNOWN and _chance.random() > CHANGED:
            asked[name] = KNOWN[name]
    for names in ONE_OF:
        said_too = [each for each in names if each[0] in asked]
        kept = _chance.choice(said_too) if said_too else ()
        for name in (name for each in said_too if each != kept for name in each):
            asked.pop(name, None)
    if {"from", "to"} <= asked.keys():
        asked["from"], asked["to"] = sorted((str(asked["from"]), str(asked["to"])))


def _aim_body(case: Any, needed: dict[str, Any]) -> None:
    if "text" in needed:
        case.body, case.media_type = needed["text"], "text/plain"
    if "file" in needed and _chance.random() > CHANGED:
        case.body = base64.b64decode(needed["file"])
    if "text" in needed or "file" in needed:
        return
    example = _example(case)
    if example is None or not isinstance(case.body, dict):
        if isinstance(example, str) and _chance.random() > CHANGED:
            case.body = example
        return
    made = copy.deepcopy(example) | needed.get("body", {})
    if case.body and _chance.random() < CHANGED:
        name = _chance.choice(sorted(case.body))
        made[name] = case.body[name]
    case.body = made


def _example(case: Any) -> Any:
    document = case.operation.schema.raw_schema
    content = case.operation.definition.raw.get("requestBody", {}).get("content", {})
    schema: dict[str, Any] = next((each["schema"] for each in content.values()), {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    examples = schema.get("examples")
    return examples[0] if examples else None


@schemathesis.hook
def after_call(ctx: Any, case: Any, response: Any) -> None:
    """Count what came back."""
    mode = "valid" if _valid.pop(case.id, True) else "broken"
    if case.method.upper() != case.operation.method.upper():
        mode = "other_method"
    name = case.operation.definition.raw["operationId"]
    _tally.setdefault(name, Counter())[f"{mode}:{response.status_code}"] += 1
    if TRACE:
        _trace(name, mode, case, response)


def _trace(name: str, mode: str, case: Any, response: Any) -> None:
    sent = response.request
    answer = response.content[:_TRACED].decode(errors="replace")
    told = {
        "operation": name, "mode": mode, "status": response.status_code,
        "phase": case.meta.phase.name.value if case.meta else None,
        "what": getattr(case.meta.phase.data, "description", None) if case.meta else None,
        "url": sent.url, "headers": {k: str(v) for k, v in sent.headers.items()},
        "body": repr(sent.body)[:_TRACED], "answer": answer,
    }  # fmt: skip
    with Path(TRACE or os.devnull).open("a") as file:
        file.write(json.dumps(told) + "\n")


@atexit.register
def _write() -> None:
    TALLY.write_text(json.dumps(_tally, sort_keys=True))
