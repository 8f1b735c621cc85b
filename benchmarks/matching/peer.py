"""bankstatementparser's two-way matcher, called as its documentation says.

`pairs` runs in the benchmarks' own environment: the package is no dependency of anything else here.
`python -m benchmarks.matching.peer` reads its records as JSON and prints the pairs it matched.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
NAME: Final = "bankstatementparser"
DAYS: Final = 12

Json = dict[str, Any]


def outcomes(world: Any) -> dict[tuple[str, int], Json]:
    """Return what the matcher says about a world, in the form that the scorer reads.

    Raises CalledProcessError when it fails.
    """
    matched, _ = pairs(world)
    targets = {row["id"]: row for row in (*world.books["open_items"], *world.books["bank_entries"])}
    found = {}
    for line in world.lines:
        target = targets.get(matched.get(line["id"], ""))
        if target is None:
            continue
        kind = "open_item" if "issue_date" in target else "bank_entry"
        found[line["file"], line["position"]] = {
            "level": "A", "third_party": target.get("third_party"), "template": None,
            "settles": [{"id": target["id"], "type": kind, "amount": line["amount"]}],
            "adjustments": [], "candidates": [],
        }  # fmt: skip
    return found


def pairs(world: Any, *, timeout_seconds: float | None = None) -> tuple[dict[str, str], float]:
    """Return the target matched to each line, and the seconds of the matcher alone."""
    names = {party["id"]: party["call_name"] for party in world.books["third_parties"]}
    payments = [
        {"id": row["id"], "amount": row.get("residual") or row["amount"],
         "currency": row.get("currency", "EUR"), "reference": row.get("end_to_end_id", ""),
         "counterparty": names.get(row.get("third_party"), ""), "date": row.get("date", "")}
        for row in (*world.books["open_items"], *world.books["bank_entries"])
    ]  # fmt: skip
    statements = [
        {"id": line["id"], "amount": line["amount"], "currency": "EUR",
         "reference": line["end_to_end"], "counterparty": line["name"] or line["label"],
         "date": line["booking_date"]}
        for line in world.lines
    ]  # fmt: skip
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.matching.peer"], cwd=ROOT, check=True, capture_output=True,
        input=json.dumps([payments, statements]).encode(), timeout=timeout_seconds,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    return dict(answer["pairs"]), answer["seconds"]


def _answer() -> None:
    """Match what standard input holds."""
    reconcile = import_module(NAME).reconcile_payments_and_statements
    payments, statements = json.load(sys.stdin)
    start = time.process_time()
    report = reconcile(payments, statements, max_date_gap_days=DAYS)
    seconds = time.process_time() - start
    found = [[m.statement_record["id"], m.payment_record["id"]] for m in report.matches]
    json.dump({"pairs": found, "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    _answer()
