"""Differences that are explained, and batch lines whose parts the bank gives."""

from __future__ import annotations

import pytest

from rappro.domain.matching.model import Decision, Level
from rappro.domain.settings import (
    MatchingSettings,
    PostingSettings,
)
from tests.unit.matching.worlds import (
    day,
    decided_one,
    discount,
    entry,
    instructed,
    is_left_to_a_person,
    item,
    line,
    part,
    party,
    past,
    settled,
)

LEROY = party("C1", "Menuiserie Leroy")
DURAND = party("C2", "Durand Transports")


def gaps(decision: Decision) -> list[tuple[str, int, str | None]]:
    return [(gap.kind.value, gap.amount_minor, gap.account) for gap in decision.adjustments]


class TestDiscounts:
    @pytest.mark.parametrize("pays", [9702, 9703])
    def test_both_roundings_of_half_a_cent_are_in_use(self, pays: int) -> None:
        """3 % of 100.03 is 3.0009: 3.00 or 3.01 is taken off."""
        decision = decided_one(
            line(pays, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 10003, discount=discount("3"))],
        )

        assert gaps(decision) == [("discount", pays - 10003, "665000")]

    def test_the_last_day_of_the_terms_is_in_time_and_grace_days_follow(self) -> None:
        def paid(days: int, grace: int) -> str:
            decision = decided_one(
                line(9800, "MENUISERIE LEROY FA2026-00123"),
                items=[item("FA2026-00123", LEROY, 10000, discount=discount("2", days))],
                parties=[LEROY],
                matching=MatchingSettings(discount_grace_days=grace),
            )
            return decision.adjustments[0].kind.value if decision.adjustments else "partial"

        assert [paid(0, 0), paid(-1, 0), paid(-1, 1), paid(-2, 1)] == [
            "discount", "partial", "discount", "partial",
        ]  # fmt: skip

    def test_of_several_invoices_some_may_be_paid_with_their_discount(self) -> None:
        decision = decided_one(
            line(10000 + 19600, "FA2026-00123 FA2026-00124"),
            items=[
                item("FA2026-00123", LEROY, 10000, discount=discount("2")),
                item("FA2026-00124", LEROY, 20000, discount=discount("2")),
            ],
        )

        assert gaps(decision) == [("discount", -400, "665000")]
        assert settled(decision) == {"FA2026-00123": 10000, "FA2026-00124": 20000}

    def test_a_known_payers_invoice_less_its_discount_needs_no_number(self) -> None:
        decision = decided_one(
            line(9800, "MENUISERIE LEROY"),
            items=[
                item("FA2026-00123", LEROY, 10000, discount=discount("2")),
                item("FA2026-00124", LEROY, 33333),
            ],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 10000}


