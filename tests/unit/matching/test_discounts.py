"""Early-payment discounts and the VAT in them: by the company's way, to the cent, never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rappro.domain.errors import InputError
from rappro.domain.matching.model import Decision
from rappro.domain.settings import AccountVatRate, DiscountVat, PostingSettings
from tests.unit.matching.worlds import (
    Level,
    decided_one,
    discount,
    is_left_to_a_person,
    item,
    line,
    party,
    settled,
)

LEROY = party("C1", "Menuiserie Leroy")
GROSS = party("S1", "Gros Materiaux")
BY_INVOICE = PostingSettings(discount_vat=DiscountVat.SPLIT_BY_INVOICE)
BY_ACCOUNT = PostingSettings(
    discount_vat=DiscountVat.SPLIT_BY_ACCOUNT,
    discount_vat_rates=(AccountVatRate("411", "20"), AccountVatRate("4112", "5.5")),
)
UNTAXED = PostingSettings(discount_vat=DiscountVat.UNTAXED)


def legs(decision: Decision) -> list[tuple[str | None, int]]:
    assert {gap.kind.value for gap in decision.adjustments} <= {"discount"}
    return [(gap.account, gap.amount_minor) for gap in decision.adjustments]


def test_a_discount_granted_gives_back_the_vat_that_its_invoice_says() -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"), vat_minor=20_000)

    decision = decided_one(line(117_600, "FA2026-00123"), items=[sold], posting=BY_INVOICE)

    assert settled(decision) == {"FA2026-00123": 120_000}
    assert legs(decision) == [("665000", -2_000), ("445710", -400)]


def test_a_discount_obtained_lowers_the_vat_that_is_deductible() -> None:
    bought = item("F-88123", GROSS, -120_000, discount=discount("2"), vat_rate_percent="20")

    decision = decided_one(
        line(-117_600, "GROS MATERIAUX F-88123"), items=[bought], parties=[GROSS],
        posting=BY_INVOICE,
    )  # fmt: skip

    assert legs(decision) == [("765000", 2_000), ("445660", 400)]


def test_an_invoice_without_tax_has_no_vat_in_its_discount() -> None:
    sold = item("FA2026-00123", LEROY, 100_000, discount=discount("2"), vat_minor=0)

    decision = decided_one(line(98_000, "FA2026-00123"), items=[sold], posting=BY_INVOICE)

    assert legs(decision) == [("665000", -2_000)]


def test_of_an_invoice_paid_in_part_before_the_rest_has_its_share_of_vat() -> None:
    sold = item(
        "FA2026-00123", LEROY, 120_000, residual=60_000, discount=discount("2"), vat_minor=20_000
    )

    decision = decided_one(line(58_800, "FA2026-00123"), items=[sold], posting=BY_INVOICE)

    assert legs(decision) == [("665000", -1_000), ("445710", -200)]


@pytest.mark.parametrize(("account", "vat"), [("411000", -400), ("411200", -125)])
def test_by_account_the_longest_beginning_has_the_rate(account: str, vat: int) -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"), account=account)

    decision = decided_one(line(117_600, "FA2026-00123"), items=[sold], posting=BY_ACCOUNT)

    assert legs(decision) == [("665000", -2_400 - vat), ("445710", vat)]


def test_untaxed_the_percentage_is_of_the_amount_without_tax_and_the_vat_stays() -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"), vat_minor=20_000)

    decision = decided_one(line(118_000, "FA2026-00123"), items=[sold], posting=UNTAXED)

    assert legs(decision) == [("665000", -2_000)]


def test_several_invoices_have_each_their_own_vat() -> None:
    sold = [
        item("FA2026-00123", LEROY, 120_000, discount=discount("2"), vat_minor=20_000),
        item("FA2026-00124", LEROY, 105_500, discount=discount("2"), vat_minor=5_500),
    ]

    decision = decided_one(
        line(120_000 + 105_500 - 2_400 - 2_110, "FA2026-00123 FA2026-00124"),
        items=sold,
        posting=BY_INVOICE,
    )

    assert legs(decision) == [("665000", -4_000), ("445710", -510)]


@pytest.mark.parametrize("posting", [BY_INVOICE, UNTAXED])
@pytest.mark.parametrize("label", ["MENUISERIE LEROY FA2026-00123", "MENUISERIE LEROY"])
def test_a_discount_whose_vat_nobody_said_is_left_to_a_person(
    posting: PostingSettings, label: str
) -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"))

    decision = decided_one(line(117_600, label), items=[sold], parties=[LEROY], posting=posting)

    assert is_left_to_a_person(decision)
    assert next(s.id for c in decision.candidates for s in c.settles) == "FA2026-00123"


def test_a_named_invoice_less_an_unknown_vat_says_what_is_missing() -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"))

    decision = decided_one(
        line(117_600, "MENUISERIE LEROY FA2026-00123"), items=[sold], parties=[LEROY],
        posting=BY_INVOICE,
    )  # fmt: skip

    assert decision.explanation.evidence[0].detail.startswith("discount_vat_unknown: ")


def test_by_account_an_account_without_a_rate_is_left_to_a_person() -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"), account="413000")

    decision = decided_one(
        line(117_600, "MENUISERIE LEROY FA2026-00123"), items=[sold], parties=[LEROY],
        posting=BY_ACCOUNT,
    )  # fmt: skip

    assert is_left_to_a_person(decision)


def test_a_discount_of_one_of_two_invoices_with_other_vat_is_left_to_a_person() -> None:
    """2 % of either is 24.00: which one was paid less is not said."""
    sold = [
        item("FA2026-00123", LEROY, 120_000, discount=discount("2"), vat_minor=20_000),
        item("FA2026-00124", LEROY, 120_000, discount=discount("2"), vat_minor=0),
    ]

    decision = decided_one(
        line(240_000 - 2_400, "FA2026-00123 FA2026-00124"), items=sold, posting=BY_INVOICE
    )

    assert is_left_to_a_person(decision)


def test_a_part_that_is_no_discount_needs_no_vat() -> None:
    sold = item("FA2026-00123", LEROY, 120_000, discount=discount("2"))

    decision = decided_one(
        line(60_000, "MENUISERIE LEROY FA2026-00123"), items=[sold], parties=[LEROY],
        posting=BY_INVOICE,
    )  # fmt: skip

    assert (decision.level, settled(decision)) == (Level.A, {"FA2026-00123": 60_000})


@given(st.integers(1_000, 9_999_999), st.integers(0, 1_000), st.sampled_from([50, 200, 333]))
def test_whatever_the_vat_the_legs_are_the_whole_discount(
    amount: int, vat_thousandths: int, rate: int
) -> None:
    terms = discount(f"{rate // 100}.{rate % 100:02d}")
    vat = amount * vat_thousandths // 1_000
    sold = item("FA2026-00123", LEROY, amount, discount=terms, vat_minor=vat)
    taken = max(1, amount * rate // 10_000)

    decision = decided_one(line(amount - taken, "FA2026-00123"), items=[sold], posting=BY_INVOICE)

    assert settled(decision) == {"FA2026-00123": amount}
    assert sum(gap for _, gap in legs(decision)) == -taken
    assert all(gap <= 0 for _, gap in legs(decision))
    assert abs(sum(gap for account, gap in legs(decision) if account == "445710")) <= taken


def test_the_vat_of_an_item_lies_within_its_amount() -> None:
    with pytest.raises(InputError):
        item("FA2026-00123", LEROY, 100, vat_minor=101)
    with pytest.raises(InputError):
        item("FA2026-00123", LEROY, 100, vat_minor=-1)
