"""The installed console script `rappro`, as somebody would type it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

FILES = Path(__file__).resolve().parents[1] / "fixtures/cli"


def test_the_console_script_parses_and_reconciles() -> None:
    """It answers on a machine whose locale knows no accent, and tells refusals by its exit code."""
    script = str(Path(sys.executable).with_name("rappro"))
    bare = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}

    parsed = subprocess.run(
        [script, "parse", "--json", "broken.xml", "march.xml"],
        cwd=FILES, env=bare, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    decided = subprocess.run(
        [script, "reconcile", "--books", "books.json", "--statement", "march.xml", "--json"],
        cwd=FILES, env=bare, capture_output=True, check=False, timeout=60,
    )  # fmt: skip

    assert parsed.returncode == 1
    assert [json.loads(row)["file"] for row in parsed.stdout.splitlines()] == [
        "broken.xml", "march.xml",
    ]  # fmt: skip
    assert decided.returncode == 0
    assert [
        line["level"] for line in json.loads(decided.stdout)["statements"][0]["lines"]
    ] == ["A", "A", "A", "AS", "C", "C"]  # fmt: skip
    assert (parsed.stderr, decided.stderr) == (b"", b"")
