"""What readers are shown while a unit of several commits is under way: all of it, or nothing.

    a match that is posted or undone target by target    shown as it stands: every target settled
    a validation that is rolled forward                  shown as before it, by its veil
    a large reversal                                     the same, until it says that it is done

While nothing is under way, this costs one query that finds nothing. A match that cannot stand,
since a target was taken by somebody else, is finished by whoever looks: it is given back first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Final

from rappro.domain.books import BankEntry, JournalEntry, OpenItem
from rappro.domain.errors import NotFound, OpenItemAlreadySettled, StoreConflict
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, EntryId, StatementId, TenantId
from rappro.domain.line_state import taken_line
from rappro.domain.matching.model import TargetType
from rappro.domain.operations import AuditEvent
from rappro.domain.records import (
    Allocation,
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    UnfinishedMatch,
)
from rappro.domain.unfinished import EntryBefore, LineBefore, Veil, veil_name
from rappro.ports import Ports
from rappro.use_cases.audit import is_of_validation
from rappro.use_cases.closing import closed_line, unnamed
from rappro.use_cases.large_matches import finish_matches, standing_entry, standing_item
from rappro.use_cases.releasing import freed_line
from rappro.use_cases.reversing import reversed_line

_ATTEMPTS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Shown:
    """How records are shown; the empty one shows them as they are stored."""

    lines: dict[str, LineBefore] = field(default_factory=dict)
    entries: dict[str, EntryBefore] = field(default_factory=dict)
    matches: dict[str, MatchStatus] = field(default_factory=dict)
    items: dict[str, str | None] = field(default_factory=dict)  # their letters
    paid_by: dict[str, tuple[EntryId, ...]] = field(default_factory=dict)  # items that are freed
    freeing: dict[str, Match] = field(default_factory=dict)  # reversed; lines follow
    drafts: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    standing: dict[str, tuple[Match, ...]] = field(default_factory=dict)  # by target or line
    taking: dict[str, Match] = field(default_factory=dict)  # the same, whole
    ends_as: dict[str, MatchStatus] = field(default_factory=dict)  # by match
    closing: dict[str, Match] = field(default_factory=dict)  # undone; lines and drafts follow
    closed: frozenset[str] = frozenset()  # closed by hand; lines, drafts and items follow
    gone: frozenset[str] = frozenset()  # entries that are not there any more
    unmade: frozenset[str] = frozenset()  # matches of which only drafts are there yet
    rounds: dict[str, int] = field(default_factory=dict)  # of validations, by statement
    will_be: dict[str, JournalEntry | BankEntry | OpenItem] = field(default_factory=dict)

    def line(self, line: LineRecord) -> LineRecord:
        """Return a line as it is shown."""
        was = self.lines.get(line.key)
        if was is not None:
            line = replace(line, status=was.status, match_id=was.match_id, level=was.level)
        for match in self.standing.get(line.key, ()):
            line = line if line.match_id == match.id else taken_line(self.taking[match.id], line)
        if line.match_id in self.closed:
            line = closed_line(line)
        if line.match_id in self.freeing:
            line = reversed_line(self.freeing[line.match_id], line)
        closing = self.closing.get(line.match_id or "")
        return freed_line(closing, line) if closing is not None else line

    def match(self, match: Match) -> Match | None:
        """Return a match as it is shown; None: not yet."""
        if match.id in self.hidden:
            return None
        status = self.matches.get(match.id, match.status)
        return replace(match, status=self.ends_as.get(match.id, status))

    def entry(self, entry: JournalEntry) -> JournalEntry | None:
        """Return an entry as it is shown; None: not yet, or no more."""
        if (
            entry.id in self.hidden
            or entry.id in self.gone
            or (entry.match_id or "") in self.unmade
        ):
            return None
        if (entry.match_id or "") in self.closing:
            return None
        was = self.entries.get(entry.id)
        if was is None:
            after = self.will_be.get(entry.id)
            return after if isinstance(after, JournalEntry) else entry
        letters = was.letters or ((None, None),) * len(entry.lines)
        lines = (
            replace(line, letter=letter, lettered_on=on)
            for line, (letter, on) in zip(entry.lines, letters, strict=True)
        )
        return replace(
            entry, lines=tuple(lines), status=was.status, number=was.number,
            validated_on=was.validated_on,
        )  # fmt: skip

    def bank_entry(self, side: BankEntry) -> BankEntry | None:
        """Return a bank entry as it is shown; None: not yet, or no more."""
        if side.id in self.hidden or (side.match_id or "") in self.unmade:
            return None
        if side.id in self.gone or (side.entry_id is not None and side.entry_id in self.gone):
            return None
        after = self.will_be.get(side.id)
        side = after if isinstance(after, BankEntry) else side
        match = self.closing.get(side.match_id or "")
        if match is not None and side.entry_id in match.entry_ids:
            return None
        if side.id in self.drafts:
            side = replace(side, is_in_ledger=False)
        for standing in self.standing.get(side.id, ()):
            side = standing_entry(standing, side)
        return side

    def item(self, item: OpenItem) -> OpenItem:
        """Return an open item as it is shown; one that is not there, as nothing that is open.

        Raises OpenItemAlreadySettled: see `shown`.
        """
        if item.id in self.hidden or item.id in self.gone:
            return replace(item, residual_minor=0, company_residual_minor=0)
        after = self.will_be.get(item.id)
        item = after if isinstance(after, OpenItem) else item
        item = replace(item, letter=self.items.get(item.id, item.letter))
        for match in self.standing.get(item.id, ()):
            item = standing_item(match, item)
        if item.id in self.paid_by:
            was = self.paid_by[item.id]
            later = (entry for entry in item.settled_by if entry not in was)
            item = replace(item, settled_by=(*was, *later))
        return unnamed(item, self.gone) if self.gone else item

    def row(self, event: AuditEvent) -> AuditEvent | None:
        """Return a row of the audit trail; None: what it tells of is not shown yet."""
        rounds = self.rounds.items()
        is_early = any(is_of_validation(event, statement, number) for statement, number in rounds)
        return None if is_early else event


NOTHING_UNDER_WAY: Final = Shown()


def shown(
    ports: Ports, tenant: TenantId, company: CompanyId, *, own: StatementId | None = None
) -> Shown:
    """Return how the company's records are shown now; a validation of `own` as if it were done.

    Raises StoreConflict when a match that cannot stand was not given back in some attempts.
    """
    for _ in range(_ATTEMPTS_MAX):
        under_way = ports.store.under_way(tenant, company)
        marks, begun = under_way.matches, under_way.validations
        names = {b.key: veil_name(b.statement_id) for b in begun if b.key != own}
        veils = _veils(ports, tenant, company, names)
        if not marks:
            return veils
        found = ports.store.get_many(tenant, company, Match, [mark.match_id for mark in marks])
        names = {
            mark.key: mark.reversal.veil
            for mark in marks
            if mark.reversal is not None and _is_hidden(mark, found)
        }
        view = _veils(ports, tenant, company, names, view=veils)
        view = _with_matches(view, marks, found)
        if _can_stand(ports, tenant, company, view):
            return view
        try:
            finish_matches(ports, tenant, company)
        except StoreConflict:
            continue  # somebody else finishes it
    raise StoreConflict("a match is being given back")


def _is_hidden(mark: UnfinishedMatch, found: Mapping[str, Match]) -> bool:
    """Say whether a reversal was begun and does not say yet that it is done."""
    match = found.get(mark.match_id)
    return match is not None and match.status is MatchStatus.VALIDATED


def _veils(
    ports: Ports, tenant: TenantId, company: CompanyId, names: Mapping[str, str],
    *, view: Shown = NOTHING_UNDER_WAY,
) -> Shown:  # fmt: skip
    """Return a view with what some veils show, all together; names are by statement or match."""
    view = replace(
        view, lines=dict(view.lines), entries=dict(view.entries), matches=dict(view.matches),
        items=dict(view.items), paid_by=dict(view.paid_by), rounds=dict(view.rounds),
        will_be=dict(view.will_be),
    )  # fmt: skip
    for key, name in names.items():
        try:
            veil = ports.blobs.load_document(tenant, company, name, Veil)
        except NotFound:
            continue
        view.lines.update({line.key: line for line in veil.lines})
        view.entries.update({entry.id: entry for entry in veil.entries})
        view.matches.update(veil.matches)
        view.items.update(veil.items)
        view.paid_by.update(veil.paid_by)
        if veil.round:
            view.rounds[key] = veil.round
        view.will_be.update({one.id: one for one in veil.entries_as})
        view.will_be.update({one.id: one for one in veil.sides_as})
        view.will_be.update({one.id: one for one in veil.items_as})
        hidden, drafts = view.hidden | veil.hidden, view.drafts | veil.drafts
        view = replace(view, hidden=hidden, drafts=drafts, gone=view.gone | veil.gone)
    return view


def _with_matches(view: Shown, marks: Iterable[UnfinishedMatch], found: dict[str, Match]) -> Shown:
    standing: dict[str, tuple[Match, ...]] = {}
    ends_as: dict[str, MatchStatus] = {}
    closing: dict[str, Match] = {}
    unmade: set[str] = set()
    closed: set[str] = set()
    gone: set[str] = set()
    freeing: dict[str, Match] = {}
    for mark in marks:
        match = found.get(mark.match_id)
        if match is None:
            unmade.add(mark.match_id)
        elif match.status is MatchStatus.REVERSED:
            freeing[match.id] = match
        elif match.status in {MatchStatus.POSTING, MatchStatus.UNDOING} or mark.reversal:
            ends_as[match.id] = match.status if mark.reversal else mark.ends_as
            for key, part in _parts(match).items():
                standing[key] = (*standing.get(key, ()), part)
        elif match.status is MatchStatus.UNDONE:
            closing[match.id] = match
        elif match.status is MatchStatus.CLOSED:
            closed.add(match.id)
            gone.update(mark.entry_ids)
    return replace(
        view, standing=standing, taking=dict(found), ends_as=ends_as, closing=closing,
        unmade=frozenset(unmade), closed=frozenset(closed), gone=view.gone | gone, freeing=freeing,
    )  # fmt: skip


def _parts(match: Match) -> dict[str, Match]:
    """Return what a match does to each of its lines and targets: itself with that part alone."""
    settles: dict[str, list[LineSettle]] = {}
    allocated: dict[str, list[Allocation]] = {}
    for settle in match.settles:
        settles.setdefault(settle.settle.id, []).append(settle)
    for one in match.allocations:
        allocated.setdefault(one.item, []).append(one)
    keys = (*settles, *allocated, *match.lines)
    return {
        key: replace(
            match,
            settles=tuple(settles.get(key, ())),
            allocations=tuple(allocated.get(key, ())),
        )
        for key in keys
    }


def _can_stand(ports: Ports, tenant: TenantId, company: CompanyId, view: Shown) -> bool:
    """Say whether every target and line of what is shown as standing can carry its match."""
    matches = [match for each in view.standing.values() for match in each]
    settles = [s.settle for match in matches for s in match.settles]
    items = {s.id for s in settles if s.type is TargetType.OPEN_ITEM}
    items |= {one.item for match in matches for one in match.allocations}
    sides = {s.id for s in settles if s.type is TargetType.BANK_ENTRY}
    try:
        for item in ports.store.get_many(tenant, company, OpenItem, sorted(items)).values():
            view.item(item)
        found = ports.store.get_many(tenant, company, BankEntry, sorted(sides))
        for side in found.values():
            view.bank_entry(side)
    except OpenItemAlreadySettled:
        return False
    if len(found) < len(sides):  # a draft that waited was deleted
        return False
    keys = sorted({key for match in {m.id: m for m in matches}.values() for key in match.lines})
    lines = ports.store.get_many(tenant, company, LineRecord, keys).values()
    return all(_is_free_or_its(line, view) for line in lines)


def _is_free_or_its(line: LineRecord, view: Shown) -> bool:
    return line.match_id is None or line.match_id in {m.id for m in view.standing[line.key]}
