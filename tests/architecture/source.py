"""Reads the project's sources for the architecture tests: files, rooms and imports."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "layers" / "common" / "rappro"


@dataclass(frozen=True)
class Import:
    """One imported module, at a place that a failing test can name."""

    importer: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.module}"


def package_files() -> list[Path]:
    """Return every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def function_files() -> list[Path]:
    """Return every handler."""
    return sorted((ROOT / "functions").glob("*/app.py"))


@cache
def tree(path: Path) -> ast.Module:
    """Return the parsed source of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def imports(path: Path) -> tuple[Import, ...]:
    """Return what a file imports, also inside its functions.

    `from p import m` counts as p.m when that is a module of ours, else as p.
    """
    found: list[Import] = []
    name = str(path.relative_to(ROOT))
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [Import(name, node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: imports are absolute"
            module = node.module or ""
            for alias in node.names:
                inner = f"{module}.{alias.name}"
                found.append(Import(name, node.lineno, inner if _is_module(inner) else module))
    return tuple(found)


@cache
def _is_module(dotted: str) -> bool:
    parts = dotted.split(".")
    if parts[0] != "rappro":
        return False
    base = PACKAGE.parent.joinpath(*parts)
    return base.is_dir() or base.with_suffix(".py").is_file()
