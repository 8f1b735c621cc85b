"""The end of a run that failed: its reason is written where a person sees it."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import FailureInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.run_steps import fail


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Record the failure; repeating it is harmless."""
    step = FailureInput.model_validate(event)
    bind(step)
    request = RunRequest(**step.request())
    fail(ports(), request, error=step.failure.error, cause=step.failure.cause)
    return {"run_id": step.run_id}