class TestOtherGaps:
    def test_accounts_are_the_companys_own(self) -> None:
        decision = decided_one(
            line(11999, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            posting=PostingSettings(cents_loss_account="658100"),
        )

        assert gaps(decision) == [("cents", -1, "658100")]

    def test_no_tolerance_means_no_cents(self) -> None:
        decision = decided_one(
            line(12001, "FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 12000)],
            matching=MatchingSettings(cents_tolerance_minor=0),
        )

        assert is_left_to_a_person(decision)

    def test_a_charge_beyond_the_companys_bound_is_a_partial_payment(self) -> None:
        decision = decided_one(
            line(94000, "SWIFT MENUISERIE LEROY FA2026-00123"),
            items=[item("FA2026-00123", LEROY, 100000)],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 94000}

    def test_a_foreign_transfer_may_arrive_less_a_charge(self) -> None:
        decision = decided_one(
            line(98000, "VIR SWIFT FA2026-00123"), items=[item("FA2026-00123", LEROY, 100000)]
        )

        assert gaps(decision) == [("charge", -2000, "627000")]

    def test_an_exchange_difference_within_the_tolerance_needs_a_full_number(self) -> None:
        books = {
            "items": [item("FA2026-00123", LEROY, 100000, currency="USD", company=90000)],
            "parties": [LEROY],
        }
        named = decided_one(line(91000, "FA2026-00123"), **books)
        beyond = decided_one(line(92000, "FA2026-00123"), **books)
        silent = decided_one(line(91000, "MENUISERIE LEROY"), **books)

        assert (named.level, gaps(named)) == (Level.AC, [("fx", 1000, "756000")])
        assert beyond.level is Level.BC
        assert silent.level is Level.BC

    def test_part_of_a_foreign_invoice_goes_by_the_instructed_amount(self) -> None:
        decision = decided_one(
            line(46000, "MENUISERIE LEROY FA2026-00123", original=instructed(50000, "USD")),
            items=[item("FA2026-00123", LEROY, 100000, currency="USD", company=90000)],
            parties=[LEROY],
        )

        assert decision.level is Level.AC
        assert settled(decision) == {"FA2026-00123": 45000}
        assert gaps(decision) == [("fx", 1000, "756000")]

    def test_a_return_may_bring_the_banks_fee_along(self) -> None:
        decision = decided_one(
            line(-13500, "REJET PRLV", end_to_end_id="DD-77", return_reason="MD06"),
            past=[past("P1", "C1", 12000, end_to_end_id="DD-77")],
        )

        assert settled(decision) == {"P1": -12000}
        assert gaps(decision) == [("charge", -1500, "627000")]


class TestBatches:
    def test_the_numbers_of_the_parts_are_the_lines_numbers(self) -> None:
        decision = decided_one(
            line(17000, "VIREMENTS RECUS", details=(part(12000, "FA2026-00123"),
                                                    part(5000, "FA2026-00124"))),
            items=[item("FA2026-00123", LEROY, 12000), item("FA2026-00124", DURAND, 5000)],
        )  # fmt: skip

        assert settled(decision) == {"FA2026-00123": 12000, "FA2026-00124": 5000}
        assert decision.third_party is None

    def test_each_part_is_explained_by_its_own_payer(self) -> None:
        decision = decided_one(
            line(17000, "VIREMENTS RECUS", details=(part(12000, payer="Menuiserie Leroy"),
                                                    part(5000, payer="Durand Transports"))),
            items=[
                item("FA2026-00123", LEROY, 12000),
                item("FA2026-00124", DURAND, 5000),
                item("FA2026-00125", LEROY, 5000),
            ],
            parties=[LEROY, DURAND],
        )  # fmt: skip

        assert settled(decision) == {"FA2026-00123": 12000, "FA2026-00124": 5000}

    def test_two_parts_alike_take_two_items_alike(self) -> None:
        parts = (part(5000, payer="Menuiserie Leroy"), part(5000, payer="Menuiserie Leroy"))
        decision = decided_one(
            line(10000, "VIREMENTS RECUS", details=parts),
            items=[
                item("FA2026-00123", LEROY, 5000, issued=day(-9)),
                item("FA2026-00124", LEROY, 5000, issued=day(-8)),
            ],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 5000, "FA2026-00124": 5000}

    def test_one_part_that_nothing_explains_leaves_the_line_to_a_person(self) -> None:
        decision = decided_one(
            line(17000, "VIREMENTS RECUS", details=(part(12000, payer="Menuiserie Leroy"),
                                                    part(5000, payer="Inconnu"))),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )  # fmt: skip

        assert is_left_to_a_person(decision)

    def test_the_ids_of_the_parts_are_keys_of_the_entries(self) -> None:
        decision = decided_one(
            line(-6000, "VIREMENTS EMIS", details=(part(-2500, end_to_end_id="PAY-0001"),
                                                   part(-3500, end_to_end_id="PAY-0002"))),
            entries=[
                entry("E1", -2500, end_to_end_id="PAY-0001"),
                entry("E2", -3500, end_to_end_id="PAY-0002"),
                entry("E3", -6000, "Autre"),
            ],
        )  # fmt: skip

        assert settled(decision) == {"E1": -2500, "E2": -3500}

    def test_a_single_part_speaks_for_the_line(self) -> None:
        decision = decided_one(
            line(12000, "VIR", details=(part(12000, payer="Menuiserie Leroy"),)),
            items=[item("FA2026-00123", LEROY, 12000)],
            parties=[LEROY],
        )

        assert settled(decision) == {"FA2026-00123": 12000}
