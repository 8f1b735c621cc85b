"""Who pays, and which invoice is named: MAT-2 and MAT-3, without matching."""

from __future__ import annotations

from rappro.domain.books import (
    ThirdParty,
)
from rappro.domain.matching.identify import identify
from rappro.domain.matching.model import MatchLine
from rappro.domain.matching.normalise import fold
from rappro.domain.matching.numbers import shape_book
from rappro.domain.matching.phrases import Words
from rappro.domain.matching.references import read_text
from rappro.domain.matching.third_party import Directory, Identity, Payer
from tests.unit.matching.worlds import IBAN_LEROY, item, line, party, world


def named(only: MatchLine, **books: object) -> tuple[str | None, str | None]:
    (found,) = identify(world(only, **books))
    return found.third_party, found.invoice


def payer(text: str, *parties: ThirdParty, **fields: str) -> Payer:
    words = (Words.of("label", text),)
    refs = read_text(fold(text), shape_book(()))
    return Directory(parties).payer_of(Identity(words, refs, **fields))  # type: ignore[arg-type]


LEROY = party(
    "C1", "Menuiserie Leroy SARL", call_name="Leroy", ibans=(IBAN_LEROY,), mandates=("MDT-1",),
    aliases=("MLEROY SHOP",), bank_references=("MEN LEROY",), siren="732829320",
)  # fmt: skip
DURAND = party("C2", "Durand Transports")


def test_an_invoice_number_in_any_text_names_the_third_party_and_the_invoice() -> None:
    books = {"items": [item("FA2026-00123", LEROY, 12000)], "parties": [LEROY, DURAND]}

    for text in ("label", "label_more", "comment", "remittance_ref", "ordering_account"):
        found = named(line(5000, **{text: "FACT FA2026-00123"}), **books)
        assert found == ("C1", "FA2026-00123"), text


def test_an_invoice_number_goes_before_the_name() -> None:
    items = [item("FA2026-00123", LEROY, 12000)]

    assert named(line(1, "DURAND TRANSPORTS FA2026-00123"), items=items, parties=[DURAND]) == (
        "C1", "FA2026-00123",
    )  # fmt: skip


def test_numbers_of_two_third_parties_give_none() -> None:
    items = [item("FA2026-00123", LEROY, 12000), item("FA2026-00124", DURAND, 12000)]

    assert named(line(1, "FA2026-00123 FA2026-00124"), items=items) == (None, None)


def test_an_invoice_of_the_third_partys_amount_is_filled_in() -> None:
    items = [item("FA2026-00123", DURAND, 12000), item("FA2026-00124", DURAND, 5000)]

    assert named(line(5000, "DURAND TRANSPORTS"), items=items, parties=[DURAND]) == (
        "C2", "FA2026-00124",
    )  # fmt: skip


def test_what_a_person_set_is_kept() -> None:
    found = named(line(1, "DURAND TRANSPORTS", fixed_third_party="C1"), parties=[LEROY, DURAND])

    assert found == ("C1", None)


def test_each_kind_of_evidence_has_its_name() -> None:
    kinds = {
        "mandate": payer("PRLV", LEROY, mandate="MDT-1"),
        "iban": payer("VIR", LEROY, iban=IBAN_LEROY),
        "bank_reference": payer("VIR MEN LEROY 12", LEROY),
        "alias": payer("CB MLEROY SHOP", LEROY),
        "call_name": payer("VIR LEROY", LEROY),
        "name": payer("VIR DURAND TRANSPORTS", LEROY, DURAND),
        "fuzzy_name": payer("VIR DURAMD TRANSPORTS", LEROY, DURAND),
        "name_cut": payer("VIR SEPA RECU DURAND TRANSP", LEROY, DURAND),
    }

    assert {kind: found.kind for kind, found in kinds.items()} == {kind: kind for kind in kinds}
    assert all(found.third_party in ("C1", "C2") for found in kinds.values())


def test_a_siren_or_an_account_in_the_text_names_its_holder() -> None:
    assert payer("VIR SIREN 732 829 320", LEROY).third_party == "C1"
    assert payer(f"VIR DE {IBAN_LEROY}", LEROY).third_party == "C1"


def test_a_stronger_kind_goes_before_a_weaker_one() -> None:
    found = payer("VIR DURAND TRANSPORTS", LEROY, DURAND, mandate="MDT-1")

    assert (found.third_party, found.kind) == ("C1", "mandate")


def test_nobody_is_named_by_nothing() -> None:
    assert payer("VIR SEPA RECU", LEROY, DURAND) == Payer()
    assert payer("", LEROY, DURAND) == Payer()
