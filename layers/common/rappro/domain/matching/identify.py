"""Who and which invoice each line names, without matching anything; SPEC MAT-2 and MAT-3."""

from __future__ import annotations

from rappro.domain.frozen import dataclass
from rappro.domain.ids import LineId, OpenItemId, ThirdPartyId
from rappro.domain.matching.board import Board, line_place
from rappro.domain.matching.candidates import named_by
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import World


@dataclass(frozen=True, slots=True)
class Identified:
    """The third party and the invoice of a line, None where several fit or none does."""

    line_id: LineId
    third_party: ThirdPartyId | None = None
    invoice: OpenItemId | None = None


def identify(world: World) -> tuple[Identified, ...]:
    """Return what each line names, in line order; for imports that match later or never.

    An explicit invoice number goes first, then the ranked evidence of third_party.py. The invoice
    is filled in when it is named, or when it is the third party's one item of the line's amount.
    """
    board = Board(world)
    return tuple(_identified(board, clue) for clue in sorted(board.clues, key=line_place))


def _identified(board: Board, clue: Clue) -> Identified:
    party, invoice = named_by(board, clue)
    if party is not None and invoice is None:
        places, differs = board.state.bucket(party, clue.currency, clue.amount, clue.day)
        kinds = {board.state.twin(place) for place in places}
        if len(kinds) == 1 and not differs:
            invoice = board.item(places[0]).id
    return Identified(clue.match_line.id, party, invoice)
