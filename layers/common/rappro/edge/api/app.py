"""The way in: one HTTP API event in, one answer out, whatever happens in between.

    event ─► who calls (401) ─► body (400, 413, 415) ─► route (404, 405) ─► shapes (422)
          ─► may they (403, 404) ─► one use case ─► answer, checked against its shape ─► headers

Every error becomes a problem document here and only here; what nobody expected is logged once.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterable, Mapping
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from rappro.edge.api import documentation, requests
from rappro.edge.api.access import require_permission
from rappro.edge.api.caller import Caller, authenticate
from rappro.edge.api.coding import coded
from rappro.edge.api.documented import FILE_BODY
from rappro.edge.api.field_words import sentence
from rappro.edge.api.guards import UNGUARDED, Guards
from rappro.edge.api.limits import ANSWER_BYTES_MAX, FUNCTION_SECONDS
from rappro.edge.api.negotiation import headers_of, wishes_of
from rappro.edge.api.outside import PORTS, is_outside
from rappro.edge.api.preconditions import conditional
from rappro.edge.api.repeating import WRITES, attempt_of, key_of, once
from rappro.edge.api.routes import PATHS, files_of, router_of
from rappro.edge.observability import logger
from rappro.edge.pointers import pointer
from rappro.edge.problem import (
    ANSWER_TOO_LARGE,
    CONTENT_TYPE,
    INTERNAL_ERROR,
    INVALID_REQUEST,
    METHOD_NOT_ALLOWED,
    NO_SUCH_ROUTE,
    FieldError,
    HttpProblem,
    ProblemAnswer,
    kind_of,
    problem_of,
)
from rappro.ports import Ports

PREFIX: Final = "/v1"
PUBLIC_PATHS: Final = frozenset({f"{PREFIX}/openapi.json", f"{PREFIX}/docs"})
"""What anybody may read; everything else needs a verified identity."""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding, Accept-Language",
    "X-Content-Type-Options": "nosniff",
}


def handle(
    event: Mapping[str, Any], context: Any, ports: Ports, guards: Guards = UNGUARDED
) -> dict[str, Any]:
    """Answer one request of API Gateway's HTTP API (payload 2.0)."""
    wishes = wishes_of(headers_of(event))
    told: dict[str, str] = {}
    try:
        answer = _answer(event, context, ports, guards, told)
    except Exception as error:  # noqa: BLE001 - the edge: every error becomes a problem document
        answer = _problem(problem_of(_logged(error), _instance(event), wishes.language))
    if len(answer.get("body") or "") > ANSWER_BYTES_MAX:
        too_large = HttpProblem(ANSWER_TOO_LARGE, "ask for a smaller part")
        answer = _problem(problem_of(too_large, _instance(event), wishes.language))
    body = answer.get("body") or ""  # of a 204 the framework makes None
    headers = {**_HEADERS, **told, **answer.get("headers", {})}
    return coded({**answer, "body": body, "headers": headers}, takes_gzip=wishes.takes_gzip)


def _answer(
    event: Mapping[str, Any], context: Any, ports: Ports, guards: Guards, told: dict[str, str]
) -> dict[str, Any]:
    """Answer a request; `told` gets the headers that go with any answer to it."""
    known = APIGatewayProxyEventV2(dict(event))
    method, path = known.http_method, known.path
    if method == "OPTIONS":  # a browser asks without a token; the gateway adds the rest
        return {"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": False}
    if path in PUBLIC_PATHS:
        return app.resolve(requests.read_body(event, method, path), context)
    if is_outside(path):
        return _from_outside(event, context, ports)
    caller = authenticate(event, ports)
    told.update(guards.spend(caller.tenant, method, ports.clock.now()))
    _load(files_of(path.removeprefix(PREFIX)))
    if method not in _methods_of(path):  # told first, whatever body, key or condition came along
        raise _no_route(path)
    plain = requests.read_body(event, method, path, file_bytes_max=_file_bytes_max(method, path))

    def resolve(asked: Mapping[str, Any], asker: Caller) -> dict[str, Any]:
        app.context["caller"] = asker
        return app.resolve(asked, context)

    key = key_of(headers_of(event)) if method in WRITES else None
    if key is None:
        return conditional(plain, caller, resolve)
    if guards.replies is None:
        raise RuntimeError("nothing keeps answers here: the key would promise what is not done")
    attempt = attempt_of(plain, key, caller, guards.replies, seconds_left=_seconds_left(context))
    return once(attempt, lambda: conditional(plain, caller, resolve))


def _from_outside(event: Mapping[str, Any], context: Any, ports: Ports) -> dict[str, Any]:
    """Answer what needs no token; its body stays as it came, as its bytes may be signed."""
    known = APIGatewayProxyEventV2(dict(event))
    _load(files_of(known.path.removeprefix(PREFIX)))
    if known.http_method not in _methods_of(known.path):
        raise _no_route(known.path)
    app.context[PORTS] = ports
    return app.resolve(dict(event), context)


def _file_bytes_max(method: str, path: str) -> int | None:
    """Return how large a file may be that a route takes as its body; None where that is JSON."""
    for route in app._dynamic_routes:  # noqa: SLF001 - there is no public list
        takes_file = FILE_BODY in (route.openapi_extensions or {})
        if takes_file and route.method == method and route.rule.match(path):
            return int((route.openapi_extensions or {})[FILE_BODY])
    return None


def _seconds_left(context: Any) -> float:
    left = getattr(context, "get_remaining_time_in_millis", None)
    return FUNCTION_SECONDS if left is None else left() / 1000


def _instance(event: Mapping[str, Any]) -> str:
    context = event.get("requestContext")
    request_id = context.get("requestId") if isinstance(context, Mapping) else None
    return f"urn:rappro:request:{request_id or 'unknown'}"


def _problem(answer: ProblemAnswer) -> dict[str, Any]:
    return {
        "statusCode": answer.status,
        "headers": {"Content-Type": CONTENT_TYPE, **answer.headers},
        "body": json.dumps(answer.document(), ensure_ascii=False),
        "isBase64Encoded": False,
        "cookies": [],
    }


def _logged(error: Exception) -> Exception:
    """Log an error that is nobody's fault but ours: its class and place, never its words."""
    if not isinstance(error, HttpProblem) and kind_of(type(error)) is INTERNAL_ERROR:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        logger.error(
            "failed", error=type(error).__name__, raised_at=f"{frame.filename}:{frame.lineno}"
        )
    return error


def _of_route(error: Exception) -> Response[str]:
    """Answer an error that left a route; registered for every class of error."""
    if isinstance(error, NotFoundError):
        error = _no_route(app.current_event.path)
    elif isinstance(error, RequestValidationError):
        error = _broken_schema(error)
    event = app.current_event.raw_event
    answer = problem_of(_logged(error), _instance(event), wishes_of(headers_of(event)).language)
    return Response(
        status_code=answer.status,
        content_type=CONTENT_TYPE,
        body=json.dumps(answer.document(), ensure_ascii=False),
        headers=answer.headers,
    )


def _methods_of(path: str) -> list[str]:
    """Return the methods that there are for a path."""
    routes = [*app._static_routes, *app._dynamic_routes]  # noqa: SLF001 - there is no public list
    return sorted(route.method for route in routes if route.rule.match(path))


def _no_route(path: str) -> HttpProblem:
    """Return 405 when the path is known with another method, else 404."""
    methods = _methods_of(path)
    if not methods:
        return HttpProblem(NO_SUCH_ROUTE, "no such route; see /v1/docs")
    allowed = {"Allow": ", ".join(methods)}
    return HttpProblem(METHOD_NOT_ALLOWED, f"allowed: {allowed['Allow']}", headers=allowed)


_PLACES: Final = {"query": "query/", "path": "path/", "header": "header/"}


def _broken_schema(refusal: RequestValidationError) -> Exception:
    """Name each wrong field; an answer of ours that breaks its schema is our error."""
    errors = refusal.errors()
    if any(error["loc"][:1] == ("response",) for error in errors):
        return AssertionError("an answer breaks its schema")
    return HttpProblem(
        INVALID_REQUEST,
        f"{len(errors)} wrong field{'s' if len(errors) > 1 else ''}",
        fields=[
            FieldError(_where(error["loc"]), sentence(error, "en"), sentence(error, "fr"))
            for error in errors
        ],
    )


def _where(location: tuple[str | int, ...]) -> str:
    place, *steps = location
    if place in _PLACES:
        return _PLACES[str(place)] + "/".join(str(step) for step in steps)
    return pointer(*steps)


def _build() -> APIGatewayHttpResolver:
    resolver = APIGatewayHttpResolver(
        enable_validation=True, debug=False, json_body_deserializer=requests.parse_json
    )
    resolver.use([requests.refuse_unknown_parameters, require_permission])
    resolver.include_router(documentation.router_for(whole), prefix=PREFIX)
    resolver.exception_handler(Exception)(_of_route)
    return resolver


def _load(names: Iterable[str]) -> None:
    """Give the API the routes of some files, each once."""
    for name in names:
        if name not in _loaded:
            _loaded.add(name)
            app.include_router(router_of(name), prefix=PREFIX)


def whole() -> APIGatewayHttpResolver:
    """Return the API with all its routes, as its document needs it."""
    _load(PATHS)
    return app


_loaded: Final[set[str]] = set()
app: Final = _build()
"""The API; it has the routes of the paths that were asked for."""
