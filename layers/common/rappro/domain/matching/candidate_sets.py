"""Sets of a known payer's items that a person is shown: what may make up a line together.

No rule settles any of these. They say what an accountant would try first: sets that add up, a run
of invoices that follow each other, invoices of which the last is paid in part by a round sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Candidate
from rappro.domain.matching.naming import may_settle_items
from rappro.domain.matching.subsets import ITEMS_MAX, SubsetSums
from rappro.domain.money import exponent

SETS_MAX: Final = 3
"""Sets of one kind that are shown: a person who is shown many is shown nothing."""

LATER_DAYS_MAX: Final = 366
"""Days by which an invoice may be issued after its payment (paiement à la commande), for a person:
no rule settles an invoice that was not issued yet."""

LATER_ITEMS_MAX: Final = 14
"""Above it, sums are looked for among the invoices of before the payment alone."""

PAYER_ITEMS_MAX: Final = ITEMS_MAX * 4
"""Open items of one payer that are looked at; more of them tell nobody anything."""

MANY_MAX: Final = 10
"""Items of one set where a rule takes no more than the company's setting."""

MANY_OF_MAX: Final = 14
"""Items among which sets of so many are looked for: one in fifty sums has one by chance."""

_BY_SUM: Final = ("third_party", "sum")
_BY_NUMBER: Final = ("number", "third_party", "sum")


class Payers(NamedTuple):
    """A payer's open items beside those that the line names, and what these leave of the line."""

    named: tuple[int, ...]
    places: list[int]
    rest: int


def payers_items(board: Board, clue: Clue, named: Sequence[int] = ()) -> Payers | None:
    """Return the open items of the line's payer, oldest first; None when there are none to show."""
    party = clue.payer.third_party
    if party is None or clue.kind.is_return or not board.is_company_line(clue):
        return None
    everything = board.state.open_of(party, clue.day + LATER_DAYS_MAX, PAYER_ITEMS_MAX) or ()
    rest = clue.amount - sum(board.state.own[place] for place in named)
    places = [place for place in everything if place not in named and _may_be(board, clue, place)]
    if len(places) > LATER_ITEMS_MAX:
        places = [place for place in places if board.state.is_issued(place, clue.day)]
    return Payers(tuple(named), places, rest) if places else None


def _may_be(board: Board, clue: Clue, place: int) -> bool:
    """An open item of the line's currency, not untied by a person, issued before or after it."""
    item = board.item(place)
    return item.currency == clue.currency and item.id not in clue.match_line.vetoes


def sums(board: Board, payers: Payers) -> list[Candidate]:
    """Return the first sets of a payer's items that make up the line, with all that it names."""
    if len(payers.places) > ITEMS_MAX:
        return []
    smallest = 1 if payers.named else 2
    sets = board.sums_of(payers.places).sets(payers.rest, smallest=smallest, limit=SETS_MAX) or ()
    why = _BY_NUMBER if payers.named else _BY_SUM
    return [_of(board, payers, [payers.places[at] for at in chosen], why) for chosen in sets]


def many(board: Board, payers: Payers) -> list[Candidate]:
    """Return larger sets that add up: a run of items that follow each other, or of a few items.

    A payer who settles a month, or a statement of account (relevé), pays what follows each other by
    number or by date.
    """
    least = board.matching.subset_items_max + 1
    found: dict[tuple[int, ...], tuple[str, ...]] = {}
    by_number = sorted(payers.places, key=lambda place: _number_order(board, place))
    for order in (by_number, payers.places):
        for run in islice(_runs(board, order, payers.rest), SETS_MAX):
            found.setdefault(tuple(sorted(run)), (*_BY_SUM, "together"))
    if len(payers.places) <= MANY_OF_MAX and len(payers.places) >= least:
        state = board.state
        every = SubsetSums(
            [state.own[place] for place in payers.places],
            [state.twin(place) for place in payers.places],
            MANY_MAX,
        )
        for chosen in every.sets(payers.rest, smallest=least, limit=SETS_MAX) or ():
            found.setdefault(tuple(payers.places[at] for at in chosen), _BY_SUM)
    return [_of(board, payers, run, why) for run, why in found.items()]


def _number_order(board: Board, place: int) -> tuple[list[str], int]:
    runs = board.index.items.runs[place]
    return [run.rjust(12, "0") if run[0] <= "9" else run for run in runs], place


def _runs(board: Board, order: Sequence[int], rest: int) -> Iterator[list[int]]:
    """Yield the runs of two and more items of an order that add up to an amount."""
    starts: dict[int, list[int]] = {0: [0]}
    total = 0
    for end, place in enumerate(order, start=1):
        total += board.state.own[place]
        for start in starts.get(total - rest, ()):
            if end - start > 1:
                yield list(order[start:end])
        starts.setdefault(total, []).append(end)


def in_part(board: Board, clue: Clue, payers: Payers) -> list[Candidate]:
    """Return one item in full (or all that the line names) and a round part of another one.

    Who pays on account pays a round sum (acompte), or what a round sum has left (solde). It tells
    nothing where all amounts are round. Numbers that follow each other come first.
    """
    if not may_settle_items(board, clue) and not payers.named:
        return []
    own = board.state.own
    order = sorted(payers.places, key=lambda place: _number_order(board, place))
    rank = {place: at for at, place in enumerate(order)}
    found: list[tuple[int, int, tuple[int, ...], int]] = []
    wholes: Iterable[tuple[int, ...]] = [(place,) for place in order] if not payers.named else [()]
    for whole in wholes:
        rest = payers.rest - sum(own[place] for place in whole)
        for last in order:
            if last not in whole and _is_part(rest, own[last], clue):
                apart = abs(rank[last] - rank[whole[0]]) if whole else rank[last]
                found.append((apart, last, whole, rest))
    why = ("number", "third_party", "round") if payers.named else ("third_party", "round")
    return [
        _of(board, payers, whole, why, part=(last, rest))
        for _, last, whole, rest in sorted(found)[:SETS_MAX]
    ]


def _is_part(part: int, own: int, clue: Clue) -> bool:
    """Tell whether a part of an item, or what it leaves, is round, and nothing else makes it so."""
    if part * clue.amount <= 0 or part * own <= 0 or abs(part) >= abs(own):
        return False
    unit = 10 ** exponent(clue.currency)
    if part % unit == 0:
        return bool(clue.amount % unit)
    return bool((own - part) % unit == 0 and own % unit)


def _of(
    board: Board,
    payers: Payers,
    places: Sequence[int],
    why: Sequence[str],
    *,
    part: tuple[int, int] | None = None,
) -> Candidate:
    takes = [board.item_take(place) for place in (*payers.named, *places)]
    if part is not None:
        takes.append(board.item_take(*part))
    return board.candidate(takes, why)
