"""By what a record is found besides its key: the one definition for every store.

An index entry says: in this index, under this value, at this position, stands this record. Each
store writes the entries of a record together with it and reads them consistently. An open item or a
bank entry is found as evidence only while it is unsettled, or waits for the bank. A hint is written
with its record like the others, but may outlive what it says: whoever reads it asks the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from zlib import crc32

from rappro.adapters.scope import check_key, split_event_key, split_line_key
from rappro.domain.access import Membership
from rappro.domain.books import (
    BankEntry,
    CardContract,
    Company,
    EntryTemplate,
    Journal,
    JournalEntry,
    LedgerAccount,
    OpenItem,
    PastPayment,
    ThirdParty,
)
from rappro.domain.differences import DifferenceType
from rappro.domain.errors import InvalidRequest, StoreConflict, TooLarge
from rappro.domain.exchange.model import (
    ArchiveDownload,
    EntryDocuments,
    ExchangeArchive,
    ExchangeLink,
    Parcel,
)
from rappro.domain.feeds import (
    BankLink,
    FeedAccount,
    FeedConnection,
    FeedMail,
    FeedRun,
    ProviderUser,
    StagedTransaction,
)
from rappro.domain.ids import ThirdPartyId
from rappro.domain.learning import Lesson
from rappro.domain.matching.references import entry_tokens, item_tokens
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
    ImportTrace,
    Lease,
    PieceCounter,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    StatementRecord,
    UnfinishedMatch,
)
from rappro.domain.settings import (
    ImportProfile,
    OwnCsvProfile,
)
from rappro.domain.tasks import Task
from rappro.domain.unfinished import OwedExamination, UnfinishedValidation
from rappro.domain.webhooks import Webhook
from rappro.domain.writes import (
    Fence,
    Record,
    Write,
)
from rappro.ports import ACTIONS_MAX_PER_COMMIT, WRITES_MAX_PER_COMMIT

RECORD_BYTES_MAX: Final = 300_000
"""A stored record; DynamoDB stops at 400 KB."""
LINES_PER_BLOCK: Final = 500
"""Lines of a statement under one partition key, which takes 1,000 writes a second."""

SMALL_KINDS: Final[frozenset[type[Record]]] = frozenset({
    Webhook,
    LedgerAccount, Journal, ThirdParty, EntryTemplate, CardContract, PastPayment, BooksLoad,
    FeedConnection, Membership, PieceCounter, UnfinishedMatch, ImportProfile, OwnCsvProfile, Lesson,
    DifferenceType, UnfinishedValidation, OwedExamination, EntryDocuments, ExchangeArchive,
    ExchangeLink, Parcel, FeedAccount, FeedMail, ProviderUser,
    BankLink, ArchiveDownload,
})  # fmt: skip
"""Kinds of which a company has few enough to be read all at once."""

INDEXED_KINDS: Final[frozenset[type[Record]]] = frozenset({
    OpenItem, BankEntry, StatementRecord, JournalEntry, FeedRun, Company, Membership,
    StagedTransaction,
})  # fmt: skip
"""Kinds of which a record may have index entries (see entries_of)."""

_DAYS_MAX: Final = date.max.toordinal()
_MICROSECONDS_MAX: Final = 10**17  # the year 5138


ITEM: Final = "I#"
ENTRY: Final = "E#"
"""What the positions of open items and of bank entries start with in the evidence indexes."""


class Index(StrEnum):
    AMOUNT = "IXA"
    REFERENCE = "IXR"
    THIRD_PARTY = "IXT"
    LEDGER = "LED"
    STATEMENTS_OF_JOURNAL = "SJ"
    ENTRIES_OF_JOURNAL = "JE"
    RUNS_OF_FEED = "FR"
    STAGED = "STG"
    COMPANIES = "COMPANIES"
    COMPANIES_OF_USER = "MEMBER-OF"


COPYING: Final = frozenset({
    Index.AMOUNT, Index.REFERENCE, Index.THIRD_PARTY, Index.LEDGER, Index.COMPANIES_OF_USER,
    Index.STAGED,
})  # fmt: skip
"""Indexes whose entries hold the whole record, so that one query is enough; others point to it.
An open item's entry by reference is a hint (is_hint) and points to it as well."""


