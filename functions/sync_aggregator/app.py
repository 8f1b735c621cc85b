"""Synchronises bank connections, one a message; a failed one alone goes back to the queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import SyncMessage
from rappro.edge.observability import bind, errors_logged, observed
from rappro.use_cases.feeds import run_sync

# All of a batch may fail: then too the answer names the messages, and nothing is raised.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def synchronise(record: SQSRecord) -> None:
    """Synchronise the connection that one message names; the batch swallows its error."""
    with errors_logged():
        message = SyncMessage.model_validate_json(record.body)
        bind(message)
        ids = (message.tenant, message.company, message.connection_id)
        run_sync(ports(), *ids, message_id=record.message_id)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to deliver again."""
    answer = process_partial_response(
        event=event, record_handler=synchronise, processor=processor, context=context
    )
    return dict(answer)
