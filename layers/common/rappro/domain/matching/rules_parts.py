"""Rules on parts of invoice numbers: what a payer cut, shortened or mistyped.

payer_truncated   part of a number, or one with a slip, of the payer's items; the sum is exact
number_part       part of a number without a payer; one item with exactly that amount
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue, is_strong
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import AdjustmentKind, Evidence
from rappro.domain.matching.naming import may_settle_items
from rappro.domain.matching.normalise import is_year
from rappro.domain.matching.numbers import Fit
from rappro.domain.matching.plan import Abstain, Outcome, shown
from rappro.domain.matching.rivals import entries_of_payer
from rappro.domain.matching.settling import settle_items
from rappro.domain.matching.subsets import distinct_sets

PARTS_MAX: Final = 12
TYPO_ITEMS_MAX: Final = 300
HOT_ITEMS_MAX: Final = 50
"""Items of one amount, whoever's, that are searched for a part of a number; more is a price."""

ENDING_CHARS_MIN: Final = 4
LONG_RUN_DIGITS_MIN: Final = 6
"""Digits that may hold a year or a month before the serial."""


def payer_truncated(board: Board, clue: Clue) -> Outcome:
    """Parts of numbers of a known payer, whose items add up to the line exactly."""
    party = clue.payer.third_party
    if party is None or not board.is_company_line(clue):
        return None
    whole = _whole_of(board, clue, party)
    parts = _parts_of(board, clue, party, is_list=bool(whole))
    if not parts:
        return None
    parts = [place for place in parts if place not in whole]
    if not parts or len(parts) > PARTS_MAX:
        return None
    state = board.state
    rest = clue.amount - sum(state.own[place] for place in whole)
    found = distinct_sets(
        [state.own[place] for place in parts],
        [state.twin(place) for place in parts],
        rest,
        sizes=(1, PARTS_MAX),
    )
    if found is not None and len(found) == 1:
        chosen = sorted({*whole, *(parts[i] for i in found[0])})
        return settle_items(board, clue, chosen, _part_evidence(board, clue, chosen))
    if not found and not whole and len(parts) == 1:
        plan = settle_items(board, clue, parts, _part_evidence(board, clue, parts))
        is_discounted = plan is not None and all(
            gap.kind is AdjustmentKind.DISCOUNT for gap in plan.adjustments
        )
        return plan if is_discounted else None
    return None


def _part_evidence(board: Board, clue: Clue, places: Sequence[int]) -> tuple[Evidence, ...]:
    text = shown(clue.line.label)
    return tuple(
        Evidence("number_part", text, f"shows part of {board.item(place).number}")
        for place in places
    )


def is_candidate(board: Board, clue: Clue, place: int, *, is_named: bool = False) -> bool:
    """An item of the line's currency, still open, issued by then, not untied by a person.

    One that is named may be dated later: a pro forma was paid.
    """
    item = board.item(place)
    return (
        board.state.is_open(place)
        and item.currency == clue.currency
        and (is_named or board.state.is_issued(place, clue.day))
        and item.id not in clue.match_line.vetoes
    )


