"""Gives each domain event to the webhooks that want it, one message each."""

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
from rappro.edge.events import PublishedEvent
from rappro.edge.observability import bind, errors_logged, observed
from rappro.use_cases.webhook_deliveries import fan_out

# All of a batch may fail: then too the answer names the messages, and nothing is raised.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)


def spread(record: SQSRecord) -> None:
    """Spread the event of one message; the batch swallows its error."""
    with errors_logged():
        published = PublishedEvent.model_validate_json(record.body)
        bind(published.detail)
        fan_out(ports(), published.tenant, published.event)


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to deliver again."""
    answer = process_partial_response(
        event=event, record_handler=spread, processor=processor, context=context
    )
    return dict(answer)
