"""What readers are shown of a company: everything, or what lies about some records.

An answer is compared by what it says; versions are left out. That a statement is being validated is
the one thing that may be seen of a unit that is under way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeVar

from rappro.domain.books import Company, JournalEntry, OpenItem
from rappro.domain.errors import NotFound
from rappro.domain.ids import CompanyId, EntryId, MatchId, OpenItemId, StatementId, TenantId
from rappro.domain.operations import AuditEvent
from rappro.domain.records import LineRecord, Match, StatementRecord, StatementStatus
from rappro.domain.writes import Page, Record, Write
from rappro.ports import Ports
from rappro.use_cases import reads
from rappro.use_cases.audit_reading import TrailAsk, list_audit_events
from rappro.use_cases.export_fec import export_fec
from rappro.use_cases.export_journal import JournalChoice, export_journal
from rappro.use_cases.filters import LineFilter, StatementFilter
from rappro.use_cases.report import reconciliation_report

Name = tuple[str, Hashable]
Answers = dict[Name, Any]
"""What was asked, and what was shown; None where there is nothing."""

T = TypeVar("T")
_SIREN: Final = "732829320"
_PAGE: Final = 1_000
_PAGE_OF_ENTRIES: Final = 50


@dataclass(slots=True)
class Reader:
    """One person who asks for a company's books; `pages` are cursors into the list of entries."""

    ports: Ports
    tenant: TenantId
    company: CompanyId
    journal: str
    pages: list[tuple[tuple[date, str], str | None]] = field(default_factory=list)

    @property
    def _of(self) -> tuple[Ports, TenantId, CompanyId]:
        return self.ports, self.tenant, self.company

    def everything(self, items: Iterable[str] = (), matches: Iterable[str] = ()) -> Answers:
        """Ask for all lists, the report and the files; and for items and matches by their ids."""
        found: Answers = {}
        statements = _all(lambda c: reads.list_statements(
            *self._of, StatementFilter(), limit=_PAGE, cursor=c
        ))  # fmt: skip
        for statement in statements:
            found["statement", statement.id] = _statement(statement)
            for line in self._lines(statement.id, None, _PAGE):
                found["line", line.key] = _plain(line)
            for match in self._matches(statement.id, None, _PAGE):
                found["match", match.id] = _plain(match)
        for entry in self._entries():
            found["entry", entry.id] = _plain(entry)
        for item in self._open_items():
            found["open", item.id] = _plain(item)
        for key in items:
            found["item", key] = self._item(key)
        for key in matches:
            found["match by id", key] = self._found(reads.get_match, MatchId(key))
        found |= self._trail()
        return found | self._whole()

    def around(self, writes: Sequence[Write], statement: StatementId) -> Answers:
        """Ask for what some writes changed: pages of the lists it stands in, and records by id."""
        touched: dict[type, list[str]] = defaultdict(list)
        for write in writes:
            record: Any = write.after if write.after is not None else write.before
            touched[type(record)].append(record.key)
        found: Answers = {("statement", statement): self._statement(statement)}
        positions = sorted(int(key.rpartition("/")[2]) for key in touched[LineRecord])
        if positions:
            after, count = str(positions[0] - 1), min(positions[-1] - positions[0] + 1, 100)
            for line in self._lines(statement, after, count, pages=1):
                found["line", line.key] = _plain(line)
            for match in self._matches(statement, after, count, pages=1):
                found["match", match.id] = _plain(match)
        for key in touched[Match][:2]:
            found["match by id", key] = self._found(reads.get_match, MatchId(key))
        for key in touched[OpenItem][:2]:
            found["item", key] = self._item(key)
        entries = [w.after or w.before for w in writes]
        found |= self._entries_about([e for e in entries if isinstance(e, JournalEntry)])
        for event in (w.after for w in writes):
            if isinstance(event, AuditEvent):
                found["trail", event.subject] = self._rows(TrailAsk(subject=event.subject))
                break
        return found

    def _entries_about(self, touched: Sequence[JournalEntry]) -> Answers:
        found: Answers = {}
        for entry in touched[:1]:
            found["entry", entry.id] = self._found(reads.get_entry, EntryId(entry.id))
            place = (entry.date, entry.id)
            cursor = next((c for first, c in reversed(self.pages) if first <= place), None)
            page = reads.list_entries(
                *self._of, journal=None, limit=_PAGE_OF_ENTRIES, cursor=cursor
            )
            found |= {("entry", one.id): _plain(one) for one in page.items}
        return found

    def remember_pages(self) -> None:
        """Keep where the pages of the list of entries begin, to open them at any place."""
        self.pages.clear()
        cursor: str | None = None
        while True:
            page = reads.list_entries(
                *self._of, journal=None, limit=_PAGE_OF_ENTRIES, cursor=cursor
            )
            if page.items:
                self.pages.append(((page.items[0].date, page.items[0].id), cursor))
            cursor = page.cursor
            if cursor is None:
                return

    def _whole(self) -> Answers:
        """Ask for what is made of everything: the report of the account, the FEC, the journals."""
        company = self.ports.store.get(self.tenant, self.company, Company, "COMPANY")
        if company is None:
            raise NotFound("no company")
        named = replace(company, siren=_SIREN)
        fec = export_fec(self.ports, self.tenant, named, "2026")
        choice = JournalChoice(date(2026, 1, 1), date(2026, 12, 31), has_drafts=True)
        csv = export_journal(self.ports, self.tenant, named, choice)
        report = reconciliation_report(*self._of, self.journal, date(2026, 11, 30))
        accounts = _all(lambda c: reads.list_accounts(*self._of, limit=_PAGE, cursor=c))
        return {
            ("report", self.journal): report,
            ("fec", "2026"): (fec.file.sha256, fec.report, fec.findings),
            ("csv", "2026"): csv.file.sha256,
            ("accounts", ""): [_plain(account) for account in accounts],
        }

    def _statement(self, statement: StatementId) -> StatementRecord:
        return _statement(reads.get_statement(*self._of, statement))

    def _lines(
        self, statement: StatementId, after: str | None, limit: int, *, pages: int | None = None
    ) -> list[LineRecord]:
        every = LineFilter()
        return _all(
            lambda c: reads.list_lines(
                *self._of, statement, wanted=every, limit=limit, cursor=c or after
            ),
            pages,
        )

    def _matches(
        self, statement: StatementId, after: str | None, limit: int, *, pages: int | None = None
    ) -> list[Match]:
        return _all(
            lambda c: reads.list_matches(*self._of, statement, limit=limit, cursor=c or after),
            pages,
        )

    def _entries(self) -> list[JournalEntry]:
        return _all(lambda c: reads.list_entries(*self._of, journal=None, limit=_PAGE, cursor=c))

    def _open_items(self) -> list[OpenItem]:
        return _all(
            lambda c: reads.list_open_items(*self._of, third_party=None, limit=_PAGE, cursor=c)
        )

    def _item(self, key: str) -> Record | None:
        return self._found(reads.get_open_item, OpenItemId(key))

    def _found(self, get: Callable[..., Any], key: str) -> Record | None:
        try:
            return _plain(get(*self._of, key))
        except NotFound:
            return None

    def _rows(self, ask: TrailAsk) -> frozenset[str]:
        rows = _all(lambda c: list_audit_events(*self._of, ask, limit=_PAGE, cursor=c))
        return frozenset(row.key for row in rows)

    def _trail(self) -> Answers:
        rows = _all(lambda c: list_audit_events(*self._of, TrailAsk(), limit=_PAGE, cursor=c))
        found: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            found[row.subject].add(row.key)
        return {("trail", subject): frozenset(keys) for subject, keys in found.items()}


def differing(shown: Answers, expected: Answers) -> list[Name]:
    """Return what is shown otherwise than expected; rows of nobody are no rows."""
    return [
        name
        for name, answer in shown.items()
        if answer != expected.get(name, frozenset() if name[0] == "trail" else None)
    ]


def _all(read: Callable[[str | None], Page[T]], pages: int | None = None) -> list[T]:
    found: list[T] = []
    cursor: str | None = None
    while pages is None or pages > 0:
        page = read(cursor)
        found += page.items
        cursor = page.cursor
        if cursor is None:
            break
        pages = None if pages is None else pages - 1
    return found


def _plain(record: Any) -> Record:
    plain: Record = replace(record, version=0)
    return plain


def _statement(statement: StatementRecord) -> StatementRecord:
    is_done = statement.status is StatementStatus.VALIDATED
    shown = StatementStatus.VALIDATED if is_done else StatementStatus.IMPORTED
    return replace(statement, version=0, status=shown)