def _whole_of(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the payer's items whose full number the line shows."""
    return [
        place
        for named in board.numbers(clue).all
        if named.fit >= Fit.SPLIT
        for place in named.places
        if board.item(place).third_party == party
        and is_candidate(board, clue, place, is_named=True)
    ]


def _parts_of(board: Board, clue: Clue, party: ThirdPartyId, *, is_list: bool) -> list[int]:
    """Return the payer's items of whose number the line shows a part, or a mistyped form.

    In a list that begins with a full number they are named.
    """
    items = board.index.items
    numbers = board.numbers(clue).all
    places = {
        place
        for named in numbers
        if named.fit <= Fit.LISTED
        for place in named.places
        if items.all[place].third_party == party
    }
    for ending in clue.refs.endings:
        found = items.with_ending(party, ending)
        if found and is_year(ending):
            found = [place for place in found if items.runs[place][-1].lstrip("0") == ending]
        places.update(found)
    for named in numbers:
        if named.fit is Fit.LISTED:  # behind a full number an end is no year
            end = named.hit.runs[-1][named.hit.start - named.hit.end :]
            places.update(items.with_ending(party, end))
    if numbers:
        places.update(_mistyped(board, clue, party))
    cuts = _cut_ends(clue)
    for named in numbers:
        if named.fit is Fit.PADDED and not named.places:  # no zeros were lost: it was cut
            cuts.append("".join(named.hit.runs))
    if cuts:
        exact, _ = board.state.bucket(party, clue.currency, clue.amount, clue.day)
        places.update(place for place in exact if _is_cut(board, place, cuts))
    if not places:
        return []
    return sorted(place for place in places if is_candidate(board, clue, place, is_named=is_list))


def _mistyped(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the one item that an unknown number of the company's shape misses by one slip.

    None while an entry of the payer and amount waits: it explains the line without any slip, and
    the number may well be whole, of an invoice that entry has paid. One that a payment of before
    has is no slip either.
    """
    unknown = [
        named.hit
        for named in board.numbers(clue).all
        if not named.places
        and named.hit.fit >= Fit.SPLIT
        and not named.hit.is_doubtful
        and is_strong(named.hit)
        and named.hit.token not in board.index.past.by_number
    ]
    found: list[int] = []
    if not unknown or entries_of_payer(board, clue, party):
        return found
    state = board.state
    places = state.open_of(party, clue.day, TYPO_ITEMS_MAX) or []
    numbers = ["".join(board.index.items.runs[place]) for place in places]
    for hit in unknown:
        near = extract("".join(hit.runs), numbers, scorer=OSA.distance, score_cutoff=1, limit=None)
        if len(near) > 1:  # then the amount must tell
            near = [each for each in near if state.own[places[each[2]]] == clue.amount]
        if len(near) == 1:
            found.append(places[near[0][2]])
    return found


def _cut_ends(clue: Clue) -> list[str]:
    """Return the last words of the texts, glued: a number may have been cut off there."""
    return [end for words in clue.fields for end in words.cut_ends]


def _is_cut(board: Board, place: int, cuts: Iterable[str]) -> bool:
    """Tell whether a text ends in the middle of an item's number, past its first digits."""
    number = "".join(board.index.items.runs[place])
    return any(
        number.startswith(cut) and len(cut) < len(number) and len(cut) * 5 >= len(number) * 3
        for cut in cuts
    )


def number_part(board: Board, clue: Clue) -> Outcome:
    """Part of a number and exactly its item's amount, when nothing says who pays."""
    if clue.payer.third_party is not None or not may_settle_items(board, clue):
        return None
    core = [
        place
        for named in board.numbers(clue).all
        if named.fit is Fit.CORE
        for place in named.places
        if is_candidate(board, clue, place) and _may_pay(board, clue, place)
    ]
    if core and len({board.item(place).third_party for place in core}) == 1:
        evidence = (Evidence("number_part", shown(clue.line.label), "the digits of its number"),)
        plan = settle_items(board, clue, sorted(set(core)), evidence)
        if plan is not None and not plan.adjustments:
            return plan
    return _part_and_amount(board, clue)


def _may_pay(board: Board, clue: Clue, place: int) -> bool:
    """Whoever the line could be from must include the item's third party, if anybody is known."""
    candidates = clue.payer.candidates
    return not candidates or board.item(place).third_party in candidates


def _part_and_amount(board: Board, clue: Clue) -> Outcome:
    places = board.index.items.by_amount.get((clue.currency, clue.amount), [])
    if not places or len(places) > HOT_ITEMS_MAX:
        return None
    cuts = _cut_ends(clue)
    core = {p for named in board.numbers(clue).all if named.fit is Fit.CORE for p in named.places}
    own = board.state.own
    shown_parts = [
        place
        for place in places
        if own[place] == clue.amount
        and is_candidate(board, clue, place)
        and _may_pay(board, clue, place)
        and (place in core or _shows_ending(board, clue, place) or _is_cut(board, place, cuts))
    ]
    kinds: dict[Twin, int] = {}
    for place in shown_parts:
        kinds.setdefault(board.state.twin(place), place)
    if not kinds:
        return None
    if len(kinds) > 1:
        takes = [board.item_take(place) for place in kinds.values()]
        why = ("number_part", "amount")
        return Abstain(
            "parts of several numbers with this amount",
            candidates=tuple(board.candidate((take,), why) for take in takes[:5]),
        )
    (place,) = kinds.values()
    number = board.item(place).number
    evidence = (Evidence("number_part", shown(clue.line.label), f"shows part of {number}"),)
    return settle_items(board, clue, (place,), evidence)


def _shows_ending(board: Board, clue: Clue, place: int) -> bool:
    """The last digits of a number, as written there: four at least, and not a year."""
    runs = board.index.items.runs[place]
    last = runs[-1] if runs else ""
    return (
        len(last) >= ENDING_CHARS_MIN
        and last[0] <= "9"
        and not is_year(last)
        and (last in clue.refs.endings or _shows_serial(last, clue))
    )


def _shows_serial(last: str, clue: Clue) -> bool:
    """The end of digits in which a serial follows a year or a month, or all without its zeros."""
    shown, short = clue.refs.endings, last.lstrip("0")
    if len(last) < LONG_RUN_DIGITS_MIN:
        is_telling = len(short) >= ENDING_CHARS_MIN and not is_year(short)
        return is_telling and any(ending.lstrip("0") == short for ending in shown)
    return any(len(ending) > ENDING_CHARS_MIN and last.endswith(ending) for ending in shown)
