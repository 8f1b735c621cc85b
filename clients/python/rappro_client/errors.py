"""What may go wrong, as exceptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class RapproClientError(Exception):
    """Base of every error of this client."""


class NoAnswerError(RapproClientError):
    """The API could not be reached, or gave no answer that it may give, after every retry."""


class TooLongError(RapproClientError):
    """What was waited for had not come when the time was up; it may still come."""


class NotModifiedError(RapproClientError):
    """What `if_none_match` names is still what there is: keep it."""


class TaskFailedError(RapproClientError):
    """A long work failed: `code` and `detail` are of the problem a request would have met."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(f"{code}: {detail}")


class ProblemError(RapproClientError):
    """The API refused: an RFC 9457 problem document.

    `code` is stable (`not_found`, `store_conflict`…): decide by it. `detail` says what happened
    this time, `errors` the wrong fields as (pointer, sentence), `instance` names the request in the
    logs of the API; quote it to support. `retry_after` is in seconds, when the API gave one.
    `request` is the method and path that were refused.
    """

    def __init__(
        self,
        status: int,
        document: Mapping[str, Any],
        retry_after: float | None = None,
        *,
        request: str = "",
    ) -> None:
        self.status = status
        self.request = request
        self.type = str(document.get("type", "about:blank"))
        self.code = self.type.rpartition(":")[2]
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.instance = str(document.get("instance", ""))
        self.errors = tuple(
            (str(one.get("pointer", "")), str(one.get("detail", "")))
            for one in document.get("errors", ())
        )
        self.document = dict(document)
        self.retry_after = retry_after
        said = self.detail or self.title
        told = f"{status} {self.code}: {said}" if said else f"{status} {self.code}"
        super().__init__(f"{told} ({request})" if request else told)
