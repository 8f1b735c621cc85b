"""Batches of a queue: each message by itself, and an answer that names those to give again.

No library is needed for this much, and the usual one loads the events of all AWS services.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from rappro.edge.observability import errors_logged


class Message(BaseModel):
    """A message as SQS gives it to a function."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(alias="messageId", min_length=1)
    body: str


def each(event: Mapping[str, Any], work: Callable[[Message], None]) -> dict[str, Any]:
    """Do the work for each message in turn, and answer which failed: only they come again.

    An error is logged once and goes no further, be it that of every message. Raises KeyError or
    ValidationError for what is no batch of messages, and then nothing was done.
    """
    failed: list[str] = []
    for message in [Message.model_validate(record) for record in event["Records"]]:
        try:
            with errors_logged():
                work(message)
        except Exception:  # noqa: BLE001 - whatever it was, it is logged, and the queue's concern
            failed.append(message.id)
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
