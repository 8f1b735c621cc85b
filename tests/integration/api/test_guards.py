"""Budgets, codings and languages: what holds for any request, whatever its route."""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.adapters.memory import MemoryMeter
from rappro.domain.errors import StoreThrottled, StoreUnavailable
from rappro.edge.api.guards import Guards

from .client import Client
from .seeds import World

COMPANY = "/v1/companies/acme"


def budgeted(client: Client, *, reads: int = 0, writes: int = 0, meter: Any = None) -> Client:
    guards = Guards(
        meter=meter or MemoryMeter(), reads_per_minute=reads, writes_per_minute=writes
    )  # fmt: skip
    return replace(client, guards=guards)


def test_an_answer_tells_what_is_left_and_beyond_it_is_refused_until_the_window_is_over(
    world: World, alpha: Client
) -> None:
    client = budgeted(alpha, reads=2)
    world.clock.advance(timedelta(seconds=18))

    first, second, third = (client.get(COMPANY) for _ in range(3))
    world.clock.advance(timedelta(seconds=42))
    fourth = client.get(COMPANY)

    assert first.headers["RateLimit-Policy"] == '"reads";q=2;w=60'
    assert first.headers["RateLimit"] == '"reads";r=1;t=42'
    assert second.headers["RateLimit"] == '"reads";r=0;t=42'
    assert third.problem == "rate_limited"
    assert third.headers["Retry-After"] == "42"
    assert third.headers["RateLimit"] == '"reads";r=0;t=42'
    assert fourth.headers["RateLimit"] == '"reads";r=1;t=60'


def test_reads_and_writes_have_budgets_of_their_own_and_so_has_each_tenant(
    world: World, alpha: Client
) -> None:
    client = budgeted(alpha, reads=1, writes=1)
    other = replace(Client(world.ports, "bravo"), guards=client.guards)

    assert client.get(COMPANY).status == 200
    assert client.put(COMPANY, {"name": "Neuf"}).headers["RateLimit"].startswith('"writes";r=0')
    assert client.put(COMPANY, {"name": "Neuf"}).problem == "rate_limited"
    assert client.get(COMPANY).problem == "rate_limited"
    assert other.get(COMPANY).status == 200


def test_what_is_refused_counts_and_tells_too(alpha: Client) -> None:
    client = budgeted(alpha, writes=9)

    answer = client.send("PUT", COMPANY, body="{")

    assert answer.problem == "invalid_json"
    assert answer.headers["RateLimit"].startswith('"writes";r=8')


def test_a_budget_of_zero_is_none(alpha: Client) -> None:
    answer = budgeted(alpha, writes=1).get(COMPANY)

    assert answer.status == 200
    assert "RateLimit-Policy" not in answer.headers


@pytest.mark.parametrize("error", [StoreThrottled("slow"), StoreUnavailable("gone")])
def test_a_meter_that_fails_lets_everybody_through(alpha: Client, error: Exception) -> None:
    class Broken:
        def count(self, *args: Any, **kwargs: Any) -> int:
            raise error

    answer = budgeted(alpha, reads=1, meter=Broken()).get(COMPANY)

    assert answer.status == 200
    assert answer.headers["RateLimit-Policy"] == '"reads";q=1;w=60'
    assert "RateLimit" not in answer.headers


def test_who_is_nobody_spends_nothing(world: World, alpha: Client) -> None:
    client = budgeted(alpha, reads=1)

    assert replace(client, tenant=None).get(COMPANY).status == 401
    assert client.get(COMPANY).headers["RateLimit"].startswith('"reads";r=0')


