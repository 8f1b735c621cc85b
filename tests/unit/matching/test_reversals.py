"""What a bank takes back of its own booking: tied to its original, and nothing to any item."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.matching.model import MatchLine
from rappro.domain.settings import PostingSettings
from tests.unit.matching.worlds import (
    Level,
    day,
    decided,
    decided_one,
    entry,
    instructed,
    is_left_to_a_person,
    item,
    line,
    party,
    past,
    rule_of,
    settled,
)

LEROY = party("C1", "Menuiserie Leroy")
INVOICE = item("FA2026-00123", LEROY, 12_000)


def original(**fields: Any) -> MatchLine:
    given = {"label": "VIR MENUISERIE LEROY FA2026-00123", "end_to_end_id": "OP20260320A7"}
    return line(12_000, **{**given, **fields})


def reversal(amount: int = -12_000, **fields: Any) -> MatchLine:
    given = {
        "label": "EXTOURNE VIR MENUISERIE LEROY", "end_to_end_id": "OP20260320A7",
        "is_reversal": True, "on": day(2),
    }  # fmt: skip
    return line(amount, **{**given, **fields})


def test_a_reversal_and_its_original_are_one_and_the_invoice_stays_open() -> None:
    decisions = decided(original(), reversal(), items=[INVOICE], parties=[LEROY])

    assert [d.level for d in decisions] == [Level.AS, Level.AS]
    assert [settled(d) for d in decisions] == [{"471000": 12_000}, {"471000": -12_000}]
    assert [rule_of(d) for d in decisions] == ["reversed_line"] * 2
    assert [(d.third_party, d.invoice) for d in decisions] == [(None, None)] * 2


def test_each_explains_itself_by_the_other() -> None:
    first, second = decided(original(), reversal())

    assert first.explanation.evidence[1].detail.startswith("is reversed by line L2")
    assert second.explanation.evidence[1].detail.startswith("reverses line L1")
    assert second.explanation.evidence[2].text == "OP20260320A7"


def test_the_suspense_account_is_a_setting() -> None:
    posting = PostingSettings(suspense_account="472000")

    assert settled(decided(original(), reversal(), posting=posting)[0]) == {"472000": 12_000}


def test_a_payment_that_comes_again_after_its_reversal_pays_the_invoice() -> None:
    again = original(on=day(3))

    decisions = decided(original(), reversal(), again, items=[INVOICE], parties=[LEROY])

    assert [settled(d) for d in decisions] == [
        {"471000": 12_000}, {"471000": -12_000}, {"FA2026-00123": 12_000},
    ]  # fmt: skip


@pytest.mark.parametrize(
    "shared",
    [
        {"entry_ref": "0020260320000071"},
        {"remittance_ref": "REM00971"},
        {"label_more": "REF BQ7719A4"},
    ],
)
def test_a_reference_of_the_bank_ties_as_well(shared: dict[str, Any]) -> None:
    lines = (
        original(end_to_end_id=None, label="VIR LEROY", **shared),
        reversal(end_to_end_id=None, **shared),
    )

    assert [rule_of(d) for d in decided(*lines)] == ["reversed_line"] * 2


def test_an_invoice_number_on_both_ties_as_well() -> None:
    back = reversal(end_to_end_id=None, label="ANNUL VIR LEROY FA2026-00123")

    first, second = decided(original(end_to_end_id=None), back, items=[INVOICE])

    assert [settled(first), settled(second)] == [{"471000": 12_000}, {"471000": -12_000}]


@pytest.mark.parametrize(
    ("why", "fields"),
    [
        ("another key", {"end_to_end_id": "OP20260320B8"}),
        ("another amount", {"amount": -11_900}),
        ("before its original", {"on": day(-1)}),
        ("too late", {"on": day(16)}),
        ("another account", {"account": "512200"}),
        ("a payment of its own", {"is_reversal": False}),
        ("set by a person", {"fixed_third_party": "C1"}),
        ("untied by a person", {"vetoes": frozenset({"471000"})}),
    ],
)
def test_what_is_no_reversal_of_a_line_leaves_it_to_its_invoice(
    why: str, fields: dict[str, Any]
) -> None:
    first, second = decided(original(), reversal(**fields), items=[INVOICE], parties=[LEROY])
    if why == "before its original":
        first, second = second, first

    assert (settled(first) if first.settles else settled(second)) == {"FA2026-00123": 12_000}
    assert [d.level for d in (first, second)].count(Level.A) == 1, why


def test_a_mandate_or_a_creditor_is_no_key_of_one_payment() -> None:
    told: dict[str, Any] = {"label_more": "RUM RUM000123 ICS FR12ZZZ123456", "end_to_end_id": None}
    lines = (original(label="PRLV LEROY", **told), reversal(**told))

    assert all(map(is_left_to_a_person, decided(*lines)))


def test_two_that_could_be_the_original_leave_the_reversal_to_a_person() -> None:
    decisions = decided(original(), original(on=day(1)), reversal())

    assert all(map(is_left_to_a_person, decisions))
    assert [s.id for s in decisions[2].candidates[0].settles] == ["471000"]


def test_of_a_payment_that_the_bank_booked_twice_one_pays_and_the_other_is_taken_back() -> None:
    lines = original(), original(on=day(1)), reversal()

    decisions = decided(*lines, items=[INVOICE], parties=[LEROY])

    assert [settled(d) for d in decisions] == [
        {"FA2026-00123": 12_000}, {"471000": 12_000}, {"471000": -12_000},
    ]  # fmt: skip


def test_an_entry_that_waits_for_the_original_goes_first() -> None:
    decisions = decided(original(), reversal(), entries=[entry("E1", 12_000, "VIR LEROY")])

    assert settled(decisions[0]) == {"E1": 12_000}
    assert is_left_to_a_person(decisions[1])


def test_a_payment_of_the_past_with_that_id_is_what_comes_back() -> None:
    before = past("P1", "C1", 12_000, end_to_end_id="OP20260320A7", on=day(-5))

    decisions = decided(original(), reversal(), past=[before], items=[INVOICE], parties=[LEROY])

    assert settled(decisions[1]) == {"P1": -12_000}


def test_a_reversal_without_its_original_settles_no_item() -> None:
    """A credit note of exactly that amount is not what the bank gave back."""
    avoir = item("AV2026-00009", LEROY, -12_000)

    alone = reversal(label="EXTOURNE VIR MENUISERIE LEROY AV2026-00009")

    assert is_left_to_a_person(decided_one(alone, items=[avoir], parties=[LEROY]))


def test_in_another_currency_nothing_is_booked() -> None:
    lines = original(currency="USD", original=instructed(11_000, "EUR")), reversal(currency="USD")

    assert all(map(is_left_to_a_person, decided(*lines)))
