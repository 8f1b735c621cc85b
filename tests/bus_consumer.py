"""A consumer of domain events on the local stack: a rule on the bus and a queue of its own."""

from __future__ import annotations

import json
import uuid
from types import TracebackType
from typing import Any, Self

from devstack.stack import LocalStack


class Consumer:
    """Gets the events of one tenant, as a context manager; `messages` are all so far."""

    def __init__(self, stack: LocalStack, tenant: str) -> None:
        self._stack = stack
        self._pattern = {"source": ["rappro"], "detail": {"tenant": [tenant]}}
        self._name = f"consumer-{uuid.uuid4().hex[:8]}"
        self._bus = stack.client("events")
        self.messages: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        sqs, bus = self._stack.sqs, self._stack.event_bus
        self._url = sqs.create_queue(QueueName=self._name)["QueueUrl"]
        names: Any = ["QueueArn"]
        arn = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        pattern = json.dumps(self._pattern)
        self._bus.put_rule(Name=self._name, EventBusName=bus, EventPattern=pattern)
        target = {"Id": "queue", "Arn": arn["QueueArn"]}
        self._bus.put_targets(Rule=self._name, EventBusName=bus, Targets=[target])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        named = {"Rule": self._name, "EventBusName": self._stack.event_bus}
        self._bus.remove_targets(**named, Ids=["queue"])
        self._bus.delete_rule(Name=self._name, EventBusName=self._stack.event_bus)
        self._stack.sqs.delete_queue(QueueUrl=self._url)

    def take(self) -> list[dict[str, Any]]:
        """Take what has come and return all messages so far."""
        while found := self._stack.sqs.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in found:
                self.messages.append(json.loads(message["Body"]))
                self._stack.sqs.delete_message(
                    QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"]
                )
        return self.messages

    def types(self) -> dict[str, int]:
        """Return how many different events of each type have come."""
        kinds = {m["detail"]["id"]: m["detail-type"] for m in self.take()}
        return {kind: list(kinds.values()).count(kind) for kind in sorted(set(kinds.values()))}