class Listing(StrEnum):
    """Company-wide lists, which may lag behind writes."""

    STATEMENTS = "STATEMENTS"
    STATEMENTS_OF_JOURNAL = "STATEMENTS-OF"
    ENTRIES = "ENTRIES"
    OPEN_ITEMS = "OPEN-ITEMS"
    AUDIT = "AUDIT-TRAIL"
    AUDIT_OF = "AUDIT-OF"  # of one subject; no GSI, the rows themselves stand together
    TRACES = "IMPORT-TRACE"
    TASKS = "TASKS"
    RUNS = "RUNS"


class Entry(NamedTuple):
    """A place where a record is found; unique to the record within index and value."""

    by: Index
    value: str
    position: str


class Listed(NamedTuple):
    """A place in a list; `value` tells lists of one kind apart (a journal's code)."""

    by: Listing
    value: str
    position: str


def list_name(tenant: str, company: str, by: Listing | Index, value: str = "") -> str:
    """Return the full name of a list, which no other list of anybody has."""
    return f"{tenant}#{company}#{by}#{value}"


def entries_of(record: Record) -> tuple[Entry, ...]:
    """Return every index entry of a record as it is now; most kinds have none."""
    if isinstance(record, OpenItem):
        return _evidence_entries(record)
    if isinstance(record, BankEntry):
        position = f"{record.date.isoformat()}#{record.id}"
        return (Entry(Index.LEDGER, record.account, position), *_evidence_entries(record))
    match record:
        case StatementRecord(journal=str(journal)):
            position = f"{_oldest_day_first(record.period_to)}#{record.id}"
            place = Entry(Index.STATEMENTS_OF_JOURNAL, journal, position)
        case JournalEntry():
            position = f"{record.date.isoformat()}#{record.id}"
            place = Entry(Index.ENTRIES_OF_JOURNAL, record.journal, position)
        case FeedRun():
            position = f"{newest_first(record.at)}#{record.id}"
            place = Entry(Index.RUNS_OF_FEED, record.connection_id, position)
        case StagedTransaction():
            place = Entry(Index.STAGED, record.account_id, staged_position(record))
        case Company():
            place = Entry(Index.COMPANIES, "", record.id)
        case Membership():
            place = Entry(Index.COMPANIES_OF_USER, record.user, record.company)
        case _:
            return ()
    return (place,)


def is_hint(entry: Entry) -> bool:
    """Tell whether an entry may stand where its record is found no more.

    Open items by reference: an item that is settled leaves three of them, and a number that was
    paid is hardly ever asked for again. So they are left behind, and go when somebody meets them.
    """
    return entry.by is Index.REFERENCE and entry.position.startswith(ITEM)


def is_copy(entry: Entry) -> bool:
    """Tell whether an entry holds the whole record; else it points to it."""
    return entry.by in COPYING and not is_hint(entry)


def hints_of(record: Record) -> tuple[Entry, ...]:
    """Return the hints of a record, whether it is found by them now or was at some time."""
    if not isinstance(record, OpenItem):
        return ()
    return tuple(
        Entry(Index.REFERENCE, token, f"{ITEM}{record.id}") for token in sorted(item_tokens(record))
    )


def listed_of(record: Record) -> tuple[Listed, ...]:
    """Return a record's places in lists: the company-wide one first, then narrower ones."""
    match record:
        case StatementRecord():
            position = statement_position(record.period_to, record.id)
            whole = Listed(Listing.STATEMENTS, "", position)
            if record.journal is not None:
                return (whole, Listed(Listing.STATEMENTS_OF_JOURNAL, record.journal, position))
        case JournalEntry():
            whole = Listed(Listing.ENTRIES, "", f"{record.date.isoformat()}#{record.id}")
        case OpenItem(is_settled=False):
            whole = Listed(Listing.OPEN_ITEMS, "", f"{record.due_date.isoformat()}#{record.id}")
        case AuditEvent():
            position = trail_position(record.at, record.id)
            whole = Listed(Listing.AUDIT, "", position)
            return (whole, Listed(Listing.AUDIT_OF, record.subject, position))
        case ImportTrace():
            whole = Listed(Listing.TRACES, "", f"{newest_first(record.at)}#{record.id}")
        case Task():
            whole = Listed(Listing.TASKS, "", f"{newest_first(record.created_at)}#{record.id}")
        case Run():
            whole = Listed(Listing.RUNS, "", f"{newest_first(record.started_at)}#{record.id}")
        case _:
            return ()
    return (whole,)


