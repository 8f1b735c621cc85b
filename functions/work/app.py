"""A long work that a person asked for: done, or written down as failed."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports
from rappro.edge.events import WorkInput
from rappro.edge.observability import bind, observed
from rappro.use_cases.tasks import TaskRequest
from rappro.use_cases.works import perform


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Do the work, or what is left of it; repeating it is harmless."""
    step = WorkInput.model_validate(event)
    bind(step)
    perform(ports(), TaskRequest(**step.request()))
    return {"task_id": step.task_id}
