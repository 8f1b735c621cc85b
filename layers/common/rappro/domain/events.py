"""Domain events (docs/events.md): what the rows of the audit trail mean to other systems.

Pure: one row becomes no event, one or several, always the same ones under the same ids. A row is
written in the commit of its change, so it is the outbox: what is on the trail will be published.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote

from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.statuses import MatchStatus, StatementStatus

ITEMS_MAX: Final = 100
"""Receipts in one event; a row that tells of more makes several events."""


class EventType(StrEnum):
    """Every type there is; one that is published keeps its name and meaning."""

    STATEMENT_IMPORTED = "statement.imported"
    STATEMENT_QUARANTINED = "statement.quarantined"
    STATEMENT_ACCEPTED = "statement.accepted"
    STATEMENT_VALIDATED = "statement.validated"
    STATEMENT_DELETED = "statement.deleted"
    LINE_MATCHED = "line.matched"
    LINE_CLOSED = "line.closed"
    LINE_EDITED = "line.edited"
    MATCH_CONFIRMED = "match.confirmed"
    MATCH_UNDONE = "match.undone"
    MATCH_VALIDATED = "match.validated"
    MATCH_REVERSED = "match.reversed"
    ENTRY_DRAFTED = "entry.drafted"
    ENTRY_REMOVED = "entry.removed"
    ENTRY_VALIDATED = "entry.validated"
    VAT_RELEASED = "vat_on_receipts.released"
    VAT_TAKEN_BACK = "vat_on_receipts.taken_back"
    JOURNAL_CARRIED_OVER = "journal.carried_over"
    JOURNAL_POINTED = "journal.pointed"
    JOURNAL_POINTING_VALIDATED = "journal.pointing_validated"
    JOURNAL_POINTING_REOPENED = "journal.pointing_reopened"
    RUN_STARTED = "run.started"
    RUN_FINISHED = "run.finished"
    RUN_FAILED = "run.failed"
    BOOKS_LOADED = "books.loaded"
    WEBHOOK_DISABLED = "webhook.disabled"


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """One event: `id` is stable, so whoever gets it twice can tell."""

    id: str
    type: EventType
    at: datetime
    author: str
    subject: str
    data: dict[str, Any]

    def detail(self, tenant: TenantId, company: CompanyId) -> dict[str, Any]:
        """Return the event as it stands on the bus; `link` leads to the rows of its subject."""
        return {
            "id": self.id, "type": self.type.value, "tenant": tenant, "company": company,
            "at": self.at.isoformat(), "author": self.author, "subject": self.subject,
            "data": self.data,
            "link": self._link(company),
        }  # fmt: skip

    def _link(self, company: CompanyId) -> str:
        subject = quote(self.subject, safe="")
        if self.type is EventType.WEBHOOK_DISABLED:  # it is the tenant's, of no company
            return f"/v1/webhooks/{subject}"
        return f"/v1/companies/{company}/audit?subject={subject}"


_Part = tuple[EventType, dict[str, Any]]
_T = EventType


def events_of(row: AuditEvent) -> tuple[DomainEvent, ...]:
    """Return the events that a row of the trail stands for; settings and the like have none."""
    before, after = row.before or {}, row.after or {}
    maker = _MAKERS.get(row.action)
    if maker is None:
        maker = _made if _is_match_made(after) else _nothing
    events: list[DomainEvent] = []
    for kind, data in maker(before, after):
        number = sum(event.type is kind for event in events) + 1
        event_id = f"{row.id}/{kind.value}" + (f"/{number}" if number > 1 else "")
        events.append(DomainEvent(event_id, kind, row.at, row.author, row.subject, data))
    return tuple(events)


def _is_match_made(after: Mapping[str, Any]) -> bool:
    """Say whether a row of any action tells of a match that was made: they all look alike."""
    made = {MatchStatus.CONFIRMED.value, MatchStatus.TO_CONFIRM.value, MatchStatus.POSTING.value}
    return after.get("status") in made and "lines" in after and "entries" in after


def _nothing(_before: Mapping[str, Any], _after: Mapping[str, Any]) -> Iterator[_Part]:
    yield from ()


def _one(kind: EventType) -> _Maker:
    """Return what makes one event with what was before and what is after."""

    def maker(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
        yield kind, {"before": dict(before), "after": dict(after)}

    return maker


def _imported(_before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
    is_held = after.get("status") == StatementStatus.QUARANTINED.value
    yield (_T.STATEMENT_QUARANTINED if is_held else _T.STATEMENT_IMPORTED), dict(after)


def _made(_before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
    settled = after.get("settled", [])
    yield _T.LINE_MATCHED, {"lines": after["lines"], "status": after["status"], "settled": settled}
    if entries := _entries(after):
        yield _T.ENTRY_DRAFTED, {"lines": list(after.get("lines", ())), "entries": entries}


def _undone(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
    lines = list(after.get("lines", ()))
    yield _T.MATCH_UNDONE, {"lines": lines, "settled": before.get("settled", [])}
    if entries := _entries(before):
        yield _T.ENTRY_REMOVED, {"lines": lines, "entries": entries}


def _deleted(before: Mapping[str, Any], _after: Mapping[str, Any]) -> Iterator[_Part]:
    yield _T.ENTRY_REMOVED, {"lines": [], "entries": _entries(before)}


def _validated(_before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
    lines = list(after.get("lines", ()))
    if "status" in after:  # a further part of the row has receipts alone
        yield _T.MATCH_VALIDATED, {"lines": lines, "status": after["status"]}
    if entries := _entries(after):
        yield _T.ENTRY_VALIDATED, {"lines": lines, "entries": entries}
    yield from _receipts(after, paid=_T.VAT_RELEASED, bounced=_T.VAT_TAKEN_BACK)


def _reversed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Part]:
    lines, entries = list(after.get("lines", ())), _entries(after)
    taken_back = [entry["id"] for entry in _entries(before)]
    data = {"lines": lines, "entries": entries, "taken_back": taken_back}
    if "status" in after:
        yield _T.MATCH_REVERSED, data | {"reason": after.get("reason"), "on": after.get("on")}
    if entries:
        yield _T.ENTRY_VALIDATED, {"lines": lines, "entries": entries}
    yield from _receipts(after, paid=_T.VAT_TAKEN_BACK, bounced=_T.VAT_RELEASED)


def _receipts(after: Mapping[str, Any], *, paid: EventType, bounced: EventType) -> Iterator[_Part]:
    """Yield what was paid of invoices, and what payments that bounced had paid."""
    for name, its in (("receipts", paid), ("bounced", bounced)):
        rows: Sequence[Any] = after.get(name, [])
        for start in range(0, len(rows), ITEMS_MAX):
            yield its, {"receipts": list(rows[start : start + ITEMS_MAX])}


def _entries(side: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the entries that a row names, by id, by id and number, or with their content."""
    found = side.get("entries") or []
    if isinstance(found, dict):
        return [{"id": key, "number": number} for key, number in found.items()]
    return [one if isinstance(one, dict) else {"id": one} for one in found]


