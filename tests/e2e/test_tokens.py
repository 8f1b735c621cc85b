"""The gateway lets no request in without a good token, whatever the operation."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from devstack.issuer import Issuer
from devstack.stack import LocalStack
from rappro.edge.api.documented import PERMISSION

from .tenant import Tenant

DOCUMENT = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text("utf-8"))
EXAMPLES = {
    f"#/components/schemas/{name}": schema["examples"][0]
    for name, schema in DOCUMENT["components"]["schemas"].items()
    if schema.get("examples")
}
TABLES = ("StatementsTable", "BooksTable", "FeedsTable")


def requests() -> list[tuple[str, str, Any]]:
    """Return a request of every operation that needs a token, made from its examples."""
    found = []
    for rule, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            if PERMISSION not in operation:
                continue
            path = rule.replace("{company}", "garage")
            for parameter in operation.get("parameters", ()):
                example = parameter["schema"].get("examples", ["1"])[0]
                path = path.replace(f"{{{parameter['name']}}}", str(example))
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            sent = None if body is None else EXAMPLES.get(body["schema"]["$ref"])
            found.append((method.upper(), path, sent))
    return found


def records(stack: LocalStack, tenant: str) -> list[Any]:
    """Return every item that is kept of a tenant."""
    pages = stack.client("dynamodb").get_paginator("scan")
    return sorted(
        (
            item
            for table in TABLES
            for page in pages.paginate(TableName=stack.physical_id(table), ConsistentRead=True)
            for item in page["Items"]
            if item["pk"]["S"].startswith(f"{tenant}#")
        ),
        key=lambda item: (item["pk"]["S"], item["sk"]["S"]),
    )


def with_other_claims(token: str) -> str:
    """Return a token whose payload was changed after it was signed."""
    head, payload, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False})
    other = jwt.encode({**claims, "sub": "somebody-else"}, "0" * 32, algorithm="HS256")
    assert other.split(".")[1] != payload
    return ".".join((head, other.split(".")[1], signature))


@pytest.fixture(scope="module")
def tenant(new_tenant: Callable[[], Tenant]) -> Tenant:
    return new_tenant()


@pytest.mark.parametrize("kind", ["none", "expired", "audience", "issuer", "signature", "no_jwt"])
def test_no_operation_is_answered_with_a_token_that_is_none(
    local_stack: LocalStack, tenant: Tenant, kind: str
) -> None:
    good = local_stack.token(tenant.name)
    with Issuer() as stranger:
        tokens = {
            "expired": local_stack.token(tenant.name, ttl_seconds=-10),
            "audience": local_stack.token(tenant.name, audience="another"),
            "issuer": stranger.token(tenant=tenant.name),
            "signature": with_other_claims(good),
            "no_jwt": "rappro",
        }
        headers = {} if kind == "none" else {"Authorization": f"Bearer {tokens[kind]}"}
        before = records(local_stack, tenant.name)
        with httpx.Client(base_url=local_stack.api_url, headers=headers, timeout=30) as client:
            answers = Counter(
                client.request(method, path, json=body).status_code
                for method, path, body in requests()
            )

    assert len(before) > 10
    assert answers == {401: len(requests())}
    assert records(local_stack, tenant.name) == before
