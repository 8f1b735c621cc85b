"""No caller reads, writes or guesses anything of another tenant, on any route.

The requests come from the OpenAPI document: ids from the examples of its parameters, bodies from
the examples of its schemas. A new route is covered as soon as it is documented.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from .client import Answer, Client, the_document
from .exchange_seeds import archive_for
from .seeds import BY_HAND, QUARANTINED, VALIDATED_MATCH, World, seeded_world

OTHER_IDS: dict[str, dict[str, Any]] = {
    "createCashMovement": {"position": 2},
    "closeLine": {"position": 1},
    "reverseMatch": {"match": VALIDATED_MATCH},
    "overrideQuarantine": {"statement": QUARANTINED},
    "deleteStatement": {"statement": QUARANTINED},
    "addLines": {"statement": BY_HAND},
}
"""Operations that only make sense on something else than the documentation's example."""


OF_ONESELF = {"getMe", "openTenant", "getTenant", "addAdministrator"}
"""Operations that answer with the caller's own tenant."""


def operations() -> list[Any]:
    """Every operation that needs a token."""
    return [
        pytest.param(method.upper(), path, operation, id=operation["operationId"])
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
        if operation.get("security") != []
    ]


FILE = "application/octet-stream"


def takes_file(operation: dict[str, Any]) -> bool:
    """True when an operation's body is a file's bytes."""
    return FILE in operation.get("requestBody", {}).get("content", {})


def request_of(
    method: str, path: str, operation: dict[str, Any]
) -> tuple[str, str, str | bytes | None]:
    """Return method, path and body of the documentation's example of an operation.

    What its query must have stands in the path.
    """
    chosen = OTHER_IDS.get(operation["operationId"], {})
    query: dict[str, Any] = {}
    for parameter in operation.get("parameters", ()):
        name = parameter["name"]
        if parameter["in"] == "path":
            value = chosen.get(name, parameter["schema"]["examples"][0])
            path = path.replace(f"{{{name}}}", str(value))
        if parameter["in"] == "query" and parameter["required"]:
            query[name] = parameter["schema"]["examples"][0]
    path = f"{path}?{urlencode(query)}" if query else path
    if "requestBody" not in operation:
        return method, path, None
    if operation["operationId"] == "uploadArchive":
        return method, path, archive_for("alpha", sequence=2)
    if takes_file(operation):
        schema = operation["requestBody"]["content"][FILE]["schema"]
        return method, path, str(schema["examples"][0]).encode()
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    name = schema["$ref"].rpartition("/")[2]
    return method, path, json.dumps(the_document()["components"]["schemas"][name]["examples"][0])


def ask(client: Client, method: str, path: str, operation: dict[str, Any]) -> Answer:
    """Send the documentation's example of an operation."""
    method, path, body = request_of(method, path, operation)
    return client.send(method, path, body=body)


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_the_documented_example_succeeds_on_the_caller_s_own_data(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    answer = ask(Client(world.ports, "alpha"), method, path, operation)

    assert 200 <= answer.status < 300, answer.text


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_an_answer_holds_nothing_of_another_tenant_with_the_same_ids(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    answer = ask(Client(world.ports, "alpha"), method, path, operation)

    assert "BRAVO" not in answer.text
    assert "bravo" not in answer.text


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_an_answer_is_the_same_whether_the_other_tenant_exists_or_not(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    alone = seeded_world("alpha")

    with_other = ask(Client(world.ports, "alpha"), method, path, operation)
    without = ask(Client(alone.ports, "alpha"), method, path, operation)

    assert with_other == without
    assert world.of_tenant("alpha") == alone.of_tenant("alpha")


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_nothing_of_the_other_tenant_is_changed(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    before = world.of_tenant("bravo")

    ask(Client(world.ports, "alpha"), method, path, operation)

    assert world.of_tenant("bravo") == before


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_a_tenant_without_data_finds_nothing_under_the_others_ids(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    before = world.of_tenant("alpha"), world.of_tenant("bravo")

    answer = ask(Client(world.ports, "charlie"), method, path, operation)

    assert "ALPHA" not in answer.text
    assert "BRAVO" not in answer.text
    assert (world.of_tenant("alpha"), world.of_tenant("bravo")) == before
    lists = {"/v1/companies", "/v1/templates", "/v1/webhooks", "/v1/provider-users"}
    if path in lists and method == "GET":
        assert answer.body == {"items": [], "next_cursor": None}
    elif operation["operationId"] in {"saveCompany", "saveCommonTemplate", "saveWebhook"}:
        assert answer.body["version"] == 1
    elif operation["operationId"] in OF_ONESELF:
        assert answer.body["tenant"] == "charlie"
    else:
        assert answer.problem == "not_found"


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_without_a_token_no_route_answers_and_nothing_changes(
    world: World, method: str, path: str, operation: dict[str, Any]
) -> None:
    before = world.of_tenant("alpha"), world.of_tenant("bravo")

    answer = ask(Client(world.ports, None), method, path, operation)

    assert answer.problem == "unauthorized"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert (world.of_tenant("alpha"), world.of_tenant("bravo")) == before


@pytest.mark.parametrize(
    "name",
    ["/v1/companies/acme", "/v1/companies/acme/statements"],
)
def test_a_header_or_query_cannot_name_another_tenant(world: World, name: str) -> None:
    client = Client(world.ports, "alpha")

    headers = {"tenant_id": "bravo", "x-tenant-id": "bravo", "authorization": "Bearer bravo"}
    answer = client.send("GET", name, headers=headers)
    refused = client.send("GET", name, query={"tenant_id": "bravo"})

    assert "ALPHA" in answer.text
    assert "BRAVO" not in answer.text
    assert refused.pointers == ["query/tenant_id"]


def test_a_cursor_of_another_tenant_s_list_is_refused(world: World) -> None:
    path = "/v1/companies/acme/statements"
    theirs = Client(world.ports, "bravo").get(path, limit=1).body["next_cursor"]

    answer = Client(world.ports, "alpha").get(path, cursor=theirs)

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["query/cursor"]
