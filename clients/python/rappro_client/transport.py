"""One request and its answer: headers, retries that cannot do a thing twice, problems.

A write carries an Idempotency-Key that stays the same over its retries, so that what took effect
before an answer was lost is answered again and not done again.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx

from rappro_client.errors import NoAnswerError, NotModifiedError, ProblemError

PROBLEM_TYPE = "application/problem+json"
WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
RETRIED_STATUSES = frozenset({429, 502, 503, 504})
"""What may succeed later by itself; 502 and 504 are of what stands before the API."""
RETRIED_CODES = frozenset({"books_loading", "idempotency_in_progress", "lease_held"})
"""Refusals that end with another's work. Not `store_conflict`: what changed is to be read first."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a request is tried and how long is waited: doubling, with jitter, in seconds.

    A `Retry-After` of the API is obeyed instead, up to `wait_max`.
    """

    attempts: int = 4
    wait_first: float = 0.2
    wait_max: float = 20.0

    def wait(self, attempt: int, retry_after: float | None) -> float:
        """Return the seconds to wait after the given attempt (1 is the first)."""
        if retry_after is not None:
            return min(retry_after, self.wait_max)
        ceiling = min(self.wait_max, self.wait_first * float(2 ** (attempt - 1)))
        return ceiling * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, no secret


@dataclass(frozen=True, slots=True)
class Answer:
    """A good answer as it came: `body` is what its JSON says, or None."""

    status: int
    headers: httpx.Headers
    content: bytes
    body: Any

    @property
    def etag(self) -> str | None:
        """The version of what was answered, for the `if_match` of a later write."""
        found: str | None = self.headers.get("ETag")
        return found


class Transport:
    """Sends requests for `operations`; see `Rappro` for its arguments."""

    def __init__(
        self,
        base_url: str,
        token: str | Callable[[], str],
        *,
        language: str = "en",
        timeout: float = 35.0,
        retries: Retries | None = None,
        http: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._token = token
        self._language = language
        self._retries = retries or Retries()
        self._http = http or httpx.Client(timeout=timeout)
        self._sleep = sleep
        self._latest = threading.local()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def answer(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        json: object = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send one request, again where that is safe, and return its answer.

        Raises ProblemError for a refusal, NotModifiedError for what is as `If-None-Match` says,
        NoAnswerError when there is no answer to be had.
        """
        sent = self._headers(method, headers or {}, is_file=content is not None)
        given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        lost: Exception | None = None
        for attempt in range(1, self._retries.attempts + 1):
            retry_after = None
            try:
                response = self._http.request(
                    method,
                    f"{self._base}{path}",
                    params=given,
                    headers=sent | self._authorization(),
                    **_body(json, content),
                )
            except httpx.TransportError as error:
                lost = error
            else:
                if response.is_success:
                    found = _good(response)
                    self._latest.etag = found.etag
                    return found
                if response.status_code == httpx.codes.NOT_MODIFIED:
                    raise NotModifiedError(f"{method} {path}")
                lost, retry_after = _refusal(response)
                if not _may_pass(response.status_code, lost):
                    break
            if attempt < self._retries.attempts:
                self._sleep(self._retries.wait(attempt, retry_after))
        if isinstance(lost, ProblemError):
            raise lost
        raise NoAnswerError(f"{method} {path}: {lost}") from lost

    def _headers(
        self, method: str, given: Mapping[str, str | None], *, is_file: bool
    ) -> dict[str, str]:
        sent = {"Accept-Language": self._language}
        if is_file:
            sent["Content-Type"] = "application/octet-stream"
        if method in WRITES:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        return sent | {name: value for name, value in given.items() if value is not None}

    def _authorization(self) -> dict[str, str]:
        token = self._token if isinstance(self._token, str) else self._token()
        return {"Authorization": f"Bearer {token}"}


def segment(value: object) -> str:
    """Return a value as one segment of a path."""
    return quote(str(value), safe="")


def _body(json: object, content: bytes | None) -> dict[str, Any]:
    if content is not None:
        return {"content": content}
    return {} if json is None else {"json": json}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _good(response: httpx.Response) -> Answer:
    is_json = response.headers.get("Content-Type", "").startswith("application/json")
    body = response.json() if is_json and response.content else None
    return Answer(response.status_code, response.headers, response.content, body)


def _may_pass(status: int, refusal: Exception) -> bool:
    """True when the same request may succeed later."""
    code = refusal.code if isinstance(refusal, ProblemError) else None
    return status in RETRIED_STATUSES or code in RETRIED_CODES


def _refusal(response: httpx.Response) -> tuple[Exception, float | None]:
    """Return the refusal as an error, and the seconds after which it may be asked again."""
    retry_after = None
    with contextlib.suppress(KeyError, ValueError):
        retry_after = float(response.headers["Retry-After"])
    document: object = None
    with contextlib.suppress(ValueError):
        document = response.json()
    if not isinstance(document, dict):
        return NoAnswerError(f"{response.status_code} without a problem document"), retry_after
    if response.headers.get("Content-Type", "").split(";")[0] != PROBLEM_TYPE:
        document = {"title": str(document.get("message", "")), "type": _of_the_gateway(response)}
    asked = f"{response.request.method} {response.request.url.path}"
    return ProblemError(response.status_code, document, retry_after, request=asked), retry_after


def _of_the_gateway(response: httpx.Response) -> str:
    """Name what API Gateway refuses itself, before the API: it knows no problem documents."""
    return f"gateway:{response.reason_phrase.lower().replace(' ', '_')}"
