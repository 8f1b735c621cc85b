"""A small HTTP client of the API for the demo; a problem answer becomes a `DemoFailed`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from devstack.demo.waiting import DemoFailed, wait_for

__all__ = ["Client", "DemoFailed", "wait_for"]

T = TypeVar("T")

POLL_SECONDS = 0.25
_RETRIES_MAX = 20
_UNAVAILABLE = 503


class Client:
    """The API of one company, with its token."""

    def __init__(self, api_url: str, token: str, company: str) -> None:
        self.root = f"/v1/companies/{company}"
        self._http = httpx.Client(
            base_url=api_url, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )
        self._plain = httpx.Client(timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()
        self._plain.close()

    def get(self, path: str, **query: str | int) -> Any:
        """Return what a resource of the company is."""
        return self._send("GET", path, params=query)

    def download(self, path: str, **query: str | int) -> bytes:
        """Return the bytes of a file that the API answers."""
        return self._ask("GET", path, params=query).content

    def put(self, path: str, body: dict[str, Any]) -> Any:
        """Create or change a resource of the company."""
        return self._send("PUT", path, json=body)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask for an action on the company."""
        return self._send("POST", path, json=body)

    def items(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        """Yield a whole list, page by page."""
        cursor: str | None = None
        while True:
            page = self.get(path, limit=200, **query, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def upload(self, name: str, content: bytes, **choice: str) -> str:
        """Drop a file in the inbox with an upload ticket; return the object's version id.

        `choice` may name its format and its import profile.
        """
        ticket = self.post("/uploads", {"name": name, **choice})
        answer = self._plain.post(
            ticket["url"], data=ticket["fields"], files={"file": (name, content)}
        )
        if answer.is_error:
            raise DemoFailed(f"drop of {name}: {answer.status_code} {answer.text[:300]}")
        return str(answer.headers.get("x-amz-version-id", ""))

    def _send(self, method: str, path: str, **request: Any) -> Any:
        return self._ask(method, path, **request).json()

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send one request; "try again later" is obeyed a bounded number of times."""
        for _ in range(_RETRIES_MAX):
            answer = self._http.request(method, self.root + path, **request)
            if answer.status_code != _UNAVAILABLE:
                break
            time.sleep(POLL_SECONDS * 2)
        if answer.is_error:
            raise DemoFailed(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer
