"""What the benchmark may import, and what it prints."""

from __future__ import annotations

import ast
from pathlib import Path

from benchmarks.matching.__main__ import OURS, tables
from benchmarks.matching.scorer import Score, Tally

ROOT = Path(__file__).resolve().parents[4]


def test_nothing_but_the_measuring_of_time_imports_the_engine() -> None:
    importing = set()
    for file in (ROOT / "benchmarks" / "matching").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.partition(".")[0] in {"rappro", "devstack"} for name in names):
                importing.add(file.stem)

    assert importing == {"in_process", "backlog", "metering", "reads"}


def test_the_tables_show_recall_and_wrong_matches_of_every_engine_and_kind() -> None:
    ours = Tally(lines=10, decidable=8, automatic=8, decidable_right=6, right=6, wrong=2)
    other = Tally(lines=10, decidable=8, automatic=2, decidable_right=2, right=2)
    scores = {OURS: Score({"exact": ours}), "other": Score({"exact": other})}

    printed = tables(scores).splitlines()

    assert f"| {OURS} | 80.0 % | 75.0 % | 2 | 2000.0 | – | – |" in printed
    assert "| exact | 10 | 80.0 % | 75.0 % (2) | 25.0 % (0) |" in printed
