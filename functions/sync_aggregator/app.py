"""Synchronises bank connections, one a message; a failed one alone goes back to the queue."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.batches import Message, each
from rappro.edge.events import SyncMessage
from rappro.edge.observability import bind, observed
from rappro.use_cases.feed_sync import run_sync


def synchronise(queued: Message) -> None:
    """Synchronise the connection that one message names; the batch swallows its error."""
    message = SyncMessage.model_validate_json(queued.body)
    bind(message)
    ids = (message.tenant, message.company, message.connection_id)
    run_sync(ports(), *ids, message_id=queued.id, cause=message.cause)


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the messages to deliver again."""
    return each(event, synchronise)
