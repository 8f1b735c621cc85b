"""Names in labels that banks cut at 31 characters: what stands behind a name, and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.books import Payer, ThirdParty
from rappro.domain.matching.identify import identify
from tests.unit.matching.worlds import (
    Level,
    decided_one,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
    rule_of,
    settled,
    world,
)

GRANGE = party("C1", "Transports Grangier")
PAYSAGES = party("C2", "Paysages Delmas")
PAYSAGES_OUEST = party("C3", "Paysages Delmas Ouest")
MARTIN = party("C4", "Martin")


def payer(label: str, *parties: ThirdParty, **fields: Any) -> str | None:
    (found,) = identify(world(line(12000, label, **fields), parties=parties))
    return found.third_party


@pytest.mark.parametrize(
    "label",
    [
        "VIR TRANSPORTS GRANGIER COMPENS",
        "VIR TRANSPORTS GRANGIER REGLEME",
        "VIR TRANSPORTS GRANGIER VOTRE F",
        "ANNUL TRANSPORTS GRANGIER ERREU",
        "VIR SEPA TRANSPORTS GRANGIER CD",
        "VIR SEPA TRANSPORTS GRANGIER S",
    ],
)
def test_a_word_about_the_payment_that_the_bank_cut_is_no_part_of_a_name(label: str) -> None:
    assert payer(label, GRANGE) == "C1"


@pytest.mark.parametrize(
    "label",
    [
        "VIR TRANSPORTS GRANGIER LIMOUSI",  # a town, or another firm
        "VIR TRANSPORTS GRANGIER SUD",  # not cut
        "VIR MARTIN DUFOUR ENTREPRISE GE",
        "VIREMENT SEPA RECU DE MARTIN D",  # one word may be anybody's
        "VIREMENT SEPA RECU DE MARTIN REG",
    ],
)
def test_what_may_be_a_longer_name_is_not_believed(label: str) -> None:
    assert payer(label, GRANGE, MARTIN) is None


def test_a_name_field_is_not_cut_as_a_label_is() -> None:
    found = payer("VIR", GRANGE, payer="ENTREPRISE TRANSPORTS GRANGIER CD")

    assert found is None


@pytest.mark.parametrize(
    ("label", "known"),
    [
        ("VIR SEPA RECU /DE PAYSAGES DELMAS", None),  # cut before OUEST, or whole
        ("VIR SEPA RECU PAYSAGES DELMAS O", None),  # ORDRE, or OUEST
        ("VIR SEPA RECU PAYSAGES DELMAS OUE", "C3"),
        ("VIR SEPA RECU PAYSAGES DELMAS P", "C2"),
        ("VIR PAYSAGES DELMAS", "C2"),  # short: not cut
    ],
)
def test_a_cut_label_that_fits_a_shorter_and_a_longer_name_tells_neither(
    label: str, known: str | None
) -> None:
    assert payer(label, PAYSAGES, PAYSAGES_OUEST) == known


@pytest.mark.parametrize(("name", "known"), [("PAYSAGES DELMAS", "C2"),
                                             ("PAYSAGES DELMAS OUEST", "C3")])  # fmt: skip
def test_the_name_field_tells_which_of_both_was_cut(name: str, known: str) -> None:
    label = "VIR SEPA RECU /DE PAYSAGES DELMAS"

    assert payer(label, PAYSAGES, PAYSAGES_OUEST, payer=name) == known


def test_so_many_longer_names_are_a_doubt_as_well() -> None:
    longer = [party(f"C{n}", f"Paysages Delmas Nord{n:02d}X") for n in range(10, 80)]

    assert payer("VIR SEPA RECU /DE PAYSAGES DELMAS", PAYSAGES, *longer) is None


def test_a_reversal_that_names_its_payer_in_a_cut_label_finds_the_one_past_payment() -> None:
    decision = decided_one(
        line(-44658, "ANNUL TRANSPORTS GRANGIER ERREU", is_reversal=True),
        parties=[GRANGE],
        past=[past("P1", "C1", 44658), past("P2", "C1", 10000)],
    )

    assert settled(decision) == {"P1": -44658}
    assert rule_of(decision) == "returned_payer"


class TestParents:
    HOLDING = "GROUPE SAUNIER PARTICIPATIONS"

    def _subsidiaries(self) -> list[ThirdParty]:
        return [
            party(key, name, payers=(Payer(name=self.HOLDING, iban=None),))
            for key, name in (("C1", "Garage Nord"), ("C2", "Garage Sud"), ("C3", "Garage Est"))
        ]

    def test_of_those_a_parent_pays_for_the_one_that_is_named_is_paid(self) -> None:
        decision = decided_one(
            line(12000, f"VIR {self.HOLDING}", label_more="POUR GARAGE SUD"),
            parties=self._subsidiaries(),
            items=[item("FA2026-00123", "C1", 12000), item("FA2026-00124", "C2", 12000)],
        )

        assert decision.level is Level.A
        assert settled(decision) == {"FA2026-00124": 12000}

    def test_two_that_are_named_or_none_tell_nobody(self) -> None:
        none = payer(f"VIR {self.HOLDING}", *self._subsidiaries())
        two = payer(
            f"VIR {self.HOLDING}", *self._subsidiaries(),
            label_more="POUR GARAGE SUD ET GARAGE EST",
        )  # fmt: skip

        assert (none, two) == (None, None)

    def test_a_name_that_the_parent_does_not_pay_for_is_a_contradiction(self) -> None:
        others = [*self._subsidiaries(), party("C9", "Menuiserie Leroy")]

        assert payer(f"VIR {self.HOLDING}", *others, label_more="POUR MENUISERIE LEROY") is None


def test_a_third_party_whose_siren_is_blank_holds_no_line() -> None:
    blank = party("C1", "Menuiserie Leroy", siren="   ")

    assert payer("VIREMENT RECU", blank) is None
    assert payer("VIREMENT RECU", blank, siren="123456789") is None


@pytest.mark.parametrize(
    "label", ["VIR TRANSPORTS GRANGIER VE/26/00", "REJET TRANSPORTS GRANGIER FA-2"]
)
def test_the_letters_of_a_number_are_no_part_of_a_name(label: str) -> None:
    assert payer(label, GRANGE) == "C1"


def test_a_cut_legal_form_may_be_any_that_begins_so() -> None:
    firm = party("C1", "Garage Lagarde Ouest", legal_form="SARL")
    other = party("C2", "Garage Lagarde Ouest", legal_form="SA")

    assert payer("VIR SEPA GARAGE LAGARDE OUEST SA", firm) == "C1"
    assert payer("VIR GARAGE LAGARDE OUEST SA", firm) is None  # not cut: another firm
    assert payer("VIR SEPA GARAGE LAGARDE OUEST SA", firm, other) is None


def test_a_name_that_the_bank_cut_in_a_word_is_no_slip_of_the_shorter_of_two() -> None:
    """IMPRIMERIE LEVASSEUR VAUCOU may go on as either."""
    short = party("C1", "Imprimerie Levasseur Vaucourt")
    long = party("C2", "Imprimerie Levasseur Vaucourt Servières")
    books = {"items": [item("FA2026-00123", short, 120000)]}

    both = decided_one(
        line(120000, "VIR IMPRIMERIE LEVASSEUR VAUCOU"), parties=[short, long], **books
    )
    alone = decided_one(line(120000, "VIR IMPRIMERIE LEVASSEUR VAUCOU"), parties=[short], **books)

    assert is_left_to_a_person(both)
    assert settled(alone) == {"FA2026-00123": 120000}
