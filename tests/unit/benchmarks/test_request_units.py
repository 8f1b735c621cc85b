"""What a request to DynamoDB is charged."""

from __future__ import annotations

from typing import Any

from benchmarks.request_units import (
    BASE,
    CHECKS,
    DOUBLING,
    INDEX_ITEMS,
    LIST_INDEX,
    Units,
)


def item(kind: str, size: int, listed: str | None = None) -> dict[str, Any]:
    """An item of a kind, of about a size, in the list index at a place."""
    place = {} if listed is None else {"list_pk": {"S": "t#c#LIST"}, "list_sk": {"S": listed}}
    return {"pk": {"S": f"t#c#{kind}#1"}, "sk": {"S": "-"}, "doc": {"S": "x" * size}, **place}


def put(what: dict[str, Any]) -> dict[str, Any]:
    return {"TableName": "Books", "Item": what}


def test_a_write_costs_a_unit_for_each_started_kilobyte_of_the_larger_version() -> None:
    units = Units()
    units.charge("PutItem", put(item("J", 900)), {})
    units.charge("PutItem", put(item("J", 1_100)), {})
    units.charge("DeleteItem", {"TableName": "Books", "Key": item("J", 0)}, {})

    assert dict(units.writes) == {BASE: 1 + 2 + 2, DOUBLING: 0, LIST_INDEX: 0}


def test_a_transaction_costs_twice_and_a_check_as_much_as_a_write() -> None:
    units = Units()
    check = {"TableName": "Books", "Key": item("LEASE", 0)}
    actions = [{"Put": put(item("J", 100))}, {"Put": put(item("IXA", 100))}]

    units.charge("TransactWriteItems", {"TransactItems": [*actions, {"ConditionCheck": check}]}, {})

    assert units.writes[BASE] == units.writes[INDEX_ITEMS] == 1
    assert units.writes[DOUBLING] == 2
    assert units.writes[CHECKS] == 2


def test_an_item_that_moves_in_the_list_costs_its_entry_twice() -> None:
    units = Units()
    for listed in ("2026-11-01", "2026-11-01", "2026-11-02", None):
        units.charge("PutItem", put(item("I", 100, listed)), {})

    assert units.writes[LIST_INDEX] == 1 + 1 + 2 + 1


def test_a_read_costs_a_unit_for_each_started_four_kilobytes() -> None:
    units = Units()
    values = {":pk": {"S": "t#c#L#1"}}
    page = {"Items": [item("L", 3_000), item("L", 3_000)]}
    units.charge("Query", {"ExpressionAttributeValues": values}, page)
    units.charge("GetItem", {}, {"Item": item("S", 100)})
    keys: dict[str, Any] = {"RequestItems": {"Books": {"Keys": [{}, {}]}}}
    units.charge("BatchGetItem", keys, {"Responses": {"Books": [item("J", 5_000)]}})

    assert dict(units.reads) == {"L": 2, "S": 1, "J": 2, "nothing": 1}


def test_what_failed_is_a_call_and_costs_nothing() -> None:
    units = Units()
    units.charge("PutItem", put(item("J", 100)), {"Error": {"Code": "Throttled"}})

    assert (units.calls["PutItem"], sum(units.writes.values())) == (1, 0)
