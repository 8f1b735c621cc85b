"""The client: the operations, and what takes more than one of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx

from rappro_client import models
from rappro_client.errors import NoAnswerError, TaskFailedError, TooLongError
from rappro_client.operations import Operations
from rappro_client.shapes import Page, Uploaded

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
        self, operation: Callable[P, Page[T]], *args: P.args, **kwargs: P.kwargs
    ) -> Iterator[T]:
        """Yield every item of a list operation, page after page."""
        cursor: str | None = None
        while True:
            page = operation(*args, **{**kwargs, "cursor": cursor})  # type: ignore[arg-type]
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def tagged(
        self, operation: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> tuple[T, str | None]:
        """Return what an operation answers, and its ETag for the `if_match` of a later change.

        The ETag is None of what has no version: a list, a file.
        """
        found = operation(*args, **kwargs)
        return found, self._latest.etag

    def upload(
        self, company: str, name: str, content: bytes, *, options: Mapping[str, Any] | None = None
    ) -> Uploaded:
        """Ask for a ticket and post a file with it; the import begins by itself.

        `options` are the ticket's: journal, import_profile, format. Raises ProblemError,
        NoAnswerError.
        """
        asked: Any = {"name": name, **(options or {})}
        ticket = self.request_upload(company, asked)
        try:
            posted = self._http.post(
                ticket["url"], data=ticket["fields"], files={"file": (name, content)}
            )
        except httpx.TransportError as error:
            raise NoAnswerError(f"the file could not be posted: {error}") from error
        if not posted.is_success:
            raise NoAnswerError(f"the file was refused with {posted.status_code}")
        return Uploaded(ticket["key"], posted.headers.get("x-amz-version-id", ""))

    def import_file(
        self,
        company: str,
        name: str,
        content: bytes,
        *,
        options: Mapping[str, Any] | None = None,
        seconds: float = 60.0,
    ) -> models.ImportOutput:
        """Upload one file, not packed, and return its row of the import trace once it ended.

        What is wrong with the file is told there (`outcome`, `findings`) and not raised. Raises
        ProblemError, NoAnswerError, TooLongError.
        """
        version = self.upload(company, name, content, options=options).version

        def row() -> models.ImportOutput | None:
            rows = self.list_imports(company)["items"]
            mine = (one for one in rows if (one["name"], one["object_version"]) == (name, version))
            return next((one for one in mine if one["outcome"] != "storing"), None)

        found = self.wait_until(row, lambda one: one is not None, seconds=seconds)
        assert found is not None
        return found

    def validate(
        self, company: str, statement: str, *, seconds: float = 900.0
    ) -> models.StatementOutput:
        """Validate a statement of any size, to its end, and return it.

        Raises what `validate_statement` and `wait_for_task` raise.
        """
        answer: Mapping[str, Any] = self.validate_statement(company, statement)
        if "kind" in answer:
            self.wait_for_task(company, answer["id"], seconds=seconds)
        return self.get_statement(company, statement)

    def wait_for_task(
        self, company: str, task: str, *, seconds: float = 900.0
    ) -> models.TaskOutput:
        """Return a long work once it is done. Raises TaskFailedError, TooLongError."""
        ended = self.wait_until(
            lambda: self.get_task(company, task),
            lambda found: found["state"] in {"done", "failed"},
            seconds=seconds,
        )
        if ended["state"] == "failed":
            raise TaskFailedError(ended["problem"] or "", ended["detail"] or "")
        return ended

    def download(self, url: str) -> bytes:
        """Return the bytes behind a link that an answer gave: an export, a statement's file.

        The link is fetched as it is, without the token. Raises NoAnswerError.
        """
        try:
            found = self._http.get(url)
        except httpx.TransportError as error:
            raise NoAnswerError(f"the file could not be fetched: {error}") from error
        if not found.is_success:
            raise NoAnswerError(f"the file was refused with {found.status_code}")
        return found.content

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
