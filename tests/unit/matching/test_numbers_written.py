"""How people write invoice numbers: behind words, glued, in lists, cut, beside ids of payments."""

from __future__ import annotations

import pytest

from rappro.domain.matching.numbers import Fit, shape_book
from rappro.domain.matching.references import read_text
from tests.unit.matching.worlds import (
    Level,
    credit_note,
    day,
    decided_one,
    is_left_to_a_person,
    item,
    line,
    party,
    rule_of,
    settled,
)

SHAPES = (
    "FA9999-99999", "F99999999", "VE/99/99999", "9999999", "999999-9999", "INV-99999", "T999999",
    "E999999", "N999999",
)  # fmt: skip
LEROY = party("C1", "LEROY MENUISERIE")


def told(text: str, payment_id: str = "") -> list[str]:
    """Return the tokens of the whole numbers that a text shows without a doubt."""
    hits = read_text(text, shape_book(SHAPES), payment_id).hits
    return [hit.token for hit in hits if hit.fit >= Fit.SPLIT and not hit.is_doubtful]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("FACT 0002783", ["0002783"]),
        ("FACTURE 202502-4290, 202502-4291", ["2025024290", "2025024291"]),
        ("FACT 0003519 0003522", ["0003519", "0003522"]),
        ("FACT0002783DU260325", ["0002783"]),
        ("REGLTFACTVE/25/05265", ["VE2505265"]),
        ("RGLTF25038584F25018585", ["F25038584", "F25018585"]),
        ("FACT FA2025-02011ETFA2025-02014", ["FA202502011", "FA202502014"]),
        ("RGLTINV-07676INV-07678", ["INV07676", "INV07678"]),
        ("0002783ET0002784", ["0002783", "0002784"]),
        ("FACT T000123", ["T000123"]),
    ],
)
def test_words_before_and_between_numbers_are_no_part_of_them(
    text: str, numbers: list[str]
) -> None:
    assert told(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "F 25632",  # F for facture: the end of F25025632, maybe
        "N 37647",
        "F2025/021",  # a digit is lost
        "VIR SEPA DE LA SOCIETE DUPOND FACT F251007",  # cut by the bank
        "ID E2E400014763",
        "EREF+E240001",
        "CLIENT0002783",
    ],
)
def test_what_may_be_something_else_says_nothing_about_closed_numbers(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0003519-0003552-0003584", {"0003519", "0003552", "0003584"}),
        ("202510-2856-202510-2857", {"2025102856", "2025102857"}),
        ("VE/25/03769-3771", {"VE2503769", "VE2503770", "VE2503771"}),
        ("INV-03789 A 03791", {"INV03789", "INV03790", "INV03791"}),
        ("INV-03789 / 3791 / 3794", {"INV03789", "INV03791", "INV03794"}),
        ("INV-03789,03791", {"INV03789", "INV03791"}),
        ("FA2026-00123-90", {"FA202600123"}),
    ],
)
def test_a_hyphen_may_make_a_list_or_a_range(text: str, numbers: set[str]) -> None:
    hits = read_text(text, shape_book(SHAPES)).hits

    assert {hit.token for hit in hits if hit.fit > Fit.CORE} == numbers


def test_an_id_of_the_payment_is_no_invoice_number() -> None:
    """A part of the id has the form of an invoice number; the invoice named is paid in part."""
    decision = decided_one(
        line(
            40_000, "ACOMPTE FA2026-00123", payer="LEROY MENUISERIE", end_to_end_id="E2E400014763"
        ),
        parties=[LEROY],
        items=[item("FA2026-00123", LEROY, 100_000), item("E400014", LEROY, 7_000)],
    )

    assert (decision.level, settled(decision)) == (Level.A, {"FA2026-00123": 40_000})
    assert rule_of(decision) == "invoice_partial"


