"""Step 1 of a run: gathers for each line what the books hold that fits."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import StepInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.gathering import gather
from rappro.use_cases.run_requests import RunRequest


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Read what fits, or one batch of it when it is much; repeating it is harmless."""
    step = StepInput.model_validate(event)
    bind(step)
    return {"batches": gather(ports(), RunRequest(**step.request()), step.batch)}
