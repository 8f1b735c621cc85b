"""Whatever a route asks of the stores, it asks for the caller's tenant; a breach is our error."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import replace
from typing import Any, cast

import pytest

from rappro.domain.ids import TenantId
from rappro.domain.tenancy import OutsideTenant, tenant_in_force
from rappro.edge.api.caller import authenticate
from rappro.edge.observability import logger
from rappro.ports import Ports

from .client import Answer, Client
from .seeds import World
from .test_tenants import ask, operations

PORTS = ("store", "blobs", "inbox", "runs", "feeds")
TENANTLESS = {"weight"}
"""What reads nothing: it counts the writes that it is handed."""


class Fenced:
    """A port that answers for the tenant in force alone, and counts what it was asked for."""

    def __init__(self, port: Any, tenants: list[str]) -> None:
        self._port = port
        self._tenants = tenants

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method: Callable[..., Any] = getattr(self._port, name)
        if name in TENANTLESS:
            return method

        def asked(tenant: str, *arguments: Any, **named: Any) -> Any:
            self._tenants.append(tenant)
            if tenant != tenant_in_force():
                raise OutsideTenant("a key outside the tenant in force")
            return method(tenant, *arguments, **named)

        return asked


def fenced(ports: Ports, tenants: list[str]) -> Ports:
    found = {name: cast("Any", Fenced(getattr(ports, name), tenants)) for name in PORTS}
    return replace(ports, **found)


def as_tenant(world: World, tenant: str, tenants: list[str]) -> Client:
    member = Client(world.ports, tenant)
    return replace(member, ports=fenced(world.ports, tenants), is_administrator=False)


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_a_route_asks_for_the_callers_tenant_alone(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    tenants: list[str] = []
    client = as_tenant(world, "alpha", tenants)

    answer = copy_context().run(ask, client, method, path, operation)

    assert 200 <= answer.status < 300, answer.text
    assert set(tenants) <= {"alpha"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/companies", "/v1/companies/garage/statements",
        "/v1/companies/garage/statements/unknown", "/v1/companies/garage/open-items",
    ],
)  # fmt: skip
def test_a_route_that_takes_another_tenant_answers_nothing_but_that_we_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The breach is planted behind the way in: what the route is told is not who called."""
    log = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", log)
    monkeypatch.setattr(
        "rappro.edge.api.app.authenticate",
        lambda *a: replace(authenticate(*a), tenant=TenantId("bravo")),
    )
    before = world.of_tenant("alpha"), world.of_tenant("bravo")
    client = as_tenant(world, "alpha", [])

    answer: Answer = copy_context().run(client.get, path)

    assert (answer.status, answer.problem) == (500, "internal_error")
    assert "bravo" not in answer.text.lower()
    assert (world.of_tenant("alpha"), world.of_tenant("bravo")) == before
    (entry,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert (entry["level"], entry["error"]) == ("ERROR", "OutsideTenant")
