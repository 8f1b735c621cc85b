"""Runs a state machine of the project on the local AWS, with steps that fail on purpose.

The steps are real functions under Lambda's runtime client that raise our own errors, so the class
names travel as they do in production.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import yaml

from devstack.emulator import REGION
from devstack.template import function_package

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_stepfunctions import SFNClient

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 30.0

STEP_CODE = '''
import json, os, time
from rappro.domain import errors

plans = json.loads(os.environ["PLANS"])


def handler(event, context):
    """Behave as the plan's next word says, the last one for ever: an error, sleep, batches, ok."""
    plan = plans["batch" if "batch" in event else "step"]
    word = plan.pop(0) if len(plan) > 1 else plan[0]
    if word == "sleep":
        time.sleep(60)
    if word == "KeyError":
        raise KeyError("not ours")
    if word not in ("ok", "batches"):
        raise getattr(errors, word)("on purpose")
    return {"large": "x" * 1000, "batches": [1, 2, 3] if word == "batches" else []}
'''


@dataclass
class Outcome:
    """What an execution came to: its visits in order, the errors met, what the last step got."""

    status: str
    error: str | None
    visits: list[str]
    errors: list[str]
    told: dict[str, Any] | None
    children: list[dict[str, Any]] = field(default_factory=list)  # what each was given


@dataclass(frozen=True)
class Machine:
    """A machine, its steps (the last one records failures), and what it is started with."""

    name: str
    steps: tuple[str, ...]
    given: dict[str, Any]
    account: str  # its own, so that nothing else is seen


Runner = Callable[..., Outcome]


@contextmanager
def runner_of(machine: Machine, endpoint_url: str, folder: Path) -> Iterator[Runner]:
    """Give a function that runs the machine with steps that follow plans."""
    session = boto3.Session(
        aws_access_key_id=machine.account,
        aws_secret_access_key=machine.account,
        region_name=REGION,
    )
    functions: LambdaClient = session.client("lambda", endpoint_url=endpoint_url)
    states: SFNClient = session.client("stepfunctions", endpoint_url=endpoint_url)
    role = f"arn:aws:iam::{machine.account}:role/any"
    (folder / "app.py").write_text(STEP_CODE)
    package = function_package(ROOT, folder)

    def runner(**plans: list[str]) -> Outcome:
        path = ROOT / "statemachines" / f"{machine.name}.asl.yaml"
        definition = path.read_text("utf-8")
        for step in machine.steps:
            created = functions.create_function(
                FunctionName=step,
                Runtime="provided.al2023",
                Role=role,
                Handler="app.handler",
                Timeout=2,
                Code={"ZipFile": package},
                Environment={"Variables": {"PLANS": json.dumps(plans_of(step, plans))}},
            )
            definition = definition.replace(f"${{{step}Arn}}", created["FunctionArn"])
        arn = states.create_state_machine(
            name=machine.name, roleArn=role, definition=json.dumps(yaml.safe_load(definition))
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=arn, input=json.dumps(machine.given))
        try:
            return outcome_of(states, execution["executionArn"], machine.steps)
        finally:
            states.delete_state_machine(stateMachineArn=arn)

    yield runner
    for step in machine.steps:
        functions.delete_function(FunctionName=step)


def plans_of(step: str, plans: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the plan of a step, and the one of its function when it reads a batch."""
    return {"step": plans.get(step, ["ok"]), "batch": plans.get("GatherBatch", ["ok"])}


def outcome_of(states: SFNClient, execution: str, steps: tuple[str, ...]) -> Outcome:
    """Wait for the end of an execution and say what it came to."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "the execution did not end"
        time.sleep(0.05)
    history = states.get_execution_history(executionArn=execution, maxResults=1000)["events"]
    entered = [e["stateEnteredEventDetails"] for e in history if "stateEnteredEventDetails" in e]
    told = [json.loads(e["input"]) for e in entered if e["name"] == steps[-1]]
    return Outcome(
        status=found["status"],
        error=found.get("error"),
        visits=[e["name"] for e in entered if e["name"] in steps],
        errors=[e["taskFailedEventDetails"]["error"] for e in history if e["type"] == "TaskFailed"],
        told=told[0] if told else None,
        children=children_of(states, execution),
    )


def children_of(states: SFNClient, execution: str) -> list[dict[str, Any]]:
    """Return the inputs of the executions that distributed maps of an execution started."""
    children = [
        child["executionArn"]
        for run in states.list_map_runs(executionArn=execution)["mapRuns"]
        for child in states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    ]
    return [json.loads(states.describe_execution(executionArn=arn)["input"]) for arn in children]
