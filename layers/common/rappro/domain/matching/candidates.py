"""What a person is shown for a line that was not matched: ranked candidates and the reason.

Candidates come from the same evidence as the rules, so that they too are the same whatever part of
the books was read: the line's numbers, its payer, its amount, and for returns the past payments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rappro.domain.ids import OpenItemId, ThirdPartyId
from rappro.domain.matching.board import Board
from rappro.domain.matching.candidate_sets import (
    LATER_DAYS_MAX,
    PAYER_ITEMS_MAX,
    in_part,
    many,
    payers_items,
    sums,
)
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import (
    Candidate,
    Decision,
    Evidence,
    Explanation,
    Level,
    Rejected,
    TargetType,
)
from rappro.domain.matching.naming import closed_numbers, may_settle_items, told_numbers
from rappro.domain.matching.plan import Abstain, Take, shown
from rappro.domain.matching.rules_keys import is_returnable, return_take
from rappro.domain.matching.rules_parts import is_candidate

CANDIDATES_MAX: Final = 5
HOT_ITEMS_MAX: Final = 20
"""Items or entries of one amount, whoever's: more is a price, and says nothing about this line."""

NAMED_MAX: Final = 12


def undecided(board: Board, clue: Clue, rule: str | None, abstain: Abstain | None) -> Decision:
    """Return level B with candidates when the books hold something for the line, else level C."""
    found = list(abstain.candidates) if abstain is not None else []
    found += _of_numbers(board, clue) + _of_past(board, clue)
    found += _of_payer(board, clue) + _of_amount(board, clue)
    found += _of_sets(board, clue, has_abstained=abstain is not None)
    candidates = _ranked(found)
    foreign = bool(candidates) and _is_foreign(board, clue, candidates[0])
    is_told = abstain is not None or bool(candidates)
    why = abstain.why if abstain is not None else "nothing holds one explanation"
    evidence = list(board.payer_evidence(clue))
    if abstain is not None:
        evidence.insert(0, Evidence(rule or "abstains", shown(clue.line.label), why))
        evidence += abstain.evidence
    closed = closed_numbers(board, clue)
    if closed is not None:
        evidence.append(Evidence("closed_number", shown(clue.line.label), closed))
    if abstain is None:
        kind = "nothing_exact" if candidates else "nothing_found"
        evidence.append(Evidence(kind, shown(clue.line.label), why))
    rejected = [*(abstain.rejected if abstain else ()), *clue.payer.rejected]
    rejected += [Rejected(_name(candidate), why) for candidate in candidates]
    party, invoice = named_by(board, clue)
    return Decision(
        line_id=clue.match_line.id,
        level=(Level.BC if foreign else Level.B) if is_told else Level.C,
        third_party=party,
        invoice=invoice,
        candidates=candidates,
        explanation=Explanation(tuple(evidence), tuple(rejected)),
    )


def named_by(board: Board, clue: Clue) -> tuple[ThirdPartyId | None, OpenItemId | None]:
    """Return the third party and the invoice that a line names; SPEC MAT-2.

    An explicit invoice number goes before everything but a person; two that fit give none.
    """
    fixed = clue.match_line
    if fixed.fixed_third_party is not None or fixed.fixed_invoice is not None:
        place = board.index.items.by_id.get(fixed.fixed_invoice or "")
        party = board.item(place).third_party if place is not None else None
        return fixed.fixed_third_party or party, fixed.fixed_invoice
    places = {place for named in told_numbers(board, clue) for place in named.places}
    if not places:
        return clue.payer.third_party, None
    parties = {board.item(place).third_party for place in places}
    if len(parties) > 1:
        agreed = parties & {clue.payer.third_party}
        return (next(iter(agreed)) if len(agreed) == 1 else None), None
    return next(iter(parties)), board.item(min(places)).id if len(places) == 1 else None


def _ranked(found: list[Candidate]) -> tuple[Candidate, ...]:
    """Return the best candidates, each once with its best score; of equals the first found."""
    best: dict[tuple[object, ...], Candidate] = {}
    for candidate in found:
        key = (candidate.template, *((s.type, s.id, s.amount_minor) for s in candidate.settles))
        known = best.get(key)
        if known is None or known.score < candidate.score:
            best[key] = candidate
    return tuple(sorted(best.values(), key=lambda c: -c.score)[:CANDIDATES_MAX])


def _name(candidate: Candidate) -> str:
    if candidate.template is not None:
        return f"template {candidate.template}"
    return " + ".join(f"{settle.type} {settle.id}" for settle in candidate.settles[:10])


def _is_foreign(board: Board, clue: Clue, candidate: Candidate) -> bool:
    places = [
        board.index.items.by_id[settle.id]
        for settle in candidate.settles
        if settle.type is TargetType.OPEN_ITEM
    ]
    own = board.company_currency
    return any({board.item(place).currency, clue.currency} != {own} for place in places)


