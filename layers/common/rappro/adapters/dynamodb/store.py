"""The store on DynamoDB (port Store): which requests answer which question."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from rappro.adapters import codec
from rappro.adapters.cursors import read_cursor, write_cursor
from rappro.adapters.dynamodb import keys as at
from rappro.adapters.dynamodb.commits import Commit, Load
from rappro.adapters.dynamodb.evidence import EvidenceReader
from rappro.adapters.dynamodb.gateway import Gateway, Range, Tables
from rappro.adapters.dynamodb.items import Item, record_of
from rappro.adapters.dynamodb.keys import Table, list_partition
from rappro.adapters.dynamodb.lines import lines_in, record_at
from rappro.adapters.dynamodb.names import DOC, LIST_SK, PK, POINTS_TO, SK
from rappro.adapters.dynamodb.statement_lines import StatementLines
from rappro.adapters.indexing import (
    INDEXED_KINDS,
    Index,
    Listing,
    action_count,
    check_loaded,
    check_small,
    check_writes,
    list_name,
    statement_position,
)  # fmt: skip
from rappro.adapters.scope import check_limit, check_scope
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
    JournalEntry,
    OpenItem,
)
from rappro.domain.feeds import FeedRun, StagedTransaction
from rappro.domain.ids import CompanyId, StatementId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Lookups
from rappro.domain.operations import (
    AuditEvent,
    ImportTrace,
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

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

R = TypeVar("R", bound=Record)

_THREADS: Final = 16
_LOAD_CHUNK: Final = 1000


class DynamoStore:
    """Port Store. Safe to use from several threads; the client is given, never made here."""

    def __init__(
        self,
        client: DynamoDBClient,
        tables: Tables,
        *,
        threads: int = _THREADS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take a client whose connection pool holds at least `threads` connections."""
        self._gateway = Gateway(client, tables, threads=threads, sleep=sleep)
        self._evidence = EvidenceReader(self._gateway)
        self._lines = StatementLines(self._gateway)

    def get(self, tenant: TenantId, company: CompanyId, kind: type[R], key: str) -> R | None:
        place = at.record_key(tenant, company, kind, key)
        if kind is LineRecord:
            both = self._gateway.query(tenant, Range(place.table, place.pk, prefix=place.sk))
            return cast("R | None", next(iter(lines_in(both)), None))
        item = self._gateway.get(tenant, place)
        return None if item is None else codec.load(kind, _document(item))

    def get_many(
        self, tenant: TenantId, company: CompanyId, kind: type[R], keys: Sequence[str]
    ) -> dict[str, R]:
        places = [at.record_key(tenant, company, kind, key) for key in keys]
        if kind is LineRecord:
            places += [at.Key(table, pk, at.past(sk)) for table, pk, sk in places]
        items = self._gateway.get_all(tenant, places)
        found = (
            cast("list[R]", lines_in(items))
            if kind is LineRecord
            else [codec.load(kind, _document(item)) for item in items]
        )
        by_key = {record.key: record for record in found}
        return {key: by_key[key] for key in keys if key in by_key}

    def find(
        self, tenant: TenantId, wanted: Sequence[tuple[CompanyId, type[Record], str]]
    ) -> list[Record | None]:
        places = [at.record_key(tenant, *each) for each in wanted]
        states = [at.Key(place.table, place.pk, at.past(place.sk))
                  for place, (_, kind, _) in zip(places, wanted, strict=True)
                  if kind is LineRecord]  # fmt: skip
        items = self._gateway.get_all(tenant, [*places, *states])
        found = {(item[PK]["S"], item[SK]["S"]): item for item in items}
        return [record_at(found, place) for place in places]

    def memberships(self, tenant: TenantId, user: str) -> list[Membership]:
        by = Index.COMPANIES_OF_USER
        part = Range(at.index_table(by), at.memberships_partition(tenant, user))
        items = self._gateway.query(tenant, part)
        return [codec.load(Membership, _document(item)) for item in items]

    def all(self, tenant: TenantId, company: CompanyId, kind: type[R]) -> list[R]:
        check_small(kind)
        table, pk, start = at.kind_start(tenant, company, kind)
        items = self._gateway.query(tenant, Range(table, pk, prefix=start or None))
        return [codec.load(kind, _document(item)) for item in items]

    def under_way(self, tenant: TenantId, company: CompanyId) -> UnderWay:
        part = Range(*at.under_way_partition(tenant, company))
        found = [record_of(item) for item in self._gateway.query(tenant, part)]
        return UnderWay(
            tuple(mark for mark in found if isinstance(mark, UnfinishedMatch)),
            tuple(mark for mark in found if isinstance(mark, UnfinishedValidation)),
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
        Commit(self._gateway, tenant, company).send(writes, fence, held)

    def weight(self, writes: Sequence[Write]) -> int:
        return action_count(writes)

    def load(self, tenant: TenantId, company: CompanyId, records: Iterable[Record]) -> None:
        check_scope(tenant, company)
        stream, load = iter(records), Load(self._gateway, tenant, company)
        while chunk := list(islice(stream, _LOAD_CHUNK)):
            for record in chunk:
                check_loaded(company, record)
            latest = {(type(record), record.key): replace(record, version=1) for record in chunk}
            load.write(latest.values(), self._stored(tenant, company, latest.values()))

    def _stored(self, tenant: str, company: str, records: Iterable[Record]) -> Iterator[Record]:
        """Return what is there under the keys of records of those kinds that have index items."""
        places = [
            at.key_of(tenant, company, record)
            for record in records
            if type(record) in INDEXED_KINDS
        ]
        return (record_of(item) for item in self._gateway.get_all(tenant, places))

    def companies(self, tenant: TenantId) -> list[CompanyId]:
        part = Range(at.index_table(Index.COMPANIES), at.companies_partition(tenant))
        return [CompanyId(_text(item, SK)) for item in self._gateway.query(tenant, part)]

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
        by = Listing.STATEMENTS if journal is None else Listing.STATEMENTS_OF_JOURNAL
        pk = at.list_partition(tenant, company, by, journal or "")
        after = None if past is None else statement_position(*past)
        part = Range(at.listing_table(by), pk, after=after, is_list=True)
        name = list_name(tenant, company, by, journal or "")
        items, next_cursor = self._page(tenant, part, name, limit=limit, cursor=cursor)
        if journal is None:
            return Page(tuple(cast("StatementRecord", record_of(i)) for i in items), next_cursor)
        found = self._pointed(tenant, company, StatementRecord, items)
        # The list may lag: a statement that meanwhile went to another journal is not shown.
        return Page(tuple(record for record in found if record.journal == journal), next_cursor)

    def statements_of_journal(
        self, tenant: TenantId, company: CompanyId, journal: str
    ) -> list[StatementRecord]:
        part = _index_range(tenant, company, Index.STATEMENTS_OF_JOURNAL, journal)
        found = self._pointed(tenant, company, StatementRecord, self._gateway.query(tenant, part))
        return [record for record in found if record.journal == journal]

    def lines(
        self, tenant: TenantId, company: CompanyId, statement: StatementId, *, after: int = 0,
        limit: int | None = None,
    ) -> Iterator[LineRecord]:  # fmt: skip
        return self._lines.read(tenant, company, statement, after=after, limit=limit)

    def lines_of(
        self, tenant: TenantId, company: CompanyId, parts: Iterable[tuple[StatementRecord, int]]
    ) -> Iterator[LineRecord]:
        return self._lines.read_all(tenant, company, parts)

    def clear_lines(self, tenant: TenantId, company: CompanyId, statement: StatementId) -> None:
        self._lines.clear(tenant, company, statement)

    def ledger(
        self, tenant: TenantId, company: CompanyId, account: str,
        *, after: str | None = None, limit: int | None = None,
    ) -> list[BankEntry]:  # fmt: skip
        parts = [
            Range(Table.BOOKS, at.ledger_partition(tenant, company, account, shard), after=after)
            for shard in range(at.LEDGER_SHARDS)
        ]
        found = cast("Iterable[BankEntry]", self._evidence.copies(tenant, parts, limit=limit))
        return sorted(found, key=lambda entry: (entry.date, entry.id))[:limit]

    def entries(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        journal: str | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[JournalEntry]:
        if journal is None:
            pk = at.list_partition(tenant, company, Listing.ENTRIES)
            part = Range(at.listing_table(Listing.ENTRIES), pk, is_list=True)
            name = list_name(tenant, company, Listing.ENTRIES)
        else:
            part = _index_range(tenant, company, Index.ENTRIES_OF_JOURNAL, journal)
            name = list_name(tenant, company, Index.ENTRIES_OF_JOURNAL, journal)
        items, next_cursor = self._page(tenant, part, name, limit=limit, cursor=cursor)
        return Page(tuple(self._pointed(tenant, company, JournalEntry, items)), next_cursor)

    def open_items(
        self,
        tenant: TenantId,
        company: CompanyId,
        *,
        third_party: ThirdPartyId | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[OpenItem]:
        if third_party is None:
            page = self._listed(tenant, company, Listing.OPEN_ITEMS, limit=limit, cursor=cursor)
            return cast("Page[OpenItem]", page)
        # Bank entries stand before the items ("E#" < "I#"), nothing stands after them.
        part = _index_range(tenant, company, Index.THIRD_PARTY, third_party, after="I#")
        name = list_name(tenant, company, Index.THIRD_PARTY, third_party)
        items, next_cursor = self._page(tenant, part, name, limit=limit, cursor=cursor)
        records = (record_of(item) for item in items)
        return Page(tuple(item for item in records if isinstance(item, OpenItem)), next_cursor)

    def evidence(self, tenant: TenantId, company: CompanyId, lookups: Lookups) -> Evidence:
        return self._evidence.find(tenant, company, lookups)

    def backlog(self, tenant: TenantId, company: CompanyId) -> Evidence:
        return self._evidence.backlog(tenant, company)

    def audit_events(
        self, tenant: TenantId, company: CompanyId, *, query: TrailQuery = ALL_ROWS,
        subjects: Sequence[str] = (), limit: int = 100, cursor: str | None = None,
    ) -> Page[AuditEvent]:  # fmt: skip
        check_subjects(subjects)
        name = trail_name(tenant, company, query, subjects)
        wanted, after = rows_wanted(query, limit), start_of(name, query, cursor)
        whole = at.list_partition(tenant, company, Listing.AUDIT)
        parts = [
            Range(Table.STATEMENTS, at.trail_partition(tenant, company, subject), after=after)
            for subject in dict.fromkeys(subjects)
        ] or [Range(Table.STATEMENTS, whole, after=after, is_list=True)]
        rows = merge(*(self._trail(tenant, part, wanted) for part in parts), key=itemgetter(0))
        return page_of(name, query, rows, limit)

    def _trail(self, tenant: str, part: Range, count: int) -> Iterator[tuple[str, AuditEvent]]:
        """Yield the first rows of a range with their positions; read only as far as they go."""
        for item in self._gateway.query(tenant, part, limit=count):
            position = _text(item, LIST_SK if part.is_list else SK)
            yield position, codec.load(AuditEvent, _document(item))

    def audit_events_since(
        self, tenant: TenantId, company: CompanyId, *, at: datetime | None = None,
        event_id: str = "", limit: int = 100,
    ) -> list[AuditEvent]:  # fmt: skip
        whole = list_partition(tenant, company, Listing.AUDIT)
        before = None if at is None else older_end(at, event_id)
        part = Range(Table.STATEMENTS, whole, before=before, is_backwards=True, is_list=True)
        return [event for _, event in self._trail(tenant, part, limit)]

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
        part = _index_range(tenant, company, Index.RUNS_OF_FEED, connection_id)
        name = list_name(tenant, company, Index.RUNS_OF_FEED, connection_id)
        items, next_cursor = self._page(tenant, part, name, limit=limit, cursor=cursor)
        return Page(tuple(self._pointed(tenant, company, FeedRun, items)), next_cursor)

    def staged(
        self, tenant: TenantId, company: CompanyId, account: str, *, after: str | None = None,
        limit: int | None = None,
    ) -> list[StagedTransaction]:  # fmt: skip
        part = _index_range(tenant, company, Index.STAGED, account, after=after)
        found = self._gateway.query(tenant, part, limit=limit)
        return [cast("StagedTransaction", record_of(item)) for item in found]

    def _listed(
        self, tenant: str, company: str, by: Listing, *, limit: int, cursor: str | None
    ) -> Page[Any]:
        """Return a page of a company-wide list, whose items hold the records."""
        part = Range(at.listing_table(by), at.list_partition(tenant, company, by), is_list=True)
        name = list_name(tenant, company, by)
        items, next_cursor = self._page(tenant, part, name, limit=limit, cursor=cursor)
        return Page(tuple(record_of(item) for item in items), next_cursor)

    def _page(
        self, tenant: str, part: Range, name: str, *, limit: int, cursor: str | None
    ) -> tuple[list[Item], str | None]:
        """Return a page of items, and the cursor when there is more (one item more is read)."""
        check_limit(limit)
        if cursor is not None:
            part = replace(part, after=read_cursor(name, cursor))
        items = list(self._gateway.query(tenant, part, limit=limit + 1))
        if len(items) <= limit:
            return items, None
        position = _text(items[limit - 1], LIST_SK if part.is_list else SK)
        return items[:limit], write_cursor(name, position)

    def _pointed(
        self, tenant: TenantId, company: CompanyId, kind: type[R], items: Iterable[Item]
    ) -> list[R]:
        """Return the records that index items point to, in order."""
        return list(
            self.get_many(
                tenant, company, kind, [_text(item, POINTS_TO) for item in items]
            ).values()
        )


def _index_range(
    tenant: str, company: str, by: Index, value: str, *, after: str | None = None
) -> Range:
    pk = at.partition(tenant, company, by, value)
    return Range(at.index_table(by), pk, after=after)


def _text(item: Item, name: str) -> str:
    return str(item[name]["S"])


def _document(item: Item) -> str:
    return _text(item, DOC)
