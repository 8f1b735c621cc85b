"""What a caller accepts: a language for the words of problems, a coding for the bytes of answers.

A header that cannot be read says nothing: it is no reason to refuse a request (RFC 9110, 12.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from rappro.domain.frozen import dataclass
from rappro.edge.problem_words import DEFAULT_LANGUAGE, LANGUAGES, Language

_CHOICES_MAX: Final = 50
_QUALITY: Final = re.compile(r"q=(0(\.\d{0,3})?|1(\.0{0,3})?)", re.IGNORECASE)
_ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller of one request accepts."""

    language: Language = DEFAULT_LANGUAGE
    takes_gzip: bool = False


def wishes_of(headers: Mapping[str, str]) -> Wishes:
    """Return what a request's headers, by their names in lower case, say."""
    return Wishes(
        language_of(headers.get("accept-language", "")),
        _takes(headers.get("accept-encoding", ""), "gzip"),
    )


def headers_of(event: Mapping[str, Any]) -> dict[str, str]:
    """Return an event's headers by their names in lower case."""
    found = event.get("headers")
    named = found if isinstance(found, Mapping) else {}
    return {str(name).lower(): str(value) for name, value in named.items()}


def language_of(header: str) -> Language:
    """Return the language that is wanted most, among ours; English when none of them is wanted.

    `fr-CA` is French enough. Of two that are wanted the same, the first that is named.
    """
    best, best_quality = DEFAULT_LANGUAGE, 0.0
    for name, quality in _weighted(header):
        wanted = DEFAULT_LANGUAGE if name == _ANY else name.split("-")[0]
        for language in LANGUAGES:
            if language == wanted and quality > best_quality:
                best, best_quality = language, quality
    return best


def _takes(header: str, coding: str) -> bool:
    qualities = dict(_weighted(header))
    return qualities.get(coding, qualities.get(_ANY, 0.0)) > 0


def _weighted(header: str) -> list[tuple[str, float]]:
    """Return the choices that a header names, with their weights (RFC 9110, 12.4.2)."""
    found = []
    for part in header.split(",")[:_CHOICES_MAX]:
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            weight = _QUALITY.fullmatch(parameter)
            quality = 0.0 if weight is None else float(weight[1])
        if name:
            found.append((name.lower(), quality))
    return found
