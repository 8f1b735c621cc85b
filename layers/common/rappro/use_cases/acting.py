"""What the actions on unmatched lines share: reading what they need, planning, committing.

An action plans matches, each with its drafts, on records as they are after what was planned before.
A commit holds whole matches and the totals of their statements: whatever dies in between, a line is
matched with everything that goes with it, or untouched. What an action drafted is a person's: the
undo of the match leaves it, until it is deleted (MAT-8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from datetime import date
from typing import Any

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.books import (
    BankEntry,
    Company,
    EntrySource,
    EntryTemplate,
    Journal,
    OpenItem,
    ThirdParty,
)
from rappro.domain.errors import (
    InvalidRequest,
    NotAllowedInState,
    NotFound,
    RapproError,
    RuleViolation,
    StatementReadOnly,
)
from rappro.domain.frozen import dataclass
from rappro.domain.ids import CompanyId, MatchId, StatementId, TenantId
from rappro.domain.line_state import taken_line
from rappro.domain.matching.model import Level, Settle, TargetType
from rappro.domain.posting.drafting import BookView, Draft
from rappro.domain.records import (
    Allocation,
    LineRecord,
    LineSettle,
    Match,
    MatchStatus,
    StatementRecord,
)
from rappro.domain.statement_state import RUNNABLE, with_line_totals
from rappro.domain.writes import Record, Write, change, create
from rappro.ports import Ports
from rappro.use_cases.audit import audit, levels_shown, match_shown
from rappro.use_cases.companies import get_company
from rappro.use_cases.large_matches import commit_match
from rappro.use_cases.packing import fits, identity
from rappro.use_cases.read_ahead import Wanted, ahead, keyed
from rappro.use_cases.settling import BooksState, pointed_drafts, settle_writes

LINES_MAX_PER_BATCH = 200
"""Lines that one call acts on, each for itself; a few go into each commit."""
LINES_MAX_PER_ENTRY = 20
"""Lines of one entry: with the entry, the match and the statement they fill one commit."""

LineKey = tuple[StatementId, int]
"""A line by its statement and position."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and where."""

    ports: Ports
    tenant: TenantId
    company: CompanyId
    author: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A match that an action makes: its lines before and after, its other writes."""

    match: Match
    lines: tuple[tuple[LineRecord, LineRecord], ...]
    head: tuple[Write, ...]
    settling: tuple[Write, ...]

    @property
    def writes(self) -> list[Write]:
        changed = [change(before, after) for before, after in self.lines]
        return [create(self.match), *changed, *self.head, *self.settling]


@dataclass(frozen=True, slots=True)
class Ask:
    """What a match is made of, before it is one: `parts` are what each line settles."""

    lines: Sequence[LineRecord]
    match_id: MatchId
    parts: Sequence[tuple[Settle, ...]]
    action: str
    status: MatchStatus = MatchStatus.TO_CONFIRM
    template: str | None = None
    mark: str | None = None
    difference_type: str | None = None
    allocations: tuple[Allocation, ...] = ()


@dataclass(frozen=True, slots=True)
class LineResult:
    """What became of one line of a batch: matched, or why not."""

    line: str
    match_id: MatchId | None = None
    error: RapproError | None = None


@dataclass(slots=True)
class Bench:
    """The records that an action works on, as they are after the writes planned so far."""

    actor: Actor
    company: Company
    statements: dict[str, StatementRecord] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)
    books: BooksState = field(default_factory=lambda: BooksState({}, {}))
    parties: dict[str, ThirdParty] = field(default_factory=dict)
    present: dict[str, dict[str, LineRecord]] = field(default_factory=dict)

    @classmethod
    def at(cls, actor: Actor) -> Bench:
        """Return an empty bench in the actor's company. Raises NotFound."""
        return cls(actor, get_company(actor.ports, actor.tenant, actor.company))

    def lines(
        self, keys: Sequence[LineKey], count_max: int, *, also: Sequence[Wanted] = (),
        naming: Sequence[type[Record]] = (),
    ) -> list[LineRecord]:  # fmt: skip
        """Return the lines of some keys, with their statements and journals at hand.

        Read ahead with them: `also`, and the records of the kinds `naming` that lines name.
        Raises InvalidRequest for none, too many or one named twice, NotFound, StatementReadOnly.
        """
        if not 1 <= len(keys) <= count_max:
            raise InvalidRequest(f"1 to {count_max} lines", position="/lines")
        if len(set(keys)) != len(keys):
            raise InvalidRequest("a line is named twice", position="/lines")
        named = [f"{statement}/{position}" for statement, position in keys]
        statements = sorted({statement for statement, _ in keys})
        self._read_ahead((LineRecord, named), (StatementRecord, statements), *also)
        actor = self.actor
        found = actor.ports.store.get_many(actor.tenant, actor.company, LineRecord, named)
        missing = [key for key in named if key not in found]
        if missing:
            raise NotFound(f"no line {', '.join(missing[:10])}")
        lines = [found[key] for key in named]
        self._read_ahead((Journal, [line.journal for line in lines]), *_named(lines, naming))
        self._load_statements({line.statement_id for line in lines})
        return lines

    def _load_statements(self, ids: Iterable[str]) -> None:
        actor, store = self.actor, self.actor.ports.store
        wanted = sorted(ids)
        found = store.get_many(actor.tenant, actor.company, StatementRecord, wanted)
        for statement_id in wanted:
            if statement_id not in found:
                raise NotFound(f"no statement {statement_id}")
            if found[statement_id].status not in RUNNABLE:
                raise StatementReadOnly(f"statement {statement_id} is {found[statement_id].status}")
        self.statements |= found
        codes = sorted({s.journal for s in found.values() if s.journal is not None})
        self.journals |= store.get_many(actor.tenant, actor.company, Journal, codes)

    def _read_ahead(self, *wanted: Wanted) -> None:
        """Read records of several kinds at once; each is there for who asks for it next."""
        actor = self.actor
        ports = ahead(actor.ports, actor.tenant, keyed(actor.company, *wanted))
        self.actor = replace(actor, ports=ports)

    def load_items(self, ids: Iterable[str]) -> None:
        """Read open items and their third parties."""
        actor, store = self.actor, self.actor.ports.store
        unknown = sorted(set(ids) - self.books.open_items.keys())
        found = store.get_many(actor.tenant, actor.company, OpenItem, unknown)
        self.books.open_items |= found
        self.load_parties(item.third_party for item in found.values())

    def load_parties(self, ids: Iterable[str]) -> None:
        """Read third parties."""
        actor = self.actor
        unknown = sorted(set(ids) - self.parties.keys())
        self.parties |= actor.ports.store.get_many(actor.tenant, actor.company, ThirdParty, unknown)

    def statement(self, line: LineRecord) -> StatementRecord:
        """Return a line's statement."""
        return self.statements[line.statement_id]

    def view(self, line: LineRecord) -> BookView:
        """Return the books as a draft for a line sees them. Raises NotFound without a journal."""
        statement = self.statement(line)
        journal = self.journals.get(statement.journal or "")
        if journal is None:
            raise NotFound(f"no journal {statement.journal}")
        return BookView(
            company=self.company,
            journal=replace(journal, profile=statement.profile),
            open_items=self.books.open_items,
            bank_entries=self.books.bank_entries,
            past_payments={},
            third_parties=self.parties,
            templates={},
        )

    def planned(self, ask: Ask, drafts: Sequence[Draft], *more: Write) -> Planned:
        """Return the match that an ask makes, with all its writes but those of its statements.

        Raises OpenItemAlreadySettled when a target was taken; nothing is planned then.
        """
        ports, author = self.actor.ports, self.actor.author
        now = ports.clock.now()
        match = _match(ask, drafts, self.books.bank_entries, author=author, now=now)
        pairs = tuple((line, taken_line(match, line)) for line in ask.lines)
        head = [write for draft in drafts for write in _draft_writes(draft)]
        settling = settle_writes(match, self.books, entry_ids=match.entry_ids)
        told = audit(
            now, author, ask.action, match.id, before={"lines": levels_shown(ask.lines)},
            after=match_shown(match, self.company.currency, settling),
        )  # fmt: skip
        return Planned(match, pairs, (*head, *more, told), tuple(settling))

    def totals(self, plans: Iterable[Planned], *, marks: int = 0) -> list[Write]:
        """Return the writes of the statements that some matches touch."""
        after: dict[str, dict[str, LineRecord]] = {}
        for plan in plans:
            for _, line in plan.lines:
                after.setdefault(line.statement_id, {})[line.key] = line
        writes: list[Write] = []
        for statement_id, changed in sorted(after.items()):
            statement = self.statements[statement_id]
            lines = self._present(statement.id) | changed
            counted = with_line_totals(statement, lines.values())
            writes.append(
                change(statement, replace(counted, mark_count=statement.mark_count + marks))
            )
        return writes

    def _present(self, statement: StatementId) -> dict[str, LineRecord]:
        if statement not in self.present:
            actor = self.actor
            part = (self.statements[statement], 0)
            lines = actor.ports.store.lines_of(actor.tenant, actor.company, [part])
            self.present[statement] = {line.key: line for line in lines}
        return self.present[statement]

    def commit(self, plans: Sequence[Planned]) -> None:
        """Commit some matches and their statements at once. Raises StoreConflict."""
        totals = self.totals(plans)
        writes = [*(write for plan in plans for write in plan.writes), *totals]
        self.actor.ports.store.commit(self.actor.tenant, self.actor.company, writes)
        for write in totals:
            assert isinstance(write.after, StatementRecord)
            self.statements[write.after.id] = write.after
        for plan in plans:
            for before, after in plan.lines:
                stored = replace(after, version=before.version + 1)
                self._present(stored.statement_id)[stored.key] = stored

    def commit_each(self, plans: Iterable[Planned]) -> None:
        """Commit matches one after the other, as many whole ones a commit as it holds."""
        waiting: list[Planned] = []
        for plan in plans:
            if waiting and not self._fit([*waiting, plan]):
                self.commit(waiting)
                waiting = []
            waiting.append(plan)
        if waiting:
            self.commit(waiting)

    def _fit(self, plans: Sequence[Planned]) -> bool:
        """Say whether some matches go into one commit: its size, and no record written twice."""
        touched = {line.statement_id for plan in plans for _, line in plan.lines}
        writes = [write for plan in plans for write in plan.writes]
        writes += [change(self.statements[key], self.statements[key]) for key in touched]
        names = {identity(write) for write in writes}
        return len(names) == len(writes) and fits(self.actor.ports.store, writes)

    def commit_one(self, plan: Planned, *, marks: int = 0) -> Match:
        """Commit one match, which may be larger than a commit, and return it."""
        actor = self.actor
        changed = [change(before, after) for before, after in plan.lines]
        head = [*changed, *plan.head, *self.totals([plan], marks=marks)]
        where = (actor.ports, actor.tenant, actor.company)
        if commit_match(*where, plan.match, head, plan.settling):
            return replace(plan.match, version=1)
        made = actor.ports.store.get(actor.tenant, actor.company, Match, plan.match.id)
        if made is None:
            raise NotFound(f"no match {plan.match.id}")
        return made