def staged_position(staged: StagedTransaction) -> str:
    """Return where a staged transaction stands on its account: by booking day, then id."""
    return f"{staged.line.booking_date.isoformat()}#{staged.id}"


def statement_position(period_to: date | None, statement: str) -> str:
    """Return where a statement stands: the newest period first, none at the end, then by id."""
    return f"{_newest_day_first(period_to)}#{statement}"


def trail_position(at: datetime, event_id: str) -> str:
    """Return where a row of the audit trail stands: the newest first, then by id."""
    return f"{newest_first(at)}#{event_id}"


def _evidence_entries(record: OpenItem | BankEntry) -> tuple[Entry, ...]:
    if isinstance(record, OpenItem):
        if record.is_settled:
            return ()
        kind, day = ITEM, record.due_date
        amount = amount_value(record.currency, record.residual_minor)
        tokens = item_tokens(record)
    else:
        if not record.is_waiting:
            return ()
        kind, day = ENTRY, record.date
        amount = amount_value(record.currency, record.amount_minor)
        tokens = entry_tokens(record)
    party = record.third_party
    found = [Entry(Index.AMOUNT, amount, f"{kind}{party_mark(party)}{record.id}")]
    found += [Entry(Index.REFERENCE, token, f"{kind}{record.id}") for token in sorted(tokens)]
    if party is not None:
        found.append(Entry(Index.THIRD_PARTY, party, f"{kind}{day.isoformat()}#{record.id}"))
    return tuple(found)


def amount_value(currency: str, minor: int) -> str:
    """Return the value that an amount has in the amount index."""
    return f"{minor}#{currency}"


def party_mark(third_party: ThirdPartyId | None) -> str:
    """Return what stands before the ids of one third party's items of an amount.

    Short, since ids may be long. Two third parties of one mark are read together, which finds more
    than was asked for and nothing less.
    """
    return f"{crc32((third_party or '').encode()):08x}#"


def _oldest_day_first(day: date | None) -> str:
    """Return a text that sorts days from the oldest; no day comes first."""
    return "0000-00-00" if day is None else day.isoformat()


def _newest_day_first(day: date | None) -> str:
    return f"{_DAYS_MAX - (0 if day is None else day.toordinal()):07d}"


def newest_first(at: datetime) -> str:
    """Return a text that sorts instants from the newest. Raises InvalidRequest for a naive one."""
    if at.tzinfo is None:
        raise InvalidRequest("an instant without its time zone")
    since = at.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return f"{_MICROSECONDS_MAX - microseconds:017d}"


def entry_changes(before: Record | None, after: Record | None) -> tuple[list[Entry], list[Entry]]:
    """Return the index entries to delete and to write when a record changes.

    An entry that stays is written again only when it holds a copy of the record. Hints are written
    when the record begins to be found by them, and deleted with the record alone.
    """
    old = () if before is None else entries_of(before)
    if after is None:
        hints = () if before is None else hints_of(before)
        return list(dict.fromkeys((*old, *hints))), []
    new = entries_of(after)
    gone = [entry for entry in old if entry not in new and not is_hint(entry)]
    return gone, [entry for entry in new if is_copy(entry) or entry not in old]


def stored_before(write: Write) -> Record | None:
    """Return what the write replaces; a record of version 0 was never stored."""
    return write.before if write.before is not None and write.before.version else None


