"""How often a request asks the store: what its path names comes with the company, and once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from rappro.domain.ids import TenantId
from rappro.domain.records import Match
from rappro.edge.api import sample_ids as ids
from rappro.ports import Ports, Store
from rappro.use_cases import access

from .client import Client, the_document
from .seeds import World
from .test_tenants import request_of

STATEMENT = f"/v1/companies/acme/statements/{ids.STATEMENT}"


class Asked:
    """A store that notes by what methods it was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.names: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.names.append(name)
        return getattr(self._store, name)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/v1/companies/acme", ["find"]),
        (STATEMENT, ["find"]),
        (f"{STATEMENT}/lines", ["find", "under_way", "lines_of"]),
        (f"{STATEMENT}/matches", ["find", "under_way", "lines_of", "get_many"]),
        (f"{STATEMENT}/lines/{ids.POSITION}", ["find", "under_way"]),
        (f"{STATEMENT}/lines/{ids.POSITION}/invoices", ["find", "under_way", "open_items"]),
        (f"{STATEMENT}/lines/{ids.POSITION}/explanation", ["find", "get_many"]),
        (f"/v1/companies/acme/matches/{ids.MATCH}", ["find", "under_way"]),
        (f"/v1/companies/acme/entries/{ids.ENTRY}", ["find", "under_way"]),
        (f"/v1/companies/acme/open-items/{ids.OPEN_ITEM}", ["find", "under_way"]),
        (f"/v1/companies/acme/runs/{ids.RUN}", ["find"]),
        (f"/v1/companies/acme/third-parties/{ids.THIRD_PARTY}", ["find"]),
        (f"/v1/companies/acme/members/{ids.USER}", ["find"]),
    ],
)
def test_a_read_asks_the_store_for_nothing_twice(world: World, path: str, asked: list[str]) -> None:
    ports: Ports = world.ports
    store = Asked(ports.store)
    client = Client(replace(ports, store=cast("Store", store)), "alpha")
    store.names.clear()

    answer = client.get(path)

    assert answer.status in {200, 404}, answer.text
    assert store.names == asked


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("startRun", ["find", "commit", "commit"]),
        ("editLine", ["find", "get", "get", "commit"]),
        ("matchByHand", ["find", "find", "find", "all", "lines_of", "commit"]),
        ("confirmMatch", ["find", "find", "find", "all", "commit"]),
        ("undoMatch", ["find", "find", "lines_of", "commit"]),
        ("undoMatches", ["find", "get_many", "get", "find", "lines_of", "commit"]),
        ("closeLine", ["find", "find", "find", "lines_of", "commit"]),
        ("createCashMovement", ["find", "find", "get_many", "lines_of", "commit"]),
        ("createCashMovements", ["find", "find", "find", "get_many", "lines_of", "commit"]),
        ("settleDifference", ["find", "find", "find", "get_many", "lines_of", "commit"]),
        ("generateEntry", ["find", "find", "find", "get_many", "lines_of", "commit"]),
        ("reverseMatch", ["find", "all", "get", "get", "get", "commit"]),
    ],
)
def test_a_write_reads_together_what_it_depends_on(
    world: World, name: str, asked: list[str]
) -> None:
    ports: Ports = world.ports
    store = Asked(ports.store)
    client = Client(replace(ports, store=cast("Store", store)), "alpha")
    method, path, operation = next(
        (method, path, operation)
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
        if operation["operationId"] == name
    )
    method, path, body = request_of(method.upper(), path, operation)
    store.names.clear()

    answer = client.send(method, path, body=body)

    assert 200 <= answer.status < 300, answer.text
    assert [one for one in store.names if one != "weight"] == asked


def test_what_was_read_at_the_way_in_is_told_once(world: World) -> None:
    """Who asks again wants to know what became of it."""
    ports, tenant = world.ports, TenantId("alpha")
    named = [(Match, str(ids.MATCH))]
    found = access.look_up(ports, tenant, ids.COMPANY, "user-1", named=named)
    store = Asked(ports.store)
    known = access.having(replace(ports, store=cast("Store", store)), tenant, found, ids.COMPANY)

    first = known.store.get(tenant, ids.COMPANY, Match, ids.MATCH)
    assert (first, store.names) == (found.named[Match, ids.MATCH], [])
    again = known.store.get(tenant, ids.COMPANY, Match, ids.MATCH)
    assert (again, store.names) == (first, ["get"])
    other = known.store.get(TenantId("beta"), ids.COMPANY, Match, ids.MATCH)
    assert store.names == ["get", "get"]
    assert other != first or other is None
