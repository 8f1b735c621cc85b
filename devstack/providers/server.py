"""The simulated providers on one loopback port, and the faults that are planned for them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from devstack.providers.bank import Bank
from devstack.providers.bridge import BridgeSimulator
from devstack.providers.ponto import PontoSimulator
from devstack.providers.powens import PowensSimulator
from devstack.providers.saltedge import SaltEdgeSimulator
from devstack.providers.wire import Answer, Fault, Provider, Refusal, Request

_POLL_SECONDS = 0.02
_SEND_SECONDS = 5.0
_NOT_JSON = b"<html>Service momentan\xc3\xa9ment indisponible"


class ProviderServer:
    """Serves every simulated provider over one bank, as a context manager.

    `faults` are used up one a matching request. `requests` are the ones that came, in order.
    """

    def __init__(self, bank: Bank | None = None) -> None:
        self.bank = bank or Bank()
        self.faults: list[Fault] = []
        self.requests: list[Request] = []
        self._lock = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.bridge = BridgeSimulator(self.bank, self.url)
        self.powens = PowensSimulator(self.bank, self.url)
        self.ponto = PontoSimulator(self.bank, self.url)
        self.saltedge = SaltEdgeSimulator(self.bank, self.url)

    def __enter__(self) -> Self:
        Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": _POLL_SECONDS}, daemon=True,
            name="providers",
        ).start()  # fmt: skip
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def close_port(self) -> None:
        """Give the port back: requests are answered in process alone (answer)."""
        self._server.server_close()

    def answer(self, request: Request) -> tuple[Answer, Fault | None]:
        """Answer a request, in turn; with the fault that was planned for it."""
        with self._lock:
            self.requests.append(request)
            fault = self._planned(request.path)
            provider = self._provider(request.path)
            if fault is not None and fault.status:
                return provider.error(_refusal(fault)), None
            try:
                return provider.answer(request), fault
            except Refusal as refusal:
                return provider.error(refusal), fault

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Post a webhook as a provider does, and return the status that it met."""
        parts = urlsplit(url)
        to = HTTPConnection(parts.netloc, timeout=_SEND_SECONDS)
        try:
            to.request("POST", parts.path, body, dict(headers))
            return to.getresponse().status
        finally:
            to.close()

    def visit(self, url: str) -> dict[str, str]:
        """Do what a user does on a provider's page, and return what the callback brings back.

        Raises Refusal when the page works no more.
        """
        parts = urlsplit(url)
        to = HTTPConnection(parts.netloc, timeout=_SEND_SECONDS)
        try:
            to.request("GET", f"{parts.path}?{parts.query}")
            answer = to.getresponse()
            answer.read()
        finally:
            to.close()
        if answer.status != 302:
            raise Refusal(answer.status, "page")
        return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))

    def _planned(self, path: str) -> Fault | None:
        fault = next((one for one in self.faults if one.path in path), None)
        if fault is not None:
            self.faults.remove(fault)
        return fault

    def _provider(self, path: str) -> Provider:
        own: list[Provider] = [self.bridge, self.powens, self.ponto, self.saltedge]
        return next((one for one in own if path.startswith(one.prefixes)), self.bridge)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(_Handler):
            def handle_all(self) -> None:
                self.reply(*server.answer(self.request_of()))

            do_GET = do_POST = do_PUT = do_DELETE = handle_all  # noqa: N815 - the library's names

        return Handler


def _refusal(fault: Fault) -> Refusal:
    waits = {} if fault.retry_after is None else {"Retry_After": fault.retry_after}
    return Refusal(fault.status, fault.code, **waits)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request and writes an answer; connections are kept, as providers keep them."""

    protocol_version = "HTTP/1.1"
    timeout = 5.0
    wbufsize = -1  # one write an answer: small ones are not held back by the system

    def request_of(self) -> Request:
        """Return the request that is being handled."""
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return Request(
            self.command, unquote(parts.path), dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            self._body(content), self.path, content,
        )  # fmt: skip

    def _body(self, content: bytes) -> Any:
        if self.headers.get("Content-Type") == "application/x-www-form-urlencoded":
            return dict(parse_qsl(content.decode()))
        return json.loads(content) if content else None

    def reply(self, answer: Answer, fault: Fault | None) -> None:
        """Write an answer, or the half of it that a fault leaves."""
        content = b"" if answer.document is None else json.dumps(answer.document).encode()
        if fault is not None and fault.is_no_json:
            content = _NOT_JSON
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if fault is not None and fault.is_cut:
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""
