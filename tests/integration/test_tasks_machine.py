"""The machine of long works with a work that fails on purpose, on the local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .machines import Machine, Runner, runner_of

GIVEN = {"tenant": "t", "company": "c", "task_id": "tk"}
TASKS = Machine("tasks", ("Work",), GIVEN, "210987654323")


@pytest.fixture
def run(emulator: str, tmp_path: Path) -> Iterator[Runner]:
    """Give a function that runs the machine with a work that follows a plan."""
    with runner_of(TASKS, emulator, tmp_path) as runner:
        yield runner


def test_a_work_is_done_once(run: Runner) -> None:
    outcome = run()

    assert (outcome.status, outcome.visits, outcome.told) == ("SUCCEEDED", ["Work"], GIVEN)


def test_what_may_be_over_in_a_moment_is_tried_again(run: Runner) -> None:
    outcome = run(Work=["StoreThrottled", "StoreConflict", "ok"])

    assert outcome.status == "SUCCEEDED"
    assert outcome.errors == ["StoreThrottled", "StoreConflict"]


@pytest.mark.parametrize("error", ["NotFound", "KeyError"])
def test_what_nobody_expected_is_written_down_and_fails_the_execution(
    run: Runner, error: str
) -> None:
    outcome = run(Work=[error, "ok"])

    assert (outcome.status, outcome.error) == ("FAILED", error)
    assert outcome.errors == [error]
