"""The log of deliveries: by id, newest first, page by page, and each tenant's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rappro.adapters.dynamodb.deliveries import EXPIRES_AT, DynamoDeliveryLog
from rappro.adapters.memory.webhooks import MemoryDeliveryLog
from rappro.domain.errors import InvalidRequest
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import Attempt, Delivery, DeliveryState
from rappro.ports_webhooks import DeliveryLog

from .conftest import TABLES

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def log(request: pytest.FixtureRequest) -> DeliveryLog:
    if request.param == "memory":
        return MemoryDeliveryLog()
    aws = request.getfixturevalue("emulated")
    return DynamoDeliveryLog(lambda: aws.dynamodb, TABLES)


def delivery(number: int, **fields: object) -> Delivery:
    facts: dict[str, object] = {
        "webhook": "erp", "event_id": f"au_{number}/run.failed", "type": "run.failed",
        "company": "acme", "subject": "run_1", "event_at": AT + timedelta(minutes=number),
        "state": DeliveryState.DELIVERED,
    }  # fmt: skip
    return Delivery(**{**facts, **fields})  # type: ignore[arg-type]


def test_what_is_kept_comes_back_by_its_id(log: DeliveryLog, tenant: TenantId) -> None:
    attempt = Attempt(1, AT, 12, 503, start="été")
    kept = delivery(1, state=DeliveryState.WAITING, attempts=(attempt,), next_attempt_at=AT)
    log.save(tenant, delivery(1), AT)
    log.save(tenant, kept, AT)

    assert log.get(tenant, "erp", kept.id) == kept
    assert log.get(tenant, "erp", delivery(2).id) is None
    assert log.get(tenant, "crm", kept.id) is None


def test_pages_go_from_the_newest_event_to_the_oldest(log: DeliveryLog, tenant: TenantId) -> None:
    for number in (3, 1, 5, 2, 4):
        log.save(tenant, delivery(number), AT)
    log.save(tenant, delivery(9, webhook="crm"), AT)

    found, cursor = [], None
    while True:
        page = log.page(tenant, "erp", limit=2, cursor=cursor)
        found.append([one.event_id for one in page.items])
        cursor = page.cursor
        if cursor is None:
            break

    assert found == [
        ["au_5/run.failed", "au_4/run.failed"], ["au_3/run.failed", "au_2/run.failed"],
        ["au_1/run.failed"],
    ]  # fmt: skip


def test_a_cursor_is_good_for_one_webhook_of_one_tenant(
    log: DeliveryLog, tenant: TenantId, other_tenant: TenantId
) -> None:
    for number in (1, 2):
        log.save(tenant, delivery(number), AT)
    cursor = log.page(tenant, "erp", limit=1, cursor=None).cursor

    for owner, webhook in ((tenant, "crm"), (other_tenant, "erp")):
        with pytest.raises(InvalidRequest):
            log.page(owner, webhook, limit=1, cursor=cursor)


def test_nobody_sees_another_tenant_s_deliveries(
    log: DeliveryLog, tenant: TenantId, other_tenant: TenantId
) -> None:
    log.save(tenant, delivery(1), AT)

    assert log.get(other_tenant, "erp", delivery(1).id) is None
    assert log.page(other_tenant, "erp", limit=10, cursor=None).items == ()


@pytest.mark.parametrize("name", ["", "au_1", "yesterday/au_1", "2026-11-22T08:30:00/au_1", "/x"])
def test_what_is_no_id_of_a_delivery_is_refused(
    log: DeliveryLog, tenant: TenantId, name: str
) -> None:
    with pytest.raises(InvalidRequest):
        log.get(tenant, "erp", name)


@pytest.mark.emulator
def test_an_item_names_the_second_at_which_it_may_go(
    request: pytest.FixtureRequest, tenant: TenantId
) -> None:
    client = request.getfixturevalue("emulated").dynamodb
    DynamoDeliveryLog(lambda: client, TABLES).save(tenant, delivery(1), AT)

    (item,) = client.query(
        TableName=TABLES.feeds,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": f"{tenant}#all-companies#DELIVERY#erp"}},
    )["Items"]
    assert int(item[EXPIRES_AT]["N"]) == int((AT + timedelta(days=30)).timestamp())
