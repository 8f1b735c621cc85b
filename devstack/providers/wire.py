"""What the simulated providers share: requests and answers, routes, faults, pages without order."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; a parameter without a value is an empty text.

    `target` and `content` are its path and body as they were sent: what a signature is over.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    target: str = ""
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    document: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - it is the answer, not only an error
    """A provider's own error."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one request: a status, or an answer that breaks off half way.

    `path` is a part of the path of the request that it waits for.
    """

    status: int = 0
    retry_after: str | None = None
    code: str = "fault"
    is_cut: bool = False
    is_no_json: bool = False
    path: str = ""


class Provider(Protocol):
    """One simulated provider: what it answers, and the paths that are its own."""

    @property
    def prefixes(self) -> tuple[str, ...]:
        """How the paths of this provider begin."""

    def answer(self, request: Request) -> Answer:
        """Answer a request, or raise Refusal."""

    def error(self, refusal: Refusal) -> Answer:
        """Return an error in the provider's own shape."""


Handling = Callable[..., Answer]
Route = tuple[str, str, Handling]
"""Method, pattern of the path, and what handles it with the pattern's groups."""


def routed(routes: list[Route], request: Request) -> tuple[Handling, tuple[str, ...]]:
    """Return what handles a request. Raises Refusal: 404, or 405 for another method."""
    others = False
    for method, pattern, handling in routes:
        found = re.fullmatch(pattern, request.path)
        if found is not None and method == request.method:
            return handling, found.groups()
        others = others or found is not None
    raise Refusal(405 if others else 404, "no_route")


def number(amount: Decimal) -> float:
    """Return an amount as the JSON number that says exactly it."""
    found = float(amount)
    if Decimal(repr(found)) != amount:
        raise ValueError("an amount that JSON libraries would not write exactly")
    return found


def shuffled(seed: int, number: int) -> str:
    """Return where a row stands in an order that means nothing but stays the same."""
    return hashlib.sha256(f"{seed} {number}".encode()).hexdigest()[:16]
