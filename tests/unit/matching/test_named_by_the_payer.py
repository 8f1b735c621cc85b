"""Numbers too short to stand for themselves: beside their payer they name an invoice."""

from __future__ import annotations

import pytest

from tests.unit.matching.worlds import (
    day,
    decided,
    decided_one,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
    rule_of,
    settled,
)

LEROY = party("C1", "Menuiserie Leroy")
VERNET = party("C2", "Atelier Vernet")


def test_a_short_number_of_the_payers_keeps_an_amount_from_settling_another_invoice() -> None:
    """He pays 02820 and more; that another invoice has just this amount is chance."""
    decision = decided_one(
        line(140440, "VIR MENUISERIE LEROY FACT 02820"),
        items=[item("02820", LEROY, 130440), item("02822", LEROY, 140440)],
        parties=[LEROY],
    )

    assert is_left_to_a_person(decision)
    assert rule_of(decision) == "named_unexplained"


def test_six_digits_that_may_be_a_day_are_a_number_where_the_payer_has_it() -> None:
    decision = decided_one(
        line(140440, "VIR MENUISERIE LEROY FACT 250325"),
        items=[item("250325", LEROY, 130440), item("250327", LEROY, 140440)],
        parties=[LEROY],
    )

    assert is_left_to_a_person(decision)


def test_a_short_number_of_the_payers_may_be_paid_in_part() -> None:
    decision = decided_one(
        line(50000, "VIR MENUISERIE LEROY ACOMPTE FACTURE 2820"),
        items=[item("2820", LEROY, 130440)],
        parties=[LEROY],
    )

    assert settled(decision) == {"2820": 50000}
    assert rule_of(decision) == "invoice_partial"


def test_four_digits_alone_are_no_part_payment() -> None:
    """They are an order, a customer or a year as often."""
    decision = decided_one(
        line(50000, "VIR MENUISERIE LEROY CDE 2820"),
        items=[item("2820", LEROY, 130440)],
        parties=[LEROY],
    )

    assert is_left_to_a_person(decision)


@pytest.mark.parametrize("text", ["FACT 93673", "FACTURE N 93673", "FACT FA936", "REGLT FA936"])
def test_an_invoice_that_is_not_open_is_named_by_a_word_or_its_letters(text: str) -> None:
    decision = decided_one(
        line(32285, f"VIR MENUISERIE LEROY {text}"),
        items=[item("01974", LEROY, 32285), item("FA987", LEROY, 47710)],
        parties=[LEROY],
    )

    assert is_left_to_a_person(decision)
    assert "closed_number" in [each.kind for each in decision.explanation.evidence]


@pytest.mark.parametrize("text", ["CDE 93673", "FACTURES 2026", "CLIENT 00012", "FACTURE 12"])
def test_other_short_numbers_name_no_invoice(text: str) -> None:
    decision = decided_one(
        line(32285, f"VIR MENUISERIE LEROY {text}"),
        items=[item("01974", LEROY, 32285), item("9974", LEROY, 47710)],
        parties=[LEROY],
    )

    assert settled(decision) == {"01974": 32285}


def test_a_customers_number_that_is_somebody_elses_invoice_does_not_count() -> None:
    decision = decided_one(
        line(32285, "VIR MENUISERIE LEROY FACT 01974 CLIENT 02001"),
        items=[item("01974", LEROY, 32285), item("02001", VERNET, 900)],
        parties=[LEROY, VERNET],
    )

    assert (rule_of(decision), settled(decision)) == ("invoice_numbers", {"01974": 32285})


def test_an_amount_is_no_proof_where_the_text_glues_another_number_of_the_payers() -> None:
    decision = decided_one(
        line(32285, "VIR MENUISERIE LEROY RGLT000205800020600002062"),
        items=[item("0002058", LEROY, 10007), item("0002060", LEROY, 11007),
               item("0002061", LEROY, 32285)],
        parties=[LEROY],
    )  # fmt: skip

    assert is_left_to_a_person(decision)


