"""What every request may rely on, over HTTP: keys, tags, budgets, codings, and other origins."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from devstack.stack import PAGES, LocalStack

PATIENCE_SECONDS = 60.0
AT_ONCE = int(os.environ.get("AT_ONCE", "5"))
"""Each is a function that starts and needs a tenth of a gigabyte: twenty where there is room
(AT_ONCE=20). Without functions twenty are always tried, on both stores."""


@pytest.fixture(scope="module")
def company(local_stack: LocalStack) -> str:
    """Create a company of a tenant of this file, and return its address."""
    local_stack.open_tenant("habits")
    url = f"{local_stack.api_url}/v1/companies/garage"
    answer = httpx.put(url, headers=bearer(local_stack), json={"name": "Garage"}, timeout=30)
    assert answer.status_code == 200, answer.text
    return url


def answered(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send until the function answers: many at once may find it still starting (502)."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (answer := send()).status_code == httpx.codes.BAD_GATEWAY:
        assert time.monotonic() < deadline, answer.text
        time.sleep(0.5)
    return answer


def bearer(stack: LocalStack, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {stack.token('habits')}", **headers}


def test_equal_writes_at_once_with_one_key_have_one_effect_and_one_answer(
    local_stack: LocalStack, company: str
) -> None:
    url = f"{company}/third-parties/ELEC"
    headers = bearer(local_stack, **{"Idempotency-Key": "order-1"})
    body = {"kind": "supplier", "name": "Electricité du Midi"}

    def write(_: int) -> httpx.Response:
        return answered(
            lambda: httpx.put(url, headers=headers, json=body, timeout=PATIENCE_SECONDS)
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(write, range(AT_ONCE)))

    assert {answer.status_code for answer in answers} == {200}, [a.text for a in answers]
    assert len({answer.content for answer in answers}) == 1
    assert len({answer.headers["etag"] for answer in answers}) == 1
    replayed = [answer.headers.get("idempotency-replayed") for answer in answers]
    assert (replayed.count(None), replayed.count("true")) == (1, AT_ONCE - 1)
    assert httpx.get(url, headers=bearer(local_stack), timeout=30).json()["version"] == 1


def test_a_body_may_come_compressed(local_stack: LocalStack, company: str) -> None:
    coding = {"Content-Type": "application/gzip", "Content-Encoding": "gzip"}
    body = json.dumps({"name": "Garage compressé"}).encode()

    answer = httpx.put(
        company, headers=bearer(local_stack, **coding), content=gzip.compress(body), timeout=30
    )

    assert answer.status_code == 200, answer.text
    shown = httpx.get(company, headers=bearer(local_stack), timeout=30).json()
    assert shown["name"] == "Garage compressé"


@pytest.mark.parametrize("media_type", ["application/gzip", "application/json"])
def test_what_is_not_compressed_when_it_arrives_is_refused(
    local_stack: LocalStack, company: str, media_type: str
) -> None:
    """The gateway makes text of what is called JSON: packed or not, it is no gzip any more."""
    coding = {"Content-Type": media_type, "Content-Encoding": "gzip"}
    body = json.dumps({"name": "Refused"}).encode()
    content = gzip.compress(body) if media_type == "application/json" else body

    answer = httpx.put(company, headers=bearer(local_stack, **coding), content=content, timeout=30)

    assert (answer.status_code, answer.json()["detail"]) == (400, "the body is no gzip")


def test_of_two_who_change_what_they_read_one_is_told_to_read_again(
    local_stack: LocalStack, company: str
) -> None:
    url = f"{company}/journals/BQ1"
    made = {"label": "Banque", "type": "treasury", "account": "512100"}
    httpx.put(url, headers=bearer(local_stack), json=made, timeout=30)
    tag = httpx.get(url, headers=bearer(local_stack), timeout=30).headers["etag"]
    headers = bearer(local_stack, **{"If-Match": tag, "Accept-Language": "fr"})

    def write(label: str) -> httpx.Response:
        body = {"label": label}
        return answered(
            lambda: httpx.put(url, headers=headers, json=body, timeout=PATIENCE_SECONDS)
        )

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(write, ["A", "B", "C", "D"]))

    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    refused = next(answer for answer in answers if answer.status_code == 412)
    assert refused.json()["title"] == "Une autre version est en place"
    assert refused.headers["content-language"] == "fr"


def test_what_has_not_changed_is_not_sent_again(local_stack: LocalStack, company: str) -> None:
    first = httpx.get(company, headers=bearer(local_stack), timeout=30)

    tagged = bearer(local_stack, **{"If-None-Match": first.headers["etag"]})
    again = httpx.get(company, headers=tagged, timeout=30)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


def test_an_answer_tells_what_is_left_of_the_budget(local_stack: LocalStack, company: str) -> None:
    answer = httpx.get(company, headers=bearer(local_stack), timeout=30)

    assert answer.headers["ratelimit-policy"] == '"reads";q=3000;w=60'
    assert answer.headers["ratelimit"].startswith('"reads";r=2')


def test_an_answer_is_compressed_for_who_takes_that(local_stack: LocalStack, company: str) -> None:
    packed = httpx.get(company, headers=bearer(local_stack), timeout=30)
    plain = httpx.get(
        company, headers=bearer(local_stack, **{"Accept-Encoding": "identity"}), timeout=30
    )

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] == plain.headers["etag"]


@pytest.mark.parametrize("origin", ["https://localhost", PAGES])
def test_a_browser_may_ask_for_every_header_and_read_those_of_the_answers(
    local_stack: LocalStack, company: str, origin: str
) -> None:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization, if-match, idempotency-key",
    }

    preflight = httpx.options(company, headers=asked, timeout=30)
    answer = httpx.get(company, headers=bearer(local_stack, Origin=origin), timeout=30)

    assert preflight.headers["access-control-allow-origin"] == origin
    assert answer.headers["access-control-allow-origin"] == origin
    assert preflight.status_code in {200, 204}
    assert {"authorization", "if-match", "idempotency-key"} <= names(
        preflight, "access-control-allow-headers"
    )
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert {"etag", "ratelimit", "retry-after"} <= names(answer, "access-control-expose-headers")


def names(answer: httpx.Response, header: str) -> set[Any]:
    return {name.strip().lower() for name in answer.headers[header].split(",")}
