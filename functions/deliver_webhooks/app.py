"""Posts an event to a webhook; what failed there comes again later as a message of its own."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports, sender
from rappro.edge.events import ParcelMessage
from rappro.edge.observability import bind, errors_logged, observed
from rappro.use_cases.webhook_deliveries import deliver

# All of a batch may fail: then too the answer names the messages, and nothing is raised.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def post(record: SQSRecord) -> None:
    """Deliver what one message holds; the batch swallows its error."""
    with errors_logged():
        message = ParcelMessage.model_validate_json(record.body)
        bind(message)
        deliver(ports(), sender(), message.parcel())


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to give again: those we failed at, not a receiver."""
    answer = process_partial_response(
        event=event, record_handler=post, processor=processor, context=context
    )
    return dict(answer)
