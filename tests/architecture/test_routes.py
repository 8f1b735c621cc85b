"""A request loads the files of its own path, and finds every route there is for it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict

import pytest

from rappro.edge.api import routes
from rappro.edge.api.app import PREFIX, PUBLIC_PATHS
from tests.architecture.source import PACKAGE, ROOT

FOLDER = PACKAGE / "edge" / "api" / "routes"
DOCUMENT = json.loads((ROOT / "docs" / "openapi.json").read_text("utf-8"))


def said_by(name: str) -> tuple[str, ...]:
    """Return the paths of a file's routes, each once, as they must be in the table."""
    rules = (str(rule) for rule, *_ in routes.router_of(name)._routes)
    return tuple(dict.fromkeys(re.sub(r"<\w+>", "*", rule) for rule in rules))


def test_every_file_of_routes_is_in_the_table() -> None:
    assert set(routes.PATHS) == {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("name", routes.PATHS)
def test_the_table_says_the_paths_of_each_file(name: str) -> None:
    assert routes.PATHS[name] == said_by(name)


def test_every_operation_of_the_document_is_found_by_its_path() -> None:
    methods_of: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in routes.PATHS:
        for rule, method, *_ in routes.router_of(name)._routes:
            methods_of[name, re.sub(r"<(\w+)>", r"{\1}", str(rule))].update(
                each.lower() for each in method
            )

    for path, operations in DOCUMENT["paths"].items():
        if path in PUBLIC_PATHS:
            continue
        rule = path.removeprefix(PREFIX)
        files = routes.files_of(re.sub(r"{\w+}", "x", rule))
        assert set(operations) == set().union(*(methods_of[name, rule] for name in files)), path


@pytest.mark.parametrize(
    ("path", "files"),
    [
        ("/me", ("tenants",)),
        ("/companies/acme/matches/undo", ("matches", "tasks")),
        ("/companies/acme/statements", ("statements", "manual")),
        ("/companies/acme/statements/", ("statements", "manual")),
        ("/companies/acme/nothing", ()),
        ("/me/", ()),
        ("", ()),
    ],
)
def test_a_path_names_the_files_that_may_have_its_routes(path: str, files: tuple[str, ...]) -> None:
    assert routes.files_of(path) == files


def test_the_api_starts_without_any_route() -> None:
    code = "import app, sys; print(*sorted(sys.modules))"
    path = f"{ROOT / 'functions' / 'api'}{os.pathsep}{PACKAGE.parent}"

    loaded = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path, "PATH": os.defpath},
        capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert "rappro.edge.api.app" in loaded
    assert [name for name in loaded if name.startswith("rappro.edge.api.routes.")] == []
    assert [name for name in loaded if name.startswith("rappro.edge.api.models.")] == []
