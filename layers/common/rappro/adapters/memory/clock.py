"""A clock that stands still until it is set: the same input gives the same instants."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from rappro.adapters.clock import date_in
from rappro.domain.errors import InvalidRequest


class FixedClock:
    """Port Clock, at an instant that only `set` and `advance` change."""

    def __init__(self, at: datetime) -> None:
        self.set(at)

    def set(self, at: datetime) -> None:
        """Move to an aware instant. Raises InvalidRequest for a naive one."""
        if at.tzinfo is None:
            raise InvalidRequest("an instant without its time zone")
        self._now = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move on by a duration."""
        self._now += by

    def now(self) -> datetime:
        return self._now

    def today(self, timezone: str) -> date:
        return date_in(timezone, self._now)
