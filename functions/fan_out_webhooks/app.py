"""Gives each domain event to the webhooks that want it, one message each."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.batches import Message, each
from rappro.edge.events import PublishedEvent
from rappro.edge.observability import bind, observed
from rappro.use_cases.webhook_deliveries import fan_out


def spread(queued: Message) -> None:
    """Spread the event of one message; the batch swallows its error."""
    published = PublishedEvent.model_validate_json(queued.body)
    bind(published.detail)
    fan_out(ports(), published.tenant, published.event)


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to deliver again."""
    return each(event, spread)
