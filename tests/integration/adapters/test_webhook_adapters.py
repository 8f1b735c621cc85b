"""Secrets on KMS, parcels on SQS and EventBridge Scheduler: on the local AWS."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from devstack.emulator import REGION
from rappro.adapters.webhooks.courier import AwsCourier, CourierResources, message_of
from rappro.adapters.webhooks.kms import KmsSecrets
from rappro.domain.errors import InvalidRequest, StoreUnavailable
from rappro.domain.ids import TenantId
from rappro.domain.webhooks import Parcel
from rappro.edge.events import ParcelMessage

NOW = datetime.now(UTC).replace(microsecond=0)
TENANT = TenantId("alpha")
ROLE = "arn:aws:iam::200000000002:role/scheduler"


def client(endpoint: str, service: Any) -> Any:
    return boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id="200000000002",
        aws_secret_access_key="test",
    )  # fmt: skip


def parcel(row: int = 1, *, webhook: str = "erp", data: str = "", **fields: Any) -> Parcel:
    event = {
        "id": f"au_{row}/run.failed", "type": "run.failed", "tenant": TENANT, "company": "acme",
        "at": NOW.isoformat(), "author": "lea", "subject": "run_1", "data": {"x": data},
        "link": "/v1/x",
    }  # fmt: skip
    return Parcel(TENANT, webhook, event, **fields)


class Post:
    """A queue and a schedule group of a test's own, with a courier that uses them."""

    def __init__(self, endpoint: str) -> None:
        self.sqs, self.scheduler = client(endpoint, "sqs"), client(endpoint, "scheduler")
        name = f"parcels-{uuid.uuid4().hex[:8]}"
        self.url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        self.scheduler.create_schedule_group(Name=name)
        self.group = name
        self.arn = f"arn:aws:sqs:{REGION}:200000000002:{name}"
        resources = CourierResources(self.url, self.arn, name, ROLE)
        self.courier = AwsCourier(lambda: self.sqs, lambda: self.scheduler, resources, lambda: NOW)

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while more := self.sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=60,
            AttributeNames=["MessageGroupId"],
        ).get("Messages"):  # fmt: skip
            found += more
        return found

    def schedules(self) -> list[dict[str, Any]]:
        listed = self.scheduler.list_schedules(GroupName=self.group)["Schedules"]
        return [
            self.scheduler.get_schedule(GroupName=self.group, Name=one["Name"]) for one in listed
        ]


@pytest.fixture
def post(emulator: str) -> Post:
    return Post(emulator)


def test_a_parcel_arrives_as_it_was_sent(post: Post) -> None:
    sent = [parcel(), parcel(2, number=3, asked_at=NOW), parcel(3, webhook="crm")]

    post.courier.put(sent)

    messages = post.messages()
    found = [ParcelMessage.model_validate_json(one["Body"]).parcel() for one in messages]
    assert sorted(found, key=lambda one: one.event["id"]) == sent


def test_each_webhook_s_parcels_are_a_group_of_their_own(post: Post) -> None:
    post.courier.put([parcel(), parcel(2), parcel(3, webhook="crm")])

    groups = {
        (json.loads(one["Body"])["webhook"], one["Attributes"]["MessageGroupId"])
        for one in post.messages()
    }
    assert len(groups) == len({name for name, _ in groups}) == len({g for _, g in groups}) == 2


def test_more_and_larger_parcels_than_one_request_takes_all_arrive(post: Post) -> None:
    sent = [parcel(n, data="é" * 40_000) for n in range(8)] + [parcel(n) for n in range(8, 40)]

    post.courier.put(sent)

    found = [json.loads(one["Body"])["event"]["id"] for one in post.messages()]
    assert sorted(found) == sorted(one.event["id"] for one in sent)


def test_what_is_due_within_minutes_waits_in_the_queue(post: Post) -> None:
    post.courier.put([parcel()], at=NOW + timedelta(minutes=5))
    post.courier.put([parcel(2)], at=NOW - timedelta(minutes=5))

    assert [json.loads(one["Body"])["event"]["id"] for one in post.messages()] == [
        "au_2/run.failed"
    ]
    waiting = post.sqs.get_queue_attributes(
        QueueUrl=post.url, AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )["Attributes"]
    assert waiting == {"ApproximateNumberOfMessagesDelayed": "1"}
    assert post.schedules() == []


def test_what_is_due_in_hours_is_one_schedule_that_goes_after_it(post: Post) -> None:
    at = NOW + timedelta(hours=5)
    later = parcel(number=6)

    post.courier.put([later], at=at)
    post.courier.put([later], at=at + timedelta(seconds=1))  # the same attempt, given again

    (schedule,) = post.schedules()
    assert schedule["ScheduleExpression"] == f"at({at:%Y-%m-%dT%H:%M:%S})"
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["Target"]["Arn"] == post.arn
    assert schedule["Target"]["Input"] == message_of(later)
    assert post.messages() == []


def test_a_secret_is_read_back_for_its_own_webhook_and_tenant_alone(emulator: str) -> None:
    kms = client(emulator, "kms")
    secrets = KmsSecrets(lambda: kms, kms.create_key()["KeyMetadata"]["Arn"])

    made, sealed = secrets.make(TENANT, "erp")
    other, _ = secrets.make(TENANT, "erp")

    assert secrets.read(TENANT, "erp", sealed) == made
    assert (len(made), made == other) == (32, False)
    for tenant, webhook in ((TENANT, "crm"), (TenantId("bravo"), "erp")):
        with pytest.raises(StoreUnavailable):
            secrets.read(tenant, webhook, sealed)
    with pytest.raises(InvalidRequest):
        secrets.make(TenantId("no tenant"), "erp")
