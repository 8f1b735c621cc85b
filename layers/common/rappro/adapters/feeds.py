"""The queue of synchronisations and one schedule a bank connection (port Feeds).

A schedule sends the very message that a person's "synchronise now" sends, but for its cause.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from rappro.adapters.scope import check_interval, check_key, check_scope
from rappro.adapters.sdk_errors import error_code, translated
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId

if TYPE_CHECKING:
    from mypy_boto3_scheduler import EventBridgeSchedulerClient
    from mypy_boto3_sqs import SQSClient

_DIGEST_BYTES: Final = 20
_EXISTS: Final = "ConflictException"
_ABSENT: Final = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True)
class FeedResources:
    """The deployed names that schedules are made of."""

    queue_url: str
    queue_arn: str
    schedule_group: str
    scheduler_role_arn: str


class AwsFeeds:
    """Port Feeds, on SQS and EventBridge Scheduler."""

    def __init__(
        self, sqs: SQSClient, scheduler: EventBridgeSchedulerClient, resources: FeedResources
    ) -> None:
        self._sqs = sqs
        self._scheduler: Any = scheduler  # one request serves create and update
        self._resources = resources

    def enqueue_sync(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, cause: str = "asked"
    ) -> None:
        body = _message(tenant, company, connection_id, cause)
        with translated():
            self._sqs.send_message(
                QueueUrl=self._resources.queue_url, MessageBody=body,
                MessageGroupId=tenant,  # a fair queue: one tenant's flood holds no other up
            )  # fmt: skip

    def save_schedule(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, interval_minutes: int,
        is_on: bool, starts_at: datetime | None = None,
    ) -> None:  # fmt: skip
        """Create or change the schedule. Raises InvalidRequest outside 1 minute to 31 days."""
        check_interval(interval_minutes)
        # The unit must be singular for one minute.
        unit = "minute" if interval_minutes == 1 else "minutes"
        request: dict[str, Any] = {
            "Name": schedule_name(tenant, company, connection_id),
            "GroupName": self._resources.schedule_group,
            "ScheduleExpression": f"rate({interval_minutes} {unit})",
            "State": "ENABLED" if is_on else "DISABLED",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": {
                "Arn": self._resources.queue_arn,
                "RoleArn": self._resources.scheduler_role_arn,
                "Input": _message(tenant, company, connection_id, "schedule"),
            },
        }
        if starts_at is not None:
            request["StartDate"] = starts_at
        with translated():
            self._create_or_update(request)

    def remove_schedule(self, tenant: TenantId, company: CompanyId, connection_id: str) -> None:
        name = schedule_name(tenant, company, connection_id)
        with translated():
            try:
                self._scheduler.delete_schedule(Name=name, GroupName=self._resources.schedule_group)
            except ClientError as error:
                if error_code(error) != _ABSENT:
                    raise

    def _create_or_update(self, request: dict[str, Any]) -> None:
        """Update first: nearly always the schedule is there, and both are safe to repeat."""
        try:
            self._scheduler.update_schedule(**request)
        except ClientError as error:
            if error_code(error) != _ABSENT:
                raise
        else:
            return
        try:
            self._scheduler.create_schedule(**request)
        except ClientError as error:
            if error_code(error) != _EXISTS:
                raise
            self._scheduler.update_schedule(**request)  # somebody else created it in between


def schedule_name(tenant: str, company: str, connection_id: str) -> str:
    """Return the schedule's name: a hash, for names stop at 64 characters and few signs."""
    check_scope(tenant, company)
    check_key(connection_id)
    text = f"{tenant}#{company}#{connection_id}".encode()
    return f"feed-{hashlib.blake2b(text, digest_size=_DIGEST_BYTES).hexdigest()}"


def _message(tenant: str, company: str, connection_id: str, cause: str) -> str:
    check_scope(tenant, company)
    check_key(connection_id)
    return json.dumps(
        {"tenant": tenant, "company": company, "connection_id": connection_id, "cause": cause}
    )
