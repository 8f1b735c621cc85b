"""Rules on card remittances: the bank pays the gross amount less its commission.

card_contract    the line names the contract (or the remittance); gross - commission = line
card_rate        it names none, but one contract's known rate explains the line exactly
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rappro.domain.matching.board import Board
from rappro.domain.matching.card_index import Slips
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.gaps import commission
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import Evidence
from rappro.domain.matching.plan import Abstain, Outcome, Plan


def card_contract(board: Board, clue: Clue) -> Outcome:
    """A named contract: its gross less the commission at its rate, or within bounds and unique."""
    cards = board.index.cards
    contracts = sorted(clue.keys & cards.contracts)
    if not contracts:
        return None
    exact = [
        (contract, slips)
        for contract in contracts
        for slips in _waiting(board, clue, cards.exact(contract, clue.amount))
    ]
    most = board.matching.card_commission_percent_max
    if not exact:
        exact = [
            (contract, slips)
            for contract in contracts
            if cards.rates.get(contract) is None
            for slips in _waiting(board, clue, cards.within(contract, clue.amount, most))
        ]
        exact = [pair for pair in exact if abs(pair[1].gross) in clue.refs.amounts] or exact
    return _one_remittance(board, clue, exact)


def card_rate(board: Board, clue: Clue) -> Outcome:
    """No contract is named: only a known rate, exact to the cent, and one explanation will do."""
    cards = board.index.cards
    exact = [
        (contract, slips)
        for contract, rate in sorted(cards.rates.items())
        if rate is not None
        for slips in _waiting(board, clue, cards.exact(contract, clue.amount))
    ]
    return _one_remittance(board, clue, exact)


def _waiting(board: Board, clue: Clue, sets: Iterable[Slips]) -> Iterable[Slips]:
    """Yield the sets that still wait as a whole, inside the window, for money the same way."""
    for slips in sets:
        if slips.gross * clue.amount > 0 and all(
            board.is_entry_free(place, clue) and board.is_in_window(board.entry(place), clue)
            for place in slips.places
        ):
            yield slips


def _one_remittance(board: Board, clue: Clue, found: Sequence[tuple[str, Slips]]) -> Outcome:
    named = [pair for pair in found if not pair[1].remittance.isdisjoint(clue.keys)]
    kinds: dict[tuple[Twin, ...], tuple[str, Slips]] = {}
    for contract, slips in named or found:
        twins = tuple(sorted(map(board.index.entries.twin, slips.places), key=repr))
        kinds.setdefault(twins, (contract, slips))
    if not kinds:
        return None
    if len(kinds) > 1:
        return Abstain(
            "several card remittances could be this one",
            candidates=tuple(
                board.candidate([board.entry_take(p) for p in slips.places], ("key",))
                for _, slips in list(kinds.values())[:5]
            ),
        )
    ((contract, slips),) = kinds.values()
    gap = clue.amount - slips.gross
    rate = board.index.cards.rates.get(contract)
    gross = board.money(clue, slips.gross)
    told = "unknown rate" if rate is None else f"{rate} %"
    return Plan(
        takes=tuple(board.entry_take(place) for place in slips.places),
        adjustments=commission(gap, board.posting),
        evidence=(
            Evidence("card_contract", contract, f"{len(slips.places)} slips wait for the bank"),
            Evidence(
                "commission", board.money(clue, gap), f"gross {gross} less the commission ({told})"
            ),
        ),
    )
