"""What speaks against an explanation of a line: entries that wait, a charge that is left over."""

from __future__ import annotations

from rappro.domain.ids import ThirdPartyId
from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.charges import charges_of
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.discounts import explain_discount
from rappro.domain.matching.normalise import telling_words
from rappro.domain.matching.plan import Abstain
from rappro.domain.matching.rules_entries import is_possible


def entries_of_payer(board: Board, clue: Clue, party: ThirdPartyId) -> list[int]:
    """Return the payer's waiting entries of that amount, and nobody's that may name the payer.

    Not those that contradict the line: a cheque is no transfer, another one's name is not his.
    """
    known = board.payer_entries_near(clue, party)
    own = [place for place in known if is_near(board, clue, place)]
    near = board.entries_near(clue)[:NEAR_MAX]
    others = [
        place
        for place in near
        if board.entry(place).third_party is None and is_possible(board, clue, place)
    ]
    if others:
        third_party = board.directory.by_id.get(party)
        names = telling_words(third_party.name) if third_party else frozenset()
        others = [
            place
            for place in others
            if party in board.label_parties(place)
            or not names.isdisjoint(board.index.entries.label_words(place))
        ]
    return sorted({*own, *others}) if own or others else []


def is_of_payer(board: Board, clue: Clue, place: int, party: ThirdPartyId) -> bool:
    """Tell whether an entry is the payer's own, or its label shows his whole name; no less will do.

    One word in common may be a trade or a surname.
    """
    if not is_possible(board, clue, place):
        return False
    if board.entry(place).third_party == party or party in board.label_parties(place):
        return True
    third_party = board.directory.by_id.get(party)
    names = telling_words(third_party.name) if third_party else frozenset()
    return len(names) > 1 and names <= board.index.entries.label_words(place)


def is_near(board: Board, clue: Clue, place: int) -> bool:
    """Tell whether an entry still waits for a line like this, inside the date window."""
    return board.is_entry_free(place, clue) and board.is_in_window(board.entry(place), clue)


def unexplained_charge(board: Board, clue: Clue, place: int) -> Abstain | None:
    """A line that shows a charge is no silent part of an item: what was paid is more than came.

    Nor is one that lacks a discount which cannot be booked.
    """
    unknown = unknown_discount(board, clue, place)
    if unknown is not None:
        return unknown
    if not charges_of(clue).is_shown:
        return None
    both = (board.item_take(place), board.item_take(place, clue.amount))
    return Abstain(
        "the line shows a charge, and with it does not settle the named invoice",
        candidates=tuple(board.candidate((take,), ("number", "third_party")) for take in both),
    )


def unknown_discount(board: Board, clue: Clue, place: int) -> Abstain | None:
    """A line less a discount of which the VAT is not known pays the whole item, or nobody knows."""
    item, own = board.item(place), board.state.own[place]
    if item.discount is None or item.currency != clue.currency:
        return None
    found = explain_discount(clue, ((item, own),), board.matching, board.posting)
    if found is None or found.adjustments is not None:
        return None
    return Abstain(
        f"discount_vat_unknown: less its discount {item.number} is this amount, and nobody said"
        " the VAT in it",
        candidates=(board.candidate((board.item_take(place),), ("third_party",)),),
    )