def test_a_sum_is_no_proof_where_the_text_ends_in_another_number_of_the_payers() -> None:
    """25-1053 is named with its twin in value; 25-2073 is none of what he pays."""
    decision = decided_one(
        line(33770, "VIR MENUISERIE LEROY RGLT25-105325-1054"),
        items=[item("25-1053", LEROY, 24000, issued=day(-10)),
               item("25-1054", LEROY, 9770), item("25-2073", LEROY, 24000)],
        parties=[LEROY],
    )  # fmt: skip

    assert is_left_to_a_person(decision)
    assert rule_of(decision) == "payer_subset"


def test_what_an_earlier_line_settled_still_names_what_a_later_one_pays() -> None:
    first, second = decided(
        line(13044, "VIR MENUISERIE LEROY REGLTFA02820", key="A"),
        line(14044, "VIR MENUISERIE LEROY REGLTFA02820", key="B", position=2),
        items=[item("FA02820", LEROY, 13044), item("FA02822", LEROY, 14044)],
        parties=[LEROY],
    )

    assert settled(first) == {"FA02820": 13044}
    assert is_left_to_a_person(second)


def test_a_number_that_is_part_of_what_is_taken_says_nothing_against_it() -> None:
    decision = decided_one(
        line(32285, "VIR MENUISERIE LEROY XRGFA2026-00123X"),
        items=[item("FA2026-00123", LEROY, 32285), item("FA2026-0012", LEROY, 900)],
        parties=[LEROY],
    )

    assert (rule_of(decision), settled(decision)) == ("payer_amount", {"FA2026-00123": 32285})


@pytest.mark.parametrize("text", ["RGLT016080160901610", "02916PA"])
def test_an_amount_is_no_proof_beside_short_numbers_that_are_glued(text: str) -> None:
    decision = decided_one(
        line(48000, f"VIR EMBALLAGES MAILLARD {text}"),
        items=[item("01608", "C3", 10007), item("01609", "C3", 11007), item("01610", "C3", 12007),
               item("02916", "C3", 48001), item("03147", "C3", 48000)],
        parties=[party("C3", "Emballages Maillard")],
    )  # fmt: skip

    assert is_left_to_a_person(decision)


def test_a_netting_is_not_explained_by_one_side_alone() -> None:
    books = {"parties": [LEROY]}
    one = decided_one(line(52000, "MENUISERIE LEROY COMPENSATION"),
                      items=[item("FA2026-00123", LEROY, 52000)], **books)  # fmt: skip
    both = decided_one(
        line(52000, "MENUISERIE LEROY COMPENSATION"),
        items=[item("FA2026-00123", LEROY, 70000), item("FB-7781", LEROY, -18000)],
        **books,
    )

    assert is_left_to_a_person(one)
    assert settled(both) == {"FA2026-00123": 70000, "FB-7781": -18000}


def test_a_payment_on_account_is_no_sum_of_whole_invoices() -> None:
    items = [item("FA2026-00123", LEROY, 17003), item("FA2026-00124", LEROY, 21997)]

    on_account = decided_one(line(39000, "MENUISERIE LEROY ACOMPTE"), items=items, parties=[LEROY])
    in_full = decided_one(
        line(39000, "MENUISERIE LEROY SOLDE MOINS ACOMPTE"), items=items, parties=[LEROY]
    )

    assert is_left_to_a_person(on_account)
    assert len(settled(in_full)) == 2


def test_what_is_left_of_a_larger_invoice_is_no_twin_of_a_smaller_one() -> None:
    decision = decided_one(
        line(36000, "MENUISERIE LEROY"),
        items=[item("FA2026-00123", LEROY, 45000, residual=36000),
               item("FA2026-00124", LEROY, 36000)],
        parties=[LEROY],
    )  # fmt: skip

    assert is_left_to_a_person(decision)


def test_a_number_of_an_earlier_payment_is_no_slip_of_an_open_one() -> None:
    """Rent of each month: the number one off is the month before, paid already."""
    books = {
        "items": [item("FA2026-00123", LEROY, 36000)],
        "parties": [LEROY],
    }
    text = "MENUISERIE LEROY FA2026-00122"

    slip = decided_one(line(36000, text), **books)
    again = decided_one(
        line(36000, text), past=[past("P1", "C1", 36000, invoice_number="FA2026-00122")], **books
    )

    assert settled(slip) == {"FA2026-00123": 36000}
    assert is_left_to_a_person(again)
