"""One way of asking a provider over HTTP: bounded, without redirects, its errors as the domain's.

httpcore and not httpx: the layer ships httpcore already, which does all that is needed here, and
httpx would add some 450 ms of import to functions that start cold (record 0006). What connectors
ask of it is this file; nothing else knows the library.

Keys and tokens travel in headers, so a request goes to the one origin that the connector was made
with and nowhere else: a "next page" that leads elsewhere is refused. No error quotes a header, a
body or an exception of the library; of a refusal only the provider's own code is told.
"""

from __future__ import annotations

import json
import re
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from tempfile import NamedTemporaryFile
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import certifi
import httpcore

from rappro.domain.errors import (
    AggregatorRejected,
    AggregatorUnavailable,
    NotFound,
    RapproError,
    RateLimited,
)
from rappro.domain.frozen import dataclass

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 25.0
ANSWER_BYTES_MAX: Final = 16 * 1024 * 1024
WAIT_SECONDS_MAX: Final = 7 * 24 * 3600
"""What a provider's Retry-After may ask of us; beyond it, it is a mistake."""
_CONNECTIONS: Final = 4
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,60}", re.ASCII)
_URL = re.compile(r"[!-~]+", re.ASCII)

Query = Sequence[tuple[str, str | None]]
"""Parameters in order; None is a parameter without a value."""
Body = Mapping[str, Any] | bytes | None
"""A JSON object, or bytes that are sent as they are (a form, what was signed)."""


class TokenRefused(AggregatorRejected):
    """The provider does not take the user's token: a connector asks for another one, once."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a provider answered: numbers with a point are Decimal; None when there is no body."""

    status: int
    document: Any
    retry_after_seconds: int | None = None

    @property
    def row(self) -> Mapping[str, Any]:
        """The answer as an object. Raises AggregatorRejected for anything else."""
        if not isinstance(self.document, dict):
            raise AggregatorRejected("the answer is no object")
        return self.document

    @property
    def code(self) -> str:
        """The provider's own word for an error, as safe text: its code or class, wherever it is."""
        found = self.document if isinstance(self.document, dict) else {}
        several = found.get("errors")
        inside = several[0] if isinstance(several, list) and several else found.get("error")
        found = inside if isinstance(inside, dict) else found
        named = (found.get(name) for name in ("code", "class", "error_class", "error"))
        code = next((one for one in named if one), None)
        return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


