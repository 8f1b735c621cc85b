"""What a person may look at: one record or one page of a list, of one company. Nothing is changed.

A page may hold fewer items than asked for, even none, and still go on: what is read for one call is
bounded, filters or not. Unknown ids raise NotFound, whoever else may have one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from rappro.domain.books import (
    Company,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import InvalidRequest
from rappro.domain.feeds import FeedConnection, FeedRun
from rappro.domain.ids import (
    CompanyId,
    EntryId,
    MatchId,
    OpenItemId,
    RunId,
    StatementId,
    TenantId,
    ThirdPartyId,
)  # fmt: skip
from rappro.domain.operations import (
    BooksLoad,
    ImportTrace,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    Match,
    SourceFile,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.settings import (
    ImportProfile,
)
from rappro.domain.writes import (
    Page,
    Record,
)
from rappro.formats import registry
from rappro.ports import Ports
from rappro.use_cases.companies import get_company
from rappro.use_cases.filters import LineFilter, StatementFilter
from rappro.use_cases.import_terms import journals_with_profiles, with_profile
from rappro.use_cases.shown import shown
from rappro.use_cases.slices import required, slice_of

R = TypeVar("R", bound=Record)

LINES_SCANNED_MAX = 5_000
"""Lines looked at for one page of a filtered list; the cursor goes on from there."""
PAGES_SCANNED_MAX = 10
_MATCHES_PER_READ = 100
"""Lines whose matches are read in one request."""


def statement_formats() -> tuple[str, ...]:
    """Return the names of the statement formats that a journal may force."""
    return registry.formats()


def list_companies(
    ports: Ports, tenant: TenantId, *, limit: int, cursor: str | None
) -> Page[Company]:
    """Return one page of the tenant's companies, by id."""
    ids = [company for company in ports.store.companies(tenant) if company > (cursor or "")]
    items = [get_company(ports, tenant, company) for company in ids[:limit]]
    return Page(items, items[-1].id if len(ids) > limit else None)


def find_company(ports: Ports, tenant: TenantId, company: CompanyId) -> Company | None:
    """Return the company, or None when there is none yet."""
    return ports.store.get(tenant, company, Company, "COMPANY")


def find_journal(ports: Ports, tenant: TenantId, company: CompanyId, code: str) -> Journal | None:
    """Return the journal, or None when there is none yet."""
    return ports.store.get(tenant, company, Journal, code)


def find_third_party(
    ports: Ports, tenant: TenantId, company: CompanyId, party: ThirdPartyId
) -> ThirdParty | None:
    """Return the third party, or None when there is none yet."""
    return ports.store.get(tenant, company, ThirdParty, party)


def find_connection(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: str
) -> FeedConnection | None:
    """Return the bank connection, or None when there is none yet."""
    return ports.store.get(tenant, company, FeedConnection, connection)


def get_journal(ports: Ports, tenant: TenantId, company: CompanyId, code: str) -> Journal:
    """Return a journal, with the values of the profile it names. Raises NotFound."""
    journal = required(find_journal(ports, tenant, company, code), "journal", code)
    if journal.import_profile is None:
        return journal
    named = ports.store.get(tenant, company, ImportProfile, journal.import_profile)
    return journal if named is None else with_profile(journal, {named.code: named})


def get_third_party(
    ports: Ports, tenant: TenantId, company: CompanyId, party: ThirdPartyId
) -> ThirdParty:
    """Return a third party (tiers). Raises NotFound."""
    return required(find_third_party(ports, tenant, company, party), "third party", party)


def get_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId
) -> StatementRecord:
    """Return a statement (relevé). Raises NotFound."""
    found = ports.store.get(tenant, company, StatementRecord, statement)
    if found is not None and found.status is StatementStatus.DELETING:
        found = None
    return required(found, "statement", statement)


def get_run(ports: Ports, tenant: TenantId, company: CompanyId, run: RunId) -> Run:
    """Return a run (traitement). Raises NotFound."""
    return required(ports.store.get(tenant, company, Run, run), "run", run)


def get_match(ports: Ports, tenant: TenantId, company: CompanyId, match: MatchId) -> Match:
    """Return a match (rapprochement), undone ones too. Raises NotFound."""
    found = ports.store.get(tenant, company, Match, match)
    view = shown(ports, tenant, company)
    return required(None if found is None else view.match(found), "match", match)


def get_entry(ports: Ports, tenant: TenantId, company: CompanyId, entry: EntryId) -> JournalEntry:
    """Return an entry (écriture). Raises NotFound."""
    found = ports.store.get(tenant, company, JournalEntry, entry)
    view = shown(ports, tenant, company)
    return required(None if found is None else view.entry(found), "entry", entry)