def test_an_id_of_the_payment_that_stands_in_the_label_is_not_read_there() -> None:
    decision = decided_one(
        line(40_000, "E400014-76 ACOMPTE FA2026-00123", payer="LEROY MENUISERIE",
             end_to_end_id="E400014-76"),
        parties=[LEROY],
        items=[item("FA2026-00123", LEROY, 100_000), item("E400014", LEROY, 7_000)],
    )  # fmt: skip

    assert settled(decision) == {"FA2026-00123": 40_000}


@pytest.mark.parametrize("own", ["FA2026-00123", "FACT FA2026-00123", "fa202600123"])
def test_an_id_that_is_nothing_but_an_open_number_names_it(own: str) -> None:
    decision = decided_one(
        line(100_000, "VIR SEPA", end_to_end_id=own),
        parties=[LEROY],
        items=[item("FA2026-00123", LEROY, 100_000), item("FA2026-00124", LEROY, 100_001)],
    )

    assert settled(decision) == {"FA2026-00123": 100_000}


def test_an_id_that_looks_like_a_closed_number_says_nothing() -> None:
    decision = decided_one(
        line(
            100_000, "VIR LEROY MENUISERIE", payer="LEROY MENUISERIE", end_to_end_id="FA2026-00999"
        ),
        parties=[LEROY],
        items=[item("FA2026-00123", LEROY, 100_000)],
    )

    assert settled(decision) == {"FA2026-00123": 100_000}


def test_the_end_of_a_number_behind_a_mark_is_a_part_of_it() -> None:
    """Two invoices of that amount: the digits behind the mark tell which."""
    decision = decided_one(
        line(36_000, "F 25632", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("F25025632", LEROY, 36_000), item("F25025640", LEROY, 36_000)],
    )

    assert settled(decision) == {"F25025632": 36_000}


def test_a_mark_and_the_whole_number_are_that_number() -> None:
    decision = decided_one(
        line(36_000, "F 25025632"),
        parties=[LEROY],
        items=[item("F25025632", LEROY, 36_000), item("F25025640", LEROY, 36_000)],
    )

    assert settled(decision) == {"F25025632": 36_000}


