"""Posts an event to a webhook; what failed there comes again later as a message of its own."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports, sender
from rappro.edge.batches import Message, each
from rappro.edge.events import ParcelMessage
from rappro.edge.observability import bind, observed
from rappro.use_cases.webhook_deliveries import deliver


def post(queued: Message) -> None:
    """Deliver what one message holds; the batch swallows its error."""
    message = ParcelMessage.model_validate_json(queued.body)
    bind(message)
    deliver(ports(), sender(), message.parcel())


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to give again: those we failed at, not a receiver."""
    return each(event, post)
