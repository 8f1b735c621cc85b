"""Rules on a known payer: evidence that counts only together with the third party.

returned_payer    the payer's one past payment that a return undoes
payer_amount      the payer's one item, entry or discounted item of exactly that amount
payer_subset      the one set of 2 to 5 of the payer's items that adds up
"""

from __future__ import annotations

from collections.abc import Sequence

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.discounts import discounts
from rappro.domain.matching.model import Evidence, Rejected
from rappro.domain.matching.naming import may_settle_items, unless_another_is_named
from rappro.domain.matching.plan import Abstain, Outcome, Plan, Take, shown
from rappro.domain.matching.references import key_token
from rappro.domain.matching.rivals import entries_of_payer, is_of_payer, unknown_discount
from rappro.domain.matching.rules_keys import is_returnable, settle_return
from rappro.domain.matching.rules_parts import is_candidate
from rappro.domain.matching.settling import settle_items
from rappro.domain.matching.subsets import ITEMS_MAX


def returned_payer(board: Board, clue: Clue) -> Outcome:
    """A return that names a mandate, an invoice or a payer: the one past payment it undoes."""
    if not clue.kind.is_return:
        return None
    past = board.index.past
    party = clue.payer.third_party
    mandates = clue.refs.mandates | {key_token(clue.line.mandate_id) or ""}
    by_mandate = [p for m in sorted(mandates) for p in past.by_mandate.get(m, ())]
    by_number = [p for n in board.numbers(clue).all for p in past.by_number.get(n.hit.token, ())]
    by_party = past.by_party_amount.get((party, -clue.amount), []) if party else []
    for kind, places in (
        ("mandate", by_mandate), ("invoice_number", by_number), ("third_party", by_party),
    ):  # fmt: skip
        found = [p for p in dict.fromkeys(places) if is_returnable(board, clue, p)]
        found = [p for p in found if past.all[p].amount_minor == -clue.amount]
        if found:
            return settle_return(board, clue, found, kind)
    return None


@unless_another_is_named
def payer_amount(board: Board, clue: Clue) -> Outcome:
    """The payer's one item or entry of exactly that amount; two different ones tell nothing."""
    party = clue.payer.third_party
    if party is None:
        return None
    entries = entries_of_payer(board, clue, party)
    items, differs = _items_of(board, clue, party)
    if len(items) == 1 and not entries and not differs:
        return settle_items(board, clue, items, _amount_evidence(board, clue, items))
    plans: dict[tuple[object, ...], tuple[Take, ...]] = {}
    for place in items:
        plans.setdefault(("item", board.state.twin(place)), (board.item_take(place),))
    for place in entries:
        twin = board.index.entries.twin(place)
        plans.setdefault(("entry", twin), (board.entry_take(place),))
    if not plans:
        return _second_payment(board, clue, party) or _discounted(board, clue, party)
    if len(plans) > 1 or differs:
        why = ("third_party", "amount")
        return Abstain(
            "the payer has several different items or entries of this amount",
            candidates=tuple(board.candidate(takes, why) for takes in list(plans.values())[:5]),
        )
    ((kind, *_),) = plans
    if kind == "item":
        return settle_items(board, clue, items[:1], _amount_evidence(board, clue, items))
    own = [place for place in entries if is_of_payer(board, clue, place, party)]
    return _entry_plan(board, clue, own) if own else None


def _second_payment(board: Board, clue: Clue, party: ThirdPartyId) -> Abstain | None:
    """The second of two equal payments of one invoice: the first settled it, this is for whom?"""
    place = board.state.settled_whole.get((party, clue.currency, clue.amount))
    if place is None or not may_settle_items(board, clue):
        return None
    by = board.state.settled_by.get(place)
    if by is None:
        return None
    why = f"already_settled by line {by}: a second payment of this amount"
    return Abstain(why, rejected=(Rejected(board.item_name(place), why),))


