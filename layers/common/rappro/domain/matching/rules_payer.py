"""Rules on a known payer: evidence that counts only together with the third party.

payer_truncated   part of a number, or one with a slip, of the payer's items; the sum is exact
returned_payer    the payer's one past payment that a return undoes
payer_amount      the payer's one item, entry or discounted item of exactly that amount
number_part       part of a number without a payer; one item with exactly that amount
payer_subset      the one set of 2 to 5 of the payer's items that adds up
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rapidfuzz.distance import OSA

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.clues import Clue, is_strong
from rappro.domain.matching.gaps import discounts
from rappro.domain.matching.index import Twin
from rappro.domain.matching.model import AdjustmentKind, Evidence, Rejected, TargetType
from rappro.domain.matching.normalise import telling_words
from rappro.domain.matching.numbers import Fit
from rappro.domain.matching.plan import Abstain, Outcome, Plan, Take, shown
from rappro.domain.matching.references import key_token
from rappro.domain.matching.rules_keys import is_returnable, settle_return
from rappro.domain.matching.rules_numbers import names_closed_number, settle_items
from rappro.domain.matching.subsets import ITEMS_MAX, distinct_sets

PARTS_MAX: Final = 12
TYPO_ITEMS_MAX: Final = 300
HOT_ITEMS_MAX: Final = 50
"""Items of one amount, whoever's, that are searched for a part of a number; more is a price."""

ENDING_CHARS_MIN: Final = 4
CUT_CHARS_MIN: Final = 6


def payer_truncated(board: Board, clue: Clue) -> Outcome:
    """Parts of numbers of a known payer, whose items add up to the line exactly."""
    party = clue.payer.third_party
    if party is None or not board.is_company_line(clue):
        return None
    whole = _whole_of(board, clue, party)
    parts = [place for place in _parts_of(board, clue, party) if place not in whole]
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


def _is_candidate(board: Board, clue: Clue, place: int) -> bool:
    """An item of the line's currency, still open, issued by then, not untied by a person."""
    item = board.item(place)
    return (
        board.state.is_open(place)
        and item.currency == clue.currency
        and board.state.is_issued(place, clue.on)
        and item.id not in clue.match_line.vetoes
    )


