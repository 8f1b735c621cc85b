"""The simulation stands outside: it uses the product, and nothing of the product knows of it."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.architecture.source import ROOT, function_files, imports, package_files

ALLOWED = (
    "rappro.",
    "simulation.",
    "devstack.emulator",
    "devstack.providers.",
    "boto3",
    "botocore",
    "yaml",
)


def _files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def test_nothing_that_is_shipped_or_started_imports_the_simulation() -> None:
    files = [*package_files(), *function_files(), *_files("devstack")]

    broken = [str(i) for p in files for i in imports(p) if i.module.split(".")[0] == "simulation"]

    assert broken == []


def test_the_simulation_imports_no_tests_and_no_handlers() -> None:
    found = [i for path in _files("simulation") for i in imports(path)]

    broken = [
        str(i)
        for i in found
        if i.module.split(".")[0] not in sys.stdlib_module_names
        and not f"{i.module}.".startswith(ALLOWED)
    ]

    assert broken == []
