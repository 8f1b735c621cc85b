"""Correction of a validated match (contre-passation, SPEC POS-3): nothing is deleted.

validated entries ─► one reversal each, in an open period, with the next numbers
items             ─► residual and letter given back; entry and reversal lettered together
bank sides        ─► entry and reversal net to nothing, both stay pointed by this match
lines             ─► `reversed`, unmatched: they may be matched again
statements        ─► open again, until they are validated once more

One commit where it fits; else part by part under the company's lease (large_reversals.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from rappro.domain.books import BankEntry, Company, EntryStatus, JournalEntry, OpenItem, ThirdParty
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    StoreConflict,
)  # fmt: skip
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, MatchId, TenantId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import PieceCounter
from rappro.domain.posting.lettering import letter_items, sources_of
from rappro.domain.posting.reversing import letter_pairs, release_letters, reversed_side
from rappro.domain.records import Match, MatchStatus, ReversalBegun, UnfinishedMatch
from rappro.domain.unfinished import UnfinishedValidation
from rappro.domain.writes import Held, Write, change, create, put
from rappro.ports import Ports
from rappro.use_cases import lease
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import finish_matches
from rappro.use_cases.large_reversals import begin_reversal
from rappro.use_cases.packing import chained, fits
from rappro.use_cases.reversing import freed_lines, last_writes, reversals, third_parties
from rappro.use_cases.settling import BooksState, unsettle_writes
from rappro.use_cases.validate_statement import validate_statement
from rappro.use_cases.working_set import WorkingSet


@dataclass(frozen=True, slots=True)
class Reversal:
    """Why a match is taken back, and on which day; without one today, or the entry's if later."""

    reason: str
    on: date | None = None


def reverse_match(
    ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId, wanted: Reversal,
    author: str,
) -> Match:  # fmt: skip
    """Reverse a validated match and return it; reversing it again changes nothing.

    A reversal that was begun is finished first. Raises NotFound, NotAllowedInState before
    validation, StoreConflict while a statement of it is being validated, PeriodClosed,
    InvalidRequest for a day before the entries', RuleViolation when an entry of it is lettered with
    something else; LeaseHeld for a large one while another writer works on the company.
    """
    for mark in ports.store.all(tenant, company, UnfinishedMatch):
        if mark.reversal is not None:
            finish_matches(ports, tenant, company)  # its numbers come before those of this one
            lease.release(ports, tenant, company, _holder(mark.match_id))
    match = _match(ports, tenant, company, match_id)
    if match.status is MatchStatus.REVERSED:
        lease.release(ports, tenant, company, _holder(match_id))  # who had it may have died
        return match
    if match.status is not MatchStatus.VALIDATED:
        raise NotAllowedInState(f"match {match_id} is {match.status}: undo it instead")
    try:
        settings = get_company(ports, tenant, company)
        working = WorkingSet(ports, tenant, company)
        planned = _planned(working, settings, match, wanted, author)
        if fits(ports.store, planned.writes):
            held = [Held(company, settings)]  # its locked period is the one that was looked at
            ports.store.commit(tenant, company, planned.writes, held=held)
            after = next(one.after for one in planned.writes if isinstance(one.after, Match))
            return replace(after, version=match.version + 1)
        _reverse_large(ports, tenant, settings, match, wanted, author)
    except StoreConflict:
        again = _match(ports, tenant, company, match_id)
        if again.status is not MatchStatus.REVERSED:
            raise
        return again
    return _match(ports, tenant, company, match_id)


def _reverse_large(
    ports: Ports, tenant: TenantId, settings: Company, match: Match, wanted: Reversal, author: str
) -> None:
    """Begin a reversal of many commits under the company's lease, and finish it."""
    company = settings.id
    for begun in ports.store.all(tenant, company, UnfinishedValidation):
        if begun.is_of_exchange:
            continue
        validate_statement(ports, tenant, company, begun.statement_id, author)  # two veils are one
    holder = _holder(match.id)
    fence = lease.acquire(ports, tenant, company, holder)
    try:
        finish_matches(ports, tenant, company, fence=fence)
        match = _match(ports, tenant, company, match.id)
        if match.status is MatchStatus.VALIDATED:
            working = WorkingSet(ports, tenant, company)
            planned = _planned(working, settings, match, wanted, author)
            begin_reversal(working, settings, match, planned.begun, planned.counters, author, fence)
            finish_matches(ports, tenant, company, fence=fence)
    finally:
        lease.release(ports, tenant, company, holder)


def _holder(match_id: MatchId) -> str:
    return f"reverse:{match_id}"


def _match(ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId) -> Match:
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        raise NotFound(f"no match {match_id}")
    return match


@dataclass(frozen=True, slots=True)
class _Planned:
    """What a reversal is: what it begins with, and all of its writes."""

    begun: ReversalBegun
    counters: list[Write]
    writes: list[Write]


def _planned(
    working: WorkingSet, settings: Company, match: Match, wanted: Reversal, author: str
) -> _Planned:
    entries = list(working.get_many(JournalEntry, match.entry_ids).values())
    today = working.ports.clock.today(settings.timezone)
    on = _day(settings, entries, wanted, today)
    first, counters = _numbers(working, settings.fiscal_year(on), entries)
    begun = ReversalBegun(on, today, settings.fiscal_year(on), first, wanted.reason)
    made = reversals(entries, begun)
    freed = freed_lines(working, match)
    writes = [
        *last_writes(working, match, made, freed, begun, author),
        *counters,
        *_book_writes(working, match, made, today),
        *(change(before, line) for before, line in freed),
    ]
    return _Planned(begun, counters, chained(writes))


