"""What became of entries, told to each consumer until it acknowledges it (decision 0016).

    read: rows of the trail after the consumer's place, oldest first, those told before left out
       ─► a page of changes, each with its entry as it is now ─► a cursor that names its rows
    acknowledge: the cursor of the page read last ─► the consumer's place moves, once

Nothing is written by reading: a page that is not acknowledged comes again. A row that is seen late
is told late, and never passed over.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from rappro.domain.books import JournalEntry
from rappro.domain.entry_changes import (
    LATE,
    TOLD_MAX,
    ChangeConsumer,
    ChangeKind,
    EntryChange,
    Place,
    changes_of,
)
from rappro.domain.errors import InvalidRequest, NotAllowedInState, NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.writes import put
from rappro.ports import Ports

ROWS_READ_MAX: Final = 3_000
"""Rows of the trail that one page looks at; most rows tell of no entry."""
_ROWS_AT_ONCE: Final = 500
_ID_CHARS: Final = 16
CURSOR_CHARS_MAX: Final = 16_000
_FIELD_CHARS_MAX: Final = 100
_MARK: Final = re.compile(rf"[0-9a-f]{{1,12}}-[a-z0-9_]{{1,{_ID_CHARS}}}")


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes in order, each with its entry as it is now; None once the entry is gone.

    `has_more`: ask again at once, after acknowledging `cursor`.
    """

    changes: tuple[tuple[EntryChange, JournalEntry | None], ...]
    cursor: str
    has_more: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """What was looked at: changes to tell, their rows, what is behind it, whether there is more.

    Nothing that is told later stands up to `floor`: all that is older than LATE was seen by now.
    """

    changes: tuple[EntryChange, ...]
    rows: tuple[AuditEvent, ...]
    floor: Place
    has_more: bool


def read_changes(
    ports: Ports, tenant: TenantId, company: CompanyId, consumer: str, *, limit: int
) -> ChangePage:
    """Return the changes after what the consumer acknowledged, `limit` rows of them at most.

    A consumer that is new begins with the first row there is.
    """
    now = ports.clock.now()
    known = ports.store.get(tenant, company, ChangeConsumer, consumer) or ChangeConsumer(consumer)
    read = _read(ports, tenant, company, known, now=now, limit=limit)
    ids = list(dict.fromkeys(change.entry_id for change in read.changes))
    entries = ports.store.get_many(tenant, company, JournalEntry, ids)
    shown = tuple((change, _shown(change, entries)) for change in read.changes)
    return ChangePage(shown, _cursor(known, read), read.has_more)


def _shown(change: EntryChange, entries: dict[str, JournalEntry]) -> JournalEntry | None:
    """Return an entry as it is now; one that was removed may still be on its way out."""
    return None if change.kind is ChangeKind.REMOVED else entries.get(change.entry_id)


def _read(
    ports: Ports, tenant: TenantId, company: CompanyId, known: ChangeConsumer,
    *, now: datetime, limit: int,
) -> _Read:  # fmt: skip
    told = {mark.partition("-")[2] for mark in known.told}
    settled = Place(now - LATE)
    has_room = len(known.told) < TOLD_MAX
    changes: list[EntryChange] = []
    rows: list[AuditEvent] = []
    last, has_more = known.floor, False
    for count, row in enumerate(_rows_after(ports, tenant, company, known.floor)):
        place = Place(row.at, row.id)
        if not (place < settled or has_room):
            break  # what is newer waits until what was told of it is old
        made = [] if _short(row) in told else list(changes_of(row))
        if (made and len(rows) == limit) or count == ROWS_READ_MAX:
            has_more = True
            break
        last = place
        if made:
            changes += made
            rows.append(row)
    floor = settled if not has_more or last is None or settled < last else last
    return _Read(tuple(changes), tuple(rows), floor, has_more=has_more and floor != known.floor)


