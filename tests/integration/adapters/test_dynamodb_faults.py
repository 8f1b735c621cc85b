"""What DynamoDB answers when it does not simply obey, as the store passes it on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from rappro.adapters.dynamodb.gateway import ATTEMPTS_MAX, Gateway, Range, Tables
from rappro.adapters.dynamodb.keys import Key, Table
from rappro.adapters.dynamodb.store import DynamoStore
from rappro.domain.books import (
    Journal,
)
from rappro.domain.errors import (
    ExternalError,
    InvalidRequest,
    StoreConflict,
    StoreThrottled,
    StoreUnavailable,
)  # fmt: skip
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.writes import (
    create,
)

TABLES = Tables(books="B", statements="S", feeds="F")
TENANT, COMPANY = TenantId("t1"), CompanyId("c1")


def refusal(code: str, *reasons: str) -> ClientError:
    """Return the error of a request, with the reasons of a cancelled transaction."""
    answer: Any = {
        "Error": {"Code": code, "Message": "x"},
        "CancellationReasons": [{"Code": reason} for reason in reasons],
    }
    return ClientError(answer, "Any")


class Refusing:
    """A client of which every request fails in one way."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def fail(**_: Any) -> Any:
            raise self._error

        return fail


CALLS: dict[str, Callable[[DynamoStore], Any]] = {
    "get": lambda store: store.get(TENANT, COMPANY, Journal, "BQ"),
    "get_many": lambda store: store.get_many(TENANT, COMPANY, Journal, ["BQ"]),
    "all": lambda store: store.all(TENANT, COMPANY, Journal),
    "one write": lambda store: store.commit(TENANT, COMPANY, [create(Journal("BQ", "x"))]),
    "two writes": lambda store: store.commit(
        TENANT, COMPANY, [create(Journal("BQ", "x")), create(Journal("VE", "x"))]
    ),
    "load": lambda store: store.load(TENANT, COMPANY, [Journal("BQ", "x")]),
    "backlog": lambda store: store.backlog(TENANT, COMPANY),
    "list": lambda store: store.entries(TENANT, COMPANY),
}

CANCELLED = "TransactionCanceledException"


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (refusal("ConditionalCheckFailedException"), StoreConflict),
        (refusal("TransactionConflictException"), StoreConflict),
        (refusal("TransactionInProgressException"), StoreConflict),
        (refusal(CANCELLED, "None", "ConditionalCheckFailed"), StoreConflict),
        (refusal(CANCELLED, "TransactionConflict", "None"), StoreConflict),
        (refusal(CANCELLED, "ThrottlingError", "ConditionalCheckFailed"), StoreConflict),
        (refusal(CANCELLED, "None", "ThrottlingError"), StoreThrottled),
        (refusal(CANCELLED, "ProvisionedThroughputExceeded"), StoreThrottled),
        (refusal("ProvisionedThroughputExceededException"), StoreThrottled),
        (refusal("ThrottlingException"), StoreThrottled),
        (refusal("RequestLimitExceeded"), StoreThrottled),
        (refusal(CANCELLED, "ValidationError"), StoreUnavailable),
        (refusal("ValidationException"), StoreUnavailable),
        (refusal("InternalServerError"), StoreUnavailable),
        (refusal("AccessDeniedException"), StoreUnavailable),
        (EndpointConnectionError(endpoint_url="x"), StoreUnavailable),
        (ReadTimeoutError(endpoint_url="x"), StoreUnavailable),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)
def test_an_error_of_the_sdk_becomes_one_of_the_domain(
    call: Callable[[DynamoStore], Any], error: Exception, expected: type[ExternalError]
) -> None:
    """Each keeps the SDK's own error as its cause, for the log."""
    client: Any = Refusing(error)

    with pytest.raises(ExternalError) as raised:
        call(DynamoStore(client, TABLES))

    assert type(raised.value) is expected
    assert raised.value.__cause__ is error
    assert raised.value.is_retryable


class Partial:
    """A client that does only some of each batch, and asks for the rest to be sent again."""

    def __init__(self, *, done_per_call: int) -> None:
        self._done = done_per_call
        self.calls = 0
        self.written: list[str] = []

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803 - theirs
        ((table, requests),) = RequestItems.items()
        assert len(requests) <= 25
        self.calls += 1
        done, left = requests[: self._done], requests[self._done :]
        self.written += [request["PutRequest"]["Item"]["sk"]["S"] for request in done]
        return {"UnprocessedItems": {table: left} if left else {}}

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803 - theirs
        ((table, request),) = RequestItems.items()
        keys = request["Keys"]
        assert len(keys) <= 100
        assert request["ConsistentRead"] is True
        self.calls += 1
        left = keys[self._done :]
        unprocessed = {table: {"Keys": left, "ConsistentRead": True}} if left else {}
        return {"Responses": {table: keys[: self._done]}, "UnprocessedKeys": unprocessed}


def gateway(client: Any, waits: list[float]) -> Gateway:
    return Gateway(client, TABLES, threads=4, sleep=waits.append)


def some_keys(count: int) -> list[Key]:
    return [Key(Table.BOOKS, "t1#c1#X", f"{number:03d}") for number in range(count)]


