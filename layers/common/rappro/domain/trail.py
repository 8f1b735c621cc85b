"""Reading the audit trail (piste d'audit, SPEC POS-6): whose rows, of when, that name what.

What its rows say is written by use_cases/audit.py; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from rappro.domain.frozen import dataclass
from rappro.domain.operations import AuditEvent


@dataclass(frozen=True, slots=True)
class TrailQuery:
    """Which rows are wanted; None and empty leave a part open.

    `until` is the first instant not wanted any more. `names` are ids: a row fits that is about one
    of them, or that holds one of them before or after.
    """

    since: datetime | None = None
    until: datetime | None = None
    author: str | None = None
    names: tuple[str, ...] = ()

    @property
    def is_selective(self) -> bool:
        """Say whether rows of the period may be passed over."""
        return self.author is not None or bool(self.names)

    def is_past(self, event: AuditEvent) -> bool:
        """Say whether a row, and so every older one, is older than what is wanted."""
        return self.since is not None and event.at < self.since

    def fits(self, event: AuditEvent) -> bool:
        """Say whether a row of the period is wanted."""
        if self.author not in {None, event.author}:
            return False
        return not self.names or not set(self.names).isdisjoint(names_in(event))


ALL_ROWS: Final = TrailQuery()


def names_in(event: AuditEvent) -> Iterator[str]:
    """Yield every text of a row that may be an id: its subject, and what before and after hold."""
    yield event.subject
    yield from _texts(event.before)
    yield from _texts(event.after)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
