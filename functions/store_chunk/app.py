"""A chunk of a large file: stores its lines."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import ChunkInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.chunks import StoringRequest, store_chunk


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Run this step; repeating it is harmless."""
    step = ChunkInput.model_validate(event)
    bind(step)
    store_chunk(ports(), StoringRequest(**step.request()), step.chunk)
    return {"import_id": step.import_id}
