"""When a bank connection synchronises by itself: intervals, the start, the spread (SYN-3).

    saved ─ start delay ─► ─ spread ─► first run ─ interval ─► second run ─► …

The spread is a connection's own part of its interval: connections that are made at the same moment
never start at the same moment.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final

from rappro.domain.feeds import FeedConnection

INTERVAL_SECONDS_DEFAULT: Final = 12 * 3600
INTERVAL_SECONDS_MIN: Final = 60
INTERVAL_SECONDS_MAX: Final = 31 * 24 * 3600
INTERVAL_SECONDS_ADVISED: Final = 21_600
"""Below six hours providers and banks refuse more often than they have news."""
START_DELAY_SECONDS_MAX: Final = 24 * 3600


def interval_minutes(seconds: int) -> int:
    """Return the effective interval: whole minutes, rounded up (a schedule knows no seconds)."""
    return -(-seconds // 60)


def effective_seconds(connection: FeedConnection) -> int:
    """Return the interval that is kept, in seconds."""
    return 60 * interval_minutes(connection.interval_seconds)


def is_frequent(connection: FeedConnection) -> bool:
    """Say whether the interval is below what is advised."""
    return effective_seconds(connection) < INTERVAL_SECONDS_ADVISED


def first_run(company: str, connection: FeedConnection, now: datetime) -> datetime:
    """Return when a schedule that begins now runs first: after the delay and its own spread."""
    digest = hashlib.blake2b(f"{company}/{connection.id}".encode(), digest_size=8).digest()
    spread = int.from_bytes(digest) % effective_seconds(connection)
    return now + timedelta(seconds=connection.start_delay_seconds + spread)


def next_run(connection: FeedConnection, now: datetime) -> datetime | None:
    """Return when a connection runs next by its schedule; None when it is off or not scheduled."""
    first = connection.scheduled_from
    if first is None or not connection.is_on or connection.is_removed:
        return None
    if first > now:
        return first
    every = timedelta(seconds=effective_seconds(connection))
    return first + every * ((now - first) // every + 1)
