"""The Python client: what it sends, sends again, raises and yields."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rappro_client import (
    NoAnswerError,
    NotModifiedError,
    ProblemError,
    Rappro,
    Retries,
    TaskFailedError,
    TooLongError,
)
from rappro_client.transport import PROBLEM_TYPE

Handler = Callable[[httpx.Request], httpx.Response]
COMPANY: Any = {"name": "Acme"}


class Peer:
    """Answers one after the other, and remembers what was asked and how long was waited."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, **options: Any) -> Rappro:
        http = httpx.Client(transport=httpx.MockTransport(self))
        token: Any = options.pop("token", "t0")
        return Rappro("https://api.test/", token, http=http, sleep=self.waits.append, **options)


def good(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body or {}, headers=headers)


def problem(status: int, code: str, **headers: str) -> httpx.Response:
    document = {
        "type": f"urn:rappro:problem:{code}", "title": "Title", "status": status, "detail": "why",
        "instance": "urn:rappro:request:1", "errors": [{"pointer": "/name", "detail": "missing"}],
    }  # fmt: skip
    return httpx.Response(
        status, content=json.dumps(document), headers={"Content-Type": PROBLEM_TYPE, **headers}
    )


def test_a_write_is_sent_again_under_the_same_idempotency_key() -> None:
    peer = Peer(httpx.ReadTimeout("lost"), problem(503, "store_unavailable"), good({"id": "acme"}))

    saved = peer.client().save_company("acme", COMPANY)

    keys = {request.headers["Idempotency-Key"] for request in peer.requests}
    assert saved["id"] == "acme"
    assert (len(peer.requests), len(keys)) == (3, 1)


def test_two_writes_have_two_keys_and_a_given_key_is_kept() -> None:
    peer = Peer(good(), good(), good())
    client = peer.client()

    client.save_company("acme", COMPANY)
    client.save_company("acme", COMPANY)
    client.save_company("acme", COMPANY, idempotency_key="mine")

    first, second, third = (request.headers["Idempotency-Key"] for request in peer.requests)
    assert first != second
    assert third == "mine"


def test_a_read_carries_no_idempotency_key() -> None:
    peer = Peer(good())

    peer.client().get_company("acme")

    assert "Idempotency-Key" not in peer.requests[0].headers


def test_a_file_is_sent_as_the_bytes_it_is() -> None:
    peer = Peer(good({"object_version": "v1"}, 202))

    sent = peer.client().upload_file("acme", b"\x00\xff", name="relevé 1.xml", journal="BQ1")

    (request,) = peer.requests
    assert (request.content, request.headers["Content-Type"]) == (
        b"\x00\xff", "application/octet-stream",
    )  # fmt: skip
    assert dict(request.url.params) == {"name": "relevé 1.xml", "journal": "BQ1"}
    assert sent["object_version"] == "v1"


def test_a_refusal_is_raised_at_once_with_its_code_and_fields() -> None:
    peer = Peer(problem(422, "invalid_request"))

    with pytest.raises(ProblemError) as refused:
        peer.client().save_company("acme", COMPANY)

    told = refused.value
    assert (told.status, told.code, told.detail) == (422, "invalid_request", "why")
    assert told.errors == (("/name", "missing"),)
    assert told.request == "PUT /v1/companies/acme"
    assert str(told) == "422 invalid_request: why (PUT /v1/companies/acme)"
    assert len(peer.requests) == 1


def test_a_rate_limit_is_waited_for_as_the_api_says() -> None:
    peer = Peer(problem(429, "rate_limited", **{"Retry-After": "7"}), good({"id": "acme"}))

    assert peer.client().get_company("acme")["id"] == "acme"
    assert peer.waits == [7.0]


def test_who_finds_another_writer_at_work_comes_again_when_the_api_says() -> None:
    peer = Peer(problem(409, "lease_held", **{"Retry-After": "5"}), good({"id": "acme"}))

    assert peer.client().get_company("acme")["id"] == "acme"
    assert peer.waits == [5.0]


def test_a_refusal_that_no_time_mends_is_raised_at_once() -> None:
    peer = Peer(problem(409, "period_closed"))

    with pytest.raises(ProblemError, match="409 period_closed"):
        peer.client().get_company("acme")

    assert peer.waits == []


def test_waits_grow_and_the_last_refusal_is_raised_when_attempts_are_used_up() -> None:
    peer = Peer(*(problem(503, "store_throttled") for _ in range(4)))

    with pytest.raises(ProblemError, match="503 store_throttled"):
        peer.client(retries=Retries(wait_first=1.0)).get_company("acme")

    assert [round(wait, 3) for wait in peer.waits] == sorted(round(w, 3) for w in peer.waits)
    assert all(
        low <= wait <= high
        for wait, low, high in zip(peer.waits, (0.5, 1, 2), (1, 2, 4), strict=True)
    )


def test_no_answer_after_every_attempt_is_an_error_of_its_own() -> None:
    peer = Peer(*(httpx.ConnectError("refused") for _ in range(4)))

    with pytest.raises(NoAnswerError, match="GET /v1/companies/acme: refused"):
        peer.client().get_company("acme")


def test_what_the_gateway_refuses_itself_is_a_problem_too() -> None:
    peer = Peer(httpx.Response(401, json={"message": "Unauthorized"}))

    with pytest.raises(ProblemError) as refused:
        peer.client().get_company("acme")

    assert (refused.value.status, refused.value.code) == (401, "unauthorized")


