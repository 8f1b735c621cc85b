"""Errors as the HTTP API tells them: RFC 9457 problem documents, and which error is which.

What a person may read leaves here; nothing of an unexpected error does. How a problem becomes an
HTTP answer is the API's business (edge/api/app.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from rappro.domain import errors
from rappro.domain.frozen import dataclass
from rappro.edge.problem_words import DEFAULT_LANGUAGE, Language, message_in, title_in

CONTENT_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:rappro:problem:"
FIELD_PROBLEMS_MAX: Final = 100
DETAIL_CHARS_MAX: Final = 1_000


class FieldProblem(BaseModel):
    """One wrong field: a JSON pointer into the body, or `query/{name}`, `path/{name}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pointer: str = Field(
        description="RFC 6901 pointer into the body; `query/…` or `path/…` for a parameter",
        examples=["/targets/0/amount", "query/limit"],
    )
    detail: str = Field(examples=["Field required"])


class Problem(BaseModel):
    """A problem document (RFC 9457); `type` is stable, `detail` is made for a person."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:rappro:problem:not_found",
                    "title": "Nothing of that id",
                    "status": 404,
                    "message": "What was asked for does not exist, or not any more.",
                    "detail": "no company acme",
                    "instance": "urn:rappro:request:JKJaXmPLvHcESHA=",
                    "errors": [],
                }
            ]
        },
    )

    type: str = Field(description="`urn:rappro:problem:` and a code that never changes")
    title: str = Field(description="the problem's kind: the same type, the same words a language")
    status: int = Field(description="the HTTP status, repeated")
    message: str = Field(description="a sentence for a person, in the language of the answer")
    detail: str = Field(description="what happened this time, technically and in English")
    instance: str = Field(description="names this request in the logs")
    errors: list[FieldProblem] = Field(default=[], description="the wrong fields, when known")


class GatewayRefusal(BaseModel):
    """What API Gateway answers by itself: no usable token, no such route, too much traffic."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"examples": [{"message": "Unauthorized"}]}
    )

    message: str = Field(examples=["Unauthorized"])


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """What is the same for all problems of one code.

    `retry_after_seconds` is set when the same request may succeed later without any change.
    """

    code: str
    status: int
    title: str
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class FieldError:
    """A wrong field, before it is a document; without French words, the English ones stand."""

    pointer: str
    detail: str
    french: str | None = None

    def said(self, language: Language) -> str:
        """Return what is wrong, in a language."""
        return self.french if language == "fr" and self.french is not None else self.detail


class HttpProblem(Exception):  # noqa: N818 - it is the answer, not only an error
    """A problem of the HTTP layer itself: no route, no token, a body that is no JSON."""

    def __init__(
        self, kind: ProblemKind, detail: str, *, fields: Iterable[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.fields = tuple(fields)
        self.headers = dict(headers or {})


UNAUTHORIZED: Final = ProblemKind("unauthorized", 401, "No verified identity")
NO_SUCH_ROUTE: Final = ProblemKind("no_such_route", 404, "No such route")
METHOD_NOT_ALLOWED: Final = ProblemKind("method_not_allowed", 405, "Method not allowed")
UNSUPPORTED_MEDIA_TYPE: Final = ProblemKind(
    "unsupported_media_type", 415, "Another media type is wanted"
)
INVALID_JSON: Final = ProblemKind("invalid_json", 400, "The body is not JSON")
INVALID_REQUEST: Final = ProblemKind("invalid_request", 422, "The request breaks its schema")
TOO_LARGE: Final = ProblemKind("too_large", 413, "A bound is exceeded")
IN_PROGRESS: Final = ProblemKind("idempotency_in_progress", 409, "The same request is under way", 1)
KEY_REUSED: Final = ProblemKind("idempotency_key_reused", 422, "The key belongs to another request")
PRECONDITION_FAILED: Final = ProblemKind("precondition_failed", 412, "Another version is in place")
RATE_LIMITED: Final = ProblemKind("rate_limited", 429, "Too many requests", 60)
ANSWER_TOO_LARGE: Final = ProblemKind("answer_too_large", 500, "The answer would be too large")
INTERNAL_ERROR: Final = ProblemKind("internal_error", 500, "Unexpected error")

HTTP_KINDS: Final = (
    UNAUTHORIZED, NO_SUCH_ROUTE, METHOD_NOT_ALLOWED, UNSUPPORTED_MEDIA_TYPE,
    INVALID_JSON, INVALID_REQUEST, TOO_LARGE, ANSWER_TOO_LARGE, INTERNAL_ERROR,
    IN_PROGRESS, KEY_REUSED, PRECONDITION_FAILED, RATE_LIMITED,
)  # fmt: skip

_STORE_RETRY_SECONDS: Final = 1
_WRITER_RETRY_SECONDS: Final = 5
_LOADING_RETRY_SECONDS: Final = 10
_PROVIDER_RETRY_SECONDS: Final = 60

_KINDS: Final[dict[type[errors.RapproError], ProblemKind]] = {
    error: ProblemKind(error.code, status, title, retry)
    for error, status, title, retry in (
        (errors.InputError, 400, "Wrong input", None),
        (errors.UnknownFormat, 400, "Unknown file format", None),
        (errors.AmbiguousFormat, 400, "Ambiguous file format", None),
        (errors.ArchiveInArchive, 400, "An archive in an archive", None),
        (errors.EncryptedFile, 400, "The file needs a password", None),
        (errors.MalformedStatement, 400, "Malformed statement", None),
        (errors.MalformedBooks, 422, "Malformed books", None),
        (errors.BalanceMismatch, 400, "Opening and lines are not closing", None),
        (errors.UnsupportedCurrency, 400, "Unsupported currency", None),
        (errors.InvalidRequest, INVALID_REQUEST.status, INVALID_REQUEST.title, None),
        (errors.TooLarge, TOO_LARGE.status, TOO_LARGE.title, None),
        (errors.ArchiveRefused, 400, "The exchanged archive is refused", None),
        (errors.ArchiveBroken, 400, "The exchanged archive is broken", None),
        (errors.ArchivePartMissing, 400, "A part of the archive is missing", None),
        (errors.ArchivePartAltered, 400, "A part of the archive was altered", None),
        (errors.ArchivePartUnknown, 400, "A part of the archive is unknown", None),
        (errors.ArchivePartDoubled, 400, "A part of the archive is there twice", None),
        (errors.ArchivePathRefused, 400, "A part of the archive leads elsewhere", None),
        (errors.ArchiveOversized, 413, "The exchanged archive is too large", None),
        (errors.ArchiveUnsigned, 400, "The archive's signature does not hold", None),
        (errors.ArchiveSignerUnknown, 400, "The archive's sender is unknown", None),
        (errors.ArchiveOfAnother, 400, "The archive is of another company", None),
        (errors.RuleViolation, 409, "The books refuse", None),
        (errors.UnbalancedEntry, 409, "Debits are not credits", None),
        (errors.OpenItemAlreadySettled, 409, "The open item is already settled", None),
        (errors.PeriodClosed, 409, "The period is closed", None),
        (errors.StatementReadOnly, 409, "The statement is read-only", None),
        (errors.TotalsDiffer, 409, "Both sides of the match differ", None),
        (errors.NotAllowedInState, 409, "Not allowed in the present state", None),
        (errors.ArchiveAlreadyApplied, 409, "The archive was applied already", None),
        (errors.ArchiveConflicts, 409, "Both sides changed the same records", None),
        (errors.LinkNotInForce, 409, "The link is not in force", None),
        (errors.Forbidden, 403, "A permission is missing", None),
        (errors.NotFound, 404, "Nothing of that id", None),
        (errors.WebhookRefused, 401, "The webhook is not proven", None),
        (errors.AggregatorUnavailable, 503, "The bank provider is unavailable",
         _PROVIDER_RETRY_SECONDS),
        (errors.RateLimited, 503, "The bank provider allows no more for now",
         _PROVIDER_RETRY_SECONDS),
        (errors.ConsentExpired, 409, "The bank consent has expired", None),
        (errors.AggregatorRejected, 502, "The bank provider refused", None),
        (errors.StoreThrottled, 503, "Too many requests at once", _STORE_RETRY_SECONDS),
        (errors.StoreUnavailable, 503, "The store is unavailable", _STORE_RETRY_SECONDS),
        (errors.StoreConflict, 409, "Somebody changed it meanwhile", _STORE_RETRY_SECONDS),
        (errors.LeaseHeld, 409, "Another writer works on the company", _WRITER_RETRY_SECONDS),
        (errors.BooksLoading, 409, "The books are being loaded", _LOADING_RETRY_SECONDS),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """A problem with what its HTTP answer needs: status, headers, document."""

    problem: Problem
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        return self.problem.status

    def document(self) -> dict[str, Any]:
        """Return the JSON document."""
        return self.problem.model_dump(mode="json")


def kind_of(error: type[BaseException]) -> ProblemKind:
    """Return the kind of an error class: its own or its nearest named parent's."""
    for ancestor in error.__mro__:
        if ancestor in _KINDS:
            return _KINDS[ancestor]
    return INTERNAL_ERROR


def every_kind() -> list[ProblemKind]:
    """Return every kind that an answer may have, by status and code."""
    kinds = {kind.code: kind for kind in (*_KINDS.values(), *HTTP_KINDS)}
    return sorted(kinds.values(), key=lambda kind: (kind.status, kind.code))


def problem_of(
    error: Exception, instance: str, language: Language = DEFAULT_LANGUAGE
) -> ProblemAnswer:
    """Return the problem that tells about an error; an unexpected one says nothing of itself."""
    kind = error.kind if isinstance(error, HttpProblem) else kind_of(type(error))
    headers: Mapping[str, str] = {}
    detail, fields = "the error is logged under this instance", tuple[FieldError, ...]()
    if isinstance(error, HttpProblem):
        detail, fields, headers = error.detail, error.fields, error.headers
    elif isinstance(error, errors.RapproError) and kind is not INTERNAL_ERROR:
        detail, fields = error.detail, _fields(error)
    document = Problem(
        type=f"{TYPE_PREFIX}{kind.code}",
        title=title_in(language, kind.code, kind.title),
        status=kind.status,
        message=message_in(language, kind.code, kind.title),
        detail=detail[:DETAIL_CHARS_MAX],
        instance=instance,
        errors=_named(fields, language)[:FIELD_PROBLEMS_MAX],
    )
    waits = _wait(error) or kind.retry_after_seconds
    sent = {} if waits is None else {"Retry-After": str(waits)}
    return ProblemAnswer(document, {"Content-Language": language, **sent, **headers})


def _wait(error: Exception) -> int | None:
    """Return how long the outside said to wait, in seconds, where it said."""
    return error.retry_after_seconds if isinstance(error, errors.RateLimited) else None


def _fields(error: errors.RapproError) -> tuple[FieldError, ...]:
    """Return the field that an input error names: by pointer, or a parameter by its name."""
    if not isinstance(error, errors.InputError) or error.position is None:
        return ()
    is_parameter = isinstance(error, errors.InvalidRequest) and error.position.isidentifier()
    pointer = f"query/{error.position}" if is_parameter else error.position
    return (FieldError(pointer, error.detail),)


def _named(fields: Iterable[FieldError], language: Language) -> list[FieldProblem]:
    return [
        FieldProblem(pointer=one.pointer, detail=one.said(language)[:DETAIL_CHARS_MAX])
        for one in fields
    ]
