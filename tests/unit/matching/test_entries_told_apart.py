"""Entries that wait: labels that differ in one word, transfers between own accounts."""

from __future__ import annotations

import pytest

from rappro.domain.books import PaymentMethod
from rappro.domain.matching.board import Board
from rappro.domain.matching.watchers import Changed, Watchers
from tests.unit.matching.worlds import (
    Level,
    cheque_in,
    decided_one,
    entry,
    is_left_to_a_person,
    item,
    line,
    party,
    rule_of,
    settled,
    world,
)

OWN = "Fonderies du Perche"


def test_a_word_that_all_labels_have_does_not_hide_the_one_that_tells() -> None:
    decision = decided_one(
        line(-210000, "SALAIRE 032026", comment="VIREMENT EMIS VERS M. ROUX"),
        entries=[
            entry("E1", -210000, "Salaire M. Roux"),
            entry("E2", -210000, "Salaire Mme Bault"),
        ],
    )

    assert settled(decision) == {"E1": -210000}


def test_words_that_all_labels_have_tell_nothing() -> None:
    decision = decided_one(
        line(-210000, "SALAIRE 032026"),
        entries=[
            entry("E1", -210000, "Salaire M. Roux"),
            entry("E2", -210000, "Salaire Mme Bault"),
        ],
    )

    assert is_left_to_a_person(decision)


class TestInternalTransfers:
    """A round amount whose labels share no word: both must say that the money stays at home."""

    @pytest.mark.parametrize(
        "label",
        ["VIR FONDERIES DU PERCHE VIREMEN", "VIR SEPA RECU /DE FONDERIES DU PER",
         "VIREMENT DE FONDERIES DU PERCHE VIREMENT INTERNE"],
    )  # fmt: skip
    def test_the_companys_own_name_and_an_internal_entry_are_one_transfer(self, label: str) -> None:
        decision = decided_one(
            line(150000, label),
            entries=[entry("E1", 150000, "Virement interne BQ2 vers BQ4")],
            company_name=OWN,
        )

        assert decision.level is Level.A
        assert settled(decision) == {"E1": 150000}

    @pytest.mark.parametrize(
        ("label", "books"),
        [
            ("VIR MENUISERIE LEROY", "Virement interne BQ2 vers BQ4"),  # somebody else's money
            ("VIR LEROY POUR FONDERIES DU PERCHE", "Virement interne BQ2 vers BQ4"),
            ("VIR DU PERCHE", "Apport Durand"),
            ("VIR FONDERIES DU PERCHE", "Apport Durand"),
        ],
    )
    def test_anything_else_is_a_persons_affair(self, label: str, books: str) -> None:
        decision = decided_one(
            line(150000, label), entries=[entry("E1", 150000, books)], company_name=OWN
        )

        assert is_left_to_a_person(decision)

    def test_a_company_without_a_name_is_nobody(self) -> None:
        decision = decided_one(
            line(150000, "VIR FONDERIES DU PERCHE"),
            entries=[entry("E1", 150000, "Virement interne BQ2 vers BQ4")],
        )

        assert is_left_to_a_person(decision)


def test_a_line_that_names_a_remittance_and_is_settled_wakes_the_others_that_name_it() -> None:
    """Whether a remittance was credited in two lines depends on how many lines name it."""
    board = Board(
        world(
            line(10000, "REMISE CHQ 7004411"),
            line(5000, "REMISE CHQ 7004411"),
            line(5000, "VIR MENUISERIE LEROY 7004411"),
            line(7000, "VIR MENUISERIE LEROY"),
            entries=[cheque_in("E1", 10000, remittance_no="7004411"),
                     cheque_in("E2", 5000, remittance_no="7004411")],
        )
    )  # fmt: skip
    watchers, changed = Watchers(), Changed()
    for clue in board.clues:
        watchers.add(clue)

    changed.note(board, board.clues[2], ())

    assert set(watchers.of(changed, (1, 1, 0, 1))) == {0, 1}


def test_a_cheque_of_a_firm_of_the_same_trade_is_no_transfer_of_the_payers() -> None:
    """One word in common, a trade or a surname, makes no entry the payer's."""
    leroy, vernet = party("C1", "Menuiserie Leroy"), party("C2", "Menuiserie Vernet")
    decision = decided_one(
        line(15000, "VIR MENUISERIE LEROY FACTURE FA2026-00099"),
        entries=[entry("E1", 15000, "Chèque Menuiserie Vernet", account="511200",
                       method=PaymentMethod.CHEQUE_IN)],
        items=[item("FA2026-00123", leroy, 99000)],
        parties=[leroy, vernet],
    )  # fmt: skip

    assert is_left_to_a_person(decision)


def test_an_entry_of_one_word_in_common_is_left_to_the_window_and_a_whole_name_is_not() -> None:
    leroy = party("C1", "Menuiserie Leroy")

    def rule(label: str) -> str:
        return rule_of(decided_one(line(15001, "VIR MENUISERIE LEROY"), parties=[leroy],
                                   entries=[entry("E1", 15001, label)]))  # fmt: skip

    assert rule("Virement Menuiserie Leroy mars") == "payer_amount"
    assert rule("Virement client Leroy") == "entry_in_window"