def test_a_large_answer_is_compressed_for_who_takes_that_and_is_the_same(alpha: Client) -> None:
    path = f"{COMPANY}/journals"

    plain = alpha.get(path)
    packed = alpha.send("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    refused = alpha.send("GET", path, headers={"Accept-Encoding": "gzip;q=0"})

    assert len(plain.text) > 1_024
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.body == plain.body
    assert "Content-Encoding" not in {**plain.headers, **refused.headers}
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_a_small_answer_and_one_that_is_compressed_in_itself_stay_as_they_are(
    alpha: Client,
) -> None:
    headers = {"Accept-Encoding": "gzip"}
    report = f"{COMPANY}/journals/BQ1/reconciliation-report.pdf"

    assert "Content-Encoding" not in alpha.send("GET", "/v1/none", headers=headers).headers
    pdf = alpha.send("GET", report, headers=headers)

    assert pdf.content.startswith(b"%PDF")
    assert "Content-Encoding" not in pdf.headers


def test_a_tag_names_a_version_however_it_was_coded(alpha: Client) -> None:
    packed = alpha.send("GET", COMPANY, headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["ETag"] == alpha.get(COMPANY).headers["ETag"]


def sent_packed(client: Client, content: bytes, coding: str = "gzip") -> Any:
    return client.send("PUT", COMPANY, body=content, headers={"Content-Encoding": coding})


def test_a_body_may_come_compressed(alpha: Client) -> None:
    answer = sent_packed(alpha, gzip.compress('{"name": "Société"}'.encode()), "GZIP")

    assert answer.body["name"] == "Société"


@pytest.mark.parametrize(
    "content",
    [b'{"name": "a"}', gzip.compress(b'{"name": "a"}')[:-3], gzip.compress(b"{}") + b"more",
     zlib.compress(b"{}"), gzip.compress(b"{") * 2],
    ids=["plain", "cut", "more behind", "another wrapper", "two members"],
)  # fmt: skip
def test_a_body_that_is_no_gzip_is_refused(alpha: Client, content: bytes) -> None:
    assert sent_packed(alpha, content).problem == "invalid_json"


def test_a_small_body_that_unpacks_to_an_endless_one_is_refused_early(alpha: Client) -> None:
    bomb = gzip.compress(b'{"name": "' + b" " * 30_000_000)

    assert len(bomb) < 32 * 1024
    assert sent_packed(alpha, bomb).problem == "too_large"


def test_a_coding_that_is_not_known_is_refused(alpha: Client) -> None:
    assert sent_packed(alpha, b"{}", "br").problem == "unsupported_media_type"


def test_problems_of_every_part_of_the_way_speak_the_language_that_is_asked_for(
    world: World, alpha: Client
) -> None:
    headers = {"Accept-Language": "fr-FR, en;q=0.5"}

    unknown = alpha.send("GET", "/v1/companies/none", headers=headers)
    broken = alpha.send("PUT", COMPANY, body="{", headers=headers)
    wrong = alpha.send("PUT", COMPANY, body=json.dumps({"name": 1}), headers=headers)
    nobody = Client(world.ports, None).send("GET", COMPANY, headers=headers)

    assert [one.body["title"] for one in (unknown, broken, nobody)] == [
        "Rien sous cet identifiant", "Le corps n'est pas du JSON", "Identité non vérifiée",
    ]  # fmt: skip
    assert wrong.body["errors"] == [{"pointer": "/name", "detail": "un texte est attendu"}]
    assert {one.headers["Content-Language"] for one in (unknown, broken, wrong, nobody)} == {"fr"}
    assert alpha.get("/v1/companies/none").headers["Content-Language"] == "en"
    assert "Accept-Language" in unknown.headers["Vary"]


@pytest.mark.parametrize("header", ["{}", "", "×ø", "q=;;,,", "x" * 5_000])
def test_a_language_that_cannot_be_read_is_no_reason_to_refuse_a_request(
    alpha: Client, header: str
) -> None:
    headers = {"Accept-Language": header}

    assert alpha.send("GET", COMPANY, headers=headers).status == 200
    unknown = alpha.send("GET", "/v1/companies/none", headers=headers)
    assert (unknown.status, unknown.headers["Content-Language"]) == (404, "en")
