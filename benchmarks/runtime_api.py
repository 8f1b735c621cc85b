"""A Lambda Runtime API on loopback: runs one handler with Lambda's real Python client.

What is measured with it is a warm function as AWS runs it, without gateway, network and emulator of
Lambda. The client's own protocol: GET …/invocation/next, POST …/invocation/{id}/response.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from types import TracebackType
from typing import Any, Self

_PREFIX = "/2018-06-01/runtime/invocation/"
_DEADLINE_SECONDS = 29
_ARN = "arn:aws:lambda:eu-west-3:123456789012:function:benchmark"

Json = dict[str, Any]


class FunctionFailedError(RuntimeError):
    """The handler raised; the message is what the client reported."""


class WarmFunction:
    """A function that runs, as a context manager; `invoke` gives it one event after the other."""

    def __init__(self, code: Path, paths: list[Path], environment: Mapping[str, str]) -> None:
        self._environment = {
            "PYTHONPATH": ":".join(str(path) for path in [code, *paths]),
            "AWS_LAMBDA_FUNCTION_NAME": "benchmark",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1769",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            **environment,
        }
        self._events: Queue[tuple[str, bytes]] = Queue()
        self._answers: Queue[tuple[str, bytes]] = Queue()
        self._count = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{self._server.server_port}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", "app.handler"],
            env=self._environment | {"AWS_LAMBDA_RUNTIME_API": address},
            stdout=subprocess.DEVNULL,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._server.shutdown()

    def invoke(self, event: Json) -> tuple[Json, float]:
        """Return the answer to an event and the seconds it took. Raises FunctionFailedError."""
        self._count += 1
        body = json.dumps(event).encode()
        started = time.perf_counter()
        self._events.put((str(self._count), body))
        kind, said = self._answers.get(timeout=_DEADLINE_SECONDS + 1)
        seconds = time.perf_counter() - started
        if kind != "response":
            raise FunctionFailedError(said.decode()[:500])
        answer: Json = json.loads(said)
        return answer, seconds

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        function = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                name, event = function._events.get()
                deadline = int((time.time() + _DEADLINE_SECONDS) * 1000)
                self.send_response(200)
                self.send_header("Lambda-Runtime-Aws-Request-Id", name)
                self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", _ARN)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self) -> None:
                said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()
                kind = self.path.rpartition("/")[2] if self.path.startswith(_PREFIX) else "init"
                function._answers.put((kind, said))

            def log_message(self, *arguments: object) -> None:
                """Say nothing."""

        return Handler
