"""Turns a file dropped in the inbox into statements (or loads it as books)."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import ports, settings
from rappro.edge.events import ObjectCreated
from rappro.edge.observability import bind, logger, observed
from rappro.ports import Drop
from rappro.use_cases.import_drop import import_drop
from rappro.use_cases.large_files import LINES_AT_ONCE


@observed
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Import one drop. Only what may succeed later is raised; a refusal is a row of the trace."""
    created = ObjectCreated.model_validate(event)
    bind(created)
    drop = Drop(**created.drop())
    rows = import_drop(ports(), drop, lines_at_once=settings().lines_at_once or LINES_AT_ONCE)
    outcomes = [str(row.outcome) for row in rows]
    logger.info("imported", outcomes=outcomes)
    return {"outcomes": outcomes}