def _whole_of(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the payer's items whose full number the line shows."""
    return [
        place
        for named in board.named(clue)
        if named.fit >= Fit.SPLIT
        for place in named.places
        if board.item(place).third_party == party and _is_candidate(board, clue, place)
    ]


def _parts_of(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the payer's items of whose number the line shows a part, or a mistyped form."""
    items = board.index.items
    places = {
        place
        for named in board.named(clue)
        if named.fit <= Fit.LISTED
        for place in named.places
        if items.all[place].third_party == party
    }
    for ending in clue.refs.endings:
        places.update(items.by_ending.get((party, ending), ()))
    places.update(_mistyped(board, clue, party))
    exact, _ = board.state.bucket(party, clue.currency, clue.amount, clue.on)
    cuts = _cut_ends(clue)
    places.update(place for place in exact if any(_is_cut(board, place, cut) for cut in cuts))
    return sorted(place for place in places if _is_candidate(board, clue, place))


def _mistyped(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the one item that an unknown number of the company's shape misses by one slip.

    None while an entry of the payer and amount waits: it explains the line without any slip, and
    the number may well be whole, of an invoice that entry has paid.
    """
    found: list[int] = []
    if _entries_of(board, clue, party):
        return found
    for named in board.named(clue):
        if named.places or named.hit.fit < Fit.SPLIT or not is_strong(named.hit):
            continue
        places = board.state.open_of(party, clue.on, TYPO_ITEMS_MAX) or []
        written = "".join(named.hit.runs)
        near = [
            place
            for place in places
            if OSA.distance(written, "".join(board.index.items.runs[place]), score_cutoff=1) <= 1
        ]
        if len(near) == 1:
            found += near
    return found


def _cut_ends(clue: Clue) -> frozenset[str]:
    """Return the last words of the texts, glued: a number may have been cut off there."""
    ends: set[str] = set()
    for words in clue.fields:
        spans = words.spans[-5:]
        for start in range(len(spans)):
            glued = "".join(word for word, _, _ in spans[start:])
            if len(glued) >= CUT_CHARS_MIN:
                ends.add(glued)
    return frozenset(ends)


def _is_cut(board: Board, place: int, cut: str) -> bool:
    """Tell whether a text ends in the middle of an item's number, past its first digits."""
    number = "".join(board.index.items.runs[place])
    return (
        len(cut) < len(number)
        and number.startswith(cut)
        and len(cut) * 5 >= len(number) * 3
        and sum(char <= "9" for char in cut) >= 3
    )


def returned_payer(board: Board, clue: Clue) -> Outcome:
    """A return that names a mandate, an invoice or a payer: the one past payment it undoes."""
    if not clue.kind.is_return:
        return None
    past = board.index.past
    party = clue.payer.third_party
    mandates = clue.refs.mandates | {key_token(clue.line.mandate_id) or ""}
    by_mandate = [p for m in sorted(mandates) for p in past.by_mandate.get(m, ())]
    by_number = [p for n in board.named(clue) for p in past.by_number.get(n.hit.token, ())]
    by_party = past.by_party_amount.get((party, -clue.amount), []) if party else []
    for kind, places in (
        ("mandate", by_mandate), ("invoice_number", by_number), ("third_party", by_party),
    ):  # fmt: skip
        found = [p for p in dict.fromkeys(places) if is_returnable(board, clue, p)]
        found = [p for p in found if past.all[p].amount_minor == -clue.amount]
        if found:
            return settle_return(board, clue, found, kind)
    return None


def payer_amount(board: Board, clue: Clue) -> Outcome:
    """The payer's one item or entry of exactly that amount; two different ones tell nothing."""
    party = clue.payer.third_party
    if party is None:
        return None
    entries = _entries_of(board, clue, party)
    items, differs = _items_of(board, clue, party)
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
    return _entry_plan(board, clue, entries)


def _may_settle_items(board: Board, clue: Clue) -> bool:
    """A return never settles an item, nor does a line that names other, closed invoices."""
    return (
        not clue.kind.is_return
        and board.is_company_line(clue)
        and not names_closed_number(board, clue)
    )


def _second_payment(board: Board, clue: Clue, party: ThirdPartyId) -> Abstain | None:
    """The second of two equal payments of one invoice: the first settled it, this is for whom?"""
    place = board.state.settled_whole.get((party, clue.currency, clue.amount))
    if place is None or not _may_settle_items(board, clue):
        return None
    by = board.state.settled_by.get((TargetType.OPEN_ITEM, place))
    if by is None:
        return None
    why = f"already_settled by line {by}: a second payment of this amount"
    return Abstain(why, rejected=(Rejected(board.item_name(place), why),))


def _items_of(board: Board, clue: Clue, party: ThirdPartyId) -> tuple[list[int], bool]:
    """Return the payer's items of that amount, oldest first; returns never settle an item."""
    if not _may_settle_items(board, clue):
        return [], False
    places, differs = board.state.bucket(party, clue.currency, clue.amount, clue.on)
    original = clue.line.original
    if original is not None and original.currency != clue.currency:
        sign = 1 if clue.amount > 0 else -1
        instructed = sign * abs(original.amount_minor)
        more, differs_too = board.state.bucket(party, original.currency, instructed, clue.on)
        places, differs = [*places, *more], differs or differs_too
    vetoes = clue.match_line.vetoes
    return [place for place in places if board.item(place).id not in vetoes], differs


def _entries_of(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the payer's waiting entries of that amount, and nobody's that name the payer."""
    known = board.payer_entries_near(clue, party)
    own = [place for place in known if _is_near(board, clue, place)]
    third_party = board.directory.by_id.get(party)
    names = telling_words(third_party.name) if third_party else frozenset()
    others = [
        place
        for place in board.entries_near(clue)[:NEAR_MAX]
        if board.entry(place).third_party is None
        and _is_near(board, clue, place)
        and (
            party in board.label_parties(place)
            or not names.isdisjoint(board.index.entries.label_words(place))
        )
    ]
    return sorted({*own, *others})


def _is_near(board: Board, clue: Clue, place: int) -> bool:
    return board.is_entry_free(place, clue) and board.is_in_window(board.entry(place), clue)


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
    if not _may_settle_items(board, clue):
        return None
    places = board.state.open_of(party, clue.on, ITEMS_MAX) or []
    grace = board.matching.discount_grace_days
    found: dict[Twin, int] = {}
    for place in places:
        own = board.state.own[place]
        ways = discounts(board.item(place), own, clue, grace)
        if _is_candidate(board, clue, place) and own - clue.amount in ways:
            found.setdefault(board.state.twin(place), place)
    if len(found) != 1:
        return None
    (place,) = found.values()
    sentence = f"{board.item_name(place)} less its discount is this amount"
    evidence = (Evidence("payer_amount", board.money(clue, clue.amount), sentence),)
    return settle_items(board, clue, (place,), evidence)


def number_part(board: Board, clue: Clue) -> Outcome:
    """Part of a number and exactly its item's amount, when nothing says who pays."""
    if clue.payer.third_party is not None or not _may_settle_items(board, clue):
        return None
    core = [
        place
        for named in board.named(clue)
        if named.fit is Fit.CORE
        for place in named.places
        if _is_candidate(board, clue, place) and _may_pay(board, clue, place)
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
    core = {p for named in board.named(clue) if named.fit is Fit.CORE for p in named.places}
    shown_parts = [
        place
        for place in places
        if board.state.own[place] == clue.amount
        and _is_candidate(board, clue, place)
        and _may_pay(board, clue, place)
        and (
            place in core
            or _shows_ending(board, clue, place)
            or any(_is_cut(board, place, cut) for cut in cuts)
        )
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
    is_year = len(last) == 4 and last[:2] in ("19", "20")
    return (
        len(last) >= ENDING_CHARS_MIN
        and last[0] <= "9"
        and not is_year
        and last in clue.refs.endings
    )


def payer_subset(board: Board, clue: Clue) -> Outcome:
    """The only set of a known payer's items that adds up: credit notes count, twins are one."""
    party = clue.payer.third_party
    if party is None or not _may_settle_items(board, clue):
        return None
    places = board.state.open_of(party, clue.on, ITEMS_MAX * 4)
    if places is None:
        return Abstain("the payer has too many open items for a sum to prove anything")
    places = [place for place in places if _is_candidate(board, clue, place)]
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
