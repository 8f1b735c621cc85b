"""Logs of the functions: one JSON object a line, ids and codes only.

No personal data: no label, name, amount or IBAN, and so no error's text either, which may quote
them; an error is logged by its class, its code and the place in our code that it left. Should an
IBAN get into a line all the same, it is masked there.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import copy_context
from functools import wraps
from typing import Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import BaseModel

from rappro.domain.errors import RapproError
from rappro.domain.tenancy import put_in_force
from rappro.edge.masking import masked, masked_json

T = TypeVar("T")

LOGGED_IDS = (
    "tenant", "company", "statement_id", "run_id", "run_number", "import_id", "connection_id",
    "webhook",
)  # fmt: skip
"""The fields of an event that may stand in a log."""

logger = Logger(service="rappro", json_serializer=masked_json)


def bind(event: BaseModel) -> None:
    """Work for the event's tenant, and log the event's ids, to the end of this invocation."""
    ids = {name: getattr(event, name) for name in LOGGED_IDS if hasattr(event, name)}
    logger.append_keys(**ids)
    if "tenant" in ids:
        put_in_force(ids["tenant"])


@contextmanager
def errors_logged() -> Iterator[None]:
    """Log an error that leaves the block once, and let it through."""
    try:
        yield
    except Exception as error:
        _log(error)
        raise


def observed(
    handler: Callable[[dict[str, Any], LambdaContext], T],
) -> Callable[[dict[str, Any], LambdaContext], T]:
    """Wrap a handler: its error is logged once and raised again, unchanged.

    The class name of what leaves is what the state machine decides on. The tenant that is put in
    force inside is forgotten with the invocation.
    """

    @wraps(handler)
    def observing(event: dict[str, Any], context: LambdaContext) -> T:
        logger.clear_state()
        logger.append_keys(
            function_name=context.function_name, function_request_id=context.aws_request_id
        )
        with errors_logged():
            try:
                return copy_context().run(handler, event, context)
            except Exception as error:
                # Lambda itself logs the words of what leaves.
                error.args = tuple(masked(a) if isinstance(a, str) else a for a in error.args)
                raise

    return observing


def _log(error: Exception) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    fields: dict[str, Any] = {
        "error": type(error).__name__,
        "raised_at": f"{frame.filename}:{frame.lineno}",
    }
    if isinstance(error, RapproError):
        fields |= {"code": error.code, "is_retryable": error.is_retryable}
    if isinstance(error, RapproError) and error.is_retryable:
        logger.warning("will be retried", **fields)
    else:
        logger.error("failed", **fields)
