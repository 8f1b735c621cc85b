"""Whatever two people do to the books, in any order, they stay books.

Each step is one action, through the use case that its route calls. One of the two may act on what
he read before the other acted. What the product refuses is fine; anything else that is raised, and
any law that is broken afterwards, is a failure.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from rappro.domain.bank import Nature
from rappro.domain.books import BankEntry, EntryStatus, JournalEntry, OpenItem
from rappro.domain.errors import RapproError
from rappro.domain.ids import CompanyId, MatchId, TenantId, ThirdPartyId
from rappro.domain.matching.model import Settle, TargetType
from rappro.domain.posting.slips import Leg
from rappro.domain.records import (
    LineRecord,
    Match,
    MatchStatus,
    StatementRecord,
    StatementStatus,
)
from rappro.domain.writes import Record
from rappro.ports import Ports
from rappro.use_cases.acting import LineKey
from rappro.use_cases.batch_edit import set_natures
from rappro.use_cases.cash_movements import (
    UndefinedMovement,
    create_cash_movement,
    create_cash_movements,
    create_undefined_movement,
)
from rappro.use_cases.close_line import close_line
from rappro.use_cases.delete_draft import delete_draft
from rappro.use_cases.delete_statement import delete_statement
from rappro.use_cases.edit_line import LineEdit, edit_line
from rappro.use_cases.generate_entries import TemplateEntry, generate_entries, generate_entry
from rappro.use_cases.match_by_hand import ManualMatch, confirm, match_by_hand
from rappro.use_cases.override import override_quarantine
from rappro.use_cases.pointing import (
    Marking,
    Period,
    erase_pointing,
    mark_entries,
    validate_pointing,
)
from rappro.use_cases.reverse_match import Reversal, reverse_match
from rappro.use_cases.settle_by_ledger import Settlement, settle_difference
from rappro.use_cases.start_run import start_run
from rappro.use_cases.undo_match import undo_match
from rappro.use_cases.validate_statement import validate_statement
from simulation.books import difference, picture
from simulation.snapshots import SnapshotStore
from tests.property.ledger_laws import altered, checked_fec, problems, undone_wrongly
from tests.property.ledger_world import (
    BALANCE,
    COMPANY,
    MOVEMENTS,
    TENANT,
    World,
    actor_of,
    key_of,
    of_kind,
    open_of,
    positions_of,
    some_draft,
)

HISTORIES: Final = int(os.environ.get("RAPPRO_HISTORIES", "0"))
"""More histories than the suite's, other ones each time, for who has the time."""
STEPS: Final = 25
_STANDING: Final = {MatchStatus.TO_CONFIRM, MatchStatus.CONFIRMED}
_PICK = st.integers(0, 1_000)
_TWO = st.lists(_PICK, min_size=1, max_size=2, unique=True)
_USERS = st.sampled_from(("anne", "benoit"))
_LATE = st.booleans()
_COUNTERPARTS = st.sampled_from(("627000", "706000", "471000"))


