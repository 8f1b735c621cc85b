"""Logs carry ids and codes, and nothing that a person wrote."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from rappro.domain.errors import LeaseHeld, MalformedStatement, RapproError
from rappro.edge.events import StepInput
from rappro.edge.observability import bind, logger, observed

STEP = {"tenant": "t", "company": "c", "statement_id": "st", "run_id": "r", "run_number": 2}


def context() -> LambdaContext:
    made: Any = SimpleNamespace(function_name="match", aws_request_id="req")
    return made  # type: ignore[no-any-return]  # the two fields that are read


Logged = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Logged:
    """Give what has been logged in this test."""
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("error", "level", "code"),
    [
        (MalformedStatement("DUPONT MARIE 12,5", position="3"), "ERROR", "malformed_statement"),
        (LeaseHeld("DUPONT MARIE works on it"), "WARNING", "lease_held"),
    ],
)
def test_an_error_is_logged_once_by_its_code_without_its_text_and_raised_again(
    logged: Logged, error: RapproError, level: str, code: str
) -> None:
    @observed
    def handler(event: dict[str, Any], _context: LambdaContext) -> None:
        bind(StepInput.model_validate(event))
        raise error

    with pytest.raises(type(error)) as raised:
        handler(STEP, context())

    (entry,) = logged()
    assert raised.value is error
    assert (entry["level"], entry["error"], entry["code"]) == (level, type(error).__name__, code)
    assert {name: entry[name] for name in STEP} == STEP
    assert "DUPONT" not in json.dumps(entry)


def test_an_error_that_is_not_ours_is_logged_without_its_text_too(
    logged: Logged,
) -> None:
    @observed
    def handler(_event: dict[str, Any], _context: LambdaContext) -> None:
        raise ValueError("DUPONT MARIE")

    with pytest.raises(ValueError, match="DUPONT"):
        handler(STEP, context())

    (entry,) = logged()
    assert entry["error"] == "ValueError"
    assert "DUPONT" not in json.dumps(entry)


def test_the_ids_of_one_invocation_do_not_reach_the_next(
    logged: Logged,
) -> None:
    @observed
    def first(event: dict[str, Any], _context: LambdaContext) -> None:
        bind(StepInput.model_validate(event))

    @observed
    def second(_event: dict[str, Any], _context: LambdaContext) -> None:
        raise LeaseHeld("busy")

    first(STEP, context())
    with pytest.raises(LeaseHeld):
        second({}, context())

    (entry,) = logged()
    assert set(STEP) & set(entry) == set()
