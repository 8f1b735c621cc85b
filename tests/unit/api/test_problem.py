"""Every error of the domain is a problem of its own, and an unexpected one tells nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rappro.domain import errors
from rappro.edge.problem import (
    DETAIL_CHARS_MAX,
    FIELD_PROBLEMS_MAX,
    INVALID_REQUEST,
    FieldError,
    HttpProblem,
    every_kind,
    kind_of,
    problem_of,
)

INSTANCE = "urn:rappro:request:1"


def tree(root: type[errors.RapproError] = errors.RapproError) -> Iterator[type[errors.RapproError]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from tree(child)


EXPECTED = [
    pytest.param(error, id=error.__name__) for error in tree() if error is not errors.ExternalError
]


@pytest.mark.parametrize("error", EXPECTED)
def test_an_error_of_the_tree_is_a_problem_under_its_own_code(
    error: type[errors.RapproError],
) -> None:
    answer = problem_of(error("what happened"), INSTANCE)

    assert answer.problem.type == f"urn:rappro:problem:{error.code}"
    assert answer.problem.detail == "what happened"
    assert answer.problem.status == answer.status
    assert 400 <= answer.status < 600


@pytest.mark.parametrize("error", EXPECTED)
def test_what_is_retryable_says_when_and_nothing_else_does(
    error: type[errors.RapproError],
) -> None:
    answer = problem_of(error("later"), INSTANCE)

    assert ("Retry-After" in answer.headers) == error.is_retryable


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InputError, 400),
        (errors.InvalidRequest, 422),
        (errors.TooLarge, 413),
        (errors.RuleViolation, 409),
        (errors.TotalsDiffer, 409),
        (errors.NotFound, 404),
        (errors.StoreConflict, 409),
        (errors.StoreThrottled, 503),
        (errors.LeaseHeld, 409),
        (errors.BooksLoading, 409),
        (errors.AggregatorRejected, 502),
        (errors.RateLimited, 503),
        (errors.WebhookRefused, 401),
    ],
)
def test_the_status_says_whose_turn_it_is(error: type[errors.RapproError], status: int) -> None:
    assert kind_of(error).status == status


def test_a_provider_that_says_when_to_come_back_is_quoted() -> None:
    told = errors.RateLimited("daily quota", retry_after_seconds=7_200)

    assert problem_of(told, INSTANCE).headers["Retry-After"] == "7200"


def test_an_error_added_to_the_tree_later_is_told_as_its_parent() -> None:
    class NewRule(errors.RuleViolation):
        code = "new_rule"

    assert kind_of(NewRule).code == "rule_violation"


@pytest.mark.parametrize("error", [ValueError("secret"), errors.ExternalError("secret")])
def test_an_unexpected_error_tells_nothing(error: Exception) -> None:
    answer = problem_of(error, INSTANCE)

    assert answer.status == 500
    assert "secret" not in answer.problem.model_dump_json()


@pytest.mark.parametrize(
    ("error", "pointers"),
    [
        (errors.InvalidRequest("x", position="/lines/0/amount"), ["/lines/0/amount"]),
        (errors.InvalidRequest("x", position=""), [""]),
        (errors.InvalidRequest("x", position="cursor"), ["query/cursor"]),
        (errors.MalformedBooks("x", position="line 3 column 2"), ["line 3 column 2"]),
        (errors.InvalidRequest("x"), []),
        (errors.NotFound("x", position="/id"), []),
    ],
)
def test_a_wrong_field_is_named_by_its_pointer(
    error: errors.RapproError, pointers: list[str]
) -> None:
    assert [field.pointer for field in problem_of(error, INSTANCE).problem.errors] == pointers


def test_what_a_caller_sent_can_never_make_a_problem_large() -> None:
    fields = [FieldError(f"/{number}", "x" * 10_000) for number in range(1_000)]

    answer = problem_of(HttpProblem(INVALID_REQUEST, "x" * 10_000, fields=fields), INSTANCE)

    assert len(answer.problem.errors) == FIELD_PROBLEMS_MAX
    assert len(answer.problem.detail) == DETAIL_CHARS_MAX
    assert len(answer.problem.model_dump_json()) < 150_000


def test_a_code_has_one_status_and_one_title() -> None:
    codes = [kind.code for kind in every_kind()]

    assert len(codes) == len(set(codes))
