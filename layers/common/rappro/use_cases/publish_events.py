"""Publishes new rows of the audit trail as domain events, at least once."""

from __future__ import annotations

from collections.abc import Sequence

from rappro.domain.events import events_of
from rappro.ports_events import Bus, Outgoing, TrailRow


def publish(bus: Bus, rows: Sequence[TrailRow]) -> int:
    """Publish rows in order and return how many, from the first on, are out with all their events.

    What comes behind a row that the bus did not take counts as not published: it is given again,
    and then some of its events go out a second time, under the same ids.
    """
    events = [
        (number, Outgoing(row.tenant, row.company, event))
        for number, row in enumerate(rows)
        for event in events_of(row.event)
    ]
    taken = bus.publish([event for _, event in events])
    return len(rows) if taken == len(events) else events[taken][0]
