"""The canonical picture of a company's books, and what must hold of it whatever happened.

Left out is what tells how it came about and not what it came to: versions, instants, the lease,
runs, how often an event was seen, ids that hold an instant.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any, Final

from rappro.domain.books import BankEntry, EntrySource, EntryStatus, JournalEntry, OpenItem
from rappro.domain.feeds import FeedLease, FeedRun
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import (
    AuditEvent,
    BooksLoad,
    ImportOutcome,
    ImportTrace,
    Lease,
    PieceCounter,
    Run,
)
from rappro.domain.records import (
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    SourceFile,
    StatementRecord,
    StatementStatus,
    UnfinishedMatch,
)
from rappro.domain.writes import Record
from rappro.use_cases.large_files import STORING_FAILED

Picture = dict[str, Any]
"""Records by kind and key, as they compare."""

_THEN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_OF_RUNS: Final = frozenset({"start_run", "finish_run", "fail_run"})
_REPEATABLE: Final = frozenset({"load_books", "save_connection"})
"""What a person may do again when the answer was lost: the trail then has it twice, rightly."""
_HOW: Final[dict[type, Callable[[Any], Mapping[str, Any]]]] = {
    SourceFile: lambda _: {"sightings": 1},
    StatementRecord: lambda _: {"run_number": 0, "last_run_error": None},
    BooksLoad: lambda load: {"counts": {**load.counts, "records_new": 0}},
}
_LEFT_OUT: Final = (Run, Lease, FeedLease)
_LIVE: Final = frozenset({MatchStatus.TO_CONFIRM, MatchStatus.CONFIRMED, MatchStatus.VALIDATED})
_TAKING: Final = _LIVE | {MatchStatus.CLOSED}
"""What these took from items and entries stays taken."""
_PAST: Final = frozenset({MatchStatus.CLOSED, MatchStatus.REVERSED})
"""Of these, what was validated stays in the books."""


def picture(records: Iterable[Record]) -> Picture:
    """Return what the records come to."""
    found: Picture = {}
    trail: Counter[str] = Counter()
    for record in _without_letters(list(records)):
        if isinstance(record, AuditEvent):
            _note(trail, record)
        elif isinstance(record, FeedRun):  # asked twice, a connection is synchronised twice
            found[f"FeedRun {record.connection_id} {record.state}"] = record.detail
        elif not isinstance(record, _LEFT_OUT) and not _is_repetition(record):
            found[f"{type(record).__name__} {record.key}"] = _plain(record)
    return {**found, **{f"audit {what}": count for what, count in trail.items()}}


def _plain(record: Record) -> Record:
    """Return a record without its version and without instants; days stay."""
    how = _HOW.get(type(record))
    instants = {
        field.name: _THEN
        for field in fields(record)
        if isinstance(getattr(record, field.name), datetime)
    }
    changes: dict[str, Any] = {**instants, **(how(record) if how else {})}
    return replace(record, version=0, **changes)


def _without_letters(records: list[Record]) -> list[Record]:
    """Name each lettered group by what is in it: which of two groups is AAA tells nothing.

    A validation that died is finished later, and another one may have given letters meanwhile.
    """
    groups: dict[tuple[str | None, str], list[str]] = defaultdict(list)
    for record in records:
        if isinstance(record, JournalEntry):
            for number, line in enumerate(record.lines):
                if line.letter is not None and line.third_party is not None:
                    groups[line.third_party, line.letter].append(f"{record.id}/{number}")
        elif isinstance(record, OpenItem) and record.letter is not None:
            groups[record.third_party, record.letter].append(record.id)
    names = {
        (party, letter): f"{'full' if letter.isupper() else 'partial'} {sorted(members)}"
        for (party, letter), members in groups.items()
    }
    return [_renamed(record, names) for record in records] if names else records


def _renamed(record: Record, names: Mapping[tuple[str | None, str], str]) -> Record:
    if isinstance(record, OpenItem) and record.letter is not None:
        return replace(record, letter=names[record.third_party, record.letter])
    if not isinstance(record, JournalEntry) or not any(line.letter for line in record.lines):
        return record
    lines = tuple(
        replace(line, letter=names.get((line.third_party, line.letter or ""), line.letter))
        for line in record.lines
    )
    return replace(record, lines=lines)


def _note(trail: Counter[str], event: AuditEvent) -> None:
    if event.action in _OF_RUNS:
        return
    if event.action in _REPEATABLE:
        trail[f"{event.author} {event.action} {event.subject}"] = 1
        return
    said = [_without_sightings(event.before), _without_sightings(event.after)]
    told = json.dumps(said, sort_keys=True, default=str)
    trail[f"{event.author} {event.action} {event.subject} {told}"] += 1


def _without_sightings(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if told is None else {k: v for k, v in told.items() if k != "sightings"}


def _is_repetition(record: Record) -> bool:
    """Say whether a row of the import trace tells of an attempt: seen again, or given up."""
    if not isinstance(record, ImportTrace):
        return False
    if record.outcome is ImportOutcome.ALREADY_IMPORTED:
        return True
    return any(finding.code == STORING_FAILED for finding in record.findings)


def difference(expected: Picture, found: Picture) -> list[str]:
    """Say in what two pictures differ, record by record."""
    return [
        f"{key}\n    expected {expected.get(key)}\n    found    {found.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]


class _Ledger:
    """Records by kind, to check one against the other."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.by_kind: dict[type, dict[str, Any]] = defaultdict(dict)
        for record in records:
            self.by_kind[type(record)][record.key] = record

    def of(self, kind: type) -> dict[str, Any]:
        return self.by_kind[kind]