class Books(RuleBasedStateMachine):
    """Two users at one company's books."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.screens: dict[str, SnapshotStore] = {}
        self.is_checked: frozenset[str] = frozenset()

    # What a user sees, and what becomes of what he does.

    def seen(self, user: str, late: bool) -> SnapshotStore:
        """Return the books as a user looks at them: as he last did, or as they are."""
        return self.screens.get(user, self.world.store) if late else self.world.store

    def act(self, user: str, late: bool, work: Callable[[Ports], Any]) -> Any:
        """Do what a user asks for, and check what it came to; a refusal changes nothing."""
        world, seen = self.world, self.seen(user, late)
        before, earlier = world.records(), world.store.copy()
        ports = world.ports() if seen is world.store else world.ports(seen)
        world.tick()
        answer, refused = None, None
        try:
            answer = work(ports)
        except RapproError as error:
            refused = error
        if refused is not None:
            done = difference(picture(before), picture(world.records()))
            assert not done, (refused, done)
        else:
            self.screens = {other: self.screens.get(other, earlier) for other in ("anne", "benoit")}
        self.screens.pop(user, None)
        self._check(before, answer)
        return answer

    def _check(self, before: list[Record], answer: object) -> None:
        wrong = list(problems(self.world))
        assert not wrong, wrong
        after = self.world.records()
        reversed_now = isinstance(answer, Match) and answer.status is MatchStatus.REVERSED
        changed = list(altered(before, after, is_reversal=reversed_now))
        assert not changed, changed
        if isinstance(answer, Match) and answer.status in _STANDING:
            self._check_undo(answer, before)
        validated = frozenset(
            e.id for e in of_kind(after, JournalEntry) if e.status is EntryStatus.VALIDATED
        )
        if validated != self.is_checked:
            report = checked_fec(self.world)
            assert report.is_conformant, report.findings
            self.is_checked = validated

    def _check_undo(self, match: Match, before: list[Record]) -> None:
        """Undo a match that was just made, in a copy of the books: they are as before it."""
        if any(one.id == match.id for one in of_kind(before, Match)):
            return
        copy = self.world.store.copy()
        wrong = list(undone_wrongly(self.world.ports(copy, copy), match, before))
        assert not wrong, wrong

    # What is picked of what a user sees.

    def lines(self, user: str, late: bool, picks: Iterable[int]) -> list[LineRecord]:
        """Return lines: mostly such as wait."""
        there = list(self.seen(user, late).everything(TENANT, COMPANY))
        every = sorted(of_kind(there, LineRecord), key=lambda line: line.key)
        free = [line for line in every if line.match_id is None and line.known_as is None]
        found = {}
        for pick in picks:
            pool = every if pick % 10 == 0 else free
            if pool:
                line = pool[pick // 10 % len(pool)]
                found[line.key] = line
        return list(found.values())

    def one(self, kind: type, user: str, late: bool, pick: int) -> Any:
        """Return a record of a kind, None when there is none."""
        there = of_kind(self.seen(user, late).everything(TENANT, COMPANY), kind)
        ordered = sorted(there, key=lambda record: record.key)
        return ordered[pick % len(ordered)] if ordered else None

    # The actions.

    @initialize(movements=st.lists(st.integers(0, len(MOVEMENTS) - 1), min_size=3, max_size=5))
    def begin(self, movements: list[int]) -> None:
        self.act("anne", False, lambda ports: self.world.drop(ports, 0, movements))

    @rule(
        user=_USERS, late=_LATE, slot=st.integers(1, 7), twin=st.sampled_from((0, 0, 0, 1)),
        movements=st.lists(st.integers(0, len(MOVEMENTS) - 1), min_size=1, max_size=4),
    )  # fmt: skip
    def import_(self, *, user: str, late: bool, slot: int, twin: int, movements: list[int]) -> None:
        self.act(user, late, lambda ports: self.world.drop(ports, slot, movements, twin=twin))

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def run(self, *, user: str, late: bool, pick: int) -> None:
        statement = self.one(StatementRecord, user, late, pick)
        if statement is not None:
            decided = {m.id: m for m in of_kind(self.world.records(), Match) if m.engine is None}
            self.act(user, late, lambda p: start_run(p, TENANT, COMPANY, statement.id, user))
            for match in of_kind(self.world.records(), Match):
                assert decided.get(match.id, match) == match, "a run touched a person's decision"

    @rule(
        user=_USERS, late=_LATE, picks=_TWO, ticked=st.lists(_PICK, max_size=3, unique=True),
        part=st.sampled_from((1, 1, 2)), rest=st.sampled_from(("706000", "tp_martin", "")),
    )  # fmt: skip
    def match(
        self, *, user: str, late: bool, picks: list[int], ticked: list[int], part: int, rest: str
    ) -> None:
        lines = self.lines(user, late, picks)
        if not lines:
            return
        left = sum(line.line.amount_minor for line in lines)
        settles: list[Settle] = []
        for pick in ticked:
            kind: type[Any] = BankEntry if pick % 3 == 0 else OpenItem
            target = self.one(kind, user, late, pick)
            amount = open_of(target, left, part)
            if amount and all(target.id != settle.id for settle in settles):
                kind_of = TargetType.BANK_ENTRY if kind is BankEntry else TargetType.OPEN_ITEM
                settles.append(Settle(kind_of, target.id, amount))
                left -= amount
        if left and rest:
            kind_of = TargetType.ACCOUNT if rest.isdigit() else TargetType.THIRD_PARTY
            settles.append(Settle(kind_of, rest, left))
        request = ManualMatch(tuple(key_of(line) for line in lines), tuple(settles))
        self.act(user, late, lambda p: match_by_hand(p, TENANT, COMPANY, request, user))

    @rule(
        user=_USERS, late=_LATE, picks=_TWO, party=st.sampled_from(("tp_dupond", "tp_elec", "")),
    )  # fmt: skip
    def cash_movement(self, *, user: str, late: bool, picks: list[int], party: str) -> None:
        keys = [key_of(line) for line in self.lines(user, late, picks)]
        for at in keys if party else ():
            named = LineEdit(third_party=ThirdPartyId(party))
            self._edit(user, late, at, named)
        if len(keys) == 1:
            self.act(user, late, lambda p: create_cash_movement(actor_of(p, user), keys[0]))
        elif keys:
            self.act(user, late, lambda p: create_cash_movements(actor_of(p, user), keys))

    @rule(
        user=_USERS, late=_LATE, picks=_TWO, account=_COUNTERPARTS, off=st.sampled_from((0, 0, 1))
    )
    def undefined_movement(
        self, *, user: str, late: bool, picks: list[int], account: str, off: int
    ) -> None:
        lines = self.lines(user, late, picks)
        if lines:
            total = sum(line.line.amount_minor for line in lines) + off
            request = UndefinedMovement(
                lines[0].statement_id, positions_of(lines), (Leg(account, total),)
            )
            self.act(user, late, lambda p: create_undefined_movement(actor_of(p, user), request))

    @rule(
        user=_USERS, late=_LATE, picks=_TWO, entry=_PICK, journal=st.sampled_from((None, "OD")),
        type_=st.sampled_from(("bank_charges", "rounding_gain", "discount_granted")),
    )  # fmt: skip
    def settle(
        self, *, user: str, late: bool, picks: list[int], entry: int, journal: str | None,
        type_: str,
    ) -> None:  # fmt: skip
        lines = self.lines(user, late, picks)
        target = self.one(BankEntry, user, late, entry)
        if lines and target is not None:
            request = Settlement(
                lines[0].statement_id, positions_of(lines), (target.id,), type_, journal=journal
            )
            self.act(user, late, lambda p: settle_difference(actor_of(p, user), request))

    @rule(user=_USERS, late=_LATE, picks=_TWO, template=st.sampled_from(("tel", "loyer", None)))
    def template_entry(
        self, *, user: str, late: bool, picks: list[int], template: str | None
    ) -> None:
        keys = [key_of(line) for line in self.lines(user, late, picks)]
        if len(keys) == 1:
            asked = TemplateEntry(keys[0], template)
            self.act(user, late, lambda p: generate_entry(actor_of(p, user), asked))
        elif keys:
            self.act(user, late, lambda p: generate_entries(actor_of(p, user), keys))

    @rule(
        user=_USERS, late=_LATE, picks=_TWO, item=_PICK, what=st.integers(0, 3),
        party=st.sampled_from(("tp_dupond", "tp_martin", "tp_elec")),
    )  # fmt: skip
    def edit(
        self, *, user: str, late: bool, picks: list[int], item: int, what: int, party: str
    ) -> None:
        target = self.one(OpenItem, user, late, item)
        edits = (
            LineEdit(third_party=ThirdPartyId(party)),
            LineEdit(invoice=target.id, third_party=target.third_party),
            LineEdit(template="loyer"),
            LineEdit(clears=frozenset({"third_party", "invoice"})),
        )
        for line in self.lines(user, late, picks[:1]):
            self._edit(user, late, key_of(line), edits[what])

    def _edit(self, user: str, late: bool, at: LineKey, edit: LineEdit) -> None:
        self.act(user, late, lambda p: edit_line(p, TENANT, COMPANY, at[0], at[1], edit, user))

    @rule(user=_USERS, late=_LATE, picks=_TWO, nature=st.sampled_from(list(Nature)[:3]))
    def natures(self, *, user: str, late: bool, picks: list[int], nature: Nature) -> None:
        keys = [key_of(line) for line in self.lines(user, late, picks)]
        if keys:
            self.act(user, late, lambda p: set_natures(actor_of(p, user), keys, nature))

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def confirm_match(self, *, user: str, late: bool, pick: int) -> None:
        self._on_match(user, late, pick, confirm)

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def undo(self, *, user: str, late: bool, pick: int) -> None:
        self._on_match(user, late, pick, undo_match)

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def delete_entry(self, *, user: str, late: bool, pick: int) -> None:
        entry = some_draft(self.seen(user, late).everything(TENANT, COMPANY), pick)
        if entry is not None:
            self.act(user, late, lambda p: delete_draft(p, TENANT, COMPANY, entry.id, user))

    @rule(user=_USERS, late=_LATE, pick=_PICK, day=st.sampled_from((None, 12, 30)))
    def reverse(self, *, user: str, late: bool, pick: int, day: int | None) -> None:
        on = None if day is None else date(2026, 11, day)
        wanted = Reversal("saisie par erreur", on)

        def work(
            ports: Ports, tenant: TenantId, company: CompanyId, match: MatchId, author: str
        ) -> Match:
            return reverse_match(ports, tenant, company, match, wanted, author)

        self._on_match(user, late, pick, work)

    def _on_match(self, user: str, late: bool, pick: int, work: Callable[..., Any]) -> None:
        match = self.one(Match, user, late, pick)
        if match is not None:
            self.act(user, late, lambda p: work(p, TENANT, COMPANY, match.id, user))

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def validate(self, *, user: str, late: bool, pick: int) -> None:
        statement = self.one(StatementRecord, user, late, pick)
        if statement is not None:
            self.act(
                user, late, lambda p: validate_statement(p, TENANT, COMPANY, statement.id, user)
            )

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def close(self, *, user: str, late: bool, pick: int) -> None:
        matched = [line for line in self.lines(user, late, [pick * 10]) if line.match_id]
        if matched:
            at, why = key_of(matched[0]), "payé en espèces"
            self.act(
                user, late,
                lambda p: close_line(p, TENANT, COMPANY, at[0], at[1], reason=why, author=user),
            )  # fmt: skip

    @rule(
        user=_USERS,
        late=_LATE,
        pick=_PICK,
        what=st.sampled_from(("mark", "free", "validate", "erase")),
    )
    def point(self, *, user: str, late: bool, pick: int, what: str) -> None:
        """Point an entry by hand (X), free it, validate the balance, or erase marks."""
        entry = self.one(BankEntry, user, late, pick)
        period = Period("BQ1", date(2026, 11, 30), BALANCE)
        marking = Marking((entry.id,), is_marked=what == "mark")

        def work(ports: Ports) -> Any:
            me = (ports, TENANT, COMPANY)
            if what == "validate":
                return validate_pointing(*me, period, user)
            if what == "erase":
                return erase_pointing(
                    *me, "BQ1", account=None, since=None, author=user,
                    entries=(entry.id,) if pick % 2 else None,
                )  # fmt: skip
            return mark_entries(*me, period, marking, user)

        self.act(user, late, work)

    @rule(user=_USERS, late=_LATE, number=st.integers(0, 5))
    def load_books(self, *, user: str, late: bool, number: int) -> None:
        self.act(user, late, lambda ports: self.world.load(ports, number, user))

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def override(self, *, user: str, late: bool, pick: int) -> None:
        statement = self.one(StatementRecord, user, late, pick)
        if statement is not None and statement.status is StatementStatus.QUARANTINED:
            self.act(
                user, late, lambda p: override_quarantine(
                    p, TENANT, COMPANY, statement.id, "vu avec la banque", user
                )
            )  # fmt: skip

    @rule(user=_USERS, late=_LATE, pick=_PICK)
    def delete(self, *, user: str, late: bool, pick: int) -> None:
        statement = self.one(StatementRecord, user, late, pick)
        if statement is not None:
            self.act(user, late, lambda p: delete_statement(p, TENANT, COMPANY, statement.id, user))


Books.TestCase.settings = settings(
    max_examples=HISTORIES or 40,
    stateful_step_count=STEPS,
    derandomize=not HISTORIES,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


TestBooks = Books.TestCase
