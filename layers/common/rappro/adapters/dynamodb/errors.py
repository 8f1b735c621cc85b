"""What botocore raises, as errors of the domain; nothing of botocore leaves the adapters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from rappro.domain.errors import RapproError, StoreConflict, StoreThrottled, StoreUnavailable

_CONFLICTS: Final = frozenset({
    "ConditionalCheckFailed", "ConditionalCheckFailedException", "TransactionConflict",
    "TransactionConflictException", "TransactionInProgressException",
})  # fmt: skip
_THROTTLES: Final = frozenset({
    "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "Throttling", "ThrottlingError", "ThrottlingException",
})  # fmt: skip


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreConflict, StoreThrottled or StoreUnavailable for what the SDK raises inside."""
    try:
        yield
    except ClientError as error:
        raise _translate(error) from error
    except BotoCoreError as error:
        raise StoreUnavailable(f"the store did not answer: {type(error).__name__}") from error


def _translate(error: ClientError) -> RapproError:
    answer: Any = error.response
    code = answer.get("Error", {}).get("Code", "")
    codes = {code} | {reason.get("Code", "") for reason in answer.get("CancellationReasons", ())}
    # One reason for each action: a conflict weighs more, because waiting alone will not cure it.
    if codes & _CONFLICTS:
        return StoreConflict("another writer was first; read again")
    if codes & _THROTTLES:
        return StoreThrottled("the store asks to slow down")
    return StoreUnavailable(f"the store refused: {code}")
