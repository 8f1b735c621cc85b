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
from rappro.domain.tenancy import OutsideTenant, tenant_in_force
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


IBAN = "FR7630006000011234567890189"


def log_with_key(account: str) -> None:
    """Log with a key that stays for the invocation."""
    logger.append_keys(account=account)
    logger.info("import")


@pytest.mark.parametrize(
    "log",
    [
        lambda: logger.info(f"import of {IBAN}"),
        lambda: logger.info("import of %s", IBAN),
        lambda: logger.info({"account": IBAN}),
        lambda: logger.warning("import", account=IBAN, lines=[{"of": IBAN}]),
        lambda: logger.warning("import", extra={"account": IBAN, IBAN: 1}),
        lambda: log_with_key(IBAN),
        lambda: logger.error("failed", cause=ValueError(IBAN)),
    ],
)  # fmt: skip
def test_an_iban_is_masked_wherever_it_gets_into_a_log_line(
    logged: Logged, log: Callable[[], object]
) -> None:
    log()

    (entry,) = logged()
    logger.clear_state()
    assert IBAN not in json.dumps(entry)
    assert "FR**0189" in json.dumps(entry)


def test_an_iban_is_masked_in_an_exception_that_is_logged(logged: Logged) -> None:
    try:
        int(IBAN)
    except ValueError:
        logger.exception("failed")

    (entry,) = logged()
    assert "FR**0189" in entry["exception"]
    assert IBAN not in json.dumps(entry)


def test_what_lambda_logs_of_an_error_that_leaves_has_no_iban() -> None:
    """It writes its words: they are masked in the error itself, which stays what it was."""
    error = MalformedStatement(f"no account {IBAN}", position="3")

    @observed
    def handler(_event: dict[str, Any], _context: LambdaContext) -> None:
        raise error

    with pytest.raises(MalformedStatement) as raised:
        handler({}, context())

    assert raised.value is error
    assert str(error) == "no account FR**0189 (at 3)"


def test_a_tenant_is_in_force_to_the_end_of_its_invocation_and_no_longer(logged: Logged) -> None:
    @observed
    def handler(event: dict[str, Any], _context: LambdaContext) -> str:
        bind(StepInput.model_validate(event))
        return tenant_in_force()

    assert handler(STEP, context()) == "t"
    with pytest.raises(OutsideTenant):
        tenant_in_force()
    assert logged() == []
