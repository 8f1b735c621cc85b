"""Rules on invoice numbers: the strongest evidence a line can hold.

invoice_set_by_person   the invoice that a person set on the line
invoice_numbers         full numbers whose sum holds: residuals, discount, instructed amount
invoice_partial         one full number of a known payer, for less than its residual
named_unexplained       open items are named and nothing above explains: nothing weaker decides
named_settled           a number is named that was settled before
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Final

from rapidfuzz.distance import OSA

from rappro.domain.matching.board import Board, Named
from rappro.domain.matching.clues import Clue, is_strong
from rappro.domain.matching.gaps import fx
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import Adjustment, Evidence
from rappro.domain.matching.naming import is_own, is_weak_of_others, told_numbers, written
from rappro.domain.matching.numbers import Fit
from rappro.domain.matching.plan import Abstain, Outcome, Plan, Take, shown
from rappro.domain.matching.rivals import unexplained_charge
from rappro.domain.matching.settling import (
    NO_ADJUSTMENTS,
    explained,
    is_exact,
    planned,
    planned_exact,
    settle_items,
)

COMBINATIONS_MAX: Final = 128
"""Ways to choose among items that share a number (instalments, two suppliers' same numbers)."""

NAMED_MAX: Final = 200
ENTRIES_SCANNED_MAX: Final = 20


def invoice_set_by_person(board: Board, clue: Clue) -> Outcome:
    """A person set the invoice: it alone may be settled, and only with a sum that holds."""
    fixed = clue.match_line.fixed_invoice
    if fixed is None:
        return None
    place = board.index.items.by_id.get(fixed)
    if place is None or not board.state.is_open(place):
        return Abstain(f"already_settled: the invoice set by a person, {fixed}, is not open")
    if fixed in clue.match_line.vetoes:
        return Abstain(f"a person set {board.item_name(place)}, and undid its match since")
    evidence = Evidence("set_by_person", "", f"a person set {board.item_name(place)}")
    plan = settle_items(board, clue, (place,), (evidence,))
    if plan is not None:
        return plan
    part = _part(board, clue, place, (evidence,))
    if part is not None:
        return unexplained_charge(board, clue, place) or part
    candidate = board.candidate((board.item_take(place),), ("number", "third_party"))
    return Abstain("the amount does not fit the invoice set by a person", candidates=(candidate,))


def invoice_numbers(board: Board, clue: Clue) -> Outcome:
    """Full numbers whose items add up to the line, whoever pays."""
    numbers = board.numbers(clue)
    full = numbers.full[:NAMED_MAX]
    if len(full) > 1 and clue.payer.candidates:
        full = tuple([named for named in full if not is_weak_of_others(board, clue, named)])
    if not full:
        return None
    if len(full) == 1:
        plan = _plain(board, clue, full[0])
        if plan is not None:
            return _unless_doubted(board, clue, full, plan)
    readings = [full]
    if numbers.listed:
        readings.append(full + numbers.listed[:NAMED_MAX])
    if numbers.ranged:
        readings.append(readings[-1] + numbers.ranged[:NAMED_MAX])
    for named in readings:
        outcome = _settle_named(board, clue, named)
        if outcome is not None:
            return outcome
    return None


def _settle_named(board: Board, clue: Clue, named: Sequence[Named]) -> Outcome:
    choices = [_choices(board, clue, number) for number in named]
    choices = [choice for choice in choices if choice]
    if not choices or prod(map(len, choices)) > COMBINATIONS_MAX:
        return None
    is_only = all(len(choice) == 1 for choice in choices)
    evidence: tuple[Evidence, ...] = ()
    plans: dict[tuple[Twin, ...], Plan] = {}
    for combination in product(*choices):
        places = tuple(sorted({place for choice in combination for place in choice}))
        gaps = explained(board, clue, places)
        if gaps is None or not _is_proven(board, clue, named, places, is_exact=not gaps):
            continue
        kind = () if is_only else tuple(sorted(map(board.state.twin, places), key=repr))
        if kind not in plans:
            evidence = evidence or tuple([_number_evidence(board, clue, n) for n in named[:20]])
            takes = tuple([board.item_take(place) for place in places])
            plans[kind] = planned(board, clue, takes, gaps, evidence)
    if len(plans) > 1:
        return Abstain(
            "several items with the same number add up to the line",
            candidates=tuple(
                board.candidate(plan.takes, ("number", "amount")) for plan in plans.values()
            ),
        )
    found = next(iter(plans.values()), None)
    return _unless_doubted(board, clue, named, found) if found is not None else None


def _plain(board: Board, clue: Clue, named: Named) -> Plan | None:
    """Return the plan of the one number of one item that is the line's amount, to the cent.

    None when anything else is to be weighed: `_settle_named` then says the same, or more.
    """
    if len(named.places) != 1 or not clue.amount:
        return None
    (place,) = named.places
    party, fixed = board.item(place).third_party, clue.match_line.fixed_third_party
    if not is_exact(board, clue, place) or (fixed is not None and fixed != party):
        return None
    if not _is_proven(board, clue, (named,), named.places, is_exact=True):
        return None
    return planned_exact(board, clue, place, (_number_evidence(board, clue, named),))


def _unless_doubted(board: Board, clue: Clue, named: Sequence[Named], plan: Plan) -> Plan | Abstain:
    return (
        _waiting_payment(board, clue, plan.takes)
        or _slip_of_the_payer(board, clue, named, plan)
        or plan
    )


def _slip_of_the_payer(
    board: Board, clue: Clue, named: Sequence[Named], plan: Plan
) -> Abstain | None:
    """A number of somebody else's may be a slip: the payer has one so near, of that very amount."""
    candidates = clue.payer.candidates
    if not candidates or len(plan.takes) != 1:
        return None
    if board.item(plan.takes[0].place).third_party in candidates:
        return None
    written = "".join(named[0].hit.runs)
    for party in sorted(candidates):
        places, _ = board.state.bucket(party, clue.currency, clue.amount, clue.day)
        for place in places:
            if OSA.distance(written, "".join(board.index.items.runs[place]), score_cutoff=1) <= 1:
                takes = (plan.takes, (board.item_take(place),))
                return Abstain(
                    "the number is another third party's, one slip away from the payer's own",
                    candidates=tuple(board.candidate(t, ("number", "amount")) for t in takes),
                )
    return None


def _choices(board: Board, clue: Clue, named: Named) -> list[tuple[int, ...]]:
    """Return the ways to read a number: one item that has it, or all instalments of one party."""
    places = [place for place in named.places if board.state.is_open(place)]
    fixed = clue.match_line.fixed_third_party
    if fixed is not None:
        places = [place for place in places if board.item(place).third_party == fixed]
    of_payer = [place for place in places if clue.payer.may_be(board.item(place).third_party)]
    places = of_payer or places
    ways: list[tuple[int, ...]] = [(place,) for place in places]
    parties = {board.item(place).third_party for place in places}
    if len(places) > 1 and len(parties) == 1:
        ways.append(tuple(places))
    return ways


def _is_proven(
    board: Board, clue: Clue, named: Sequence[Named], places: Sequence[int], *, is_exact: bool
) -> bool:
    """A number that could stand there by chance needs the payer, or an exact sum and no other."""
    if all(is_strong(number.hit) for number in named):
        return True
    if all(clue.payer.may_be(board.item(place).third_party) for place in places):
        return True
    return is_exact and not clue.payer.candidates


def _number_evidence(board: Board, clue: Clue, named: Named) -> Evidence:
    number = board.item(named.places[0]).number if named.places else " ".join(named.hit.runs)
    return Evidence("invoice_number", shown(clue.field_of(named.hit)), f"shows number {number}")


def _waiting_payment(board: Board, clue: Clue, takes: Sequence[Take]) -> Abstain | None:
    """Nothing is booked twice: a payment of the same invoice and amount may wait for the bank."""
    near = board.entries_near(clue)
    if not near:
        return None
    numbers = ["".join(board.index.items.runs[take.place]) for take in takes]
    for place in near[:ENTRIES_SCANNED_MAX]:
        entry = board.entry(place)
        if not board.is_entry_free(place, clue) or not board.is_in_window(entry, clue):
            continue
        label = board.index.entries.glued(place)
        if any(number and number in label for number in numbers):
            both = ((board.entry_take(place),), tuple(takes))
            return Abstain(
                f"bank entry {entry.id} already books a payment of this invoice",
                candidates=tuple(board.candidate(t, ("number", "amount")) for t in both),
            )
    return None


def invoice_partial(board: Board, clue: Clue) -> Outcome:
    """One full number of a payer who is known by other evidence, for less than its residual."""
    if not clue.payer.candidates or not board.is_company_line(clue):
        return None
    full = [n for n in board.numbers(clue).full if not is_weak_of_others(board, clue, n)]
    full += [named for named in told_numbers(board, clue) if not named.places]
    if len(full) != 1 or (full[0].fit < Fit.EXACT and full[0].fit is not Fit.SPLIT):
        return None
    ways = _choices(board, clue, full[0])
    if len(ways) != 1 or not (is_strong(full[0].hit) or is_own(full[0].hit)):
        return None
    (place,) = ways[0]
    party = board.item(place).third_party
    if not clue.payer.may_be(party):
        return None
    part = _part(board, clue, place, (_number_evidence(board, clue, full[0]),))
    if part is None:
        return None
    return unexplained_charge(board, clue, place) or _other_reading(board, clue, place) or part


def _other_reading(board: Board, clue: Clue, place: int) -> Abstain | None:
    """A part is doubtful when something else of the payer, or both together, have that amount."""
    party = board.item(place).third_party
    exact, _ = board.state.bucket(party, clue.currency, clue.amount, clue.day)
    entries = [
        other
        for other in board.payer_entries_near(clue, party)
        if board.is_entry_free(other, clue) and board.is_in_window(board.entry(other), clue)
    ]
    rest = clue.amount - board.state.own[place]
    net: list[int] = []
    if party == clue.payer.third_party:  # of others the books at hand may lack some items
        net, _ = board.state.bucket(party, clue.currency, rest, clue.day)
    if not exact and not entries and not net:
        return None
    takes: list[tuple[Take, ...]] = [(board.item_take(other),) for other in exact[:2]]
    takes += [(board.entry_take(other),) for other in entries[:2]]
    takes += [(board.item_take(place), board.item_take(other)) for other in net[:2]]
    part = board.candidate((board.item_take(place, clue.amount),), ("number", "third_party"))
    others = tuple(board.candidate(take, ("third_party", "amount")) for take in takes)
    return Abstain(
        "less than the named invoice, and exactly something else of its payer, or with another",
        candidates=(part, *others),
    )


def _part(board: Board, clue: Clue, place: int, evidence: tuple[Evidence, ...]) -> Plan | None:
    """Return the plan of a partial payment: below the residual, of the same sign."""
    item, state = board.item(place), board.state
    if not board.is_company_line(clue):
        return None
    if item.currency == clue.currency:
        residual = state.own[place]
        if clue.amount * residual <= 0 or abs(clue.amount) >= abs(residual):
            return None
        take, adjustments = board.item_take(place, clue.amount), NO_ADJUSTMENTS
    else:
        found = _foreign_part(board, clue, place)
        if found is None:
            return None
        take, adjustments = found
    partial = Evidence(
        "partial_payment",
        board.money(clue, clue.amount),
        f"less than the residual of {board.item_name(place)}",
    )
    return planned(board, clue, (take,), adjustments, (*evidence, partial))


def _foreign_part(
    board: Board, clue: Clue, place: int
) -> tuple[Take, tuple[Adjustment, ...]] | None:
    """A part of a foreign item needs the instructed amount in the item's currency."""
    item, state, original = board.item(place), board.state, clue.line.original
    if original is None or original.currency != item.currency:
        return None
    own, company = state.own[place], state.company[place]
    if abs(original.amount_minor) >= abs(own) or clue.amount * company <= 0:
        return None
    sign = 1 if company > 0 else -1
    share = sign * (abs(company) * abs(original.amount_minor) // abs(own))
    gap = clue.amount - share
    if share == 0 or abs(gap) * 4 > abs(share):
        return None
    adjustments = () if gap == 0 else (fx(gap, board.posting),)
    return board.item_take(place, share), adjustments


def named_unexplained(board: Board, clue: Clue) -> Outcome:
    """Open items are named and nothing above explains the line: nothing weaker may decide."""
    told = [n for n in told_numbers(board, clue) if any(map(board.state.is_open, n.places))]
    if not told:
        return None
    candidates = [
        board.candidate((board.item_take(place),), ("number",))
        for named in told[:5]
        for place in named.places
        if board.state.is_open(place)
    ]
    why = f"{written(told)}: the amount does not fit what is left of it"
    evidence = tuple(_number_evidence(board, clue, named) for named in told[:5])
    return Abstain(why, evidence, candidates=tuple(candidates[:5]))


def named_settled(board: Board, clue: Clue) -> Outcome:
    """The named invoice was paid before: a second payment is a person's affair."""
    for named in told_numbers(board, clue):
        why = _settled_before(board, named)
        if why is not None:
            return Abstain(f"{written([named])}: {why}", (_number_evidence(board, clue, named),))
    return None


def _settled_before(board: Board, named: Named) -> str | None:
    for place in named.places:
        by = board.state.settled_by.get(place)
        if by is not None:
            return f"already_settled by line {by}"
    if named.hit.token in board.index.past.by_number:
        return "already_settled by an earlier payment"
    return None