def test_ends_in_a_list_may_be_of_another_month() -> None:
    decision = decided_one(
        line(60_000, "FACT F25090519 / 0521 / 0524", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[
            item("F25090519", LEROY, 10_000),
            item("F25100521", LEROY, 20_000),
            item("F25100524", LEROY, 30_000),
            item("F25110700", LEROY, 50_000),
        ],
    )

    assert settled(decision) == {"F25090519": 10_000, "F25100521": 20_000, "F25100524": 30_000}


def test_what_a_list_names_may_be_dated_after_its_payment() -> None:
    decision = decided_one(
        line(30_000, "FACT F25090519 / 0521", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[
            item("F25090519", LEROY, 10_000),
            item("F25100521", LEROY, 20_000, issued=day(20)),
        ],
    )

    assert settled(decision) == {"F25090519": 10_000, "F25100521": 20_000}


@pytest.mark.parametrize(
    ("amount", "numbers"),
    [
        (40_000, {"VE/25/03769", "VE/25/03771"}),
        (60_000, {"VE/25/03769", "VE/25/03770", "VE/25/03771"}),
    ],
)
def test_the_sum_decides_between_two_ends_and_a_range(amount: int, numbers: set[str]) -> None:
    decision = decided_one(
        line(amount, "VE/25/03769-3771"),
        parties=[LEROY],
        items=[
            item("VE/25/03769", LEROY, 10_000),
            item("VE/25/03770", LEROY, 20_000),
            item("VE/25/03771", LEROY, 30_000),
        ],
    )

    assert set(settled(decision)) == numbers


def test_a_range_whose_sum_does_not_hold_is_left_to_a_person() -> None:
    decision = decided_one(
        line(45_000, "VE/25/03769-3771"),
        parties=[LEROY],
        items=[item("VE/25/03769", LEROY, 10_000), item("VE/25/03771", LEROY, 30_000)],
    )

    assert is_left_to_a_person(decision)


def test_the_amount_tells_which_of_two_near_numbers_was_mistyped() -> None:
    decision = decided_one(
        line(30_000, "FA2026-02357", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("FA2026-02387", LEROY, 30_000), item("FA2026-02957", LEROY, 20_000)],
    )

    assert settled(decision) == {"FA2026-02387": 30_000}


def test_a_year_is_no_end_of_a_number() -> None:
    """Two invoices of that amount: "2025" is the year of both their dates, or neither's number."""
    decision = decided_one(
        line(36_000, "ABONNEMENT MARS 2025", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[
            item("F25022025", LEROY, 36_000),
            item("F25020140", LEROY, 36_000, account="411001"),
        ],
    )

    assert is_left_to_a_person(decision)


def test_behind_a_full_number_an_end_may_look_like_a_year() -> None:
    decision = decided_one(
        line(30_000, "FACT F25082044 / 2046", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("F25082044", LEROY, 10_000), item("F25072046", LEROY, 20_000)],
    )

    assert settled(decision) == {"F25082044": 10_000, "F25072046": 20_000}


def test_an_end_may_keep_some_of_its_zeros() -> None:
    decision = decided_one(
        line(30_000, "FACT VE/24/00894 0896", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("VE/24/00894", LEROY, 10_000), item("VE/25/00896", LEROY, 20_000)],
    )

    assert settled(decision) == {"VE/24/00894": 10_000, "VE/25/00896": 20_000}


def test_the_last_letter_of_a_cut_name_is_no_part_of_a_number_in_the_next_text() -> None:
    assert told("VIR SEPA EMIS /BEN LEROY T\n202412-4081PAIEMENT") == ["2024124081"]


def test_what_was_read_before_changes_nothing() -> None:
    """Letters behind a number may be those that another number begins with."""
    book = shape_book(("E999999", "FC999999"))
    before = read_text("FACT E001468", book).hits

    read_text("FC001234E 001468 FC1234E E001", book)

    assert read_text("FACT E001468", book).hits == before != ()


@pytest.mark.parametrize(
    ("text", "is_left"),
    [
        ("FACT 098132", True),
        ("FACTURE N 098132", True),
        ("FACTURE: 098132", True),
        ("CLIENT 098132", False),
        ("REF 098132", False),
    ],
)
def test_digits_behind_a_word_for_invoice_name_a_closed_one(text: str, *, is_left: bool) -> None:
    decision = decided_one(
        line(15_376, text, payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("000877", LEROY, 15_376)],
    )

    assert is_left_to_a_person(decision) == is_left


def test_a_part_that_is_the_invoice_less_a_credit_note_is_left_to_a_person() -> None:
    """The text may have been cut behind the first number."""
    decision = decided_one(
        line(60_000, "FACT FA2026-00123", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("FA2026-00123", LEROY, 100_000), credit_note("AV2026-001", LEROY, -40_000)],
    )

    assert is_left_to_a_person(decision)
    assert {"FA2026-00123", "AV2026-001"} in [
        {settle.id for settle in candidate.settles} for candidate in decision.candidates
    ]


def test_a_word_that_numbers_begin_with_may_stand_before_others() -> None:
    decision = decided_one(
        line(10_000, "REGLTFACT001320"),
        parties=[LEROY],
        items=[item("001320", LEROY, 10_000), item("FACT001321", "S1", -10_000)],
    )

    assert settled(decision) == {"001320": 10_000}


def test_a_number_that_lost_its_last_digits_is_a_part() -> None:
    """N25-15 is N25-0015 without zeros, which nobody has, or the beginning of N25-1569."""
    decision = decided_one(
        line(33_150, "REGLEMENT N25-15", payer="LEROY MENUISERIE"),
        parties=[LEROY],
        items=[item("N25-1569", LEROY, 33_150), item("N25-1825", LEROY, 33_150)],
    )

    assert settled(decision) == {"N25-1569": 33_150}
