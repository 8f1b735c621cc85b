"""Everything that a reader sees of a company, and a store that is looked at after each commit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import Any

from rappro.adapters.memory import MemoryStore
from rappro.domain.books import Company
from rappro.domain.errors import NotFound
from rappro.domain.ids import CompanyId, EntryId, MatchId, OpenItemId, TenantId
from rappro.domain.records import StatementRecord, StatementStatus
from rappro.domain.writes import Fence, Held, Page, Write
from rappro.use_cases import reads
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.export_journal import JournalChoice, export_journal
from rappro.use_cases.filters import LineFilter, StatementFilter
from rappro.use_cases.report import reconciliation_report

from .desk import COMPANY, Desk

SIREN = "732829320"
Seen = dict[str, Any]


class Watched(MemoryStore):
    """A store that calls back after each commit, where a writer may die and a reader come."""

    def __init__(self) -> None:
        super().__init__()
        self.watch: Callable[[], None] | None = None

    def commit(
        self, tenant: TenantId, company: CompanyId, writes: Sequence[Write],
        *, fence: Fence | None = None, held: Sequence[Held] = (),
    ) -> None:  # fmt: skip
        super().commit(tenant, company, writes, fence=fence, held=held)
        watch, self.watch = self.watch, None  # a reader may commit: it finishes what cannot stand
        if watch is not None:
            watch()
            self.watch = watch


def everything(desk: Desk) -> Seen:
    """Return what all lists, single records, reports and files show."""
    ports, tenant = desk.ports, desk.tenant
    given = (ports, tenant, COMPANY)
    statements = _all(
        lambda cursor: reads.list_statements(*given, StatementFilter(), limit=100, cursor=cursor)
    )
    entries = _all(
        lambda cursor: reads.list_entries(*given, journal=None, limit=100, cursor=cursor)
    )
    items = _all(
        lambda cursor: reads.list_open_items(*given, third_party=None, limit=100, cursor=cursor)
    )
    company = ports.store.get(tenant, COMPANY, Company, "COMPANY")
    assert company is not None
    company = replace(company, siren=SIREN)
    fec = export_fec(ports, tenant, company, "2026")
    choice = JournalChoice(date(2026, 1, 1), date(2026, 12, 31), has_drafts=True)
    return {
        "statements": [_statement(s) for s in statements],
        "lines": [_plain(line) for s in statements for line in _lines(desk, s)],
        "matches": [_plain(match) for s in statements for match in _matches(desk, s)],
        "entries": [_plain(entry) for entry in entries],
        "open": [_plain(item) for item in items],
        "of journal": [
            _plain(e)
            for e in _all(
                lambda cursor: reads.list_entries(*given, journal="BQ1", limit=100, cursor=cursor)
            )
        ],
        "report": asdict(reconciliation_report(*given, "BQ1", date(2026, 11, 30))),
        "fec": (fec.file.sha256, fec.report, fec.findings),
        "csv": export_journal(ports, tenant, company, choice).file.sha256,
        "trail": [
            _plain(row)
            for row in _all(
                lambda cursor: list_audit_events(*given, TrailAsk(), limit=100, cursor=cursor)
            )
        ],
        "accounts": _all(lambda cursor: reads.list_accounts(*given, limit=100, cursor=cursor)),
    }


def one_by_one(
    desk: Desk, *, items: Sequence[str], matches: Sequence[str], entries: Sequence[str]
) -> Seen:
    """Return records by their ids; a match or entry that there is not is None."""
    given = (desk.ports, desk.tenant, COMPANY)
    found: Seen = {key: _plain(reads.get_open_item(*given, OpenItemId(key))) for key in items}
    for key in matches:
        found[key] = _found(partial(reads.get_match, *given, MatchId(key)))
    for key in entries:
        found[key] = _found(partial(reads.get_entry, *given, EntryId(key)))
    return found


def _found(get: Callable[[], Any]) -> dict[str, Any] | None:
    try:
        return _plain(get())
    except NotFound:
        return None


def _all(read: Callable[[str | None], Page[Any]]) -> list[Any]:
    found: list[Any] = []
    cursor: str | None = None
    while True:
        page = read(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            return found


def _lines(desk: Desk, statement: StatementRecord) -> list[Any]:
    given = (desk.ports, desk.tenant, COMPANY, statement.id)
    everyone = LineFilter()
    return _all(lambda cursor: reads.list_lines(*given, wanted=everyone, limit=100, cursor=cursor))


def _matches(desk: Desk, statement: StatementRecord) -> list[Any]:
    given = (desk.ports, desk.tenant, COMPANY, statement.id)
    return _all(lambda cursor: reads.list_matches(*given, limit=100, cursor=cursor))


def _statement(statement: StatementRecord) -> dict[str, Any]:
    """Return a statement; that it is being validated is the one thing that may be seen."""
    is_done = statement.status is StatementStatus.VALIDATED
    return {**_plain(statement), "status": "validated" if is_done else "open"}


def _plain(record: Any) -> dict[str, Any]:
    return {key: value for key, value in asdict(record).items() if key != "version"}