def _day(company: Company, entries: Iterable[JournalEntry], wanted: Reversal, today: date) -> date:
    earliest = max((entry.date for entry in entries), default=date.min)
    on = wanted.on or max(today, earliest)
    if on < earliest:
        raise InvalidRequest(f"the entry it takes back is of {earliest}", position="/date")
    if company.closed_until is not None and on <= company.closed_until:
        raise PeriodClosed(f"reversal dated {on}, locked until {company.closed_until}")
    return on


def _numbers(
    working: WorkingSet, year: str, entries: list[JournalEntry]
) -> tuple[tuple[tuple[str, int], ...], list[Write]]:
    """Return the first number of each journal, and the counters that give them."""
    for entry in entries:
        if entry.status is not EntryStatus.VALIDATED:
            raise NotAllowedInState(f"entry {entry.id} is {entry.status}")
    first: list[tuple[str, int]] = []
    writes: list[Write] = []
    for journal, count in sorted(Counter(entry.journal for entry in entries).items()):
        found = working.get(PieceCounter, f"{journal}/{year}")
        counter = found or PieceCounter(journal, year)
        first.append((journal, counter.last_number + 1))
        writes.append(put(found, replace(counter, last_number=counter.last_number + count)))
    return tuple(first), writes


@dataclass(slots=True)
class _Letters:
    """What the letters are on, while they are taken off and given again."""

    items: dict[str, OpenItem]
    entries: dict[str, JournalEntry]
    parties: dict[str, ThirdParty]


def _book_writes(
    working: WorkingSet, match: Match, made: list[tuple[JournalEntry, JournalEntry]], today: date
) -> list[Write]:
    """Return the writes of reversals, bank sides, what the match had settled, and letters."""
    books = _books(working, match)
    settled = dict(books.open_items)
    writes = unsettle_writes(match, books)
    entries: dict[str, JournalEntry] = {entry.id: entry for entry, _ in made}
    entries |= _related(working, settled.values())
    whose = {item.third_party for item in settled.values()}
    whose |= third_parties(entry for entry, _ in made)
    parties: dict[str, ThirdParty] = {**working.get_many(ThirdParty, sorted(whose))}
    given_back = {w.after.key: w.after for w in writes if isinstance(w.after, OpenItem)}
    letters = _Letters(given_back, dict(entries), dict(parties))
    _letter_items_again(letters, settled, today)
    reversals = _letter_reversals(letters, made, today)
    return [
        *(w for w in writes if not isinstance(w.after, OpenItem)),
        *(change(settled[k], item) for k, item in letters.items.items()),
        *(change(entries[k], e) for k, e in letters.entries.items() if e != entries[k]),
        *(change(parties[k], p) for k, p in letters.parties.items() if p != parties[k]),
        *_reversal_writes(working, reversals),
    ]


def _letter_items_again(letters: _Letters, settled: dict[str, OpenItem], today: date) -> None:
    """Take the letters off the items' groups; what is left of a group gets another one."""
    for before in settled.values():
        _, letters.entries = release_letters(before, letters.entries)
    for key, item in letters.items.items():
        letters.items[key] = after = replace(item, letter=None)
        party = letters.parties.get(item.third_party)
        if after.settled_by and party is not None:
            lettered = letter_items(party, [after], letters.entries, on=today)
            letters.parties[party.id] = lettered.third_party
            letters.entries = lettered.entries
            letters.items[key] = lettered.open_items[key]


def _letter_reversals(
    letters: _Letters, made: list[tuple[JournalEntry, JournalEntry]], today: date
) -> list[tuple[JournalEntry, JournalEntry]]:
    """Letter entries with their reversals; return the pairs as they are then."""
    reversals: dict[str, JournalEntry] = {entry.id: reversal for entry, reversal in made}
    for key, party in list(letters.parties.items()):
        pairs = [(letters.entries[entry], reversal) for entry, reversal in reversals.items()]
        paired = letter_pairs(party, pairs, on=today)
        letters.parties[key] = paired.third_party
        for entry, reversal in pairs:
            letters.entries[entry.id] = paired.entries.get(entry.id, entry)
            reversals[entry.id] = paired.entries.get(reversal.id, reversal)
    return [(entry, reversals[entry.id]) for entry, _ in made]


def _reversal_writes(
    working: WorkingSet, reversals: list[tuple[JournalEntry, JournalEntry]]
) -> list[Write]:
    writes: list[Write] = []
    for entry, reversal in reversals:
        writes.append(create(reversal))
        side = working.get(BankEntry, derive_id("be", entry.id, 0))
        if side is not None:
            writes.append(create(reversed_side(side, reversal)))
    return writes


def _books(working: WorkingSet, match: Match) -> BooksState:
    def ids(kind: TargetType) -> set[str]:
        return {s.settle.id for s in match.settles if s.settle.type is kind}

    items = ids(TargetType.OPEN_ITEM) | {one.item for one in match.allocations}
    return BooksState(
        working.get_many(OpenItem, sorted(items)),
        working.get_many(BankEntry, sorted(ids(TargetType.BANK_ENTRY))),
    )


def _related(working: WorkingSet, items: Iterable[OpenItem]) -> dict[str, JournalEntry]:
    """Return the entries of the items' groups: their own and those of all their payments."""
    ids = {str(place.entry_id) for item in items for place in sources_of(item)}
    ids |= {str(entry) for item in items for entry in item.settled_by}
    return dict(working.get_many(JournalEntry, sorted(ids)))
