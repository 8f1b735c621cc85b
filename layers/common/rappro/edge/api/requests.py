"""A request before any route sees it: its body's size, encoding and type, its known parameters."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, NoReturn

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Request, Response
from aws_lambda_powertools.event_handler.depends import Depends
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware

from rappro.edge.api.coding import GZIP, decoded
from rappro.edge.api.documented import ANY_QUERY
from rappro.edge.api.limits import BODY_BYTES_MAX, BOOKS_BODY_BYTES_MAX, JSON_DEPTH_MAX
from rappro.edge.api.negotiation import headers_of
from rappro.edge.problem import (
    INVALID_JSON,
    INVALID_REQUEST,
    TOO_LARGE,
    UNSUPPORTED_MEDIA_TYPE,
    FieldError,
    HttpProblem,
)  # fmt: skip

FILE_TYPE: Final = "application/octet-stream"
"""The media type of a body that is a file: what the file is, its content says."""
PACKED_TYPE: Final = "application/gzip"
"""The media type of a body with `Content-Encoding: gzip`: API Gateway hands on as text what comes
as application/json, and a packed body is then none any more."""
_JSON_TYPE: Final = "application/json"
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_TEXT_MAX = 60


def read_body(
    event: Mapping[str, Any], method: str, path: str, *, file_bytes_max: int | None = None
) -> dict[str, Any]:
    """Return the event with its body as plain text that is JSON, or with none.

    Of a route that takes a file, up to `file_bytes_max` bytes, the body stays base64 without any
    content coding. Raises HttpProblem: 413 for too many bytes, packed or not, 415 for another
    content type or coding, 400 for a body that is no JSON text.
    """
    body = event.get("body")
    if not body or method not in _WITH_BODY:
        return {**event, "body": None, "isBase64Encoded": False}
    headers = headers_of(event)
    _require_type(headers, _JSON_TYPE if file_bytes_max is None else FILE_TYPE)
    sent = _decoded(body, is_base64=bool(event.get("isBase64Encoded")))
    is_books = path.endswith("/books") or "/bulk/" in path
    bytes_max = file_bytes_max or (BOOKS_BODY_BYTES_MAX if is_books else BODY_BYTES_MAX)
    if len(sent) > bytes_max:
        raise HttpProblem(TOO_LARGE, f"the body has more than {bytes_max} bytes")
    coding = headers.get("content-encoding", "").strip().lower()
    content = decoded(sent, coding, bytes_max=bytes_max)
    if file_bytes_max is not None:
        return {**event, "body": base64.b64encode(content).decode(), "isBase64Encoded": True}
    plain = {**headers, "content-type": _JSON_TYPE}
    try:
        return {**event, "headers": plain, "body": content.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError as error:
        raise HttpProblem(INVALID_JSON, f"not UTF-8 text at byte {error.start}") from error


def _require_type(headers: Mapping[str, str], wanted: str) -> None:
    media_type = headers.get("content-type", wanted).split(";")[0].strip().lower()
    is_packed = headers.get("content-encoding", "").strip().lower() in GZIP
    if media_type != wanted and not (is_packed and media_type == PACKED_TYPE):
        raise HttpProblem(UNSUPPORTED_MEDIA_TYPE, f"{wanted}, not {media_type[:_TEXT_MAX]}")


def _file(request: Request) -> bytes:
    """Return the file that `read_body` left in the event."""
    return base64.b64decode(request.body or "")


FileGiven = Annotated[bytes, Depends(_file)]
"""Parameter type of a route that takes a file's bytes; empty where there are none."""


def _decoded(body: str, *, is_base64: bool) -> bytes:
    if not is_base64:
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as error:
        raise HttpProblem(INVALID_JSON, "not base64") from error


def parse_json(text: str) -> dict[str, Any]:
    """Return the object that a body says, strictly: no field twice, no NaN, no endless nesting.

    Raises HttpProblem: 400 when it is no JSON, 422 when it is no object.
    """
    try:
        value = json.loads(
            text,
            parse_float=_number,
            parse_constant=_refuse_constant,
            object_pairs_hook=_no_doubles,
        )
    except json.JSONDecodeError as error:
        at = f"line {error.lineno} column {error.colno}"
        raise HttpProblem(INVALID_JSON, f"{error.msg} at {at}") from error
    except (ValueError, RecursionError) as error:
        raise HttpProblem(INVALID_JSON, "a number or a nesting beyond any use") from error
    if not isinstance(value, dict):
        raise HttpProblem(
            INVALID_REQUEST, "the body is a JSON object", fields=[FieldError("", "not an object")]
        )
    _refuse_depth(value)
    return value


def _number(text: str) -> int | float:
    """Return a whole number as an int: 3.0 is an integer to JSON Schema, and so to the document.

    No amount comes as a number: amounts are decimal texts.
    """
    value = float(text)
    return int(value) if value.is_integer() else value


def _refuse_constant(name: str) -> NoReturn:
    raise HttpProblem(INVALID_JSON, f"{name} is not JSON")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise HttpProblem(INVALID_JSON, "a field is given twice in one object")
    return found


def _refuse_depth(value: object) -> None:
    level: list[object] = [value]
    for _ in range(JSON_DEPTH_MAX):
        level = [
            child
            for parent in level
            if isinstance(parent, dict | list)
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return
    raise HttpProblem(INVALID_JSON, f"nested deeper than {JSON_DEPTH_MAX} levels")


def refuse_unknown_parameters(
    app: APIGatewayHttpResolver, next_middleware: NextMiddleware
) -> Response[Any]:
    """Refuse a query parameter that the route does not know: a misspelt filter filters nothing."""
    route = app.context["_route"]
    if route.responses is None:  # no route of ours: the way to 404 and 405
        return next_middleware(app)
    if (route.openapi_extensions or {}).get(ANY_QUERY) is True:
        return next_middleware(app)
    known = {parameter.alias for parameter in route.dependant.query_params}
    unknown = sorted(set(app.current_event.query_string_parameters) - known)
    if unknown:
        raise HttpProblem(
            INVALID_REQUEST,
            "unknown query parameter",
            fields=[FieldError(f"query/{name[:_TEXT_MAX]}", "unknown") for name in unknown],
        )
    return next_middleware(app)
