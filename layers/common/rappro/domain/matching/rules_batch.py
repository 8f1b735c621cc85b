"""The rule on batch lines whose parts the bank gives: each part is explained by itself, or none."""

from __future__ import annotations

from typing import Final

from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Evidence
from rappro.domain.matching.plan import Outcome, Plan, shown
from rappro.domain.matching.rules_keys import entry_key, returned_key
from rappro.domain.matching.rules_numbers import invoice_numbers, invoice_partial
from rappro.domain.matching.rules_parts import payer_truncated
from rappro.domain.matching.rules_payer import payer_amount
from rappro.domain.matching.state import Undo

PARTS_MAX: Final = 500
EVIDENCE_MAX: Final = 40

_PART_RULES: Final = (
    invoice_numbers,
    invoice_partial,
    returned_key,
    entry_key,
    payer_truncated,
    payer_amount,
)


def batch_details(board: Board, clue: Clue) -> Outcome:
    """Every part of a batch is settled by its own number, key or payer; together they are it."""
    parts = clue.details
    if not 2 <= len(parts) <= PARTS_MAX or sum(p.amount for p in parts) != clue.amount:
        return None
    plans: list[Plan] = []
    undone: list[Undo] = []
    for part in parts:
        plan = _plan_of(board, part)
        if plan is None:
            break
        plans.append(plan)
        undone += [board.state.take(take, clue.match_line.id) for take in plan.takes]
    for undo in reversed(undone):
        board.state.undo(undo)
    if len(plans) < len(parts):
        return None
    parties = {plan.third_party for plan in plans}
    evidence = [
        Evidence("batch_details", shown(clue.line.label), f"{len(parts)} parts, each known")
    ]
    evidence += [item for plan in plans for item in plan.evidence]
    return Plan(
        takes=tuple(take for plan in plans for take in plan.takes),
        adjustments=tuple(gap for plan in plans for gap in plan.adjustments),
        evidence=tuple(evidence[:EVIDENCE_MAX]),
        third_party=parties.pop() if len(parties) == 1 else None,
        is_foreign=any(plan.is_foreign for plan in plans),
    )


def _plan_of(board: Board, part: Clue) -> Plan | None:
    if part.amount == 0 or part.kind.is_return:
        return None
    for rule in _PART_RULES:
        outcome = rule(board, part)
        if isinstance(outcome, Plan):
            return outcome
        if outcome is not None:
            return None
    return None
