"""A write that is sent again under its key has no second effect, and gets the same answer."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from rappro.adapters.memory import MemoryReplies
from rappro.domain.errors import StoreThrottled, StoreUnavailable
from rappro.domain.ids import TenantId
from rappro.edge.api.caller import Caller
from rappro.edge.api.guards import Guards
from rappro.edge.api.limits import REPLY_INLINE_BYTES_MAX
from rappro.edge.api.repeating import Attempt, attempt_of, once
from rappro.edge.api.sample_ids import THIRD_PARTY
from rappro.edge.problem import HttpProblem
from rappro.ports import Standing

from .client import Answer, Client, the_document
from .seeds import World
from .test_tenants import request_of

COMPANY = "/v1/companies/acme"
KEY = "Idempotency-Key"
TOLD_ONCE = frozenset({"secret", "one_time_url"})


def put(client: Client, name: str, key: str = "k-1", path: str = COMPANY) -> Answer:
    return client.send("PUT", path, body=json.dumps({"name": name}), headers={KEY: key})


def without_secret(answer: Answer) -> Any:
    """Return what an answer shows, without what is told once and kept nowhere."""
    shown = json.loads(answer.text) if answer.text else {}
    return {name: value for name, value in shown.items() if name not in TOLD_ONCE}


def writes() -> list[Any]:
    return [
        pytest.param(method.upper(), path, operation, id=operation["operationId"])
        for path, methods in the_document()["paths"].items()
        for method, operation in methods.items()
        if method != "get" and operation.get("security") != []  # nobody has keys there
    ]


@pytest.mark.parametrize(("method", "path", "operation"), writes())
def test_any_write_sent_twice_under_a_key_has_one_effect_and_one_answer(
    world: World, alpha: Client, method: str, path: str, operation: dict[str, Any]
) -> None:
    method, path, body = request_of(method, path, operation)
    first = alpha.send(method, path, body=body, headers={KEY: "k-1"})
    before = world.of_tenant("alpha")
    world.clock.advance(timedelta(hours=23))

    second = alpha.send(method, path, body=body, headers={KEY: "k-1"})

    assert 200 <= first.status < 300, first.text
    assert (second.status, without_secret(second)) == (first.status, without_secret(first))
    assert second.headers == {**first.headers, "Idempotency-Replayed": "true"}
    assert "Idempotency-Replayed" not in first.headers
    assert world.of_tenant("alpha") == before


def test_a_key_is_forgotten_after_a_day(world: World, alpha: Client) -> None:
    first = put(alpha, "Neuf")
    world.clock.advance(timedelta(hours=24))

    assert put(alpha, "Neuf").body["version"] == first.body["version"] + 1


@pytest.mark.parametrize("again", ["body", "path", "method", "query"])
def test_a_key_that_comes_with_another_request_is_refused(alpha: Client, again: str) -> None:
    party = f"{COMPANY}/third-parties/{THIRD_PARTY}"
    assert put(alpha, "Neuf", path=party).status == 200
    body = json.dumps({"name": "Autre" if again == "body" else "Neuf"})
    method = "DELETE" if again == "method" else "PUT"

    answer = alpha.send(
        method, COMPANY if again == "path" else party, query={"a": 1} if again == "query" else None,
        body=None if method == "DELETE" else body, headers={KEY: "k-1"},
    )  # fmt: skip

    assert answer.problem == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("method", "path", "problem"),
    [("POST", COMPANY, "method_not_allowed"), ("PUT", f"{COMPANY}/none", "no_such_route")],
)
def test_where_there_is_no_such_route_that_is_told_whatever_key_and_body_come(
    alpha: Client, method: str, path: str, problem: str
) -> None:
    assert put(alpha, "Neuf").status == 200

    headers = {KEY: "k-1", "content-type": "text/plain"}
    answer = alpha.send(method, path, body="{", headers=headers)

    assert answer.problem == problem


def test_a_key_is_of_one_user_of_one_tenant(world: World, alpha: Client) -> None:
    colleague = replace(Client(world.ports, "alpha", "user-2"), guards=alpha.guards)
    stranger = replace(Client(world.ports, "bravo"), guards=alpha.guards)
    put(alpha, "Neuf")

    theirs, others = put(colleague, "Autre"), put(stranger, "Autre")

    assert (theirs.status, others.status) == (200, 200)
    assert "Idempotency-Replayed" not in {**theirs.headers, **others.headers}


@pytest.mark.parametrize(
    ("body", "problem"), [("{", "invalid_json"), ('{"name": 1}', "invalid_request")]
)
def test_what_was_refused_is_not_kept(alpha: Client, body: str, problem: str) -> None:
    assert alpha.send("PUT", COMPANY, body=body, headers={KEY: "k-1"}).problem == problem

    assert put(alpha, "Neuf").status == 200


def test_our_own_fault_is_not_kept(world: World, alpha: Client) -> None:
    class Failing:
        def __getattr__(self, name: str) -> Any:
            raise StoreUnavailable("gone")

    broken = replace(alpha, is_administrator=False, ports=replace(world.ports, store=Failing()))
    assert put(broken, "Neuf").status == 503

    assert put(alpha, "Neuf").status == 200


@pytest.mark.parametrize("key", ["", "é", "a" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused_by_its_header(alpha: Client, key: str) -> None:
    answer = put(alpha, "Neuf", key=key)

    assert answer.problem == "invalid_request"
    assert answer.pointers == [f"header/{KEY}"]


@pytest.mark.parametrize("key", ["a", "~" * 255, "order 12 / Dupond", '"quoted"'])
def test_a_key_may_be_any_printable_text(alpha: Client, key: str) -> None:
    assert put(alpha, "Neuf", key=key).status == 200


def test_a_read_has_no_use_for_a_key(alpha: Client) -> None:
    assert alpha.send("GET", COMPANY, headers={KEY: "é"}).status == 200


def test_without_a_place_to_keep_answers_a_key_is_never_taken_in_silence(world: World) -> None:
    unguarded = replace(Client(world.ports, "alpha"), guards=Guards())

    assert put(unguarded, "Neuf").status == 500


def attempt(world: World, replies: Any, *, fingerprint: str = "f", token: str = "t") -> Attempt:
    caller = Caller(world.ports, TenantId("alpha"), "user-1")
    return Attempt(
        caller, replies, "k", fingerprint, token, seconds_left=20, sleep=lambda _: None
    )  # fmt: skip


def test_twenty_at_once_have_one_effect_and_twenty_equal_answers(world: World) -> None:
    replies, effects, all_there = MemoryReplies(), list[str](), threading.Barrier(20)

    def one(number: int) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            time.sleep(0.2)  # the others come meanwhile
            effects.append(f"t{number}")
            return {"statusCode": 201, "headers": {}, "body": f"effect {len(effects)}"}

        all_there.wait(10)
        return once(
            replace(attempt(world, replies, token=f"t{number}"), sleep=time.sleep), work
        )  # fmt: skip

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    assert len(effects) == 1
    assert {(answer["statusCode"], answer["body"]) for answer in answers} == {(201, "effect 1")}
    assert sum("Idempotency-Replayed" in answer["headers"] for answer in answers) == 19


def test_who_waits_in_vain_is_told_when_to_ask_again(world: World) -> None:
    replies, slept = MemoryReplies(), list[float]()
    attempt(world, replies, token="first").claim()
    waiting = replace(attempt(world, replies), sleep=slept.append)

    with pytest.raises(HttpProblem) as caught:
        once(waiting, dict)

    assert caught.value.kind.code == "idempotency_in_progress"
    assert caught.value.kind.retry_after_seconds == 1
    assert 9.5 < sum(slept) < 11


def test_a_writer_that_died_blocks_its_key_no_longer_than_it_could_live(world: World) -> None:
    replies = MemoryReplies()
    attempt(world, replies, token="dead").claim()
    world.clock.advance(timedelta(seconds=21))

    answer = once(attempt(world, replies), lambda: {"statusCode": 200, "headers": {}, "body": "x"})

    assert answer["body"] == "x"


def test_work_that_is_broken_off_gives_its_key_back(world: World) -> None:
    replies = MemoryReplies()

    def broken() -> dict[str, Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        once(attempt(world, replies), broken)

    assert replies.look(TenantId("alpha"), "k", now=world.clock.now()) is None


def test_a_large_answer_is_kept_as_a_document_and_comes_back_whole(world: World) -> None:
    replies = MemoryReplies()
    body = "".join(f"{number:x}" for number in range(100_000))
    work = {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": body}

    once(attempt(world, replies), lambda: work)
    again = once(attempt(world, replies), dict)

    standing = replies.look(TenantId("alpha"), "k", now=world.clock.now())
    assert standing is not None
    assert len(standing.reply or b"") < REPLY_INLINE_BYTES_MAX
    assert again["body"] == body


def test_an_effect_whose_answer_could_not_be_kept_is_answered_all_the_same(world: World) -> None:
    class Forgetful(MemoryReplies):
        def keep(
            self, tenant: TenantId, key: str, standing: Standing, *, token: str, until: Any
        ) -> None:
            raise StoreThrottled("slow down")

    answer = once(
        attempt(world, Forgetful()), lambda: {"statusCode": 200, "headers": {}, "body": "x"}
    )

    assert answer["body"] == "x"


def test_the_order_of_query_parameters_is_no_other_request(world: World) -> None:
    client = Client(world.ports, "alpha")
    caller = Caller(world.ports, TenantId("alpha"), "user-1")

    made = [
        attempt_of(
            client.event("POST", COMPANY, query=query, body="{}", headers={}),
            "k", caller, MemoryReplies(), seconds_left=1,
        ).fingerprint
        for query in ({"a": 1, "b": 2}, {"b": 2, "a": 1}, {"a": 2, "b": 1})
    ]  # fmt: skip

    assert made[0] == made[1] != made[2]
