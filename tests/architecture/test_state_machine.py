"""The state machines decide by the class names of our errors; these tests keep both in step."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain import errors
from rappro.use_cases.chunks import CLAIM_LASTS
from tests.architecture.stack_template import function, machine, written

STATES: dict[str, dict[str, Any]] = machine()["States"]
IMPORT: dict[str, dict[str, Any]] = machine("import")["States"]
CHUNKS: dict[str, dict[str, Any]] = IMPORT["StoreChunks"]["ItemProcessor"]["States"]
BATCHES: dict[str, dict[str, Any]] = STATES["Gather"]["ItemProcessor"]["States"]
WORKS: dict[str, dict[str, Any]] = machine("tasks")["States"]
EVERY = {**STATES, **BATCHES, **IMPORT, **CHUNKS, **WORKS}
FUNCTION_OF = {
    "GatherBatch": "Match",
    "FailWork": "Work",
}  # where a state is not named as its function
WITHIN_A_MAP = {"StoreChunk", "GatherBatch"}


def tasks(states: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(name for name, state in states.items() if state["Type"] == "Task")


TASKS = tasks(STATES)
EVERY_TASK = tasks(EVERY)
OF_LAMBDA = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}
OF_THE_KILLED = {"Sandbox.Timedout", "Runtime.ExitError", "Lambda.Unknown", "States.Timeout"}
OURS: dict[str, type[errors.RapproError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.RapproError)
}
RETRYABLE = {name for name, kind in OURS.items() if kind.is_retryable}
OF_FEEDS = {"AggregatorUnavailable", "RateLimited"}  # raised by synchronisations, not by runs


def named(clauses: list[dict[str, Any]]) -> set[str]:
    return {name for clause in clauses for name in clause["ErrorEquals"]}


@pytest.mark.parametrize("task", EVERY_TASK)
def test_every_error_that_a_step_names_exists(task: str) -> None:
    retried, caught = named(EVERY[task]["Retry"]), named(EVERY[task].get("Catch", []))

    # The map around a step catches for it.
    assert caught - set(OURS) == (set() if task in WITHIN_A_MAP else {"States.ALL"})
    assert retried - set(OURS) == OF_LAMBDA | (OF_THE_KILLED if task == "Work" else set())


@pytest.mark.parametrize("task", EVERY_TASK)
def test_a_step_retries_what_is_retryable_and_only_that(task: str) -> None:
    retried = named(EVERY[task]["Retry"])

    by_another_round = {"StoreConflict"} if task == "PostEntries" else set()
    assert retried - OF_THE_KILLED == OF_LAMBDA | (RETRYABLE - OF_FEEDS - by_another_round)


@pytest.mark.parametrize("task", EVERY_TASK)
def test_every_retry_is_bounded_and_spreads_out(task: str) -> None:
    for clause in EVERY[task]["Retry"]:
        assert 1 <= clause["MaxAttempts"] <= 40
        assert clause["MaxDelaySeconds"] <= 60
        assert clause["BackoffRate"] > 1
        assert clause["JitterStrategy"] == "FULL"


@pytest.mark.parametrize("task", EVERY_TASK)
def test_every_step_has_a_time_limit_just_above_its_functions(task: str) -> None:
    limit = EVERY[task]["TimeoutSeconds"]
    timeout = function(FUNCTION_OF.get(task, task))["Timeout"]

    assert timeout < limit <= timeout + 10


@pytest.mark.parametrize("task", [*(t for t in TASKS if t != "FailRun"), "Gather"])
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

    assert path == ["Begin", "Match", "Gather", "ResolveTiers", "PostEntries", "Done"]


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
    kept = {task: STATES[task]["ResultPath"] for task in [*TASKS, "Gather"]}
    assert kept == {**dict.fromkeys(kept), "Match": "$.gathered"}
    assert set(STATES["Gather"]["ItemSelector"]) == (carried - {"conflicts"}) | {"batch.$"}


def test_a_map_only_gathers_and_one_step_decides() -> None:
    assert STATES["Gather"]["ItemsPath"] == "$.gathered.batches"
    assert list(BATCHES) == ["GatherBatch"]
    assert BATCHES["GatherBatch"]["Resource"] == STATES["Match"]["Resource"]
    assert 1 <= STATES["Gather"]["MaxConcurrency"] <= 10


def test_each_step_runs_its_own_function() -> None:
    resource = written()["Resources"]["Reconcile"]["Properties"]

    assert {task: STATES[task]["Resource"] for task in TASKS} == {
        task: f"${{{task}Arn}}" for task in TASKS
    }
    assert resource["DefinitionSubstitutions"] == {
        f"{task}Arn": {"Fn::GetAtt": [task, "Arn"]} for task in TASKS
    }


def test_a_large_import_stores_its_chunks_side_by_side_then_finishes() -> None:
    path, name = [], machine("import")["StartAt"]
    while name is not None:
        path.append(name)
        name = IMPORT[name].get("Next")
    chunks = IMPORT["StoreChunks"]

    assert path == ["Begin", "StoreChunks", "FinishImport", "Done"]
    assert (chunks["Type"], chunks["ItemsPath"]) == ("Map", "$.chunks")
    assert chunks["ItemProcessor"]["ProcessorConfig"] == {
        "Mode": "DISTRIBUTED",
        "ExecutionType": "STANDARD",
    }
    assert list(CHUNKS) == ["StoreChunk"]


def test_the_chunks_stored_at_once_are_bounded_and_one_that_fails_fails_the_file() -> None:
    chunks = IMPORT["StoreChunks"]

    assert 1 <= chunks["MaxConcurrency"] <= 10
    assert chunks["ToleratedFailurePercentage"] == 0
    assert "ToleratedFailureCount" not in chunks


@pytest.mark.parametrize("name", ["StoreChunks", "FinishImport"])
def test_any_error_of_a_large_import_is_written_on_its_trace(name: str) -> None:
    assert IMPORT[name]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "FailImport"}
    ]


def test_a_large_import_whose_failure_cannot_be_recorded_still_ends_as_failed() -> None:
    caught = IMPORT["FailImport"]["Catch"]

    assert [(c["ErrorEquals"], c["Next"]) for c in caught] == [(["States.ALL"], "Failed")]
    assert IMPORT["FailImport"]["Next"] == "Failed"
    assert IMPORT["Failed"] == STATES["Failed"]


def test_only_names_and_numbers_travel_through_a_large_import() -> None:
    names = {"tenant.$", "company.$", "import_id.$", "sha256.$", "trace_id.$"}

    assert set(IMPORT["Begin"]["Parameters"]) == names | {"chunks.$"}
    assert set(IMPORT["StoreChunks"]["ItemSelector"]) == names | {"chunk.$"}
    assert CHUNKS["StoreChunk"]["OutputPath"] == "$.chunk"
    for name in ("StoreChunks", "FinishImport", "FailImport"):
        assert IMPORT[name]["ResultPath"] is None


def test_a_claim_on_a_file_outlives_the_import_that_holds_it() -> None:
    """Two imports of the same bytes never store at the same time, however late one is."""
    reading = function("ImportStatement")["Timeout"]

    assert CLAIM_LASTS.total_seconds() > machine("import")["TimeoutSeconds"] + 2 * reading


def test_each_step_of_a_large_import_runs_its_own_function() -> None:
    resource = written()["Resources"]["LargeImport"]["Properties"]
    steps = tasks({**IMPORT, **CHUNKS})

    assert {task: EVERY[task]["Resource"] for task in steps} == {
        task: f"${{{task}Arn}}" for task in steps
    }
    assert resource["DefinitionSubstitutions"] == {
        f"{task}Arn": {"Fn::GetAtt": [task, "Arn"]} for task in steps
    }


def test_a_work_that_is_killed_is_done_again_and_then_written_down() -> None:
    """It rolls forward, so another attempt goes on where the last one was."""
    again = [
        clause for clause in WORKS["Work"]["Retry"] if set(clause["ErrorEquals"]) == OF_THE_KILLED
    ]
    path = [machine("tasks")["StartAt"], *(WORKS[n].get("Next") for n in ("Begin", "Work"))]

    assert [clause["MaxAttempts"] for clause in again] == [8]
    assert path == ["Begin", "Work", "Done"]
    assert WORKS["Work"]["Catch"] == [
        {"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": "FailWork"}
    ]
    assert WORKS["FailWork"]["Next"] == "Failed"
    assert set(WORKS["Begin"]["Parameters"]) == {"tenant.$", "company.$", "task_id.$"}
    assert {WORKS[name]["ResultPath"] for name in ("Work", "FailWork")} == {None}
