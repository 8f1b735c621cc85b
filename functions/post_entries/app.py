"""Step 3 of a run: commits what is certain, as drafts."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import StepInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.run_requests import RunRequest
from rappro.use_cases.validation_policy import post_and_validate


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Run this step; repeating it is harmless."""
    step = StepInput.model_validate(event)
    bind(step)
    post_and_validate(ports(), RunRequest(**step.request()))
    return {"run_id": step.run_id}
