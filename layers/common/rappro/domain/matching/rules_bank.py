"""The rule on what the bank itself takes and gives: interest (agios) and charges, SPEC MAT-12.

bank_costs   a line of the bank's own, on the account that the company named for it

Nothing is booked by it unless the company named the account; templates go first, since they can
take VAT out of a charge.
"""

from __future__ import annotations

import re
from typing import Final

from rappro.domain.bank import Nature
from rappro.domain.matching.board import NEAR_MAX, Board
from rappro.domain.matching.clues import Clue
from rappro.domain.matching.model import Evidence
from rappro.domain.matching.plan import Abstain, Outcome, Plan, shown
from rappro.domain.matching.rivals import is_near

_INTEREST: Final = re.compile(r"\bAGIOS\b|\bINTERETS? DEBITEURS?\b|\bINTERETS? (?:DE )?DECOUVERT\b")
_CHARGE: Final = re.compile(
    r"\b(?:FRAIS|COMMISSIONS?|COTISATION) (?:DE |D )?"
    r"(?:TENUE|MOUVEMENTS?|INTERVENTION|DECOUVERT|COMPTE|CARTE|BANCAIRES?)\b"
)


def bank_costs(board: Board, clue: Clue) -> Outcome:
    """Interest or a charge of the bank, by its code or its words, that nothing else explains."""
    told = _told(board, clue)
    if told is None:
        return None
    account, evidence = told
    if account in clue.match_line.vetoes or not _is_the_banks_own(board, clue):
        return None
    near = board.entries_near(clue)[:NEAR_MAX]
    waiting = [place for place in near if is_near(board, clue, place)]
    if waiting or board.is_price(clue):
        takes = tuple(board.entry_take(place) for place in waiting[:1])
        return Abstain(
            "a waiting bank entry could be this line: it goes first",
            candidates=(board.candidate(takes, ("amount", "window")),) if takes else (),
        )
    return Plan(evidence=(evidence,), account=account)


def _told(board: Board, clue: Clue) -> tuple[str, Evidence] | None:
    """Return the account of a kind of cost that the company named, and what tells the kind."""
    posting, nature = board.posting, clue.line.nature
    by_kind = {
        Nature.FEE: posting.bank_fee_account if clue.amount < 0 else None,
        Nature.INTEREST: posting.interest_paid_account
        if clue.amount < 0
        else posting.interest_received_account,
    }
    if not any(by_kind.values()):
        return None
    kind, text = nature, f"code {clue.line.bank_code or ''}".strip()
    if nature in (None, Nature.OTHER):
        kind, text = _by_words(clue)
    account = by_kind.get(kind) if kind is not None else None
    if kind is None or account is None:
        return None
    return account, Evidence("bank_costs", shown(text), f"the bank's own {kind}, on {account}")


def _by_words(clue: Clue) -> tuple[Nature | None, str]:
    """Return the kind that words say, in money out alone."""
    for field in clue.fields if clue.amount < 0 else ():
        text = " ".join(field.words)
        if _INTEREST.search(text):
            return Nature.INTEREST, field.text
        if _CHARGE.search(text):
            return Nature.FEE, field.text
    return None, ""


def _is_the_banks_own(board: Board, clue: Clue) -> bool:
    """Tell whether nobody else is named, and no invoice; the line is in the company's currency."""
    return (
        board.is_company_line(clue)
        and not clue.payer.candidates
        and not board.numbers(clue).told
        and clue.line.counterparty.iban is None
    )
