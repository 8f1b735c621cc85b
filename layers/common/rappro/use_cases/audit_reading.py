"""Reading the audit trail (piste d'audit): by line, entry, subject, author and period (POS-6).

A match's rows stand under its id. So the rows of a line are its own and those of the matches that
it is or was in, and the rows of an entry are found by the match that made or pointed it. An entry
that is gone (a draft of a match that was undone) is looked for by its name, page by page.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.errors import InvalidRequest
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, EntryId, MatchId, TenantId
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import AuditEvent
from rappro.domain.records import LineRecord, Match
from rappro.domain.trail import TrailQuery
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.audit import VALIDATE_MATCH, VALIDATE_STATEMENT
from rappro.use_cases.companies import get_company
from rappro.use_cases.shown import shown

_OF_VALIDATIONS: Final = frozenset({VALIDATE_STATEMENT, VALIDATE_MATCH})
_RELATED_MAX: Final = 150
"""Matches that letter an entry, at most, whose rows are read with those of its own."""


@dataclass(frozen=True, slots=True)
class TrailAsk:
    """Which rows are asked for: one line's, one entry's or one subject's; by whom; of which days.

    `line` is "statement/position"; `entry` is a journal entry or a bank entry; `first` and `last`
    are days in the company's time zone, both included.
    """

    line: str | None = None
    entry: str | None = None
    subject: str | None = None
    author: str | None = None
    first: date | None = None
    last: date | None = None


def list_audit_events(
    ports: Ports, tenant: TenantId, company: CompanyId, ask: TrailAsk, *, limit: int,
    cursor: str | None,
) -> Page[AuditEvent]:  # fmt: skip
    """Return one page of the audit trail, newest first. Raises InvalidRequest, NotFound.

    By author, or for an entry that is gone, a page may be short or empty and still go on; so may
    one with rows of a validation that is under way, which are shown once it is done.
    """
    if sum(one is not None for one in (ask.line, ask.entry, ask.subject)) > 1:
        raise InvalidRequest("one of line, entry and subject at most")
    subjects, names = _subjects(ports, tenant, company, ask)
    since, until = _period(ports, tenant, company, ask)
    query = TrailQuery(since, until, ask.author, names)
    page = ports.store.audit_events(
        tenant, company, query=query, subjects=subjects, limit=limit, cursor=cursor
    )
    if not any(event.action in _OF_VALIDATIONS for event in page.items):
        return page
    view = shown(ports, tenant, company)
    return Page([row for row in map(view.row, page.items) if row is not None], page.cursor)


def _period(
    ports: Ports, tenant: TenantId, company: CompanyId, ask: TrailAsk
) -> tuple[datetime | None, datetime | None]:
    if ask.first is None and ask.last is None:
        return None, None
    zone = ZoneInfo(get_company(ports, tenant, company).timezone)
    since = None if ask.first is None else datetime.combine(ask.first, time.min, zone)
    if ask.last is None or ask.last == date.max:
        return since, None
    return since, datetime.combine(ask.last + timedelta(days=1), time.min, zone)


def _subjects(
    ports: Ports, tenant: TenantId, company: CompanyId, ask: TrailAsk
) -> tuple[list[str], tuple[str, ...]]:
    """Return under which subjects the rows stand (none: anywhere), and what they have to name."""
    if ask.subject is not None:
        return [ask.subject], ()
    if ask.line is not None:
        line = ports.store.get(tenant, company, LineRecord, ask.line)
        if line is None:
            return [ask.line, *_of_gone_line(ports, tenant, company, ask.line)], ()
        matches = [] if line.match_id is None else [line.match_id]
        return [ask.line, *dict.fromkeys([*matches, *reversed(line.past_matches)])], ()
    if ask.entry is not None:
        return _of_entry(ports, tenant, company, ask.entry)
    return [], ()


def _of_gone_line(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> list[str]:
    """Return the matches that a deleted line was in, which the row of its deletion names."""
    last = ports.store.audit_events(tenant, company, subjects=[key], limit=1).items
    named = (last[0].before or {}).get("matches", []) if last else []
    return [str(match_id) for match_id in named]


def _of_entry(
    ports: Ports, tenant: TenantId, company: CompanyId, key: str
) -> tuple[list[str], tuple[str, ...]]:
    entry = ports.store.get(tenant, company, JournalEntry, key)
    found = entry or ports.store.get(tenant, company, BankEntry, key)
    if found is None or found.match_id is None:
        return [], (key,)
    others = _lettered_with(ports, tenant, company, found.match_id)
    return [found.match_id, key, *others], (key, found.match_id)


def _lettered_with(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId
) -> Iterable[str]:
    """Return the matches of the other payments of what a match settled: they may letter its entry.

    Their rows count where they name the entry.
    """
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        return []
    settled = {s.settle.id for s in match.settles if s.settle.type is TargetType.OPEN_ITEM}
    items = ports.store.get_many(tenant, company, OpenItem, sorted(settled)[:_RELATED_MAX])
    entries: dict[EntryId, None] = {}
    for item in items.values():
        entries |= dict.fromkeys(item.settled_by)
    payments = ports.store.get_many(tenant, company, JournalEntry, list(entries)[:_RELATED_MAX])
    made = {payment.match_id for payment in payments.values() if payment.match_id is not None}
    return sorted(made - {match_id})
