"""The examples of docs/command-line.md do what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from rappro.domain.settings import (
    MatchingSettings,
    PostingSettings,
)
from rappro.edge.books_models import SettingsPart

PAGE = (Path(__file__).resolve().parents[3] / "docs/command-line.md").read_text("utf-8")
EXAMPLES = re.findall(r"```console\n\$ rappro (.+)\n((?:.*\n)*?)```", PAGE)


def test_the_page_has_examples_of_every_command() -> None:
    assert {command.split()[0] for command, _ in EXAMPLES} == {"parse", "reconcile", "fec"}


@pytest.mark.usefixtures("cli_files")
@pytest.mark.parametrize(("command", "told"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_an_example_prints_what_the_page_shows(rappro: Any, command: str, told: str) -> None:
    ran = rappro(*shlex.split(command))

    assert [row.rstrip() for row in ran.out.rstrip().splitlines()] == [
        row.rstrip() for row in told.splitlines()
    ]


def test_every_setting_of_the_engine_is_told() -> None:
    """A field in minor units is an amount in the document, under its name without the unit."""
    fields = [*MatchingSettings.__slots__, *PostingSettings.__slots__]
    expected = {name.replace("_minor", "") for name in fields}

    assert set(SettingsPart.model_fields) == expected
    assert [name for name in sorted(expected) if f"`{name}`" not in PAGE] == []
