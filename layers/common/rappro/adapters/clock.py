"""The system's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rappro.domain.errors import InvalidRequest


def date_in(timezone: str, at: datetime) -> date:
    """Return the date that an instant has in a time zone. Raises InvalidRequest."""
    try:
        return at.astimezone(ZoneInfo(timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidRequest(f"unknown time zone {timezone[:60]!r}") from error


class SystemClock:
    """The clock of the machine (port Clock)."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self, timezone: str) -> date:
        return date_in(timezone, self.now())
