"""A body is JSON, in UTF-8, within its bound; whatever else comes is named and never breaks us."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rappro.edge.api.limits import BODY_BYTES_MAX, BOOKS_BODY_BYTES_MAX, JSON_DEPTH_MAX
from rappro.edge.api.requests import parse_json, read_body
from rappro.edge.problem import HttpProblem

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


FEW = settings(max_examples=40)


def refusal_of(read: Callable[[], object]) -> str | None:
    """Return the code of the problem that a reading ends in, None when it does not."""
    try:
        read()
    except HttpProblem as problem:
        return problem.kind.code
    return None


@FEW
@given(st.dictionaries(st.text(), JSON, max_size=4))
def test_an_object_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    assert parse_json(json.dumps(value)) == value


@FEW
@given(st.text(max_size=100))
def test_any_text_is_an_object_or_a_problem(text: str) -> None:
    assert refusal_of(lambda: parse_json(text)) in {None, "invalid_json", "invalid_request"}


@FEW
@given(st.binary(max_size=100))
def test_bytes_come_through_when_they_are_utf_8_and_are_a_problem_else(body: bytes) -> None:
    event = {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    is_text = body.decode(errors="replace").encode() == body

    refusal = refusal_of(lambda: read_body(event, "POST", "/v1/x"))

    assert refusal == (None if is_text else "invalid_json")


@FEW
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=50))
def test_a_text_comes_through_unchanged(body: str) -> None:
    assert read_body({"body": body}, "POST", "/v1/x")["body"] == body


def test_half_a_character_is_a_problem() -> None:
    assert refusal_of(lambda: read_body({"body": "\ud800"}, "POST", "/v1/x")) == "invalid_json"


def nested(levels: int) -> str:
    return '{"a":' * levels + "1" + "}" * levels


def test_nesting_is_bounded() -> None:
    parse_json(nested(JSON_DEPTH_MAX - 1))

    assert refusal_of(lambda: parse_json(nested(JSON_DEPTH_MAX + 1))) == "invalid_json"


@pytest.mark.parametrize(
    ("path", "bytes_max"),
    [("/v1/companies/a/matches", BODY_BYTES_MAX), ("/v1/companies/a/books", BOOKS_BODY_BYTES_MAX)],
)
def test_a_body_may_be_as_long_as_its_bound_in_bytes(path: str, bytes_max: int) -> None:
    fits = "é" * (bytes_max // 2)

    assert read_body({"body": fits}, "POST", path)["body"] == fits
    assert refusal_of(lambda: read_body({"body": fits + "é"}, "POST", path)) == "too_large"


def test_a_body_of_a_request_that_has_none_is_dropped() -> None:
    assert read_body({"body": "{}"}, "GET", "/v1/x")["body"] is None
