"""Publishes new rows of the audit trail; the stream gives again what did not go out."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap_base import bus, trail_row
from rappro.edge.events import StreamBatch
from rappro.edge.observability import observed
from rappro.use_cases.publish_events import publish


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Answer with the first record that was not published; the stream goes on from it."""
    records = StreamBatch.model_validate(event).records
    done = publish(bus(), [trail_row(record.change.image) for record in records])
    left = [record.change.sequence for record in records[done : done + 1]]
    return {"batchItemFailures": [{"itemIdentifier": sequence} for sequence in left]}
