"""Transfers between the company's own accounts: booked on both sides, and never twice."""

from __future__ import annotations

from typing import Any

import pytest

from rappro.domain.matching.model import MatchLine, OwnAccount
from rappro.domain.settings import PostingSettings
from tests.unit.matching.worlds import (
    BANK,
    IBAN_LEROY,
    Level,
    day,
    decided,
    decided_one,
    entry,
    is_left_to_a_person,
    item,
    line,
    party,
    rule_of,
    settled,
    template,
)

SAVINGS = "512200"
IBAN_BANK = "FR7610107001011234567890129"
IBAN_SAVINGS = "FR7614508000405399873982Q72"
OWN = (OwnAccount(IBAN_BANK, BANK), OwnAccount(IBAN_SAVINGS, SAVINGS))
NAME = "Menuiserie Vaillant SARL"
OUT = line(-500_000, "VIR SEPA VERS LIVRET", iban=IBAN_SAVINGS)


def test_a_line_to_an_own_account_is_booked_on_internal_transfers() -> None:
    decision = decided_one(OUT, own_accounts=OWN)

    assert (decision.level, settled(decision)) == (Level.AS, {"580000": -500_000})
    assert (rule_of(decision), decision.third_party) == ("own_account", None)


def test_both_sides_together_leave_internal_transfers_at_zero() -> None:
    back = line(500_000, "VIR RECU", iban=IBAN_BANK, account=SAVINGS, on=day(1))

    decisions = decided(OUT, back, own_accounts=OWN)

    assert [decision.level for decision in decisions] == [Level.AS, Level.AS]
    assert sum(settled(decision)["580000"] for decision in decisions) == 0


def test_the_account_of_internal_transfers_is_a_setting() -> None:
    posting = PostingSettings(internal_transfers_account="581000")

    decision = decided_one(OUT, own_accounts=OWN, posting=posting)

    assert settled(decision) == {"581000": -500_000}


def test_the_iban_of_the_lines_own_account_is_no_other_side() -> None:
    own = line(-500_000, "VIR SEPA", iban=IBAN_BANK)

    assert is_left_to_a_person(decided_one(own, own_accounts=OWN))


def test_an_entry_that_waits_goes_before_an_own_account() -> None:
    decision = decided_one(
        OUT, own_accounts=OWN, entries=[entry("E1", -500_000, "Virement interne")]
    )

    assert (decision.level, settled(decision)) == (Level.A, {"E1": -500_000})


def test_entries_that_wait_and_cannot_be_told_apart_leave_it_to_a_person() -> None:
    entries = [entry("E1", -500_000, "Loyer"), entry("E2", -500_000, "Salaire")]

    assert is_left_to_a_person(decided_one(OUT, own_accounts=OWN, entries=entries))


def test_an_older_entry_that_says_it_is_internal_leaves_it_to_a_person() -> None:
    waiting = entry("E1", -500_000, "Virement interne livret", on=day(-40))

    decision = decided_one(OUT, own_accounts=OWN, entries=[waiting])

    assert is_left_to_a_person(decision)
    assert [s.id for s in decision.candidates[0].settles] == ["E1"]


def test_a_template_says_where_the_company_wants_its_transfers() -> None:
    own = template("savings", "LIVRET")

    decision = decided_one(OUT, own_accounts=OWN, templates=[own])

    assert (decision.level, decision.template, decision.settles) == (Level.AS, "savings", ())


def test_an_own_account_settles_no_item_of_a_namesake() -> None:
    """A firm of the group has the company's name and owes just as much."""
    twin = party("C1", NAME)
    back = line(500_000, "VIR SEPA", iban=IBAN_SAVINGS, payer=NAME)

    decision = decided_one(
        back, own_accounts=OWN, parties=[twin], items=[item("FA1", twin, 500_000)]
    )

    assert settled(decision) == {"580000": 500_000}


def test_a_line_that_a_person_untied_from_internal_transfers_is_not_tied_again() -> None:
    own = line(-500_000, "VIR SEPA", iban=IBAN_SAVINGS, vetoes=frozenset({"580000"}))

    assert is_left_to_a_person(decided_one(own, own_accounts=OWN))


