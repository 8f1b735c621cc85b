"""The routes that show the API's own document, and the page made from it.

What makes the document (openapi.py, its examples and the framework's own models) is imported when
it is asked for: that is as much as all the routes together, and hardly any request needs it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.router import APIGatewayHttpRouter

from rappro.edge.api.documented import PUBLIC, documented, new_router


def router_for(whole: Callable[[], APIGatewayHttpResolver]) -> APIGatewayHttpRouter:
    """Return the two routes that show the document of the whole API."""
    router = new_router()

    @router.get("/openapi.json", **_public("getOpenApi", "application/json"))
    def get_openapi() -> Response[str]:
        return Response(200, "application/json", _text(whole))

    @router.get("/docs", **_public("getDocs", "text/html"))
    def get_docs() -> Response[str]:
        from rappro.edge.api.docs_page import docs_page  # noqa: PLC0415 - see above

        return Response(
            200,
            "text/html; charset=utf-8",
            docs_page(json.loads(_text(whole))),
            headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"},
        )

    return router


def _public(operation_id: str, media_type: str) -> dict[str, Any]:
    """Return the arguments of a route that anybody may read."""
    answer = f"The documentation, as {media_type}"
    words = documented(
        operation_id,
        f"Read the documentation as {media_type}",
        "Everything the API offers. Needs no token.",
        tag="api",
        answer=answer,
        is_found=False,
    )
    said = {"description": answer, "content": {media_type: {}}}
    kept = {status: words["responses"][status] for status in (422, 500)}
    return {**words, "responses": {200: said, **kept}, "openapi_extensions": {PUBLIC: True}}


@cache
def _text(whole: Callable[[], APIGatewayHttpResolver]) -> str:
    from rappro.edge.api.openapi import document  # noqa: PLC0415 - see above

    return json.dumps(document(whole()), ensure_ascii=False, sort_keys=True)