def broken_laws(records: Iterable[Record]) -> list[str]:
    """Return what is wrong with the books in themselves, whatever their history."""
    books = _Ledger(records)
    laws = (_entries, _items, _bank_entries, _numbers, _lines, _statements, _unfinished)
    return [told for law in laws for told in law(books)]


def _entries(books: _Ledger) -> Iterable[str]:
    matches = books.of(Match)
    for entry in books.of(JournalEntry).values():
        if sum(line.balance_minor for line in entry.lines):
            yield f"entry {entry.id} does not balance"
        match = matches.get(entry.match_id or "")
        stays = entry.status is EntryStatus.VALIDATED and match and match.status in _PAST
        if entry.match_id is not None and not stays and not _is_live(match):
            yield f"entry {entry.id} belongs to no live match"
        is_validated = entry.status is EntryStatus.VALIDATED and entry.source is not EntrySource.FEC
        if (entry.number is not None) != is_validated:
            yield f"entry {entry.id} is {entry.status} with number {entry.number}"


def _is_live(match: Match | None) -> bool:
    return match is not None and match.status in _LIVE


def _taken(books: _Ledger) -> tuple[Counter[str], dict[str, set[str]]]:
    """Return what of each item was taken, and by which entries, as those who take say."""
    taken: Counter[str] = Counter()
    by: dict[str, set[str]] = defaultdict(set)
    entries = books.of(JournalEntry)
    for match in books.of(Match).values():
        if match.status not in _TAKING:
            continue
        for settled in match.settles:
            if settled.settle.type is TargetType.OPEN_ITEM:
                taken[settled.settle.id] += settled.settle.amount_minor
                by[settled.settle.id] |= {one for one in match.entry_ids if one in entries}
        for allocation in match.allocations:
            taken[allocation.item] += allocation.amount_minor
            by[allocation.item].add(allocation.entry_id)
    for side in books.of(BankEntry).values():  # drafts that outlived their match pay on
        for share in side.allocated:
            taken[share.item] += share.amount_minor
            by[share.item].add(side.entry_id)
    return taken, by


def _items(books: _Ledger) -> Iterable[str]:
    taken, by = _taken(books)
    for item in books.of(OpenItem).values():
        gone = item.company_amount_minor - item.company_residual_minor
        if item.company_residual_minor * item.company_amount_minor < 0:
            yield f"item {item.id} has a residual below zero"
        if gone != taken[item.id]:
            yield f"item {item.id} lost {gone}, its matches settle {taken[item.id]}"
        if sorted(item.settled_by) != sorted(by[item.id]):
            yield f"item {item.id} is settled by {item.settled_by}, its matches say {by[item.id]}"


def _bank_entries(books: _Ledger) -> Iterable[str]:
    matches = books.of(Match)
    settling: Counter[str] = Counter()
    for match in matches.values():
        ids = {s.settle.id for s in match.settles if s.settle.type is TargetType.BANK_ENTRY}
        settling.update(ids if match.status in _TAKING else ())
    for entry in books.of(BankEntry).values():
        if settling[entry.id] > 1:
            yield f"bank entry {entry.id} is pointed twice"
        if settling[entry.id] and entry.match_id is None:
            yield f"bank entry {entry.id} is not pointed, a match says so"
        by = matches.get(entry.match_id or "")
        if entry.match_id is not None and not (_is_live(by) or (by and by.status in _PAST)):
            yield f"bank entry {entry.id} is pointed by no live match"


def _numbers(books: _Ledger) -> Iterable[str]:
    given: dict[str, list[int]] = defaultdict(list)
    for entry in books.of(JournalEntry).values():
        if entry.number is not None:
            given[f"{entry.journal}/{entry.date.year}"].append(entry.number)
    counters = books.of(PieceCounter)
    for key in sorted(given.keys() | counters.keys()):
        last = counters[key].last_number if key in counters else 0
        if sorted(given[key]) != list(range(1, last + 1)):
            yield f"numbers of {key} are {sorted(given[key])}, the counter is at {last}"


def _lines(books: _Ledger) -> Iterable[str]:
    matches, lines = books.of(Match), books.of(LineRecord)
    for line in lines.values():
        match = matches.get(line.match_id or "")
        is_its = match is not None and match.status in _TAKING and line.key in match.lines
        if line.match_id is not None and not is_its:
            yield f"line {line.key} belongs to no live match"
    for match in matches.values():
        for key in match.lines if _is_live(match) else ():
            if key not in lines or lines[key].match_id != match.key:
                yield f"line {key} does not carry match {match.id}"


def _statements(books: _Ledger) -> Iterable[str]:
    headers = books.of(StatementRecord)
    for line in books.of(LineRecord).values():
        header = headers.get(line.statement_id)
        if header is None or header.status is not StatementStatus.VALIDATED:
            continue
        done = {LineStatus.VALIDATED, LineStatus.CLOSED_MANUALLY}
        if line.match_id is not None and line.status not in done:
            yield f"line {line.key} of a validated statement is {line.status}"
    counts = Counter(line.statement_id for line in books.of(LineRecord).values())
    for header in headers.values():
        if counts[header.id] != header.line_count:
            yield f"statement {header.id} has {counts[header.id]} lines of {header.line_count}"
        if header.status is StatementStatus.VALIDATING:
            yield f"statement {header.id} is still being validated"


def _unfinished(books: _Ledger) -> Iterable[str]:
    for mark in books.of(UnfinishedMatch):
        yield f"match {mark} is unfinished"
    for match in books.of(Match).values():
        if match.status in {MatchStatus.POSTING, MatchStatus.UNDOING}:
            yield f"match {match.id} is {match.status}"
    for lease in books.of(Lease).values():
        if lease.holder is not None:
            yield f"{lease.holder} still has the lease"
