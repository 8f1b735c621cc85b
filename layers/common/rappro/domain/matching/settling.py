"""How open items are settled in full: the differences that explain a line, and its plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.gaps import explain_domestic, explain_foreign
from rappro.domain.matching.model import Adjustment, Evidence, Rejected
from rappro.domain.matching.plan import Plan, Take

NO_ADJUSTMENTS: Final[tuple[Adjustment, ...]] = ()


def is_exact(board: Board, clue: Clue, place: int) -> bool:
    """Tell whether a line in the company's currency is what is left of an item, to the cent."""
    currency = clue.currency
    return (
        board.state.own[place] == clue.amount
        and currency == board.company_currency
        and currency == board.item(place).currency
    )


def planned_exact(board: Board, clue: Clue, place: int, evidence: tuple[Evidence, ...]) -> Plan:
    """Return the plan of the commonest line: it settles one item, without a difference."""
    take, item = board.item_take(place), board.item(place)
    amount = board.money(clue, clue.amount)
    total = take.amount_minor
    settled = amount if total == clue.amount else board.money(clue, total)
    sums = Evidence("amount", amount, f"1 open item settled for {settled}")
    return Plan(
        (take,),
        NO_ADJUSTMENTS,
        (*evidence, *board.payer_evidence(clue), sums),
        _outdone(clue, (item.third_party,)),
        item.third_party,
        item.id,
    )


def settle_items(
    board: Board, clue: Clue, places: Sequence[int], evidence: tuple[Evidence, ...]
) -> Plan | None:
    """Return the plan that settles items in full, None when the sum does not hold."""
    if len(places) == 1 and is_exact(board, clue, places[0]):
        return planned_exact(board, clue, places[0], evidence)
    adjustments = explained(board, clue, places)
    if adjustments is None:
        return None
    return planned(board, clue, tuple(map(board.item_take, places)), adjustments, evidence)


def explained(board: Board, clue: Clue, places: Sequence[int]) -> tuple[Adjustment, ...] | None:
    """Return the differences with which the line settles items in full, None when it does not."""
    if not places or not board.is_company_line(clue):
        return None
    state = board.state
    items = [board.item(place) for place in places]
    currency = items[0].currency
    if any(item.currency != currency for item in items):
        return None
    if currency == clue.currency:
        own = [state.own[place] for place in places]
        if sum(own) == clue.amount:
            return NO_ADJUSTMENTS
        pairs = list(zip(items, own, strict=True))
        return explain_domestic(clue, pairs, board.matching, board.posting)
    triples = [
        (item, state.own[place], state.company[place])
        for item, place in zip(items, places, strict=True)
    ]
    return explain_foreign(clue, triples, board.matching, board.posting)


def planned(
    board: Board,
    clue: Clue,
    takes: tuple[Take, ...],
    adjustments: tuple[Adjustment, ...],
    evidence: tuple[Evidence, ...],
) -> Plan:
    """Return the plan that settles items with some differences, which are said one by one."""
    items = [board.item(take.place) for take in takes]
    parties = {item.third_party for item in items}
    party = next(iter(parties)) if len(parties) == 1 else None
    amount = board.money(clue, clue.amount)
    total = sum([take.amount_minor for take in takes])
    settled = amount if total == clue.amount else board.money(clue, total)
    what = "1 open item" if len(takes) == 1 else f"{len(takes)} open items"
    sums = Evidence("amount", amount, f"{what} settled for {settled}")
    gaps = tuple(
        Evidence(
            f"gap_{gap.kind}",
            board.money(clue, gap.amount_minor),
            f"the difference is explained as {gap.kind}",
        )
        for gap in adjustments
    ) if adjustments else ()  # fmt: skip
    return Plan(
        takes,
        adjustments,
        (*evidence, *board.payer_evidence(clue), sums, *gaps),
        _outdone(clue, parties),
        third_party=party,
        invoice=items[0].id if len(items) == 1 else None,
        is_foreign=any(item.currency != clue.currency for item in items),
    )


def _outdone(clue: Clue, parties: Iterable[ThirdPartyId]) -> tuple[Rejected, ...]:
    """Return those whom the line could be from, and whose items it does not settle."""
    others = clue.payer.candidates.difference(parties)
    if not others:
        return ()
    why = "an explicit invoice number goes before it"
    return tuple([Rejected(f"third party {other}", why) for other in sorted(others)[:5]])
