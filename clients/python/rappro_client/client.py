"""The client: the operations, and what takes more than one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx

from rappro_client import models
from rappro_client.errors import NoAnswerError, TooLongError
from rappro_client.operations import Operations

P = ParamSpec("P")
T = TypeVar("T")


class Rappro(Operations):
    """The Rappro API of one caller.

    `token` is an access token or what returns a fresh one; the tenant is in it. `language` is of
    the problems' words ("en", "fr"). `http` is your own httpx client (proxies, certificates); it
    is closed with this one.
    """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def every(
        self, operation: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[Any]:
        """Yield every item of a list operation, page after page."""
        cursor: str | None = None
        while True:
            page = operation(*args, **{**kwargs, "cursor": cursor})  # type: ignore[arg-type]
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def upload(
        self, company: str, name: str, content: bytes, *, options: Mapping[str, Any] | None = None
    ) -> models.UploadOutput:
        """Ask for a ticket and post a file with it; the import begins by itself.

        `options` are the ticket's: journal, import_profile, format. Raises ProblemError,
        NoAnswerError.
        """
        asked: Any = {"name": name, **(options or {})}
        ticket = self.request_upload(company, asked)
        fields = {str(key): str(value) for key, value in ticket["fields"].items()}
        try:
            posted = self._http.post(ticket["url"], data=fields, files={"file": (name, content)})
        except httpx.TransportError as error:
            raise NoAnswerError(f"the file could not be posted: {error}") from error
        if not posted.is_success:
            raise NoAnswerError(f"the file was refused with {posted.status_code}")
        return ticket

    def wait_until(
        self, ask: Callable[[], T], is_there: Callable[[T], bool], *, seconds: float = 60.0
    ) -> T:
        """Ask again and again until what is answered is there. Raises TooLongError."""
        until = time.monotonic() + seconds
        wait = 0.1
        while True:
            found = ask()
            if is_there(found):
                return found
            if time.monotonic() >= until:
                raise TooLongError(f"not there after {seconds:g} s")
            self._sleep(wait)
            wait = min(2.0, wait * 1.5)
