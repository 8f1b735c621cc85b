"""The headers and statuses that no route speaks of, put into the OpenAPI document of all of them.

What stands before and behind the routes (keys, tags, budgets, languages) is the same for every
operation of a kind, so it is declared from the document itself: a new route has it at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rappro.edge.api.documented import FILE_BODY
from rappro.edge.api.preconditions import TAGGED, TAGS_CHARS_MAX, TAGS_PATTERN, WRITTEN
from rappro.edge.api.repeating import KEY_HEADER, KEY_PATTERN, REPLAYED_HEADER, WRITES
from rappro.edge.api.requests import FILE_TYPE
from rappro.edge.problem import CONTENT_TYPE, every_kind

Json = dict[str, Any]

_TAG_EXAMPLE: Final = '"3-5d41402abc4b2a76"'
_FILE_TEXT: Final = "!Type:Bank\nD30/01/2025\nT-48.00\nPPRLV ASSURANCE\n^\n"
_PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}


def _text(description: str, pattern: str, example: str) -> Json:
    schema = {"type": "string", "pattern": pattern, "examples": [example]}
    return {"description": description, "schema": schema}


HEADERS: Final[Mapping[str, Json]] = {
    "Content-Language": _text("the language of a problem's words", "^(en|fr)$", "fr"),
    "ETag": _text(
        "names this version of the resource, for If-Match and If-None-Match",
        '^"[0-9]+-[0-9a-f]{16}"$', _TAG_EXAMPLE,
    ),
    REPLAYED_HEADER: _text(
        "stands where the answer is the one to an earlier request with this key", "^true$", "true"
    ),
    "RateLimit": _text(
        "what is left of the tenant's budget (`r`), and for how many seconds it counts (`t`)",
        '^"(reads|writes)";r=[0-9]+;t=[0-9]+$', '"reads";r=2998;t=42',
    ),
    "RateLimit-Policy": _text(
        "the budget: requests (`q`) in a window of seconds (`w`)",
        '^"(reads|writes)";q=[0-9]+;w=[0-9]+$', '"reads";q=3000;w=60',
    ),
    "Retry-After": _text("seconds to wait before the same request", "^[0-9]+$", "1"),
    "Vary": _text("the request's headers on which the answer depends", "^.{1,200}$", "Origin"),
}  # fmt: skip


def _asked(name: str, description: str, pattern: str, example: str, chars: int) -> Json:
    schema = {
        "type": "string", "pattern": pattern, "minLength": 1, "maxLength": chars,
        "examples": [example],
    }  # fmt: skip
    return {
        "name": name, "in": "header", "required": False, "description": description,
        "schema": schema,
    }  # fmt: skip


_LANGUAGE: Final = {
    "name": "Accept-Language", "in": "header", "required": False,
    "description": "the language of a problem's words: French or English (default, also where the"
    " header cannot be read)",
    "schema": {"type": "string", "pattern": "^.*$", "examples": ["fr"]},
}  # fmt: skip
_KEY: Final = _asked(
    KEY_HEADER,
    "makes the write happen once, however often it is sent: the answer is kept for 24 hours under"
    " this key of the user",
    KEY_PATTERN, "5f0c1b1e-3f0e-4d6c-9d1c-1f6f3e0d6a51", 255,
)  # fmt: skip
_MATCH: Final = _asked(
    "If-Match", "write only if the resource still is the one of this tag (`*`: if it exists)",
    TAGS_PATTERN, _TAG_EXAMPLE, TAGS_CHARS_MAX,
)  # fmt: skip
_NONE_MATCH: Final = _asked(
    "If-None-Match", "read only if the tag is another one; `*` on a write: only if there is none",
    TAGS_PATTERN, _TAG_EXAMPLE, TAGS_CHARS_MAX,
)  # fmt: skip


def declare(document: Json) -> None:
    """Add to a document what holds for every operation that needs a token."""
    components = document["components"]
    components["headers"] = dict(HEADERS)
    for path in document["paths"].values():
        has_tags = "get" in path and _shows_version(path["get"], components["schemas"])
        for method, operation in path.items():
            if operation.get("security") != []:
                _declare(operation, method.upper(), components["schemas"], has_tags=has_tags)


def _declare(operation: Json, method: str, schemas: Json, *, has_tags: bool) -> None:
    responses: Json = operation["responses"]
    if FILE_BODY in operation:
        operation["requestBody"] = _file(operation.pop(FILE_BODY))
    asked = [_LANGUAGE]
    responses["429"] = _problem("429")
    if method in WRITES:
        asked.append(_KEY)
        responses["409"] = _problem("409")
    if has_tags and method in WRITTEN:
        asked += [_MATCH, _NONE_MATCH]
        responses["412"] = _problem("412")
    if has_tags and method == "GET":
        asked.append(_NONE_MATCH)
        responses["304"] = {"description": "It still is the one of the tag"}
    operation["parameters"] = [*operation.get("parameters", ()), *asked]
    is_tagged = has_tags and method in TAGGED and _shows_version(operation, schemas)
    for status, response in responses.items():
        names = _headers_of(status, method, is_tagged=is_tagged)
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    operation["responses"] = dict(sorted(responses.items()))


def _file(bytes_max: int) -> Json:
    schema = {
        "type": "string", "format": "binary", "minLength": 1, "maxLength": bytes_max,
        "examples": [_FILE_TEXT],
    }  # fmt: skip
    return {"required": True, "content": {FILE_TYPE: {"schema": schema}}}


def _headers_of(status: str, method: str, *, is_tagged: bool) -> list[str]:
    names = ["RateLimit", "RateLimit-Policy", "Vary"]
    if status >= "400":
        waits = any(k.retry_after_seconds for k in every_kind() if str(k.status) == status)
        return ["Content-Language", *names, *(["Retry-After"] if waits else [])]
    if is_tagged and status != "204":
        names.append("ETag")
    if status < "300" and method in WRITES:
        names.append(REPLAYED_HEADER)
    return sorted(names)


def _problem(status: str) -> Json:
    codes = [kind.code for kind in every_kind() if str(kind.status) == status]
    return {
        "description": f"Problem: {', '.join(codes)}",
        "content": {CONTENT_TYPE: {"schema": _PROBLEM}},
    }


def _shows_version(operation: Json, schemas: Json) -> bool:
    """True when the operation answers one record with its version."""
    for status in ("200", "201"):
        content = operation["responses"].get(status, {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if "version" in schemas.get(name, {}).get("properties", {}):
            return True
    return False
