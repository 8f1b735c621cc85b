"""Correction of a validated match (contre-passation, SPEC POS-3): one commit, nothing deleted.

validated entries ─► one reversal each, in an open period, with the next numbers
items             ─► residual and letter given back; entry and reversal lettered together
bank sides        ─► entry and reversal net to nothing, both stay pointed by this match
lines             ─► `reversed`, unmatched: they may be matched again
statements        ─► open again, until they are validated once more
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from rappro.domain.books import BankEntry, Company, EntryStatus, JournalEntry, OpenItem, ThirdParty
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    PeriodClosed,
    StoreConflict,
    TooLarge,
)
from rappro.domain.ids import CompanyId, MatchId, TenantId, ThirdPartyId, derive_id
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import PieceCounter
from rappro.domain.posting.lettering import letter_items, sources_of
from rappro.domain.posting.reversing import (
    Numbering,
    letter_pairs,
    release_letters,
    reversal_of,
    reversed_side,
)
from rappro.domain.records import (
    PAST_MATCHES_MAX,
    LineRecord,
    LineStatus,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Held, Write, change, create, put
from rappro.ports import Ports
from rappro.use_cases.audit import audit
from rappro.use_cases.companies import get_company
from rappro.use_cases.packing import chained, fits
from rappro.use_cases.releasing import difference_writes
from rappro.use_cases.settling import BooksState, unsettle_writes
from rappro.use_cases.teaching import unteaching_writes
from rappro.use_cases.validation_rows import paid_in
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

    Raises NotFound, NotAllowedInState before validation, StoreConflict while a statement of it is
    being validated, PeriodClosed, InvalidRequest for a day before the entries', RuleViolation when
    an entry of it is lettered with something else, TooLarge beyond one commit.
    """
    match = _match(ports, tenant, company, match_id)
    if match.status is MatchStatus.REVERSED:
        return match
    if match.status is not MatchStatus.VALIDATED:
        raise NotAllowedInState(f"match {match_id} is {match.status}: undo it instead")
    try:
        settings = get_company(ports, tenant, company)
        writes = _writes(ports, tenant, settings, match, wanted, author)
        held = [Held(company, settings)]  # its locked period is the one that was looked at
        ports.store.commit(tenant, company, writes, held=held)
    except StoreConflict:
        again = _match(ports, tenant, company, match_id)
        if again.status is not MatchStatus.REVERSED:
            raise
        return again
    return _match(ports, tenant, company, match_id)


def _match(ports: Ports, tenant: TenantId, company: CompanyId, match_id: MatchId) -> Match:
    match = ports.store.get(tenant, company, Match, match_id)
    if match is None:
        raise NotFound(f"no match {match_id}")
    return match


def _writes(
    ports: Ports, tenant: TenantId, settings: Company, match: Match, wanted: Reversal, author: str
) -> list[Write]:
    company = settings.id
    working = WorkingSet(ports, tenant, company)
    entries = list(working.get_many(JournalEntry, match.entry_ids).values())
    today = ports.clock.today(settings.timezone)
    on = _day(settings, entries, wanted, today)
    made, counters = _numbered(working, settings, entries, on, today)
    freed = _freed(working, match)
    now = ports.clock.now()
    paid = paid_in(working, match, [line for line, _ in freed], settings.currency, reversed_on=on)
    after = replace(
        match, status=MatchStatus.REVERSED, undone_at=now, undone_by=author,
        reversal_ids=tuple(reversal.id for _, reversal in made),
    )  # fmt: skip
    writes = [change(match, after), *counters]
    writes += _book_writes(working, match, made, today)
    writes += [change(before, line) for before, line in freed]
    writes += _statement_writes(ports, tenant, company, match, freed)
    writes += unteaching_writes(ports, tenant, company, match)
    writes += difference_writes(ports, tenant, company, match)
    writes.append(
        audit(
            now, author, "reverse_match", match.id,
            before={
                "status": match.status.value,
                "lines": {line.key: line.status.value for line, _ in freed},
                "entries": {entry.id: entry.number for entry in entries},
            },
            after=_shown(after, freed, made, wanted, on) | paid,
        )
    )  # fmt: skip
    writes = chained(writes)
    if not fits(ports.store, writes):
        raise TooLarge(f"match {match.id} is larger than one commit: it cannot be reversed whole")
    return writes


