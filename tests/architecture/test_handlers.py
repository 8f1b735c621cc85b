"""Handlers are thin: they check the event, call one use case and answer."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, ROOT, function_files, tree

LINES_MAX = 40


def folder(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("path", function_files(), ids=folder)
def test_a_handler_has_at_most_forty_lines_of_code(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]

    assert len(code) <= LINES_MAX


@pytest.mark.parametrize("path", function_files(), ids=folder)
def test_a_handler_calls_exactly_one_use_case(path: Path) -> None:
    entrances = {
        alias.asname or alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").startswith(("rappro.use_cases", "rappro.edge.api"))
        for alias in node.names
        if alias.name.islower()  # a class is a record to pass, not a use case
    }

    calls = [
        node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in entrances
    ]

    assert len(calls) == 1


@pytest.mark.parametrize("path", function_files(), ids=folder)
def test_every_handler_logs_its_error_once_and_lets_it_through(path: Path) -> None:
    handlers = [
        node
        for node in tree(path).body
        if isinstance(node, ast.FunctionDef) and node.name == "handler"
    ]

    assert [ast.unparse(d) for h in handlers for d in h.decorator_list] == ["observed"]
    assert not any(isinstance(node, ast.Try) for node in ast.walk(tree(path)))


def test_a_function_holds_its_handler_alone() -> None:
    found = {
        p.name
        for p in (ROOT / "functions").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }

    assert found == {"app.py", "Makefile"}


OF_OTHERS = {
    "post_entries": (
        "aws_lambda_powertools.event_handler", "httpcore", "lxml", "rappro.edge.api", "stdnum",
    ),
    "api": (
        "aws_lambda_powertools.event_handler.openapi.models", "httpcore", "lxml",
        "rappro.edge.api.examples", "rappro.edge.api.openapi", "rappro.formats.csv",
    ),
    "publish_events": (
        "lxml", "rapidfuzz", "rappro.adapters.dynamodb.store", "rappro.domain.books",
        "rappro.domain.records", "rappro.edge.api",
    ),
}  # fmt: skip
"""What a function must start without: a cold start pays for every module."""


@pytest.mark.parametrize("folder", sorted(OF_OTHERS))
def test_a_function_starts_without_what_only_others_need(folder: str) -> None:
    code = "import app, sys; print(*sorted(sys.modules))"
    path = f"{ROOT / 'functions' / folder}{os.pathsep}{PACKAGE.parent}"

    loaded = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": path, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert "rappro.bootstrap_base" in loaded
    assert [name for name in loaded if name.startswith(OF_OTHERS[folder])] == []
