"""What one line settles gives others an answer that they did not have when they were asked."""

from __future__ import annotations

from rappro.domain.matching.model import Level
from tests.unit.matching.worlds import decided, entry, item, line, party, rule_of, settled

LEROY = party("C1", "Menuiserie Leroy")


def test_a_rule_that_found_nothing_is_asked_again_after_its_payer_s_item_was_paid_in_part() -> None:
    """600.00 is nothing until 400.00 is known to be a part of 1,000.00.

    The part is known once the other invoice of 400.00 is paid, which its own line does after the
    first line was asked about its payer's amounts.
    """
    rest = line(60000, "MENUISERIE LEROY", key="1 rest")
    part = line(40000, "MENUISERIE LEROY FA2026-00001", key="2 part")
    whole = line(40000, "MENUISERIE LEROY", key="3 whole")
    items = [item("FA2026-00001", LEROY, 100000), item("FA2026-00002", LEROY, 40000)]

    decisions = decided(rest, part, whole, items=items, parties=[LEROY])

    assert [decision.level for decision in decisions] == [Level.A] * 3
    assert [settled(decision) for decision in decisions] == [
        {"FA2026-00001": 60000}, {"FA2026-00001": 40000}, {"FA2026-00002": 40000},
    ]  # fmt: skip
    assert rule_of(decisions[0]) == "payer_amount"


def test_a_line_that_was_in_doubt_is_decided_when_another_takes_the_rival() -> None:
    both = line(12000, "PRLV", key="1 both")
    named = line(12000, "CHEQUE 0001234", key="2 named")
    entries = [
        entry("E1", 12000, "Loyer", cheque_no="0001234"),
        entry("E2", 12000, "Assurance"),
    ]

    decisions = decided(both, named, entries=entries)

    assert [settled(decision) for decision in decisions] == [{"E2": 12000}, {"E1": 12000}]
