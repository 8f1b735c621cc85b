"""The end of a large file's import: its statements are committed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import StoringInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.chunks import StoringRequest
from rappro.use_cases.finish_import import finish


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Run this step; repeating it is harmless."""
    step = StoringInput.model_validate(event)
    bind(step)
    finish(ports(), StoringRequest(**step.request()))
    return {"import_id": step.import_id}