def test_what_a_batch_left_undone_is_written_until_all_is_done() -> None:
    client, waits = Partial(done_per_call=10), list[float]()
    puts = [(key, {"pk": {"S": key.pk}, "sk": {"S": key.sk}}) for key in some_keys(60)]

    gateway(client, waits).write_all("t1", puts, [])

    assert sorted(client.written) == [key.sk for key, _ in puts]
    assert client.calls == 3 + 3 + 1
    assert sorted(waits) == [0.05, 0.05, 0.1, 0.1]


def test_what_a_batch_left_unread_is_read_until_all_is_there() -> None:
    client, waits = Partial(done_per_call=40), list[float]()

    found = gateway(client, waits).get_all("t1", some_keys(150))

    assert sorted(item["sk"]["S"] for item in found) == [key.sk for key in some_keys(150)]
    assert client.calls == 3 + 2


@pytest.mark.parametrize(
    "send",
    [
        lambda g: g.get_all("t1", some_keys(1)),
        lambda g: g.write_all("t1", [(k, {"pk": {"S": k.pk}}) for k in some_keys(1)], []),
    ],
    ids=["read", "write"],
)
def test_a_batch_that_never_ends_is_given_up(send: Callable[[Gateway], Any]) -> None:
    """After waits that double up to two seconds, the caller is told to come back later."""
    client, waits = Partial(done_per_call=0), list[float]()
    store = gateway(client, waits)

    with pytest.raises(StoreThrottled):
        send(store)

    assert client.calls == ATTEMPTS_MAX
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 2.0, 2.0]


class Deaf:
    """A client to which nothing may be sent."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was sent")


FOREIGN = Key(Table.BOOKS, "t12#c1#X", "a")
ITEM = {"pk": {"S": "t12#c1#X"}, "sk": {"S": "a"}}
LISTED = {"pk": {"S": "t1#c1#X"}, "sk": {"S": "a"}, "list_pk": {"S": "t12#c1#L"}}


@pytest.mark.parametrize(
    "send",
    [
        lambda g: g.get("t1", FOREIGN),
        lambda g: g.get("", FOREIGN),
        lambda g: g.get_all("t1", [*some_keys(1), FOREIGN]),
        lambda g: list(g.query("t1", Range(Table.BOOKS, FOREIGN.pk))),
        lambda g: list(g.query("t1", Range(Table.BOOKS, FOREIGN.pk, is_list=True))),
        lambda g: g.put("t1", {"Item": ITEM}),
        lambda g: g.put("t1", {"Item": LISTED}),
        lambda g: g.delete("t1", {"Key": ITEM}),
        lambda g: g.transact("t1", [{"Put": {"Item": ITEM}}]),
        lambda g: g.transact("t1", [{"Delete": {"Key": ITEM}}]),
        lambda g: g.transact("t1", [{"ConditionCheck": {"Key": ITEM}}]),
        lambda g: g.write_all("t1", [(FOREIGN, ITEM)], []),
        lambda g: g.write_all("t1", [(some_keys(1)[0], LISTED)], []),
        lambda g: g.write_all("t1", [], [FOREIGN]),
    ],
)
def test_no_key_of_another_tenant_is_ever_sent(send: Callable[[Gateway], Any]) -> None:
    """The last guard, below everything that builds keys: tenant t1 is not tenant t12."""
    client: Any = Deaf()

    with pytest.raises(InvalidRequest):
        send(gateway(client, []))


def test_a_page_is_read_on_until_it_is_full() -> None:
    """DynamoDB may answer less than was asked for, even nothing, with more behind."""

    class Slow:
        asked: Sequence[Any] = ()

        def query(self, **request: Any) -> Any:
            self.asked = [*self.asked, (request["Limit"], request.get("ExclusiveStartKey"))]
            pages = [([1, 2], {"n": 2}), ([], {"n": 2}), ([3, 4, 5], {"n": 5})]
            items, last = pages[len(self.asked) - 1]
            return {"Items": items, "LastEvaluatedKey": last}

    client: Any = Slow()
    part = Range(Table.BOOKS, "t1#c1#X")

    found: list[Any] = list(gateway(client, []).query("t1", part, limit=5))
    assert found == [1, 2, 3, 4, 5]
    assert client.asked == [(5, None), (3, {"n": 2}), (3, {"n": 2})]


def test_every_read_is_strongly_consistent_but_lists() -> None:
    """A stale index hides a rival; the local AWS is always consistent and would not show it."""

    class Noting:
        def __init__(self) -> None:
            self.consistent: dict[str, bool] = {}

        def get_item(self, **request: Any) -> Any:
            self.consistent["get"] = request["ConsistentRead"]
            return {}

        def batch_get_item(self, RequestItems: Any) -> Any:  # noqa: N803 - theirs
            self.consistent["get many"] = RequestItems["B"]["ConsistentRead"]
            return {"Responses": {}, "UnprocessedKeys": {}}

        def query(self, **request: Any) -> Any:
            self.consistent[request.get("IndexName", "query")] = request["ConsistentRead"]
            return {"Items": []}

    client: Any = Noting()
    store = gateway(client, [])
    store.get("t1", some_keys(1)[0])
    store.get_all("t1", some_keys(1))
    list(store.query("t1", Range(Table.BOOKS, "t1#c1#X")))
    list(store.query("t1", Range(Table.BOOKS, "t1#c1#X", is_list=True)))

    assert client.consistent == {"get": True, "get many": True, "query": True, "by_list": False}