def _named(lines: Sequence[LineRecord], kinds: Sequence[type[Record]]) -> list[Wanted]:
    """Return what lines name of some kinds."""
    keys: dict[type[Record], list[str | None]] = {
        EntryTemplate: [line.template for line in lines],
        OpenItem: [line.invoice for line in lines],
        ThirdParty: [line.third_party for line in lines],
    }
    return [(kind, keys[kind]) for kind in kinds]


def _draft_writes(draft: Draft) -> list[Write]:
    """Return the writes of a draft: it is a person's, and stays when its match is undone."""
    return [create(replace(draft.entry, source=EntrySource.PERSON)), create(draft.bank_entry)]


def check_free(line: LineRecord, company: Company) -> int:
    """Return what a line that waits to be matched is in the company's currency, signed.

    Raises NotAllowedInState for a line that is matched, known or not booked, RuleViolation for one
    without an amount in the company's currency.
    """
    if line.match_id is not None:
        raise NotAllowedInState(f"line {line.key} is matched already")
    if line.known_as is not None:
        raise NotAllowedInState(f"line {line.key} is known as {line.known_as}: release it")
    if line.line.status is not LineStatusAtBank.BOOKED:
        raise NotAllowedInState(f"line {line.key} is not booked")
    amount_minor = line.line.amount_in(company.currency)
    if not amount_minor:
        raise RuleViolation(f"line {line.key} has no amount in {company.currency}")
    return amount_minor


def _match(
    ask: Ask, drafts: Sequence[Draft], entries: Mapping[str, BankEntry], *, author: str, now: Any
) -> Match:
    settles = tuple(
        LineSettle(line.id, settle)
        for line, part in zip(ask.lines, ask.parts, strict=True)
        for settle in part
    )
    is_entry = all(one.settle.type is TargetType.ACCOUNT for one in settles)
    return Match(
        id=ask.match_id,
        statement_ids=tuple(sorted({line.statement_id for line in ask.lines})),
        lines=tuple(line.key for line in ask.lines),
        settles=settles,
        adjustments=(),
        level=Level.AD if is_entry else Level.AM,
        status=ask.status,
        author=author,
        created_at=now,
        pointed_on=latest(ask.lines),
        amount_minor=sum(line.line.amount_minor for line in ask.lines),
        entry_ids=tuple(draft.entry.id for draft in drafts),
        template=ask.template,
        mark=ask.mark,
        difference_type=ask.difference_type,
        allocations=ask.allocations,
        keeps_drafts=True,
        draft_ids=pointed_drafts((one.settle for one in settles), entries),
    )


def latest(lines: Iterable[LineRecord]) -> date:
    """Return the latest booking date of some lines."""
    return max(line.line.booking_date for line in lines)
