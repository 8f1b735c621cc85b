"""The rule on what a bank takes back of its own booking (contrepassation, RD and RC), SPEC MAT-12.

reversed_line   the line that is reversed waits among the others: both are one, and settle nothing

A reversal says that its original never was. Both are booked on the suspense account, which they
leave as it was, and no item sees either of them. Without a proven original a reversal is left to a
person, and goes to suspense when its statement is validated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Candidate, Evidence, MatchLine, Settle, TargetType
from rappro.domain.matching.plan import Abstain, Outcome, Plan, score, shown
from rappro.domain.matching.rivals import is_near

REVERSAL_DAYS_MAX: Final = 15
"""A bank corrects its own booking within days; what comes back later is another payment's."""

KEY_CHARS_MIN: Final = 6
KEY_DIGITS_MIN: Final = 9
"""Of digits alone a key has more than a date has."""

_CREDITOR_MARK: Final = "ZZZ"
"""In the id of a SEPA creditor (ICS) of most countries."""


def reversed_line(board: Board, clue: Clue) -> Outcome:
    """The one earlier line of the opposite amount with a key of the reversal, and no entry."""
    if _is_fixed(board, clue.match_line) or not board.is_company_line(clue):
        return None
    if _is_past(board, clue) or _may_be_entry(board, clue):
        return None
    found = list(_originals(board, clue))
    why_not = _why_not(board, [board.clues[rank] for rank, _ in found])
    if why_not is not None or not found:
        return _left(board, clue, why_not) if why_not is not None else None
    ((rank, key),) = found
    mine = _plan(board, board.clues[rank], key, how="reverses")
    return mine._replace(together=((rank, _plan(board, clue, key, how="is reversed by")),))


def _why_not(board: Board, originals: Sequence[Clue]) -> str | None:
    if len(originals) > 1:
        return "several lines could be the reversed one"
    for original in originals:
        if _is_fixed(board, original.match_line):
            return "a person decided about the reversed line"
        if board.is_price(original) or _may_be_entry(board, original):
            return "a bank entry could be the reversed line: it goes first"
    return None


def _is_fixed(board: Board, match_line: MatchLine) -> bool:
    """Tell whether a person said what a line is, or that it is no reversed pair."""
    is_set = match_line.fixed_invoice is not None or match_line.fixed_third_party is not None
    return is_set or board.posting.suspense_account in match_line.vetoes


def _is_past(board: Board, clue: Clue) -> bool:
    """Tell whether a past payment has an id of the line: then it is the one that comes back."""
    ids = board.index.past.by_end_to_end.keys()
    return not (ids.isdisjoint(clue.end_to_end) and ids.isdisjoint(clue.keys))


def _may_be_entry(board: Board, clue: Clue) -> bool:
    near = board.entries_near(clue)[:NEAR_MAX]
    return any(is_near(board, clue, place) for place in near)


def _originals(board: Board, clue: Clue) -> Iterator[tuple[int, str]]:
    """Yield the earlier waiting lines that a line may reverse, each with a key that both show."""
    account = clue.match_line.account
    for rank in board.lines_by_amount.get((account, clue.currency, -clue.amount), ()):
        other = board.clues[rank]
        is_near_by = 0 <= clue.day - other.day <= REVERSAL_DAYS_MAX
        key = _shared_key(board, clue, other) if is_near_by else None
        if key is not None and not other.kind.is_return:
            yield rank, key


def _shared_key(board: Board, clue: Clue, other: Clue) -> str | None:
    """Return a reference of this one payment that both lines show, None when there is none.

    A mandate, an account, a creditor's id or a national one is shared by all payments of one payer.
    """
    ids = clue.end_to_end & other.end_to_end
    mine, others = ({n.hit.token for n in board.numbers(c).told} for c in (clue, other))
    refs = clue.refs
    shared = {
        key
        for key in (clue.keys & other.keys) - refs.mandates - refs.ibans - refs.sirens
        if _is_telling(key)
    }
    return min(ids | (mine & others) | shared, default=None)


def _is_telling(key: str) -> bool:
    digits = sum(char.isdigit() for char in key)
    if _CREDITOR_MARK in key:
        return False
    if digits == len(key):
        return digits >= KEY_DIGITS_MIN
    return digits >= 3 and len(key) >= KEY_CHARS_MIN


def _plan(board: Board, other: Clue, key: str, *, how: str) -> Plan:
    account = board.posting.suspense_account
    sentence = f"{how} line {other.match_line.id} of {other.on}, on account {account}"
    return Plan(
        evidence=(
            Evidence("reversal", shown(other.line.label), sentence),
            Evidence("shared_key", key, "both lines show it; neither settles anything"),
        ),
        account=account,
    )


def _left(board: Board, clue: Clue, why: str) -> Abstain:
    """Leave a reversal to a person, with the account on which both would be booked."""
    settles = (Settle(TargetType.ACCOUNT, board.posting.suspense_account, clue.amount),)
    return Abstain(why, candidates=(Candidate(settles, score(("key",))),))
