"""Posts to receivers on the internet (port Sender): what a tenant's URL can make us do is bounded.

The name is resolved here, every address of it is checked, and the connection goes to a checked
address: nobody resolves a second time, so no other answer of the DNS can slip in between. TLS and
the Host header keep the name. No redirect, no proxy, no cookie, one request a connection.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from functools import cache
from typing import Any, Final

import certifi
import httpcore

from rappro.domain.errors import InvalidRequest
from rappro.domain.webhook_targets import is_public, target_of
from rappro.domain.webhooks import Answer

CONNECT_SECONDS: Final = 3.0
TOTAL_SECONDS: Final = 10.0
ANSWER_BYTES_MAX: Final = 4_096
_START_CHARS: Final = 200
_ADDRESSES_TRIED: Final = 3
_RESOLVING: Final = ThreadPoolExecutor(4, thread_name_prefix="resolve")

Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a name. Raises OSError."""


class AddressRefused(Exception):  # noqa: N818 - it is the answer, not only an error
    """The name has an address that is not one of a public server."""


def system_addresses(host: str, port: int) -> list[str]:
    """Return every address that the system's resolver has for a name. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class HttpSender:
    """Port Sender."""

    def __init__(
        self,
        *,
        resolve: Resolve = system_addresses,
        is_local: bool = False,
        total_seconds: float = TOTAL_SECONDS,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """Take a resolver; `is_local` lets this machine's own address pass, for developers."""
        self._resolve = resolve
        self._is_local = is_local
        self._total_seconds = total_seconds
        self._trust = trust

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        started = time.monotonic()
        try:
            answer = self._post(url, headers, body, started + self._total_seconds)
        except Exception as error:  # noqa: BLE001 - a receiver may break anything; no error leaves
            answer = Answer(error=_code_of(error))
        duration_ms = round((time.monotonic() - started) * 1000)
        return Answer(answer.status, answer.error, answer.start, duration_ms, answer.retry_after)

    def _post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: float) -> Answer:
        target = target_of(url, is_local=self._is_local)
        backend = _CheckedBackend(self._resolve, deadline, is_local=self._is_local)
        with (
            httpcore.ConnectionPool(
                ssl_context=self._trust or _trust(), max_connections=1, http2=False,
                network_backend=backend,
            ) as pool,
            pool.stream(
                "POST", target.url, headers=[*headers.items(), ("connection", "close")],
                content=body, extensions={"timeout": _timeouts(self._total_seconds)},
            ) as response,
        ):  # fmt: skip
            start = _start_of(response.iter_stream())
            return Answer(response.status, start=start, retry_after=_retry_after(response.headers))


class _CheckedBackend(httpcore.NetworkBackend):
    """Connects to checked addresses only, and to nothing after the deadline."""

    def __init__(self, resolve: Resolve, deadline: float, *, is_local: bool) -> None:
        self._resolve = resolve
        self._deadline = deadline
        self._is_local = is_local
        self._system = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        until = min(time.monotonic() + (timeout or CONNECT_SECONDS), self._deadline)
        failed: Exception = httpcore.ConnectError("no address")
        for address in self._checked(host, port, until)[:_ADDRESSES_TRIED]:
            try:
                stream = self._system.connect_tcp(
                    address, port, _left(until), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failed

    def _checked(self, host: str, port: int, until: float) -> Sequence[str]:
        """Return the addresses of a name, all of which are good. Raises AddressRefused."""
        asked = _RESOLVING.submit(self._resolve, host, port)
        try:
            addresses = asked.result(_left(until))
        except Late as error:
            raise httpcore.ConnectTimeout("the name was not resolved in time") from error
        is_own = self._is_local and set(addresses) <= {"127.0.0.1", "::1"}
        if not is_own and not all(is_public(address) for address in addresses):
            raise AddressRefused
        return addresses


class _BoundedStream(httpcore.NetworkStream):
    """A connection of which nothing lasts past the deadline, however slowly it drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        at_once = min(max_bytes, ANSWER_BYTES_MAX)
        return self._stream.read(at_once, self._within(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._within(timeout))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        within = min(self._within(timeout), CONNECT_SECONDS)
        stream = self._stream.start_tls(ssl_context, server_hostname, within)
        return _BoundedStream(stream, self._deadline)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    def _within(self, timeout: float | None) -> float:
        left = _left(self._deadline)
        return left if timeout is None else min(timeout, left)


def _left(until: float) -> float:
    """Return the seconds that are left. Raises ReadTimeout when there are none."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("no time is left")
    return left


def _timeouts(total_seconds: float) -> dict[str, float]:
    return {
        "connect": CONNECT_SECONDS, "read": total_seconds, "write": total_seconds,
        "pool": total_seconds,
    }  # fmt: skip


def _start_of(chunks: Iterable[bytes]) -> str:
    """Return the beginning of an answer as printable text; the rest is never read."""
    content = b""
    for chunk in chunks:
        content += chunk
        if len(content) >= ANSWER_BYTES_MAX:
            break
    text = content[:ANSWER_BYTES_MAX].decode("utf-8", "replace")[:_START_CHARS]
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _retry_after(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    """Return the seconds of a Retry-After; a date there is passed over."""
    for name, value in headers:
        if name.lower() == b"retry-after" and value.isdigit() and len(value) < 10:
            return int(value)
    return None


@cache
def _trust() -> ssl.SSLContext:
    """Return the usual roots; built once, as reading them takes a while."""
    return ssl.create_default_context(cafile=certifi.where())


_ANY: Final = "failed"
_CODES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (AddressRefused, "address_refused"),
    (InvalidRequest, "url_refused"),
    (ssl.SSLError, "tls_failed"),
    (httpcore.ConnectTimeout, "connect_timeout"),
    (httpcore.TimeoutException, "timeout"),
    (socket.gaierror, "name_not_found"),
    (httpcore.ConnectError, "connect_failed"),
    (httpcore.RemoteProtocolError, "no_http_answer"),
    (httpcore.LocalProtocolError, "no_http_answer"),
    (httpcore.NetworkError, "connection_lost"),
    (OSError, "connect_failed"),
)


def _code_of(error: Exception) -> str:
    """Return the code of what went wrong; never its words, which may quote the receiver."""
    told = {type(error), type(error.__cause__), type(error.__context__)}
    if any(issubclass(one, ssl.SSLError) for one in told):
        return "tls_failed"
    return next((code for kind, code in _CODES if isinstance(error, kind)), _ANY)
