"""The rule on lines of an account in another currency than the company's, SPEC MAT-5 (AC, BC).

foreign_line   items that the line names, or the payer's one, when the bank says what the line is
               in the company's currency

Items are settled in the company's currency, so a line without its amount there settles none. What
the books have for the items and what the bank made of them differ by exchange (différence de
change); a rate alone never gives an amount: which way it is meant is not said.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.charges import charges_of
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.gaps import fx
from rappro.domain.matching.model import Evidence
from rappro.domain.matching.plan import Abstain, Outcome, Plan, shown
from rappro.domain.matching.rivals import is_near
from rappro.domain.money import format_amount

ITEMS_MAX: Final = 50
RATE_SHARE_MAX: Final = 4
"""No rate moves by more than a fourth between an invoice and its payment."""


def foreign_line(board: Board, clue: Clue) -> Outcome:
    """The items that a foreign line names, in full and to the cent, or the payer's one of it."""
    if clue.currency == board.company_currency:
        return None
    near = board.entries_near(clue)[:NEAR_MAX]
    if board.is_price(clue) or any(is_near(board, clue, place) for place in near):
        return None  # an entry may be it, in the account's currency
    places, evidence = _named(board, clue) or _of_payer(board, clue)
    if not places or not _is_whole(board, clue, places):
        return None
    value = clue.line.amount_in(board.company_currency)
    why_not = _why_not(board, clue, places, value)
    takes = tuple(board.item_take(place) for place in places)
    if value is None or why_not is not None:
        candidate = board.candidate(takes, ("third_party", "amount"))
        return Abstain(why_not or "", (evidence,), candidates=(candidate,))
    gap = value - sum(take.amount_minor for take in takes)
    items = [board.item(place) for place in places]
    parties = {item.third_party for item in items}
    worth = f"{format_amount(value, board.company_currency)} {board.company_currency}"
    said = f"the bank says that {board.money(clue, clue.amount)} are {worth}"
    return Plan(
        takes=takes,
        adjustments=(fx(gap, board.posting),) if gap else (),
        evidence=(evidence, *board.payer_evidence(clue), Evidence("bank_value", worth, said)),
        third_party=parties.pop() if len(parties) == 1 else None,
        invoice=items[0].id if len(items) == 1 else None,
        is_foreign=True,
    )


def _named(board: Board, clue: Clue) -> tuple[tuple[int, ...], Evidence] | None:
    """Return the one item of each number that the line tells, None when any has none or several."""
    told = board.numbers(clue).told[:ITEMS_MAX]
    chosen: list[int] = []
    for named in told:
        places = [place for place in named.places if _may_settle(board, clue, place)]
        own = [p for p in places if clue.payer.may_be(board.item(p).third_party)] or places
        if len(own) != 1:
            return (), Evidence("invoice_number", shown(clue.field_of(named.hit)), "")
        chosen += own
    if not chosen:
        return None
    numbers = ", ".join(board.item(place).number for place in chosen[:5])
    text = shown(clue.field_of(told[0].hit))
    places = sorted(set(chosen))
    return tuple(places), Evidence("invoice_number", text, f"shows number {numbers}")


def _of_payer(board: Board, clue: Clue) -> tuple[tuple[int, ...], Evidence]:
    """Return the payer's one item of the line's amount, twins being one, or nothing."""
    evidence = Evidence(
        "payer_amount", board.money(clue, clue.amount), "the payer's one item of it"
    )
    party = clue.payer.third_party
    if party is None:
        return (), evidence
    found, differs = board.state.bucket(party, clue.currency, clue.amount, clue.day)
    places = [place for place in found if _may_settle(board, clue, place)]
    if differs or len({board.state.twin(place) for place in places}) != 1:
        return (), evidence
    return (places[0],), evidence


def _may_settle(board: Board, clue: Clue, place: int) -> bool:
    fixed = clue.match_line
    item = board.item(place)
    return (
        board.state.is_open(place)
        and item.id not in fixed.vetoes
        and fixed.fixed_third_party in (None, item.third_party)
    )


def _is_whole(board: Board, clue: Clue, places: Sequence[int]) -> bool:
    """Tell whether the items come to the line, in its currency or in the company's."""
    currencies = {board.item(place).currency for place in places}
    total = sum(board.state.own[place] for place in places)
    return any(currencies == {code} and total == clue.line.amount_in(code) for code in currencies)


def _why_not(board: Board, clue: Clue, places: Sequence[int], value: int | None) -> str | None:
    """Return what is missing to settle items that the line pays to the cent."""
    if value is None:
        return f"the bank does not say what the line is in {board.company_currency}"
    total = sum(board.state.company[place] for place in places)
    if abs(value - total) * RATE_SHARE_MAX > abs(total):
        return "the bank's amount in the company's currency is too far from the items'"
    if charges_of(clue).is_shown:
        return "the line shows a charge: the items are not all of it"
    return None
