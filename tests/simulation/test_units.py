"""Units larger than one transaction are killed at every write; readers see before or after."""

from __future__ import annotations

import pytest

from rappro.use_cases.shown import Shown
from simulation.unit_work import UNITS
from simulation.units import tried


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_unit_that_dies_at_every_write_is_seen_whole_and_finished(unit: str) -> None:
    lines = 300 if unit == "validation" else 20

    tally = tried(unit, lines=lines, slips=45, full_looks=3, forks=3)

    assert tally.told == []
    assert tally.deaths >= 2 * tally.writes - 1
    assert tally.writes >= 4
    assert tally.rolled_forward >= 3
    assert tally.looks == tally.writes


def test_rows_that_are_shown_too_early_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shown, "row", lambda _, event: event)

    tally = tried("validation", lines=20, slips=3, full_looks=2, forks=0)

    assert tally.mismatches > 0
