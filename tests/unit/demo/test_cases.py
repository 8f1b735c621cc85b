"""What the demo takes for a case, and that it passes over what is none."""

from __future__ import annotations

from typing import Any

from devstack.demo import cases
from devstack.demo.cases import Desk

STATEMENT: Any = {"id": "st1", "journal": "BQ1"}


def line(position: int, amount: str, **more: Any) -> Any:
    return {
        "statement": "st1", "position": position, "amount": amount, "third_party": None,
        "invoice": None, "candidates": [], "booking_date": "2026-10-15", "label": "VIREMENT",
        "label_more": "", "counterparty": {"name": None}, **more,
    }  # fmt: skip


def item(number: str, residual: str, party: str = "tp1") -> Any:
    return {
        "id": f"oi_{number}", "number": number, "issue_date": "2026-09-01",
        "third_party": party, "company_residual": residual,
    }  # fmt: skip


def entry(amount: str, label: str, on: str = "2026-10-14", journal: str = "BQ1") -> Any:
    return {"id": "be1", "journal": journal, "amount": amount, "label": label, "date": on}


def desk(*lines: Any, items: tuple[Any, ...] = (), entries: tuple[Any, ...] = ()) -> Desk:
    api: Any = None
    return Desk(api, "acme", (STATEMENT,), lines, items, entries)


def test_two_lines_and_three_invoices_of_one_party_with_one_total_are_several_for_several() -> None:
    pair = line(1, "60.00", third_party="tp1"), line(2, "40.00", third_party="tp1")
    items = item("A", "50.00"), item("B", "30.00"), item("C", "20.00"), item("D", "99.00")

    found = cases.several_for_several(desk(*pair, items=items))

    assert found is not None
    assert [one["position"] for one in found[0]] == [1, 2]
    assert [one["number"] for one in found[1]] == ["A", "B", "C"]


def test_lines_of_two_parties_or_a_total_that_fits_nothing_are_not() -> None:
    items = item("A", "50.00"), item("B", "30.00"), item("C", "20.00")
    strangers = line(1, "60.00", third_party="tp1"), line(2, "40.00", third_party="tp2")
    others = line(1, "60.00", third_party="tp1"), line(2, "40.01", third_party="tp1")
    both_ways = line(1, "160.00", third_party="tp1"), line(2, "-60.00", third_party="tp1")

    assert cases.several_for_several(desk(*strangers, items=items)) is None
    assert cases.several_for_several(desk(*others, items=items)) is None
    assert cases.several_for_several(desk(*both_ways, items=items)) is None


def test_a_line_that_pays_more_than_its_own_invoice_is_overpaid() -> None:
    named = {"third_party": "tp1", "invoice": "oi_A"}
    less, more = line(1, "40.00", **named), line(2, "55.00", **named)

    found = cases.overpaid(desk(less, more, items=(item("A", "50.00"),)))

    assert found is not None
    assert (found[0]["position"], found[1]["number"]) == (2, "A")
    assert cases.overpaid(desk(less, items=(item("A", "50.00"),))) is None
    assert cases.overpaid(desk(more, items=(item("A", "50.00", "tp2"),))) is None
    assert cases.overpaid(desk(more, items=())) is None


def test_a_receipt_of_a_named_stranger_goes_before_other_lines_of_nobody() -> None:
    card = line(1, "-12.00")
    stranger = line(2, "90.00", counterparty={"name": "GARVANE"})
    known = line(3, "80.00", third_party="tp1")
    guessed = line(4, "70.00", candidates=[{"score": 30}])

    found = cases.of_nobody(desk(card, known, guessed, stranger))

    assert found == stranger
    assert cases.of_nobody(desk(known, guessed, card)) == card
    assert cases.of_nobody(desk(known, guessed)) is None


def test_an_entry_of_the_account_that_shares_a_word_and_lacks_a_little_is_nearly_equal() -> None:
    charged = line(1, "-852.50", counterparty={"name": "WERKZEUGE ALPENTAL"})
    right = entry("-840.00", "VIR WERKZEUGE")

    assert cases.nearly_equal(desk(charged, entries=(right,))) == (charged, right)
    for wrong in (
        entry("-852.50", "VIR WERKZEUGE"),
        entry("-800.00", "VIR WERKZEUGE"),
        entry("-840.00", "VIR SOMEBODY"),
        entry("-840.00", "VIR WERKZEUGE", on="2026-08-14"),
        entry("-840.00", "VIR WERKZEUGE", journal="BQ2"),
    ):
        assert cases.nearly_equal(desk(charged, entries=(wrong,))) is None
