"""The OpenAPI 3.1 document, made from the code.

python -m rappro.edge.api.openapi > docs/openapi.json
"""

from __future__ import annotations

import json
import sys
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import (
    HTTPBearer,
    SecurityScheme,
    Server,
    Tag,
)

from rappro.edge.api.declared import declare
from rappro.edge.api.documented import PUBLIC, TAGS
from rappro.edge.api.examples import examples
from rappro.edge.problem import CONTENT_TYPE

VERSION: Final = "1.0.0"
OPENAPI_VERSION: Final = "3.1.0"
_TITLE: Final = "Rappro"
_DESCRIPTION: Final = """\
Bank reconciliation (rapprochement bancaire) for French accounting.

- The tenant comes from the verified token, never from a path, a query or a body.
- Amounts are decimal strings in their currency's own precision, + is money in for the company;
  dates are `YYYY-MM-DD`; absent is `null`.
- Lists answer `{"items": […], "next_cursor": …}`; pass `next_cursor` as `cursor` for the next page.
- Errors are problem documents (RFC 9457) with a stable `type`, in French or English; where an
  answer has `Retry-After`, the same request may succeed later without any change.
- A write with an `Idempotency-Key` happens once; one with `If-Match` changes only what was read.
"""
_SECURITY: Final = "token"
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError", "ResponseValidationError")


def document(resolver: APIGatewayHttpResolver) -> dict[str, Any]:
    """Return the resolver's OpenAPI document.

    The framework's own error schemas are taken out, no answer has them; examples are put in.
    """
    made: dict[str, Any] = json.loads(
        resolver.get_openapi_json_schema(
            title=_TITLE,
            version=VERSION,
            openapi_version=OPENAPI_VERSION,
            description=_DESCRIPTION,
            tags=[Tag(name=name, description=words) for name, words in TAGS.items()],
            servers=[Server(url="/")],
            security_schemes=_schemes(),
            security=[{_SECURITY: []}],
        )
    )
    schemas = made["components"]["schemas"]
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    for name, example in examples().items():
        schemas[name]["examples"] = [example]
    problems: dict[str, Any] = {}
    for path in made["paths"].values():
        for operation in path.values():
            if operation.pop(PUBLIC, False):
                operation["security"] = []
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
    declare(made)
    made["paths"] = dict(sorted(made["paths"].items(), key=_is_public))  # those come last
    for path in made["paths"].values():
        for operation in path.values():
            _share_problems(operation["responses"], problems)
            operation["responses"].get("204", {}).pop("content", None)  # such an answer is empty
    made["components"]["responses"] = dict(sorted(problems.items()))
    plain: dict[str, Any] = _with_plain_numbers(made)
    return plain


def _is_public(path: tuple[str, dict[str, Any]]) -> bool:
    return any(operation.get("security") == [] for operation in path[1].values())


def _share_problems(responses: dict[str, Any], problems: dict[str, Any]) -> None:
    """Say each problem answer once: they are the same for all operations."""
    for status, response in responses.items():
        if CONTENT_TYPE in response.get("content", {}):
            problems[f"Problem{status}"] = response
            responses[status] = {"$ref": f"#/components/responses/Problem{status}"}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema: one that is left out is absent, it never is a null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **choices[0]}


def _with_plain_numbers(value: Any) -> Any:
    """Write the framework's 200.0 as 200."""
    if isinstance(value, dict):
        return {key: _with_plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_plain_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _schemes() -> dict[str, SecurityScheme]:
    bearer = HTTPBearer(
        bearerFormat="JWT",
        description="a token of the tenant's identity provider with the claim `tenant_id`",
    )
    return {_SECURITY: bearer}


def main() -> None:
    """Write the document to standard output."""
    from rappro.edge.api.app import whole  # noqa: PLC0415 - app imports this module for its routes

    json.dump(document(whole()), sys.stdout, ensure_ascii=False, indent=1, sort_keys=True)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