def test_an_answer_that_is_no_document_is_no_answer() -> None:
    peer = Peer(httpx.Response(400, text="<html>"))

    with pytest.raises(NoAnswerError, match="400 without a problem document"):
        peer.client().get_company("acme")


def test_every_page_of_a_list_is_walked_with_its_cursor() -> None:
    peer = Peer(
        good({"items": [{"id": "a"}], "next_cursor": "c1"}),
        good({"items": [], "next_cursor": "c2"}),
        good({"items": [{"id": "b"}], "next_cursor": None}),
    )
    client = peer.client()

    found = [one["id"] for one in client.every(client.list_statements, "acme", status="matched")]

    assert found == ["a", "b"]
    assert [request.url.params.get("cursor") for request in peer.requests] == [None, "c1", "c2"]
    assert {request.url.params["status"] for request in peer.requests} == {"matched"}


def test_ids_cannot_leave_their_place_in_the_path() -> None:
    peer = Peer(good())

    peer.client().get_third_party("acme", "../x?y#z")

    assert peer.requests[0].url.raw_path == b"/v1/companies/acme/third-parties/..%2Fx%3Fy%23z"


def test_the_token_is_asked_for_before_each_request() -> None:
    tokens = iter(["one", "two"])
    peer = Peer(good(), good())
    client = peer.client(token=lambda: next(tokens))

    client.get_company("acme")
    client.get_company("acme")

    sent = [request.headers["Authorization"] for request in peer.requests]
    assert sent == ["Bearer one", "Bearer two"]


def test_a_file_is_posted_with_the_ticket_s_fields() -> None:
    ticket = {"url": "https://bucket.test/", "fields": {"key": "k"}, "key": "k"}
    peer = Peer(good(ticket), httpx.Response(204, headers={"x-amz-version-id": "v1"}))

    kept = peer.client().upload("acme", "r.xml", b"<x/>", options={"journal": "BQ1"})

    asked, posted = peer.requests
    assert json.loads(asked.content) == {"name": "r.xml", "journal": "BQ1"}
    assert b'name="key"\r\n\r\nk' in posted.content
    assert b"<x/>" in posted.content
    assert "Authorization" not in posted.headers
    assert (kept.key, kept.version) == ("k", "v1")


def test_a_small_file_is_sent_to_the_api_as_the_bytes_that_it_is() -> None:
    peer = Peer(good({"object_version": "v1"}, 202))

    peer.client().upload_file("acme", b"\x1f\x8b", name="r.xml.gz")

    (sent,) = peer.requests
    assert sent.headers["Content-Type"] == "application/octet-stream"
    assert (sent.content, sent.url.params["name"]) == (b"\x1f\x8b", "r.xml.gz")


def test_an_imported_file_s_own_row_is_waited_for() -> None:
    other = {"name": "r.xml", "object_version": "v0", "outcome": "imported"}
    mine = {"name": "r.xml", "object_version": "v1"}
    rows = [[other], [{**mine, "outcome": "storing"}, other], [{**mine, "outcome": "quarantined"}]]
    peer = Peer(
        good({"url": "https://bucket.test/", "fields": {"key": "k"}, "key": "k"}),
        httpx.Response(204, headers={"x-amz-version-id": "v1"}),
        *(good({"items": page, "next_cursor": None}) for page in rows),
    )

    row = peer.client().import_file("acme", "r.xml", b"<x/>")

    assert (row["object_version"], row["outcome"]) == ("v1", "quarantined")
    assert len(peer.waits) == 2


def test_a_long_validation_is_followed_to_its_end() -> None:
    task = {"id": "tk1", "kind": "validation", "state": "running"}
    peer = Peer(good(task, 202), good(task), good({**task, "state": "done"}), good({"id": "st1"}))

    assert peer.client().validate("acme", "st1")["id"] == "st1"

    ends = ["validation", "tk1", "tk1", "st1"]
    assert [request.url.path.rpartition("/")[2] for request in peer.requests] == ends


def test_a_long_work_that_failed_is_raised_with_its_problem() -> None:
    peer = Peer(good({"state": "failed", "problem": "period_closed", "detail": "October"}))

    with pytest.raises(TaskFailedError, match="period_closed: October"):
        peer.client().wait_for_task("acme", "tk1")


def test_what_has_not_changed_is_said_so_and_is_no_answer() -> None:
    peer = Peer(httpx.Response(304))

    with pytest.raises(NotModifiedError):
        peer.client().get_company("acme", if_none_match='"3-ab"')

    assert peer.requests[0].headers["If-None-Match"] == '"3-ab"'


def test_a_change_starts_from_the_etag_of_what_was_read() -> None:
    peer = Peer(good({"id": "acme"}, ETag='"3-ab"'), good({"id": "acme"}))
    client = peer.client()

    company, etag = client.tagged(client.get_company, "acme")
    client.save_company("acme", COMPANY, if_match=etag)

    assert company["id"] == "acme"
    assert peer.requests[1].headers["If-Match"] == etag == '"3-ab"'


def test_a_link_is_fetched_without_the_token() -> None:
    peer = Peer(httpx.Response(200, content=b"bytes"), httpx.Response(403))
    client = peer.client()

    assert client.download("https://bucket.test/f?sig=1") == b"bytes"
    with pytest.raises(NoAnswerError, match="403"):
        client.download("https://bucket.test/f?sig=1")

    assert "Authorization" not in peer.requests[0].headers


def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    with pytest.raises(TooLongError):
        Peer().client().wait_until(lambda: 1, lambda found: found > 1, seconds=0)