_Maker = Callable[[Mapping[str, Any], Mapping[str, Any]], Iterator[_Part]]
_MAKERS: Final[dict[str, _Maker]] = {
    "import_statement": _imported,
    "override_quarantine": _one(_T.STATEMENT_ACCEPTED),
    "close_validation": _one(_T.STATEMENT_VALIDATED),
    "delete_statement": _one(_T.STATEMENT_DELETED),
    "match": _made,
    "confirm_match": _one(_T.MATCH_CONFIRMED),
    "undo_match": _undone,
    "validate_match": _validated,
    "reverse_match": _reversed,
    "delete_entry": _deleted,
    "close_line": _one(_T.LINE_CLOSED),
    "edit_line": _one(_T.LINE_EDITED),
    "carry_over": _one(_T.JOURNAL_CARRIED_OVER),
    "mark_entries": _one(_T.JOURNAL_POINTED),
    "unmark_entries": _one(_T.JOURNAL_POINTED),
    "erase_pointing": _one(_T.JOURNAL_POINTED),
    "validate_pointing": _one(_T.JOURNAL_POINTING_VALIDATED),
    "reopen_pointing": _one(_T.JOURNAL_POINTING_REOPENED),
    "start_run": _one(_T.RUN_STARTED),
    "finish_run": _one(_T.RUN_FINISHED),
    "fail_run": _one(_T.RUN_FAILED),
    "load_books": _one(_T.BOOKS_LOADED),
    "disable_webhook": _one(_T.WEBHOOK_DISABLED),
}
"""What a row of each action stands for; of any other action, see `_is_match_made`."""