def _shown(
    match: Match, freed: list[tuple[LineRecord, LineRecord]],
    made: list[tuple[JournalEntry, JournalEntry]], wanted: Reversal, on: date,
) -> dict[str, Any]:  # fmt: skip
    return {
        "status": match.status.value,
        "lines": {line.key: line.status.value for _, line in freed},
        "entries": {reversal.id: reversal.number for _, reversal in made},
        "on": str(on),
        "reason": wanted.reason,
    }


def _day(company: Company, entries: Iterable[JournalEntry], wanted: Reversal, today: date) -> date:
    earliest = max((entry.date for entry in entries), default=date.min)
    on = wanted.on or max(today, earliest)
    if on < earliest:
        raise InvalidRequest(f"the entry it takes back is of {earliest}", position="/date")
    if company.closed_until is not None and on <= company.closed_until:
        raise PeriodClosed(f"reversal dated {on}, locked until {company.closed_until}")
    return on


def _numbered(
    working: WorkingSet, company: Company, entries: list[JournalEntry], on: date, today: date
) -> tuple[list[tuple[JournalEntry, JournalEntry]], list[Write]]:
    """Return each entry with its reversal, and the counters that gave their numbers."""
    year = company.fiscal_year(on)
    made: list[tuple[JournalEntry, JournalEntry]] = []
    counters: dict[str, tuple[PieceCounter | None, PieceCounter]] = {}
    for entry in sorted(entries, key=lambda e: (e.journal, e.fiscal_year or "", e.number or 0)):
        if entry.status is not EntryStatus.VALIDATED:
            raise NotAllowedInState(f"entry {entry.id} is {entry.status}")
        before, counter = counters.get(entry.journal) or _counter(working, entry.journal, year)
        counter = replace(counter, last_number=counter.last_number + 1)
        counters[entry.journal] = before, counter
        made.append((entry, reversal_of(entry, Numbering(on, today, year, counter.last_number))))
    return made, [put(before, after) for before, after in counters.values()]


def _counter(
    working: WorkingSet, journal: str, year: str
) -> tuple[PieceCounter | None, PieceCounter]:
    found = working.get(PieceCounter, f"{journal}/{year}")
    return found, found or PieceCounter(journal, year)


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
    parties: dict[str, ThirdParty] = {
        **working.get_many(ThirdParty, sorted(_parties(settled, made)))
    }
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


def _parties(
    items: dict[str, OpenItem], made: list[tuple[JournalEntry, JournalEntry]]
) -> set[ThirdPartyId]:
    found = {item.third_party for item in items.values()}
    return found | {
        line.third_party for entry, _ in made for line in entry.lines if line.third_party
    }


def _freed(working: WorkingSet, match: Match) -> list[tuple[LineRecord, LineRecord]]:
    """Return the lines as they are and as they return to the lists."""
    targets = {s.settle.id for s in match.settles if s.settle.type is not TargetType.ACCOUNT}
    lines = working.get_many(LineRecord, match.lines)
    return [
        (
            line,
            replace(
                line, status=LineStatus.REVERSED, match_id=None, level=None, explanation=None,
                generation=line.generation + 1,
                vetoes=tuple(sorted(targets | set(line.vetoes))),
                past_matches=(*line.past_matches, match.id)[-PAST_MATCHES_MAX:],
            ),
        )
        for line in lines.values()
    ]  # fmt: skip


def _statement_writes(
    ports: Ports, tenant: TenantId, company: CompanyId, match: Match,
    freed: list[tuple[LineRecord, LineRecord]],
) -> list[Write]:  # fmt: skip
    after = {line.key: line for _, line in freed}
    writes: list[Write] = []
    for statement_id in match.statement_ids:
        statement = ports.store.get(tenant, company, StatementRecord, statement_id)
        if statement is None:
            raise NotFound(f"no statement {statement_id}")
        if statement.status not in RUNNABLE | {StatementStatus.VALIDATED}:
            raise StoreConflict(f"statement {statement_id} is {statement.status}")
        lines = [after.get(k.key, k) for k in ports.store.lines(tenant, company, statement_id)]
        writes.append(change(statement, with_line_totals(statement, lines, is_reopened=True)))
    return writes
