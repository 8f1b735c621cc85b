"""Who may import whom is law."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.source import (
    PACKAGE,
    Import,
    function_files,
    imports,
    package_files,
    tree,
)


@dataclass(frozen=True)
class Law:
    """What a room may import beside the standard library: other rooms, and libraries."""

    rooms: tuple[str, ...]
    libraries: frozenset[str] = frozenset()


LAWS = {
    "domain": Law(("rappro.domain",), frozenset({"rapidfuzz", "stdnum"})),
    "formats": Law(("rappro.domain", "rappro.formats"), frozenset({"lxml"})),
    "ports": Law(
        (
            "rappro.domain",
            "rappro.ports_exchange",
            "rappro.ports_feeds",
            "rappro.ports_webhooks",
        )
    ),
    "ports_exchange": Law(("rappro.domain", "rappro.ports_feeds")),
    "ports_events": Law(("rappro.domain",)),
    "ports_feeds": Law(("rappro.domain",)),
    "ports_webhooks": Law(("rappro.domain",)),
    "use_cases": Law(
        (
            "rappro.domain",
            "rappro.ports",
            "rappro.ports_events",
            "rappro.ports_exchange",
            "rappro.ports_feeds",
            "rappro.ports_webhooks",
            "rappro.use_cases",
            "rappro.formats.fec",
            "rappro.formats.fec_check",
            "rappro.formats.fec_write",
            "rappro.formats.journal_csv",
            "rappro.formats.protocol",
            "rappro.formats.registry",
        )
    ),
    "adapters": Law(
        (
            "rappro.domain",
            "rappro.ports",
            "rappro.ports_events",
            "rappro.ports_exchange",
            "rappro.ports_feeds",
            "rappro.ports_webhooks",
            "rappro.adapters",
        ),
        frozenset(
            {
                "boto3",
                "botocore",
                "certifi",
                "cryptography",
                "httpcore",
                "pydantic",
                "pydantic_core",
            }
        ),
    ),
    "documents": Law(("rappro.domain", "rappro.documents"), frozenset({"pydyf"})),
    "edge": Law(("rappro.domain", "rappro.edge"), frozenset({"pydantic", "aws_lambda_powertools"})),
    # The HTTP API is the one part of the edge that calls use cases itself: a handler a route.
    "edge/api": Law(
        ("rappro.documents", "rappro.domain", "rappro.edge", "rappro.ports", "rappro.use_cases"),
        frozenset({"pydantic", "aws_lambda_powertools"}),
    ),
    "bootstrap": Law(("rappro",), frozenset({"botocore"})),
    "bootstrap_base": Law(("rappro",), frozenset({"botocore"})),
    "functions": Law(
        (
            "rappro.bootstrap",
            "rappro.bootstrap_base",
            "rappro.edge",
            "rappro.domain.errors",
            "rappro.ports",
            "rappro.use_cases",
        ),
        frozenset({"aws_lambda_powertools"}),
    ),
}

UNSTEADY = frozenset({"os", "random", "secrets", "socket", "subprocess", "time", "uuid"})
"""Where wall clock, randomness and the machine come from; not for domain and use cases."""
CLOCK_CALLS = frozenset({"now", "utcnow", "today"})


def room_of(path: Path) -> str:
    """Return the name of the law that a file is under."""
    if path in function_files():
        return "functions"
    parts = path.relative_to(PACKAGE).parts
    if parts[:2] == ("edge", "api"):
        return "edge/api"
    return parts[0].removesuffix(".py")


def is_allowed(found: Import, law: Law) -> bool:
    """Say whether a law allows an import."""
    top = found.module.split(".")[0]
    if top == "rappro":
        return any(f"{found.module}.".startswith(f"{room}.") for room in law.rooms)
    if top.startswith("mypy_boto3_"):
        top = "boto3"  # its types
    return top in sys.stdlib_module_names or top in law.libraries


@pytest.mark.parametrize("room", sorted(LAWS))
def test_a_room_imports_only_what_its_law_allows(room: str) -> None:
    files = [p for p in [*package_files(), *function_files()] if room_of(p) == room]

    broken = [str(i) for p in files for i in imports(p) if not is_allowed(i, LAWS[room])]

    assert broken == []


def test_every_file_of_the_package_is_in_a_room_with_a_law() -> None:
    rooms = {room_of(path) for path in package_files()} - {"__init__"}

    assert rooms <= set(LAWS)


def test_one_adapter_never_imports_another() -> None:
    families = [p for p in (PACKAGE / "adapters").iterdir() if p.is_dir()]

    broken = [
        str(found)
        for family in families
        for path in family.rglob("*.py")
        for found in imports(path)
        for other in families
        if other != family and found.module.startswith(f"rappro.adapters.{other.name}")
    ]

    assert broken == []


def test_a_parser_is_imported_by_the_registry_alone() -> None:
    registry = PACKAGE / "formats" / "registry.py"
    parsers = {
        found.module
        for found in imports(registry)
        if found.module.startswith("rappro.formats.")
        and found.module not in {"rappro.formats.protocol", "rappro.formats.findings"}
    }

    broken = [
        str(found)
        for path in package_files()
        if path != registry
        for found in imports(path)
        if found.module in parsers
    ]

    assert parsers
    assert broken == []


def test_domain_and_use_cases_read_no_clock_no_chance_and_no_environment() -> None:
    files = [p for p in package_files() if room_of(p) in {"domain", "use_cases"}]

    imported = [str(i) for p in files for i in imports(p) if i.module.split(".")[0] in UNSTEADY]
    clocks = [
        f"{path.name}:{node.lineno} {ast.unparse(node.func)}()"
        for path in files
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCK_CALLS
        and ast.unparse(node.func.value).split(".")[-1] in {"date", "datetime"}
    ]

    assert imported == []
    assert clocks == []