class ProviderHttp:
    """The connections to one provider's origin."""

    def __init__(
        self, provider: str, base_url: str, *, total_seconds: float = TOTAL_SECONDS,
        trust: ssl.SSLContext | None = None, answer_bytes_max: int = ANSWER_BYTES_MAX,
        meanings: Mapping[str, type[RapproError]] | None = None,
    ) -> None:  # fmt: skip
        """Take the provider's name and origin. Raises ValueError without TLS, but on loopback.

        `meanings`: what the provider's own words for errors mean, which say more than a status.
        """
        parts = urlsplit(base_url)
        is_safe = parts.scheme == "https" or parts.hostname in _LOOPBACK
        if not is_safe or not parts.hostname or parts.username or parts.query or parts.fragment:
            raise ValueError("a provider's base URL is https://host")
        self.base_url = base_url.rstrip("/")
        self._provider = provider
        self._total_seconds = total_seconds
        self._bytes_max = answer_bytes_max
        self._trust = trust
        self._meanings = meanings or {}
        self._pool: httpcore.ConnectionPool | None = None

    def __repr__(self) -> str:
        return f"ProviderHttp({self._provider!r}, {self.base_url!r})"

    def close(self) -> None:
        """Close every connection."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str], query: Query = (),
        body: Body = None, allowed: Sequence[int] = (),
    ) -> Reply:  # fmt: skip
        """Send one request and return its answer: of status 2xx, or one of `allowed`.

        `path` starts with a slash, or is a link of the provider to its own origin. Raises
        AggregatorUnavailable, AggregatorRejected, RateLimited, NotFound, TokenRefused.
        """
        url = self.own_url(path)
        if query:
            url += ("&" if "?" in url else "?") + query_text(query)
        reply = self._sent(method, url, headers, body)
        if 200 <= reply.status < 300 or reply.status in allowed:
            return reply
        raise self.error_of(reply)

    def own_url(self, link: str) -> str:
        """Return a path or link as a URL of this origin. Raises AggregatorRejected for others'."""
        url = f"{self.base_url}{link}" if link.startswith("/") else link
        own, asked = urlsplit(self.base_url), urlsplit(url)
        is_own = (asked.scheme, asked.netloc) == (own.scheme, own.netloc)
        if not is_own or not asked.path.startswith(f"{own.path}/") or not _URL.fullmatch(url):
            raise AggregatorRejected(f"{self._provider} links to another origin")
        return url

    def error_of(self, reply: Reply) -> RapproError:
        """Return the error that an answer stands for: by its own word, else by its status."""
        told = f"{self._provider} answered {reply.status}"
        told += f" {reply.code}" if reply.code else ""
        if reply.status == 401:
            return TokenRefused(told)
        if reply.status == 429:
            return RateLimited(told, retry_after_seconds=reply.retry_after_seconds)
        if reply.code in self._meanings:
            return self._meanings[reply.code](told)
        if reply.status == 404:
            return NotFound(told)
        if reply.status == 408 or reply.status >= 500:
            return AggregatorUnavailable(told)
        return AggregatorRejected(told)

    def _sent(self, method: str, url: str, headers: Mapping[str, str], body: Body) -> Reply:
        sent = {"Accept": "application/json", "User-Agent": "rappro", **headers}
        content = body if isinstance(body, bytes) else None
        if body is not None and not isinstance(body, bytes):
            sent.setdefault("Content-Type", "application/json")
            content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            with self._stream(method, url, sent, content) as response:
                text = self._read(response)
                document = _parsed(text) if response.status < 400 else _parsed_or_none(text)
                return Reply(response.status, document, _wait(response.headers))
        except RapproError:
            raise
        except (httpcore.TimeoutException, TimeoutError):
            reason = "does not answer in time"
        except (httpcore.ConnectError, httpcore.UnsupportedProtocol):
            reason = "cannot be reached"
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError):
            reason = "broke off its answer"
        except (ValueError, RecursionError):
            reason = "answered what is not JSON"
        raise AggregatorUnavailable(f"{self._provider} {reason}")

    def _stream(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> AbstractContextManager[httpcore.Response]:
        limits = dict.fromkeys(("read", "write", "pool"), self._total_seconds)
        if self._pool is None:
            self._pool = httpcore.ConnectionPool(
                ssl_context=self._trust or _trust(), max_connections=_CONNECTIONS,
                keepalive_expiry=20.0,
            )  # fmt: skip
        return self._pool.stream(
            method, url, headers=list(headers.items()), content=content,
            extensions={"timeout": {"connect": CONNECT_SECONDS, **limits}},
        )  # fmt: skip

    def _read(self, response: httpcore.Response) -> bytes:
        """Return an answer's bytes, within the bounds of size and time."""
        until = time.monotonic() + self._total_seconds
        content = bytearray()
        for chunk in response.iter_stream():
            content += chunk
            if len(content) > self._bytes_max:
                raise AggregatorRejected(f"{self._provider} answers too much")
            if time.monotonic() > until:
                raise TimeoutError
        return bytes(content)


def query_text(query: Query) -> str:
    """Return parameters as they stand in a URL."""
    return "&".join(
        quote(name) if value is None else urlencode([(name, value)]) for name, value in query
    )


def segment(name: str) -> str:
    """Return a provider's id as one segment of a path: it can never lead to another one."""
    quoted = quote(name, safe="")
    if quoted in {"", ".", ".."}:
        raise NotFound("no such id")
    return quoted


def safe_word(value: Any) -> str:
    """Return a provider's code as text that may stand in a log; nothing for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _CODE.fullmatch(text) else ""


def _parsed(text: bytes) -> Any:
    if not text.strip():
        return None
    return json.loads(text, parse_float=Decimal, parse_constant=_no_number)


def _parsed_or_none(text: bytes) -> Any:
    """Return an error's document; one of a proxy in between is no JSON, its status says enough."""
    try:
        return _parsed(text)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _wait(headers: Sequence[tuple[bytes, bytes]]) -> int | None:
    """Return the seconds of Retry-After, which is a number or a date; None when it is neither."""
    told = {name.lower(): value.decode("latin-1").strip() for name, value in headers}
    text = told.get(b"retry-after", "")
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), WAIT_SECONDS_MAX)
    try:
        until = _instant(text)
        since = _instant(told[b"date"]) if b"date" in told else datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return min(max(0, round((until - since).total_seconds())), WAIT_SECONDS_MAX)


def _instant(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def trust_as(certificate: str, key: str, password: str = "") -> ssl.SSLContext:
    """Return the usual roots, with a certificate of our own to show (mTLS); PEM texts.

    The library reads files only: one of this process' own, gone when it is read. Raises ValueError
    for what is no certificate with its key, and quotes neither.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    with NamedTemporaryFile("w", encoding="ascii", suffix=".pem") as held:  # mode 0600
        try:
            held.write(f"{certificate.strip()}\n{key.strip()}\n")
            held.flush()
            context.load_cert_chain(held.name, password=password)
        except (ssl.SSLError, ValueError):
            raise ValueError("no client certificate with its key") from None
    return context


@cache
def _trust() -> ssl.SSLContext:
    """Return the usual roots; built once, as reading them takes a while."""
    return ssl.create_default_context(cafile=certifi.where())
