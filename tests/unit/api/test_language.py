"""Problems speak French and English, as the caller wishes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rappro.domain.errors import NotFound
from rappro.edge.api.field_words import FRENCH, sentence
from rappro.edge.api.negotiation import headers_of, language_of, wishes_of
from rappro.edge.problem import INVALID_REQUEST, FieldError, HttpProblem, every_kind, problem_of
from rappro.edge.problem_words import WORDS


@pytest.mark.parametrize("code", [kind.code for kind in every_kind()])
def test_every_problem_has_a_title_and_a_sentence_in_both_languages(code: str) -> None:
    words = WORDS[code]

    assert words.titre[0].isupper()
    assert not words.titre.endswith(".")
    assert words.message.endswith(".")
    assert words.phrase.endswith(".")
    assert words.phrase != words.message


def test_no_words_are_kept_for_a_problem_that_is_none() -> None:
    assert WORDS.keys() == {kind.code for kind in every_kind()}


def test_a_problem_is_told_in_the_language_that_is_asked_for() -> None:
    french = problem_of(NotFound("no company acme"), "urn:1", "fr")
    english = problem_of(NotFound("no company acme"), "urn:1", "en")

    assert french.problem.title == "Rien sous cet identifiant"
    assert french.headers["Content-Language"] == "fr"
    assert english.problem.title == "Nothing of that id"
    assert english.headers["Content-Language"] == "en"
    assert french.problem.type == english.problem.type
    assert french.problem.detail == english.problem.detail == "no company acme"


def test_a_wrong_field_is_told_in_the_language_that_is_asked_for() -> None:
    error = HttpProblem(INVALID_REQUEST, "1", fields=[FieldError("/a", "unknown field", "inconnu")])

    assert problem_of(error, "urn:1", "fr").problem.errors[0].detail == "inconnu"
    assert problem_of(error, "urn:1", "en").problem.errors[0].detail == "unknown field"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"), ("fr", "fr"), ("FR-ca", "fr"), ("fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        ("en;q=0.5, fr;q=0.6", "fr"), ("en, fr", "en"), ("fr, en", "fr"), ("de", "en"),
        ("de, fr;q=0.1", "fr"), ("fr;q=0", "en"), ("*", "en"), ("fr;q=0.5, *;q=0.7", "en"),
        ("fr;q=x", "en"), ("fr;q=2", "en"), (";;;,,", "en"), ("frr", "en"), ("fr " * 9_999, "en"),
    ],
)  # fmt: skip
def test_the_language_that_is_wanted_most_is_taken(header: str, language: str) -> None:
    assert language_of(header) == language


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True), ("br, GZIP;q=0.5", True), ("*", True), ("gzip;q=0", False),
        ("gzip;q=0, *", False), ("identity", False), ("", False), ("gzipped", False),
    ],
)  # fmt: skip
def test_gzip_is_taken_as_accepted_only_where_it_is(header: str, takes: bool) -> None:
    assert wishes_of({"accept-encoding": header}).takes_gzip is takes


@pytest.mark.parametrize("event", [{}, {"headers": None}, {"headers": []}])
def test_an_event_without_headers_has_none(event: dict[str, Any]) -> None:
    assert headers_of(event) == {}


class Sample(BaseModel):
    """One field for each way of being wrong."""

    model_config = ConfigDict(extra="forbid", strict=True)

    code: str = Field(max_length=3, pattern="^a*$")
    count: int = Field(ge=1)
    names: list[str] = Field(max_length=1)


def wrong(**values: Any) -> dict[str, Any]:
    with pytest.raises(ValidationError) as caught:
        Sample.model_validate({"code": "a", "count": 1, "names": [], **values})
    return dict(caught.value.errors()[0])


@pytest.mark.parametrize(
    ("error", "french"),
    [
        (wrong(code="aaaa"), "au plus 3 caractère(s)"),
        (wrong(code="b"), "doit être de la forme ^a*$"),
        (wrong(code=1), "un texte est attendu"),
        (wrong(count=0), "doit être au moins 1"),
        (wrong(names=["a", "b"]), "au plus 1 élément(s)"),
        (wrong(more=1), "champ inconnu"),
        ({"type": "value_error", "msg": "Value error, no IBAN"}, "valeur refusée : no IBAN"),
        ({"type": "nobody_knows", "msg": "strange"}, "valeur refusée : strange"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_field_is_said_in_french(error: dict[str, Any], french: str) -> None:
    assert sentence(error, "fr") == french


def test_the_french_words_ask_for_no_value_that_the_error_does_not_have() -> None:
    asked = {name for words in FRENCH.values() for name in re.findall(r"{(\w+)}", words)}

    assert asked <= {
        "discriminator", "error", "expected", "expected_schemes", "expected_tags", "ge", "gt", "le",
        "lt", "max_length", "min_length", "pattern",
    }  # fmt: skip
