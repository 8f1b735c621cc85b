"""The state machine decides by the class names of our errors; these tests keep both in step."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain import errors
from tests.architecture.stack_template import function, machine, written

STATES: dict[str, dict[str, Any]] = machine()["States"]
TASKS = sorted(name for name, state in STATES.items() if state["Type"] == "Task")
OF_LAMBDA = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}
OURS: dict[str, type[errors.RapproError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RapproError)
}
RETRYABLE = {name for name, kind in OURS.items() if kind.is_retryable}
OF_FEEDS = {"AggregatorUnavailable"}  # raised by synchronisations, which are not runs


def named(clauses: list[dict[str, Any]]) -> set[str]:
    return {name for clause in clauses for name in clause["ErrorEquals"]}


@pytest.mark.parametrize("task", TASKS)
def test_every_error_that_a_step_names_exists(task: str) -> None:
    names = named(STATES[task]["Retry"]) | named(STATES[task]["Catch"])

    assert names - set(OURS) - OF_LAMBDA == {"States.ALL"}


@pytest.mark.parametrize("task", TASKS)
def test_a_step_retries_what_is_retryable_and_only_that(task: str) -> None:
    retried = named(STATES[task]["Retry"])

    by_another_round = {"StoreConflict"} if task == "PostEntries" else set()
    assert retried == OF_LAMBDA | (RETRYABLE - OF_FEEDS - by_another_round)


@pytest.mark.parametrize("task", TASKS)
def test_every_retry_is_bounded_and_spreads_out(task: str) -> None:
    for clause in STATES[task]["Retry"]:
        assert 1 <= clause["MaxAttempts"] <= 40
        assert clause["MaxDelaySeconds"] <= 60
        assert clause["BackoffRate"] > 1
        assert clause["JitterStrategy"] == "FULL"


@pytest.mark.parametrize("task", TASKS)
def test_every_step_has_a_time_limit_just_above_its_functions(task: str) -> None:
    limit = STATES[task]["TimeoutSeconds"]

    assert function(task)["Timeout"] < limit <= function(task)["Timeout"] + 10


@pytest.mark.parametrize("task", [t for t in TASKS if t != "FailRun"])
def test_any_other_error_of_a_step_is_written_on_the_statement(task: str) -> None:
    last = STATES[task]["Catch"][-1]

    assert last == {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "FailRun"}


def test_a_run_whose_failure_cannot_be_recorded_still_ends_as_failed() -> None:
    caught = STATES["FailRun"]["Catch"]

    assert [(c["ErrorEquals"], c["Next"]) for c in caught] == [(["States.ALL"], "Failed")]
    assert STATES["Failed"] == {
        "Type": "Fail",
        "ErrorPath": "$.failure.Error",
        "CausePath": "$.failure.Cause",
    }


def test_the_steps_follow_each_other() -> None:
    path, name = [], machine()["StartAt"]
    while name is not None:
        path.append(name)
        name = STATES[name].get("Next")

    assert path == ["Begin", "Match", "ResolveTiers", "PostEntries", "Done"]


def test_books_that_moved_send_the_run_back_to_match_a_bounded_number_of_times() -> None:
    first = STATES["PostEntries"]["Catch"][0]
    choice = STATES["PostConflict"]

    assert (first["ErrorEquals"], first["Next"]) == (["StoreConflict"], "PostConflict")
    assert choice["Choices"] == [
        {"Variable": "$.conflicts", "NumericLessThan": 5, "Next": "CountConflict"}
    ]
    assert choice["Default"] == "FailRun"
    assert STATES["CountConflict"]["Next"] == "Match"
    assert STATES["CountConflict"]["Parameters"]["conflicts.$"] == (
        "States.MathAdd($.conflicts, 1)"
    )


def test_only_names_travel_between_the_steps() -> None:
    carried = set(STATES["Begin"]["Parameters"])

    assert carried == {
        "tenant.$",
        "company.$",
        "statement_id.$",
        "run_id.$",
        "run_number.$",
        "conflicts",
    }
    assert {task: STATES[task]["ResultPath"] for task in TASKS} == dict.fromkeys(TASKS)


def test_each_step_runs_its_own_function() -> None:
    resource = written()["Resources"]["Reconcile"]["Properties"]

    assert {task: STATES[task]["Resource"] for task in TASKS} == {
        task: f"${{{task}Arn}}" for task in TASKS
    }
    assert resource["DefinitionSubstitutions"] == {
        f"{task}Arn": {"Fn::GetAtt": [task, "Arn"]} for task in TASKS
    }
