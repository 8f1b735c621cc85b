"""The command line run in this process, with what it printed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from devstack.cli import main

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished command: its exit code and what it wrote."""

    exit_code: int
    out: str
    err: str

    @property
    def documents(self) -> list[Any]:
        """Every line of standard output as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]


Rappro = Callable[..., Ran]


@pytest.fixture
def rappro(capsys: pytest.CaptureFixture[str]) -> Rappro:
    """Run a command in the folder of the fixtures' files."""

    def run(*arguments: str) -> Ran:
        exit_code = main(arguments)
        printed = capsys.readouterr()
        return Ran(exit_code, printed.out, printed.err)

    return run


@pytest.fixture
def cli_files(monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in the folder of the command line's fixtures, so that names in results are short."""
    folder = ROOT / "tests/fixtures/cli"
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="session")
def schema_errors() -> Callable[[str, object], list[str]]:
    """Say what a shipped schema has against a document."""

    def errors(name: str, document: object) -> list[str]:
        schema = json.loads((ROOT / "docs/schemas" / f"{name}.schema.json").read_text("utf-8"))
        return [e.message for e in jsonschema.Draft202012Validator(schema).iter_errors(document)]

    return errors
