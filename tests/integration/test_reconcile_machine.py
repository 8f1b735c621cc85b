"""The state machine with steps that fail on purpose, on the local AWS.

The steps are real functions under Lambda's runtime client that raise our own errors, so the class
names travel as they do in production.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml

from devstack.emulator import REGION
from devstack.template import function_package

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "210987654321"  # its own, so that nothing else is seen
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
STEPS = ("Match", "ResolveTiers", "PostEntries", "FailRun")
TIMEOUT_SECONDS = 30.0
RUN = {"tenant": "t", "company": "c", "statement_id": "st", "run_id": "run", "run_number": 1}

STEP_CODE = '''
import json, os, time
from rappro.domain import errors

plan = json.loads(os.environ["PLAN"])


def handler(event, context):
    """Behave as the next word of the plan says, the last one for ever: an error, sleep, or ok."""
    word = plan.pop(0) if len(plan) > 1 else plan[0]
    if word == "sleep":
        time.sleep(60)
    if word == "KeyError":
        raise KeyError("not ours")
    if word != "ok":
        raise getattr(errors, word)("on purpose")
    return {"large": "x" * 1000}
'''


@dataclass
class Outcome:
    """What an execution came to: its visits in order, the errors met, and what FailRun was told."""

    status: str
    error: str | None
    visits: list[str]
    errors: list[str]
    told: dict[str, Any] | None


Runner = Callable[..., Outcome]


@pytest.fixture
def run(emulator: str, tmp_path: Path) -> Iterator[Runner]:
    """Give a function that runs the machine with steps that follow plans."""
    session = boto3.Session(
        aws_access_key_id=ACCOUNT, aws_secret_access_key=ACCOUNT, region_name=REGION
    )
    functions: LambdaClient = session.client("lambda", endpoint_url=emulator)
    states: SFNClient = session.client("stepfunctions", endpoint_url=emulator)
    (tmp_path / "app.py").write_text(STEP_CODE)
    package = function_package(ROOT, tmp_path)

    def runner(**plans: list[str]) -> Outcome:
        definition = (ROOT / "statemachines" / "reconcile.asl.yaml").read_text("utf-8")
        for step in STEPS:
            created = functions.create_function(
                FunctionName=step,
                Runtime="provided.al2023",
                Role=ROLE,
                Handler="app.handler",
                Timeout=2,
                Code={"ZipFile": package},
                Environment={"Variables": {"PLAN": json.dumps(plans.get(step, ["ok"]))}},
            )
            definition = definition.replace(f"${{{step}Arn}}", created["FunctionArn"])
        machine = states.create_state_machine(
            name="reconcile", roleArn=ROLE, definition=json.dumps(yaml.safe_load(definition))
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(RUN))
        try:
            return outcome_of(states, execution["executionArn"])
        finally:
            states.delete_state_machine(stateMachineArn=machine)

    yield runner
    for step in STEPS:
        functions.delete_function(FunctionName=step)


def outcome_of(states: SFNClient, execution: str) -> Outcome:
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.05)
    history = states.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    entered = [e["stateEnteredEventDetails"] for e in history if "stateEnteredEventDetails" in e]
    told = [json.loads(e["input"]) for e in entered if e["name"] == "FailRun"]
    return Outcome(
        status=found["status"],
        error=found.get("error"),
        visits=[e["name"] for e in entered if e["name"] in STEPS],
        errors=[e["taskFailedEventDetails"]["error"] for e in history if e["type"] == "TaskFailed"],
        told=told[0] if told else None,
    )


def test_a_run_passes_its_steps_in_order(run: Runner) -> None:
    outcome = run()

    assert outcome == Outcome("SUCCEEDED", None, ["Match", "ResolveTiers", "PostEntries"], [], None)


def test_a_throttled_store_is_tried_again_in_the_same_step(run: Runner) -> None:
    outcome = run(Match=["StoreThrottled", "StoreUnavailable", "ok"])

    assert outcome.status == "SUCCEEDED"
    assert outcome.visits == ["Match", "ResolveTiers", "PostEntries"]
    assert outcome.errors == ["StoreThrottled", "StoreUnavailable"]


def test_a_run_waits_for_another_writer_and_for_books_that_are_being_loaded(run: Runner) -> None:
    outcome = run(Match=["LeaseHeld", "LeaseHeld", "BooksLoading", "ok"])

    assert outcome.status == "SUCCEEDED"
    assert outcome.errors == ["LeaseHeld", "LeaseHeld", "BooksLoading"]


def test_books_that_moved_before_posting_are_matched_again(run: Runner) -> None:
    outcome = run(PostEntries=["StoreConflict", "StoreConflict", "ok"])

    assert outcome.status == "SUCCEEDED"
    assert outcome.visits == ["Match", "ResolveTiers", "PostEntries"] * 3


def test_books_that_never_stand_still_end_the_run_after_six_rounds(run: Runner) -> None:
    outcome = run(PostEntries=["StoreConflict"])

    assert (outcome.status, outcome.error) == ("FAILED", "StoreConflict")
    assert outcome.visits == ["Match", "ResolveTiers", "PostEntries"] * 6 + ["FailRun"]


@pytest.mark.parametrize("error", ["StatementReadOnly", "KeyError"])
def test_an_error_that_is_not_retryable_is_written_on_the_statement_at_once(
    run: Runner, error: str
) -> None:
    outcome = run(ResolveTiers=[error])

    assert (outcome.status, outcome.error) == ("FAILED", error)
    assert outcome.visits == ["Match", "ResolveTiers", "FailRun"]
    assert outcome.errors == [error]
    assert outcome.told is not None
    assert outcome.told["failure"]["Error"] == error
    assert {k: v for k, v in outcome.told.items() if k != "failure"} == {**RUN, "conflicts": 0}


def test_a_step_that_runs_out_of_time_ends_the_run_without_a_second_try(run: Runner) -> None:
    outcome = run(PostEntries=["sleep"])

    assert outcome.status == "FAILED"
    assert outcome.visits == ["Match", "ResolveTiers", "PostEntries", "FailRun"]
    assert len(outcome.errors) == 1


def test_a_failure_that_cannot_be_recorded_leaves_the_first_error_standing(run: Runner) -> None:
    outcome = run(Match=["NotFound"], FailRun=["KeyError"])

    assert (outcome.status, outcome.error) == ("FAILED", "NotFound")
    assert outcome.errors == ["NotFound", "KeyError"]
