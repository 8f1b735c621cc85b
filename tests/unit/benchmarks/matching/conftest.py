"""Small worlds made by hand: a customer Martin, and lines that pay him or do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.matching.oracle import Verdict, judge
from benchmarks.matching.world import World

Json = dict[str, Any]

MARTIN = {
    "id": "C1", "kind": "customer", "name": "Garage Martin", "call_name": "GARAGE MARTIN",
    "ibans": ["DE89370400440532013000"], "mandates": ["RUM-1"],
}  # fmt: skip
VERNET = {"id": "C2", "kind": "customer", "name": "Atelier Vernet", "call_name": "ATELIER VERNET"}


@pytest.fixture
def item() -> Callable[..., Json]:
    """Make an open item of Martin's."""

    def make(id_: str, amount: str, **fields: Any) -> Json:
        return {
            "id": id_, "type": "invoice", "third_party": "C1", "account": "411000",
            "number": f"FA2025-{id_:0>5}", "issue_date": "2025-02-01", "currency": "EUR",
            "amount": amount, "residual": amount, **fields,
        }  # fmt: skip

    return make


@pytest.fixture
def entry() -> Callable[..., Json]:
    """Make an entry that waits for the bank."""

    def make(id_: str, amount: str, on: str = "2025-03-10", **fields: Any) -> Json:
        return {"id": id_, "journal": "BQ1", "date": on, "amount": amount, "label": "", **fields}

    return make


@pytest.fixture
def line() -> Callable[..., Json]:
    """Make a line of the bank; what is not said is empty."""

    def make(id_: str, amount: str, remittance: str = "", **fields: Any) -> Json:
        return {
            "id": id_, "journal": "BQ1", "file": "BQ1.xml", "position": int(id_),
            "booking_date": "2025-03-12", "value_date": "2025-03-12", "amount": amount,
            "code": "05", "label": "", "remittance": remittance, "name": "", "iban": "",
            "end_to_end": "", "mandate": "", "reason": "", "reversal": False, "original": None,
            "fee_cents": 0, **fields,
        }  # fmt: skip

    return make


@pytest.fixture
def true() -> Callable[..., Json]:
    """Say what is true of a line: what it settles, with which differences."""

    def make(id_: str, *settles: tuple[Json, str], **fields: Any) -> Json:
        return {
            "id": id_, "file": "BQ1.xml", "position": int(id_), "kind": "exact",
            "third_party": "C1", "template": None, "adjustments": [], "named": False,
            "settles": [
                {"id": target["id"], "type": _type_of(target), "amount": amount}
                for target, amount in settles
            ],
            **fields,
        }  # fmt: skip

    return make


def _type_of(target: Json) -> str:
    if "issue_date" in target:
        return "open_item"
    return "bank_entry" if "journal" in target else "past_payment"


@pytest.fixture
def judged() -> Callable[..., list[Verdict]]:
    """Let the oracle judge lines by their truths and books; the verdicts in the lines' order."""

    def judge_all(lines: list[Json], truths: list[Json], **books: Any) -> list[Verdict]:
        known = {"third_parties": [MARTIN, VERNET], **books}
        verdicts = judge(World(known, lines, truths))
        return [verdicts[each["id"]] for each in lines]

    return judge_all
