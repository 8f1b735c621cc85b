"""The OpenAPI document says everything, and nothing of it is free-form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from rappro.edge.api.documented import TAGS

from .client import Client, the_document

DOCUMENT = the_document()
SCHEMAS = DOCUMENT["components"]["schemas"]


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


OPERATIONS = [pytest.param(*one, id=one[2]["operationId"]) for one in operations()]


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    validate(DOCUMENT, cls=OpenAPIV31SpecValidator)


def parts(schema: Any, at: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, itself included, with its place."""
    if isinstance(schema, dict):
        yield at, schema
        for key, value in schema.items():
            if key not in {"examples", "default", "enum"}:
                yield from parts(value, f"{at}/{key}")
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from parts(value, f"{at}/{index}")


def is_unbounded(schema: dict[str, Any]) -> bool:
    """True for a list of any length, or for a text of any length and form."""
    if schema.get("type") == "array":
        return "maxItems" not in schema
    is_chosen = {"enum", "const", "pattern", "format", "maxLength"} & schema.keys()
    return schema.get("type") == "string" and not is_chosen


def is_free_form(schema: dict[str, Any]) -> bool:
    """True for an object that takes other fields than those it names.

    A list of words, each with one of a few meanings, is none, as long as it is bounded.
    """
    more = schema.get("additionalProperties")
    if isinstance(more, dict) and "$ref" in more and "maxProperties" in schema:
        return "enum" not in SCHEMAS[more["$ref"].rpartition("/")[2]]
    return more not in (False, {"type": "string"})


def test_no_object_takes_fields_that_are_not_named() -> None:
    objects = [(at, part) for at, part in parts(SCHEMAS, "") if part.get("type") == "object"]
    free = [at for at, part in objects if is_free_form(part)]

    assert len(objects) > 60
    assert free == []


def test_every_list_and_text_that_comes_in_has_a_bound() -> None:
    inputs = [name for name in SCHEMAS if name.endswith(("Input", "Part", "LineRef"))]
    incoming = [(name, SCHEMAS[name]) for name in inputs]
    incoming += [
        (f"{method} {path} {parameter['name']}", parameter["schema"])
        for path, method, operation in operations()
        for parameter in operation.get("parameters", ())
    ]

    every = [part for name, schema in incoming for part in parts(schema, name)]
    found = [at for at, part in every if is_unbounded(part)]

    assert len(inputs) > 15
    assert found == []


SUCCESSES = {
    "createStatement": ["200", "201"],
    "validateStatement": ["200", "202"],
    "undoMatches": ["200", "202"],
    "confirmMatches": ["200", "202"],
    "downloadSentBooks": [],
}
"""Operations that do not succeed in one way: what is made, and what was made before; a redirect."""
EMPTY = {"204", "303"}
"""Successes that have no body."""


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_says_what_it_is_and_what_may_come_back(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert re.fullmatch(r"[a-z]+[A-Za-z]*", operation["operationId"])
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert set(operation["tags"]) <= TAGS.keys()
    is_public = operation.get("security") == []
    problems = {"422", "500"} | (set() if is_public else {"401", "503"})
    problems |= {"400", "413", "415"} if method in {"put", "patch"} else set()
    problems |= {"404"} if "{" in path and operation["operationId"] != "saveCompany" else set()
    assert problems <= operation["responses"].keys()
    successes = sorted(status for status in operation["responses"] if status.startswith("2"))
    assert len(successes) == len(SUCCESSES.get(operation["operationId"], ["one"]))
    assert set(SUCCESSES.get(operation["operationId"], successes)) == set(successes)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_the_description_of_an_operation_on_books_gives_the_french_term(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert operation["tags"] == ["api"] or re.search(r"\(\w.+?\)", operation["description"])


def test_operation_ids_are_unique() -> None:
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(names) == len(set(names))


def test_only_the_documentation_providers_and_links_in_mails_need_no_token() -> None:
    public = {path for path, _, operation in operations() if operation.get("security") == []}

    assert public == {
        "/v1/openapi.json", "/v1/docs", "/v1/provider-webhooks/{provider}",
        "/v1/provider-callbacks/{provider}", "/v1/exchange-downloads",
    }  # fmt: skip
    assert DOCUMENT["security"] == [{"token": []}]


def test_every_path_parameter_has_an_example() -> None:
    missing = {
        parameter["name"]
        for _, _, operation in operations()
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "path" and not parameter["schema"].get("examples")
    }

    assert missing == set()


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_what_goes_in_and_out_has_an_example(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    answers = [answer for status, answer in operation["responses"].items() if status < "300"]
    shapes = [answer["content"] for answer in answers if "content" in answer]
    shapes += [operation["requestBody"]["content"]] if "requestBody" in operation else []
    references = [
        shape["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for shape in shapes
        if shape.get("application/json", {}).get("schema")
    ]

    is_file = bool(shapes) and all(
        shape.keys() <= {"application/pdf", "text/csv", "text/html"} for shape in shapes
    )
    assert (
        references
        or is_file
        or operation["tags"] == ["api"]
        or EMPTY & operation["responses"].keys()
    )
    assert all(SCHEMAS[name]["examples"] for name in references)


@pytest.mark.parametrize("name", sorted(name for name in SCHEMAS if "examples" in SCHEMAS[name]))
def test_an_example_keeps_to_its_schema(name: str) -> None:
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    checked = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)

    for example in SCHEMAS[name]["examples"]:
        checked.validate(example)


def test_anybody_may_read_the_document_and_it_is_the_one_of_the_code(alpha: Client) -> None:
    nobody = Client(alpha.ports, None)

    assert nobody.get("/v1/openapi.json").body == DOCUMENT


def test_the_page_lists_every_operation_and_fetches_nothing(alpha: Client) -> None:
    answer = Client(alpha.ports, None).get("/v1/docs")

    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for path, method, operation in operations():
        route = f"<code>{method.upper()} {path}</code>"
        assert f"{route} {escape(operation['summary'])}" in answer.text
    assert "<script" not in answer.text
    assert re.findall(r'(?:src|href)="([^"]*)"', answer.text) == ["openapi.json"]
    assert "url(" not in answer.text
    assert "@import" not in answer.text