def action_count(writes: Iterable[Write]) -> int:
    """Return how many store actions some writes take (the fence not counted)."""
    count, blocks = 0, set()
    for write in writes:
        before = stored_before(write)
        gone, written = entry_changes(before, write.after)
        count += 1 + len(gone) + len(written) + _of_two_items(before, write.after)
        line = write.after
        if isinstance(line, LineRecord) and (before is None or before.version == 1):
            blocks.add((line.statement_id, line.line.position // LINES_PER_BLOCK))
    return count + len(blocks)


def _of_two_items(before: Record | None, after: Record | None) -> int:
    """Return how many actions more a line takes that comes or goes: two items stand for it."""
    is_change = before is not None and after is not None
    return int(isinstance(before or after, LineRecord) and not is_change)


def check_writes(company: str, writes: Sequence[Write], fence: Fence | None) -> None:
    """Refuse a commit that no store could apply: what callers must not do, and its size.

    Raises InvalidRequest (a write that changes nothing, another record or another company, versions
    that do not follow, the same record twice), TooLarge (too many writes or store actions) and
    StoreConflict (the lease itself is written, and its fence is another).
    """
    if len(writes) > WRITES_MAX_PER_COMMIT:
        raise TooLarge(f"{len(writes)} writes in one commit; {WRITES_MAX_PER_COMMIT} at most")
    seen = set()
    for write in writes:
        identity = _check_write(company, write)
        if identity in seen:
            raise InvalidRequest(f"{identity[0].__name__} {identity[1]} is written twice")
        seen.add(identity)
        if fence is not None and identity[0] is Lease:
            before = stored_before(write)
            check_fence(before if isinstance(before, Lease) else None, fence)
    actions = action_count(writes) + (fence is not None)
    if actions > ACTIONS_MAX_PER_COMMIT:
        raise TooLarge(f"{actions} store actions in one commit; {ACTIONS_MAX_PER_COMMIT} at most")


def _check_write(company: str, write: Write) -> tuple[type[Record], str]:
    before, after = write.before, write.after
    record = after if after is not None else before
    if record is None or (after is None and stored_before(write) is None):
        raise InvalidRequest("a write without a record")
    if isinstance(record, AuditEvent) and before is not None:
        raise InvalidRequest("a row of the audit trail is written once")
    check_record(company, record)
    if before is not None and (type(before), before.key) != (type(record), record.key):
        raise InvalidRequest("a write changes one record into another")
    if isinstance(before, LineRecord) and isinstance(after, LineRecord):
        _check_line(before, after)
    if after is not None and after.version != (before.version if before else 0) + 1:
        raise InvalidRequest(f"{type(after).__name__} {after.key}: versions do not follow")
    return type(record), record.key


def _check_line(before: LineRecord, after: LineRecord) -> None:
    if (before.id, before.line) != (after.id, after.line):
        raise InvalidRequest(f"line {after.key}: what the bank said does not change")


def check_key_of(kind: type[Any], key: str) -> None:
    """Raise InvalidRequest unless a text can be the key of a record of that kind."""
    check_key(key)
    if kind is LineRecord:
        split_line_key(key)
    elif kind is AuditEvent:
        split_event_key(key)


def check_loaded(company: str, record: Record) -> None:
    """Raise InvalidRequest for a record that may not be written over whatever is there."""
    if isinstance(record, AuditEvent):
        raise InvalidRequest("a row of the audit trail is committed with what it tells of")
    check_record(company, record)


def check_record(company: str, record: Record) -> None:
    """Raise InvalidRequest unless a record can be stored under its key in that company."""
    check_key_of(type(record), record.key)
    if isinstance(record, Company) and record.id != company:
        raise InvalidRequest(f"the company record {record.id!r} belongs to another company")
    if isinstance(record, Membership) and record.company != company:
        raise InvalidRequest(f"a membership of {record.company!r} belongs to another company")


def check_bytes(record: Record, size: int) -> None:
    """Raise TooLarge when a record takes more than RECORD_BYTES_MAX."""
    if size > RECORD_BYTES_MAX:
        raise TooLarge(
            f"{type(record).__name__} {record.key} takes {size} bytes; {RECORD_BYTES_MAX} at most"
        )


def check_small(kind: type[Any]) -> None:
    """Raise InvalidRequest unless all records of a kind may be read at once."""
    if kind not in SMALL_KINDS:
        raise InvalidRequest(f"{kind.__name__} records are not read all at once")


def check_fence(lease: Lease | None, fence: Fence) -> None:
    """Raise StoreConflict unless the lease is still the fence's."""
    if lease is None or (lease.holder, lease.token) != (fence.holder, fence.token):
        raise StoreConflict("the company's lease was passed on")
