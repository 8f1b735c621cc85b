"""Charges that a line shows: in a text of the payer's, or in a field that a format hands on."""

from __future__ import annotations

import pytest

from rappro.domain.matching.board import Board
from rappro.domain.matching.charges import charges_of
from rappro.domain.matching.model import Decision, MatchLine
from tests.unit.matching.worlds import (
    Level,
    decided_one,
    instructed,
    is_left_to_a_person,
    item,
    line,
    party,
    settled,
    world,
)

LEROY = party("C1", "Menuiserie Leroy")
BOOKS = {"items": [item("FA2026-00123", LEROY, 100000)], "parties": [LEROY]}


def gaps(decision: Decision) -> list[tuple[str, int]]:
    return [(gap.kind.value, gap.amount_minor) for gap in decision.adjustments]


def shown(only: MatchLine) -> tuple[list[int], bool]:
    (clue,) = Board(world(only)).clues
    charges = charges_of(clue)
    return sorted(charges.amounts), charges.is_shown


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("FEE 25.00 EUR", [2500]),
        ("Chrgs 25.00 EUR", [2500]),
        ("CHGS EUR3,50", [350]),
        ("CHGS EUR25,", [2500]),
        ("FRAIS BANCAIRES 12,50 EUR", [1250]),
        ("FRAIS: 1 234,56", [123456]),
        ("Chrgs 25.00 EUR Chrgs 1.50 EUR", [150, 2500, 2650]),
        ("COMMISSION 15 EUR", [1500]),
    ],
)
def test_a_charge_is_read_in_the_words_of_payers_banks_and_formats(
    text: str, amounts: list[int]
) -> None:
    assert shown(line(97500, "VIREMENT RECU", comment=text)) == (amounts, True)


@pytest.mark.parametrize(
    "text", ["COM 4471", "FRAIS 0,00", "FEE 0.00 EUR", "FRAIS 12/03/2026", "COMMANDE 12,00", ""]
)
def test_an_order_a_date_or_a_charge_of_nothing_is_none(text: str) -> None:
    assert shown(line(97500, "VIREMENT RECU", comment=text)) == ([], False)


def test_a_charge_in_another_currency_is_shown_and_proves_no_amount() -> None:
    assert shown(line(97500, "VIREMENT RECU", comment="Chrgs 25.00 USD")) == ([], True)


@pytest.mark.parametrize("comment", ["FEE 25.00 EUR", "Chrgs 25.00 EUR", "CHGS EUR25,"])
def test_a_payment_less_the_charge_of_a_field_settles_the_whole_invoice(comment: str) -> None:
    decision = decided_one(
        line(97500, "MENUISERIE LEROY", label_more="VOTRE FACTURE FA2026-00123", comment=comment),
        **BOOKS,
    )

    assert decision.level is Level.A
    assert settled(decision) == {"FA2026-00123": 100000}
    assert gaps(decision) == [("charge", -2500)]


def test_nobody_need_be_known_to_pay_when_the_charge_explains_the_number() -> None:
    decision = decided_one(line(97500, "VIR FA2026-00123", comment="FEE 25.00 EUR"), **BOOKS)

    assert settled(decision) == {"FA2026-00123": 100000}


@pytest.mark.parametrize("comment", ["FEE 12.00 EUR", "Chrgs 25.00 USD"])
def test_a_charge_that_does_not_explain_the_shortfall_is_no_silent_part(comment: str) -> None:
    decision = decided_one(line(97500, "MENUISERIE LEROY FA2026-00123", comment=comment), **BOOKS)

    assert decision.level is Level.B
    assert is_left_to_a_person(decision)
    assert {settle.id for each in decision.candidates for settle in each.settles} == {
        "FA2026-00123"
    }


def test_a_person_who_set_the_invoice_is_asked_about_the_charge_too() -> None:
    decision = decided_one(
        line(97500, "VIR", comment="FEE 12.00 EUR", fixed_invoice="FA2026-00123"), **BOOKS
    )

    assert is_left_to_a_person(decision)


def test_a_foreign_transfer_that_shows_a_charge_arrives_less_that_charge_and_no_other() -> None:
    told, other = (
        decided_one(line(97500, "VIR SWIFT FA2026-00123", comment=comment), **BOOKS)
        for comment in ("Chrgs 25.00 EUR", "Chrgs 12.00 EUR")
    )

    assert gaps(told) == [("charge", -2500)]
    assert is_left_to_a_person(other)


def test_an_exact_amount_is_settled_whatever_charge_was_taken_besides() -> None:
    decision = decided_one(
        line(100000, "MENUISERIE LEROY FA2026-00123", comment="FEE 12.00 EUR"), **BOOKS
    )

    assert (settled(decision), gaps(decision)) == ({"FA2026-00123": 100000}, [])


def test_the_instructed_amount_goes_before_a_charge_that_is_shown() -> None:
    decision = decided_one(
        line(97500, "FA2026-00123", original=instructed(100000, "EUR"), comment="Chrgs 25.00 USD"),
        **BOOKS,
    )

    assert gaps(decision) == [("charge", -2500)]
