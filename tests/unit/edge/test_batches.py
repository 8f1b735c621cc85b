"""Batches of a queue: who failed comes again, and nobody else."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from pydantic import ValidationError

from rappro.edge.batches import Message, each
from rappro.edge.observability import logger


def batch(*bodies: str) -> dict[str, Any]:
    records = [
        {"messageId": f"m-{number}", "body": body, "eventSource": "aws:sqs"}
        for number, body in enumerate(bodies, 1)
    ]
    return {"Records": records}


class Worker:
    """Fails at what it is told to fail at."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, message: Message) -> None:
        self.seen.append(message.body)
        if message.body == "bad":
            raise ValueError("no good")


def test_messages_that_failed_are_named_and_the_others_are_done() -> None:
    worker = Worker()

    answer = each(batch("one", "bad", "three", "bad"), worker)

    assert worker.seen == ["one", "bad", "three", "bad"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m-2"}, {"itemIdentifier": "m-4"}]}


def test_a_batch_that_failed_as_a_whole_raises_nothing() -> None:
    assert each(batch("bad"), Worker()) == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


def test_a_batch_without_a_failure_names_nobody() -> None:
    assert each(batch("one"), Worker()) == {"batchItemFailures": []}


def test_an_error_of_a_message_is_logged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)

    each(batch("bad", "one"), Worker())

    assert [json.loads(line)["error"] for line in stream.getvalue().splitlines()] == ["ValueError"]


@pytest.mark.parametrize("event", [{}, {"Records": [{"body": "one"}]}])
def test_what_is_no_batch_is_refused_before_any_work(event: dict[str, Any]) -> None:
    worker = Worker()

    with pytest.raises((KeyError, ValidationError)):
        each(event, worker)

    assert worker.seen == []
