"""Decides every line of a world together: pure, deterministic, bounded.

Lines are asked rule by rule, strongest evidence first, earliest line first:

    1. The waiting lines whose next rule is the strongest are asked that rule, in order.
    2. A plan is carried out at once: its targets are gone for the lines that follow.
    3. A line without an answer goes on to the next rule; one that abstains stops there.
    4. What was settled may make other lines decidable: those that share a third party, a number,
       a key or an amount with it start over from the strongest rule.

until no line can go on. The order that a world lists anything in never matters.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from rappro.domain.bank import LineStatusAtBank
from rappro.domain.matching.board import Board, line_place, settles_of
from rappro.domain.matching.candidates import named_by, undecided
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import (
    Decision,
    Evidence,
    Explanation,
    Level,
    Settle,
    TargetType,
    World,
)
from rappro.domain.matching.plan import Abstain, Plan, shown
from rappro.domain.matching.rules import RULES, traits_of
from rappro.domain.matching.watchers import Changed, Watchers

ENGINE: Final = "rappro-match/3"
"""Version of the rules, stored with every decision."""

RESTARTS_MAX: Final = 40
"""How often a line starts over because of what others settled; then it keeps its last answer."""


def decide(world: World) -> tuple[Decision, ...]:
    """Return what the engine says about each line, in line order (statement, position, id).

    A decision of level A, AC or AS settles: its settles and adjustments add up to the line's
    amount, no residual is passed, no entry is settled twice; what AS settles, if anything, is a
    ledger account. B and C settle nothing.
    """
    with _collector_paused():
        return _decided(world)


def _decided(world: World) -> tuple[Decision, ...]:
    run = _Run(Board(world))
    run.settle_all()
    in_order = sorted(run.board.clues, key=line_place)
    return tuple([run.decision(clue) for clue in in_order])


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold back Python's cycle collector: a run makes many records and no cycles.

    It would walk all of them over and over, a third of the time of a large run. What is left at the
    end is the decisions: they are told to be old, so that they are not walked at once either.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


class _Run:
    """The lines' progress through the rules: each line has its own way, of the rules it needs.

    The first `_sure` rules on a line's way have answered nothing, and would again: a line that
    starts over passes them unasked.
    """

    def __init__(self, board: Board) -> None:
        self.board = board
        self.plans: dict[int, tuple[str, Plan]] = {}
        self.abstained: dict[int, tuple[str, Abstain]] = {}
        self._ways: list[tuple[int, ...]] = []
        self._steps = [0] * len(board.clues)
        self._sure = [0] * len(board.clues)
        self._restarts = [0] * len(board.clues)
        self._waiting: list[set[int]] = [set() for _ in RULES]
        self._watchers = Watchers()
        ways: dict[tuple[bool, ...], tuple[int, ...]] = {}
        for clue in board.clues:
            way: tuple[int, ...] = ()
            if board.is_pending[clue.rank]:
                traits = traits_of(clue)
                known = ways.get(traits)
                if known is None:
                    known = tuple(at for at, rule in enumerate(RULES) if rule.concerns(clue))
                    ways[traits] = known
                way = known
                self._waiting[way[0]].add(clue.rank)
            self._ways.append(way)

    def settle_all(self) -> None:
        """Ask rules until no line can go on."""
        at = 0
        while at < len(RULES):
            ranks, self._waiting[at] = sorted(self._waiting[at]), set()
            changed = self._ask(at, ranks) if ranks else None
            first = self._restart(changed) if changed is not None else len(RULES)
            at = min(first, at + 1)

    def _ask(self, at: int, ranks: list[int]) -> Changed | None:
        """Ask one rule about some lines in order; return the keys of everything settled."""
        rule, changed = RULES[at], Changed()
        apply, board, clues = rule.apply, self.board, self.board.clues
        steps, sure, ways, waiting = self._steps, self._sure, self._ways, self._waiting
        restarts, watch = self._restarts, self._watchers.add
        has_settled = False
        for rank in ranks:
            clue, way, step = clues[rank], ways[rank], steps[rank]
            outcome = apply(board, clue) if step >= sure[rank] else None
            if not step and not isinstance(outcome, Plan) and not restarts[rank]:
                watch(clue)  # a line that was not asked yet need not be asked again
            if outcome is None:
                step += 1
                steps[rank] = step
                sure[rank] = max(sure[rank], step)
                if step < len(way):
                    waiting[way[step]].add(rank)
                continue
            steps[rank] = len(way)
            if isinstance(outcome, Plan):
                changed.note(board, clue, outcome.takes)
                board.settle(clue, outcome.takes)
                self.plans[rank] = (rule.name, outcome)
                has_settled = True
                for other, plan in outcome.together:
                    self._settle_with(other, rule.name, plan, changed)
            else:
                self.abstained[rank] = (rule.name, outcome)
                board.is_stopped[rank] = 1
        return changed if has_settled else None

    def _settle_with(self, rank: int, name: str, plan: Plan, changed: Changed) -> None:
        """Settle a line by the evidence of another one; it is asked nothing any more."""
        clue, way, step = self.board.clues[rank], self._ways[rank], self._steps[rank]
        if step < len(way):
            self._waiting[way[step]].discard(rank)
        self._steps[rank] = self._sure[rank] = len(way) + 1
        changed.note(self.board, clue, plan.takes)
        self.board.settle(clue, plan.takes)
        self.plans[rank] = (name, plan)

    def _restart(self, changed: Changed) -> int:
        """Let waiting lines that share a key with what was settled start over; return where."""
        first = len(RULES)
        for rank, cause in self._watchers.of(changed, self.board.is_pending).items():
            if self._restarts[rank] >= RESTARTS_MAX:
                continue
            way, step = self._ways[rank], self._steps[rank]
            for sure in range(self._sure[rank]):
                if RULES[way[sure]].unsure_after & cause:
                    self._sure[rank] = sure
                    break
            if step:
                if step < len(way):
                    self._waiting[way[step]].discard(rank)
                self._restarts[rank] += 1
                self._steps[rank] = 0
                self.abstained.pop(rank, None)
                self.board.is_stopped[rank] = 0
                self._waiting[way[0]].add(rank)
            first = min(first, way[0])
        return first

    def decision(self, clue: Clue) -> Decision:
        """Return what is said about a line, with its explanation."""
        if clue.rank in self.plans:
            return self._matched(clue, *self.plans[clue.rank])
        if not self.board.is_pending[clue.rank]:
            return _not_matchable(self.board, clue)
        rule, abstain = self.abstained.get(clue.rank, (None, None))
        return undecided(self.board, clue, rule, abstain)

    def _matched(self, clue: Clue, rule: str, plan: Plan) -> Decision:
        party, invoice = (None, None)
        if plan.template is not None:
            party, invoice = named_by(self.board, clue)
        settles = settles_of(plan.takes)
        if plan.account is not None:
            settles = (Settle(TargetType.ACCOUNT, plan.account, clue.amount),)
        level = Level.AC if plan.is_foreign else Level.A
        if plan.template is not None or plan.account is not None:
            level = Level.AS
        reason = Evidence(rule, shown(clue.line.label), f"matched by the rule {rule}")
        return Decision(
            line_id=clue.match_line.id,
            level=level,
            third_party=plan.third_party or party,
            invoice=plan.invoice or clue.match_line.fixed_invoice or invoice,
            template=plan.template,
            settles=settles,
            adjustments=plan.adjustments,
            explanation=Explanation((reason, *plan.evidence), plan.rejected),
        )


def _not_matchable(board: Board, clue: Clue) -> Decision:
    """A line that settles nothing: not booked, or of no amount."""
    if clue.line.status is not LineStatusAtBank.BOOKED:
        why = f"the bank says {clue.line.status}: only booked lines are matched"
    else:
        why = "the line has no amount: it settles nothing"
    party, invoice = named_by(board, clue)
    return Decision(
        line_id=clue.match_line.id,
        level=Level.C,
        third_party=party,
        invoice=invoice,
        explanation=Explanation((Evidence("not_matched", shown(clue.line.label), why),)),
    )
