"""Changes of entries, as a consumer is told them, and its acknowledgement."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints

from rappro.domain.books import JournalEntry
from rappro.domain.entry_changes import ChangeConsumer, ChangeKind, EntryChange
from rappro.edge.api.models.books import EntryOutput
from rappro.edge.api.models.shapes import Input, Instant, Key, Output
from rappro.use_cases.entry_changes import CURSOR_CHARS_MAX, ChangePage

_CURSOR = (
    "eyJjIjoiZXJwIiwibiI6MCwiYXQiOiIyMDI1LTAxLTMxVDAwOjAwOjAwKzAwOjAwIiwiaWQiOiIiLCJ0b2xkIjpbXX0="
)

ConsumerName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class EntryChangeOutput(Output):
    """One change of an entry (écriture); `row` and `entry_id` together tell it from others."""

    row: str = Field(description="the row of the audit trail (piste d'audit) that tells of it")
    at: Instant
    kind: ChangeKind
    entry_id: str
    author: str
    entry: EntryOutput | None = Field(description="the entry as it is now; null once it is gone")

    @classmethod
    def of(cls, change: EntryChange, entry: JournalEntry | None, currency: str) -> Self:
        """Show a change."""
        return cls(
            row=change.id,
            at=change.at,
            kind=change.kind,
            entry_id=change.entry_id,
            author=change.author,
            entry=None if entry is None else EntryOutput.of(entry, currency),
        )


class EntryChangesOutput(Output):
    """What a consumer was not told yet, or did not acknowledge, in order."""

    items: list[EntryChangeOutput]
    cursor: str = Field(description="what to acknowledge once all items are kept")
    has_more: bool = Field(description="acknowledge, then ask again at once")

    @classmethod
    def of(cls, page: ChangePage, currency: str) -> Self:
        """Show a page."""
        return cls(
            items=[EntryChangeOutput.of(change, entry, currency) for change, entry in page.changes],
            cursor=page.cursor,
            has_more=page.has_more,
        )


class AcknowledgementInput(Input):
    """The cursor of the page that was read last."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"consumer": "erp", "cursor": _CURSOR}]}
    )

    consumer: ConsumerName
    cursor: Annotated[str, StringConstraints(min_length=1, max_length=CURSOR_CHARS_MAX)]


class ConsumerOutput(Output):
    """A consumer and how often it acknowledged changes."""

    consumer: Key
    acknowledgements: int
    acknowledged_at: Instant | None

    @classmethod
    def of(cls, consumer: ChangeConsumer) -> Self:
        """Show a consumer."""
        return cls(
            consumer=consumer.name,
            acknowledgements=consumer.sequence,
            acknowledged_at=consumer.acknowledged_at,
        )
