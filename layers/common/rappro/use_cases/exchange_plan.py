"""What applying an archive would do to the books: changes, and what stands against them.

The receiver's books, the base and the archive are merged part by part (domain/exchange/merging.py),
then each change is held against the rules that hold for everybody: locked periods, what is
validated, what the bank confirmed, accounts and journals that are there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import field, fields, replace
from itertools import islice
from typing import Any, Final

from rappro.domain.books import (
    BankEntry,
    Company,
    EntryStatus,
    Journal,
    JournalEntry,
    LedgerAccount,
)
from rappro.domain.errors import NotFound, TooLarge
from rappro.domain.exchange.canonical import LOCAL, from_line
from rappro.domain.exchange.merging import Change, merged
from rappro.domain.exchange.model import (
    BOOKS,
    MASTER,
    BookRecord,
    Conflict,
    Counts,
    Module,
)
from rappro.domain.exchange.reading import Archive
from rappro.domain.exchange.units import Outlook, UnitPlan, records_of
from rappro.domain.frozen import dataclass
from rappro.domain.operations import PieceCounter
from rappro.use_cases.acting import Actor
from rappro.use_cases.companies import get_company
from rappro.use_cases.exchange_books import Books
from rappro.use_cases.exchange_reading import own_archive

TOUCHES_MAX: Final = 20_000
"""Records that an archive may change or delete: they are held in memory until they are written."""
CONFLICTS_MAX: Final = 200
SHOWN_MAX: Final = 200
_AT_ONCE: Final = 100
_OF_POINTED: Final = ("account", "date", "amount_minor", "currency")


@dataclass(slots=True)
class _Draft:
    """A plan while it is made."""

    counts: Counts = field(default_factory=Counts)
    created: dict[str, list[str]] = field(default_factory=dict)
    before: list[BookRecord] = field(default_factory=list)
    after: list[BookRecord] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    shown: list[tuple[str, str, str]] = field(default_factory=list)

    def against(self, part: str, key: str, why: str) -> None:
        """Note what stands against a change."""
        if len(self.conflicts) < CONFLICTS_MAX:
            self.conflicts.append(Conflict(part, key, why))

    def show(self, part: str, key: str, what: str) -> None:
        """Note a change, of the first ones."""
        self.counts.count(part, **{what: 1})
        if len(self.shown) < SHOWN_MAX:
            self.shown.append((part, key, what))


def outlook(actor: Actor, archive: Archive, unit: str, modules: Iterable[Module]) -> Outlook:
    """Return what applying an archive would do. Raises ArchiveBroken, TooLarge, BooksLoading."""
    chosen = frozenset(modules) & frozenset(archive.manifest.modules)
    draft = _Draft()
    with ExitStack() as stack:
        base = _base(actor, archive, stack)
        books = Books(actor.ports, actor.tenant, actor.company)
        rules = _Rules.of(actor, archive)
        for part in BOOKS:
            if not _is_chosen(part, chosen):
                continue
            theirs = archive.keyed(part)
            since = base.keyed(part) if base is not None else iter(())
            changes = (c for c in merged(books.lines(part), since, theirs) if _counts(part, c))
            for some in _some(changes):
                _judge(actor, part, some, rules, draft)
    documents = len(archive.documents()) if Module.DOCUMENTS in chosen else 0
    created = {part: tuple(keys) for part, keys in draft.created.items()}
    plan = UnitPlan(
        unit, records_of(draft.before), records_of(draft.after), created,
        draft.counts.parts, documents,
    )  # fmt: skip
    return Outlook(plan, tuple(draft.conflicts), tuple(draft.shown))


def _base(actor: Actor, archive: Archive, stack: ExitStack) -> Archive | None:
    """Return the archive that both sides know; None when this side does not know it."""
    if archive.manifest.base is None:
        return None
    try:
        return stack.enter_context(own_archive(actor, archive.manifest.base))
    except NotFound:
        return None


def _is_chosen(part: str, chosen: frozenset[Module]) -> bool:
    if part == "templates.jsonl":
        return Module.TEMPLATES in chosen
    return part not in MASTER or Module.MASTER_DATA in chosen


def _counts(part: str, change: Change) -> bool:
    """Say whether a change is one: accounts, journals and third parties are never deleted."""
    return change.theirs is not None or part not in MASTER or part == "templates.jsonl"


def _some(changes: Iterator[Change]) -> Iterator[list[Change]]:
    while some := list(islice(changes, _AT_ONCE)):
        yield some


@dataclass(frozen=True, slots=True)
class _Rules:
    """What changes are held against."""

    company: Company
    accounts: frozenset[str]
    journals: frozenset[str]
    numbered: frozenset[tuple[str, str]]  # journal and year that this side numbers itself

    @classmethod
    def of(cls, actor: Actor, archive: Archive) -> _Rules:
        store, scope = actor.ports.store, (actor.tenant, actor.company)
        accounts = {one.number for one in store.all(*scope, LedgerAccount)}
        journals = {one.code for one in store.all(*scope, Journal)}
        accounts |= {key for key, _ in archive.keyed("accounts.jsonl")}
        journals |= {key for key, _ in archive.keyed("journals.jsonl")}
        counters = store.all(*scope, PieceCounter)
        return cls(
            get_company(actor.ports, *scope), frozenset(accounts), frozenset(journals),
            frozenset((one.journal, one.fiscal_year) for one in counters),
        )  # fmt: skip

    def entry(self, mine: JournalEntry | None, theirs: JournalEntry | None) -> str | None:
        """Return why an entry may not change so; None when it may."""
        closed = self.company.closed_until
        days = [one.date for one in (mine, theirs) if one is not None]
        is_lettered_only = _without_letters(mine) == _without_letters(theirs)
        if is_lettered_only and mine is not None:
            return None
        if closed is not None and min(days) <= closed:
            return "period_closed"
        if mine is not None and mine.status is EntryStatus.VALIDATED:
            return "validated"
        if mine is not None and mine.match_id is not None:
            return "matched"
        return None if theirs is None else self._new_state(mine, theirs)

    def _new_state(self, mine: JournalEntry | None, theirs: JournalEntry) -> str | None:
        if theirs.journal not in self.journals:
            return "unknown_journal"
        if any(line.account not in self.accounts for line in theirs.lines):
            return "unknown_account"
        year = theirs.fiscal_year or self.company.fiscal_year(theirs.date)
        is_numbered = theirs.number is not None and (mine is None or mine.number != theirs.number)
        return "numbered_here" if is_numbered and (theirs.journal, year) in self.numbered else None


def _without_letters(entry: JournalEntry | None) -> JournalEntry | None:
    if entry is None:
        return None
    lines = tuple(replace(line, letter=None, lettered_on=None) for line in entry.lines)
    local = {"version": 0, "statement_id": None, "match_id": None}
    return replace(entry, lines=lines, **local)  # type: ignore[arg-type]  # by name


def _judge(actor: Actor, part: str, changes: list[Change], rules: _Rules, draft: _Draft) -> None:
    """Take some changes into the plan, or note why they cannot be."""
    kind = BOOKS[part]
    there = [one.key for one in changes if one.mine is not None]
    known = actor.ports.store.get_many(actor.tenant, actor.company, kind, there) if there else {}
    for change in changes:
        if change.is_conflict:
            draft.against(part, change.key, "changed_on_both_sides")
            continue
        mine: Any = known.get(change.key)
        at = f"{part}, {change.key[:60]}"
        theirs = None if change.theirs is None else from_line(kind, change.theirs, at=at)
        after = _kept_local(mine, theirs)
        why = _why_not(rules, mine, after)
        if why is not None:
            draft.against(part, change.key, why)
        elif mine is None:
            draft.created.setdefault(part, []).append(change.key)
            draft.show(part, change.key, "added")
        else:
            draft.before.append(mine)
            draft.after += [] if after is None else [after]
            draft.show(part, change.key, "deleted" if after is None else "changed")
    if len(draft.before) > TOUCHES_MAX:
        raise TooLarge(f"an archive that changes more than {TOUCHES_MAX} records")


def _why_not(rules: _Rules, mine: Any, after: Any) -> str | None:
    if isinstance(mine or after, JournalEntry):
        return rules.entry(mine, after)
    if isinstance(mine, BankEntry) and mine.match_id is not None:
        is_same = after is not None and not any(
            getattr(mine, name) != getattr(after, name) for name in _OF_POINTED
        )
        return None if is_same else "pointed"
    return None


def _kept_local(mine: Any, theirs: Any) -> Any:
    """Return their record with what this side keeps to itself of its own."""
    if mine is None or theirs is None:
        return theirs
    local = {f.name: getattr(mine, f.name) for f in fields(mine) if f.name in LOCAL}
    if isinstance(mine, BankEntry) and mine.match_id is not None:
        local["marked_on"] = mine.marked_on
    return replace(theirs, **local)
