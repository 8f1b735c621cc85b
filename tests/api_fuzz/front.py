"""The API's own code behind a plain HTTP server on loopback, over memory adapters.

No gateway, no Lambda, no storage: some hundred requests a second, to look for what the code does
wrong before the local stack is asked. It answers a missing or wrong token as the gateway does.
"""

from __future__ import annotations

import base64
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Lock, Thread
from types import SimpleNamespace, TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from rappro.adapters.memory import MemoryReplies
from rappro.edge.api.app import PUBLIC_PATHS, handle
from rappro.edge.api.guards import Guards
from rappro.ports import Ports

TOKEN: Final = "token"
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY")
_TEXT: Final = ("text/", "application/json", "application/xml", "application/javascript")


class Front:
    """Serves the API to one user of one tenant; a context manager."""

    def __init__(self, ports: Ports, tenant: str, user: str) -> None:
        self._ports = ports
        self._claims = {"tenant_id": tenant, "sub": user}
        self._guards = Guards(replies=MemoryReplies())
        self._numbers = count(1)
        self._lock = Lock()  # a Lambda answers one request at a time, and the code counts on it
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        """Answer as API Gateway's HTTP API would with this code behind it."""
        path = unquote(urlsplit(target).path)
        is_free = method == "OPTIONS" or (method == "GET" and path in PUBLIC_PATHS)
        if not path.startswith("/v1/"):
            return _of_gateway(404, "Not Found")
        if not is_free and headers.get("authorization") != f"Bearer {TOKEN}":
            return _of_gateway(401, "Unauthorized")
        event = self._event(method, target, headers, body)
        context = SimpleNamespace(function_name="api", aws_request_id="1")
        with self._lock:
            return handle(json.loads(json.dumps(event)), context, self._ports, self._guards)

    def _event(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> dict[str, Any]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        query = parse_qs(parts.query, keep_blank_values=True)
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": parts.query,
            "headers": headers,
            "requestContext": {
                "http": {"method": method, "path": path},
                "requestId": f"request-{next(self._numbers)}",
                "stage": "$default",
                "authorizer": {"jwt": {"claims": self._claims, "scopes": None}},
            },
            "isBase64Encoded": False,
        }
        if query:
            event["queryStringParameters"] = {name: ",".join(said) for name, said in query.items()}
        if body:
            is_text = headers.get("content-type", "").startswith(_TEXT)
            sent = body.decode(errors="replace") if is_text else base64.b64encode(body).decode()
            event |= {"body": sent, "isBase64Encoded": not is_text}
        return event

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                headers: dict[str, str] = {}
                for name, value in self.headers.items():
                    known = headers.get(name.lower())
                    headers[name.lower()] = value if known is None else f"{known},{value}"
                body = self.rfile.read(int(headers.get("content-length", "0")))
                made = front.answer(self.command, self.path, headers, body)
                text = made["body"]
                sent = base64.b64decode(text) if made["isBase64Encoded"] else text.encode()
                self.send_response(made["statusCode"])
                for name, value in made["headers"].items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(sent)

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        for method in _METHODS:
            setattr(Handler, f"do_{method}", Handler._answer)
        return Handler


def _of_gateway(status: int, message: str) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"message": message}),
        "isBase64Encoded": False,
    }
