"""A second fence round each tenant, in the clients themselves.

    use case ─ tenant as an argument ─► adapter builds keys ─► botocore ─► this ─► AWS
    edge ───── tenant in force ──────────────────────────────────────────┘

Keys are built from a tenant that is handed down, and the gateway holds them against that argument;
both are blind to a wrong argument. What stands here looks at the finished request instead, and
holds it against the tenant whom the edge authenticated. What it does not know it refuses: a scan,
a list of objects, an operation that nobody uses yet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from rappro.domain.tenancy import OutsideTenant, tenant_in_force

Params = Mapping[str, Any]
C = TypeVar("C")

_PARTITIONS: Final = ("pk", "list_pk")
"""The attributes that lead a key of a table or of an index."""
_ONE_PARTITION: Final = re.compile(r"(#?\w+) = (:\w+)( AND .*)?", re.ASCII)
_OBJECT_OPERATIONS: Final = frozenset({"GetObject", "HeadObject", "PutObject"})
_OF_A_FORM: Final = "CreateBucket"
"""How botocore calls the making of an upload form, before it signs it as PutObject."""


def fence_items(client: C) -> C:
    """Return a client of DynamoDB that sends nothing but keys of the tenant in force."""
    events = _events(client)
    events.register_last("before-parameter-build.dynamodb", _check_items)
    return client


def fence_objects(client: C, bucket: str, *folders: str) -> C:
    """Return a client of S3 for one bucket, and in it for the tenant's part of some folders.

    A folder is what stands before the tenant's id: `""`, or `"work/"`. Links and forms are held to
    it when they are signed.
    """

    def check(named_bucket: str, key: str) -> None:
        tenant = tenant_in_force()
        allowed = tuple(f"{folder}{tenant}/" for folder in folders)
        if named_bucket != bucket or not key.startswith(allowed):
            raise OutsideTenant("an object outside the tenant in force")

    def check_request(params: Params, model: Any, context: Any, **_: Any) -> None:
        if model.name == _OF_A_FORM and context.get("is_presign_request"):
            return  # held to the tenant when it is signed
        if model.name not in _OBJECT_OPERATIONS:
            raise OutsideTenant(f"{model.name} is not held to a tenant")
        check(str(params.get("Bucket", "")), str(params.get("Key", "")))

    def check_form(request: Any, operation_name: str, **_: Any) -> None:
        if operation_name not in _OBJECT_OPERATIONS:
            raise OutsideTenant(f"{operation_name} is not held to a tenant")
        fields = request.context.get("s3-presign-post-fields")
        if fields is not None:
            check(bucket, str(fields.get("key", "")))

    events = _events(client)
    events.register_last("before-parameter-build.s3", check_request)
    events.register_last("before-sign.s3", check_form)
    return client


def _events(client: Any) -> Any:
    return client.meta.events


def _check_items(params: Params, model: Any, **_: Any) -> None:
    """Raise OutsideTenant unless every partition that a request names is the tenant's."""
    named = _NAMED.get(model.name)
    if named is None:
        raise OutsideTenant(f"{model.name} is not held to a tenant")
    start = f"{tenant_in_force()}#"
    partitions = list(named(params))
    if not partitions or not all(partition.startswith(start) for partition in partitions):
        raise OutsideTenant("a key outside the tenant in force")


def _of_attributes(attributes: Params) -> Iterator[str]:
    yield _text(attributes.get("pk"))
    if "list_pk" in attributes:
        yield _text(attributes["list_pk"])


def _text(value: Any) -> str:
    """Return the text of an attribute in DynamoDB's notation; "" when it holds none."""
    return str(value["S"]) if isinstance(value, Mapping) and "S" in value else ""


def _of_one(params: Params) -> Iterator[str]:
    """Yield the partitions of one item that is read or written."""
    yield from _of_attributes(params.get("Key") or params.get("Item") or {})
    said = [
        params.get("UpdateExpression", ""),
        *params.get("ExpressionAttributeNames", {}).values(),
    ]
    if "UpdateExpression" in params and any("list_pk" in text for text in said):
        raise OutsideTenant("an update that moves an item in an index")


def _of_many(params: Params) -> Iterator[str]:
    """Yield the partitions of a batch or a transaction."""
    for table in params.get("RequestItems", {}).values():
        if isinstance(table, Mapping):
            yield from _each(_of_attributes, table["Keys"])
        else:
            yield from _each(_of_one, (what for action in table for what in action.values()))
    actions = params.get("TransactItems", ())
    yield from _each(_of_one, (what for action in actions for what in action.values()))


def _each(named: Callable[[Params], Iterator[str]], parts: Iterable[Params]) -> Iterator[str]:
    for part in parts:
        yield from named(part)


def _of_query(params: Params) -> Iterator[str]:
    """Yield the one partition that a query reads: of the table, or of its index."""
    found = _ONE_PARTITION.fullmatch(params.get("KeyConditionExpression", ""))
    if found is None:
        return
    name = params.get("ExpressionAttributeNames", {}).get(found[1], found[1])
    if name in _PARTITIONS:
        yield _text(params.get("ExpressionAttributeValues", {}).get(found[2]))


_NAMED: Final[dict[str, Callable[[Params], Iterator[str]]]] = {
    "GetItem": _of_one,
    "PutItem": _of_one,
    "UpdateItem": _of_one,
    "DeleteItem": _of_one,
    "BatchGetItem": _of_many,
    "BatchWriteItem": _of_many,
    "TransactGetItems": _of_many,
    "TransactWriteItems": _of_many,
    "Query": _of_query,
}
