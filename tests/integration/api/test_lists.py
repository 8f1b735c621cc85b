"""Every list goes by pages, in one way; the lists come from the OpenAPI document."""

from __future__ import annotations

from typing import Any

import pytest

from .client import Client, the_document
from .test_tenants import request_of

PAGES_MAX = 300


def shape(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of what an operation answers, {} for a file."""
    content = operation["responses"].get("200", {}).get("content", {})
    name = content.get("application/json", {}).get("schema", {}).get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = the_document()["components"]["schemas"].get(name, {})
    return found


def reads() -> list[Any]:
    return [
        pytest.param(path, methods["get"], id=methods["get"]["operationId"])
        for path, methods in the_document()["paths"].items()
        if "get" in methods
    ]


FEED = "listEntryChanges"
"""What a consumer has not acknowledged yet: its place is kept for it, there is no cursor."""
PROFILE = "getMe"
"""Who asks, with one page of the companies that they may enter."""
BOUNDED = "listDocuments"
"""Few enough to be one answer: an entry has a bounded number of them."""
WITH_MESSAGE = "listWaitingArchives"
"""Says in words that nothing waits."""
LISTS = [
    one
    for one in reads()
    if one.values[1]["operationId"].startswith("list")
    and one.values[1]["operationId"] not in {FEED, BOUNDED}
]


@pytest.mark.parametrize(
    ("path", "operation"),
    [one for one in reads() if one.values[1]["operationId"] not in {FEED, BOUNDED, PROFILE}],
)
def test_what_answers_items_is_a_list_and_a_list_answers_pages(
    path: str, operation: dict[str, Any]
) -> None:
    asked = {parameter["name"] for parameter in operation.get("parameters", ())}
    fields = shape(operation).get("properties", {}).keys()
    is_list = operation["operationId"].startswith("list")

    assert ({"limit", "cursor"} <= asked) is is_list, path
    assert ("next_cursor" in fields) is is_list
    told = {"message"} if operation["operationId"] == WITH_MESSAGE else set()
    assert not is_list or fields == {"items", "next_cursor", *told}


@pytest.mark.parametrize(("path", "operation"), LISTS)
def test_pages_of_one_hold_together_what_one_page_holds(
    alpha: Client, path: str, operation: dict[str, Any]
) -> None:
    _, url, _ = request_of("GET", path, operation)
    whole = alpha.get(url, limit=200).body
    found: list[Any] = []
    cursor: dict[str, str] = {}

    for _ in range(PAGES_MAX):
        page = alpha.get(url, limit=1, **cursor).body
        assert len(page["items"]) <= 1
        found += page["items"]
        if page["next_cursor"] is None:
            break
        cursor = {"cursor": page["next_cursor"]}

    assert page["next_cursor"] is None
    assert found == whole["items"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", ""])
@pytest.mark.parametrize(("path", "operation"), LISTS)
def test_a_page_has_bounds(alpha: Client, path: str, operation: dict[str, Any], limit: str) -> None:
    _, url, _ = request_of("GET", path, operation)

    answer = alpha.get(url, limit=limit)

    assert answer.problem == "invalid_request"
    assert answer.pointers == ["query/limit"]
