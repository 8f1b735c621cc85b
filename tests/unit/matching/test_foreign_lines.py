"""Lines of an account in another currency: items are settled by what the bank says of them."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.matching.model import MatchLine
from rappro.domain.settings import PostingSettings
from tests.unit.matching.worlds import (
    Level,
    decided_one,
    entry,
    instructed,
    is_left_to_a_person,
    item,
    line,
    party,
    rule_of,
    settled,
)

ACME = party("C1", "Acme Industries Inc")
SOLD = item("FA2026-00123", ACME, 100_000, company=92_000, currency="USD")
HOME = item("FA2026-00124", ACME, 91_000)


def paid(label: str = "FA2026-00123", worth: int | None = 91_000, **fields: Any) -> MatchLine:
    """Return 1,000.00 USD on an account in dollars, with what the bank says they are in euros."""
    original = None if worth is None else instructed(worth, "EUR")
    amount = fields.pop("amount", 100_000)
    return line(amount, label, currency="USD", original=original, **fields)


def test_a_named_item_in_the_accounts_currency_is_settled_and_the_rest_is_exchange() -> None:
    decision = decided_one(paid(), items=[SOLD])

    assert (decision.level, settled(decision)) == (Level.AC, {"FA2026-00123": 92_000})
    assert [(g.kind, g.amount_minor, g.account) for g in decision.adjustments] == [
        ("fx", -1_000, "656000")
    ]
    assert rule_of(decision) == "foreign_line"


def test_a_gain_and_the_accounts_of_exchange_are_settings() -> None:
    posting = PostingSettings(fx_loss_account="666000", fx_gain_account="766000")

    decision = decided_one(paid(worth=95_000), items=[SOLD], posting=posting)

    assert [(g.amount_minor, g.account) for g in decision.adjustments] == [(3_000, "766000")]


def test_a_supplier_paid_from_that_account() -> None:
    bought = item("F-88123", party("S1", "Tools Corp"), -100_000, company=-92_000, currency="USD")

    decision = decided_one(paid("F-88123 TOOLS CORP", amount=-100_000), items=[bought])

    assert settled(decision) == {"F-88123": -92_000}
    assert [(g.amount_minor, g.account) for g in decision.adjustments] == [(1_000, "756000")]


def test_an_item_in_the_companys_currency_is_paid_by_what_the_bank_made_of_it() -> None:
    decision = decided_one(paid("FA2026-00124"), items=[HOME])

    assert (decision.level, settled(decision)) == (Level.AC, {"FA2026-00124": 91_000})
    assert decision.adjustments == ()


def test_several_named_items_add_up() -> None:
    second = item("FA2026-00125", ACME, 50_000, company=46_000, currency="USD")

    decision = decided_one(
        paid("FA2026-00123 FA2026-00125", 138_000, amount=150_000), items=[SOLD, second]
    )

    assert settled(decision) == {"FA2026-00123": 92_000, "FA2026-00125": 46_000}


def test_the_payers_one_item_of_that_amount_needs_no_number() -> None:
    decision = decided_one(paid("ACME INDUSTRIES"), items=[SOLD], parties=[ACME])

    assert settled(decision) == {"FA2026-00123": 92_000}


@pytest.mark.parametrize("label", ["FA2026-00123", "ACME INDUSTRIES"])
def test_without_the_amount_in_the_companys_currency_a_person_is_shown_the_item(label: str) -> None:
    decision = decided_one(paid(label, worth=None), items=[SOLD], parties=[ACME])

    assert (decision.level, decision.settles) == (Level.BC, ())
    assert [s.id for s in decision.candidates[0].settles] == ["FA2026-00123"]


@pytest.mark.parametrize(
    ("why", "label", "fields"),
    [
        ("less than the item", "FA2026-00123 ACME INDUSTRIES", {"amount": 60_000}),
        ("far from the books' rate", "FA2026-00123", {"worth": 60_000}),
        ("a charge", "FA2026-00123 FRAIS 15,00", {}),
        ("untied by a person", "ACME INDUSTRIES", {"vetoes": frozenset({"FA2026-00123"})}),
        ("another third party set", "FA2026-00123", {"fixed_third_party": "C9"}),
        ("a closed number", "ACME INDUSTRIES FA2025-00099", {}),
    ],
)
def test_what_does_not_fit_to_the_cent_is_left_to_a_person(
    why: str, label: str, fields: dict[str, Any]
) -> None:
    decision = decided_one(paid(label, **fields), items=[SOLD], parties=[ACME])

    assert is_left_to_a_person(decision), why


def test_two_items_of_the_payer_that_differ_are_left_to_a_person() -> None:
    other = item("FA2026-00125", ACME, 100_000, company=93_000, currency="USD")

    decision = decided_one(paid("ACME INDUSTRIES"), items=[SOLD, other], parties=[ACME])

    assert is_left_to_a_person(decision)


def test_an_entry_that_waits_in_the_accounts_currency_goes_first() -> None:
    waiting = entry("E1", 100_000, "Acme Industries", currency="USD")

    decision = decided_one(paid("ACME INDUSTRIES"), items=[SOLD], parties=[ACME], entries=[waiting])

    assert settled(decision) == {"E1": 100_000}
