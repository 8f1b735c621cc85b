"""A statement's reconciliation in one look (SPEC VIEW-1), and the entries that may match it.

What waits on both sides, what is matched with what, totals, and the difference that is left.
Bounded: the totals are of everything, the lists are their beginning; their routes give the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import field
from itertools import islice
from typing import Final

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import BankEntry, BankEntrySource, Journal, JournalEntry, PastPayment
from rappro.domain.errors import InvalidRequest, NotFound
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, StatementId, TenantId
from rappro.domain.matching.model import TargetType
from rappro.domain.records import LineRecord, Match, StatementRecord
from rappro.domain.writes import Page
from rappro.ports import Ports
from rappro.use_cases.reads import get_journal, get_statement
from rappro.use_cases.shown import Shown, shown
from rappro.use_cases.slices import required, slice_of

LINES_READ_MAX: Final = 5_000
"""Lines that one look goes through; of a larger statement the end is left to the lists."""


@dataclass(frozen=True, slots=True)
class MatchedPart:
    """A match with its lines on the statement, the bank entries it points and its own entries."""

    match: Match
    lines: tuple[LineRecord, ...]
    bank_entries: tuple[BankEntry, ...]
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What waits on one side: its beginning, how many there are and their sum.

    Nobody counted what `is_whole` is not true of: then the figures are of what was read.
    """

    count: int = 0
    sum_minor: int = 0
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class StatementView:
    """What stands on both sides of a statement. Amounts: + is money in."""

    statement: StatementRecord
    lines: tuple[LineRecord, ...]
    waiting_lines: Side
    matched: tuple[MatchedPart, ...]
    matched_lines: Side
    entries: tuple[BankEntry, ...]
    waiting_entries: Side

    @property
    def difference_minor(self) -> int:
        """What the lines that wait come to beyond the entries that wait."""
        return self.waiting_lines.sum_minor - self.waiting_entries.sum_minor


@dataclass(slots=True)
class _Lines:
    """The lines of a statement as they are gone through."""

    limit: int
    waiting: list[LineRecord] = field(default_factory=list)
    by_match: dict[str, list[LineRecord]] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0, 0])
    sums: list[int] = field(default_factory=lambda: [0, 0])

    def take(self, line: LineRecord) -> None:
        if line.line.status is not LineStatusAtBank.BOOKED or line.known_as is not None:
            return
        side = int(line.match_id is not None)
        self.counts[side] += 1
        self.sums[side] += line.line.amount_minor
        if line.match_id is None:
            self.waiting += [line] if len(self.waiting) < self.limit else []
        elif line.match_id in self.by_match or len(self.by_match) < self.limit:
            self.by_match.setdefault(line.match_id, []).append(line)


def view_statement(
    ports: Ports, tenant: TenantId, company: CompanyId, statement: StatementId, *, limit: int
) -> StatementView:
    """Return what stands on both sides, `limit` of each list at most. Raises NotFound."""
    found = get_statement(ports, tenant, company, statement)
    view = shown(ports, tenant, company)
    lines, read = _Lines(limit), 0
    every = ports.store.lines_of(tenant, company, [(found, 0)])
    for line in islice(every, LINES_READ_MAX):
        lines.take(view.line(line))
        read += 1
    is_whole = read < LINES_READ_MAX
    sides = [
        Side(count, total, is_whole) for count, total in zip(lines.counts, lines.sums, strict=True)
    ]
    waiting: Sequence[BankEntry] = ()
    if found.journal is not None:
        journal = get_journal(ports, tenant, company, found.journal)
        waiting = _ledger(ports, tenant, company, journal, view, is_waiting=True)
    return StatementView(
        found, tuple(lines.waiting), sides[0],
        _parts(ports, tenant, company, lines.by_match, view), sides[1],
        tuple(waiting[:limit]), Side(len(waiting), sum(one.amount_minor for one in waiting)),
    )  # fmt: skip


def _parts(
    ports: Ports, tenant: TenantId, company: CompanyId, by_match: dict[str, list[LineRecord]],
    view: Shown,
) -> tuple[MatchedPart, ...]:  # fmt: skip
    """Return the matches of lines with what is on their other side, read together."""
    store = ports.store
    found = store.get_many(tenant, company, Match, list(by_match))
    matches = [m for m in map(view.match, found.values()) if m is not None]
    pointed = {match.id: _pointed(match) for match in matches}
    sides = store.get_many(tenant, company, BankEntry, _all(pointed.values()))
    made = store.get_many(tenant, company, JournalEntry, _all(m.entry_ids for m in matches))
    return tuple(
        MatchedPart(
            match,
            tuple(by_match[match.id]),
            tuple(e for k in pointed[match.id] if k in sides and (e := view.bank_entry(sides[k]))),
            tuple(own for k in match.entry_ids if k in made and (own := view.entry(made[k]))),
        )
        for match in matches
    )


def _all(groups: Iterable[Sequence[str]]) -> list[str]:
    return sorted({key for group in groups for key in group})


def _pointed(match: Match) -> list[str]:
    wanted = TargetType.BANK_ENTRY
    return list(dict.fromkeys(s.settle.id for s in match.settles if s.settle.type is wanted))


def _ledger(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: Journal, view: Shown,
    *, is_waiting: bool | None = None, source: BankEntrySource | None = None,
) -> list[BankEntry]:  # fmt: skip
    """Return the bank entries of a journal's account that are wanted, by date and id."""
    if journal.account is None:
        return []
    every = (view.bank_entry(one) for one in ports.store.ledger(tenant, company, journal.account))
    return [
        one
        for one in every
        if one is not None
        and (is_waiting is None or one.is_waiting is is_waiting)
        and (source is None or one.source is source)
    ]


def list_bank_entries(
    ports: Ports, tenant: TenantId, company: CompanyId, journal: str,
    *, is_waiting: bool | None, source: BankEntrySource | None, limit: int, cursor: str | None,
) -> Page[BankEntry]:  # fmt: skip
    """Return one page of the bank entries on a journal's account, by date and id.

    Raises NotFound, InvalidRequest for what is no cursor.
    """
    found = get_journal(ports, tenant, company, journal)
    view = shown(ports, tenant, company)
    if cursor is not None and "#" not in cursor:
        raise InvalidRequest("not a cursor of this list", position="cursor")
    ledger = _ledger(ports, tenant, company, found, view, is_waiting=is_waiting, source=source)
    after = [one for one in ledger if cursor is None or _place(one) > cursor]
    last = _place(after[limit - 1]) if len(after) > limit else None
    return Page(after[:limit], last)


def _place(entry: BankEntry) -> str:
    return f"{entry.date.isoformat()}#{entry.id}"


def get_bank_entry(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> BankEntry:
    """Return a bank entry, or an existing payment, pointed or not. Raises NotFound."""
    found = ports.store.get(tenant, company, BankEntry, key)
    seen = None if found is None else shown(ports, tenant, company).bank_entry(found)
    return required(seen, "bank entry", key)


def list_past_payments(
    ports: Ports, tenant: TenantId, company: CompanyId, *, limit: int, cursor: str | None
) -> Page[PastPayment]:
    """Return one page of the payments that were reconciled before, by id."""
    return slice_of(ports.store.all(tenant, company, PastPayment), limit, cursor)


def get_past_payment(ports: Ports, tenant: TenantId, company: CompanyId, key: str) -> PastPayment:
    """Return a payment that was reconciled before. Raises NotFound."""
    found = ports.store.get(tenant, company, PastPayment, key)
    if found is None:
        raise NotFound(f"no past payment {key}")
    return found
