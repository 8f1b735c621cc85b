"""Publishing in order: what the bus did not take is given again, from the first such row on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.ports_events import Outgoing, TrailRow
from rappro.use_cases.publish_events import publish

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


@dataclass
class CrowdedBus:
    """Takes so many events, then no more."""

    room: int
    taken: list[str] = field(default_factory=list)

    def publish(self, events: Sequence[Outgoing]) -> int:
        taken = events[: self.room]
        self.taken += [out.event.id for out in taken]
        return len(taken)


def row(number: int, action: str = "confirm_match", **after: object) -> TrailRow:
    event = AuditEvent(f"au_{number}", AT, "lea", action, "ma_1", after=dict(after))
    return TrailRow(TenantId("alpha"), CompanyId("acme"), event)


ROWS = [
    row(1),
    row(2, "save_company"),
    row(3, "match", lines={"s/1": "A"}, entries=["je_1"], status="confirmed"),
    row(4),
    row(5, "save_journal"),
]
IDS = [
    "au_1/match.confirmed", "au_3/line.matched", "au_3/entry.drafted", "au_4/match.confirmed",
]  # fmt: skip


@pytest.mark.parametrize(("room", "done"), [(0, 0), (1, 2), (2, 2), (3, 3), (4, 5), (9, 5)])
def test_rows_count_as_published_up_to_the_first_event_left(room: int, done: int) -> None:
    bus = CrowdedBus(room)

    assert publish(bus, ROWS) == done
    assert bus.taken == IDS[:room]


def test_going_on_from_there_leaves_nothing_out() -> None:
    first, rest = CrowdedBus(2), CrowdedBus(9)

    done = publish(first, ROWS)

    assert publish(rest, ROWS[done:]) == len(ROWS) - done
    assert set(first.taken) | set(rest.taken) == set(IDS)


def test_nothing_to_publish_is_done() -> None:
    assert publish(CrowdedBus(0), []) == 0
    assert publish(CrowdedBus(0), [row(1, "save_company")]) == 1
