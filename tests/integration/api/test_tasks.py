"""Long works: begun by a request, done by their machine, however often it is killed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest

from rappro.adapters.memory.runs import Started
from rappro.domain.errors import StoreThrottled
from rappro.domain.ids import TenantId
from rappro.domain.records import Match, StatementRecord, StatementStatus
from rappro.domain.tasks import Task, TaskState
from rappro.domain.writes import change
from rappro.edge.api import sample_ids as ids
from rappro.use_cases.tasks import TaskRequest
from rappro.use_cases.works import perform

from .client import Answer, Client, Json
from .seeds import CONFIRMED_MATCH, PENDING, World

ALPHA = TenantId("alpha")
BASE = "/v1/companies/acme"
ASYNC = {"prefer": "respond-async"}


def request_of(started: Started, failure: str | None = None) -> TaskRequest:
    names = started.payload
    return TaskRequest(names["tenant"], names["company"], names["task_id"], failure)


def shown(client: Client, begun: Answer) -> Json:
    body: Json = client.get(f"{BASE}/tasks/{begun.body['id']}").body
    return body


def post(client: Client, path: str, body: str | None = None) -> Answer:
    return client.send("POST", f"{BASE}/{path}", body=body, headers=ASYNC)


def confirmed(alpha: Client) -> None:
    assert alpha.post(f"{BASE}/matches/{ids.MATCH}/confirmation").status == 200


def test_a_small_statement_is_validated_by_the_request(alpha: Client) -> None:
    confirmed(alpha)

    answer = alpha.post(f"{BASE}/statements/{PENDING}/validation")

    assert (answer.status, answer.body["status"]) == (200, "validated")


def test_who_prefers_it_gets_a_task_and_its_validation_is_the_same(
    world: World, alpha: Client
) -> None:
    confirmed(alpha)
    begun = post(alpha, f"statements/{PENDING}/validation")
    again = post(alpha, f"statements/{PENDING}/validation")
    waiting = shown(alpha, begun)
    perform(world.ports, request_of(world.runs.works[0]))
    ended = shown(alpha, begun)

    assert begun.status == again.status == 202
    assert begun.body["id"] == again.body["id"]
    assert begun.headers["Location"] == f"{BASE}/tasks/{begun.body['id']}"
    assert (waiting["state"], waiting["kind"], waiting["total"]) == ("waiting", "validation", 1)
    assert (ended["state"], ended["done"], ended["statement"]) == ("done", 1, PENDING)
    assert alpha.get(f"{BASE}/statements/{PENDING}").body["status"] == "validated"
    assert len(world.runs.works) == 1


def test_a_large_statement_is_a_task_without_being_asked(world: World, alpha: Client) -> None:
    known = world.store.get(ALPHA, ids.COMPANY, StatementRecord, PENDING)
    assert known is not None
    world.store.commit(ALPHA, ids.COMPANY, [change(known, replace(known, line_count=2_001))])

    answer = alpha.post(f"{BASE}/statements/{PENDING}/validation")

    assert (answer.status, answer.body["total"]) == (202, 2_001)


def test_a_work_that_was_killed_is_done_again_with_the_same_result(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    confirmed(alpha)
    begun = post(alpha, f"statements/{PENDING}/validation")
    request = request_of(world.runs.works[0])
    commit, seen = world.store.commit, []

    def dying(tenant: Any, company: Any, writes: Any, **more: Any) -> None:
        commit(tenant, company, writes, **more)
        seen.append(writes)
        if len(seen) == 4:
            raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(world.store, "commit", dying)
        with pytest.raises(RuntimeError):
            perform(world.ports, request)
    under_way = shown(alpha, begun)
    perform(world.ports, request)
    perform(world.ports, request)  # delivered once more, when it is over
    ended = shown(alpha, begun)

    assert (under_way["state"], under_way["attempts"]) == ("running", 1)
    assert (ended["state"], ended["attempts"]) == ("done", 2)
    numbers = [
        one["number"] for one in alpha.get(f"{BASE}/entries", journal=ids.JOURNAL).body["items"]
    ]
    assert sorted(n for n in numbers if n) == list(range(1, len(numbers) + 1))
    statement = world.store.get(ALPHA, ids.COMPANY, StatementRecord, PENDING)
    assert statement is not None
    assert statement.status is StatementStatus.VALIDATED


def test_what_the_books_refuse_ends_the_task_with_its_problem(world: World, alpha: Client) -> None:
    begun = post(alpha, f"statements/{PENDING}/validation")  # its match waits for confirmation

    perform(world.ports, request_of(world.runs.works[0]))
    ended = shown(alpha, begun)

    assert ended["state"] == "failed"
    assert ended["problem"] == "urn:rappro:problem:not_allowed_in_state"
    assert ids.MATCH in ended["detail"]


def test_what_may_be_over_in_a_moment_is_left_to_the_machine(
    world: World, alpha: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = post(alpha, f"statements/{PENDING}/validation")

    def throttled(*_values: Any, **_more: Any) -> None:
        raise StoreThrottled("slow down")

    with monkeypatch.context() as broken:
        broken.setattr("rappro.use_cases.works.validate_statement", throttled)
        with pytest.raises(StoreThrottled):
            perform(world.ports, request_of(world.runs.works[0]))

    assert shown(alpha, begun)["state"] == "running"


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("LeaseHeld", "lease_held"),
        ("Sandbox.Timedout", "internal_error"),
        ("Any", "internal_error"),
    ],
)
def test_what_the_machine_gave_up_says_why(
    world: World, alpha: Client, error: str, problem: str
) -> None:
    begun = post(alpha, f"statements/{PENDING}/validation")

    perform(world.ports, request_of(world.runs.works[0], error))
    perform(world.ports, request_of(world.runs.works[0]))  # a late attempt changes nothing
    ended = shown(alpha, begun)

    assert (ended["state"], ended["problem"]) == ("failed", f"urn:rappro:problem:{problem}")


def test_an_export_leads_to_its_file(world: World, alpha: Client) -> None:
    direct = alpha.get(f"{BASE}/fec", fiscal_year="2025").body
    begun = alpha.post(f"{BASE}/fec", {"fiscal_year": "2025"})
    perform(world.ports, request_of(world.runs.works[0]))
    ended = shown(alpha, begun)

    assert begun.status == 202
    assert ended["file"]["sha256"] == direct["file"]["sha256"]
    content = world.blobs.open_source(ALPHA, ids.COMPANY, ended["file"]["sha256"]).read()
    assert hashlib.sha256(content).hexdigest() == ended["file"]["sha256"]
    assert ended["rows"] == direct["rows"] == 2
    assert {one["code"] for one in ended["findings"]} >= {"year_open"}


def test_journals_are_exported_by_a_task_as_by_a_request(world: World, alpha: Client) -> None:
    direct = alpha.get(f"{BASE}/journal-export", journal="VE").body
    begun = alpha.post(f"{BASE}/journal-export", {"journal": "VE"})
    perform(world.ports, request_of(world.runs.works[0]))

    assert shown(alpha, begun)["file"]["sha256"] == direct["file"]["sha256"]


def test_many_matches_are_undone_each_for_itself(world: World, alpha: Client) -> None:
    body = {
        "matches": [ids.MATCH, "ma_none"],
        "lines": [{"statement": ids.STATEMENT, "position": 1}],
    }

    answer = alpha.post(f"{BASE}/matches/undo", body)
    again = alpha.post(f"{BASE}/matches/undo", {"matches": [ids.MATCH]})

    assert [(one["match"], one["changed"]) for one in answer.body["results"]] == [
        (ids.MATCH, True), ("ma_none", False), (CONFIRMED_MATCH, True),
    ]  # fmt: skip
    assert (answer.body["changed"], answer.body["refused"]) == (2, 1)
    assert answer.body["results"][1]["problem"] == "urn:rappro:problem:not_found"
    assert again.body["results"] == [
        {"match": ids.MATCH, "changed": False, "problem": None, "detail": None}
    ]
    undone = world.store.get(ALPHA, ids.COMPANY, Match, ids.MATCH)
    assert undone is not None
    assert undone.status == "undone"


def test_many_matches_are_undone_by_a_task_as_by_a_request(world: World, alpha: Client) -> None:
    begun = post(alpha, "matches/undo", f'{{"matches": ["{ids.MATCH}", "ma_none"]}}')
    perform(world.ports, request_of(world.runs.works[0]))
    ended = shown(alpha, begun)

    assert (begun.status, begun.body["total"]) == (202, 2)
    assert [(one["match"], one["changed"]) for one in ended["matches"]] == [
        (ids.MATCH, True), ("ma_none", False),
    ]  # fmt: skip


def test_matches_that_wait_are_confirmed_together(alpha: Client) -> None:
    answer = alpha.post(f"{BASE}/matches/confirmation", {"matches": [ids.MATCH, CONFIRMED_MATCH]})

    assert [one["changed"] for one in answer.body["results"]] == [True, False]
    assert answer.body["refused"] == 0


@pytest.mark.parametrize(
    "body",
    [{}, {"lines": [{"statement": ids.STATEMENT, "position": 2}]}],
    ids=["none", "an unmatched line"],
)
def test_a_batch_names_matches(alpha: Client, body: Json) -> None:
    assert alpha.post(f"{BASE}/matches/undo", body).problem == "invalid_request"


def test_tasks_are_listed_newest_first(world: World, alpha: Client) -> None:
    begun = alpha.post(f"{BASE}/fec", {})

    listed = alpha.get(f"{BASE}/tasks").body["items"]

    assert {one["id"] for one in listed} == {begun.body["id"], ids.TASK}
    kept = world.store.get(ALPHA, ids.COMPANY, Task, begun.body["id"])
    assert kept is not None
    assert (kept.state, kept.author) == (TaskState.WAITING, "user-1")
    assert kept.execution is not None


def test_runs_of_the_company_are_listed(alpha: Client) -> None:
    started = alpha.post(f"{BASE}/statements/{ids.STATEMENT}/runs").body

    listed = alpha.get(f"{BASE}/runs").body["items"]

    assert started["id"] in {one["id"] for one in listed}
    assert len(listed) == 3