def _items_of(board: Board, clue: Clue, party: ThirdPartyId) -> tuple[list[int], bool]:
    """Return the payer's items of that amount, oldest first; returns never settle an item."""
    if not may_settle_items(board, clue):
        return [], False
    places, differs = board.state.bucket(party, clue.currency, clue.amount, clue.day)
    original = clue.line.original
    if original is not None and original.currency != clue.currency:
        sign = 1 if clue.amount > 0 else -1
        instructed = sign * abs(original.amount_minor)
        more, differs_too = board.state.bucket(party, original.currency, instructed, clue.day)
        places, differs = [*places, *more], differs or differs_too
    vetoes = clue.match_line.vetoes
    return [place for place in places if board.item(place).id not in vetoes], differs


def _amount_evidence(board: Board, clue: Clue, items: Sequence[int]) -> tuple[Evidence, ...]:
    sentence = f"{board.item_name(items[0])} is the payer's one item of this amount"
    if len(items) > 1:
        sentence = f"{board.item_name(items[0])} is the oldest of {len(items)} alike"
    return (Evidence("payer_amount", board.money(clue, clue.amount), sentence),)


def _entry_plan(board: Board, clue: Clue, entries: Sequence[int]) -> Plan:
    entry = board.entry(entries[0])
    return Plan(
        takes=(board.entry_take(entries[0]),),
        evidence=(
            *board.payer_evidence(clue),
            Evidence(
                "payer_amount",
                shown(entry.label),
                f"bank entry {entry.id} of {entry.date} is the payer's of this amount",
            ),
        ),
        third_party=clue.payer.third_party,
    )


def _discounted(board: Board, clue: Clue, party: ThirdPartyId) -> Outcome:
    """The payer's one invoice of which the line is the amount less its discount, in time."""
    if not may_settle_items(board, clue):
        return None
    places = board.state.open_of(party, clue.day, ITEMS_MAX) or []
    grace = board.matching.discount_grace_days
    mode = board.posting.discount_vat
    found: dict[object, int] = {}
    for place in places:
        item, own = board.item(place), board.state.own[place]
        ways = discounts(item, own, clue, grace, mode=mode)
        if is_candidate(board, clue, place) and own - clue.amount in ways:
            kind = (board.state.twin(place), item.vat_minor, item.vat_rate_percent)
            found.setdefault(kind, place)
    if len(found) != 1:
        return None
    (place,) = found.values()
    sentence = f"{board.item_name(place)} less its discount is this amount"
    evidence = (Evidence("payer_amount", board.money(clue, clue.amount), sentence),)
    plan = settle_items(board, clue, (place,), evidence)
    return plan or unknown_discount(board, clue, place)


@unless_another_is_named
def payer_subset(board: Board, clue: Clue) -> Outcome:
    """The only set of a known payer's items that adds up: credit notes count, twins are one."""
    party = clue.payer.third_party
    if party is None or not may_settle_items(board, clue):
        return None
    places = board.state.open_of(party, clue.day, ITEMS_MAX * 4)
    if places is None:
        return Abstain("the payer has too many open items for a sum to prove anything")
    places = [place for place in places if is_candidate(board, clue, place)]
    if len(places) < 2:
        return None
    found = board.sums_of(places).sets(clue.amount, smallest=2)
    if found is None:
        return Abstain("the payer has too many open items for a sum to prove anything")
    sets = [tuple(places[i] for i in chosen) for chosen in found]
    if len(sets) != 1:
        why = ("third_party", "sum")
        takes = [[board.item_take(place) for place in chosen] for chosen in sets]
        candidates = tuple(board.candidate(some, why) for some in takes)
        return Abstain("several sets add up to the line", candidates=candidates) if sets else None
    sentence = f"the only set of the payer's {len(places)} open items with this sum"
    evidence = (Evidence("payer_subset", board.money(clue, clue.amount), sentence),)
    plan = settle_items(board, clue, sets[0], evidence)
    return plan if plan is not None and not plan.adjustments else None
