"""The published documentation of the API is the one of the code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rappro.edge.api import openapi
from rappro.edge.problem import every_kind

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_the_published_document_is_what_the_code_makes(capsys: pytest.CaptureFixture[str]) -> None:
    """Make it anew with: python -m rappro.edge.api.openapi > docs/openapi.json."""
    openapi.main()

    made = capsys.readouterr().out
    assert json.loads(made) == json.loads((DOCS / "openapi.json").read_text("utf-8"))
    assert made == (DOCS / "openapi.json").read_text("utf-8")


def test_the_guide_lists_every_problem_with_its_status() -> None:
    guide = (DOCS / "api.md").read_text("utf-8")

    missing = [
        kind.code
        for kind in every_kind()
        if f"| {kind.status} | `{kind.code}` | {kind.title}" not in guide
    ]

    assert missing == []
