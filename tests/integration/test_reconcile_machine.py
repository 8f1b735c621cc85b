"""The reconcile machine with steps that fail on purpose, on the local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .machines import Machine, Outcome, Runner, runner_of

RUN = {"tenant": "t", "company": "c", "statement_id": "st", "run_id": "run", "run_number": 1}
RECONCILE = Machine(
    "reconcile", ("Match", "ResolveTiers", "PostEntries", "FailRun"), RUN, "210987654321"
)


@pytest.fixture
def run(emulator: str, tmp_path: Path) -> Iterator[Runner]:
    """Give a function that runs the machine with steps that follow plans."""
    with runner_of(RECONCILE, emulator, tmp_path) as runner:
        yield runner


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
    names = {k: v for k, v in outcome.told.items() if k != "failure"}
    assert names == {**RUN, "conflicts": 0, "gathered": {"batches": []}}


def test_what_is_much_to_gather_is_read_in_batches_before_anything_is_decided(run: Runner) -> None:
    read = run(Match=["batches"])

    assert (read.status, read.visits) == ("SUCCEEDED", ["Match", "ResolveTiers", "PostEntries"])


def test_a_batch_that_cannot_be_read_ends_the_run_before_anything_is_decided(run: Runner) -> None:
    outcome = run(Match=["batches"], GatherBatch=["NotFound"])

    assert (outcome.status, outcome.error) == ("FAILED", "NotFound")
    assert outcome.visits == ["Match", "FailRun"]
    assert outcome.told is not None
    assert outcome.told["gathered"] == {"batches": [1, 2, 3]}


def test_a_step_that_runs_out_of_time_ends_the_run_without_a_second_try(run: Runner) -> None:
    outcome = run(PostEntries=["sleep"])

    assert outcome.status == "FAILED"
    assert outcome.visits == ["Match", "ResolveTiers", "PostEntries", "FailRun"]
    assert len(outcome.errors) == 1


def test_a_failure_that_cannot_be_recorded_leaves_the_first_error_standing(run: Runner) -> None:
    outcome = run(Match=["NotFound"], FailRun=["KeyError"])

    assert (outcome.status, outcome.error) == ("FAILED", "NotFound")
    assert outcome.errors == ["NotFound", "KeyError"]
