"""Clocks tell aware UTC instants, and the business date of a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from rappro.adapters.clock import SystemClock
from rappro.adapters.memory import FixedClock
from rappro.domain.errors import InvalidRequest
from rappro.ports import Clock

LATE = datetime(2024, 6, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Europe/Paris", date(2024, 7, 1)), ("UTC", date(2024, 6, 30)),
     ("America/Martinique", date(2024, 6, 30)), ("Pacific/Noumea", date(2024, 7, 1))],
)  # fmt: skip
def test_an_instant_has_the_date_of_its_place(zone: str, day: date) -> None:
    assert FixedClock(LATE).today(zone) == day


@pytest.mark.parametrize("clock", [SystemClock(), FixedClock(LATE)], ids=["system", "fixed"])
def test_every_clock_tells_utc_and_refuses_an_unknown_zone(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)
    for zone in ("Europe/Nowhere", "", "../etc/passwd", "/etc/localtime", "Europe"):
        with pytest.raises(InvalidRequest):
            clock.today(zone)


def test_a_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2024, 7, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == clock.now() == LATE

    clock.advance(timedelta(hours=1))
    assert clock.now() == LATE + timedelta(hours=1)
    clock.set(LATE)
    assert clock.now() == LATE
    with pytest.raises(InvalidRequest):
        clock.set(datetime(2024, 7, 1))  # noqa: DTZ001 - a naive instant is the point


def test_the_system_clock_goes_on() -> None:
    clock = SystemClock()
    first = clock.now()

    assert first <= clock.now()
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=1)
