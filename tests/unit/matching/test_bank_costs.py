"""Interest and charges of the bank's own: on an account that the company named, or to a person."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.settings import PostingSettings
from tests.unit.matching.worlds import (
    IBAN_LEROY,
    Level,
    Nature,
    decided_one,
    entry,
    is_left_to_a_person,
    item,
    line,
    party,
    rule_of,
    settled,
    template,
)

NAMED = PostingSettings(
    bank_fee_account="627100", interest_paid_account="661600", interest_received_account="768000"
)


@pytest.mark.parametrize(
    ("amount", "label", "nature", "account"),
    [
        (-4_210, "ARRETE TRIMESTRIEL", Nature.INTEREST, "661600"),
        (4_210, "INTERETS CREDITEURS", Nature.INTEREST, "768000"),
        (-1_250, "FORFAIT PRO", Nature.FEE, "627100"),
        (-4_210, "AGIOS 3E TRIMESTRE", None, "661600"),
        (-4_210, "INTERETS DEBITEURS AU 30/09", Nature.OTHER, "661600"),
        (-1_250, "FRAIS DE TENUE DE COMPTE", None, "627100"),
        (-1_250, "COMMISSION DE MOUVEMENT", None, "627100"),
    ],
)
def test_a_line_of_the_banks_own_goes_to_the_account_that_the_company_named(
    amount: int, label: str, nature: Nature | None, account: str
) -> None:
    decision = decided_one(line(amount, label, nature=nature), posting=NAMED)

    assert (decision.level, settled(decision)) == (Level.AS, {account: amount})
    assert rule_of(decision) == "bank_costs"


@pytest.mark.parametrize("nature", [Nature.INTEREST, Nature.FEE, None])
def test_without_a_named_account_nothing_is_booked(nature: Nature | None) -> None:
    assert is_left_to_a_person(decided_one(line(-4_210, "AGIOS", nature=nature)))


def test_an_account_for_interest_alone_books_no_fee() -> None:
    posting = PostingSettings(interest_paid_account="661600")

    assert is_left_to_a_person(decided_one(line(-1_250, nature=Nature.FEE), posting=posting))


@pytest.mark.parametrize(
    ("why", "amount", "label", "fields"),
    [
        ("another kind by its code", -4_210, "VIR AGIOS", {"nature": Nature.TRANSFER}),
        ("money in by words alone", 4_210, "REMB AGIOS", {}),
        ("a fee that is given back", 1_250, "FORFAIT PRO", {"nature": Nature.FEE}),
        ("the bank names an account", -4_210, "AGIOS", {"iban": IBAN_LEROY}),
        ("another currency", -4_210, "AGIOS", {"currency": "USD"}),
        ("untied by a person", -4_210, "AGIOS", {"vetoes": frozenset({"661600"})}),
        ("a third party is named", -4_210, "AGIOS GARAGE DU LAC", {}),
    ],
)
def test_what_may_be_something_else_is_left_to_a_person(
    why: str, amount: int, label: str, fields: dict[str, Any]
) -> None:
    lac = party("S1", "Garage du Lac")

    decision = decided_one(line(amount, label, **fields), posting=NAMED, parties=[lac])

    assert is_left_to_a_person(decision), why


def test_a_waiting_entry_goes_first() -> None:
    waiting = entry("E1", -4_210, "Agios")

    assert settled(decided_one(line(-4_210, "AGIOS"), posting=NAMED, entries=[waiting])) == {
        "E1": -4_210
    }


def test_a_template_goes_first_as_it_can_take_out_the_vat() -> None:
    decision = decided_one(
        line(-1_250, "FORFAIT PRO", nature=Nature.FEE), posting=NAMED,
        templates=[template("fees", "FORFAIT PRO")],
    )  # fmt: skip

    assert (decision.template, decision.settles) == ("fees", ())


def test_a_line_that_names_an_invoice_is_no_cost_of_the_bank() -> None:
    bought = item("F-88123", party("S1", "Garage du Lac"), -9_900)

    decision = decided_one(line(-4_210, "AGIOS F-88123"), posting=NAMED, items=[bought])

    assert is_left_to_a_person(decision)
