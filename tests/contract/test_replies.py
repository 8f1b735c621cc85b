"""Kept answers and counted requests: the same laws in process and in DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rappro.adapters.dynamodb.replies import DynamoMeter, DynamoReplies
from rappro.adapters.memory import MemoryMeter, MemoryReplies
from rappro.domain.errors import InvalidRequest, StoreConflict
from rappro.domain.ids import TenantId
from rappro.ports import Meter, Replies, Standing

from .conftest import Aws

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "Idempotency"
NOW = datetime(2025, 2, 1, 8, 30, tzinfo=UTC)
SOON, LATER = NOW + timedelta(seconds=30), NOW + timedelta(hours=24)
BOTH = ["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)]


@pytest.fixture(scope="module")
def client(aws: Aws) -> DynamoDBClient:
    """Give a client, with the table as template.yaml has it."""
    made: DynamoDBClient = aws.client("dynamodb")
    made.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    return made


@pytest.fixture(params=BOTH)
def replies(request: pytest.FixtureRequest) -> Replies:
    if request.param == "memory":
        return MemoryReplies()
    return DynamoReplies(request.getfixturevalue("client"), TABLE)


@pytest.fixture(params=BOTH)
def meter(request: pytest.FixtureRequest) -> Meter:
    if request.param == "memory":
        return MemoryMeter()
    return DynamoMeter(request.getfixturevalue("client"), TABLE)


def claimed(replies: Replies, tenant: TenantId, token: str, *, now: datetime = NOW) -> bool:
    until = now + timedelta(seconds=30)
    return replies.claim(tenant, "k", "f", token=token, now=now, until=until) is None


def test_a_key_is_claimed_once_and_says_what_it_was_claimed_for(
    replies: Replies, tenant: TenantId
) -> None:
    assert replies.claim(tenant, "k", "f1", token="a", now=NOW, until=SOON) is None
    assert replies.claim(tenant, "k", "f2", token="b", now=NOW, until=SOON) == Standing("f1")
    assert replies.look(tenant, "k", now=NOW) == Standing("f1")


def test_of_twenty_at_once_one_gets_the_key(replies: Replies, tenant: TenantId) -> None:
    with ThreadPoolExecutor(20) as pool:
        won = list(pool.map(lambda n: claimed(replies, tenant, f"t{n}"), range(20)))

    assert won.count(True) == 1


def test_an_answer_is_found_until_its_time_is_over(replies: Replies, tenant: TenantId) -> None:
    answered = Standing("f", b"\x00the answer")
    assert claimed(replies, tenant, "a")

    replies.keep(tenant, "k", answered, token="a", until=LATER)

    assert replies.look(tenant, "k", now=SOON) == answered
    assert replies.claim(tenant, "k", "f", token="b", now=SOON, until=LATER) == answered
    assert replies.look(tenant, "k", now=LATER) is None
    assert claimed(replies, tenant, "c", now=LATER)


def test_a_claim_that_is_over_is_anybodys_and_no_longer_its_owners(
    replies: Replies, tenant: TenantId
) -> None:
    assert claimed(replies, tenant, "a")
    assert claimed(replies, tenant, "b", now=SOON)

    with pytest.raises(StoreConflict):
        replies.keep(tenant, "k", Standing("f", b"late"), token="a", until=LATER)
    replies.release(tenant, "k", token="a")

    assert replies.look(tenant, "k", now=SOON) == Standing("f")


def test_a_released_key_can_be_claimed_again_and_releasing_nothing_is_harmless(
    replies: Replies, tenant: TenantId
) -> None:
    assert claimed(replies, tenant, "a")

    replies.release(tenant, "k", token="a")
    replies.release(tenant, "k", token="a")

    assert replies.look(tenant, "k", now=NOW) is None
    assert claimed(replies, tenant, "b")


def test_an_answer_is_kept_by_nobody_who_holds_no_claim(replies: Replies, tenant: TenantId) -> None:
    with pytest.raises(StoreConflict):
        replies.keep(tenant, "k", Standing("f", b"answer"), token="a", until=LATER)


def test_keys_of_two_tenants_are_two_keys(
    replies: Replies, tenant: TenantId, other_tenant: TenantId
) -> None:
    assert claimed(replies, tenant, "a")
    assert claimed(replies, other_tenant, "b")


@pytest.mark.parametrize("name", ["", "Alpha", "alpha#reply", "a" * 41])
def test_what_is_no_tenant_is_refused_before_anything_is_sent(
    replies: Replies, meter: Meter, name: str
) -> None:
    with pytest.raises(InvalidRequest):
        claimed(replies, TenantId(name), "a")
    with pytest.raises(InvalidRequest):
        meter.count(TenantId(name), "reads", window=1, limit=1, until=SOON)


def test_a_window_counts_up_to_its_limit_and_no_further(meter: Meter, tenant: TenantId) -> None:
    counted = [meter.count(tenant, "reads", window=1, limit=3, until=SOON) for _ in range(5)]

    assert counted == [1, 2, 3, None, None]


def test_the_next_window_another_budget_and_another_tenant_begin_at_one(
    meter: Meter, tenant: TenantId, other_tenant: TenantId
) -> None:
    assert meter.count(tenant, "reads", window=1, limit=1, until=SOON) == 1

    assert meter.count(tenant, "reads", window=2, limit=1, until=SOON) == 1
    assert meter.count(tenant, "writes", window=2, limit=1, until=SOON) == 1
    assert meter.count(other_tenant, "reads", window=2, limit=1, until=SOON) == 1


def test_requests_at_the_same_moment_are_counted_one_by_one(meter: Meter, tenant: TenantId) -> None:
    with ThreadPoolExecutor(8) as pool:
        counted = list(
            pool.map(
                lambda _: meter.count(tenant, "reads", window=1, limit=20, until=SOON), range(30)
            )
        )

    assert sorted(n for n in counted if n is not None) == list(range(1, 21))
    assert counted.count(None) == 10
