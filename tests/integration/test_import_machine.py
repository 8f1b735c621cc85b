"""The import machine with steps that fail on purpose, on the local AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .machines import Machine, Runner, runner_of

GIVEN = {
    "tenant": "t", "company": "c", "import_id": "ip", "sha256": "0" * 64, "trace_id": "tr",
    "chunks": [1, 2, 3],
}  # fmt: skip
IMPORT = Machine("import", ("StoreChunk", "FinishImport", "FailImport"), GIVEN, "210987654322")
CHUNK_FAILED = "States.ExceedToleratedFailureThreshold"


@pytest.fixture
def run(emulator: str, tmp_path: Path) -> Iterator[Runner]:
    """Give a function that runs the machine with steps that follow plans."""
    with runner_of(IMPORT, emulator, tmp_path) as runner:
        yield runner


def test_chunks_are_stored_side_by_side_and_then_the_file_is_finished(run: Runner) -> None:
    outcome = run()

    names = {name: value for name, value in GIVEN.items() if name != "chunks"}
    assert sorted(outcome.children, key=lambda child: child["chunk"]) == [
        {**names, "chunk": number} for number in (1, 2, 3)
    ]
    assert (outcome.status, outcome.visits, outcome.told) == ("SUCCEEDED", ["FinishImport"], None)


def test_a_throttled_store_is_tried_again_chunk_by_chunk(run: Runner) -> None:
    outcome = run(StoreChunk=["StoreThrottled", "StoreUnavailable", "ok"])

    assert (outcome.status, outcome.visits) == ("SUCCEEDED", ["FinishImport"])


def test_something_that_was_imported_meanwhile_is_controlled_again(run: Runner) -> None:
    outcome = run(FinishImport=["StoreConflict", "StoreConflict", "ok"])

    assert outcome.status == "SUCCEEDED"
    assert outcome.errors == ["StoreConflict", "StoreConflict"]


@pytest.mark.parametrize("error", ["NotFound", "KeyError"])
def test_a_chunk_that_fails_for_good_refuses_the_file(run: Runner, error: str) -> None:
    outcome = run(StoreChunk=[error])

    assert (outcome.status, outcome.error) == ("FAILED", CHUNK_FAILED)
    assert outcome.visits == ["FailImport"]
    assert outcome.told is not None
    assert outcome.told["failure"]["Error"] == CHUNK_FAILED
    assert {k: v for k, v in outcome.told.items() if k != "failure"} == GIVEN


def test_a_finish_that_fails_for_good_refuses_the_file(run: Runner) -> None:
    outcome = run(FinishImport=["TooLarge"])

    assert (outcome.status, outcome.error) == ("FAILED", "TooLarge")
    assert outcome.visits == ["FinishImport", "FailImport"]


def test_a_failure_that_cannot_be_recorded_leaves_the_first_error_standing(run: Runner) -> None:
    outcome = run(FinishImport=["NotFound"], FailImport=["KeyError"])

    assert (outcome.status, outcome.error) == ("FAILED", "NotFound")
    assert outcome.errors == ["NotFound", "KeyError"]