def _of_numbers(board: Board, clue: Clue) -> list[Candidate]:
    """All open items that the line names, together, and with what of the payer's makes up the sum.

    Of items that come to more than the line the last named one is paid in part.
    """
    places = [] if clue.kind.is_return else _named(board, clue)
    if not places:
        return []
    why = ["number"]
    if all(clue.payer.may_be(board.item(place).third_party) for place in places):
        why.append("third_party")
    company = board.state.company
    total = sum(company[place] for place in places)
    found: list[Candidate] = []
    if total != clue.amount and all(is_candidate(board, clue, place) for place in places):
        payers = payers_items(board, clue, places)
        if payers is not None:
            found += sums(board, payers) + in_part(board, clue, payers)
    if len(places) > 1:
        why.append("sum" if total == clue.amount else "together")
        found.append(board.candidate(_shared_out(board, clue, places), why))
    return found


def _named(board: Board, clue: Clue) -> list[int]:
    """Return the open items that the line names in full or in a list, in that order."""
    numbers = board.numbers(clue)
    places: dict[int, None] = {}
    for named in (*numbers.full, *numbers.listed, *numbers.ranged)[:NAMED_MAX]:
        having = [place for place in named.places if board.state.is_open(place)]
        own = [place for place in having if clue.payer.may_be(board.item(place).third_party)]
        places.update(dict.fromkeys((own or having)[:1]))
    return list(places)


def _shared_out(board: Board, clue: Clue, places: Sequence[int]) -> list[Take]:
    """Return items' whole residuals, but for the last what is left of the line, when it is less."""
    takes = [board.item_take(place) for place in places]
    last = takes[-1]
    rest = clue.amount - sum(take.amount_minor for take in takes[:-1])
    if rest * last.amount_minor > 0 and abs(rest) < abs(last.amount_minor):
        takes[-1] = board.item_take(last.place, rest)
    return takes


def _of_sets(board: Board, clue: Clue, *, has_abstained: bool) -> list[Candidate]:
    """Sets of the payer's items; the small ones only where no rule has looked at them."""
    payers = payers_items(board, clue)
    if payers is None:
        return []
    found: list[Candidate] = []
    if has_abstained or _has_later(board, clue) or not may_settle_items(board, clue):
        found += sums(board, payers)
    return found + many(board, payers) + in_part(board, clue, payers)


def _has_later(board: Board, clue: Clue) -> bool:
    """Tell whether the payer has items that were issued after the line: no rule looks at those."""
    party = clue.payer.third_party
    places = board.index.items.by_party.get(party, []) if party is not None else []
    return bool(places) and not board.state.is_issued(places[-1], clue.day)


def _of_past(board: Board, clue: Clue) -> list[Candidate]:
    """Past payments that a return may undo: the payer's of that amount, else anybody's."""
    if not clue.kind.is_return:
        return []
    past = board.index.past
    party = clue.payer.third_party
    own = past.by_party_amount.get((party, -clue.amount), []) if party is not None else []
    anybody = past.by_amount.get(-clue.amount, [])
    found: list[tuple[int, tuple[str, ...]]] = [
        (place, ("third_party", "amount")) for place in own[:HOT_ITEMS_MAX]
    ]
    if len(anybody) <= HOT_ITEMS_MAX:
        found += [(place, ("amount",)) for place in anybody]
    return [
        board.candidate((return_take(board, place),), why)
        for place, why in found
        if is_returnable(board, clue, place)
    ]


def _of_payer(board: Board, clue: Clue) -> list[Candidate]:
    """The payer's open items: the one of that amount, else those nearest to it."""
    party = clue.payer.third_party
    if party is None or clue.kind.is_return:
        return []
    vetoes = clue.match_line.vetoes
    places = board.state.open_of(party, clue.day + LATER_DAYS_MAX, PAYER_ITEMS_MAX)
    if places is None:
        places, _ = board.state.bucket(party, clue.currency, clue.amount, clue.day)
    same_way = [
        place
        for place in places
        if board.state.company[place] * clue.amount > 0
        and board.item(place).id not in vetoes
        and (board.state.company[place] == clue.amount or board.state.is_issued(place, clue.day))
    ]
    same_way.sort(key=lambda place: (abs(board.state.company[place] - clue.amount), place))
    return [
        board.candidate(
            (board.item_take(place),),
            ("third_party", "amount")
            if board.state.company[place] == clue.amount
            else ("third_party",),
        )
        for place in same_way[:CANDIDATES_MAX]
    ]


def _of_amount(board: Board, clue: Clue) -> list[Candidate]:
    """Items and entries of exactly that amount, unless it is a price that many have."""
    vetoes = clue.match_line.vetoes
    items = board.index.items.by_amount.get((clue.currency, clue.amount), [])
    found: list[Candidate] = []
    if len(items) <= HOT_ITEMS_MAX and not clue.kind.is_return:
        found += [
            board.candidate((board.item_take(place),), ("amount",))
            for place in items
            if board.state.own[place] == clue.amount
            and board.state.is_issued(place, clue.day)
            and board.item(place).id not in vetoes
        ]
    near = board.entries_near(clue)
    for place in near if len(near) <= HOT_ITEMS_MAX else ():
        if board.is_entry_free(place, clue):
            is_near = board.is_in_window(board.entry(place), clue)
            why = ("amount", "window") if is_near else ("amount",)
            found.append(board.candidate((board.entry_take(place),), why))
    return found