def _rows_after(
    ports: Ports, tenant: TenantId, company: CompanyId, floor: Place | None
) -> Iterator[AuditEvent]:
    """Yield the rows after a place, oldest first, read by the hundred."""
    place = floor
    while True:
        found = ports.store.audit_events_since(
            tenant, company, at=place.at if place else None, event_id=place.id if place else "",
            limit=_ROWS_AT_ONCE,
        )  # fmt: skip
        yield from found
        if len(found) < _ROWS_AT_ONCE:
            return
        place = Place(found[-1].at, found[-1].id)


def acknowledge(
    ports: Ports, tenant: TenantId, company: CompanyId, consumer: str, cursor: str
) -> ChangeConsumer:
    """Move a consumer behind the page that a cursor ends, and return it.

    The last acknowledgement again changes nothing. Raises InvalidRequest for what is no cursor of
    this consumer, NotAllowedInState for an older one, StoreConflict.
    """
    said = _opened(cursor, consumer)
    stored = ports.store.get(tenant, company, ChangeConsumer, consumer)
    known = stored or ChangeConsumer(consumer)
    digest = hashlib.sha256(cursor.encode()).hexdigest()[:32]
    if known.last == digest:
        return known
    if said["n"] != known.sequence:
        raise NotAllowedInState(f"consumer {consumer} acknowledged past that cursor already")
    floor = Place(datetime.fromisoformat(said["at"]), said["id"])
    moved = replace(
        known,
        floor=floor,
        told=tuple(mark for mark in (*known.told, *said["told"]) if _is_after(mark, floor)),
        sequence=known.sequence + 1,
        last=digest,
        acknowledged_at=ports.clock.now(),
    )
    ports.store.commit(tenant, company, [put(stored, moved)])
    return replace(moved, version=known.version + 1)


def get_consumer(
    ports: Ports, tenant: TenantId, company: CompanyId, consumer: str
) -> ChangeConsumer:
    """Return a consumer that acknowledged something. Raises NotFound."""
    known = ports.store.get(tenant, company, ChangeConsumer, consumer)
    if known is None:
        raise NotFound(f"no consumer {consumer} acknowledged anything")
    return known


def _short(row: AuditEvent) -> str:
    return row.id.removeprefix("au_")[:_ID_CHARS]


def _mark(row: AuditEvent) -> str:
    """Return what a consumer keeps of a row that it was told: when, in seconds, and which."""
    return f"{int(row.at.timestamp()):x}-{_short(row)}"


def _is_after(mark: str, floor: Place) -> bool:
    """Say whether a row may stand after a place; of the same second it may."""
    return int(mark.partition("-")[0], 16) >= int(floor.at.timestamp())


def _cursor(known: ChangeConsumer, read: _Read) -> str:
    said = {
        "c": known.name, "n": known.sequence, "at": read.floor.at.isoformat(), "id": read.floor.id,
        "told": [mark for row in read.rows if _is_after(mark := _mark(row), read.floor)],
    }  # fmt: skip
    return base64.urlsafe_b64encode(json.dumps(said, separators=(",", ":")).encode()).decode()


def _opened(cursor: str, consumer: str) -> dict[str, Any]:
    """Return what a cursor says. Raises InvalidRequest for one that is none, or another's."""
    try:
        said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        is_ours = said["c"] == consumer and all(_is_mark(mark) for mark in said["told"])
        at = datetime.fromisoformat(said["at"])
        is_ours = is_ours and at.tzinfo is not None and isinstance(said["id"], str)
        is_ours = is_ours and len(said["id"]) <= _FIELD_CHARS_MAX and type(said["n"]) is int
    except (binascii.Error, KeyError, TypeError, ValueError):
        is_ours = False
    if not is_ours:
        raise InvalidRequest("not a cursor of this consumer", position="/cursor")
    return said


def _is_mark(mark: object) -> bool:
    return isinstance(mark, str) and bool(_MARK.fullmatch(mark))
