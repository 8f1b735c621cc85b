"""The store in process: the same promises as DynamoDB's, kept by one lock."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from operator import itemgetter
from threading import RLock
from typing import Any, TypeVar, cast

from rappro.adapters import codec
from rappro.adapters.asking import Ask, answers, evidence_of, plan_of
from rappro.adapters.cursors import read_cursor, write_cursor
from rappro.adapters.indexing import (
    Index,
    Listing,
    action_count,
    check_bytes,
    check_fence,
    check_key_of,
    check_loaded,
    check_small,
    check_writes,
    list_name,
    statement_position,
    stored_before,
)
from rappro.adapters.memory.shelf import Identity, Places, Shelf
from rappro.adapters.scope import check_key, check_limit, check_scope, check_tenant
from rappro.adapters.trails import (
    check_subjects,
    older_end,
    page_of,
    rows_wanted,
    start_of,
    trail_name,
)
from rappro.domain.access import Membership
from rappro.domain.books import (
    BankEntry,
    Company,
    JournalEntry,
    OpenItem,
)
from rappro.domain.errors import StoreConflict
from rappro.domain.feeds import FeedRun, StagedTransaction
from rappro.domain.ids import CompanyId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Lookups
from rappro.domain.operations import (
    AuditEvent,
    ImportTrace,
    Lease,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.tasks import Task
from rappro.domain.trail import ALL_ROWS, TrailQuery
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import (
    Fence,
    Held,
    Page,
    Record,
    Write,
)
from rappro.ports import Evidence, UnderWay

R = TypeVar("R", bound=Record)

_LINES_A_READ = 500


class MemoryStore:
    """Port Store. Records are handed out as they were kept; kinds with a dict inside as copies."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._shelves: dict[tuple[str, str], Shelf] = defaultdict(Shelf)

    def _shelf(self, tenant: str, company: str) -> Shelf:
        check_scope(tenant, company)
        return self._shelves[tenant, company]

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        check_key_of(kind, key)
        with self._lock:
            return cast("R | None", self._shelf(tenant, company).get(kind, key))

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        for key in keys:
            check_key_of(kind, key)
        with self._lock:
            shelf = self._shelf(tenant, company)
            found = ((key, shelf.get(kind, key)) for key in dict.fromkeys(keys))
            return {key: cast("R", record) for key, record in found if record is not None}

    def find(
        self, tenant: TenantId, wanted: Sequence[tuple[CompanyId, type[Record], str]]
    ) -> list[Record | None]:
        for _, kind, key in wanted:
            check_key_of(kind, key)
        with self._lock:
            return [self._shelf(tenant, each).get(kind, key) for each, kind, key in wanted]

    def memberships(self, tenant: TenantId, user: str) -> list[Membership]:
        check_tenant(tenant)
        check_key(user)
        with self._lock:
            found = [
                shelf.get(Membership, user)
                for (owner, _), shelf in sorted(self._shelves.items(), key=itemgetter(0))
                if owner == tenant
            ]
            return [each for each in found if isinstance(each, Membership)]

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        check_small(kind)
        with self._lock:
            return cast("list[R]", self._shelf(tenant, company).all(kind))

    def under_way(self, tenant: TenantId, company: CompanyId) -> UnderWay:
        with self._lock:
            return UnderWay(
                tuple(self.all(tenant, company, UnfinishedMatch)),
                tuple(self.all(tenant, company, UnfinishedValidation)),
            )

    def commit(
        self,
        tenant: TenantId,
        company: CompanyId,
        writes: Sequence[Write],
        *,
        fence: Fence | None = None,
        held: Sequence[Held] = (),
    ) -> None:
        check_scope(tenant, company)
        check_writes(company, writes, fence)
        for write in writes:
            if write.after is not None:
                _check_storable(write.after)
        with self._lock:
            shelf = self._shelf(tenant, company)
            if fence is not None:
                check_fence(cast("Lease | None", shelf.get(Lease, "WRITER")), fence)
            for each in held:
                _check_held(self._shelf(tenant, each.company), each)
            for write in writes:
                _check_stored(shelf, write)
            for write in writes:
                _apply(shelf, write)

    def weight(self, writes: Sequence[Write]) -> int:
        return action_count(writes)

    def load(self, tenant: TenantId, company: CompanyId, records: Iterable[Record]) -> None:
        check_scope(tenant, company)
        for record in records:
            check_loaded(company, record)
            _check_storable(record)
            with self._lock:
                shelf = self._shelf(tenant, company)
                if not (isinstance(record, LineRecord) and _is_past_loading(shelf, record)):
                    shelf.put(_at_version_one(record))

    def companies(self, tenant: TenantId) -> list[CompanyId]:
        check_tenant(tenant)
        with self._lock:
            return sorted(
                CompanyId(company)
                for (owner, company), shelf in self._shelves.items()
                if owner == tenant and shelf.get(Company, "COMPANY") is not None
            )

    def statements(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        journal: str | None = None,
        past: tuple[date | None, str] | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[StatementRecord]:
        after = None if past is None else statement_position(*past)
        listing = Listing.STATEMENTS if journal is None else Listing.STATEMENTS_OF_JOURNAL
        with self._lock:
            shelf = self._shelf(tenant, company)
            places = shelf.listed(listing, journal or "")
            name = list_name(tenant, company, listing, journal or "")
            page = _page(shelf, places, name, limit, cursor, after=after)
            return cast("Page[StatementRecord]", page)

    def statements_of_journal(
        self, tenant: TenantId, company: CompanyId, journal: str
    ) -> list[StatementRecord]:
        return cast(
            "list[StatementRecord]",
            self._indexed(tenant, company, Index.STATEMENTS_OF_JOURNAL, journal),
        )

    def lines(
        self, tenant: TenantId, company: CompanyId, statement: StatementId, *, after: int = 0,
        limit: int | None = None,
    ) -> Iterator[LineRecord]:  # fmt: skip
        check_key(statement)
        with self._lock:
            shelf = self._shelf(tenant, company)
            is_visible = shelf.get(StatementRecord, statement) is not None
            keys = shelf.line_keys(statement, after)[:limit] if is_visible else []
        return self._read_lines(shelf, keys)

    def lines_of(
        self, tenant: TenantId, company: CompanyId, parts: Iterable[tuple[StatementRecord, int]]
    ) -> Iterator[LineRecord]:
        for statement, after in parts:
            last = statement.line_count + statement.deleted_count
            found = self.lines(tenant, company, statement.id, after=after)
            yield from (line for line in found if line.line.position <= last)

    def clear_lines(self, tenant: TenantId, company: CompanyId, statement: StatementId) -> None:
        check_key(statement)
        with self._lock:
            shelf = self._shelf(tenant, company)
            for key in shelf.line_keys(statement, 0):
                shelf.drop(LineRecord, key)
            shelf.removed_lines = {
                key for key in shelf.removed_lines if key.rpartition("/")[0] != statement
            }

    def _read_lines(self, shelf: Shelf, keys: Sequence[str]) -> Iterator[LineRecord]:
        for start in range(0, len(keys), _LINES_A_READ):
            with self._lock:
                read = [shelf.get(LineRecord, key) for key in keys[start : start + _LINES_A_READ]]
            yield from (cast("LineRecord", record) for record in read if record is not None)

    def ledger(
        self, tenant: TenantId, company: CompanyId, account: str,
        *, after: str | None = None, limit: int | None = None,
    ) -> list[BankEntry]:  # fmt: skip
        found = cast("list[BankEntry]", self._indexed(tenant, company, Index.LEDGER, account))
        place = after or ""
        return [one for one in found if f"{one.date.isoformat()}#{one.id}" > place][:limit]

    def entries(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        journal: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[JournalEntry]:
        with self._lock:
            shelf = self._shelf(tenant, company)
            if journal is None:
                places = shelf.listed(Listing.ENTRIES, "")
                name = list_name(tenant, company, Listing.ENTRIES)
            else:
                places = shelf.places(Index.ENTRIES_OF_JOURNAL, journal)
                name = list_name(tenant, company, Index.ENTRIES_OF_JOURNAL, journal)
            return cast("Page[JournalEntry]", _page(shelf, places, name, limit, cursor))

    def open_items(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        third_party: ThirdPartyId | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[OpenItem]:
        with self._lock:
            shelf = self._shelf(tenant, company)
            if third_party is None:
                places = shelf.listed(Listing.OPEN_ITEMS, "")
                name = list_name(tenant, company, Listing.OPEN_ITEMS)
            else:
                places = shelf.places(Index.THIRD_PARTY, third_party).starting("I#")
                name = list_name(tenant, company, Index.THIRD_PARTY, third_party)
            return cast("Page[OpenItem]", _page(shelf, places, name, limit, cursor))

    def evidence(self, tenant: TenantId, company: CompanyId, lookups: Lookups) -> Evidence:
        plan = plan_of(lookups)
        with self._lock:
            shelf = self._shelf(tenant, company)
            found = set(answers(plan, lambda asks: [self._ask(shelf, ask) for ask in asks]))
            found.update((OpenItem, key) for key in plan.named)
            return evidence_of(_read(shelf, found))

    def _ask(self, shelf: Shelf, ask: Ask) -> list[Identity]:
        """Return what one question of a plan finds."""
        places = shelf.places(ask.by, ask.value)
        if ask.start:
            places = places.starting(ask.start)
        return [places.at[position] for position in places.after(None, ask.limit)]

    def backlog(self, tenant: TenantId, company: CompanyId) -> Evidence:
        with self._lock:
            shelf = self._shelf(tenant, company)
            return evidence_of(_read(shelf, set(shelf.every_identity(Index.AMOUNT))))

    def audit_events(
        self, tenant: TenantId, company: CompanyId, *, query: TrailQuery = ALL_ROWS,
        subjects: Sequence[str] = (), limit: int = 100, cursor: str | None = None,
    ) -> Page[AuditEvent]:  # fmt: skip
        check_subjects(subjects)
        name = trail_name(tenant, company, query, subjects)
        wanted, after = rows_wanted(query, limit), start_of(name, query, cursor)
        with self._lock:
            shelf = self._shelf(tenant, company)
            lists = [shelf.listed(Listing.AUDIT_OF, each) for each in dict.fromkeys(subjects)]
            rows = [
                (position, cast("AuditEvent", shelf.get(*places.at[position])))
                for places in lists or [shelf.listed(Listing.AUDIT, "")]
                for position in places.after(after, wanted)
            ]
        return page_of(name, query, sorted(rows, key=itemgetter(0)), limit)

    def audit_events_since(
        self, tenant: TenantId, company: CompanyId, *, at: datetime | None = None,
        event_id: str = "", limit: int = 100,
    ) -> list[AuditEvent]:  # fmt: skip
        with self._lock:
            shelf = self._shelf(tenant, company)
            places = shelf.listed(Listing.AUDIT, "")
            end = None if at is None else older_end(at, event_id)
            return cast(
                "list[AuditEvent]",
                _read(shelf, [places.at[each] for each in places.before(end, limit)]),
            )

    def runs(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[Run]:
        return self._listed(tenant, company, Listing.RUNS, limit=limit, cursor=cursor)

    def tasks(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[Task]:
        return self._listed(tenant, company, Listing.TASKS, limit=limit, cursor=cursor)

    def import_traces(
        self, tenant: TenantId, company: CompanyId, *, limit: int = 100, cursor: str | None = None
    ) -> Page[ImportTrace]:
        page = self._listed(tenant, company, Listing.TRACES, limit=limit, cursor=cursor)
        return cast("Page[ImportTrace]", page)

    def feed_runs(
        self, tenant: TenantId, company: CompanyId, connection_id: str, *, limit: int = 100,
        cursor: str | None = None,
    ) -> Page[FeedRun]:  # fmt: skip
        with self._lock:
            shelf = self._shelf(tenant, company)
            places = shelf.places(Index.RUNS_OF_FEED, connection_id)
            name = list_name(tenant, company, Index.RUNS_OF_FEED, connection_id)
            return cast("Page[FeedRun]", _page(shelf, places, name, limit, cursor))

    def staged(
        self, tenant: TenantId, company: CompanyId, account: str, *, after: str | None = None,
        limit: int | None = None,
    ) -> list[StagedTransaction]:  # fmt: skip
        with self._lock:
            shelf = self._shelf(tenant, company)
            places = shelf.places(Index.STAGED, account)
            found = _read(shelf, [places.at[each] for each in places.after(after, limit)])
            return cast("list[StagedTransaction]", found)

    def _listed(
        self, tenant: str, company: str, listing: Listing, *, limit: int, cursor: str | None
    ) -> Page[Any]:
        with self._lock:
            shelf = self._shelf(tenant, company)
            name = list_name(tenant, company, listing)
            return _page(shelf, shelf.listed(listing, ""), name, limit, cursor)

    def _indexed(self, tenant: str, company: str, index: Index, value: str) -> list[Record]:
        with self._lock:
            shelf = self._shelf(tenant, company)
            return _read(shelf, shelf.identities(index, value))


def _check_stored(shelf: Shelf, write: Write) -> None:
    """Raise StoreConflict unless what the write replaces is what is stored."""
    record = write.after if write.after is not None else write.before
    assert record is not None
    stored, before = shelf.get(type(record), record.key), stored_before(write)
    if stored != before:
        raise StoreConflict(f"{type(record).__name__} {record.key} was changed meanwhile")


def _check_held(shelf: Shelf, held: Held) -> None:
    """Raise StoreConflict unless a record is still of the version that was read."""
    stored = shelf.get(type(held.record), held.record.key)
    if stored is None or stored.version != held.record.version:
        raise StoreConflict(f"{type(held.record).__name__} {held.record.key} is another by now")


def _apply(shelf: Shelf, write: Write) -> None:
    if write.after is not None:
        shelf.put(write.after)
        if isinstance(write.after, LineRecord):
            shelf.removed_lines.discard(write.after.key)
    elif write.before is not None:
        shelf.drop(type(write.before), write.before.key)
        if isinstance(write.before, LineRecord):
            shelf.removed_lines.add(write.before.key)


def _is_past_loading(shelf: Shelf, line: LineRecord) -> bool:
    stored = shelf.get(LineRecord, line.key)
    return line.key in shelf.removed_lines or (stored is not None and stored.version > 1)


def _check_storable(record: Record) -> None:
    """Refuse what DynamoDB's store refuses: a field of a wrong type, a record too large."""
    check_bytes(record, len(codec.dump_record(record)))


def _at_version_one(record: Record) -> Record:
    return record if record.version == 1 else replace(record, version=1)


def _read(shelf: Shelf, identities: Iterable[Identity]) -> list[Record]:
    found = (shelf.get(*identity) for identity in identities)
    return [record for record in found if record is not None]


def _page(
    shelf: Shelf, places: Places, name: str, limit: int, cursor: str | None,
    *, after: str | None = None,
) -> Page[Any]:  # fmt: skip
    check_limit(limit)
    after = after if cursor is None else read_cursor(name, cursor)
    positions = places.after(after, limit + 1)
    has_more = len(positions) > limit
    records = _read(shelf, [places.at[position] for position in positions[:limit]])
    return Page(tuple(records), write_cursor(name, positions[limit - 1]) if has_more else None)
