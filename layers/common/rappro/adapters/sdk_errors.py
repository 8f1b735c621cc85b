"""What botocore raises, as errors of the domain; nothing of botocore leaves the adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from rappro.domain.errors import (
    NotFound,
    RapproError,
    StoreConflict,
    StoreThrottled,
    StoreUnavailable,
)

_CONFLICTS: Final = frozenset({
    "ConditionalCheckFailed", "ConditionalCheckFailedException", "ConditionalRequestConflict",
    "ConflictException", "TransactionConflict", "TransactionConflictException",
    "TransactionInProgressException",
})  # fmt: skip
_THROTTLES: Final = frozenset({
    "ExecutionLimitExceeded", "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "RequestThrottled",
    "SlowDown", "Throttling", "ThrottlingError", "ThrottlingException",
})  # fmt: skip
_MISSING: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404"})


@contextmanager
def translated() -> Iterator[None]:
    """Raise a domain error for what the SDK raises inside.

    Raises StoreConflict, StoreThrottled, NotFound (an object of S3) or StoreUnavailable.
    """
    try:
        yield
    except ClientError as error:
        raise _translate(error) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"no answer: {type(error).__name__}") from error


def error_code(error: ClientError) -> str:
    """Return the service's own code of an error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _translate(error: ClientError) -> RapproError:
    answer: Any = error.response
    code = error_code(error)
    codes = {code} | {reason.get("Code", "") for reason in answer.get("CancellationReasons", ())}
    # One reason for each action: a conflict weighs more, because waiting alone will not cure it.
    if codes & _CONFLICTS:
        return StoreConflict("another writer was first; read again")
    if codes & _THROTTLES:
        return StoreThrottled("asked to slow down")
    if codes & _MISSING:
        return NotFound("no such object")
    return StoreUnavailable(f"refused: {code}")
