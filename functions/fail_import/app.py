"""The end of a large file's import that failed: its reason is written where a person sees it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import StoringFailedInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.chunks import StoringRequest
from rappro.use_cases.finish_import import fail


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record the failure; repeating it is harmless."""
    step = StoringFailedInput.model_validate(event)
    bind(step)
    fail(ports(), StoringRequest(**step.request()), error=step.failure.error)
    return {"import_id": step.import_id}