def get_open_item(ports: Ports, tenant: TenantId, company: CompanyId, item: OpenItemId) -> OpenItem:
    """Return an open item (échéance), settled or not. Raises NotFound."""
    found = required(ports.store.get(tenant, company, OpenItem, item), "open item", item)
    return shown(ports, tenant, company).item(found)


def get_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, position: int
) -> LineRecord:
    """Return one line of a statement. Raises NotFound."""
    found = stored_line(ports, tenant, company, statement, position)
    return shown(ports, tenant, company).line(found)


def stored_line(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, position: int
) -> LineRecord:
    """Return one line as it is stored, for what no unit under way shows otherwise.

    Raises NotFound.
    """
    get_statement(ports, tenant, company, statement)
    key = f"{statement}/{position}"
    return required(ports.store.get(tenant, company, LineRecord, key), "line", key)


def source_link(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId
) -> tuple[SourceFile, str]:
    """Return a statement's source file and a link to its bytes, valid a few minutes (IMP-3).

    Raises NotFound.
    """
    record = get_statement(ports, tenant, company, statement)
    found = ports.store.get(tenant, company, SourceFile, record.source_sha256)
    source = required(found, "source file", record.source_sha256)
    return source, ports.blobs.source_url(tenant, company, source.sha256, source.name)


