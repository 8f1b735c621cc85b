"""A provider's protocol without a network: requests go straight to its simulator.

What a request and an answer say is the same as over HTTP; a scenario takes milliseconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from devstack.providers.server import ProviderServer
from devstack.providers.wire import Answer, Request
from rappro.adapters.aggregators.http import Reply
from rappro.domain.connectors import Connector
from rappro.domain.errors import AggregatorUnavailable


def directly(connector: Connector, server: ProviderServer) -> Connector:
    """Return a connector that reaches its simulator without a network."""
    http: Any = connector
    http._http._sent = _sender(server)  # noqa: SLF001 - the one place below which is only transport
    return connector


def visited(server: ProviderServer, url: str) -> dict[str, str]:
    """Do what a user does on a provider's page, and return what the callback brings back."""
    answer = _answered(server, "GET", url, {}, b"")[0]
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def _sender(server: ProviderServer) -> Callable[..., Reply]:
    def sent(method: str, url: str, headers: Mapping[str, str], body: Any) -> Reply:
        content = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        answer, is_broken = _answered(server, method, url, headers, content)
        if is_broken:
            raise AggregatorUnavailable("the provider broke off its answer")
        document = None
        if answer.document is not None:
            document = json.loads(json.dumps(answer.document), parse_float=Decimal)
        told = {name.lower(): value for name, value in answer.headers.items()}
        waits = told.get("retry-after", "")
        return Reply(answer.status, document, int(waits) if waits.isdigit() else None)

    return sent


def _answered(
    server: ProviderServer, method: str, url: str, headers: Mapping[str, str], content: bytes
) -> tuple[Answer, bool]:
    """Return the answer, and whether it breaks off."""
    parts = urlsplit(url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    told = {name.lower(): value for name, value in headers.items()}
    if told.get("content-type") == "application/x-www-form-urlencoded":
        body: Any = dict(parse_qsl(content.decode()))
    else:
        body = json.loads(content) if content else None
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    request = Request(method, unquote(parts.path), query, told, body, target, content)
    answer, fault = server.answer(request)
    return answer, fault is not None and (fault.is_cut or fault.is_no_json)
