"""The HTTP API; its routes are in rappro/edge/api."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.bootstrap import guards, ports
from rappro.edge.api.app import handle
from rappro.edge.observability import observed


@observed
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request."""
    return handle(event, context, ports(), guards())
