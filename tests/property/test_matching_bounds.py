"""No input makes the engine's work explode: counted by what it does, bounded by named limits."""

from __future__ import annotations

import time

from rappro.domain.matching.model import Level
from tests.unit.matching.worlds import (
    day,
    decided,
    decided_one,
    entry,
    is_left_to_a_person,
    item,
    line,
    part,
    party,
    settled,
)

SECONDS_MAX = 4.0
"""Far above what each takes alone on a busy machine, far below what a quadratic loop would."""


def test_a_label_of_ten_kilobytes_is_read_within_bounds() -> None:
    leroy = party("C1", "Menuiserie Leroy")
    started = time.process_time()
    for text in (
        "FA2026-00123 " * 800,
        "A" * 10_000,
        "1 " * 5_000,
        "MENUISERIE " * 900,
        "é" * 10_000,
    ):
        decision = decided_one(
            line(12000, text), items=[item("FA2026-00123", leroy, 12000)], parties=[leroy]
        )
        assert decision.level in (Level.A, Level.B)

    assert time.process_time() - started < SECONDS_MAX


def test_five_thousand_equal_amounts_are_never_enumerated_across_third_parties() -> None:
    parties = [party(f"C{n}", f"Firme {n:05d}") for n in range(500)]
    items = [item(f"FA2026-{n:05d}", f"C{n % 500}", 2990) for n in range(5000)]
    entries = [entry(f"E{n}", 2990, f"Client {n}", on=day(-n % 12)) for n in range(5000)]
    lines = [line(2990, "VIR ABONNEMENT", key=f"K{n:05d}", position=n) for n in range(3000)]
    started = time.process_time()

    decisions = decided(*lines, items=items, entries=entries, parties=parties)

    assert time.process_time() - started < SECONDS_MAX
    assert all(is_left_to_a_person(decision) for decision in decisions)


def test_five_thousand_equal_payments_of_one_third_party_settle_the_oldest_each() -> None:
    leroy = party("C1", "Menuiserie Leroy")
    items = [item(f"FA2026-{n:05d}", leroy, 2990, issued=day(-60)) for n in range(3000)]
    lines = [line(2990, "MENUISERIE LEROY", key=f"K{n:05d}", position=n) for n in range(3000)]
    started = time.process_time()

    decisions = decided(*lines, items=items, parties=[leroy])

    assert time.process_time() - started < SECONDS_MAX
    assert [settled(d) for d in decisions] == [{f"FA2026-{n:05d}": 2990} for n in range(3000)]


def test_three_hundred_open_items_of_one_payer_are_no_explosion() -> None:
    leroy = party("C1", "Menuiserie Leroy")
    items = [item(f"FA2026-{n:05d}", leroy, 1000 + 37 * n) for n in range(300)]
    lines = [
        line(5003 + 111 * n, "MENUISERIE LEROY", key=f"K{n:05d}", position=n) for n in range(300)
    ]
    started = time.process_time()

    decided(*lines, items=items, parties=[leroy])

    assert time.process_time() - started < SECONDS_MAX


def test_twenty_two_open_items_and_many_lines_of_one_payer_are_no_explosion() -> None:
    leroy = party("C1", "Menuiserie Leroy")
    items = [item(f"FA2026-{n:05d}", leroy, 1001 + 3**n % 9973) for n in range(22)]
    lines = [
        line(9001 + 13 * n, "MENUISERIE LEROY", key=f"K{n:05d}", position=n) for n in range(300)
    ]
    started = time.process_time()

    decided(*lines, items=items, parties=[leroy])

    assert time.process_time() - started < SECONDS_MAX


def test_a_batch_of_two_thousand_parts_is_read_once() -> None:
    items = [item(f"FA2026-{n:05d}", f"C{n}", 1000 + n) for n in range(400)]
    parts = tuple(part(1000 + n, f"FA2026-{n:05d}") for n in range(400))
    started = time.process_time()

    decision = decided_one(
        line(sum(p.amount_minor for p in parts), "VIREMENTS RECUS", details=parts), items=items
    )

    assert time.process_time() - started < SECONDS_MAX
    assert len(decision.settles) == 400