def list_journals(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[Journal]:
    """Return one page of the company's journals, by code, with the profiles they name."""
    return slice_of(journals_with_profiles(ports, tenant, company), limit, cursor)


def books_referred_to(
    ports: Ports, tenant: TenantId, company: CompanyId
) -> tuple[tuple[Journal, ...], tuple[ThirdParty, ...]]:
    """Return the journals and third parties that a books document may refer to."""
    journals = ports.store.all(tenant, company, Journal)
    parties = ports.store.all(tenant, company, ThirdParty)
    return tuple(journals), tuple(parties)


def list_accounts(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[LedgerAccount]:
    """Return one page of the company's accounts (plan de comptes), by number."""
    return slice_of(ports.store.all(tenant, company, LedgerAccount), limit, cursor)


def list_third_parties(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[ThirdParty]:
    """Return one page of the company's third parties, by id."""
    return slice_of(ports.store.all(tenant, company, ThirdParty), limit, cursor)


def list_connections(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[FeedConnection]:
    """Return one page of the company's bank connections, by id, but those that were removed."""
    found = ports.store.all(tenant, company, FeedConnection)
    return slice_of([one for one in found if not one.is_removed], limit, cursor)


def list_loads(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[BooksLoad]:
    """Return one page of the company's loads of books, newest first."""
    loads = sorted(ports.store.all(tenant, company, BooksLoad), key=_load_order, reverse=True)
    after = [load for load in loads if cursor is None or _load_order(load) < cursor]
    return Page(after[:limit], _load_order(after[limit - 1]) if len(after) > limit else None)


def _load_order(load: BooksLoad) -> str:
    return f"{load.at.isoformat()} {load.key}"


def list_statements(
    ports: Ports, tenant: TenantId, company: CompanyId, wanted: StatementFilter,
    *, limit: int, cursor: str | None,
) -> Page[StatementRecord]:  # fmt: skip
    """Return one page of statements, newest period first."""

    def read(count: int, after: str | None) -> Page[StatementRecord]:
        return ports.store.statements(
            tenant, company, journal=wanted.journal, limit=count, cursor=after
        )

    return _filtered(read, wanted.takes, limit=limit, cursor=cursor)


def list_lines(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId,
    *, wanted: LineFilter, limit: int, cursor: str | None,
) -> Page[LineRecord]:  # fmt: skip
    """Return one page of a statement's lines, in position order. Raises NotFound."""
    record = get_statement(ports, tenant, company, statement)
    view = shown(ports, tenant, company)
    lines = map(view.line, _lines_after(ports, tenant, company, record, cursor))
    return _scan(lines, lambda line: line if wanted.takes(line) else None, limit=limit)


def list_matches(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId,
    *, limit: int, cursor: str | None,
) -> Page[Match]:  # fmt: skip
    """Return one page of the matches that stand on a statement's lines, each once, in line order.

    A match of several lines comes with the first of them. Raises NotFound.
    """
    record = get_statement(ports, tenant, company, statement)
    view = shown(ports, tenant, company)
    lines = map(view.line, _lines_after(ports, tenant, company, record, cursor))
    known: dict[str, Match] = {}

    def read_ahead() -> Iterator[LineRecord]:
        while some := list(islice(lines, _MATCHES_PER_READ)):
            wanted = sorted({line.match_id for line in some if line.match_id} - known.keys())
            known.update(ports.store.get_many(tenant, company, Match, wanted) if wanted else {})
            yield from some

    def first_of_match(line: LineRecord) -> Match | None:
        if line.match_id is None:
            return None
        found = known.get(line.match_id)
        seen = None if found is None else view.match(found)
        match = required(seen, "match", line.match_id)
        return match if line.line.position == _first_position(match, statement) else None

    return _scan(read_ahead(), first_of_match, limit=limit)


def _first_position(match: Match, statement: StatementId) -> int:
    """Return the first position that a match has in a statement, from "statement/position"."""
    keys = (key.rpartition("/") for key in match.lines)
    return min(int(position) for owner, _, position in keys if owner == statement)


def list_entries(
    ports: Ports, tenant: TenantId, company: CompanyId, *, journal: str | None, limit: int,
    cursor: str | None,
) -> Page[JournalEntry]:  # fmt: skip
    """Return one page of entries, by date."""
    view = shown(ports, tenant, company)
    page = ports.store.entries(tenant, company, journal=journal, limit=limit, cursor=cursor)
    return Page([e for e in map(view.entry, page.items) if e is not None], page.cursor)


def list_open_items(
    ports: Ports, tenant: TenantId, company: CompanyId, *, third_party: ThirdPartyId | None,
    limit: int, cursor: str | None,
) -> Page[OpenItem]:  # fmt: skip
    """Return one page of unsettled open items, by due date."""
    view = shown(ports, tenant, company)
    page = ports.store.open_items(
        tenant, company, third_party=third_party, limit=limit, cursor=cursor
    )
    items = [item for item in map(view.item, page.items) if not item.is_settled]
    return Page(items, page.cursor)


def list_imports(
    ports: Ports, tenant: TenantId, company: CompanyId, *, object_version: str | None, limit: int,
    cursor: str | None,
) -> Page[ImportTrace]:  # fmt: skip
    """Return one page of the import trace (trace d'import), newest first; of one drop if named."""

    def read(count: int, after: str | None) -> Page[ImportTrace]:
        return ports.store.import_traces(tenant, company, limit=count, cursor=after)

    def takes(trace: ImportTrace) -> bool:
        return object_version in {None, trace.object_version}

    return _filtered(read, takes, limit=limit, cursor=cursor)


def list_feed_runs(
    ports: Ports, tenant: TenantId, company: CompanyId, connection: str, *, limit: int,
    cursor: str | None,
) -> Page[FeedRun]:  # fmt: skip
    """Return one page of a connection's log, newest first. Raises NotFound."""
    required(find_connection(ports, tenant, company, connection), "connection", connection)
    return ports.store.feed_runs(tenant, company, connection, limit=limit, cursor=cursor)


T = TypeVar("T")


def _filtered(
    read: Callable[[int, str | None], Page[R]], takes: Callable[[R], bool], *, limit: int,
    cursor: str | None,
) -> Page[R]:  # fmt: skip
    """Read pages until enough records are taken; never more than fit, so none is cut off."""
    taken: list[R] = []
    for _ in range(PAGES_SCANNED_MAX):
        page = read(limit - len(taken), cursor)
        taken += filter(takes, page.items)
        cursor = page.cursor
        if cursor is None or len(taken) >= limit:
            break
    return Page(taken, cursor)


def _lines_after(
    ports: Ports, tenant: TenantId, company: CompanyId, record: StatementRecord, cursor: str | None
) -> Iterator[LineRecord]:
    """Yield the lines after a position, which is what the cursor of a line list says."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise InvalidRequest("not a cursor of this list", position="cursor")
    after = int(cursor[:9]) if cursor else 0
    return ports.store.lines_of(tenant, company, [(record, after)])


def _scan(
    lines: Iterable[LineRecord], taken: Callable[[LineRecord], T | None], *, limit: int
) -> Page[T]:
    """Return what is taken of the lines, at most `limit`, looking at LINES_SCANNED_MAX of them."""
    items: list[T] = []
    last = 0
    remaining = iter(lines)
    for line in islice(remaining, LINES_SCANNED_MAX):
        last = line.line.position
        item = taken(line)
        if item is not None:
            items.append(item)
        if len(items) >= limit:
            break
    is_end = next(remaining, None) is None
    return Page(items, None if is_end else str(last))
