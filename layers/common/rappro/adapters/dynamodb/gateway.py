"""Requests to DynamoDB: paging, batches, retries, parallel reads, and the tenant's guard.

Knows tables, keys and items; knows no record. Every key that is sent is first held against the
tenant on whose behalf it is sent.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar

from rappro.adapters.dynamodb.items import Item, key_item
from rappro.adapters.dynamodb.keys import Key, Table
from rappro.adapters.dynamodb.names import GSI, LIST_PK, LIST_SK, PK, SK
from rappro.adapters.sdk_errors import translated
from rappro.domain.errors import InvalidRequest, StoreThrottled
from rappro.domain.frozen import dataclass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

GET_BATCH: Final = 100
WRITE_BATCH: Final = 25
ATTEMPTS_MAX: Final = 10
"""Rounds for what a batch left undone: waits of 0.05 s doubling to 2 s, about 11 s in all."""
_WAIT_SECONDS: Final = 0.05
_WAIT_SECONDS_MAX: Final = 2.0

Action = dict[str, Any]
"""One part of a write request, in the client's own notation."""

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of the deployed tables."""

    books: str
    statements: str
    feeds: str

    def name(self, table: Table) -> str:
        return str(getattr(self, table.value))


@dataclass(frozen=True, slots=True)
class Range:
    """A part of one partition: all of it, what starts with a prefix, or what comes after."""

    table: Table
    pk: str
    prefix: str | None = None
    after: str | None = None
    is_list: bool = False  # in the GSI, which may lag; else in the table, strongly consistent
    before: str | None = None  # what comes before it, from there backwards
    is_backwards: bool = False


class Gateway:
    """One DynamoDB client, used from several threads (botocore's clients may be)."""

    def __init__(
        self,
        client: DynamoDBClient,
        tables: Tables,
        *,
        threads: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client: Any = client  # items are built, not typed, attribute by attribute
        self._tables = tables
        self._sleep = sleep
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="dynamodb")

    def parallel(self, work: Callable[[A], B], parts: Iterable[A]) -> Iterator[B]:
        """Yield the result for each part, in order; parts are worked on at the same time."""
        todo = list(parts)
        if len(todo) == 1:
            return iter([work(todo[0])])
        return self._pool.map(_carried(work), todo)

    def later(self, work: Callable[[A], B], part: A) -> Future[B]:
        """Start work on one part."""
        return self._pool.submit(_carried(work), part)

    def get(self, tenant: str, key: Key) -> Item | None:
        """Return one item, strongly consistent."""
        _guard(tenant, key.pk)
        with translated():
            answer = self._client.get_item(
                TableName=self._tables.name(key.table), Key=key_item(key), ConsistentRead=True
            )
        found: Item | None = answer.get("Item")
        return found

    def get_all(self, tenant: str, keys: Iterable[Key]) -> list[Item]:
        """Return the items that exist among some keys, in no order, strongly consistent."""
        wanted = sorted(dict.fromkeys(keys), key=attrgetter("table"))  # of one table side by side
        for key in wanted:
            _guard(tenant, key.pk)
        batches = [wanted[start : start + GET_BATCH] for start in range(0, len(wanted), GET_BATCH)]
        return [item for found in self.parallel(self._get_batch, batches) for item in found]

    def _get_batch(self, batch: Sequence[Key]) -> list[Item]:
        todo: dict[str, Any] = {}
        for key in batch:
            asked = {"Keys": [], "ConsistentRead": True}
            todo.setdefault(self._tables.name(key.table), asked)["Keys"].append(key_item(key))
        found: list[Item] = []
        for wait in _waits():
            with translated():
                answer = self._client.batch_get_item(RequestItems=todo)
            found += chain.from_iterable(answer["Responses"].values())
            todo = answer["UnprocessedKeys"]
            if not todo:
                return found
            self._sleep(wait)
        left = sum(len(asked["Keys"]) for asked in todo.values())
        raise StoreThrottled(f"{left} items were not read in {ATTEMPTS_MAX} attempts")

    def query(self, tenant: str, part: Range, *, limit: int | None = None) -> Iterator[Item]:
        """Yield the items of a range in order, page after page, `limit` at most."""
        _guard(tenant, part.pk)
        request = self._query_request(part)
        left = limit
        while left is None or left > 0:
            if left is not None:
                request["Limit"] = left
            with translated():
                answer = self._client.query(**request)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            left = None if left is None else left - len(answer["Items"])
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _query_request(self, part: Range) -> dict[str, Any]:
        pk, sk = (LIST_PK, LIST_SK) if part.is_list else (PK, SK)
        condition, values = f"{pk} = :pk", {":pk": {"S": part.pk}}
        if part.after is not None:
            condition, values[":sk"] = f"{condition} AND {sk} > :sk", {"S": part.after}
        elif part.before is not None:
            condition, values[":sk"] = f"{condition} AND {sk} < :sk", {"S": part.before}
        elif part.prefix is not None:
            condition, values[":sk"] = f"{condition} AND begins_with({sk}, :sk)", {"S": part.prefix}
        request: dict[str, Any] = {
            "TableName": self._tables.name(part.table),
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ConsistentRead": not part.is_list,
        }
        if part.is_list:
            request["IndexName"] = GSI
        if part.is_backwards:
            request["ScanIndexForward"] = False
        return request

    def transact(self, tenant: str, actions: Sequence[Action]) -> None:
        """Apply all actions or none."""
        for action in actions:
            for what in action.values():
                _guard_item(tenant, what)
        with translated():
            # No ClientRequestToken of our own. botocore makes a random one for each call and keeps
            # it over its retries, so an answer that got lost is not applied twice. A token made
            # from the content would also swallow a later, honest commit of the same content within
            # ten minutes: create, delete, create again.
            self._client.transact_write_items(TransactItems=actions)

    def put(self, tenant: str, request: dict[str, Any]) -> None:
        """Put one item, on a condition."""
        _guard_item(tenant, request)
        with translated():
            self._client.put_item(**request)

    def delete(self, tenant: str, request: dict[str, Any]) -> None:
        """Delete one item, on a condition."""
        _guard_item(tenant, request)
        with translated():
            self._client.delete_item(**request)

    def write_all(self, tenant: str, puts: Sequence[tuple[Key, Item]], gone: Sequence[Key]) -> None:
        """Put and delete many items without conditions; each key is given once at most."""
        by_table: dict[Table, list[Action]] = defaultdict(list)
        for key, item in puts:
            _guard_item(tenant, {"Item": item})
            by_table[key.table].append({"PutRequest": {"Item": item}})
        for key in gone:
            _guard(tenant, key.pk)
            by_table[key.table].append({"DeleteRequest": {"Key": key_item(key)}})
        batches = [
            (table, requests[start : start + WRITE_BATCH])
            for table, requests in by_table.items()
            for start in range(0, len(requests), WRITE_BATCH)
        ]
        for _ in self.parallel(self._write_batch, batches):
            pass

    def _write_batch(self, batch: tuple[Table, list[Action]]) -> None:
        name, todo = self._tables.name(batch[0]), batch[1]
        for wait in _waits():
            with translated():
                answer = self._client.batch_write_item(RequestItems={name: todo})
            left = answer["UnprocessedItems"].get(name, [])
            if not left:
                return
            todo = left
            self._sleep(wait)
        raise StoreThrottled(f"{len(todo)} items were not written in {ATTEMPTS_MAX} attempts")

    def table_name(self, table: Table) -> str:
        """Return the deployed name of a table."""
        return self._tables.name(table)


def _carried(work: Callable[[A], B]) -> Callable[[A], B]:
    """Return work that knows in another thread on whose behalf it was asked for."""
    here = copy_context()

    def carried(part: A) -> B:
        return here.copy().run(work, part)

    return carried


def _waits() -> Iterator[float]:
    return (min(_WAIT_SECONDS * 2**round_, _WAIT_SECONDS_MAX) for round_ in range(ATTEMPTS_MAX))


def _guard(tenant: str, pk: str) -> None:
    """Raise InvalidRequest for a key of another tenant: a bug, stopped before it is sent."""
    if not tenant or not pk.startswith(f"{tenant}#"):
        raise InvalidRequest("a key outside the caller's tenant")


def _guard_item(tenant: str, what: Any) -> None:
    attributes = what.get("Key") or what["Item"]
    _guard(tenant, attributes[PK]["S"])
    if LIST_PK in attributes:
        _guard(tenant, attributes[LIST_PK]["S"])
