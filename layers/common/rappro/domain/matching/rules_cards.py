"""Rules on card remittances: the bank pays the gross amount less its commission.

card_contract    the line names the contract (or the remittance); gross - commission = line
card_rate        it names none, but one contract's known rate explains the line exactly
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.gaps import commission
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import Evidence
from rappro.domain.matching.plan import Abstain, Outcome, Plan
from rappro.domain.matching.references import index_tokens, key_token

ENTRIES_MAX: Final = 400
"""Slips of one contract inside the window that are looked at."""

_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class _Slips:
    """Entries of one contract that could be one remittance, and how they explain the line."""

    contract: str
    rate: str | None
    places: tuple[int, ...]
    gross: int
    is_named: bool = False


def card_contract(board: Board, clue: Clue) -> Outcome:
    """A named contract: its gross less the commission at its rate, or within bounds and unique."""
    contracts = [number for number in sorted(board.index.rates) if key_token(number) in clue.keys]
    known = {key_token(number) for number in board.index.rates}
    others = sorted(
        key for key in clue.keys if key in board.index.entries.by_contract and key not in known
    )
    if not contracts and not others:
        return None
    slips = [s for c in (*contracts, *others) for s in _slips(board, clue, c)]
    named = [s for s in slips if s.is_named]
    return _one_remittance(board, clue, named or slips, is_unknown_rate_allowed=True)


def card_rate(board: Board, clue: Clue) -> Outcome:
    """No contract is named: only a known rate, exact to the cent, and one explanation will do."""
    if not clue.kind.is_card_deposit:
        return None
    slips = [
        s for c in sorted(board.index.rates) if board.index.rates[c] for s in _slips(board, clue, c)
    ]
    return _one_remittance(board, clue, slips, is_unknown_rate_allowed=False)


def _slips(board: Board, clue: Clue, contract: str) -> Iterable[_Slips]:
    """Yield each entry, each day and each remittance of a contract inside the window."""
    key = key_token(contract) or ""
    places = [
        place
        for place in board.index.entries.by_contract.get(key, ())
        if board.is_entry_free(place, clue)
        and board.is_in_window(board.entry(place), clue)
        and board.entry(place).amount_minor * clue.amount > 0
    ]
    if len(places) > ENTRIES_MAX:
        return
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for place in places:
        entry = board.entry(place)
        groups["day", entry.date.isoformat()].append(place)
        if entry.remittance_no:
            groups["remittance", entry.remittance_no].append(place)
    sets: dict[tuple[int, ...], bool] = {(place,): False for place in places}
    for (kind, name), members in sorted(groups.items()):
        is_named = kind == "remittance" and not index_tokens(name).isdisjoint(clue.keys)
        members_key = tuple(members)
        sets[members_key] = sets.get(members_key, False) or is_named
    for members_key, is_named in sets.items():
        gross = sum(board.entry(place).amount_minor for place in members_key)
        rate = board.index.rates.get(contract)
        yield _Slips(contract, rate, members_key, gross, is_named)


def _one_remittance(
    board: Board, clue: Clue, slips: Sequence[_Slips], *, is_unknown_rate_allowed: bool
) -> Outcome:
    exact = [s for s in slips if _is_exact(board, clue, s)]
    if not exact and is_unknown_rate_allowed:
        exact = [s for s in slips if s.rate is None and _is_within_bounds(board, clue, s)]
        printed = [s for s in exact if abs(s.gross) in clue.refs.amounts]
        exact = printed or exact
    if not exact:
        return None
    kinds: dict[tuple[Twin, ...], _Slips] = {}
    for found in exact:
        twins = tuple(sorted(map(board.index.entries.twin, found.places), key=repr))
        kinds.setdefault(twins, found)
    if len(kinds) > 1:
        return Abstain(
            "several card remittances could be this one",
            candidates=tuple(
                board.candidate([board.entry_take(p) for p in s.places], ("key",))
                for s in list(kinds.values())[:5]
            ),
        )
    (found,) = kinds.values()
    gap = clue.amount - found.gross
    rate = "unknown rate" if found.rate is None else f"{found.rate} %"
    return Plan(
        takes=tuple(board.entry_take(place) for place in found.places),
        adjustments=commission(gap, board.posting),
        evidence=(
            Evidence("card_contract", found.contract, f"{len(found.places)} slips waiting"),
            Evidence(
                "commission",
                board.money(clue, gap),
                f"gross {board.money(clue, found.gross)} less the commission ({rate})",
            ),
        ),
    )


def _is_exact(board: Board, clue: Clue, slips: _Slips) -> bool:
    """The gross itself, or the gross less the commission on the total or slip by slip."""
    if slips.gross == clue.amount:
        return True
    if slips.rate is None:
        return False
    rate = Decimal(slips.rate)
    by_slip = sum(_fee(board.entry(place).amount_minor, rate) for place in slips.places)
    return slips.gross - clue.amount in (_fee(slips.gross, rate), by_slip)


def _fee(gross: int, rate: Decimal) -> int:
    return int((gross * rate / _HUNDRED).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _is_within_bounds(board: Board, clue: Clue, slips: _Slips) -> bool:
    fee = slips.gross - clue.amount
    most = abs(slips.gross) * Decimal(board.matching.card_commission_percent_max) / _HUNDRED
    return fee * slips.gross > 0 and abs(fee) <= most
