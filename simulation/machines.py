"""Plays the state machines from their own definitions, with retries and catches as written there.

A small part of the Amazon States Language, just what `statemachines/*.asl.yaml` use; anything else
is an error here, so that a definition cannot outgrow its simulation unseen.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from rappro.domain.errors import RapproError
from simulation.faults import Killed

Json = dict[str, Any]
Step = Callable[[Json], Json]

_FOLDER: Final = Path(__file__).resolve().parents[1] / "statemachines"
KILLED: Final = "Lambda.ServiceException"
"""What Step Functions says of a function that stumbled: it may or may not have run."""
CRASHED: Final = "Runtime.ExitError"
"""What it says of a process that ended by itself, which nobody retries."""


class StepError(Exception):
    """An error that left a step, under the name that a state machine knows it by."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(f"{name}: {cause}")
        self.name, self.cause = name, cause


@cache
def definition(machine: str) -> Json:
    """Return a state machine's definition."""
    found: Json = yaml.safe_load((_FOLDER / f"{machine}.asl.yaml").read_text("utf-8"))
    return found


class Execution:
    """One execution of a state machine."""

    def __init__(
        self,
        steps: Mapping[str, Step],
        *,
        sleep: Callable[[float], None],
        parallel: Callable[[list[tuple[str, Callable[[], None]]]], None],
    ) -> None:
        """Take the functions by the names that the definition gives them, and how to wait."""
        self._steps, self._sleep, self._parallel = steps, sleep, parallel

    def run(self, machine: Json, given: Any) -> Any:
        """Run to the end and return what comes out. Raises StepError."""
        name, value = machine["StartAt"], given
        while True:
            state = machine["States"][name]
            try:
                value = self._state(name, state, value)
            except StepError as error:
                name, value = _caught(state, value, error)
                continue
            if state["Type"] == "Succeed" or state.get("End"):
                return value
            name = _next(state, value)

    def _state(self, name: str, state: Json, value: Any) -> Any:
        match state["Type"]:
            case "Pass":
                return _filled(state["Parameters"], value) if "Parameters" in state else value
            case "Task":
                return self._task(state, value)
            case "Map":
                self._map(name, state, value)
                return value
            case "Fail":
                failure = value.get("failure", {})
                raise StepError(failure.get("Error", "failed"), failure.get("Cause", ""))
            case "Choice" | "Succeed":
                return value
        raise ValueError(f"a state of type {state['Type']} is unknown here: teach it or change it")

    def _task(self, state: Json, value: Any) -> Any:
        step = self._steps[state["Resource"].removeprefix("${").removesuffix("Arn}")]
        tried: dict[int, int] = {}
        while True:
            try:
                answer = step(value)
                break
            except StepError as error:
                self._sleep(_wait(state, error, tried))
        if "ResultSelector" in state:
            answer = _filled(state["ResultSelector"], answer)
        return _placed(state, value, answer)

    def _map(self, name: str, state: Json, value: Any) -> None:
        items = _read(state["ItemsPath"], value)
        failed: list[StepError] = []

        def child(item: Any) -> Callable[[], None]:
            def work() -> None:
                given = _filled(state["ItemSelector"], value, item)
                try:
                    self.run(state["ItemProcessor"], given)
                except StepError as error:
                    failed.append(error)

            return work

        self._parallel([(f"{name} {item}", child(item)) for item in items])
        if failed:
            raise failed[0]


def error_of(error: BaseException, *, is_crash: bool) -> StepError:
    """Return an error as Lambda reports it: a class of ours keeps its name."""
    if isinstance(error, Killed):
        return StepError(CRASHED if is_crash else KILLED, "the process ended")
    if isinstance(error, RapproError):
        return StepError(type(error).__name__, str(error))
    return StepError(type(error).__name__, f"unexpected: {error!r}")


def _wait(state: Json, error: StepError, tried: dict[int, int]) -> float:
    """Return how long to wait before the next try. Raises the error when there is none left."""
    for number, rule in enumerate(state.get("Retry", ())):
        if not any(fnmatch.fnmatchcase(error.name, name) for name in rule["ErrorEquals"]):
            continue
        count = tried.get(number, 0)
        if count >= rule["MaxAttempts"]:
            break
        tried[number] = count + 1
        wait = rule["IntervalSeconds"] * rule["BackoffRate"] ** count
        return float(min(wait, rule["MaxDelaySeconds"]))
    raise error


def _caught(state: Json, value: Any, error: StepError) -> tuple[str, Any]:
    for rule in state.get("Catch", ()):
        if error.name in rule["ErrorEquals"] or "States.ALL" in rule["ErrorEquals"]:
            told = {"Error": error.name, "Cause": error.cause}
            return rule["Next"], _with(value, rule["ResultPath"], told)
    raise error


def _next(state: Json, value: Any) -> str:
    for choice in state.get("Choices", ()):
        if _read(choice["Variable"], value) < choice["NumericLessThan"]:
            return str(choice["Next"])
    return str(state["Default"] if state["Type"] == "Choice" else state["Next"])


def _placed(state: Json, value: Any, answer: Any) -> Any:
    path = state.get("ResultPath", "$")
    whole = value if path is None else answer if path == "$" else _with(value, path, answer)
    return _read(state.get("OutputPath", "$"), whole)


def _with(value: Any, path: str, what: Any) -> Any:
    return {**value, path.removeprefix("$."): what}


def _read(path: str, value: Any) -> Any:
    for name in path.removeprefix("$").split("."):
        if name:
            value = value[name]
    return value


def _filled(template: Json, value: Any, item: Any = None) -> Json:
    return {
        name.removesuffix(".$"): _field(text, value, item) if name.endswith(".$") else text
        for name, text in template.items()
    }


def _field(text: str, value: Any, item: Any) -> Any:
    if text == "$$.Map.Item.Value":
        return item
    if text.startswith("States.MathAdd("):
        path, more = text.removeprefix("States.MathAdd(").removesuffix(")").split(",")
        return _read(path.strip(), value) + int(more)
    if text.startswith("States."):
        raise ValueError(f"{text} is unknown here: teach it or change it")
    return _read(text, value)
