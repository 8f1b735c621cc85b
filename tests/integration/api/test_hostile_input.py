"""Whatever stands in a field, a parameter or a path, an answer is documented and never our error.

Each operation's documented example is sent again and again, with one value at a time replaced.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from .client import Client, the_document
from .seeds import World
from .test_tenants import operations, request_of, takes_file

VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "\x00", "é" * 300, "x" * 2_000, "-1", "1e9", "NaN",
    "9" * 40, "2025-02-30", "../../x", "'; --", [], [[]], {}, {"a": 1},
]  # fmt: skip
TEXTS = [value for value in VALUES if isinstance(value, str) and value]
PATHS = ["%00", "%2e%2e", "a%2Fb", "é", "%F0%9F%98%80", "x" * 201, "0", "null", "a b", "%", "%zz"]


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of every value inside a body, the body itself apart."""
    if at:
        yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*at, index))


def replaced(body: Any, at: tuple[str | int, ...], value: Any) -> Any:
    changed = copy.deepcopy(body)
    holder = changed
    for step in at[:-1]:
        holder = holder[step]
    holder[at[-1]] = value
    return changed


def without(body: Any, at: tuple[str | int, ...]) -> Any:
    changed = copy.deepcopy(body)
    holder = changed
    for step in at[:-1]:
        holder = holder[step]
    del holder[at[-1]]
    return changed


def with_body() -> list[Any]:
    """Every operation whose body is JSON; of a file's bytes each value is one to take in."""
    found = [one for one in operations() if "requestBody" in one.values[2]]
    return [one for one in found if not takes_file(one.values[2])]


@pytest.mark.parametrize(("method", "path", "operation"), with_body())
def test_no_value_in_a_body_is_our_error(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    client = Client(world.ports, "alpha")
    method, url, text = request_of(method, path, operation)
    body = json.loads(text or "{}")
    sent = [replaced(body, at, value) for at in places(body) for value in VALUES]
    sent += [without(body, at) for at in places(body)]

    statuses = set()
    for one in sent:
        world.clock.advance(timedelta(seconds=1))
        statuses.add(client.send(method, url, body=json.dumps(one)).status)

    assert 422 in statuses
    assert max(statuses) < 500


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_no_value_in_a_path_is_our_error(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    client = Client(world.ports, "alpha")
    _, url, body = request_of(method, path, operation)
    template, parts = path.split("/"), url.split("/")
    named = [index for index, step in enumerate(template) if step.startswith("{")]

    statuses = {
        client.send(method, "/".join([*parts[:at], value, *parts[at + 1 :]]), body=body).status
        for at in named
        for value in PATHS
    }

    assert statuses <= {200, 201, 202, 404, 409, 422}


def with_query() -> list[Any]:
    return [
        one
        for one in operations()
        if any(parameter["in"] == "query" for parameter in one.values[2].get("parameters", ()))
    ]


@pytest.mark.parametrize(("method", "path", "operation"), with_query())
def test_no_value_in_a_query_is_our_error(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    client = Client(world.ports, "alpha")
    _, url, body = request_of(method, path, operation)
    sent = body if takes_file(operation) else None
    names = [one["name"] for one in operation["parameters"] if one["in"] == "query"]

    statuses = {
        client.send(method, url, query={name: value}, body=sent).status
        for name in names
        for value in TEXTS
    }

    assert statuses <= ({201, 202, 404, 422} if takes_file(operation) else {200, 422})


def test_the_values_reach_every_operation() -> None:
    documented = sum(len(methods) for methods in the_document()["paths"].values())

    assert len(operations()) == documented - 5  # those without a token
    assert len(with_body()) > 7
    assert len(with_query()) > 10