def test_a_transfer_in_another_currency_is_not_booked() -> None:
    own = line(-500_000, "VIR SEPA", iban=IBAN_SAVINGS, currency="USD")

    assert is_left_to_a_person(decided_one(own, own_accounts=OWN))


def sides(label: str = "VIREMENT INTERNE", **fields: Any) -> tuple[MatchLine, MatchLine]:
    """Return both sides of a transfer without IBANs; fields are of the credit."""
    given: dict[str, Any] = {"account": SAVINGS, "on": day(1), **fields}
    return line(-500_000, "VIREMENT INTERNE VERS LIVRET"), line(500_000, label, **given)


@pytest.mark.parametrize(
    ("label", "fields"),
    [
        ("VIREMENT INTERNE", {}),
        ("VIR SEPA INTERNE", {"payer": "MENUISERIE VAILLANT"}),
        ("VIR RECU", {"payer": "MENUISERIE VAILLANT"}),
        ("VIREMENT COMPTE A COMPTE", {}),
    ],
)
def test_two_sides_of_own_accounts_with_the_words_of_a_transfer_are_one(
    label: str, fields: dict[str, Any]
) -> None:
    decisions = decided(*sides(label, **fields), company_name=NAME)

    assert [rule_of(decision) for decision in decisions] == ["internal_transfer"] * 2
    assert [settled(d) for d in decisions] == [{"580000": -500_000}, {"580000": 500_000}]


@pytest.mark.parametrize(
    ("why", "label", "fields"),
    [
        ("another amount", "VIREMENT INTERNE", {"amount": 500_001}),
        ("too late", "VIREMENT INTERNE", {"on": day(13)}),
        ("too early", "VIREMENT INTERNE", {"on": day(-4)}),
        ("the same account", "VIREMENT INTERNE", {"account": BANK}),
        ("no words of it", "VIR RECU", {}),
        ("somebody else is named", "VIREMENT INTERNE", {"payer": "GARAGE DU LAC"}),
        ("somebody else's account", "VIREMENT INTERNE", {"iban": IBAN_LEROY}),
        ("another word", "VIREMENT INTERNE DUPONT", {}),
        ("a person set who pays", "VIREMENT INTERNE", {"fixed_third_party": "C1"}),
        ("untied by a person", "VIREMENT INTERNE", {"vetoes": frozenset({"580000"})}),
    ],
)
def test_sides_that_do_not_fit_each_other_are_left_to_a_person(
    why: str, label: str, fields: dict[str, Any]
) -> None:
    given: dict[str, Any] = {"account": SAVINGS, "on": day(1), **fields}
    amount = given.pop("amount", 500_000)
    lines = (line(-500_000, "VIREMENT INTERNE VERS LIVRET"), line(amount, label, **given))

    decisions = decided(*lines, company_name=NAME)

    assert all(map(is_left_to_a_person, decisions)), why


def test_words_without_the_other_side_show_a_person_the_account() -> None:
    decision = decided_one(line(-500_000, "VIREMENT INTERNE VERS LIVRET"))

    assert (decision.level, decision.settles) == (Level.B, ())
    assert [s.id for s in decision.candidates[0].settles] == ["580000"]


def test_two_that_could_be_the_other_side_leave_all_to_a_person() -> None:
    third = line(500_000, "VIREMENT INTERNE", account="512300", on=day(2))

    assert all(map(is_left_to_a_person, decided(*sides(), third)))


def test_a_side_that_may_be_an_entry_leaves_the_other_side_to_a_person_too() -> None:
    entries = [entry("E1", 500_000, "Salaire", account=SAVINGS)]
    entries.append(entry("E2", 500_000, "Loyer", account=SAVINGS))

    decisions = decided(*sides(), entries=entries)

    assert all(map(is_left_to_a_person, decisions))


def test_a_side_with_its_entry_is_matched_and_the_other_one_left_to_a_person() -> None:
    """The company books this transfer itself: the other entry will come."""
    waiting = entry("E1", 500_000, "Virement interne", account=SAVINGS)

    out, back = decided(*sides(), entries=[waiting])

    assert is_left_to_a_person(out)
    assert settled(back) == {"E1": 500_000}
