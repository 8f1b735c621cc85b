"""The demo notices when an action did not do what it says."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest

from devstack.demo.by_hand import Step, posted, take_of_nobody
from devstack.demo.cases import Desk
from devstack.demo.waiting import DemoFailed
from rappro.domain.opening.rows import FecRow
from rappro_client import Rappro

LINE: Any = {
    "statement": "st1", "position": 7, "amount": "90.00", "third_party": None, "candidates": [],
    "counterparty": {"name": "GARVANE"}, "label": "DOSSIER", "booking_date": "2026-10-22",
    "invoice": None,
}  # fmt: skip
STATEMENT: Any = {"id": "st1", "journal": "BQ1", "profile": {"suspense_account": "471000"}}


def leg(account: str, debit: str, credit: str) -> dict[str, str]:
    return {"account": account, "debit": debit, "credit": credit}


class Api:
    """Answers what the API would, but for what a test replaces."""

    def __init__(self, *legs: dict[str, str], stands: str = "m1", **entry: Any) -> None:
        self.stands = stands
        self.entry = {
            "id": "e1", "status": "draft", "number": None, "label": "GARVANE", "journal": "BQ1",
            "date": "2026-10-22", "lines": legs, **entry,
        }  # fmt: skip

    def every(self, *_: Any, **__: Any) -> list[dict[str, str]]:
        return [{"number": "758000"}]

    list_accounts = None

    def create_undefined_cash_movement(self, *_: Any) -> dict[str, Any]:
        return {"id": "m1", "status": "to_confirm", "entries": ["e1"], "lines": [LINE]}

    def confirm_match(self, *_: Any) -> dict[str, Any]:
        return {**self.create_undefined_cash_movement(), "status": "confirmed", "level": "AD"}

    def get_line(self, *_: Any) -> dict[str, Any]:
        return {**LINE, "match": self.stands}

    def get_entry(self, *_: Any) -> dict[str, Any]:
        return self.entry


def desk(api: Api) -> Desk:
    return Desk(cast("Rappro", api), "acme", (STATEMENT,), (LINE,), (), ())


RIGHT = leg("512100", "90.00", "0.00"), leg("758000", "0.00", "90.00")
ROWS = [
    FecRow(1, "BQ1", date(2026, 10, 22), "512100", 9_000),
    FecRow(2, "BQ1", date(2026, 10, 22), "758000", -9_000),
]


def test_an_action_that_did_what_it_says_is_told_with_its_amounts() -> None:
    step = take_of_nobody(desk(Api(*RIGHT)))

    assert step.match == "m1"
    assert [amount for _, amount in step.rows] == ["90.00", "90.00"]


@pytest.mark.parametrize(
    ("api", "told"),
    [
        (Api(leg("512100", "90.00", "0.00"), leg("471000", "0.00", "90.00")), "758000 takes"),
        (Api(leg("512100", "90.00", "0.00"), leg("758000", "0.00", "80.00")), "balances"),
        (Api(), "balances"),
        (Api(*RIGHT, status="validated"), "is a draft"),
        (Api(*RIGHT, stands="m2"), "stands in the match"),
    ],
)
def test_an_action_that_did_something_else_fails_the_demo(api: Api, told: str) -> None:
    with pytest.raises(DemoFailed, match=told):
        take_of_nobody(desk(api))


def test_what_was_made_by_hand_has_to_stand_in_the_books_and_in_the_fec() -> None:
    api = Api(*RIGHT)
    step = take_of_nobody(desk(api))

    with pytest.raises(DemoFailed, match="is validated"):
        posted(desk(api), [step], ROWS)
    now = Api(*RIGHT, status="validated", number=3)
    assert posted(desk(now), [step], ROWS) == 1
    with pytest.raises(DemoFailed, match="stands in the FEC"):
        posted(desk(now), [step], ROWS[:1])
    other = Api(leg("512100", "90.00", "0.00"), leg("471000", "0.00", "90.00"),
                status="validated", number=3)  # fmt: skip
    with pytest.raises(DemoFailed, match="what was drafted"):
        posted(desk(other), [step], ROWS)
    assert posted(desk(now), [Step("passed over")], ROWS) == 0
