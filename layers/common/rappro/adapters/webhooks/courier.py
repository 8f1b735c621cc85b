"""The queue of deliveries (port Courier): SQS for what is due soon, EventBridge Scheduler after it.

A message waits 15 minutes at most in the queue. What is due later is a schedule of its own, which
sends the same message once and is gone. Each webhook's messages are a group: while one group takes
long, SQS gives out first what waits in the others (a fair queue), so a slow receiver delays itself.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.scope import check_key, check_tenant
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.errors import StoreUnavailable
from rappro.domain.frozen import dataclass
from rappro.domain.webhooks import Parcel

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

_SOON: Final = timedelta(seconds=900)
"""The longest delay of a message; a service limit."""
_BATCH: Final = 10
_BATCH_BYTES: Final = 250_000
_EXISTS: Final = "ConflictException"
_DIGEST_BYTES: Final = 20


@dataclass(frozen=True, slots=True)
class CourierResources:
    """The deployed names that deliveries go through."""

    queue_url: str
    queue_arn: str
    schedule_group: str
    scheduler_role_arn: str


class AwsCourier:
    """Port Courier."""

    def __init__(
        self,
        sqs: Callable[[], SQSClient],
        scheduler: Callable[[], EventBridgeSchedulerClient],
        resources: CourierResources,
        now: Callable[[], datetime],
    ) -> None:
        """Take makers of clients: few requests need any of them."""
        self._sqs = sqs
        self._scheduler = scheduler
        self._resources = resources
        self._now = now

    def put(self, parcels: Sequence[Parcel], *, at: datetime | None = None) -> None:
        wait = timedelta(0) if at is None else max(at - self._now(), timedelta(0))
        if at is not None and wait > _SOON:
            for parcel in parcels:
                self._schedule(parcel, at)
            return
        for batch in _batches(parcels):
            self._send(batch, math.ceil(wait.total_seconds()))

    def _send(self, batch: Sequence[tuple[Parcel, str]], delay_seconds: int) -> None:
        entries = [
            {"Id": str(number), "MessageBody": body, "DelaySeconds": delay_seconds,
             "MessageGroupId": _group(parcel)}
            for number, (parcel, body) in enumerate(batch)
        ]  # fmt: skip
        client: Any = self._sqs()
        with translated():
            answer = client.send_message_batch(QueueUrl=self._resources.queue_url, Entries=entries)
        if answer.get("Failed"):
            raise StoreUnavailable(f"{len(answer['Failed'])} deliveries were not taken")

    def _schedule(self, parcel: Parcel, at: datetime) -> None:
        request = {
            "Name": schedule_name(parcel),
            "GroupName": self._resources.schedule_group,
            "ScheduleExpression": f"at({at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
            "ActionAfterCompletion": "DELETE",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": self._resources.queue_arn,
                "RoleArn": self._resources.scheduler_role_arn,
                "Input": message_of(parcel),
            },
        }
        client: Any = self._scheduler()
        with translated():
            try:
                client.create_schedule(**request)
            except ClientError as error:
                if error_code(error) != _EXISTS:  # the same attempt was scheduled before
                    raise


def message_of(parcel: Parcel) -> str:
    """Return a parcel as the message that stands for it."""
    check_tenant(parcel.tenant)
    check_key(parcel.webhook)
    asked_at = None if parcel.asked_at is None else parcel.asked_at.isoformat()
    told = {
        "tenant": parcel.tenant, "webhook": parcel.webhook, "number": parcel.number,
        "asked_at": asked_at, "event": parcel.event,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def schedule_name(parcel: Parcel) -> str:
    """Return the name of a parcel's schedule: a hash, the same for the same attempt."""
    parts = (parcel.tenant, parcel.webhook, parcel.event["id"], parcel.number, parcel.asked_at)
    digest = hashlib.blake2b(json.dumps(parts, default=str).encode(), digest_size=_DIGEST_BYTES)
    return f"webhook-{digest.hexdigest()}"


def _group(parcel: Parcel) -> str:
    text = f"{parcel.tenant}#{parcel.webhook}".encode()
    return hashlib.blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()


def _batches(parcels: Sequence[Parcel]) -> Iterator[list[tuple[Parcel, str]]]:
    """Yield what goes in one request: ten messages at most, and not too many bytes."""
    batch: list[tuple[Parcel, str]] = []
    size = 0
    for parcel in parcels:
        body = message_of(parcel)
        more = len(body.encode())
        if batch and (len(batch) == _BATCH or size + more > _BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append((parcel, body))
        size += more
    if batch:
        yield batch
